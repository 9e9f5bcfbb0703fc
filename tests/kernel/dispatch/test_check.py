"""The recount finds each way in which a plan can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from muster.kernel.dispatch import (
    Assignment,
    Costs,
    EmptyCode,
    Exclusion,
    Kind,
    Person,
    Plan,
    Slot,
    Status,
    solve,
)
from tests.kernel.dispatch.instances import LATE_MORNING, MORNING, NEXT_DAY

PEOPLE = [
    Person("barred", 0, 0),
    Person("idle", 0, 0, tier=5, max_seats=1),
    Person("lead", 300, 0, backbone=True),
    Person("nurse", 600, 0, skills=frozenset({"nurse"}), max_seats=2, recent_minutes=90),
    Person("plain", 900, 0, windows=frozenset({"morning"})),
]
SLOTS = [
    Slot("gate", 0, 0, MORNING, 1, weight=2),
    Slot("late", 0, 0, LATE_MORNING, 0),
    Slot("lead seat", 0, 0, MORNING, 2, Kind.BACKBONE),
    Slot("tent", 0, 0, MORNING, 1, Kind.SKILLED, "nurse"),
    Slot("tomorrow", 0, 0, NEXT_DAY, 1),
]


@pytest.fixture
def plan() -> Plan:
    made = solve(
        PEOPLE,
        SLOTS,
        Costs(radius_km=2.0),
        exclusions=[Exclusion("barred", "not_insured")],
        keep=[("idle", "gate")],
    )
    assert made.check() == ()
    assert {(row.person, row.slot) for row in made.assignments} == {
        ("lead", "lead seat"),
        ("nurse", "tent"),
        ("nurse", "tomorrow"),
        ("plain", "gate"),
    }
    return made


def moved(plan: Plan, seat: tuple[str, str], to: tuple[str, str], km: float = 0.0) -> Plan:
    """The plan with one assignment changed and nothing else."""
    rows = [
        replace(row, person=to[0], slot=to[1], km=km) if (row.person, row.slot) == seat else row
        for row in plan.assignments
    ]
    return replace(plan, assignments=tuple(rows))


def codes(plan: Plan) -> set[str]:
    return {violation.code for violation in plan.check()}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda p: moved(p, ("plain", "gate"), ("barred", "gate")), "not_allowed"),
        (lambda p: moved(p, ("lead", "lead seat"), ("idle", "lead seat")), "not_allowed"),
        (lambda p: moved(p, ("nurse", "tent"), ("idle", "tent")), "not_allowed"),
        (lambda p: moved(p, ("nurse", "tomorrow"), ("plain", "tomorrow"), 0.9), "not_allowed"),
        (lambda p: moved(p, ("plain", "gate"), ("stranger", "gate")), "unknown_id"),
        (lambda p: moved(p, ("plain", "gate"), ("plain", "no such slot")), "unknown_id"),
        (lambda p: moved(p, ("plain", "gate"), ("plain", "gate"), 0.95), "wrong_distance"),
        (lambda p: moved(p, ("plain", "gate"), ("nurse", "late"), 0.6), "overfilled"),
        (lambda p: moved(p, ("plain", "gate"), ("nurse", "late"), 0.6), "too_many_seats"),
        (lambda p: moved(p, ("plain", "gate"), ("nurse", "late"), 0.6), "too_close_in_time"),
        (lambda p: moved(p, ("plain", "gate"), ("idle", "gate")), "wrong_objective"),
        (lambda p: moved(p, ("plain", "gate"), ("idle", "gate")), "wrong_promises"),
        (lambda p: replace(p, assignments=p.assignments[1:]), "seats_unaccounted"),
        (lambda p: replace(p, assignments=p.assignments[1:]), "wrong_weight"),
        (lambda p: replace(p, empties=()), "seats_unaccounted"),
        (lambda p: replace(p, filled_weight=p.filled_weight + 1), "wrong_weight"),
        (lambda p: replace(p, objective_km=p.objective_km - 0.01), "wrong_objective"),
        (lambda p: replace(p, promises_broken=0), "wrong_promises"),
        (lambda p: replace(p, lower_bound_km=p.lower_bound_km + 0.01), "wrong_bound"),
        (lambda p: replace(p, lower_bound_km=p.lower_bound_km - 0.01), "wrong_bound"),
        (
            lambda p: replace(p, status=Status.GAP, lower_bound_km=p.objective_km + 0.01),
            "wrong_bound",
        ),
    ],
)
def test_spoiled_plan_is_found_out(plan: Plan, spoil: Callable[[Plan], Plan], code: str) -> None:
    assert code in codes(spoil(plan))


@pytest.mark.parametrize(
    "change",
    [{"ring_people": 0}, {"ring_capacity": 0}, {"ring_seats": 9}, {"ring_slots": ("gate", "lead seat")}],
)
def test_certificate_that_does_not_add_up_is_found_out(plan: Plan, change: dict[str, object]) -> None:
    (empty,) = plan.empties

    spoiled = replace(plan, empties=(replace(empty, **change),))  # type: ignore[arg-type]  # one field, named above

    assert codes(spoiled) == {"wrong_certificate"}


def test_shortage_that_is_none_is_found_out() -> None:
    plan = solve([Person("p", 0, 0), Person("q", 0, 0)], [Slot("gate", 0, 0, MORNING, 2)], Costs())
    (kept,) = [row for row in plan.assignments if row.person == "p"]
    (empty,) = solve([Person("p", 0, 0)], [Slot("gate", 0, 0, MORNING, 2)], Costs()).empties
    claimed = replace(empty, ring_people=2, ring_capacity=2, qualified=2)

    lazy = replace(
        plan,
        assignments=(kept,),
        empties=(claimed,),
        filled_weight=1,
        objective_km=0.5,
        lower_bound_km=0.5,
    )

    assert codes(lazy) == {"no_shortage"}
    assert codes(replace(lazy, empties=(replace(claimed, code=EmptyCode.COULD_BE_FILLED),))) == set()


def test_a_plan_short_of_proof_may_have_any_bound_below_its_price(plan: Plan) -> None:
    open_ended = replace(plan, status=Status.GAP, lower_bound_km=0.0)

    assert codes(open_ended) == set()


def test_radius_is_recounted() -> None:
    plan = solve([Person("p", 1_000, 0)], [Slot("gate", 0, 0, MORNING, 1)], Costs())

    shorter = replace(plan, problem=replace(plan.problem, costs=Costs(radius_km=0.9)))

    assert codes(shorter) == {"not_allowed"}


def test_one_person_never_holds_the_same_slot_twice() -> None:
    plan = solve([Person("p", 0, 0, max_seats=2)], [Slot("gate", 0, 0, MORNING, 2)], Costs())
    (row,) = plan.assignments

    doubled = replace(plan, assignments=(row, Assignment("p", "gate", 0.0, ())))

    assert "too_close_in_time" in codes(doubled)
