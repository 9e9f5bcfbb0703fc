"""Every reason can be verified: by solving again without the person, by forcing the pair, by counting heads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from muster.kernel.dispatch import (
    Costs,
    EmptyCode,
    Exclusion,
    Kind,
    NotCode,
    Person,
    Reason,
    Slot,
    WhyMe,
    WhyNot,
    greedy,
    solve,
    words,
)
from tests.kernel.dispatch.instances import MORNING, NEXT_DAY, Instance, instances

PLAIN = Costs(fairness_km=0.0)


def seats(slot_id: str, count: int, *, x_m: float = 0, weight: int = 1, skill: str = "") -> Slot:
    kind = Kind.SKILLED if skill else Kind.GENERAL
    return Slot(slot_id, x_m, 0, MORNING, count, kind, skill, weight)


def test_why_me_names_the_next_best_person_and_his_extra_cost() -> None:
    people = [Person("near", 500, 0, recent_calls=2, days_since_asked=9), Person("far", 2_000, 0)]

    plan = solve(people, [seats("gate", 1)], PLAIN)

    assert plan.why_me("near") == (
        WhyMe(
            person="near",
            slot="gate",
            km=0.5,
            tier=0,
            skill="",
            backbone_seat=False,
            kept=False,
            recent_calls=2,
            days_since_asked=9,
            next_person="far",
            next_extra_km=1.5,
            next_moves=0,
        ),
    )
    assert plan.assignments[0].reasons == (
        Reason("distance", (("km", 0.5),)),
        Reason("last_asked", (("days", 9),)),
        Reason("recent_calls", (("calls", 2),)),
        Reason("tier", (("tier", 0),)),
        Reason("next_best", (("person", "far"), ("extra_km", 1.5), ("moves", 0))),
    )
    assert plan.why_me("far") == ()


def test_why_me_follows_a_chain_of_moves() -> None:
    people = [Person("a", 0, 0), Person("b", 1_000, 0, skills=frozenset({"nurse"})), Person("c", 9_000, 0)]
    slots = [seats("tent", 1, x_m=1_000, skill="nurse"), seats("gate", 1)]

    with_spare_nurse = [*people, Person("d", 3_000, 0, skills=frozenset({"nurse"}))]
    alone, relieved = (
        solve(people, slots, PLAIN).why_me("b")[0],
        solve(with_spare_nurse, slots, PLAIN).why_me("b")[0],
    )

    assert (alone.next_person, alone.next_extra_km, alone.next_moves) == (None, None, None)
    assert alone.reasons[-1] == Reason("nobody_else")
    assert (relieved.next_person, relieved.next_extra_km, relieved.next_moves) == ("d", 2.0, 0)


def test_next_best_may_be_reached_through_others() -> None:
    people = [Person("a", 0, 0), Person("b", 1_000, 0), Person("c", 2_100, 0)]
    exclusions = [Exclusion("c", "health_limit", "west")]

    plan = solve(people, [seats("west", 1), seats("east", 1, x_m=1_000)], PLAIN, exclusions=exclusions)
    why = plan.why_me("a")[0]

    assert (why.slot, why.next_person, why.next_extra_km, why.next_moves) == ("west", "c", 2.1, 1)


@settings(max_examples=150)
@given(instances(most_people=6, most_slots=4, most_seats=2))
def test_extra_cost_is_what_the_plan_costs_without_the_person(instance: Instance) -> None:
    people = [replace(person, max_seats=min(person.max_seats, 1)) for person in instance.people]
    plan = solve(people, instance.slots, instance.costs, exclusions=instance.exclusions)

    # Two of them are as good as all, and half the work.
    for row in plan.assignments[:2]:
        why = plan.why_me(row.person)[0]
        rest = solve(
            [person for person in people if person.id != row.person],
            instance.slots,
            instance.costs,
            exclusions=instance.exclusions,
        )
        if why.next_extra_km is None:
            assert rest.filled_weight < plan.filled_weight
        else:
            assert rest.filled_weight == plan.filled_weight
            assert round(rest.objective_km - plan.objective_km, 2) == why.next_extra_km


@settings(max_examples=150)
@given(instances(most_people=6, most_slots=4, most_seats=2))
def test_price_of_sending_somebody_all_the_same_is_that_of_the_best_plan_with_him_there(
    instance: Instance,
) -> None:
    people = [replace(person, max_seats=min(person.max_seats, 1)) for person in instance.people]
    plan = solve(people, instance.slots, instance.costs, exclusions=instance.exclusions)
    pairs = [(person, slot) for person in people[:3] for slot in instance.slots[:3]]
    for person, slot in pairs:
        why = plan.why_not(person.id, slot.id)
        if why.codes[0] not in (NotCode.OTHERS_CHEAPER, NotCode.NEEDED_ELSEWHERE):
            continue

        weight, cost = with_him_there(replace(instance, people=tuple(people)), person, slot)

        if why.extra_km is None:
            assert weight < plan.filled_weight
        else:
            assert (weight, cost) == (plan.filled_weight, round((plan.objective_km + why.extra_km) * 100))


def with_him_there(instance: Instance, person: Person, slot: Slot) -> tuple[int, int]:
    """Weight and cost of the best plan in which the person has a seat at the slot."""
    fewer = [replace(s, seats=s.seats - 1) if s is slot else s for s in instance.slots]
    alone = solve([person], [replace(slot, seats=1)], instance.costs)
    rest = solve(
        [p for p in instance.people if p is not person], fewer, instance.costs, exclusions=instance.exclusions
    )
    return alone.filled_weight + rest.filled_weight, round((alone.objective_km + rest.objective_km) * 100)


def test_why_not_gives_every_rule_that_bars() -> None:
    somebody = Person("p", 9_000, 0, windows=frozenset({"next day"}))
    slot = seats("tent", 1, skill="nurse")
    exclusions = [Exclusion("p", "not_insured", "tent"), Exclusion("p", "double_booked")]

    plan = solve([somebody], [slot], Costs(radius_km=5), exclusions=exclusions)

    assert plan.why_not("p", "tent") == WhyNot(
        "p", "tent", ("double_booked", "not_insured", "window_not_offered", "skill_missing", "too_far"), 9.0
    )


def test_why_not_knows_those_whom_a_rule_kept_out_altogether() -> None:
    plan = solve([], [seats("gate", 1)], Costs(), exclusions=[Exclusion("child", "too_young")])

    assert plan.why_not("child", "gate").codes == ("too_young",)
    assert plan.why_not("stranger", "gate").codes == (NotCode.UNKNOWN_PERSON,)
    with pytest.raises(KeyError):
        plan.why_not("child", "no such slot")


def test_why_not_says_what_others_save_and_where_one_is_needed() -> None:
    people = [Person("near", 0, 0), Person("far", 3_000, 0)]

    plan = solve(people, [seats("gate", 1), seats("tent", 0, x_m=3_000)], PLAIN)

    assert plan.why_not("far", "gate") == WhyNot("far", "gate", (NotCode.OTHERS_CHEAPER,), 3.0, 3.0)
    assert plan.why_not("near", "gate") == WhyNot("near", "gate", (NotCode.ASSIGNED,), 0.0)
    assert plan.why_not("far", "tent").codes == (NotCode.NO_SEATS_TO_FILL,)


def test_why_not_of_somebody_placed_elsewhere_names_the_place() -> None:
    plan = solve([Person("p", 0, 0)], [seats("gate", 1, weight=2), seats("tent", 1, x_m=1_000)], PLAIN)

    assert plan.why_not("p", "tent") == WhyNot("p", "tent", (NotCode.NEEDED_ELSEWHERE,), 1.0, None, "gate")


def test_person_without_seats_left_is_told_so() -> None:
    plan = solve([Person("p", 0, 0, max_seats=0)], [seats("gate", 1)], PLAIN)

    assert plan.why_not("p", "gate").codes == ("no_seats_left",)


def test_price_of_one_more_seat() -> None:
    plan = solve([Person("a", 0, 0), Person("b", 2_500, 0)], [seats("gate", 1)], PLAIN)
    tight = solve([Person("a", 0, 0)], [seats("gate", 1)], PLAIN)

    assert plan.price_km("gate") == 2.5
    assert tight.price_km("gate") is None


def test_nobody_qualified_says_who_would_have_been() -> None:
    nurses = [Person(f"n{i}", 0, 0, skills=frozenset({"nurse"})) for i in range(3)]
    exclusions = [
        Exclusion("n0", "rest_too_short"),
        Exclusion("n1", "rest_too_short"),
        Exclusion("n2", "not_insured"),
    ]

    plan = solve(
        [*nurses, Person("p", 0, 0)], [seats("tent", 2, skill="nurse")], PLAIN, exclusions=exclusions
    )
    empty = plan.empties[0]

    assert (empty.code, empty.seats, empty.holders, empty.qualified) == (EmptyCode.NOBODY_QUALIFIED, 2, 3, 0)
    assert empty.excluded == (("not_insured", 1), ("rest_too_short", 2))


def test_fewer_qualified_than_seats_counts_people_and_seats() -> None:
    nurses = [Person(f"n{i}", 0, 0, skills=frozenset({"nurse"})) for i in range(3)]
    slots = [seats("east", 2, skill="nurse"), seats("west", 2, skill="nurse"), seats("gate", 1)]

    plan = solve([*nurses, *(Person(f"p{i}", 0, 0) for i in range(5))], slots, PLAIN)
    (empty,) = plan.empties

    assert (empty.code, empty.seats, empty.qualified) == (EmptyCode.FEWER_QUALIFIED_THAN_SEATS, 1, 3)
    assert (empty.ring_slots, empty.ring_people, empty.ring_seats) == (("east", "west"), 3, 4)


def test_own_shortage_is_told_before_that_of_the_neighbors() -> None:
    nurses = [Person("n", 0, 0, skills=frozenset({"nurse"}))]

    plan = solve(nurses, [seats("tent", 3, skill="nurse"), seats("gate", 4)], PLAIN)

    assert [(e.slot, e.ring_slots, e.ring_people, e.ring_seats) for e in plan.empties] == [
        ("gate", ("gate",), 1, 4),
        ("tent", ("tent",), 1, 3),
    ]


def test_seat_taken_by_a_higher_weight_names_the_taker() -> None:
    people = [Person("a", 0, 0), Person("b", 0, 0)]

    plan = solve(people, [seats("hospital", 2, weight=5), seats("gate", 1)], PLAIN)
    (empty,) = plan.empties

    assert (empty.slot, empty.code) == ("gate", EmptyCode.TAKEN_BY_HIGHER_WEIGHT)
    assert empty.higher == (("hospital", 2),)


def test_second_window_is_no_part_of_the_shortage_of_the_first() -> None:
    people = [Person("a", 0, 0, max_seats=2)]
    slots = [seats("gate", 2), Slot("tomorrow", 0, 0, NEXT_DAY, 1)]

    plan = solve(people, slots, PLAIN)
    (empty,) = plan.empties

    assert (empty.slot, empty.ring_slots, empty.ring_people, empty.ring_capacity) == ("gate", ("gate",), 1, 1)


def test_limit_on_seats_joins_windows_into_one_shortage() -> None:
    people = [Person("a", 0, 0, max_seats=1)]
    slots = [seats("gate", 1), Slot("tomorrow", 0, 0, NEXT_DAY, 1)]

    (empty,) = solve(people, slots, PLAIN).empties

    assert (empty.ring_slots, empty.ring_people, empty.ring_capacity, empty.ring_seats) == (
        ("gate", "tomorrow"),
        1,
        1,
        2,
    )


def test_greedy_admits_that_a_seat_could_have_been_filled() -> None:
    people = [Person("nurse", 0, 0, skills=frozenset({"nurse"})), Person("p", 5_000, 0)]
    slots = [seats("gate", 1, weight=2), seats("tent", 1, skill="nurse")]

    human, plan = greedy(people, slots, PLAIN), solve(people, slots, PLAIN)

    assert [(e.slot, e.code) for e in human.empties] == [("tent", EmptyCode.COULD_BE_FILLED)]
    assert plan.empties == ()


@settings(max_examples=150)
@given(instances(most_people=8, most_slots=6, most_seats=4))
def test_every_empty_seat_of_a_plan_is_certified_and_every_code_is_listed(instance: Instance) -> None:
    plan = solve(instance.people, instance.slots, instance.costs, exclusions=instance.exclusions)

    for empty in plan.empties:
        assert empty.code in words.WHY_EMPTY
        assert empty.ring_capacity < empty.ring_seats
        nobody = empty.code in (EmptyCode.NOBODY_QUALIFIED, EmptyCode.NOBODY_IN_REACH)
        assert nobody == (empty.qualified == 0)
        assert set(words.WHY_EMPTY[empty.code]) <= set(type(empty).__dataclass_fields__)
    for row in plan.assignments:
        for reason in row.reasons:
            assert words.WHY_ME[reason.code] == tuple(name for name, _ in reason.figures)
            assert reason.as_dict() == {"code": reason.code, **dict(reason.figures)}
