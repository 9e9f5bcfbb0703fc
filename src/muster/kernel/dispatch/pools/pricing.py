"""Every community against every seat: which pairs that the flow does not know could still save something."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.kernel.dispatch.pools.groups import Asks, Places
from muster.kernel.dispatch.pools.instance import Instance, Ints, Longs, units
from muster.kernel.dispatch.pools.potentials import FAR

BLOCK = 1 << 20


@dataclass(frozen=True, eq=False)
class Found:
    """Columns (`ask`, `place`) with their cost in units (without what the ask itself loses), sorted by both."""

    ask: Ints
    place: Ints
    cost: Longs

    def __len__(self) -> int:
        return len(self.ask)


class Pricer:
    """Prices all columns of an instance; `keep` is what every one of them costs besides travel and patch."""

    def __init__(self, instance: Instance, asks: Asks, places: Places, keep: int) -> None:
        self._instance, self._asks, self._places, self._keep = instance, asks, places, keep
        many = max(1, len(instance.posts.id))
        self._many = many
        self._closed = np.sort(places.closed_place.astype(np.int64) * many + places.closed_post)

    def price(self, pool_price: Longs, gain: Longs, most: int, below: int = 0) -> tuple[Found, Longs]:
        """The columns whose cost + pool price - gain is under `below`, at most `most` per ask, the lowest first.

        `pool_price`: (cells, places), FAR where nobody is. `gain`: (asks,) what filling the seat so is worth. Also the
        lowest such sum of each ask, FAR where there is no column at all.
        """
        asks = self._asks
        lowest = np.full(len(asks.type), FAR)
        found: list[tuple[Ints, Ints, Longs]] = []
        order = np.argsort(asks.cell, kind="stable")
        bounds = np.searchsorted(asks.cell[order], np.arange(len(asks.cell_slot) + 1))
        for cell in range(len(asks.cell_slot)):
            somewhere = np.flatnonzero(pool_price[cell] < FAR).astype(np.int32)
            if not len(somewhere):
                continue
            rows = order[bounds[cell] : bounds[cell + 1]].astype(np.int32)
            step = max(1, BLOCK // len(somewhere))
            for at in range(0, len(rows), step):
                block = rows[at : at + step]
                cost, sums = self._sums(block, somewhere, pool_price[cell], gain)
                low = sums.min(axis=1)
                lowest[block] = low
                found.append(_lowest(block, somewhere, cost, sums, most=most, below=below))
        if not found:
            return NO_COLUMNS, lowest
        ask, place, cost = (np.concatenate(part) for part in zip(*found, strict=True))
        by = np.lexsort((place, ask))
        return Found(ask[by], place[by], cost[by]), lowest

    def farthest(self) -> int:
        """More than any column costs."""
        places, posts = self._instance.communities, self._instance.posts
        across = [np.concatenate([places.x_m, posts.x_m]), np.concatenate([places.y_m, posts.y_m])]
        width = sum(float(np.ptp(part)) for part in across if len(part))
        return units(width / 1000) + 1 + units(self._instance.prices.patch_km) + self._keep

    def _sums(self, asks: Ints, places: Ints, pool_price: Longs, gain: Longs) -> tuple[Longs, Longs]:
        instance, where = self._instance, self._places
        post = self._asks.post[asks]
        cost = instance.travel_units(where.community[places][None, :], post[:, None])
        shut = np.zeros(cost.shape, dtype=np.bool_)
        if instance.prices.radius is not None:
            shut = cost > instance.prices.radius
        if len(self._closed):
            shut |= np.isin(places.astype(np.int64)[None, :] * self._many + post[:, None], self._closed)
        cost += instance.patch_units(where.patch[places][None, :], post[:, None]) + self._keep
        sums = cost + pool_price[places][None, :] - gain[asks][:, None]
        sums[shut] = FAR
        return cost, sums


NO_COLUMNS = Found(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64))


def _lowest(
    asks: Ints, places: Ints, cost: Longs, sums: Longs, *, most: int, below: int
) -> tuple[Ints, Ints, Longs]:
    if sums.shape[1] > most:
        bar = np.partition(sums, most - 1, axis=1)[:, most - 1]
        row, col = np.nonzero((sums < below) & (sums <= bar[:, None]))
    else:
        row, col = np.nonzero(sums < below)
    return asks[row], places[col], cost[row, col]


def keep_units(instance: Instance, has_incumbent: bool) -> int:
    """What every seat filled otherwise than in the incumbent plan costs."""
    return units(instance.prices.keep_km) if has_incumbent else 0
