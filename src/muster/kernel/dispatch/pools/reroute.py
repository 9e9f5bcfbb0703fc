"""Changing a cheapest flow a little: one person leaves one slot, and everybody who must moves for it as cheaply as can be.

Prices go along, so that the next change is found as fast: only what lies closer than the new way is ever looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from muster.kernel.dispatch.pools.instance import Flags, Longs
from muster.kernel.dispatch.pools.network import Arcs
from muster.kernel.dispatch.pools.potentials import FAR
from muster.kernel.dispatch.pools.shortest import search_for


@dataclass(frozen=True, eq=False)
class Way:
    """A way through what is free: `length` at the prices of now, `links` from its start to its end. `seen` and `change`: nodes
    and what their prices must change by so that the way costs nothing."""

    length: int
    links: list[int]
    seen: Longs
    change: Longs


class Reroute:
    """A flow, its costs and prices, all of which change here. A link is an arc (2 x arc) or its way back (2 x arc + 1).

    `searches`: about how many to prepare for; many of them in a large network run as machine code.
    """

    def __init__(
        self, nodes: int, arcs: Arcs, cost: Longs, flow: Longs, prices: Longs, *, searches: int = 0
    ) -> None:
        self.flow, self.cost, self.prices = flow.copy(), cost.copy(), prices.copy()
        self._arcs = arcs
        self._shut: Flags = np.zeros(len(arcs), dtype=np.bool_)
        start = np.stack([arcs.tail, arcs.head], axis=1).ravel()
        links = np.argsort(start, kind="stable")
        first = np.searchsorted(start[links], np.arange(nodes + 1))
        self._graph = (
            first,
            links,
            arcs.tail,
            arcs.head,
            self.cost,
            self.flow,
            arcs.capacity,
            self._shut,
            self.prices,
        )
        self._far = np.full((2, nodes), FAR)
        self._came = np.zeros((2, nodes), dtype=np.int64)
        self._seen = np.zeros((2, nodes), dtype=np.int64)
        self._search = search_for(searches * len(arcs))

    def shut(self, arcs: Longs, closed: Flags | bool) -> None:
        """From now on these arcs take nobody more, or do again; who is on them may stay."""
        self._shut[arcs] = closed

    def charge(self, arcs: Longs, more: int) -> None:
        """Makes these arcs dearer."""
        self.cost[arcs] += more

    def reduced(self, arc: int) -> int:
        """What one more on the arc would cost at the prices of now."""
        tail, head = self._arcs.tail[arc], self._arcs.head[arc]
        return int(self.cost[arc] + self.prices[tail] - self.prices[head])

    def links_of(self, node: int) -> Longs:
        """The links that start at a node, free or not."""
        first, links = self._graph[:2]
        return links[first[node] : first[node + 1]]

    def has_room(self, arc: int) -> bool:
        """Whether one more may take the arc."""
        return bool(self.flow[arc] < self._arcs.capacity[arc] and not self._shut[arc])

    def length(self, links: Iterable[int]) -> int:
        """What these links cost together, whatever the prices."""
        return sum(int(self.cost[link >> 1]) * (-1 if link & 1 else 1) for link in links)

    def around(self, arc: int, *, without: Iterable[int] = (), within: int = int(FAR)) -> Way:
        """The shortest way from the arc's start to its end that does not use it, nor the arcs `without`.

        Without links when it is not shorter than `within`.
        """
        banned = np.array([arc, *without])
        was_shut = self._shut[banned]
        self._shut[banned] = True
        start, goal = int(self._arcs.tail[arc]), int(self._arcs.head[arc])
        way = self._way(start, goal, within)
        self._shut[banned] = was_shut
        return way

    def settle(self, way: Way) -> None:
        """Changes prices so that the way costs nothing, and nothing that cost something costs less than nothing."""
        np.add.at(self.prices, way.seen, way.change)

    def move(self, arc: int, way: Way) -> None:
        """One unit leaves the arc and takes the way."""
        for link in (*way.links, 2 * arc + 1):
            self.flow[link >> 1] += -1 if link & 1 else 1

    def _way(self, start: int, goal: int, within: int) -> Way:
        # What was shut when prices changed may look cheaper than nothing; it is then as good as free.
        length, middle, reach, *many = self._search(
            self._graph, (self._far, self._came, self._seen), start, goal, within
        )
        ahead, behind = (self._seen[side, : many[side]].copy() for side in range(2))
        nearer = np.minimum(self._far[0, ahead] - reach, 0)
        farther = np.maximum(length - reach - self._far[1, behind], 0)
        links = [] if middle < 0 else [*self._links(0, middle, start)[::-1], *self._links(1, middle, goal)]
        self._far[0, ahead] = self._far[1, behind] = FAR
        return Way(int(length), links, np.concatenate([ahead, behind]), np.concatenate([nearer, farther]))

    def _links(self, side: int, node: int, end: int) -> list[int]:
        """The links by which the search from that end came to the node, from there on."""
        links: list[int] = []
        while node != end:
            link = int(self._came[side, node])
            links.append(link)
            # From the start, one comes back by where a link starts; from the goal, by where it ends.
            node = int((self._arcs.tail if (link & 1) == side else self._arcs.head)[link >> 1])
        return links
