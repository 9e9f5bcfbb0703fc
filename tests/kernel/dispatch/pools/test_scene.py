"""What explanations know of a plan, against the plain meaning of every rule and price."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.pools import scene as scenes
from muster.kernel.dispatch.pools.instance import KINDS, Horizon, Instance
from muster.kernel.dispatch.pools.scene import ANYBODY, BACKBONE_ONLY, FIRST_SKILL, Scene
from muster.kernel.dispatch.pools.solution import solve
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.recounting import qualifies
from tests.kernel.dispatch.pools.street import NURSE, person, post, street


def asked_seats(instance: Instance) -> list[tuple[int, int]]:
    return [(p, kind) for p, kind in np.argwhere(instance.posts.seats > 0).tolist()]


@settings(max_examples=80)
@given(st.data())
def test_rules_and_prices_are_what_they_mean(data: st.DataObject) -> None:
    """Person by person and seat by seat, with and without a plan in force."""
    facts = data.draw(tiny.facts())
    instance = tiny.instance_of(facts)
    incumbent = kept = None
    if data.draw(st.booleans()):
        incumbent, kept = tiny.incumbent_of(instance, data.draw(tiny.incumbents(facts)))
    solution = solve(instance, incumbent=incumbent)
    scene = Scene(instance, solution)

    for v in range(len(instance.volunteers.id)):
        for p, kind in asked_seats(instance):
            seat, allowed = p * len(KINDS) + kind, qualifies(instance, v, p, kind, in_full=False)
            assert bool(scene.may(v, seat)) == (allowed and instance.volunteers.max_shifts[v] > 0)
            halves = tiny.seat_halves(instance, v, p, kind)
            cost = tiny.pair_cost(instance, v, p, kept)
            if allowed and halves is not None and cost is not None:
                assert int(scene.halves(v, seat)) == halves
                assert int(scene.units(v, seat)) == cost + halves * (scene.seat_value // 2)


@settings(max_examples=60)
@given(tiny.facts())
def test_homes_reach_what_their_people_reach_at_the_same_price(facts: dict[str, Any]) -> None:
    instance = tiny.instance_of(facts)
    scene = Scene(instance, solve(instance))
    posts = np.arange(len(instance.posts.id))
    reach, amount = scene.reach(posts), scene.home_units(posts)

    for v in range(len(instance.volunteers.id)):
        for p in posts.tolist():
            cost = tiny.pair_cost(instance, v, p, None)
            home = int(scene.home[v])
            assert (home >= 0 and bool(reach[p, home])) == (cost is not None)
            assert bool(scene.near(np.array([v]), np.array([p]))[0]) == (cost is not None)
            if cost is not None:
                assert int(amount[p, home]) == cost


@settings(max_examples=30)
@given(tiny.facts())
def test_reach_is_the_same_whether_it_is_kept_or_looked_at_again(facts: dict[str, Any]) -> None:
    instance = tiny.instance_of(facts)
    solution, posts = solve(instance), np.arange(len(instance.posts.id))[::-1]
    kept = Scene(instance, solution).reach(posts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scenes, "MOST_KEPT", -1)
        again = Scene(instance, solution).reach(posts)

    assert (kept == again).all()


@settings(max_examples=60)
@given(tiny.facts(roomy=True))
def test_who_is_free_and_who_is_in_the_way(facts: dict[str, Any]) -> None:
    """Free: one more seat in that slot breaks no rule. In the way: without that seat it would not either."""
    instance = tiny.instance_of(facts)
    scene = Scene(instance, solve(instance))
    slots = np.asarray(instance.posts.slot)

    for slot in sorted({int(one) for one in slots}):
        there = int(np.flatnonzero(slots == slot)[0])
        free, spared = scene.free_for(slot), scene.spared_by(slot)
        for v in range(len(instance.volunteers.id)):
            mine = scene.solution.post[scene.row_person == v].tolist()
            if not scene.available(slot)[v]:
                continue
            assert bool(free[v]) == tiny.may_together(instance, v, (*mine, there))
        for row, v in enumerate(scene.row_person.tolist()):
            rest = [
                int(scene.solution.post[other])
                for other in np.flatnonzero(scene.row_person == v).tolist()
                if other != row
            ]
            if scene.available(slot)[v]:
                assert bool(spared[row]) == tiny.may_together(instance, v, (*rest, there))


def test_seats_ask_for_what_their_kind_says_and_less_where_others_may_stand_in() -> None:
    posts = [post("gate", 0.0, 1, backbone=1, skilled=1, skill="nurse")]
    loose = Scene(*solved(street([person("a", 0.0)], posts)))
    strict = Scene(*solved(street([person("a", 0.0)], posts, backbone_fallback=False)))
    nurse = FIRST_SKILL + tiny.SKILLS.index("nurse")

    assert loose.need(in_full=True).tolist() == [ANYBODY, BACKBONE_ONLY, nurse]
    assert loose.need(in_full=False).tolist() == [ANYBODY, ANYBODY, nurse]
    assert strict.need(in_full=False).tolist() == [ANYBODY, BACKBONE_ONLY, nurse]


def solved(instance: Instance) -> tuple[Instance, Any]:
    return instance, solve(instance)


def test_people_of_one_community_and_patch_share_a_home_and_pairs_make_one_of_their_own() -> None:
    people = [
        person("a", 0.0, patch=0),
        person("b", 0.0, patch=0),
        person("c", 0.0, patch=1),
        person("d", 5.0, patch=0),
        person("e", 0.0, patch=0),
    ]
    instance = street(people, [post("gate", 0.0, 1)], pairs=[(4, 0, 1.0)])

    home = Scene(*solved(instance)).home.tolist()

    assert home[0] == home[1]
    assert Counter(Counter(home).values()) == Counter({1: 3, 2: 1})


def test_where_only_pairs_may_be_nobody_else_has_a_home() -> None:
    people = [person("a", 0.0), person("b", 0.0)]
    instance = street(people, [post("gate", 0.0, 1)], pairs=[(1, 0, 1.0)], pairs_only=True)
    scene = Scene(*solved(instance))

    assert (scene.home >= 0).tolist() == [False, True]
    assert scene.pool(ANYBODY, 0).tolist() == [1]


def test_a_pool_counts_those_who_could_come() -> None:
    people = [
        person("a", 0.0),
        person("nurse", 0.0, skills=NURSE),
        person("never", 0.0, skills=NURSE, most=0),
        person("away", 0.0, skills=NURSE, available=0b10),
        person("declined", 0.0, skills=NURSE),
        person("far", 3.0, skills=NURSE),
    ]
    instance = street(people, [post("tent", 0.0, skilled=1, skill="nurse")], horizon=Horizon(2, 1))
    scene = Scene(instance, solve(instance, declined={"declined"}), frozenset({"declined"}))
    nurse = FIRST_SKILL + tiny.SKILLS.index("nurse")

    assert scene.pool(nurse, 0).tolist() == [1, 1]
    assert scene.pool(nurse, 1).tolist() == [2, 1]
    assert scene.pool(ANYBODY, 0).tolist() == [2, 1]


def test_rest_keeps_people_from_the_slot_before_and_the_slot_after() -> None:
    """A night in the middle: neither the morning after nor the evening it rules out, until that one seat is left."""
    horizon = Horizon(3, 2, rest_pairs=((1, 0),))
    instance = street(
        [person("a", 0.0, most=3)],
        [post("night", 0.0, 1, slot=1), post("morning", 0.0, slot=2, backbone=0), post("later", 0.0, slot=4)],
        horizon=horizon,
    )
    scene = Scene(*solved(instance))

    assert [bool(scene.free_for(slot)[0]) for slot in range(6)] == [False, False, False, True, True, True]
    assert [bool(scene.kept_for_rest(slot)[0]) for slot in range(6)] == [
        False,
        False,
        True,
        False,
        False,
        False,
    ]
    assert bool(scene.spared_by(2)[0])
    assert bool(scene.in_the_way(2)[0])
    assert not bool(scene.in_the_way(4)[0])
    assert not scene.exact
