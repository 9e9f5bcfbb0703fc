"""A plan of the pools is the best of all plans, for every instance small enough to try them all."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.pools.solution import solve
from tests.kernel.dispatch.pools import tiny


def totals(solution: Any) -> tuple[int, int]:
    """(half seat values lost, cost) as the solution itself says."""
    return divmod(solution.objective, solution.seat_value // 2)


@settings(max_examples=150)
@given(tiny.facts())
def test_plan_equals_the_best_of_all_plans(facts: dict[str, Any]) -> None:
    instance = tiny.instance_of(facts)

    solution = solve(instance)

    best = tiny.best_by_hand(instance)
    assert tiny.recounted(instance, solution) == best
    assert solution.status == "proven"
    assert solution.objective == solution.lower_bound
    assert solution.objective == best[0] * (solution.seat_value // 2) + best[1]


@settings(max_examples=150)
@given(st.data())
def test_plan_against_an_incumbent_equals_the_best_of_all_plans(data: st.DataObject) -> None:
    facts = data.draw(tiny.facts())
    instance = tiny.instance_of(facts)
    incumbent, kept = tiny.incumbent_of(instance, data.draw(tiny.incumbents(facts)))
    declined = data.draw(st.sets(st.sampled_from(instance.volunteers.id), max_size=2))

    solution = solve(instance, incumbent=incumbent, declined=declined)

    absent = frozenset(at for at, name in enumerate(instance.volunteers.id) if name in declined)
    best = tiny.best_by_hand(instance, kept, absent)
    assert tiny.recounted(instance, solution, kept) == best
    assert solution.objective == best[0] * (solution.seat_value // 2) + best[1]
    assert not set(solution.volunteer.tolist()) & absent
