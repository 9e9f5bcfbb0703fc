"""The cheapest flow, by OR-Tools."""

from __future__ import annotations

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from muster.kernel.dispatch.pools.instance import Longs
from muster.kernel.dispatch.pools.network import Arcs, Network


def cheapest_flow(network: Network, arcs: Arcs, cost: Longs) -> Longs:
    """The flow on each arc. RuntimeError when there is none, which only a broken network can cause.

    The solver walks from node to node: numbered as on the map, they are close in memory too, a quarter of its time.
    """
    if not len(arcs):
        return np.zeros(0, dtype=np.int64)
    solver = SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        network.order[arcs.tail], network.order[arcs.head], arcs.capacity, cost
    )
    solver.set_nodes_supplies(network.order, network.supply)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow solver ended with {status}")
    return np.asarray(solver.flows(np.arange(len(arcs), dtype=np.int32)), dtype=np.int64)
