"""Everybody keeps to one side of each rest: a plan that keeps rest only ever gets better, and keeps it."""

from __future__ import annotations

import numpy as np
import pytest

from muster.kernel.dispatch.pools.instance import Longs
from muster.kernel.dispatch.pools.made import made
from muster.kernel.dispatch.pools.rest import rested
from muster.kernel.dispatch.pools.rest_rows import Rows, rows_of
from muster.kernel.dispatch.pools.search import Limits, Outcome, Search
from muster.kernel.dispatch.pools.sides import better

Town = tuple[Search, Outcome, Rows, Longs]


def silent(*_: object) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def town() -> Town:
    """A plan without rest that breaks it, and what its arcs cost."""
    search = Search(made(160, 50, days=2, shifts=2, tight=2.2, seed=3))
    outcome = search.run(Limits(), silent)
    rows = rows_of(search, outcome)
    assert len(rows.broken(outcome.flow))
    return search, outcome, rows, outcome.arcs.units + outcome.arcs.halves * (outcome.seat_value // 2)


def improved(town: Town, flow: Longs) -> Longs:
    _, outcome, rows, cost = town
    return better(outcome.network, outcome.arcs, rows, cost=cost, flow=flow, hint=outcome.flow)


def test_nobody_at_work_becomes_a_plan_near_the_best(town: Town) -> None:
    search, outcome, rows, cost = town
    empty = np.zeros(len(outcome.arcs), dtype=np.int64)
    empty[outcome.network.parts["empty"]] = search.asks.type_seats

    flow = improved(town, empty)

    assert len(rows.broken(flow)) == 0
    assert outcome.objective <= int(cost @ flow) < int(cost @ empty) / 2


def test_the_best_plan_stays_as_dear_as_it_is(town: Town) -> None:
    search, outcome, rows, _ = town
    best = rested(search, outcome, Limits(), silent)
    cost = best.arcs.units + best.arcs.halves * (best.seat_value // 2)

    flow = better(
        best.network,
        best.arcs,
        rows,
        cost=cost,
        flow=best.flow,
        hint=np.zeros(len(best.arcs), dtype=np.int64),
    )

    assert best.proven
    assert int(cost @ flow) == best.objective
    assert len(rows.broken(flow)) == 0


def test_the_same_plan_becomes_the_same(town: Town) -> None:
    search, outcome, _, _ = town
    empty = np.zeros(len(outcome.arcs), dtype=np.int64)
    empty[outcome.network.parts["empty"]] = search.asks.type_seats

    assert (improved(town, empty) == improved(town, empty)).all()
