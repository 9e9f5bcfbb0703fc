"""Prices of all nodes that go with a flow of least cost: the cheapest way from the ground through what is still free."""

from __future__ import annotations

import numpy as np

from muster.kernel.dispatch.pools.instance import Longs
from muster.kernel.dispatch.pools.network import GROUND, Arcs

FAR = np.int64(1) << np.int64(60)
CHECK_EVERY = 64


def potentials(nodes: int, arcs: Arcs, cost: Longs, flow: Longs) -> Longs | None:
    """A price for each node such that no free arc leads to a node dearer than its start plus the arc.

    None when there is no such price, so the flow is not the cheapest for these costs.
    """
    ahead, back = flow < arcs.capacity, flow > 0
    tail = np.concatenate([arcs.tail[ahead], arcs.head[back]])
    head = np.concatenate([arcs.head[ahead], arcs.tail[back]])
    length = np.concatenate([cost[ahead], -cost[back]])
    order = np.argsort(tail, kind="stable")
    head, length = head[order], length[order]
    first = np.searchsorted(tail[order], np.arange(nodes + 1))

    price = np.full(nodes, FAR)
    price[GROUND] = 0
    origin = np.full(nodes, -1, dtype=np.int64)
    moved = np.array([GROUND])
    for turn in range(nodes + 1):
        many = first[moved + 1] - first[moved]
        reach = np.repeat(first[moved] - (np.cumsum(many) - many), many) + np.arange(many.sum())
        to, offer, by = head[reach], np.repeat(price[moved], many) + length[reach], np.repeat(moved, many)
        better = offer < price[to]
        to, offer, by = to[better], offer[better], by[better]
        if not len(to):
            return price
        np.minimum.at(price, to, offer)
        best = offer == price[to]
        origin[to[best]] = by[best]
        moved = np.unique(to)
        if price[GROUND] < 0 or (turn % CHECK_EVERY == CHECK_EVERY - 1 and _goes_round(origin)):
            return None
    return None


def _goes_round(origin: Longs) -> bool:
    """Whether somebody's price comes from itself; following origins twice as far each time finds that out fast."""
    at = origin.copy()
    for _ in range(len(origin).bit_length() + 1):
        known = at >= 0
        if not known.any():
            return False
        at[known] = at[at[known]]
    return bool((at >= 0).any())
