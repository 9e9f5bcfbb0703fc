"""Who stands where: fills seats exactly, and can say why to everybody concerned.

`solve` fills as much weight as possible and, among all plans that do, takes the one with the least travel, calls
lower tiers first, spreads work and keeps promises. `greedy` is the human rule, for comparison.

People, slots and rules are the words of whoever asks; the plan is made and explained by `pools`, which knows arrays.
"""

from __future__ import annotations

from collections.abc import Iterable

from muster.kernel.dispatch.answers import (
    Assignment,
    Empty,
    EmptyCode,
    NotCode,
    Reason,
    Status,
    Violation,
    WhyMe,
    WhyNot,
)
from muster.kernel.dispatch.arrays import TooLarge, arrays_of
from muster.kernel.dispatch.model import Costs, Exclusion, Kind, Person, Problem, Slot, Window
from muster.kernel.dispatch.plan import Plan, plan_of, with_incumbent
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.search import Tell
from muster.kernel.dispatch.pools.solution import solve as solution_of

__all__ = [
    "Assignment",
    "Costs",
    "Empty",
    "EmptyCode",
    "Exclusion",
    "Kind",
    "NotCode",
    "Person",
    "Plan",
    "Reason",
    "Slot",
    "Status",
    "TooLarge",
    "Violation",
    "WhyMe",
    "WhyNot",
    "Window",
    "greedy",
    "solve",
]


def solve(
    people: Iterable[Person],
    slots: Iterable[Slot],
    costs: Costs,
    *,
    exclusions: Iterable[Exclusion] = (),
    keep: Iterable[tuple[str, str]] = (),
    gap: float = 0.0,
    time_limit: float | None = None,
    tell: Tell | None = None,
) -> Plan:
    """The best plan, the same for the same facts in whatever order they come.

    `keep`: (person, slot) of a plan in force; with any of them still there, each seat filled otherwise costs `keep_km`.
    People who have already accepted should not be given at all: count their seats as filled and exclude them from the
    windows they are busy in. Stops short of the proof at a certified `gap`, or where another round would go beyond
    `time_limit` seconds; `tell(stage, figures)` hears of every round. Raises ValueError for input that no plan could mean,
    and TooLarge for more than 63 periods (`Problem.chains`) or skills asked for.
    """
    problem = Problem.of(people, slots, costs, exclusions, keep)
    arrays = arrays_of(problem)
    solution = solution_of(
        arrays.instance, gap=gap, time_limit=time_limit, incumbent=arrays.incumbent, tell=tell
    )
    return plan_of(problem, arrays, solution)


def greedy(
    people: Iterable[Person],
    slots: Iterable[Slot],
    costs: Costs,
    *,
    exclusions: Iterable[Exclusion] = (),
    keep: Iterable[tuple[str, str]] = (),
) -> Plan:
    """What somebody with a list and a map would do: it proves nothing, and knows of nobody why it is not another."""
    problem = Problem.of(people, slots, costs, exclusions, keep)
    arrays = arrays_of(problem)
    return plan_of(problem, arrays, with_incumbent(nearest_first(arrays.instance), arrays))
