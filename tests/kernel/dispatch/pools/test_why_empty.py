"""Why is this seat empty: a count that holds by the instance alone, or a plain sentence about who there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch import words
from muster.kernel.dispatch.answers import Empty, EmptyCode
from muster.kernel.dispatch.pools.instance import Horizon
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.solution import solve
from muster.kernel.dispatch.pools.why import Why
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.recounting import assert_certified
from tests.kernel.dispatch.pools.street import DRIVER, NURSE, asked, person, post, street


def only(why: Why, place: str) -> Empty:
    (line,) = why.why_empty(place)
    return line


def test_fewer_people_than_seats_are_counted_over_the_posts_that_share_them() -> None:
    nurses = [person(f"n{at}", 1.0, skills=NURSE) for at in range(3)]
    posts = [post(name, 0.0, skilled=2, skill="nurse") for name in ("east", "west")]

    why = asked([*nurses, person("other", 0.0)], [*posts, post("gate", 0.0, 1)])
    (line,) = why.empties()

    assert (line.code, line.seats, line.asked, line.kind) == (
        EmptyCode.FEWER_QUALIFIED_THAN_SEATS,
        1,
        2,
        "skilled",
    )
    assert (set(line.ring_slots), set(line.ring_kinds)) == ({"east", "west"}, {"skilled"})
    assert (line.ring_people, line.ring_capacity, line.ring_seats) == (3, 3, 4)
    assert (line.holders, line.qualified, line.excluded) == (3, 3, ())


def test_a_post_that_is_short_by_itself_is_told_by_itself() -> None:
    why = asked([person("a", 0.0), person("b", 0.0)], [post("gate", 0.0, 3), post("tent", 0.0, 4)])

    for name, wanted in (("gate", 3), ("tent", 4)):
        line = only(why, name)
        assert (line.ring_slots, line.ring_people, line.ring_seats) == ((name,), 2, wanted)


def test_a_higher_weight_takes_the_people_and_is_named() -> None:
    people = [person("a", 0.0), person("b", 0.0)]

    why = asked(people, [post("hospital", 0.0, 2, weight=5), post("gate", 0.0, 1)])
    line = only(why, "gate")

    assert line.code is EmptyCode.TAKEN_BY_HIGHER_WEIGHT
    assert (line.higher, line.higher_slots) == ((("hospital", 2),), 1)
    assert (line.ring_people, line.ring_seats) == (2, 3)


def test_of_many_posts_of_a_higher_weight_the_nearest_are_named() -> None:
    """A street of 14 posts, each helping the next; the one of weight 1 stays empty, and 13 stand around it."""
    people = [person(f"p{at:02}", float(at)) for at in range(13)]
    posts = [post(f"s{at:02}", float(at), 1, weight=1 if at == 6 else 2) for at in range(14)]

    line = only(asked(people, posts, radius_km=1.0), "s06")

    assert line.code is EmptyCode.TAKEN_BY_HIGHER_WEIGHT
    assert (line.higher_slots, len(line.ring_slots), len(line.higher)) == (13, 14, 10)
    assert line.higher[:3] == (("s05", 1), ("s07", 1), ("s04", 1))


def test_nobody_within_the_radius_tells_how_far_the_nearest_is() -> None:
    people = [person("near", 1.0), person("n14", 14.2, skills=NURSE), person("n20", 20.0, skills=NURSE)]

    why = asked(people, [post("tent", 0.0, skilled=1, skill="nurse")], radius_km=12.0)
    line = only(why, "tent")

    assert line.code is EmptyCode.NOBODY_IN_REACH
    assert (line.radius_km, line.nearest_km) == (12.0, 14.2)
    assert (line.holders, line.qualified, line.excluded) == (2, 0, (("too_far", 2),))
    assert (line.ring_slots, line.ring_people, line.ring_seats) == (("tent",), 0, 1)


def test_the_nearest_is_one_who_has_time() -> None:
    people = [person("busy", 13.0, available=0), person("resting", 14.0, most=0), person("free", 15.0)]

    why = asked([*people, person("declined", 12.5)], [post("gate", 0.0, 1)], radius_km=12.0)
    line = only(
        Why(why.instance, solve(why.instance, declined={"declined"}), frozenset({"declined"})), "gate"
    )

    assert line.nearest_km == 15.0
    assert line.excluded == (
        ("declined", 1),
        ("no_seats_left", 1),
        ("too_far", 1),
        ("window_not_offered", 1),
    )


def test_nobody_with_the_skill_is_nobody_at_any_distance() -> None:
    line = only(
        asked(
            [person("a", 0.0, skills=DRIVER)], [post("tent", 0.0, skilled=1, skill="nurse")], radius_km=5.0
        ),
        "tent",
    )

    assert (line.code, line.holders, line.nearest_km) == (EmptyCode.NOBODY_QUALIFIED, 0, None)


def test_where_only_listed_pairs_may_be_distance_is_no_reason() -> None:
    why = asked(
        [person("a", 0.0), person("b", 0.0)],
        [post("gate", 0.0, 1), post("tent", 0.0, 1)],
        pairs=[(0, 0, 1.0)],
        pairs_only=True,
    )
    line = only(why, "tent")

    assert (line.code, line.excluded) == (EmptyCode.NOBODY_QUALIFIED, (("not_listed", 2),))


def test_a_person_listed_from_afar_counts_for_that_post_alone() -> None:
    """a lives out of reach, but his pair is listed at 2 km; b's is listed beyond the radius, and so he may not come."""
    people = [person("a", 30.0), person("b", 1.0)]

    why = asked(people, [post("gate", 0.0, 3)], pairs=[(0, 0, 2.0), (1, 0, 9.0)], radius_km=5.0)
    line = only(why, "gate")

    assert (line.qualified, line.seats, line.excluded) == (1, 2, (("too_far", 1),))


def test_backbone_seats_may_go_to_anybody_so_all_are_counted() -> None:
    people = [person("member", 0.0, backbone=True), person("b", 0.0)]
    posts = [post("gate", 0.0, backbone=3)]

    with_others = only(asked(people, posts), "gate")
    without = only(asked(people, posts, backbone_fallback=False), "gate")

    assert (with_others.ring_people, with_others.ring_seats, with_others.seats) == (2, 3, 1)
    assert (without.ring_people, without.ring_seats, without.seats) == (1, 3, 2)


def test_a_member_who_is_worth_more_elsewhere_is_not_counted_as_idle() -> None:
    """Another could stand in for him at the command post, for half of it: that is less than it is worth."""
    people = [person("member", 1.0, backbone=True), person("b", 0.0)]
    posts = [post("command", 1.0, backbone=1, weight=5), post("gate", 2.0, 1)]

    line = only(asked(people, posts, radius_km=1.0), "gate")

    assert line.code is EmptyCode.TAKEN_BY_HIGHER_WEIGHT
    assert line.in_full
    assert line.higher == (("command", 1),)
    assert (line.ring_people, line.ring_seats) == (1, 2)


def test_several_seats_of_one_person_are_counted_as_what_he_can_fill() -> None:
    horizon = Horizon(3, 1)
    posts = [post(f"d{day}", 0.0, 1, slot=day) for day in range(3)]

    (line,) = asked([person("a", 0.0, most=2)], posts, horizon=horizon).empties()

    assert (line.ring_people, line.ring_capacity, line.ring_seats) == (1, 2, 3)


def test_two_slots_of_one_day_are_one_seat_for_a_person() -> None:
    posts = [post("morning", 0.0, 1), post("night", 0.0, 1, slot=1)]
    people = [person("a", 0.0, most=2)]

    one_a_day = asked(people, posts, horizon=Horizon(1, 2)).empties()
    two_a_day = asked(people, posts, horizon=Horizon(1, 2, one_per_day=False)).empties()

    assert [(line.ring_capacity, line.ring_seats) for line in one_a_day] == [(1, 2)]
    assert two_a_day == ()


def test_a_seat_that_only_rest_keeps_empty_says_so() -> None:
    """He would have time, but not after that night; the count alone would not show it."""
    rested = Horizon(2, 2, rest_pairs=((1, 0),))
    posts = [post("night", 0.0, 1, slot=1), post("morning", 0.0, 1, slot=2)]
    people = [person("a", 0.0, most=2)]
    free = street(people, posts, horizon=Horizon(2, 2))
    only_night = solve(street(people, [posts[0], {**posts[1], "general": 0}], horizon=Horizon(2, 2)))

    kept = only(Why(street(people, posts, horizon=rested), only_night), "morning")
    careless = only(Why(free, only_night), "morning")

    assert (kept.code, kept.resting, kept.qualified) == (EmptyCode.KEPT_FOR_REST, 1, 1)
    assert (careless.code, careless.resting, careless.qualified) == (EmptyCode.COULD_BE_FILLED, 0, 1)


def test_the_rule_of_a_list_and_a_map_leaves_seats_that_could_be_filled() -> None:
    people = [person("nurse", 0.0, skills=NURSE), person("other", 5.0)]
    posts = [post("gate", 0.0, 1, weight=2), post("tent", 0.0, skilled=1, skill="nurse")]
    instance = street(people, posts)

    human = Why(instance, nearest_first(instance))

    assert [(line.slot, line.code) for line in human.empties()] == [("tent", EmptyCode.COULD_BE_FILLED)]
    assert Why(instance, solve(instance)).empties() == ()


def test_a_full_post_has_no_reason_and_an_unknown_one_no_answer() -> None:
    why = asked([person("a", 0.0)], [post("gate", 0.0, 1)])

    assert why.why_empty("gate") == ()
    with pytest.raises(KeyError):
        why.why_empty("no such post")


def test_each_kind_of_a_post_has_an_answer_of_its_own() -> None:
    why = asked([], [post("gate", 0.0, 1, backbone=2, skilled=1, skill="nurse")])

    assert [(line.kind, line.seats) for line in why.why_empty("gate")] == [
        ("general", 1),
        ("backbone", 2),
        ("skilled", 1),
    ]


@settings(max_examples=100)
@given(st.data())
def test_every_empty_seat_of_a_proven_plan_is_certified(data: st.DataObject) -> None:
    facts = data.draw(tiny.facts(people=6, posts=5))
    instance = tiny.instance_of(facts)
    declined = frozenset(data.draw(st.sets(st.sampled_from(instance.volunteers.id), max_size=1)))
    why = Why(instance, solve(instance, declined=declined), declined)

    lines = why.empties()

    assert {(line.slot, line.kind): line.seats for line in lines} == {
        (instance.posts.id[p], kind): int(why.solution.empty[p, at])
        for p in range(len(instance.posts.id))
        for at, kind in enumerate(("general", "backbone", "skilled"))
        if why.solution.empty[p, at]
    }
    for line in lines:
        assert line.code not in (EmptyCode.COULD_BE_FILLED, EmptyCode.KEPT_FOR_REST)
        assert_certified(instance, line, declined)
        assert set(words.WHY_EMPTY[line.code]) <= set(Empty.__dataclass_fields__)
        assert line.holders == line.qualified + sum(many for _, many in line.excluded)
        assert (line.qualified == 0) == (line.code in (EmptyCode.NOBODY_QUALIFIED, EmptyCode.NOBODY_IN_REACH))


@settings(max_examples=60)
@given(tiny.facts(people=6, posts=5))
def test_without_the_higher_weight_the_taken_seat_could_be_filled(facts: dict[str, Any]) -> None:
    """Where others of a higher weight took the people, a plan without those posts leaves fewer seats of his empty."""
    facts = tiny.with_prices(facts, backbone_fallback=False)
    instance = tiny.instance_of(facts)
    why = Why(instance, solve(instance))

    for line in why.empties():
        if line.code is not EmptyCode.TAKEN_BY_HIGHER_WEIGHT:
            continue
        first = {row[0]: 3 if row[0] == line.slot else 1 for row in facts["posts"]}
        turned = {**facts, "posts": [(*row[:6], first[row[0]], row[7]) for row in facts["posts"]]}
        then = Why(tiny.instance_of(turned), solve(tiny.instance_of(turned)))
        before = sum(int(many) for many in why.solution.empty[instance.posts.id.index(line.slot)])
        after = sum(int(many) for many in then.solution.empty[instance.posts.id.index(line.slot)])
        assert after < before


@settings(max_examples=60)
@given(tiny.facts(people=6, posts=4))
def test_human_plans_are_explained_as_well_and_honestly(facts: dict[str, Any]) -> None:
    """Either the seat is certified, or the answer admits that it could be filled."""
    instance = tiny.instance_of(facts)
    why = Why(instance, nearest_first(instance))

    for line in why.empties():
        if line.code in (EmptyCode.COULD_BE_FILLED, EmptyCode.KEPT_FOR_REST):
            assert line.qualified > 0
        else:
            assert_certified(instance, line)


@settings(max_examples=60)
@given(tiny.facts(people=5, posts=4, roomy=True))
def test_with_a_rule_of_rest_a_seat_is_certified_or_kept_for_rest_or_could_be_filled(
    facts: dict[str, Any],
) -> None:
    """The human rule keeps rest; what it leaves empty is told as it is, and a count still holds by the instance alone."""
    horizon = facts["horizon"]
    ruled = replace(horizon, rest_pairs=((horizon.shifts - 1, 0),))
    instance = tiny.instance_of({**facts, "horizon": ruled})
    why = Why(instance, nearest_first(instance))

    for line in why.empties():
        if line.code is EmptyCode.KEPT_FOR_REST:
            assert line.resting > 0
        elif line.code is not EmptyCode.COULD_BE_FILLED:
            assert_certified(instance, line)
