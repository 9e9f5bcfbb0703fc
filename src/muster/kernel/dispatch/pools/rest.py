"""Rest between days: nobody has a night and the morning after, and what that costs at least.

Rest crosses the days, so it does not fit into a flow. The plan without it is mended person by person: whoever lacks rest
leaves one of the two seats the cheapest way, which is a swap inside his pool wherever that is free. What each such step
costs becomes a charge for lacking rest; with these charges the flow without rest gives a bound that no plan can beat, and
a better plan to mend.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from muster.kernel.dispatch.pools.decode import seated
from muster.kernel.dispatch.pools.instance import Longs
from muster.kernel.dispatch.pools.mending import Mending
from muster.kernel.dispatch.pools.network import Arcs
from muster.kernel.dispatch.pools.potentials import FAR
from muster.kernel.dispatch.pools.relaxed import Relaxed
from muster.kernel.dispatch.pools.rest_rows import Rows, rows_of
from muster.kernel.dispatch.pools.search import Limits, Outcome, Search, Tell

# Speed only: how often charges are looked at again, and when they have come to rest.
ROUNDS = 4
STEPS = 60
PATIENCE = 3
FINEST = 1 / 64


def rested(search: Search, outcome: Outcome, limits: Limits, tell: Tell) -> Outcome:
    """The outcome with nobody who lacks rest; the same when nobody did. Its lower bound holds for all plans with rest."""
    rows = rows_of(search, outcome)
    if not len(rows.broken(outcome.flow)):
        return outcome
    return Resting(search, outcome, rows, limits, tell).run()


class Resting:
    """Plan and bound coming closer to each other: `charges` are those of the best bound."""

    def __init__(self, search: Search, outcome: Outcome, rows: Rows, limits: Limits, tell: Tell) -> None:
        self.search, self.outcome, self.rows = search, outcome, rows
        self.limits, self.tell = limits, tell
        self.relaxed = Relaxed(search, outcome, rows)
        self.charges = np.zeros(len(rows), dtype=np.int64)
        self.lower_bound = outcome.lower_bound
        self.arcs, self.flow, self.objective = outcome.arcs, outcome.flow, int(FAR)

    def run(self) -> Outcome:
        """The best plan found, when it is good enough or nothing helps any more."""
        charges = self._mend()
        for _ in range(ROUNDS):
            if self._done():
                break
            before = self.objective - self.lower_bound
            self._bound(charges)
            if not self._done():
                self._climb()
            if self._done():
                break
            self.relaxed.charge(self.charges)
            charges = self._mend()
            if 2 * (self.objective - self.lower_bound) > before:
                break
        return self._outcome()

    def _done(self) -> bool:
        return self.limits.over or self.limits.reached(self.objective, self.lower_bound, 0.0)

    def _mend(self) -> Longs:
        """A plan out of the flow of now; the charges that it came to."""
        relaxed, outcome = self.relaxed, self.outcome
        arcs = relaxed.arcs
        cost = arcs.units + arcs.halves * (outcome.seat_value // 2)
        mending = Mending(outcome.network, arcs, self.rows, cost, relaxed.charges)
        flow = mending.mended(relaxed.flow, relaxed.prices, self.limits)
        objective = int(cost @ flow)
        if objective < self.objective:
            self.flow, self.arcs, self.objective = flow, arcs, objective
        self.tell("rest", {"objective": self.objective, "lower_bound": self.lower_bound})
        return mending.charges

    def _bound(self, charges: Longs) -> int:
        """The bound at these charges, or one that tells as much: that the best one is not below it."""
        bound = self.relaxed.charge(charges)
        if bound > self.lower_bound:
            bound += self.relaxed.saving()
        if bound > self.lower_bound:
            self.lower_bound, self.charges = min(bound, self.objective), charges
        return bound

    def _climb(self) -> None:
        """Better charges step by step: more where rest is lacking, less where nobody works at all (after B. T. Polyak)."""
        charges, share, fails = self.charges, 1.0, 0
        bound = self._bound(charges)
        for _ in range(STEPS):
            more = self.rows.used(self.relaxed.flow, 0) + self.rows.used(self.relaxed.flow, 1) - 1
            more[(more < 0) & (charges == 0)] = 0
            square = int(more @ more)
            if not square or share < FINEST or self._done():
                return
            step = share * (self.objective - bound) / square
            best = self.lower_bound
            charges = np.maximum(0, charges + np.rint(step * more).astype(np.int64))
            bound = self._bound(charges)
            if self.lower_bound > best:
                fails = 0
                continue
            fails += 1
            if fails == PATIENCE:
                charges, share, fails = self.charges, share / 2, 0
                bound = self._bound(charges)

    def _outcome(self) -> Outcome:
        outcome, flow, arcs = self.outcome, self.flow, self.arcs
        own = len(outcome.network.arcs)
        columns = Arcs(
            arcs.tail[own:], arcs.head[own:], arcs.capacity[own:], arcs.units[own:], arcs.halves[own:]
        )
        network = outcome.network
        return replace(
            outcome,
            arcs=arcs,
            flow=flow,
            seated=seated(
                self.search.instance,
                self.search.asks,
                outcome.groups,
                network,
                columns=columns,
                flow=flow,
            ),
            empty=flow[network.parts["empty"]],
            objective=self.objective,
            lower_bound=self.lower_bound,
            proven=self.objective == self.lower_bound,
        )
