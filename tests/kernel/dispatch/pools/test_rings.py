"""Shortages of a town: counted over by hand, as small as they can be, and shared by what hangs together."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from muster.kernel.dispatch.answers import EmptyCode
from muster.kernel.dispatch.pools import rings
from muster.kernel.dispatch.pools.heads import Heads
from muster.kernel.dispatch.pools.instance import KINDS, Horizon, Prices
from muster.kernel.dispatch.pools.made import made
from muster.kernel.dispatch.pools.scene import Scene
from muster.kernel.dispatch.pools.solution import solve
from muster.kernel.dispatch.pools.trimming import trimmed
from muster.kernel.dispatch.pools.why import Why
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.recounting import assert_certified, counted, qualifies
from tests.kernel.dispatch.pools.street import NURSE, asked, person, post, street
from tests.kernel.dispatch.pools.test_laws import town


def asked_town(seed: int, **prices: Any) -> Why:
    instance = tiny.instance_of(town(60, 45, seed, radius_km=9.0, **prices))
    return Why(instance, solve(instance))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("neighborhood", "core"), [(64, 500), (4, 3), (1, 1)], ids=["near", "both", "all at once"]
)
def test_shortages_of_a_town_hold_however_they_are_looked_for(
    seed: int, neighborhood: int, core: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rings, "NEIGHBORHOOD", neighborhood)
    monkeypatch.setattr(rings, "CORE", core)
    why = asked_town(seed, backbone_fallback=seed % 2 == 0)

    lines = why.empties()

    assert len(lines) > 20
    # Recounting all of them by hand would take longer than the rest of the suite.
    for line in lines[:: len(lines) // 4]:
        assert_certified(why.instance, line)


def test_what_hangs_together_shares_one_shortage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten posts in a row that help each other and three empty seats: one count for all, with all that is empty in it."""
    monkeypatch.setattr(rings, "NEIGHBORHOOD", 0)
    monkeypatch.setattr(rings, "CORE", 3)
    people = [person(f"p{at}", float(at)) for at in range(10)]
    posts = [post(f"s{at}", float(at), 1) for at in range(10)]
    extra = [post(f"t{at}", float(at), 1) for at in (1, 4, 8)]

    lines = asked(people, [*posts, *extra], radius_km=1.0).empties()

    assert len(lines) == 3
    assert len({line.ring_slots for line in lines}) == 1
    assert (lines[0].ring_people, lines[0].ring_seats) == (10, 13)


def test_a_shortage_apart_does_not_join_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rings, "NEIGHBORHOOD", 0)
    monkeypatch.setattr(rings, "CORE", 1)
    west = [person(f"w{at}", float(at)) for at in range(4)]
    east = [person(f"e{at}", 50.0 + at) for at in range(4)]
    posts = [post(f"s{at}", float(at), 1) for at in range(4)] + [
        post(f"t{at}", 50.0 + at, 1) for at in range(4)
    ]

    lines = asked([*west, *east], [*posts, post("a", 2.0, 1), post("b", 52.0, 1)], radius_km=1.0).empties()

    assert [(len(line.ring_slots), line.ring_people, line.ring_seats) for line in lines] == [
        (5, 4, 5),
        (5, 4, 5),
    ]
    assert not set(lines[0].ring_slots) & set(lines[1].ring_slots)


def test_a_shortage_is_no_larger_than_it_must_be() -> None:
    """The tent's nurse and the ward's compete; the gate has an idle neighbor and is none of their business."""
    people = [
        person("nurse", 0.0, skills=NURSE),
        *(person(f"p{at}", 0.0) for at in range(3)),
    ]
    posts = [
        post("gate", 0.0, 3),
        post("tent", 0.0, skilled=1, skill="nurse"),
        post("ward", 0.0, skilled=1, skill="nurse"),
    ]

    (line,) = asked(people, posts).empties()

    assert set(line.ring_slots) == {"tent", "ward"}
    assert (line.ring_people, line.ring_seats) == (1, 2)


@pytest.mark.parametrize("seed", range(3))
def test_no_post_of_a_small_shortage_can_be_left_out(seed: int) -> None:
    """Taking one away either leaves enough people for the rest or cuts the rest off from the post in question."""
    why = asked_town(seed, backbone_fallback=False)
    small = [line for line in why.empties() if 1 < len(line.ring_slots) <= 30][:3]
    assert small

    for line in small:
        members = list(zip(line.ring_slots, line.ring_kinds, strict=True))
        for at in range(1, len(members)):
            rest = linked(why, [*members[:at], *members[at + 1 :]])
            _, capacity, seats = counted(why.instance, rest, in_full=line.in_full)
            assert capacity >= seats


def linked(why: Why, members: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What of these leads to the first one by people who could be moved, link by link, in one slot."""
    posts = why.instance.posts.id
    types = [(posts.index(name), KINDS.index(kind)) for name, kind in members]
    holders = {
        (p, kind): [
            int(v)
            for v, q, k in zip(
                why.solution.volunteer.tolist(),
                why.solution.post.tolist(),
                why.solution.kind.tolist(),
                strict=True,
            )
            if (q, k) == (p, kind)
        ]
        for p, kind in types
    }
    reached, left = {types[0]}, [types[0]]
    while left:
        p, kind = left.pop()
        for other in types:
            if other not in reached and any(
                qualifies(why.instance, v, p, kind, in_full=False) for v in holders[other]
            ):
                reached.add(other)
                left.append(other)
    return [member for member, one in zip(members, types, strict=True) if one in reached]


def test_trimming_leaves_the_first_type_and_what_it_takes() -> None:
    """Two nurses for three tents; the gate that was found on the way is left out, whatever its number."""
    people = [person("n1", 0.0, skills=NURSE), person("n2", 1.0, skills=NURSE), person("p", 0.0)]
    posts = [
        post("a", 0.0, skilled=2, skill="nurse"),
        post("b", 0.0, 1),
        post("c", 0.0, skilled=1, skill="nurse"),
    ]
    instance = street(people, posts)
    scene = Scene(instance, solve(instance))
    short = int(np.flatnonzero(scene.filled < scene.seats)[0])
    other = ({2, 8} - {short}).pop()

    ring = trimmed(
        scene, Heads.of_scene(scene), scene.need(in_full=True), np.array([short, 3, other], dtype=np.int64)
    )

    assert (set(ring.slots), ring.people, ring.capacity, ring.seats) == ({2, 8}, 2, 2, 3)
    assert ring.slots[0] == short


def test_people_are_counted_by_head_and_alike_only_where_nothing_tells_them_apart() -> None:
    people = [
        person("a", 0.0),
        person("b", 0.0),
        person("nurse", 0.0, skills=NURSE),
        person("member", 0.0, backbone=True),
        person("far", 5.0),
        person("twice", 0.0, most=2),
        person("often", 0.0, most=9),
        person("never", 0.0, most=0),
        person("evening", 0.0, available=0b10),
    ]
    instance = street(people, [post("gate", 0.0, 1)], horizon=Horizon(2, 1))
    heads = Heads.of_scene(Scene(instance, solve(instance)))

    groups = {name: int(heads.of[at]) for at, name in enumerate(instance.volunteers.id)}
    assert groups["never"] == -1
    assert groups["a"] == groups["b"]
    # More seats than periods are no more than one for each.
    assert groups["twice"] == groups["often"]
    assert len(set(groups.values())) == 7
    assert sorted(heads.people.tolist()) == [1, 1, 1, 1, 2, 2]
    assert heads.most[groups["often"]] == 2


def test_whoever_declined_is_no_head() -> None:
    instance = street([person("a", 0.0), person("b", 0.0)], [post("gate", 0.0, 3)])

    heads = Heads.of_scene(Scene(instance, solve(instance), frozenset({"a"})))

    assert heads.people.tolist() == [1]


def test_a_shortage_of_a_city_is_told_in_a_moment_and_holds() -> None:
    """800 people and 80 posts within 12 km: every reason is there, and one in ten is counted over."""
    instance = made(800, 80, tight=1.2, radius_km=12.0, seed=5)
    why = Why(instance, solve(instance))

    lines = why.empties()

    assert sum(line.seats for line in lines) == int(why.solution.empty.sum()) > 0
    for line in lines[:: max(1, len(lines) // 3)]:
        if line.code is not EmptyCode.NOBODY_IN_REACH:
            quick_recount(why, line.ring_slots, line.ring_kinds, line.ring_people, line.ring_seats)


def quick_recount(why: Why, posts: tuple[str, ...], kinds: tuple[str, ...], people: int, seats: int) -> None:
    """For one slot: a person counts once, as soon as he may take one of the seats. Straight from the tables, per type."""
    instance, found = why.instance, np.zeros(len(why.instance.volunteers.id), dtype=np.bool_)
    at = {name: position for position, name in enumerate(instance.posts.id)}
    volunteers, places = instance.volunteers, instance.communities
    radius = instance.prices.radius_km or np.inf
    for name, kind in zip(posts, kinds, strict=True):
        p = at[name]
        away = np.hypot(places.x_m - instance.posts.x_m[p], places.y_m - instance.posts.y_m[p]) / 1000
        able = np.ones(len(found), dtype=np.bool_)
        if kind == "skilled":
            able = (volunteers.skills >> np.uint64(instance.posts.skill[p]) & np.uint64(1)) != 0
        found |= able & (volunteers.available > 0) & (np.round(away, 2) <= radius)[volunteers.community]
    assert int(found.sum()) == people
    assert people < seats
    assert sum(
        int(instance.posts.seats[at[n], KINDS.index(k)]) for n, k in zip(posts, kinds, strict=True)
    ) == (seats)


def test_the_order_of_the_input_changes_no_answer() -> None:
    facts = town(30, 20, 3, radius_km=9.0)
    turned = {**facts, "volunteers": facts["volunteers"][::-1], "posts": facts["posts"][::-1]}
    one, other = (tiny.instance_of(given) for given in (facts, turned))

    first, second = Why(one, solve(one)), Why(other, solve(other))

    assert first.empties() == second.empties()
    assert first.seated() == second.seated()


def test_a_ring_names_every_type_once_and_the_one_in_question_first() -> None:
    why = asked_town(1)

    for line in why.empties():
        members = list(zip(line.ring_slots, line.ring_kinds, strict=True))
        if len(members) <= rings.NEIGHBORHOOD:
            assert members[0] == (line.slot, line.kind)
        assert len(set(members)) == len(members)


def test_more_people_never_make_a_shortage_larger() -> None:
    people = [person(f"p{at}", at % 3 + 0.0) for at in range(9)]
    posts = [post(f"s{at}", float(at), 5) for at in range(3)]

    empty = [
        sum(line.seats for line in asked(people[:many], posts, radius_km=1.0).empties())
        for many in range(len(people) + 1)
    ]

    assert all(one >= other for one, other in pairwise(empty))
    assert empty[0] == 15


def test_without_a_radius_everybody_counts_for_every_post() -> None:
    instance = tiny.instance_of(town(40, 40, 2))
    why = Why(instance, solve(instance))
    prices: Prices = instance.prices

    assert prices.radius is None
    for line in why.empties()[:3]:
        assert_certified(instance, line)
        assert line.nearest_km is None
