"""The cheapest flow of one network, round after round, while columns come and go: large ones go on from where they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import numpy as np

from muster.kernel.dispatch.pools.flow import cheapest_flow
from muster.kernel.dispatch.pools.instance import Flags, Longs
from muster.kernel.dispatch.pools.network import Arcs, Network
from muster.kernel.dispatch.pools.potentials import potentials

if TYPE_CHECKING:
    from muster.kernel.dispatch.pools.simplex import Tree

# From so many arcs on, solving from nothing once more takes longer than bringing in the compiler. By `make bench`.
LARGE = 300_000
PIVOTS_AT_ONCE = 20_000
# So many new columns at once move most of a province, which is faster from nothing: a pivot costs what hangs on it.
MANY = 120_000


class Clock(Protocol):
    """Knows whether the time is over."""

    @property
    def over(self) -> bool: ...


class WarmFlow:
    """A flow that is the cheapest again after every change. `start` may know a flow of the network's own arcs to begin with."""

    def __init__(self, network: Network, start: Callable[[], Longs | None]) -> None:
        self._network, self._start = network, start
        self._tree: Tree | None = None
        # Where nearly everybody stays, pivots are few whatever comes new.
        self._resumed = False

    def solved(self, arcs: Arcs, cost: Longs, stays: Flags, limits: Clock) -> tuple[Longs, Longs | None]:
        """The cheapest flow and its prices. `arcs`: the network's own, then the columns; `stays` says which columns of the last
        time are still there, in their order, and what is behind them is new.

        When the time is over, a flow that is only better than the last, without prices; the first is always the cheapest.
        """
        own = len(self._network.arcs)
        kept = own + int(np.count_nonzero(stays))
        if self._tree is not None and (self._resumed or self._saving(arcs, cost, kept) <= MANY):
            self._tree.keep(np.concatenate([np.ones(own, dtype=np.bool_), stays]))
            order = self._network.order
            tail, head = order[arcs.tail[kept:]], order[arcs.head[kept:]]
            self._tree.add(tail, head, arcs.capacity[kept:], cost[kept:])
            self._tree.charge(cost)
        elif len(arcs) < LARGE:
            flow = cheapest_flow(self._network, arcs, cost)
            prices = potentials(self._network.nodes, arcs, cost, flow)
            if prices is None:
                raise RuntimeError("the cheapest flow has no prices")
            return flow, prices
        else:
            self._tree = self._planted(arcs, cost)
            self._tree.improve()
        done = self._tree.improve(PIVOTS_AT_ONCE)
        while not done and not limits.over:
            done = self._tree.improve(PIVOTS_AT_ONCE)
        return self._tree.flow.copy(), self._prices() if done else None

    def best_at(self, cost: Longs) -> Longs | None:
        """Prices at other costs, when the flow of the last time is the cheapest at these too."""
        if self._tree is None:
            raise ValueError("only a flow that is kept can be looked at again")
        self._tree.charge(cost)
        before = self._tree.cost
        self._tree.improve()
        return self._prices() if self._tree.cost == before else None

    @property
    def kept(self) -> bool:
        """Whether the flow goes on from where it stands."""
        return self._tree is not None

    def _planted(self, arcs: Arcs, cost: Longs) -> Tree:
        from muster.kernel.dispatch.pools import simplex  # noqa: PLC0415 - the compiler is 100 MB and a second

        loose, start = None, self._start()
        if start is None:
            flow = cheapest_flow(self._network, arcs, cost)
        else:
            flow = np.concatenate([start, np.zeros(len(arcs) - len(start), dtype=np.int64)])
            # Seats that are empty at first will be filled, and would make everything look as dear as they are.
            loose = np.zeros(len(arcs), dtype=np.bool_)
            loose[self._network.parts["empty"]] = True
            self._resumed = True
        # Numbered as on the map, the ground first, nodes that are walked together are close in memory too.
        order = self._network.order
        tail, head = order[arcs.tail], order[arcs.head]
        nodes = self._network.nodes
        return simplex.Tree.of(nodes, tail, head, capacity=arcs.capacity, cost=cost, flow=flow, loose=loose)

    def _saving(self, arcs: Arcs, cost: Longs, kept: int) -> int:
        """How many of the new arcs would save something."""
        prices = self._prices()
        if prices is None:
            return 0
        new = cost[kept:] + prices[arcs.tail[kept:]] < prices[arcs.head[kept:]]
        return int(np.count_nonzero(new))

    def _prices(self) -> Longs | None:
        return None if self._tree is None else self._tree.prices[self._network.order]
