"""Rest between days: nobody has a night and the morning after, and what that costs at least.

Rest crosses the days, so it does not fit into a flow. The plan without it is mended person by person: whoever lacks rest
leaves one of the two seats the cheapest way, which is a swap inside his pool wherever that is free. What each such step
costs becomes a charge for lacking rest; with these charges the flow without rest gives a bound that no plan can beat.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from muster.kernel.dispatch.pools.decode import seated
from muster.kernel.dispatch.pools.flow import cheapest_flow
from muster.kernel.dispatch.pools.instance import Ints, Longs
from muster.kernel.dispatch.pools.network import Arcs, Network
from muster.kernel.dispatch.pools.potentials import FAR, potentials
from muster.kernel.dispatch.pools.reroute import Reroute, Way
from muster.kernel.dispatch.pools.search import Outcome, Search

ONE = np.uint64(1)


@dataclass(frozen=True, eq=False)
class Rows:
    """One row for each person who could break a rest pair: of the arcs of both its slots at most one may be used.

    `arcs[start[row]:start[row + 1]]` are those of the row; `later` says which of them are of its second slot.
    """

    group: Ints
    start: Longs
    arcs: Longs
    later: Ints

    def __len__(self) -> int:
        return len(self.group)

    def of(self, row: int) -> Longs:
        """The arcs of one row."""
        return self.arcs[self.start[row] : self.start[row + 1]]

    def used(self, flow: Longs, later: int) -> Longs:
        """How many arcs of the first (0) or second (1) slot of each row are used."""
        row = np.repeat(np.arange(len(self)), np.diff(self.start))
        mine = self.later == later
        return np.bincount(row[mine], weights=flow[self.arcs[mine]], minlength=len(self)).astype(np.int64)

    def barred(self, flow: Longs) -> Longs:
        """The arcs of slots beside which another one is used."""
        row = np.repeat(np.arange(len(self)), np.diff(self.start))
        beside = np.where(self.later == 1, self.used(flow, 0)[row], self.used(flow, 1)[row])
        return np.unique(self.arcs[beside > 0])

    def broken(self, flow: Longs) -> Longs:
        """The rows with both slots used."""
        return np.flatnonzero(self.used(flow, 0) & self.used(flow, 1))


def rows_of(search: Search, outcome: Outcome) -> Rows:
    """All rows, by person and rest pair. Everybody who could break one is a group of his own."""
    network, groups, asks = outcome.network, outcome.groups, search.asks
    pools, direct = network.parts["pools"], network.parts["direct"]
    direct_post = asks.type_post[outcome.arcs.head[direct] - network.first_type]
    group = np.concatenate([network.pool_group, network.direct_group])
    slot = np.concatenate([asks.cell_slot[network.pool_cell], search.instance.posts.slot[direct_post]])
    arc = np.concatenate([np.arange(pools.start, pools.stop), np.arange(direct.start, direct.stop)])
    found: list[tuple[Longs, Longs, Ints]] = []
    pairs = search.instance.horizon.rest_slots
    for at, (first, then) in enumerate(pairs):
        both = (ONE << np.uint64(first)) | (ONE << np.uint64(then))
        bound = ((groups.available & both) == both) & (groups.most > 1)
        mine = np.flatnonzero(bound[group] & ((slot == first) | (slot == then)))
        key = group[mine].astype(np.int64) * len(pairs) + at
        found.append((key, arc[mine], (slot[mine] == then).astype(np.int32)))
    keys, arcs, later = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.argsort(keys, kind="stable")
    rows, start = np.unique(keys[order], return_index=True)
    return Rows(
        (rows // len(pairs)).astype(np.int32), np.append(start, len(order)), arcs[order], later[order]
    )


def rested(search: Search, outcome: Outcome) -> Outcome:
    """The outcome with nobody who lacks rest; the same when nobody did. Its lower bound holds for all plans with rest.

    The prices stay those of the plan without the rest rule.
    """
    mending = Mending(search, outcome)
    if not len(mending.rows.broken(outcome.flow)):
        return outcome
    network, arcs = outcome.network, outcome.arcs
    flow = mending.mended(*_cheapest(network, arcs, mending.cost, outcome.flow))
    objective = int(mending.cost @ flow)
    lower_bound = max(outcome.lower_bound, mending.bound(flow))
    own = len(network.arcs)
    columns = Arcs(arcs.tail[own:], arcs.head[own:], arcs.capacity[own:], arcs.units[own:], arcs.halves[own:])
    return replace(
        outcome,
        flow=flow,
        seated=seated(search.instance, search.asks, outcome.groups, network, columns=columns, flow=flow),
        empty=flow[network.parts["empty"]],
        objective=objective,
        lower_bound=lower_bound,
        proven=objective == lower_bound,
    )


def _cheapest(network: Network, arcs: Arcs, cost: Longs, flow: Longs) -> tuple[Longs, Longs]:
    """The flow itself, when it is the cheapest at these costs, else the cheapest; and its prices."""
    prices = potentials(network.nodes, arcs, cost, flow)
    if prices is None:
        flow = cheapest_flow(network, arcs, cost)
        prices = potentials(network.nodes, arcs, cost, flow)
    if prices is None:
        raise RuntimeError("the cheapest flow has no prices")
    return flow, prices


class Mending:
    """A flow that is being mended; `charges` by row are what lacking rest has been found to cost."""

    def __init__(self, search: Search, outcome: Outcome) -> None:
        self.search, self.outcome = search, outcome
        self.rows = rows_of(search, outcome)
        self.arcs: Arcs = outcome.arcs
        self.cost: Longs = outcome.arcs.units + outcome.arcs.halves * (outcome.seat_value // 2)
        self.charges = np.zeros(len(self.rows), dtype=np.int64)
        self._rows_of_group: dict[int, list[int]] = {}
        for row, group in enumerate(self.rows.group.tolist()):
            self._rows_of_group.setdefault(group, []).append(row)
        self._group_of_arc = np.full(len(self.arcs), -1, dtype=np.int32)
        lengths = np.diff(self.rows.start)
        self._group_of_arc[self.rows.arcs] = np.repeat(self.rows.group, lengths)

    def charged(self) -> Longs:
        """The cost of every arc with the charges for lacking rest on it."""
        cost = self.cost.copy()
        np.add.at(cost, self.rows.arcs, np.repeat(self.charges, np.diff(self.rows.start)))
        return cost

    def mended(self, flow: Longs, prices: Longs) -> Longs:
        """The flow with every row kept; `prices` are those of the flow at the charges of now, which grow."""
        rows = self.rows
        broken = rows.broken(flow).tolist()
        reroute = Reroute(
            self.outcome.network.nodes, self.arcs, self.charged(), flow, prices, searches=3 * len(broken)
        )
        reroute.shut(rows.barred(flow), True)
        for row in broken:
            self._mend(reroute, row)
        return reroute.flow

    def bound(self, flow: Longs) -> int:
        """What no plan with rest can go below, over every column there could be: the cheapest flow at the charges, less them.

        Whoever keeps his rest pays each charge at most once. `flow` saves the solver's work where it is already cheapest.
        """
        outcome = self.outcome
        # Where no seat is empty, a lower value of seats gives the same bound sooner.
        value = outcome.seat_value if self.arcs.halves @ flow else outcome.priced_value
        cost = self.charged() - self.arcs.halves * (outcome.seat_value // 2 - value // 2)
        flow, prices = _cheapest(outcome.network, self.arcs, cost, flow)
        saving = self.search.saving(outcome.network, prices, value)
        return int(cost @ flow) + saving - int(self.charges.sum())

    def _mend(self, reroute: Reroute, row: int) -> None:
        mine = self.rows.of(row)
        used = [int(arc) for arc in mine[reroute.flow[mine] > 0]]
        if len(used) < 2:
            return
        leave, other = used
        way = self._way(reroute, leave)
        charge = way.length - reroute.reduced(leave)
        if charge > 0:
            # Only a cheaper way matters, so the second search ends where the first did.
            instead = self._way(reroute, other, charge + reroute.reduced(other))
            if instead.links:
                leave, other, way = other, leave, instead
                charge = way.length - reroute.reduced(leave)
        charge = max(0, charge)
        reroute.charge(mine, charge)
        self.charges[row] += charge
        reroute.settle(way)
        reroute.move(leave, way)
        touched = {int(self._group_of_arc[link // 2]) for link in (*way.links, 2 * leave)} - {-1}
        for group in touched:
            self._shut(reroute, group)
        within = reroute.reduced(other)
        if within > 0:
            # Who stays is dearer now too, so the prices around him must bear it.
            reroute.settle(reroute.around(other, within=within))

    def _way(self, reroute: Reroute, arc: int, within: int = int(FAR)) -> Way:
        """The shortest way off the arc on which nobody comes to lack rest; without links when not within that length."""
        without: set[int] = set()
        while True:
            way = reroute.around(arc, without=without, within=within)
            gains = [link // 2 for link in way.links if not link % 2 and self._group_of_arc[link // 2] >= 0]
            clash = self._clash(gains)
            if not clash:
                return way
            without |= clash

    def _clash(self, gains: list[int]) -> set[int]:
        """Arcs, of those that somebody is to be sent on, which together would break a row."""
        for group in {int(self._group_of_arc[arc]) for arc in gains}:
            for row in self._rows_of_group[group]:
                mine, later = (
                    self.rows.of(row),
                    self.rows.later[self.rows.start[row] : self.rows.start[row + 1]],
                )
                taken = np.isin(mine, gains)
                if later[taken].any() and not later[taken].all():
                    return {int(mine[taken & (later == 1)][0])}
        return set()

    def _shut(self, reroute: Reroute, group: int) -> None:
        """Closes for a person whatever would lack rest beside what he has."""
        shut: dict[int, bool] = {}
        for row in self._rows_of_group[group]:
            mine, later = self.rows.of(row), self.rows.later[self.rows.start[row] : self.rows.start[row + 1]]
            used = reroute.flow[mine] > 0
            by_slot = [bool(used[later == 0].any()), bool(used[later == 1].any())]
            for arc, second in zip(mine.tolist(), later.tolist(), strict=True):
                shut[arc] = shut.get(arc, False) or by_slot[1 - second]
        arcs = np.fromiter(shut, dtype=np.int64, count=len(shut))
        reroute.shut(arcs, np.fromiter(shut.values(), dtype=np.bool_, count=len(shut)))
