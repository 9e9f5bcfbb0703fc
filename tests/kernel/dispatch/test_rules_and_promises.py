"""Rules that keep people from many slots, promises, patches and windows, against solvers that know nothing of ours."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from muster.kernel.dispatch import (
    Costs,
    Exclusion,
    Kind,
    NotCode,
    Person,
    Plan,
    Slot,
    Status,
    TooLarge,
    Window,
    arrays,
    solve,
)
from muster.kernel.dispatch.model import Problem
from muster.kernel.dispatch.pools import search
from muster.kernel.dispatch.pools.refusals import HEAVIEST
from tests.kernel.dispatch.instances import (
    MORNING,
    SKILLS,
    Instance,
    best_by_hand,
    instance_of,
    instances,
    solved,
)


def barred(instance: Instance, person: Person, slot: Slot) -> list[str]:
    """The first rule that keeps the person from the slot, by going through all of them; empty where none does."""
    mine = [row for row in instance.exclusions if row.person == person.id]
    rules = sorted({row.code for row in mine if row.slot is None and not row.slots})
    rules += sorted({row.code for row in mine if slot.id == row.slot or slot.id in row.slots})
    if person.max_seats == 0:
        rules.append("no_seats_left")
    if person.windows is not None and slot.window.id not in person.windows:
        rules.append("window_not_offered")
    radius = instance.costs.radius_km
    if radius is not None and round(length(person, slot) / 10) > radius * 100:
        rules.append("too_far")
    return rules[:1]


def length(person: Person, slot: Slot) -> float:
    return sqrt((person.x_m - slot.x_m) ** 2 + (person.y_m - slot.y_m) ** 2)


def holds(person: Person, slot: Slot) -> bool:
    if slot.kind is Kind.BACKBONE:
        return person.backbone
    return not slot.skill or slot.skill in person.skills


@settings(max_examples=40)
@given(instances(most_people=8, most_slots=5, most_seats=4))
def test_an_empty_seat_counts_each_for_the_first_rule_that_bars_him(instance: Instance) -> None:
    slots = {slot.id: slot for slot in instance.slots}

    for empty in solved(instance).empties:
        slot = slots[empty.slot]
        holders = [person for person in instance.people if holds(person, slot)]
        first = [rule for person in holders for rule in barred(instance, person, slot)]
        assert (empty.holders, empty.qualified) == (len(holders), len(holders) - len(first))
        assert empty.excluded == tuple(sorted(Counter(first).items()))


@settings(max_examples=40)
@given(instances(most_people=6, most_slots=5))
def test_one_rule_of_many_slots_is_that_rule_of_each(instance: Instance) -> None:
    singly = [
        Exclusion(row.person, row.code, slot)
        for row in instance.exclusions
        for slot in ({row.slot, *row.slots} - {None} or {None})
    ]

    one, other = (
        Problem.of(instance.people, instance.slots, instance.costs, rules, instance.keep)
        for rules in (instance.exclusions, singly)
    )

    assert one == other
    assert solved(replace(instance, exclusions=tuple(singly))) == solved(instance)


def test_people_of_one_home_under_the_same_rules_are_one_community() -> None:
    shut = frozenset({"a", "b"})
    people = [Person(f"p{at:02}", 0.0, 100.0 * (at % 2)) for at in range(40)]
    slots = [Slot(name, 0, 0, MORNING, 2) for name in "abc"]
    rules = [Exclusion(f"p{at:02}", f"rule {at % 2}", slots=shut) for at in range(20)]

    question = arrays.arrays_of(Problem.of(people, slots, Costs(), rules, ()))
    plan = solve(people, slots, Costs(), exclusions=rules)

    assert len(question.instance.communities.code) == 4
    assert question.instance.terms is not None
    assert len(question.instance.terms.units) == 2
    assert plan.check() == ()
    assert {row.person for row in plan.assignments if row.slot in shut} <= {
        f"p{at:02}" for at in range(20, 40)
    }
    assert plan.why_not("p00", "a").codes == ("rule 0",)


def test_without_rules_homes_have_no_terms() -> None:
    problem = Problem.of([Person("p", 0, 0)], [Slot("s", 0, 0, MORNING, 1)], Costs(), (), ())

    assert arrays.arrays_of(problem).instance.terms is None


@settings(max_examples=40)
@given(instances())
def test_a_period_may_be_one_slot_where_masks_hold_no_more(instance: Instance) -> None:
    """As with more windows than a mask has bits: whom a window does not suit is then kept from its slots."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrays, "MOST_SLOTS", 3)
        plan = solved(instance)

    assert (plan.filled_weight, round(plan.objective_km * 100)) == best_by_hand(instance)
    assert plan.check() == ()
    assert plan == solved(instance)


def test_seventy_windows_of_one_day_are_one_period() -> None:
    windows = [Window(f"w{at:02}", 480 + at, 540 + at) for at in range(70)]
    slots = [Slot(window.id, 0, 0, window, 1) for window in windows]
    people = [
        Person("any", 0, 0, max_seats=3),
        Person("late", 0, 0, windows=frozenset({"w69"}), max_seats=3),
        Person("never", 0, 0, windows=frozenset({"some other day"})),
    ]

    plan = solve(people, slots, Costs())

    assert (plan.status, plan.filled_weight, plan.check()) == (Status.PROVEN, 2, ())
    assert ("late", "w69") in {(row.person, row.slot) for row in plan.assignments}
    assert plan.why_not("late", "w00").codes == ("window_not_offered",)
    assert plan.why_not("never", "w69").codes == ("window_not_offered",)


def days(many: int) -> list[Slot]:
    return [Slot(f"s{at}", 0, 0, Window(f"w{at}", 1440 * at + 480, 1440 * at + 540), 1) for at in range(many)]


def test_sixty_three_days_fit_into_one_plan_and_one_more_does_not() -> None:
    somebody = [Person("p", 0, 0, max_seats=99)]

    assert solve(somebody, days(63), Costs()).filled_weight == 63
    with pytest.raises(TooLarge, match="64 periods are more than the 63"):
        solve(somebody, days(64), Costs())


def test_sixty_four_skills_are_too_many_for_one_plan() -> None:
    def nurses(many: int) -> list[Slot]:
        return [Slot(f"s{at}", 0, 0, MORNING, 1, Kind.SKILLED, f"skill {at}") for at in range(many)]

    assert solve([], nurses(63), Costs()).empties[0].holders == 0
    with pytest.raises(TooLarge, match="64 skills are more than the 63"):
        solve([], nurses(64), Costs())


@pytest.mark.parametrize(
    ("part", "words_of_it"),
    [
        ({"slots": [Slot("s", 0, 0, MORNING, 1, weight=HEAVIEST + 1)]}, "weight at least 1, at most"),
        ({"people": [Person("p", 0, 0, recent_calls=10_001)]}, "more than 10000 recent calls"),
        ({"people": [Person("p", 20_000_001, 0)]}, "meters on Earth"),
        ({"costs": Costs(keep_km=100_001)}, "finite, not below 0"),
        ({"exclusions": [Exclusion("p", "rule", slots=frozenset({"s", "t"}))]}, "unknown slot t"),
    ],
)
def test_what_the_arrays_cannot_hold_is_refused_in_words(part: dict[str, object], words_of_it: str) -> None:
    sound = {"people": [Person("p", 0, 0)], "slots": [Slot("s", 0, 0, MORNING, 1)], "costs": Costs()}

    with pytest.raises(ValueError, match=words_of_it):
        solve(**{**sound, **part})  # type: ignore[arg-type]  # one argument is beyond what can be held


def wave(seed: int) -> Instance:
    """One wave with every rule and price, too large to try all plans."""
    instance = instance_of(30, 12, 4, random.Random(seed))  # noqa: S311  # a test instance, no secret
    return replace(
        instance,
        people=tuple(
            replace(person, windows=None, max_seats=min(1, person.max_seats)) for person in instance.people
        ),
        slots=tuple(replace(slot, window=MORNING) for slot in instance.slots),
        costs=replace(instance.costs, keep_km=1.5),
    )


def by_assignment(instance: Instance) -> tuple[int, int]:
    """(most weight, least units) as an assignment of seats to people, by SciPy; a column of its own for each empty seat."""
    costs, beyond_price = instance.costs, 10**6
    people, slots = ({one.id for one in some} for some in (instance.people, instance.slots))
    promised = {row for row in instance.keep if row[0] in people and row[1] in slots}
    seats = [slot for slot in instance.slots for _ in range(slot.seats)]
    table = np.full(
        (len(seats), len(instance.people) + len(seats)), beyond_price * HEAVIEST * 10, dtype=np.float64
    )
    for row, slot in enumerate(seats):
        table[row, len(instance.people) + row] = beyond_price * slot.weight
        for column, person in enumerate(instance.people):
            if not holds(person, slot) or barred(instance, person, slot):
                continue
            charges = (
                0.0 if slot.id in person.at_hand else costs.tier_km[person.tier],
                costs.hour_km * person.recent_minutes / 60,
                costs.patch_km if person.patch and slot.patch and person.patch != slot.patch else 0.0,
                costs.fairness_km * (2 * person.recent_calls + 1),
                costs.keep_km if promised and (person.id, slot.id) not in promised else 0.0,
            )
            # Each is rounded by itself.
            table[row, column] = round(length(person, slot) / 10) + sum(round(km * 100) for km in charges)
    rows, columns = linear_sum_assignment(table)
    filled = [
        (row, column) for row, column in zip(rows, columns, strict=True) if column < len(instance.people)
    ]
    return sum(seats[row].weight for row, _ in filled), round(sum(table[at] for at in filled))


@pytest.mark.parametrize("seed", range(25))
def test_a_wave_with_every_rule_is_what_scipy_finds(seed: int) -> None:
    instance = wave(seed)

    plan = solved(instance)

    assert (plan.filled_weight, round(plan.objective_km * 100)) == by_assignment(instance)
    assert (plan.status, plan.check()) == (Status.PROVEN, ())


@pytest.mark.parametrize("seed", range(8))
def test_with_promises_too_the_next_best_is_what_the_plan_costs_without_somebody(seed: int) -> None:
    instance = wave(seed)
    plan = solved(instance)

    for row in plan.assignments[:3]:
        why = plan.why_me(row.person)[0]
        away = tuple(replace(p, max_seats=0) if p.id == row.person else p for p in instance.people)
        weight, units = by_assignment(replace(instance, people=away))
        if why.next_extra_km is None:
            assert weight < plan.filled_weight
        else:
            assert weight == plan.filled_weight
            assert why.next_extra_km == round(units / 100 - plan.objective_km, 2)


@pytest.mark.parametrize("seed", range(4, 12))
def test_with_promises_too_to_send_somebody_costs_what_a_plan_with_him_there_does(seed: int) -> None:
    instance = wave(seed)
    plan = solved(instance)
    asked = 0

    for person in instance.people[::3]:
        for slot in instance.slots[::4]:
            why = plan.why_not(person.id, slot.id)
            if why.codes[0] not in (NotCode.OTHERS_CHEAPER, NotCode.NEEDED_ELSEWHERE):
                continue
            asked += 1
            # With all other slots closed to him and a seat nobody else may have, he is there.
            forced = replace(slot, id=f"{slot.id}!", seats=1, weight=HEAVIEST)
            moved = tuple(replace(one, seats=one.seats - 1) if one is slot else one for one in instance.slots)
            others = tuple(p for p in instance.people if p is not person)
            there = Instance(
                (*others, replace(person, at_hand=at_hand_there(person, slot, forced))),
                (*moved, forced),
                instance.costs,
                (
                    *instance.exclusions,
                    *(Exclusion(other.id, "not he", forced.id) for other in others),
                ),
                (
                    *instance.keep,
                    *([(person.id, forced.id)] if (person.id, slot.id) in instance.keep else []),
                ),
            )
            weight, units = by_assignment(there)
            if why.extra_km is None:
                assert weight - HEAVIEST + slot.weight < plan.filled_weight
            else:
                assert weight - HEAVIEST + slot.weight == plan.filled_weight
                assert round(plan.objective_km + why.extra_km, 2) == units / 100
    assert asked


def at_hand_there(person: Person, slot: Slot, forced: Slot) -> frozenset[str]:
    return person.at_hand | {forced.id} if slot.id in person.at_hand else person.at_hand


def crowded() -> tuple[list[Person], list[Slot]]:
    """More seats than a first round fills well."""
    chance = random.Random(3)  # noqa: S311  # a test instance, no secret
    people = [
        Person(
            f"p{at:03}",
            chance.random() * 9_000,
            chance.random() * 9_000,
            skills=frozenset(chance.sample(SKILLS, chance.randrange(3))),
        )
        for at in range(400)
    ]
    slots = [
        Slot(f"s{at:02}", chance.random() * 900, chance.random() * 900, MORNING, 9, weight=1 + at % 2)
        for at in range(40)
    ]
    return people, slots


def test_a_plan_stopped_early_says_how_far_it_can_be_from_the_best(monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(search, "PEOPLE_AT_LEAST", 1)
    monkeypatch.setattr(search, "COLUMNS_PER_ARC", 0)
    monkeypatch.setattr(search, "PEOPLE_PER_SEAT", 0)
    people, slots = crowded()
    rounds: list[float] = []

    def heard(stage: str, figures: object) -> None:
        rounds.extend([1.0] if stage == "round" else [])

    stopped = solve(people, slots, Costs(), time_limit=0.0)
    best = solve(people, slots, Costs(), tell=heard)

    assert best.status is Status.PROVEN
    assert len(rounds) > 1
    assert (best.gap, best.lower_bound_km) == (0.0, best.objective_km)
    assert stopped.check() == best.check() == ()
    assert stopped.status is Status.GAP
    assert 0 < stopped.gap <= 1
    assert stopped.lower_bound_km <= best.objective_km
    assert (stopped.filled_weight, -stopped.objective_km) <= (best.filled_weight, -best.objective_km)


def test_a_gap_that_is_allowed_ends_the_search_within_it() -> None:
    people, slots = crowded()

    plan = solve(people, slots, Costs(), gap=0.5)

    assert plan.gap <= 0.5
    assert plan.check() == ()


@settings(max_examples=40)
@given(instances(most_people=6, most_slots=4), st.integers(0, 3))
def test_a_dearer_promise_is_broken_no_more_often(instance: Instance, more: int) -> None:
    dear = replace(instance.costs, keep_km=instance.costs.keep_km + more)

    cheap, dearer = solved(instance), solved(replace(instance, costs=dear))

    assert dearer.filled_weight == cheap.filled_weight
    assert seats_changed(dearer) <= seats_changed(cheap)


def seats_changed(plan: Plan) -> int:
    """Filled seats that the plan in force did not have: what a promise's price is charged for."""
    return sum((row.person, row.slot) not in plan.problem.promised for row in plan.assignments)
