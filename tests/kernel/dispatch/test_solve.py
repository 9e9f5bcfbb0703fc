"""The plan is the best there is, for every problem small enough to try all plans."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch import (
    Costs,
    Exclusion,
    Kind,
    NotCode,
    Person,
    Slot,
    Status,
    Window,
    greedy,
    solve,
)
from tests.kernel.dispatch.instances import (
    DAY_AFTER,
    LATE_MORNING,
    MORNING,
    NEXT_DAY,
    NEXT_NIGHT,
    Instance,
    best_by_hand,
    instances,
    solved,
)


@settings(max_examples=600)
@given(instances())
def test_plan_equals_the_best_of_all_plans(instance: Instance) -> None:
    plan = solved(instance)

    assert (plan.filled_weight, round(plan.objective_km * 100)) == best_by_hand(instance)
    assert plan.status is Status.PROVEN
    assert plan.check() == ()


@settings(max_examples=100)
@given(instances(most_people=14, most_slots=8, most_seats=4))
def test_plan_is_proven_checked_and_never_worse_than_greedy(instance: Instance) -> None:
    plan = solved(instance)
    human = greedy(
        instance.people, instance.slots, instance.costs, exclusions=instance.exclusions, keep=instance.keep
    )

    assert plan.status is Status.PROVEN
    assert plan.check() == ()
    assert human.check() == ()
    assert (plan.filled_weight, -plan.objective_km) >= (human.filled_weight, -human.objective_km)


def test_the_human_rule_proves_nothing_and_knows_nobody_else() -> None:
    people = [Person("near", 0, 0, days_since_asked=3), Person("far", 900, 0)]

    human = greedy(people, [Slot("s", 0, 0, MORNING, 1)], Costs())

    assert (human.status, human.lower_bound_km, human.check()) == (Status.GAP, 0.0, ())
    (row,) = human.assignments
    assert (row.person, row.km) == ("near", 0.0)
    assert [reason.code for reason in row.reasons] == ["distance", "last_asked", "recent_calls", "tier"]
    assert human.why_not("near", "s").codes == (NotCode.ASSIGNED,)
    for ask in (lambda: human.why_me("near"), lambda: human.why_not("far", "s"), lambda: human.price_km("s")):
        with pytest.raises(ValueError, match="made without prices"):
            ask()


@settings(max_examples=60)
@given(instances(most_people=10, most_slots=6, most_seats=3), st.randoms(use_true_random=False))
def test_order_of_the_facts_changes_nothing(instance: Instance, chance: random.Random) -> None:
    again = solve(
        chance.sample(instance.people, len(instance.people)),
        chance.sample(instance.slots, len(instance.slots)),
        instance.costs,
        exclusions=chance.sample(instance.exclusions, len(instance.exclusions)),
        keep=chance.sample(instance.keep, len(instance.keep)),
    )

    assert again == solved(instance)


@settings(max_examples=60)
@given(instances(most_people=8, most_slots=5, most_seats=3))
def test_one_more_person_never_makes_it_worse(instance: Instance) -> None:
    fewer = solve(instance.people[1:], instance.slots, Costs(), exclusions=instance.exclusions)
    more = solve(instance.people, instance.slots, Costs(), exclusions=instance.exclusions)

    assert (more.filled_weight, -more.objective_km) >= (fewer.filled_weight, -fewer.objective_km)


def test_nobody_gets_two_seats_that_overlap_touch_one_day_or_leave_no_rest() -> None:
    somebody = Person("p", 0, 0, max_seats=5)
    slots = [Slot(w.id, 0, 0, w, 1) for w in (MORNING, LATE_MORNING, NEXT_DAY, NEXT_NIGHT, DAY_AFTER)]

    plan = solve([somebody], slots, Costs())

    # The next day holds a morning and a night, and the night runs into the morning after: one chain, one seat.
    assert plan.filled_weight == 2
    assert len({row.slot for row in plan.assignments} & {"morning", "late morning"}) == 1


def test_weight_comes_before_any_distance() -> None:
    near = Slot("near", 0, 0, MORNING, 1, weight=1)
    far = Slot("far", 900_000, 0, MORNING, 1, weight=2)

    plan = solve([Person("p", 0, 0)], [near, far], Costs())

    assert [row.slot for row in plan.assignments] == ["far"]


def test_two_light_seats_outweigh_one_of_the_same_sum_only_by_cost() -> None:
    people = [Person("a", 0, 0), Person("b", 0, 0)]
    slots = [Slot("heavy", 0, 0, MORNING, 1, weight=2), Slot("light", 5_000, 0, MORNING, 2, weight=1)]

    plan = solve(people, slots, Costs())

    assert plan.filled_weight == 3


def test_backbone_people_fill_general_seats_too() -> None:
    plan = solve([Person("p", 0, 0, backbone=True)], [Slot("s", 0, 0, MORNING, 1)], Costs())

    assert [(row.person, row.slot) for row in plan.assignments] == [("p", "s")]


def test_work_is_spread_before_anybody_is_asked_twice() -> None:
    people = [Person("fresh", 1_000, 0), Person("tired", 0, 0, recent_calls=3)]

    plan = solve(people, [Slot("s", 0, 0, MORNING, 1)], Costs(fairness_km=0.5))

    assert [row.person for row in plan.assignments] == ["fresh"]


def test_lower_tier_is_called_first_until_distance_outweighs_it() -> None:
    slot = [Slot("s", 0, 0, MORNING, 1)]
    costs = Costs(tier_km=(0.0, 2.0))

    close = solve([Person("own", 1_900, 0), Person("reserve", 0, 0, tier=1)], slot, costs)
    apart = solve([Person("own", 2_100, 0), Person("reserve", 0, 0, tier=1)], slot, costs)

    assert [row.person for row in close.assignments] == ["own"]
    assert [row.person for row in apart.assignments] == ["reserve"]


def test_own_patch_is_preferred_until_the_way_outweighs_it() -> None:
    slot = [Slot("s", 0, 0, MORNING, 1, patch="east")]
    near, costs = Person("lent", 0, 0, patch="west"), Costs(patch_km=2.0)

    close = solve([Person("own", 1_900, 0, patch="east"), near], slot, costs)
    apart = solve([Person("own", 2_100, 0, patch="east"), near], slot, costs)
    nowhere = solve([Person("own", 2_100, 0, patch="east"), Person("free", 2_000, 0)], slot, costs)

    assert [row.person for row in close.assignments] == ["own"]
    assert ([row.person for row in apart.assignments], apart.objective_km) == (["lent"], 2.5)
    assert [row.person for row in nowhere.assignments] == ["free"]


def test_nobody_out_of_the_patch_is_left_at_home_while_a_seat_is_empty() -> None:
    slots = [Slot("s", 0, 0, MORNING, 2, patch="east")]
    people = [Person("own", 0, 0, patch="east"), Person("lent", 40_000, 0, patch="west")]

    plan = solve(people, slots, Costs(patch_km=500.0))

    assert [row.person for row in plan.assignments] == ["lent", "own"]
    assert plan.empties == () and plan.check() == ()


def test_who_stands_ready_for_a_seat_is_not_called_for_it() -> None:
    slots = [Slot("here", 0, 0, MORNING, 1), Slot("there", 0, 0, MORNING, 1)]
    people = [Person("called", 0, 0, tier=2), Person("waits", 0, 0, tier=2, at_hand=frozenset({"here"}))]

    plan = solve(people, slots, Costs(tier_km=(0.0, 1.0, 2.0)))

    assert [(row.person, row.slot) for row in plan.assignments] == [("called", "there"), ("waits", "here")]
    assert plan.objective_km == 3.0  # two kilometers to call the one, half a kilometer of fairness for each
    assert plan.check() == ()


def test_promise_is_kept_until_breaking_it_saves_more_than_its_price() -> None:
    people = [Person("asked", 1_500, 0), Person("nearer", 0, 0)]
    slot = [Slot("s", 0, 0, MORNING, 1)]

    kept = solve(people, slot, Costs(keep_km=2.0), keep=[("asked", "s")])
    broken = solve(people, slot, Costs(keep_km=1.0), keep=[("asked", "s")])

    assert ([row.person for row in kept.assignments], kept.promises_broken) == (["asked"], 0)
    assert ([row.person for row in broken.assignments], broken.promises_broken) == (["nearer"], 1)
    assert broken.objective_km == 1.5  # half a kilometer of fairness and the promise


def test_promise_to_somebody_who_left_is_forgotten() -> None:
    plan = solve(
        [Person("p", 0, 0)], [Slot("s", 0, 0, MORNING, 1)], Costs(), keep=[("gone", "s"), ("p", "closed")]
    )

    assert (plan.promises_broken, plan.check()) == (0, ())


def test_excluded_person_goes_nowhere_or_not_to_that_slot() -> None:
    slots = [Slot("a", 0, 0, MORNING, 1), Slot("b", 9_000, 0, MORNING, 1)]

    one = solve([Person("p", 0, 0)], slots, Costs(), exclusions=[Exclusion("p", "not_insured", "a")])
    none = solve([Person("p", 0, 0)], slots, Costs(), exclusions=[Exclusion("p", "too_young")])

    assert [row.slot for row in one.assignments] == ["b"]
    assert none.assignments == ()


@pytest.mark.parametrize(
    ("people", "slots"), [([], []), ([Person("p", 0, 0)], []), ([], [Slot("s", 0, 0, MORNING, 2)])]
)
def test_nothing_to_do_is_a_plan_too(people: list[Person], slots: list[Slot]) -> None:
    plan = solve(people, slots, Costs())

    assert (plan.assignments, plan.objective_km, plan.check()) == ((), 0.0, ())
    assert sum(row.seats for row in plan.empties) == sum(slot.seats for slot in slots)


@pytest.mark.parametrize(
    "broken",
    [
        {"people": [Person("p", 0, 0), Person("p", 1, 1)]},
        {"slots": [Slot("s", 0, 0, MORNING, 1), Slot("s", 0, 0, NEXT_DAY, 1)]},
        {"slots": [Slot("s", 0, 0, MORNING, -1)]},
        {"slots": [Slot("s", 0, 0, MORNING, 1, weight=0)]},
        {"slots": [Slot("s", 0, 0, MORNING, 1, Kind.SKILLED)]},
        {"slots": [Slot("s", 0, 0, MORNING, 1, Kind.GENERAL, "nurse")]},
        {"slots": [Slot("s", 0, 0, Window("w", 60, 60), 1)]},
        {"people": [Person("p", 0, 0, tier=-1)]},
        {"costs": Costs(keep_km=-1)},
        {"costs": Costs(patch_km=-1)},
        {"costs": Costs(tier_km=())},
        {"exclusions": [Exclusion("p", "not_insured", "no such slot")]},
    ],
)
def test_nonsense_is_refused(broken: dict[str, object]) -> None:
    sound = {"people": [Person("p", 0, 0)], "slots": [Slot("s", 0, 0, MORNING, 1)], "costs": Costs()}
    solve(**sound)  # type: ignore[arg-type]  # a mapping of sound arguments

    with pytest.raises(ValueError, match=r"\w"):
        solve(**{**sound, **broken})  # type: ignore[arg-type]  # one argument is not sound


def test_two_thousand_people_and_three_hundred_slots_need_a_fraction_of_the_pairs() -> None:
    # Work is counted in columns, because time depends on the machine: the complete flow has some 450,000.
    chance = random.Random(7)  # noqa: S311  # a fixed instance, no secret
    people = [
        Person(f"p{i:04}", chance.random() * 8_000, chance.random() * 8_000, chance.randrange(5), i % 7 == 0)
        for i in range(2_000)
    ]
    kinds = (Kind.GENERAL, Kind.GENERAL, Kind.BACKBONE)
    slots = [
        Slot(
            f"s{i:03}",
            chance.random() * 8_000,
            chance.random() * 8_000,
            MORNING,
            i % 5,
            kinds[i % 3],
            weight=1 + i % 2,
        )
        for i in range(300)
    ]

    columns: list[float] = []

    plan = solve(
        people, slots, Costs(), tell=lambda stage, figures: columns.append(figures.get("columns", 0))
    )

    assert plan.status is Status.PROVEN
    assert plan.check() == ()
    assert 0 < max(columns) < 30_000
    assert plan.objective_km < greedy(people, slots, Costs()).objective_km
