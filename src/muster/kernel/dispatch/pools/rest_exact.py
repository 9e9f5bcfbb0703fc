"""Rest exactly: what the charges leave open, as a linear program with a row for each rest, solved by HiGHS.

Between a plan and its bound lies a gap. What would cost more than the gap at the prices of the bound is in no better plan, so
it stays as it is, and the best plan of what is left is the best of all. Where much is left, only that is asked which the
steps to the bound were at odds about; its best plan is a better one, not the best for sure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt

from muster.kernel.dispatch.pools.instance import Flags, Longs
from muster.kernel.dispatch.pools.network import Network
from muster.kernel.dispatch.pools.relaxed import Relaxed
from muster.kernel.dispatch.pools.rest_rows import Rows

# A value that is this far from whole is a part of a person and not a rounding of the solver.
WHOLE = 1e-5


@dataclass(frozen=True, eq=False)
class Program:
    """What is open of a plan: arcs `free`, at `cost`; the others have what `fixed` says."""

    network: Network
    relaxed: Relaxed
    free: Longs
    fixed: Longs

    @property
    def cost(self) -> Longs:
        """By free arc, less prices: what all plans have in common would only make the figures large."""
        arcs, prices = self.relaxed.arcs, self.relaxed.prices
        reduced = self.relaxed.cost + prices[arcs.tail] - prices[arcs.head]
        return reduced[self.free]

    @property
    def supply(self) -> Longs:
        """By node, what the fixed arcs leave to the free ones."""
        supply, arcs = self.network.supply.copy(), self.relaxed.arcs
        np.subtract.at(supply, arcs.tail, self.fixed)
        np.add.at(supply, arcs.head, self.fixed)
        return supply


@dataclass(frozen=True, eq=False)
class Answer:
    """The flow over all arcs, None when there was none in time; the worth of each row of rest, in parts of units."""

    flow: Longs | None
    worth: NDArray[np.float64]


def within(network: Network, relaxed: Relaxed, gap: int) -> Program:
    """All that could be in a plan within the gap of the bound; `relaxed` stands at that bound and knows all such columns."""
    arcs, prices = relaxed.arcs, relaxed.prices
    reduced = relaxed.rows.charged(relaxed.cost, relaxed.charges) + prices[arcs.tail] - prices[arcs.head]
    fixed = np.where(reduced < -gap, arcs.capacity, 0)
    return Program(network, relaxed, np.flatnonzero(np.abs(reduced) <= gap), fixed)


def between(network: Network, relaxed: Relaxed, flow: Longs, open_: Flags) -> Program:
    """What is `open_` of the arcs, the others as in the flow."""
    return Program(network, relaxed, np.flatnonzero(open_), np.where(open_, 0, flow))


def solved(program: Program, seconds: float | None) -> Answer | None:
    """The best plan of the program, over whole persons; None when the time is over first.

    The worth of the rows is that of the linear program, so it gives a bound even where persons had to be kept whole.
    """
    model, rests = _model(program)
    answer = _run(model, seconds)
    if answer is None:
        return None
    worth = np.zeros(len(program.relaxed.rows))
    worth[list(rests)] = [-dual for dual in answer.dual_values(list(rests.values()))]
    values = np.array(answer.variable_values(list(model.variables())))
    if (np.abs(values - np.rint(values)) > WHOLE).any():
        for variable in model.variables():
            variable.integer = True
        answer = _run(model, seconds)
        if answer is None:
            return Answer(None, worth)
        values = np.array(answer.variable_values(list(model.variables())))
    flow = program.fixed.copy()
    flow[program.free] = np.rint(values).astype(np.int64)
    return Answer(flow, worth)


def _run(model: mathopt.Model, seconds: float | None) -> mathopt.SolveResult | None:
    limit = None if seconds is None else timedelta(seconds=max(seconds, 0.0))
    exactly = mathopt.SolveParameters(
        time_limit=limit, relative_gap_tolerance=0.0, absolute_gap_tolerance=0.5
    )
    answer = mathopt.solve(model, mathopt.SolverType.HIGHS, params=exactly)
    return answer if answer.termination.reason is mathopt.TerminationReason.OPTIMAL else None


def _model(program: Program) -> tuple[mathopt.Model, dict[int, mathopt.LinearConstraint]]:
    """What leaves a node, less what enters it, is its supply; and of the arcs of each rest at most one is used."""
    model, arcs, rows = mathopt.Model(), program.relaxed.arcs, program.relaxed.rows
    tail, head = arcs.tail[program.free].tolist(), arcs.head[program.free].tolist()
    room = arcs.capacity[program.free].tolist()
    variables = [model.add_variable(lb=0, ub=most) for most in room]
    for variable, cost in zip(variables, program.cost.tolist(), strict=True):
        model.objective.set_linear_coefficient(variable, cost)
    supply = program.supply
    nodes = {
        node: model.add_linear_constraint(lb=int(supply[node]), ub=int(supply[node]))
        for node in sorted({*tail, *head})
    }
    for variable, start, end in zip(variables, tail, head, strict=True):
        nodes[start].set_coefficient(variable, 1)
        nodes[end].set_coefficient(variable, -1)
    return model, _rests(model, rows, program, dict(zip(program.free.tolist(), variables, strict=True)))


def _rests(
    model: mathopt.Model, rows: Rows, program: Program, variables: dict[int, mathopt.Variable]
) -> dict[int, mathopt.LinearConstraint]:
    """A row for each rest that is open on both sides, or on one where the other is taken."""
    found: dict[int, mathopt.LinearConstraint] = {}
    taken = rows.used(program.fixed, 0) + rows.used(program.fixed, 1)
    row = np.repeat(np.arange(len(rows)), np.diff(rows.start))
    for at, arc in zip(row.tolist(), rows.arcs.tolist(), strict=True):
        if arc in variables:
            if at not in found:
                found[at] = model.add_linear_constraint(ub=1 - int(taken[at]))
            found[at].set_coefficient(variables[arc], 1)
    return found
