"""Who stands where: fills seats exactly, and can say why to everybody concerned.

`solve` fills as much weight as possible and, among all plans that do, takes the one with the least travel, calls
lower tiers first, spreads work and keeps promises. `greedy` is the human rule, for comparison.
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
from muster.kernel.dispatch.greedy import nearest_first
from muster.kernel.dispatch.model import Costs, Exclusion, Kind, Person, Problem, Slot, Window
from muster.kernel.dispatch.plan import Plan, plan_of
from muster.kernel.dispatch.prices import prices_of
from muster.kernel.dispatch.search import best_placement
from muster.kernel.dispatch.table import table_of

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
) -> Plan:
    """The best plan, the same for the same facts in whatever order they come.

    `keep`: (person, slot) promised before; each one broken costs `keep_km`. People who have already accepted should not be
    given at all: count their seats as filled and exclude them from the windows they are busy in.
    Raises ValueError for input that no plan could mean.
    """
    table = table_of(Problem.of(people, slots, costs, exclusions, keep))
    return plan_of(table, *best_placement(table))


def greedy(
    people: Iterable[Person],
    slots: Iterable[Slot],
    costs: Costs,
    *,
    exclusions: Iterable[Exclusion] = (),
    keep: Iterable[tuple[str, str]] = (),
) -> Plan:
    """What somebody with a list and a map would do; `status` says `proven` only where that happens to be the best."""
    table = table_of(Problem.of(people, slots, costs, exclusions, keep))
    placed = nearest_first(table)
    return plan_of(table, placed, prices_of(table, placed, table.allowed))
