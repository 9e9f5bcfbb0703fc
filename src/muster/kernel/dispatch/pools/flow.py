"""The cheapest flow, by OR-Tools."""

from __future__ import annotations

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from muster.kernel.dispatch.pools.instance import Longs
from muster.kernel.dispatch.pools.network import Arcs


def cheapest_flow(supply: Longs, arcs: Arcs, cost: Longs) -> Longs:
    """The flow on each arc. RuntimeError when there is none, which only a broken network can cause."""
    if not len(arcs):
        return np.zeros(0, dtype=np.int64)
    solver = SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(arcs.tail, arcs.head, arcs.capacity, cost)
    solver.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow solver ended with {status}")
    return np.asarray(solver.flows(np.arange(len(arcs), dtype=np.int32)), dtype=np.int64)
