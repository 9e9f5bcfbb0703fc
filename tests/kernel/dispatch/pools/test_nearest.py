"""The human rule keeps every rule, takes the nearest, and is what it says: no better than a person with a list and a map."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.pools import folder
from muster.kernel.dispatch.pools.instance import KINDS, Instance
from muster.kernel.dispatch.pools.made import made
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.recount import violations
from muster.kernel.dispatch.pools.solution import Solution, solve
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.files import CONFIG, POSTS, VOLUNTEERS, laid

Sent = set[tuple[str, str, str]]


def sent(instance: Instance, plan: Solution) -> Sent:
    """(volunteer, post, kind) by name."""
    rows = zip(plan.volunteer.tolist(), plan.post.tolist(), plan.kind.tolist(), strict=True)
    return {(instance.volunteers.id[who], instance.posts.id[post], KINDS[kind]) for who, post, kind in rows}


def by_hand(instance: Instance) -> Sent:
    """The same rule with plain loops over everybody for every seat; without rest pairs."""
    people, posts = instance.volunteers, instance.posts
    held: dict[int, tuple[int, ...]] = {}
    found: Sent = set()
    order = sorted(
        range(len(posts.id)), key=lambda p: (-int(posts.weight[p]), int(posts.slot[p]), posts.id[p])
    )
    for p in order:
        left = posts.seats[p].tolist()
        for kind, role in ((1, 1), (2, 2), (0, 0), (1, 0)):
            if (kind, role) == (1, 0) and not instance.prices.backbone_fallback:
                continue
            while left[kind]:
                able = [
                    v for v in range(len(people.id)) if tiny.may_together(instance, v, (*held.get(v, ()), p))
                ]
                if role or kind == 2:
                    able = [v for v in able if tiny.seat_halves(instance, v, p, kind) == 0]
                lengths = {v: length(instance, v, p) for v in able}
                near = [v for v in able if lengths[v] is not None]
                if not near:
                    break
                best = min(near, key=lambda v: (lengths[v], *call_order(instance, v)))
                held[best] = (*held.get(best, ()), p)
                left[kind] -= 1
                found.add((people.id[best], posts.id[p], KINDS[kind]))
    return found


def call_order(instance: Instance, v: int) -> tuple[int, int, int, int]:
    """Among those who are equally far: by community, the price of the tier, history, id."""
    people = instance.volunteers
    tier = round(instance.prices.tier_km[instance.tiers[people.tier[v]]] * 100)
    return int(people.community[v]), tier, int(people.history[v]), v


def length(instance: Instance, v: int, p: int) -> int | None:
    """Travel of a pair without other charges; None where it is not allowed."""
    free = replace(instance, prices=replace(instance.prices, patch_km=0.0))
    return tiny.pair_cost(free, v, p, None)


@settings(max_examples=50)
@given(tiny.facts(people=6, posts=4))
def test_the_rule_is_that_of_plain_loops(facts: dict[str, Any]) -> None:
    instance = tiny.instance_of(facts)

    assert sent(instance, nearest_first(instance)) == by_hand(instance)


@settings(max_examples=25)
@given(tiny.facts(people=6, posts=4), st.sets(st.tuples(st.integers(0, 1), st.integers(0, 1)), max_size=2))
def test_every_rule_is_kept_and_the_best_plan_is_no_worse(
    facts: dict[str, Any], rest: set[tuple[int, int]]
) -> None:
    shifts = facts["horizon"].shifts
    pairs = tuple(pair for pair in sorted(rest) if max(pair) < shifts)
    instance = tiny.instance_of(facts | {"horizon": replace(facts["horizon"], rest_pairs=pairs)})
    lax = tiny.instance_of(facts)

    plan = nearest_first(instance)

    assert violations(instance, plan) == ()
    best = solve(lax)
    value = best.seat_value // 2
    mine = tiny.recounted(instance, plan)
    assert best.lower_bound <= mine[0] * value + mine[1]


def test_the_most_urgent_post_takes_the_nearest_and_scarce_people_first(tmp_path: Path) -> None:
    posts = POSTS + "well,3000,100,d0s0,1,0,0,,1,\n"
    instance = folder.read(laid(tmp_path, posts_csv=posts, pairs_csv=None))

    plan = nearest_first(instance)

    # ann lives at the well, but the gate is more urgent and needs the only backbone; cy is before bo in the order of tiers.
    assert sent(instance, plan) == {
        ("ann", "gate", "backbone"),
        ("cy", "gate", "general"),
        ("bo", "well", "general"),
    }
    assert plan.empty.tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert plan.status == "gap"
    assert plan.lower_bound == 0


def test_somebody_stands_in_for_backbone_people_only_after_general_seats_are_filled(tmp_path: Path) -> None:
    people = VOLUNTEERS.replace("near,1", "near,0")
    config = CONFIG.replace('fallback": true', 'fallback": false')
    instance = folder.read(laid(tmp_path / "with", volunteers_csv=people))
    strict = folder.read(laid(tmp_path / "without", volunteers_csv=people, config_json=config))

    # ann is nearest by her pair and takes the general seat; of the others cy is called first.
    assert sent(instance, nearest_first(instance)) == {
        ("ann", "gate", "general"),
        ("cy", "gate", "backbone"),
        ("bo", "tent", "skilled"),
    }
    assert sent(strict, nearest_first(strict)) == {("ann", "gate", "general"), ("bo", "tent", "skilled")}


@pytest.mark.parametrize(
    ("days", "shifts", "tight", "radius"), [(1, 1, 1.3, None), (2, 3, 3.0, None), (1, 1, 1.0, 6.0)]
)
def test_every_rule_is_kept_in_a_city(days: int, shifts: int, tight: float, radius: float | None) -> None:
    instance = made(2_000, 200, days=days, shifts=shifts, tight=tight, radius_km=radius)

    plan = nearest_first(instance)

    assert violations(instance, plan) == ()
    assert 0 < plan.empty.sum() < plan.post.size


def test_the_same_question_gives_the_same_rows() -> None:
    first, second = (nearest_first(made(500, 50, days=2, shifts=2)) for _ in range(2))

    assert first.volunteer.tolist() == second.volunteer.tolist()
    assert first.post.tolist() == second.post.tolist()
    assert first.objective == second.objective


PLACES = "code,x_m,y_m\na,0,0\nb,1000,0\nc,-1000,0\nd,9000,0\n"
HEAD = VOLUNTEERS.splitlines()[0] + "\n"
POST_HEAD = POSTS.splitlines()[0] + "\n"


def people_sent(path: Path, people: str, posts: str, pairs: str | None = None, config: str = CONFIG) -> Sent:
    """Who is sent in a small town: a at 0, b and c 1 km to both sides, d 9 km out."""
    rows = None if pairs is None else f"volunteer,post,km\n{pairs}"
    texts = {"communities_csv": PLACES, "volunteers_csv": HEAD + people, "posts_csv": POST_HEAD + posts}
    instance = folder.read(laid(path, **texts, pairs_csv=rows, config_json=config))
    plan = nearest_first(instance)
    assert violations(instance, plan) == ()
    return sent(instance, plan)


def test_of_one_community_the_lower_tier_goes_then_the_shorter_history_then_the_first_id(
    tmp_path: Path,
) -> None:
    people = (
        "far,a,far,0,,d0s0,1,0,\nold,a,near,0,,d0s0,1,4,\nyy,a,near,0,,d0s0,1,2,\nxx,a,near,0,,d0s0,1,2,\n"
    )

    def first(seats: int) -> set[str]:
        gone = people_sent(tmp_path / str(seats), people, f"p,0,0,d0s0,{seats},0,0,,1,\n")
        return {who for who, _, _ in gone}

    assert first(1) == {"xx"}
    assert first(2) == {"xx", "yy"}
    assert first(3) == {"xx", "yy", "old"}
    assert first(4) == {"xx", "yy", "old", "far"}


def test_a_nearer_community_goes_before_a_lower_tier(tmp_path: Path) -> None:
    people = "here,a,far,0,,d0s0,1,9,\nthere,b,near,0,,d0s0,1,0,\n"

    assert people_sent(tmp_path, people, "p,0,0,d0s0,1,0,0,,1,\n") == {("here", "p", "general")}


def test_the_more_urgent_post_goes_first_then_the_earlier_then_the_first_id(tmp_path: Path) -> None:
    people = "one,a,near,0,,d0s0;d0s1,1,0,\n"
    urgent = "p1,0,0,d0s0,1,0,0,,1,\np2,0,0,d0s1,1,0,0,,2,\n"
    earlier = "p1,0,0,d0s1,1,0,0,,1,\np2,0,0,d0s0,1,0,0,,1,\n"
    same = "p2,0,0,d0s0,1,0,0,,1,\np1,0,0,d0s0,1,0,0,,1,\n"

    assert people_sent(tmp_path / "1", people, urgent) == {("one", "p2", "general")}
    assert people_sent(tmp_path / "2", people, earlier) == {("one", "p2", "general")}
    assert people_sent(tmp_path / "3", people, same) == {("one", "p1", "general")}


def test_nobody_is_moved_again_which_is_why_it_is_only_the_baseline(tmp_path: Path) -> None:
    # b takes the only one who could have gone to the second post; the best plan sends two.
    people = "near,b,near,0,,d0s0,1,0,\nfar,d,near,0,,d0s0,1,0,\n"
    posts = "p1,4500,0,d0s0,1,0,0,,2,\np2,-3500,0,d0s0,1,0,0,,1,\n"
    config = CONFIG.replace("null", "5")

    assert people_sent(tmp_path, people, posts, config=config) == {("near", "p1", "general")}
    assert len(solve(folder.read(tmp_path)).post) == 2


def test_a_listed_pair_replaces_the_distance_both_ways(tmp_path: Path) -> None:
    people = "home,a,near,0,,d0s0,1,0,\naway,d,near,0,,d0s0,1,0,\n"
    post = "p,0,0,d0s0,1,0,0,,1,\n"

    assert people_sent(tmp_path / "1", people, post) == {("home", "p", "general")}
    assert people_sent(tmp_path / "2", people, post, "home,p,9.5\n") == {("away", "p", "general")}
    assert people_sent(tmp_path / "3", people, post, "away,p,0\nhome,p,0.01\n") == {("away", "p", "general")}


def test_people_of_listed_pairs_do_not_hide_those_who_live_beside_them(tmp_path: Path) -> None:
    people = "l1,a,near,0,,d0s0,1,0,\nl2,a,near,0,,d0s0,1,0,\nother,a,far,0,,d0s0,1,9,\n"

    gone = people_sent(tmp_path, people, "p,0,0,d0s0,1,0,0,,1,\n", "l1,p,50\nl2,p,60\n")

    assert gone == {("other", "p", "general")}


def test_with_pairs_only_nobody_else_goes(tmp_path: Path) -> None:
    people = "l1,d,near,0,,d0s0,1,0,\nother,a,near,0,,d0s0,1,0,\n"
    config = CONFIG.replace('only": false', 'only": true')

    gone = people_sent(tmp_path, people, "p,0,0,d0s0,2,0,0,,1,\n", "l1,p,50\n", config)

    assert gone == {("l1", "p", "general")}


def test_the_radius_holds_for_pairs_and_for_places(tmp_path: Path) -> None:
    people = "near,b,near,0,,d0s0,1,0,\npair,a,near,0,,d0s0,1,0,\nfar,d,near,0,,d0s0,1,0,\n"
    config = CONFIG.replace("null", "2")

    gone = people_sent(tmp_path, people, "p,0,0,d0s0,3,0,0,,1,\n", "pair,p,2.01\nfar,p,2\n", config)

    assert gone == {("near", "p", "general"), ("far", "p", "general")}


def test_nobody_works_more_than_he_said_or_without_rest(tmp_path: Path) -> None:
    people = "one,a,near,0,,d0s0;d0s1;d1s0;d1s1,2,0,\n"
    posts = "".join(
        f"p{at},0,0,{slot},1,0,0,,{5 - at},\n" for at, slot in enumerate(("d0s1", "d0s0", "d1s0", "d1s1"))
    )
    free = CONFIG.replace('per_day": true', 'per_day": false').replace("[[1, 0]]", "[]")

    # One a day, and no morning after an evening: the first evening and the second.
    assert {post for _, post, _ in people_sent(tmp_path / "1", people, posts)} == {"p0", "p3"}
    # Without these rules the two most urgent.
    assert {post for _, post, _ in people_sent(tmp_path / "2", people, posts, config=free)} == {"p0", "p1"}


def test_rest_holds_for_the_day_before_as_well(tmp_path: Path) -> None:
    people = "one,a,near,0,,d0s1;d1s0,2,0,\n"
    posts = "late,0,0,d1s0,1,0,0,,5,\nearly,0,0,d0s1,1,0,0,,1,\n"

    assert people_sent(tmp_path, people, posts) == {("one", "late", "general")}


def test_scarce_people_are_kept_for_scarce_seats_of_their_post(tmp_path: Path) -> None:
    people = "chief,a,near,1,nurse,d0s0,1,0,\nnurse,b,near,0,nurse,d0s0,1,0,\nplain,c,near,0,,d0s0,1,0,\n"

    gone = people_sent(tmp_path, people, "p,0,0,d0s0,1,1,1,nurse,1,\n")

    assert gone == {("chief", "p", "backbone"), ("nurse", "p", "skilled"), ("plain", "p", "general")}
