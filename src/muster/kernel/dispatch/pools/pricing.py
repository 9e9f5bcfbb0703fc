"""Every community against every seat: which pairs that the flow does not know could still save something."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from muster.kernel.dispatch.pools.groups import Asks, Places
from muster.kernel.dispatch.pools.instance import CLOSED, UNITS_PER_KM, Instance, Ints, Longs, units
from muster.kernel.dispatch.pools.potentials import FAR

# Pairs looked at in one go: the arrays of one block stay in the cache of a processor.
BLOCK = 1 << 18
THREADS = 2
LOTS = 1 << 16
# Single precision is within this of the exact sum, in units, up to 20,000 km.
ROUGH = 3
# Above this, prices need double precision for that.
SINGLE = 1 << 22


@dataclass(frozen=True, eq=False)
class Found:
    """Columns (`ask`, `place`) with their cost in units (without what the ask itself loses), sorted by both."""

    ask: Ints
    place: Ints
    cost: Longs

    def __len__(self) -> int:
        return len(self.ask)


NO_COLUMNS = Found(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64))


class Pricer:
    """Prices all columns of an instance; `keep` is what every one of them costs besides travel and patch."""

    def __init__(self, instance: Instance, asks: Asks, places: Places, keep: int) -> None:
        self._instance, self._asks, self._places, self._keep = instance, asks, places, keep
        order = np.argsort(asks.cell, kind="stable").astype(np.int32)
        bounds = np.searchsorted(asks.cell[order], np.arange(len(asks.cell_slot) + 1))
        self._asks_of_cell = [order[bounds[at] : bounds[at + 1]] for at in range(len(asks.cell_slot))]
        towns, posts, scale = instance.communities, instance.posts, UNITS_PER_KM / 1000
        self._place_at = [
            (along[places.community] * scale).astype(np.float32) for along in (towns.x_m, towns.y_m)
        ]
        self._post_at = [(along * scale).astype(np.float32) for along in (posts.x_m, posts.y_m)]
        self._patch_units = units(instance.prices.patch_km) if len(instance.patches) > 1 else 0
        terms = np.zeros(1, dtype=np.int64)
        if instance.terms is not None:
            terms = np.append(terms, instance.terms.units[instance.terms.units != CLOSED])
        self._least, self._most_terms = keep + int(terms.min()), int(terms.max())
        self._closed: dict[int, list[int]] = {}
        for post, place in zip(places.closed_post.tolist(), places.closed_place.tolist(), strict=True):
            self._closed.setdefault(post, []).append(place)

    def farthest(self) -> int:
        """More than any column costs."""
        places, posts = self._instance.communities, self._instance.posts
        across = [np.concatenate([places.x_m, posts.x_m]), np.concatenate([places.y_m, posts.y_m])]
        width = sum(float(np.ptp(part)) for part in across if len(part))
        more = self._keep + self._most_terms
        return units(width / 1000) + 1 + units(self._instance.prices.patch_km) + more

    def price(self, pool_price: Longs, gain: Longs, most: int, below: int = 0) -> tuple[Found, Longs]:
        """The columns whose cost + pool price - gain is under `below` >= 0, about the `most` lowest of each ask.

        `pool_price`: (cells, places), FAR where nobody is. `gain`: (asks,) what filling the seat so is worth. Also, for each
        ask, a bound below all these sums, exact where fewer than `most` are under `below`; 0 when none is below 0.
        """
        lowest = np.zeros(len(self._asks.type), dtype=np.int64)

        def look(asks: Ints, places: Ints, prices: Longs) -> Found:
            found, low = self._look(asks, places, prices, gain[asks], most=most, below=below)
            lowest[asks] = low
            return found

        return self._each_block(pool_price, look, gain + below), lowest

    def first(self, pool_price: Longs, most: int, blur: int) -> Found:
        """For each ask about `most` of the columns with a low cost + pool price, which is known to about `blur` only.

        What looks equally good by such prices is drawn by lot, always the same: were it the lowest, all asks of a
        neighborhood would take the same few pools.
        """
        lots = np.random.default_rng(0).integers(0, blur + 1, LOTS + len(self._places)).astype(np.float32)

        def look(asks: Ints, places: Ints, prices: Longs) -> Found:
            rough = self._rough(asks, places, prices, np.zeros(len(asks), dtype=np.int64))
            draw = sliding_window_view(lots, len(places))
            rough += draw[asks.astype(np.int64) * 7919 % LOTS]
            low = np.isfinite(rough)
            if most < len(places):
                # Every fourth place says well enough how low the lowest are.
                every = 4 if len(places) >= 16 * most and most >= 4 else 1
                rank = most // every - 1
                low &= rough <= np.partition(rough[:, ::every], rank, axis=1)[:, rank : rank + 1]
            row, col = np.nonzero(low)
            cost = self.cost(asks[row], places[col])
            right = cost < FAR
            return Found(asks[row[right]], places[col[right]], cost[right])

        return self._each_block(pool_price, look)

    def _each_block(
        self, pool_price: Longs, look: Callable[[Ints, Ints, Longs], Found], hope: Longs | None = None
    ) -> Found:
        """All that `look` finds, block by block; asks with too little `hope` are left out."""
        blocks = []
        for cell, asks in enumerate(self._asks_of_cell):
            somewhere = np.flatnonzero(pool_price[cell] < FAR).astype(np.int32)
            if not len(somewhere):
                continue
            prices = pool_price[cell][somewhere]
            rows = asks if hope is None else asks[hope[asks] > int(prices.min()) + self._least]
            step = max(1, BLOCK // len(somewhere))
            blocks += [(rows[at : at + step], somewhere, prices) for at in range(0, len(rows), step)]
        with ThreadPoolExecutor(THREADS) as threads:
            found = list(threads.map(lambda block: look(*block), blocks))
        if not found:
            return NO_COLUMNS
        ask, place, cost = (np.concatenate([getattr(part, name) for part in found]) for name in _FIELDS)
        by = np.lexsort((place, ask))
        return Found(ask[by], place[by], cost[by])

    def cost(self, ask: Ints, place: Ints) -> Longs:
        """What these columns cost, exactly; FAR where the pair is farther than allowed."""
        post, where = self._asks.post[ask], self._places
        cost = self._instance.travel_units(where.community[place], post)
        radius = self._instance.prices.radius
        shut = np.zeros(len(cost), dtype=np.bool_) if radius is None else cost > radius
        if self._instance.terms is not None:
            shut |= ~self._instance.is_open(where.community[place], post)
            cost += self._instance.terms_units(where.community[place], post)
        cost += self._instance.patch_units(where.patch[place], post) + self._keep
        cost[shut] = FAR
        return cost

    def _look(
        self, asks: Ints, places: Ints, pool_price: Longs, gain: Longs, *, most: int, below: int
    ) -> tuple[Found, Longs]:
        """One block: a rough table first, exact sums only for what is low in it."""
        rough = self._rough(asks, places, pool_price, gain)
        low = rough < below + ROUGH
        crowded = np.flatnonzero(np.count_nonzero(low, axis=1) > most)
        bar = np.partition(rough[crowded], most - 1, axis=1)[:, most - 1] if len(crowded) else rough[:0, 0]
        low[crowded] = rough[crowded] <= bar[:, None]
        row, col = np.nonzero(low)
        cost = self.cost(asks[row], places[col])
        sums = cost + pool_price[col] - gain[row]
        lowest = np.zeros(len(asks), dtype=np.int64)
        np.minimum.at(lowest, row, sums)
        right = sums < below
        found = Found(asks[row[right]], places[col[right]], cost[right])
        # What was cut off is at the bar or above it.
        unsure = crowded[(lowest[crowded] == 0) & (bar < ROUGH)]
        lowest[crowded] = np.minimum(lowest[crowded], np.floor(bar).astype(np.int64) - ROUGH)
        if len(unsure):
            again, lowest[unsure] = self._look(
                asks[unsure], places, pool_price, gain[unsure], most=len(places), below=0
            )
            found = Found(
                *(np.concatenate([getattr(part, name) for part in (found, again)]) for name in _FIELDS)
            )
        return found, lowest

    def _rough(self, asks: Ints, places: Ints, pool_price: Longs, gain: Longs) -> NDArray[Any]:
        """The sums in single precision, infinite where surely not allowed."""
        post = self._asks.post[asks]
        across, along = (
            mine[places][None, :] - there[post][:, None]
            for mine, there in zip(self._place_at, self._post_at, strict=True)
        )
        across *= across
        along *= along
        across += along
        rough: NDArray[Any] = np.sqrt(across, out=across)
        if self._instance.prices.radius is not None:
            rough[rough > self._instance.prices.radius + ROUGH] = np.inf
        if self._patch_units:
            mine, there = self._places.patch[places], self._instance.posts.patch[post]
            away = (mine[None, :] != there[:, None]) & (mine >= 0)[None, :] & (there >= 0)[:, None]
            rough += away * np.float32(self._patch_units)
        if (terms := self._instance.terms) is not None:
            mine = terms.of[self._places.community[places]]
            sorts, column = np.unique(mine, return_inverse=True)
            more = terms.units[np.ix_(sorts, post)].T.astype(np.float32)
            more[more >= np.float32(CLOSED)] = np.inf
            rough += more[:, column]
        # Around one of them the differences are small, so that little is lost where all prices are high.
        middle = int(gain.max(initial=0))
        offers, wishes = pool_price - middle + self._keep, gain - middle
        if max(int(np.abs(part).max(initial=0)) for part in (offers, wishes)) > SINGLE:
            rough = rough.astype(np.float64)
        rough += offers.astype(rough.dtype)[None, :]
        rough -= wishes.astype(rough.dtype)[:, None]
        for row in np.flatnonzero(np.isin(post, list(self._closed))).tolist() if self._closed else ():
            rough[row, np.isin(places, self._closed[int(post[row])])] = np.inf
        return rough


_FIELDS = ("ask", "place", "cost")


def keep_units(instance: Instance, has_incumbent: bool) -> int:
    """What every seat filled otherwise than in the incumbent plan costs."""
    return units(instance.prices.keep_km) if has_incumbent else 0
