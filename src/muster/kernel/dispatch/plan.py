"""The plan: who goes where, what stays empty, and why; it can be questioned and recounted."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from muster.kernel.dispatch import explain
from muster.kernel.dispatch.answers import Assignment, Empty, Status, Violation, WhyMe, WhyNot
from muster.kernel.dispatch.check import Claim, violations
from muster.kernel.dispatch.flow import Placed
from muster.kernel.dispatch.model import Problem, kilometers, units
from muster.kernel.dispatch.prices import Prices, taken_by
from muster.kernel.dispatch.table import Table


@dataclass(frozen=True)
class Plan:
    """An answer in id order, with the problem it answers.

    `objective_km`: distance, tier, hours, patch and fairness of all filled seats, plus `keep_km` for each promise broken.
    `filled_weight`: weight of all filled seats, which was made as large as possible first. `arcs`: size of the flow.
    """

    status: Status
    assignments: tuple[Assignment, ...]
    empties: tuple[Empty, ...]
    filled_weight: int
    objective_km: float
    promises_broken: int
    arcs: int
    problem: Problem = field(repr=False)
    _table: Table = field(repr=False, compare=False)
    _placed: Placed = field(repr=False, compare=False)
    _prices: Prices = field(repr=False, compare=False)

    def why_me(self, person: str) -> tuple[WhyMe, ...]:
        """Why somebody has the seats he has; empty when he has none."""
        return self._why_me_of.get(person, ())

    def why_not(self, person: str, slot: str) -> WhyNot:
        """Why somebody does not have a seat at this slot; KeyError for a slot that is not in the problem."""
        return explain.why_not(self._table, self._placed, self._prices, person, self.problem.slot_at[slot])

    def price_km(self, slot: str) -> float | None:
        """What one more seat at the slot would cost; None when it would stay empty or empty another."""
        amount = int(self._prices.price[self.problem.slot_at[slot]])
        return kilometers(amount) if amount <= self._table.scarce else None

    def check(self) -> tuple[Violation, ...]:
        """Recounts the whole plan from the problem alone; an empty tuple means that it keeps every promise."""
        claim = Claim(
            self.assignments, self.empties, self.filled_weight, self.objective_km, self.promises_broken
        )
        return violations(self.problem, claim)

    @cached_property
    def _why_me_of(self) -> dict[str, tuple[WhyMe, ...]]:
        found: dict[str, list[WhyMe]] = {}
        for why in explain.whys(self._table, self._placed, self._prices):
            found.setdefault(why.person, []).append(why)
        return {person: tuple(rows) for person, rows in found.items()}


def plan_of(table: Table, placed: Placed, prices: Prices) -> Plan:
    """Puts reasons to a placement; it is proven or not as its prices say."""
    problem = table.problem
    assignments = tuple(
        Assignment(why.person, why.slot, why.km, why.reasons) for why in explain.whys(table, placed, prices)
    )
    held = {(row.person, row.slot) for row in assignments}
    promised = [pair for pair in problem.keep if pair[0] in problem.person_at and pair[1] in problem.slot_at]
    steps = table.steps(
        np.arange(len(problem.people))[:, None], np.arange(int(table.capacity.max(initial=0)))
    )
    fairness = int(np.where(np.arange(steps.shape[1]) < taken_by(table, placed)[:, None], steps, 0).sum())
    spent = int(table.cost[placed.people, placed.slots].sum()) + fairness
    return Plan(
        status=Status.PROVEN if prices.proven else Status.UNPROVEN,
        assignments=assignments,
        empties=explain.empties(table, placed),
        filled_weight=int(table.weight[placed.slots].sum()),
        objective_km=kilometers(spent + units(problem.costs.keep_km) * len(promised)),
        promises_broken=len([pair for pair in promised if pair not in held]),
        arcs=placed.arcs,
        problem=problem,
        _table=table,
        _placed=placed,
        _prices=prices,
    )
