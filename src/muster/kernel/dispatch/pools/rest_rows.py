"""The rule of rest, row by row: whoever has a night may not have the morning after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.kernel.dispatch.pools.instance import Ints, Longs
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

    def charged(self, cost: Longs, charges: Longs) -> Longs:
        """The cost of every arc with the charges of rows on top."""
        cost = cost.copy()
        np.add.at(cost, self.arcs, np.repeat(charges, np.diff(self.start)))
        return cost


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
