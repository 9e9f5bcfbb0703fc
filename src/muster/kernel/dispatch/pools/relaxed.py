"""The cheapest plan when lacking rest is allowed at a charge: what it costs, less the charges, no plan with rest can beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from muster.kernel.dispatch.pools.flow import cheapest_flow
from muster.kernel.dispatch.pools.instance import Longs
from muster.kernel.dispatch.pools.network import Arcs, joined
from muster.kernel.dispatch.pools.potentials import potentials
from muster.kernel.dispatch.pools.rest_rows import Rows
from muster.kernel.dispatch.pools.search import Outcome, Search

if TYPE_CHECKING:
    from muster.kernel.dispatch.pools.simplex import Tree

# From so many arcs on, going on from the flow before earns back the second that the compiler takes to load.
LARGE = 20_000
# A charge may be so small a part of a unit; most parts that a linear program comes to are whole numbers of these.
PARTS = 2520
EVERY = 1 << 31

Fractions = NDArray[np.float64]


class Relaxed:
    """A flow that follows the charges: `flow` is the cheapest over `arcs`, `prices` go with it.

    Whoever keeps his rest pays each charge at most once; so the cheapest flow at any charges, less their sum, is a bound. Seats
    are worth `value`: where no seat is empty, one that is lower than in the objective gives the same bound sooner.
    """

    def __init__(self, search: Search, outcome: Outcome, rows: Rows) -> None:
        self.rows, self.arcs = rows, outcome.arcs
        self.flow, self.prices = outcome.flow, outcome.prices
        self.charges = np.zeros(len(rows), dtype=np.int64)
        # The search may also have ended at a higher value than that of the objective, where a bound would mean nothing.
        lower = min(outcome.priced_value, outcome.seat_value)
        self.value = outcome.seat_value if outcome.arcs.halves @ outcome.flow else lower
        self._search, self._network = search, outcome.network
        self._tree: Tree | None = None
        if self.value != outcome.priced_value:
            prices = potentials(self._network.nodes, self.arcs, self.cost, self.flow)
            if prices is None:
                self.charge(self.charges)
            else:
                self.prices = prices

    def charge(self, charges: Longs) -> int:
        """Makes the flow the cheapest at these charges, over the arcs that are known; the bound as if there were no others."""
        self.charges = charges
        cost = self.rows.charged(self.cost, charges)
        self._follow(cost)
        return int(cost @ self.flow) - int(charges.sum())

    def saving(self) -> int:
        """How much all columns there could be would save at most at the prices of now, 0 or below; the best are known then."""
        found, saving = self._search.missed(self._network, self.prices, self.value)
        self._add(self._search.arcs_of(self._network, found))
        return saving

    def widen(self, near: int) -> None:
        """Takes along all columns that would lose less than `near` at the prices of now."""
        self._add(self._unknown(self.prices, near))

    def certified(self, charges: Fractions) -> int:
        """The bound at charges that may be parts of units, over every column there could be; computed in whole numbers."""
        fine = np.rint(charges * PARTS).astype(np.int64)
        while True:
            cost = self.rows.charged(PARTS * self.cost, fine)
            self._follow(cost)
            # Rounded prices are off by half a unit at either end, so a column that loses a unit by them loses in truth.
            unknown = self._unknown((self.prices + PARTS // 2) // PARTS, 1)
            if not len(unknown):
                return -((int(fine.sum()) - int(cost @ self.flow)) // PARTS)
            self._add(unknown)

    def _unknown(self, prices: Longs, near: int) -> Arcs:
        """Columns that would lose less than `near` and are not known."""
        found, _ = self._search.missed(self._network, prices, self.value, near=near, most=EVERY)
        arcs = self._search.arcs_of(self._network, found)
        own = len(self._network.arcs)
        fresh = ~np.isin(self._key(arcs), self._key(self.arcs)[own:])
        return Arcs(*(getattr(arcs, name)[fresh] for name in Arcs.__annotations__))

    def _key(self, arcs: Arcs) -> Longs:
        return arcs.tail.astype(np.int64) * self._network.nodes + arcs.head

    def _add(self, more: Arcs) -> None:
        if not len(more):
            return
        self.arcs = joined([self.arcs, more])
        if self._tree is not None:
            self._tree.add(more.tail, more.head, more.capacity, self._worth(more))

    def _follow(self, cost: Longs) -> None:
        if len(self.arcs) >= LARGE:
            self._go_on(cost)
            return
        self.flow = cheapest_flow(self._network, self.arcs, cost)
        prices = potentials(self._network.nodes, self.arcs, cost, self.flow)
        if prices is None:
            raise RuntimeError("the cheapest flow has no prices")
        self.prices = prices

    @property
    def cost(self) -> Longs:
        """The cost of every arc without charges."""
        return self._worth(self.arcs)

    def _worth(self, arcs: Arcs) -> Longs:
        return arcs.units + arcs.halves * (self.value // 2)

    def _go_on(self, cost: Longs) -> None:
        if self._tree is None:
            from muster.kernel.dispatch.pools.simplex import Tree  # noqa: PLC0415 - loads a compiler, for few

            arcs, grown = self.arcs, len(self.arcs) - len(self.flow)
            flow = np.append(self.flow, np.zeros(grown, dtype=np.int64))
            self._tree = Tree.of(
                self._network.nodes, arcs.tail, head=arcs.head, capacity=arcs.capacity, cost=cost, flow=flow
            )
        else:
            self._tree.charge(cost)
        self._tree.improve()
        self.flow, self.prices = self._tree.flow.copy(), self._tree.prices.copy()
