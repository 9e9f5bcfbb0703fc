"""Every code that dispatch can answer with comes from a problem that a person understands at a glance."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings

from muster.kernel.dispatch import (
    Costs,
    EmptyCode,
    Exclusion,
    Kind,
    NotCode,
    Person,
    Plan,
    Slot,
    Window,
    greedy,
    solve,
    words,
)
from muster.kernel.dispatch.model import Problem
from tests.kernel.dispatch.instances import MORNING, NEXT_DAY, Instance, best_by_hand, instances, periods

NEAR = Costs(radius_km=1.0)
GATE = Slot("gate", 0, 0, MORNING, 1)
HERE = Person("here", 0, 0)
FAR = Person("far", 3_000, 0)
# code -> the problem, and of whom and where to ask
WHY_NOT: dict[str, tuple[Plan, str, str]] = {
    NotCode.ASSIGNED: (solve([HERE], [GATE], Costs()), "here", "gate"),
    NotCode.OTHERS_CHEAPER: (solve([HERE, FAR], [GATE], Costs()), "far", "gate"),
    NotCode.NEEDED_ELSEWHERE: (
        solve([HERE, FAR], [GATE, Slot("ward", 3_000, 0, MORNING, 1)], Costs()),
        "far",
        "gate",
    ),
    NotCode.NO_SEATS_TO_FILL: (solve([HERE], [replace(GATE, seats=0)], Costs()), "here", "gate"),
    NotCode.UNKNOWN_PERSON: (solve([HERE], [GATE], Costs()), "nobody", "gate"),
    "window_not_offered": (
        solve([replace(HERE, windows=frozenset({"other"}))], [GATE], Costs()),
        "here",
        "gate",
    ),
    "not_backbone": (solve([HERE], [replace(GATE, kind=Kind.BACKBONE)], Costs()), "here", "gate"),
    "skill_missing": (
        solve([HERE], [replace(GATE, kind=Kind.SKILLED, skill="nurse")], Costs()),
        "here",
        "gate",
    ),
    "too_far": (solve([FAR], [GATE], NEAR), "far", "gate"),
    "no_seats_left": (solve([replace(HERE, max_seats=0)], [GATE], Costs()), "here", "gate"),
}


@pytest.mark.parametrize("code", words.WHY_NOT)
def test_each_reason_against_somebody_is_reached(code: str) -> None:
    plan, person, slot = WHY_NOT[code]

    answer = plan.why_not(person, slot)

    assert answer.codes == (code,)
    assert plan.check() == ()
    told = {field.name for field in fields(answer) if getattr(answer, field.name) is not None}
    assert set(words.WHY_NOT[code]) <= told


@pytest.mark.parametrize("code", ["not_insured", "rest_too_short", "a rule of the caller"])
@pytest.mark.parametrize("slot", ["gate", None], ids=["of that slot", "of all"])
def test_a_rule_of_the_caller_comes_back_as_it_was_given(code: str, slot: str | None) -> None:
    plan = solve([HERE], [GATE], Costs(), exclusions=[Exclusion("here", code, slot)])

    assert plan.why_not("here", "gate").codes == (code,)
    assert plan.empties[0].excluded == ((code, 1),)


def whys(plan: Plan) -> set[str]:
    return {reason.code for row in plan.assignments for reason in row.reasons}


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (solve([HERE], [GATE], Costs(), keep=[("here", "gate")]), "promise_kept"),
        (
            solve(
                [replace(HERE, skills=frozenset({"nurse"}))],
                [replace(GATE, kind=Kind.SKILLED, skill="nurse")],
                Costs(),
            ),
            "has_skill",
        ),
        (solve([replace(HERE, backbone=True)], [replace(GATE, kind=Kind.BACKBONE)], Costs()), "is_backbone"),
        (solve([HERE], [GATE], Costs()), "distance"),
        (solve([replace(HERE, days_since_asked=0)], [GATE], Costs()), "last_asked"),
        (solve([HERE], [GATE], Costs()), "recent_calls"),
        (solve([HERE], [GATE], Costs()), "tier"),
        (solve([HERE], [GATE], Costs()), "nobody_else"),
        (solve([HERE, FAR], [GATE], Costs()), "next_best"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_reason_for_somebody_is_reached(plan: Plan, code: str) -> None:
    assert code in whys(plan)


def test_a_seat_nobody_has_asked_for_yet_has_a_price() -> None:
    assert solve([FAR], [replace(GATE, seats=0)], Costs(fairness_km=0.0)).price_km("gate") == 3.0


def test_no_reason_is_told_that_is_not_true() -> None:
    plan = solve([HERE], [GATE], Costs())

    assert whys(plan) == {"distance", "recent_calls", "tier", "nobody_else"}


WARD = Slot("ward", 0, 0, MORNING, 2, weight=2)
CHEAP = [Person("nurse", 0, 0, skills=frozenset({"nurse"})), FAR]


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (solve([], [GATE], Costs()), EmptyCode.NOBODY_QUALIFIED),
        (solve([FAR], [GATE], NEAR), EmptyCode.NOBODY_IN_REACH),
        (solve([HERE], [replace(GATE, seats=2)], Costs()), EmptyCode.FEWER_QUALIFIED_THAN_SEATS),
        (solve([HERE, FAR], [GATE, WARD], Costs()), EmptyCode.TAKEN_BY_HIGHER_WEIGHT),
        (
            greedy(
                CHEAP,
                [replace(GATE, weight=2), Slot("tent", 0, 0, MORNING, 1, Kind.SKILLED, "nurse")],
                Costs(),
            ),
            EmptyCode.COULD_BE_FILLED,
        ),
    ],
    ids=["nobody there", "nobody near", "too few", "the ward first", "a bad rule"],
)
def test_each_reason_of_an_empty_seat_is_reached(plan: Plan, code: EmptyCode) -> None:
    assert [empty.code for empty in plan.empties] == [code]
    assert plan.check() == ()


def test_the_reasons_of_empty_seats_are_all_there() -> None:
    assert set(words.WHY_EMPTY) == set(EmptyCode)
    assert set(words.WHY_NOT) >= set(NotCode)


@settings(max_examples=150)
@given(instances(most_people=0, most_slots=8))
def test_windows_stand_in_one_period_exactly_if_a_chain_joins_them(instance: Instance) -> None:
    problem = Problem.of(instance.people, instance.slots, instance.costs)
    joined = periods(instance)

    for one, period in zip(problem.slots, problem.period_of, strict=True):
        for other, another in zip(problem.slots, problem.period_of, strict=True):
            assert (period == another) == (joined[one.window] == joined[other.window])


@settings(max_examples=60)
@given(instances(most_people=4, most_slots=3))
def test_the_price_of_a_seat_is_what_a_plan_with_one_more_costs(instance: Instance) -> None:
    """Against every plan there is: the price of one more seat, or that no plan fills one more."""
    plan = solve(instance.people, instance.slots, instance.costs, exclusions=instance.exclusions)
    bare = replace(instance, keep=())
    weight, cost = best_by_hand(bare)

    for slot in instance.slots:
        if any(empty.slot == slot.id for empty in plan.empties):
            continue
        more = tuple(replace(one, seats=one.seats + 1) if one is slot else one for one in instance.slots)
        more_weight, more_cost = best_by_hand(replace(bare, slots=more))
        price = plan.price_km(slot.id)
        if more_weight == weight + slot.weight:
            assert price is not None
            assert round(price * 100) == more_cost - cost
        else:
            assert price is None


@settings(max_examples=60)
@given(instances(most_people=5, most_slots=4))
def test_whom_the_plan_does_not_send_is_told_why_and_whom_it_sends_that_he_goes(instance: Instance) -> None:
    plan = solve(instance.people, instance.slots, instance.costs, exclusions=instance.exclusions)
    seated = {(row.person, row.slot) for row in plan.assignments}
    rules = {exclusion.code for exclusion in instance.exclusions}

    for person in instance.people:
        for slot in instance.slots:
            codes = plan.why_not(person.id, slot.id).codes
            assert codes
            assert set(codes) <= set(words.WHY_NOT) | rules
            assert (codes == (NotCode.ASSIGNED,)) == ((person.id, slot.id) in seated)


SOUND = {"people": [HERE], "slots": [GATE], "costs": Costs()}
NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("part", "words_of_it"),
    [
        ({"people": [replace(HERE, x_m=NAN)]}, "finite number of meters"),
        ({"people": [replace(HERE, y_m=INFINITE)]}, "finite number of meters"),
        ({"slots": [replace(GATE, x_m=-INFINITE)]}, "finite number of meters"),
        ({"slots": [replace(GATE, y_m=NAN)]}, "finite number of meters"),
        ({"people": [replace(HERE, max_seats=-1)]}, "cannot be below 0"),
        ({"people": [replace(HERE, recent_calls=-1)]}, "cannot be below 0"),
        ({"people": [replace(HERE, recent_minutes=-1)]}, "cannot be below 0"),
        ({"costs": Costs(fairness_km=-0.01)}, "finite, not below 0"),
        ({"costs": Costs(hour_km=-0.01)}, "finite, not below 0"),
        ({"costs": Costs(tier_km=(0.0, -1.0))}, "finite, not below 0"),
        ({"costs": Costs(tier_km=(0.0, INFINITE))}, "finite, not below 0"),
        ({"costs": Costs(keep_km=NAN)}, "finite, not below 0"),
        ({"costs": Costs(radius_km=-1.0)}, "finite, not below 0"),
        ({"costs": Costs(radius_km=NAN)}, "finite, not below 0"),
        ({"costs": Costs(rest_minutes=-1)}, "finite, not below 0"),
        ({"slots": [replace(GATE, weight=0)]}, "weight at least 1"),
        ({"slots": [replace(GATE, window=Window("w", 61, 60))]}, "ends before it starts"),
        (
            {"slots": [GATE, Slot("late", 0, 0, Window(MORNING.id, 900, 960), 1)]},
            "another window is called morning",
        ),
    ],
)
@pytest.mark.parametrize("way", [solve, greedy])
def test_what_no_plan_could_mean_is_refused_in_words(
    way: object, part: dict[str, object], words_of_it: str
) -> None:
    assert callable(way)
    assert way(**SOUND).check() == ()

    with pytest.raises(ValueError, match=words_of_it):
        way(**{**SOUND, **part})


@pytest.mark.parametrize(
    ("people", "slots", "costs", "filled"),
    [
        ([replace(FAR, x_m=1_004.9)], [GATE], NEAR, 1),
        ([replace(FAR, x_m=1_005.1)], [GATE], NEAR, 0),
        ([replace(HERE, tier=99)], [GATE], Costs(), 1),
        ([HERE], [GATE, Slot("tomorrow", 0, 0, NEXT_DAY, 1)], Costs(), 1),
        ([replace(HERE, max_seats=2)], [GATE, Slot("tomorrow", 0, 0, NEXT_DAY, 1)], Costs(), 2),
        (
            [replace(HERE, max_seats=2)],
            [GATE, Slot("tomorrow", 0, 0, NEXT_DAY, 1)],
            Costs(rest_minutes=NEXT_DAY.start - MORNING.end),
            2,
        ),
        (
            [replace(HERE, max_seats=2)],
            [GATE, Slot("tomorrow", 0, 0, NEXT_DAY, 1)],
            Costs(rest_minutes=NEXT_DAY.start - MORNING.end + 1),
            1,
        ),
    ],
    ids=[
        "at the radius",
        "beyond the radius",
        "a tier beyond the prices",
        "one seat each",
        "two days",
        "just enough rest",
        "a minute too little",
    ],
)
def test_a_limit_allows_up_to_its_edge(
    people: list[Person], slots: list[Slot], costs: Costs, filled: int
) -> None:
    plan = solve(people, slots, costs)

    assert (plan.filled_weight, plan.check()) == (filled, ())
