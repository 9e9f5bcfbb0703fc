"""A plan with rest made better all at once: where everybody keeps to one side of each rest, what is left is one flow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from muster.kernel.dispatch.pools.flow import cheapest_flow
from muster.kernel.dispatch.pools.instance import Longs
from muster.kernel.dispatch.pools.network import Arcs, Network
from muster.kernel.dispatch.pools.rest_rows import Rows

# It mostly stands still after two.
TURNS = 6


def better(network: Network, arcs: Arcs, rows: Rows, *, cost: Longs, flow: Longs, hint: Longs) -> Longs:
    """A flow over `arcs` that keeps every row and costs no more than `flow`, which keeps them too.

    Whoever uses one slot of a row may use only that one; who uses neither, the one that `hint` uses, else either by turns.
    """
    row = np.repeat(np.arange(len(rows)), np.diff(rows.start))
    likes_first, likes_then = rows.used(hint, 0) > 0, rows.used(hint, 1) > 0
    best = int(cost @ flow)
    fails = 0
    for turn in range(TURNS):
        either = (np.arange(len(rows)) + turn) % 2
        if not turn % 2:
            either = np.where(likes_first != likes_then, likes_then, either)
        then = np.where(rows.used(flow, 0) > 0, 0, np.where(rows.used(flow, 1) > 0, 1, either))
        capacity = arcs.capacity.copy()
        capacity[rows.arcs[rows.later != then[row]]] = 0
        flow = cheapest_flow(network, replace(arcs, capacity=capacity), cost)
        reached = int(cost @ flow)
        fails = 0 if reached < best else fails + 1
        best = reached
        if fails == 2:
            break
    return flow
