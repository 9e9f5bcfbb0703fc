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
from muster.kernel.dispatch.pools.relaxed import LARGE, Relaxed
from muster.kernel.dispatch.pools.rest_exact import Program, between, solved, within
from muster.kernel.dispatch.pools.rest_rows import Rows, rows_of
from muster.kernel.dispatch.pools.search import Limits, Outcome, Search, Tell
from muster.kernel.dispatch.pools.sides import better

# Speed only: how often charges are looked at again, and when they have come to rest.
ROUNDS = 4
STEPS = 60
PATIENCE = 3
FINEST = 1 / 64
# People in a question that is solved exactly when it is asked for.
MOST_EXACT = 20_000
# Arcs that HiGHS is asked about; at 100,000 it takes a minute.
MOST_OPEN = 20_000


def rested(search: Search, outcome: Outcome, limits: Limits, tell: Tell) -> Outcome:
    """The outcome with nobody who lacks rest; the same when nobody did. Its lower bound holds for all plans with rest."""
    rows = rows_of(search, outcome)
    if not len(rows.broken(outcome.flow)):
        return outcome
    best = Resting(search, outcome, rows, limits, tell).run()
    enough, lost = search.enough(outcome.network, outcome.arcs), _lost(best)
    if lost == _lost(outcome) or best.seat_value >= enough or limits.over:
        return best
    # For want of rest a seat is lost; what it takes to fill it may be more than the prices say that it is worth.
    fuller = Resting(search, replace(outcome, seat_value=enough), rows, limits, tell).run()
    if _lost(fuller) == lost:
        return best
    tell("seat_value", {"seat_value": enough})
    return fuller


def _lost(outcome: Outcome) -> int:
    """Half seat values."""
    return int(outcome.arcs.halves @ outcome.flow)


class Resting:
    """Plan and bound coming closer to each other: `charges` are those of the best bound."""

    def __init__(self, search: Search, outcome: Outcome, rows: Rows, limits: Limits, tell: Tell) -> None:
        self.search, self.outcome, self.rows = search, outcome, rows
        self.limits, self.tell = limits, tell
        self.relaxed = Relaxed(search, outcome, rows)
        self.charges = np.zeros(len(rows), dtype=np.int64)
        self.lower_bound = outcome.lower_bound
        self.arcs, self.flow, self.objective = outcome.arcs, outcome.flow, int(FAR)
        self._least, self._most = outcome.flow.copy(), outcome.flow.copy()

    def run(self) -> Outcome:
        """The best plan found, when it is good enough or nothing helps any more."""
        charges = self._mend()
        self._weigh()
        if not self._done():
            self._bound(charges)
        if len(self.arcs) >= LARGE:
            self._approach()
        if self.arcs.halves @ self.flow > self.outcome.arcs.halves @ self.outcome.flow and not self._done():
            self._refill()
        if len(self.search.instance.volunteers.id) <= MOST_EXACT and not self._done():
            self._exactly()
        return self._outcome()

    def _refill(self) -> None:
        """Where seats have been lost for want of rest, most of them can be filled, by more moves than one person's."""
        arcs, relaxed = self.relaxed.arcs, self.relaxed
        flow, hint = (
            np.append(part, np.zeros(len(arcs) - len(part), dtype=np.int64))
            for part in (self.flow, relaxed.flow)
        )
        cost = arcs.units + arcs.halves * (self.outcome.seat_value // 2)
        self._take(better(self.outcome.network, arcs, self.rows, cost=cost, flow=flow, hint=hint))
        self._tell()

    def _approach(self) -> None:
        """Better charges, and the plan mended again from there, as long as the two come closer."""
        for _ in range(ROUNDS):
            if self._done():
                return
            before = self.objective - self.lower_bound
            self._climb()
            if self._done():
                return
            self._weigh()
            self.relaxed.charge(self.charges)
            self._bound(self._mend())
            if 2 * (self.objective - self.lower_bound) > before:
                return

    def _weigh(self) -> None:
        """Where seats are lost, no bound comes near that takes them for less than they are worth."""
        if self.arcs.halves @ self.flow:
            self.relaxed.value = self.outcome.seat_value

    def _exactly(self) -> None:
        """The best plan of all and the best bound that charges can give; where too much is open, a better plan."""
        relaxed = self.relaxed
        program = self._open()
        if len(program.free) > MOST_OPEN and len(self.arcs) < LARGE:
            self._approach()
            program = self._open()
        is_all = len(program.free) <= MOST_OPEN
        if not is_all:
            program = self._at_odds()
        if self._done() or not len(program.free) or len(program.free) > MOST_OPEN:
            return
        answer = solved(program, self.limits.left)
        if answer is None:
            return
        if answer.flow is not None:
            self._take(answer.flow)
        if is_all and not self._done():
            bound = relaxed.certified(np.maximum(answer.worth, 0))
            self.lower_bound = min(self.objective, max(bound, self.lower_bound))
        self._tell()

    def _open(self) -> Program:
        """All that a better plan could have."""
        self.relaxed.charge(self.charges)
        gap = self.objective - self.lower_bound
        self.relaxed.widen(gap)
        return within(self.outcome.network, self.relaxed, gap)

    def _at_odds(self) -> Program:
        """The arcs that flows differed about on the way here."""
        relaxed, more = self.relaxed, len(self.relaxed.arcs)
        flow, least, most = (
            np.append(part, np.zeros(more - len(part), dtype=np.int64))
            for part in (self.flow, self._least, self._most)
        )
        return between(self.outcome.network, relaxed, flow, least < most)

    def _note(self, flow: Longs) -> None:
        """Remembers how little and how much each arc had."""
        more = len(flow) - len(self._least)
        if more:
            nothing = np.zeros(more, dtype=np.int64)
            self._least, self._most = np.append(self._least, nothing), np.append(self._most, nothing)
        np.minimum(self._least, flow, out=self._least)
        np.maximum(self._most, flow, out=self._most)

    def _done(self) -> bool:
        return self.limits.over or self.limits.reached(self.objective, self.lower_bound, 0.0)

    def _mend(self) -> Longs:
        """A plan out of the flow of now; the charges that it came to."""
        relaxed, outcome = self.relaxed, self.outcome
        arcs = relaxed.arcs
        cost = arcs.units + arcs.halves * (outcome.seat_value // 2)
        mending = Mending(outcome.network, arcs, self.rows, cost, relaxed.charges)
        self._take(mending.mended(relaxed.flow, relaxed.prices, self.limits))
        self._tell()
        return mending.charges

    def _take(self, flow: Longs) -> None:
        """A flow over the arcs of now, where it is better than the one before."""
        arcs = self.relaxed.arcs
        self._note(flow)
        objective = int((arcs.units + arcs.halves * (self.outcome.seat_value // 2)) @ flow)
        if objective < self.objective:
            self.flow, self.arcs, self.objective = flow, arcs, objective

    def _tell(self) -> None:
        self.tell("rest", {"objective": self.objective, "lower_bound": self.lower_bound})

    def _bound(self, charges: Longs) -> int:
        """The bound at these charges, or one that tells as much: that the best one is not below it."""
        bound = self.relaxed.charge(charges)
        self._note(self.relaxed.flow)
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
