"""The cheapest flow, by OR-Tools."""

from __future__ import annotations

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from muster.kernel.dispatch.pools.instance import Longs
from muster.kernel.dispatch.pools.network import Arcs, Network

STEPS_TO_A_SEAT = 4


def cheapest_flow(network: Network, arcs: Arcs, cost: Longs) -> Longs:
    """The flow on each arc.

    RuntimeError when there is none, which only a broken network can cause; OverflowError where costs times nodes leave 64
    bits, which only prices can that lie farther apart than any on Earth.

    The solver walks from node to node: numbered as on the map, they are close in memory too, a quarter of its time.
    """
    if not len(arcs):
        return np.zeros(0, dtype=np.int64)
    useful = _useful(network, arcs)
    solver = SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        network.order[arcs.tail[useful]],
        network.order[arcs.head[useful]],
        arcs.capacity[useful],
        cost[useful],
    )
    solver.set_nodes_supplies(network.order, network.supply)
    status = solver.solve()
    if status == solver.BAD_COST_RANGE:
        raise OverflowError("the prices lie too far apart to be added up")
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow solver ended with {status}")
    flow = np.zeros(len(arcs), dtype=np.int64)
    flow[useful] = solver.flows(np.arange(len(useful), dtype=np.int32))
    return flow


def _useful(network: Network, arcs: Arcs) -> Longs:
    """Arcs from which a seat can be reached: where nearly everybody has a home of his own, most people have no column."""
    leads = np.zeros(network.nodes, dtype=np.bool_)
    leads[network.first_type :] = True
    # From the types back over pools and periods to groups and the ground.
    for _ in range(STEPS_TO_A_SEAT):
        leads[arcs.tail[leads[arcs.head]]] = True
    return np.flatnonzero(leads[arcs.head])
