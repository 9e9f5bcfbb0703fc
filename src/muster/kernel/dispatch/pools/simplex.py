"""A flow that stays the cheapest while arcs come and go and costs change: network simplex, from where it stands.

Imported only where a flow is large: it brings the compiler along (`compiled`).
"""

from __future__ import annotations

import numpy as np

from muster.kernel.dispatch.pools.basis import ARC as LINK
from muster.kernel.dispatch.pools.basis import (
    BARE,
    INSIDE,
    Basis,
    hung,
    improved,
    repriced,
    rooted,
    shortest,
    ways_of,
)
from muster.kernel.dispatch.pools.instance import Flags, Ints, Longs

ENOUGH = 1 << 62


class Tree:
    """A flow with its spanning tree, rooted at node 0 (the ground), and the prices that go with it.

    `tail`, `head`, `capacity`, `cost`, `flow` are by arc, `prices` by node; all of them are to be read only. When `improve` has
    found nothing left to save, the flow is the cheapest, and the price of a node is the shortest way to it from the ground
    through what is still free, exactly as `potentials` has it. Nothing is drawn by lot: same arcs, same flow.
    """

    def __init__(self, basis: Basis) -> None:
        self._basis = basis

    @staticmethod
    def of(
        nodes: int,
        tail: Ints,
        head: Ints,
        *,
        capacity: Longs,
        cost: Longs,
        flow: Longs,
        loose: Flags | None = None,
    ) -> Tree:
        """The tree of a flow that fits its capacities; it need not be the cheapest, but the nearer it is, the less is left
        to `improve`. Arcs whose flow is sure to go elsewhere may be named in `loose`: all else is put in order without them.

        ValueError when one more could not be sent from the ground to every node.
        """
        basis = Basis(
            np.ascontiguousarray(tail, dtype=np.int32),
            np.ascontiguousarray(head, dtype=np.int32),
            np.ascontiguousarray(capacity, dtype=np.int64),
            np.ascontiguousarray(cost, dtype=np.int64),
            np.array(flow, dtype=np.int64),
            np.empty(len(tail), dtype=np.int8),
            np.empty((nodes, 6), dtype=np.int32),
            np.empty(nodes, dtype=np.int64),
        )
        settled = basis if loose is None else basis._replace(flow=np.where(loose, 0, basis.flow))
        ahead, back = settled.flow < basis.capacity, settled.flow > 0
        ways = ways_of(basis, ahead, back)
        if shortest(basis, ways):
            # Only ways that cost nothing at these prices are the shortest.
            even = basis.cost + basis.price[basis.tail] == basis.price[basis.head]
            ahead, back = ahead & even, back & even
            ways = ways_of(basis, ahead, back)
        order = rooted(basis, ways, ahead & back)
        if len(order) < nodes:
            raise ValueError(f"{nodes - len(order)} of {nodes} nodes cannot be reached from the ground")
        hung(basis, order)
        return Tree(basis)

    @property
    def flow(self) -> Longs:
        """What goes over each arc."""
        return self._basis.flow

    @property
    def prices(self) -> Longs:
        """By node."""
        return self._basis.price

    @property
    def cost(self) -> int:
        """What the whole flow costs."""
        return int(self._basis.cost @ self._basis.flow)

    def improve(self, most: int = ENOUGH) -> bool:
        """Makes the flow the cheapest, or just better if that takes more than about `most` pivots. Which of the two."""
        return bool(improved(self._basis, most) < most)

    def add(self, tail: Ints, head: Ints, capacity: Longs, cost: Longs) -> None:
        """More arcs, behind those there are, with nothing on them yet."""
        basis, more = self._basis, len(tail)
        self._basis = basis._replace(
            tail=np.concatenate([basis.tail, tail.astype(np.int32)]),
            head=np.concatenate([basis.head, head.astype(np.int32)]),
            capacity=np.concatenate([basis.capacity, capacity.astype(np.int64)]),
            cost=np.concatenate([basis.cost, cost.astype(np.int64)]),
            flow=np.concatenate([basis.flow, np.zeros(more, dtype=np.int64)]),
            state=np.concatenate([basis.state, np.where(capacity > 0, BARE, INSIDE).astype(np.int8)]),
        )

    def keep(self, these: Flags) -> None:
        """Forgets all other arcs. ValueError when one of them is in use, as every arc with flow is, and some without."""
        basis = self._basis
        if basis.flow[~these].any() or not these[basis.links[1:, LINK]].all():
            raise ValueError("an arc that is in use cannot be left out")
        links = basis.links.copy()
        links[1:, LINK] = (np.cumsum(these) - 1)[links[1:, LINK]]
        self._basis = basis._replace(
            links=links,
            **{
                name: getattr(basis, name)[these]
                for name in ("tail", "head", "capacity", "cost", "flow", "state")
            },
        )

    def charge(self, cost: Longs) -> None:
        """Other costs, one for each arc; the flow stays what it is until it is improved."""
        self._basis = self._basis._replace(cost=np.ascontiguousarray(cost, dtype=np.int64))
        repriced(self._basis, np.empty(len(self._basis.price), dtype=np.int32))
