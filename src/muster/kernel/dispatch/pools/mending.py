"""Mending a plan person by person: whoever lacks rest leaves one of two seats the cheapest way."""

from __future__ import annotations

import numpy as np

from muster.kernel.dispatch.pools.instance import Longs
from muster.kernel.dispatch.pools.network import GROUND, Arcs, Network
from muster.kernel.dispatch.pools.potentials import FAR
from muster.kernel.dispatch.pools.reroute import Reroute, Way
from muster.kernel.dispatch.pools.rest_rows import Rows
from muster.kernel.dispatch.pools.search import Limits

# Searches for each person who lacks rest.
SEARCHES = 3
# What mending may take on top of a time that is over, as a share of the time before; without it, many seats would be lost.
GRACE = 0.25
NOWHERE = np.zeros(0, dtype=np.int64)


class Mending:
    """A flow that is being mended; `charges` by row are what lacking rest has been found to cost, besides those given."""

    def __init__(self, network: Network, arcs: Arcs, rows: Rows, cost: Longs, charges: Longs) -> None:
        self.rows, self.charges = rows, charges.copy()
        self._network, self._arcs, self._cost = network, arcs, cost
        self._rows_of_group: dict[int, list[int]] = {}
        for row, group in enumerate(rows.group.tolist()):
            self._rows_of_group.setdefault(group, []).append(row)
        self._group_of_arc = np.full(len(arcs), -1, dtype=np.int32)
        self._group_of_arc[rows.arcs] = np.repeat(rows.group, np.diff(rows.start))

    def mended(self, flow: Longs, prices: Longs, limits: Limits) -> Longs:
        """The flow with every row kept; `prices` are those that go with it at the charges.

        When the time is over, a quarter of it is taken on top. After that, whoever still lacks rest leaves one seat at once, to
        somebody of the same pool or to nobody.
        """
        broken = self.rows.broken(flow).tolist()
        cost = self.rows.charged(self._cost, self.charges)
        reroute = Reroute(
            self._network.nodes, self._arcs, cost, flow, prices, searches=SEARCHES * len(broken)
        )
        reroute.shut(self.rows.barred(flow), True)
        # Loads the machine code, which is none of the time that mending takes.
        reroute.around(0, within=0)
        begun = limits.spent()
        for row in broken:
            if limits.over and limits.spent() - begun > GRACE * begun:
                self._drop(reroute, row)
            else:
                self._mend(reroute, row)
        return reroute.flow

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
        self._shut_all(reroute, leave, way)
        within = reroute.reduced(other)
        if within > 0:
            # Who stays is dearer now too, so the prices around him must bear it.
            reroute.settle(reroute.around(other, within=within))

    def _drop(self, reroute: Reroute, row: int) -> None:
        mine = self.rows.of(row)
        used = [int(arc) for arc in mine[reroute.flow[mine] > 0]]
        if len(used) < 2:
            return
        ways = [self._short_way(reroute, arc) for arc in used]
        which = int(
            np.argmin([way.length - int(reroute.cost[arc]) for way, arc in zip(ways, used, strict=True)])
        )
        reroute.move(used[which], ways[which])
        self._shut_all(reroute, used[which], ways[which])

    def _short_way(self, reroute: Reroute, arc: int) -> Way:
        """Home, and somebody idle of the same pool instead, or a seat that stays empty; `length` is what it costs."""
        leaf, head = int(self._arcs.tail[arc]), int(self._arcs.head[arc])
        home = self._stairs(reroute, leaf, up=False)
        options: list[list[int]] = []
        for link in reroute.links_of(head).tolist():
            other, tail = link >> 1, int(self._arcs.tail[link >> 1])
            if not link & 1:
                if reroute.flow[other]:
                    options.append([2 * self._empty(int(self._arcs.head[other])), link + 1])
            elif tail == GROUND:
                options.append([2 * other])
            elif head < self._network.first_type and other != arc and reroute.has_room(other):
                stairs = self._stairs(reroute, tail, up=True)
                options += [[*stairs, 2 * other]] if stairs else []
        best = min(options, key=reroute.length)
        links = [*home, *best]
        return Way(reroute.length(links), links, NOWHERE, NOWHERE)

    def _stairs(self, reroute: Reroute, leaf: int, *, up: bool) -> list[int]:
        """The links from a person's period to the ground, which are used, or `up` from the ground; none when he has no room."""
        links: list[int] = []
        node = leaf
        while node != GROUND:
            into = [link >> 1 for link in reroute.links_of(node).tolist() if link & 1]
            steps = [arc for arc in into if (reroute.has_room(arc) if up else reroute.flow[arc] > 0)]
            if not steps:
                return []
            arc = min(steps, key=lambda at: int(reroute.cost[at]) * (1 if up else -1))
            links.append(2 * arc + (not up))
            node = int(self._arcs.tail[arc])
        return links[::-1] if up else links

    def _empty(self, seat_type: int) -> int:
        first: int = self._network.parts["empty"].start
        return first + seat_type - self._network.first_type

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

    def _shut_all(self, reroute: Reroute, leave: int, way: Way) -> None:
        """After a way was taken, for everybody who moved."""
        touched = {int(self._group_of_arc[link // 2]) for link in (*way.links, 2 * leave)} - {-1}
        for group in touched:
            self._shut(reroute, group)

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
