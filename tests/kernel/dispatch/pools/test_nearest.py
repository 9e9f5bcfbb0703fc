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


@settings(max_examples=80)
@given(tiny.facts(people=6, posts=4))
def test_the_rule_is_that_of_plain_loops(facts: dict[str, Any]) -> None:
    instance = tiny.instance_of(facts)

    assert sent(instance, nearest_first(instance)) == by_hand(instance)


@settings(max_examples=40)
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
