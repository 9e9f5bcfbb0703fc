"""Changing a cheapest flow a little: one person leaves one slot, and everybody who must moves for it as cheaply as can be.

Prices go along, so that the next change is found as fast: only what lies closer than the new way is ever looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from muster.kernel.dispatch.pools.instance import Flags, Ints, Longs
from muster.kernel.dispatch.pools.network import Arcs
from muster.kernel.dispatch.pools.potentials import FAR


@dataclass(frozen=True, eq=False)
class Way:
    """A way through what is free: `length` at the prices of now, `links` from its end to its start. `seen`: nodes
    on the way to be looked at, and how far they are (`closer`)."""

    length: int
    links: list[int]
    seen: Longs
    closer: Longs


class Reroute:
    """A flow, its costs and prices, all of which change here. A link is an arc (2 x arc) or its way back (2 x arc + 1)."""

    def __init__(self, nodes: int, arcs: Arcs, cost: Longs, flow: Longs, prices: Longs) -> None:
        self.flow, self.cost, self.prices = flow.copy(), cost.copy(), prices.copy()
        self._capacity = arcs.capacity
        self._tail, self._head = arcs.tail, arcs.head
        start = np.stack([arcs.tail, arcs.head], axis=1).ravel()
        end = np.stack([arcs.head, arcs.tail], axis=1).ravel()
        self._links = np.argsort(start, kind="stable")
        self._place = np.empty(len(start), dtype=np.int64)
        self._place[self._links] = np.arange(len(start))
        self._first = np.searchsorted(start[self._links], np.arange(nodes + 1))
        self._end: Ints = end[self._links]
        length = np.stack([cost, -cost], axis=1).ravel()
        self._length = length[self._links]
        self._open = np.stack([flow < arcs.capacity, flow > 0], axis=1).ravel()[self._links]
        self._shut: Flags = np.zeros(len(start), dtype=np.bool_)
        self._far = np.full(nodes, FAR)
        self._once = np.zeros(nodes, dtype=np.int64)
        self._came = np.zeros(nodes, dtype=np.int64)

    def shut(self, arcs: Longs, closed: Flags | bool) -> None:
        """From now on these arcs take nobody more, or do again; who is on them may stay."""
        self._shut[self._place[2 * arcs]] = closed

    def charge(self, arcs: Longs, more: int) -> None:
        """Makes these arcs dearer."""
        self.cost[arcs] += more
        self._length[self._place[2 * arcs]] += more
        self._length[self._place[2 * arcs + 1]] -= more

    def reduced(self, arc: int) -> int:
        """What one more on the arc would cost at the prices of now."""
        return int(self.cost[arc] + self.prices[self._tail[arc]] - self.prices[self._head[arc]])

    def around(self, arc: int, *, without: Iterable[int] = (), within: int = int(FAR)) -> Way:
        """The shortest way from the arc's start to its end that does not use it, nor the arcs `without`.

        Without links when it is not shorter than `within`.
        """
        start, goal = int(self._tail[arc]), int(self._head[arc])
        banned = self._place[[2 * one for one in (arc, *without)]]
        was_shut = self._shut[banned]
        self._shut[banned] = True
        far, came = self._far, self._came
        far[start], far[goal] = 0, within
        moved = np.array([start])
        touched = [moved]
        while len(moved):
            many = self._first[moved + 1] - self._first[moved]
            place = np.repeat(self._first[moved] - (np.cumsum(many) - many), many) + np.arange(many.sum())
            origin = np.repeat(moved, many)
            usable = self._open[place] & ~self._shut[place]
            place, origin = place[usable], origin[usable]
            to = self._end[place]
            # What was shut when prices changed may look cheaper than nothing; it is then as good as free.
            step = np.maximum(self._length[place] + self.prices[origin] - self.prices[to], 0)
            offer = far[origin] + step
            better = (offer < far[to]) & (offer < far[goal])
            place, to, offer = place[better], to[better], offer[better]
            np.minimum.at(far, to, offer)
            best = offer == far[to]
            place, to = place[best], to[best]
            came[to] = place
            # Of several equal ways to a node the one that was written last stands, so that each node goes on once.
            moved = to[(came[to] == place) & (to != goal)]
            touched.append(moved)
        self._shut[banned] = was_shut
        length = int(far[goal])
        seen = np.concatenate(touched)
        self._once[seen] = np.arange(len(seen))
        seen = seen[self._once[seen] == np.arange(len(seen))]
        way = Way(length, self._followed(start, goal) if length < within else [], seen, far[seen])
        far[seen] = far[goal] = FAR
        return way

    def _followed(self, start: int, node: int) -> list[int]:
        links: list[int] = []
        while node != start:
            links.append(int(self._links[self._came[node]]))
            arc, back = divmod(links[-1], 2)
            node = int(self._head[arc] if back else self._tail[arc])
        return links

    def settle(self, way: Way) -> None:
        """Lowers the prices of what is closer than the way is long, so that the way costs nothing."""
        self.prices[way.seen] += np.minimum(way.closer - way.length, 0)

    def move(self, arc: int, way: Way) -> None:
        """One unit leaves the arc and takes the way."""
        for link in (*way.links, 2 * arc + 1):
            one, back = divmod(link, 2)
            self.flow[one] += -1 if back else 1
            self._open[self._place[2 * one]] = self.flow[one] < self._capacity[one]
            self._open[self._place[2 * one + 1]] = self.flow[one] > 0
