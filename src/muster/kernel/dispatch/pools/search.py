"""The search: a flow over few columns, its prices, then every column the prices ask for, until nothing can save anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from muster.kernel.dispatch.pools.decode import Seated, seated
from muster.kernel.dispatch.pools.groups import Asks, Groups, Places, asks_of, groups_of, places_of
from muster.kernel.dispatch.pools.instance import Flags, Incumbent, Instance, Ints, Longs, Masks, units
from muster.kernel.dispatch.pools.network import Arcs, Network, columns_of, joined, network_of
from muster.kernel.dispatch.pools.potentials import FAR, potentials
from muster.kernel.dispatch.pools.pricing import NO_COLUMNS, Found, Pricer, keep_units
from muster.kernel.dispatch.pools.promises import Direct, direct_of
from muster.kernel.dispatch.pools.resumed import resumed
from muster.kernel.dispatch.pools.sketch import holes_of, pool_prices, sketch_of
from muster.kernel.dispatch.pools.warm import MANY, WarmFlow

Tell = Callable[[str, Mapping[str, float]], None]

# Speed only, by `make bench`; any values end in a plan of the same objective.
FIRST_COLUMNS = 24
FIRST_BESIDE_INCUMBENT = 12
FIRST_PLACES = 24
MORE_COLUMNS = 24
# How far the prices of a sketch may be off.
BLUR = units(3.0)
# Columns this much too dear are still taken along, so that the next prices find nothing new.
NEARLY = units(0.4)
TRIMS = 3
DEARER = 64
ROUGHLY = 0.1
# The holes of a plan are the question itself, only smaller.
CLOSELY = 0.003
VALUE_OVER_PRICE = 2
COLUMNS_PER_ARC = 2
# Where few people live in a place, a seat takes more places: as many as hold so many people.
PEOPLE_AT_LEAST = 56
PEOPLE_PER_SEAT = 6


@dataclass
class Limits:
    """When to stop before the proof: at this certified gap, or after so many seconds from `begun`."""

    gap: float = 0.0
    seconds: float | None = None
    begun: float = field(default_factory=time.monotonic)

    def reached(self, objective: int, lower_bound: int, next_seconds: float) -> bool:
        """Whether to stop, when another round would take about `next_seconds`."""
        if objective - lower_bound <= self.gap * objective:
            return True
        return self.seconds is not None and self.spent() + next_seconds > self.seconds

    @property
    def over(self) -> bool:
        """Whether the time is over."""
        return self.seconds is not None and self.spent() > self.seconds

    @property
    def left(self) -> float | None:
        """Seconds until the time is over, None where it never is."""
        return None if self.seconds is None else self.seconds - self.spent()

    def spent(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.begun


@dataclass(frozen=True, eq=False)
class Outcome:
    """The end of one search. Prices are by node of `network`, with a seat worth `priced_value`; `empty`: seats by type."""

    groups: Groups
    network: Network
    arcs: Arcs
    flow: Longs
    prices: Longs
    seated: Seated
    empty: Longs
    objective: int
    lower_bound: int
    seat_value: int
    priced_value: int
    proven: bool


class Search:
    """One instance being solved. `forbid` and `run` again start from the columns that were found before.

    `seconds`: by stage; "flow" is a part of "round", "sketch" one of "columns".
    """

    def __init__(
        self, instance: Instance, incumbent: Incumbent | None = None, absent: Ints | None = None
    ) -> None:
        self.instance = instance
        self._incumbent = incumbent
        self.asks: Asks = asks_of(instance)
        self.direct: Direct = direct_of(instance, incumbent)
        self.places: Places = places_of(instance, self.direct)
        self.available: Masks = instance.volunteers.available.copy()
        if absent is not None:
            self.available[absent] = 0
        self._value = instance.prices.seat_value
        self._pricer = Pricer(instance, self.asks, self.places, keep_units(instance, incumbent is not None))
        self._known = NO_COLUMNS
        self._stays: Flags = np.zeros(0, dtype=np.bool_)
        self._more = 1.0
        self.seconds: dict[str, float] = {}

    def forbid(self, volunteer: Ints, slot: Ints) -> None:
        """From now on these people may not be sent anywhere in these slots."""
        np.bitwise_and.at(self.available, volunteer, ~(np.uint64(1) << slot.astype(np.uint64)))

    def run(self, limits: Limits, tell: Tell, *, rough: bool = False) -> Outcome:
        """The best plan, or the best within the limits; `rough` where prices need not be those of seats beyond price."""
        groups = groups_of(self.instance, self.asks, self.places, self.direct, self.available)
        network = network_of(self.instance, self.asks, self.places, groups, self.direct)
        self._more = self._scale(groups)
        if not len(self._known):
            self._begin(network, limits, tell)
        known = self._known
        self._keep(network.pool[self.asks.cell[known.ask], known.place] >= 0)
        start = partial(resumed, self.instance, self.asks, groups, network, self._incumbent)
        self._stays, warm = np.zeros(0, dtype=np.bool_), WarmFlow(network, start)
        prices = np.zeros(network.nodes, dtype=np.int64)
        lower_bound, trims = 0, TRIMS
        while True:
            begun = limits.spent()
            columns = self._columns(network)
            arcs = joined([network.arcs, columns])
            cost = self._cost(arcs, self._value)
            flow, its_prices = warm.solved(arcs, cost, self._stays, limits)
            self._stays = np.ones(len(columns), dtype=np.bool_)
            flow_seconds = limits.spent() - begun
            self._told(tell, "flow", flow_seconds, columns=len(columns))
            seat_value = max(self._value, self.instance.prices.seat_value)
            objective = int(self._cost(arcs, seat_value) @ flow)
            near = NEARLY if trims and lower_bound else 0
            found, saving, proven = NO_COLUMNS, 0, False
            if its_prices is not None:
                prices = its_prices
                found, saving = self._missed(network, prices, self._value, near)
                lower_bound = max(lower_bound, int(cost @ flow) + saving)
                proven = not saving or objective == lower_bound
            spent = limits.spent() - begun
            self._told(
                tell, "round", spent, objective=objective, lower_bound=lower_bound, columns=len(columns)
            )
            priced_value, enough = self._value, self.enough(network, arcs)
            if (
                proven
                and self._value < enough
                and self._hangs_on_value(network, arcs, flow, prices, rough=rough)
            ):
                weighed = self._prices_at(network, arcs, flow, enough, warm)
                if weighed is None:
                    self._value = min(enough, max(self.instance.prices.seat_value, self._value * DEARER))
                    if self._value > seat_value:
                        lower_bound = 0
                        tell("seat_value", {"seat_value": self._value})
                    continue
                if not rough:
                    prices, priced_value = weighed, enough
            # A flow that goes on from where it stands can be stopped at any time.
            ahead = spent - flow_seconds if warm.kept and (near or len(found) <= MANY) else spent
            if proven or its_prices is None or limits.reached(objective, lower_bound, ahead):
                return Outcome(
                    groups,
                    network,
                    arcs,
                    flow,
                    prices,
                    seated(self.instance, self.asks, groups, network, columns=columns, flow=flow),
                    flow[network.parts["empty"]],
                    objective,
                    objective if proven else lower_bound,
                    seat_value,
                    priced_value,
                    proven,
                )
            if near:
                trims -= 1
                self._trim(network, prices, near)
            self._add(found)

    def missed(
        self, network: Network, prices: Longs, seat_value: int, *, near: int = 0, most: int | None = None
    ) -> tuple[Found, int]:
        """Columns that would save something at these prices, and how much all of them would save at most, 0 or below.

        Also those that would lose less than `near`; of each ask about the best `most`, which are a few where nothing is said.
        """
        return self._missed(network, prices, seat_value, near, most)

    def arcs_of(self, network: Network, found: Found) -> Arcs:
        """These columns as arcs."""
        return columns_of(network, self.asks, found.ask, found.place, found.cost)

    def _cost(self, arcs: Arcs, seat_value: int) -> Longs:
        return arcs.units + arcs.halves * (seat_value // 2)

    def _scale(self, groups: Groups) -> float:
        """How many times as many columns it takes as where a handful of places hold all whom a seat could need."""
        living = len(groups.member) / max(1, len(self.places))
        seats = float(self.asks.type_seats.mean()) if len(self.asks.type_seats) else 0.0
        wanted = max(PEOPLE_AT_LEAST, PEOPLE_PER_SEAT * seats)
        return max(1.0, wanted / (max(1.0, living) * FIRST_PLACES))

    def _columns(self, network: Network) -> Arcs:
        known = self._known
        return columns_of(network, self.asks, known.ask, known.place, known.cost)

    def _told(self, tell: Tell, stage: str, seconds: float, **figures: float) -> None:
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
        tell(stage, {"seconds": seconds, **figures})

    def _begin(self, network: Network, limits: Limits, tell: Tell) -> None:
        """First columns, by the prices of a sketch where that pays."""
        begun = limits.spent()
        pool_price = np.where(network.pool >= 0, 0, FAR)
        # The flow takes longer over high values; this one lets everybody go anywhere, and `_too_cheap` finds out if it is low.
        value = int(network.arcs.units[network.parts["steps"]].max(initial=0)) + self._pricer.farthest()
        first, blur, sketch = round(self._more * FIRST_COLUMNS), 0, None
        if self._incumbent is not None:
            first, sketch = FIRST_BESIDE_INCUMBENT, holes_of(self.instance, self.available, self._incumbent)
        elif (sketch := sketch_of(self.instance, self.available)) is not None:
            blur = BLUR
        else:
            # With so many arcs of their own, more columns hardly count.
            first = max(first, COLUMNS_PER_ARC * len(network.arcs) // max(1, len(self.asks.type)))
        if sketch is not None:
            rough = Search(sketch.instance)
            outcome = rough.run(
                Limits(ROUGHLY if self._incumbent is None else CLOSELY),
                lambda stage, figures: None,
                rough=True,
            )
            type_price = outcome.prices[outcome.network.first_type :]
            worth = pool_prices(sketch, self.asks, rough.asks, type_price, outcome.priced_value)
            pool_price = np.where(network.pool >= 0, worth[:, self.places.community], FAR)
            value = max(value, VALUE_OVER_PRICE * int(type_price.max(initial=0)))
            self._told(tell, "sketch", limits.spent() - begun)
        self._value = min(self._value, 2 * value)
        self._add(self._pricer.first(pool_price, first, blur))
        self._told(tell, "columns", limits.spent() - begun, columns=len(self._known))

    def _missed(
        self, network: Network, prices: Longs, value: int, near: int, most: int | None = None
    ) -> tuple[Found, int]:
        """Columns that would save something at these prices, and how much all of them could save at most (below 0).

        Also those that would lose less than `near`.
        """
        asks = self.asks
        pool_price = np.where(network.pool >= 0, prices[network.pool], FAR)
        gain = prices[network.first_type + asks.type] - asks.halves * (value // 2)
        most = round(self._more * MORE_COLUMNS) if most is None else most
        found, lowest = self._pricer.price(pool_price, gain, most, near)
        best = np.zeros(len(asks.type_post), dtype=np.int64)
        np.minimum.at(best, asks.type, lowest)
        return found, int(asks.type_seats @ best)

    def _hangs_on_value(
        self, network: Network, arcs: Arcs, flow: Longs, prices: Longs, *, rough: bool
    ) -> bool:
        """Whether a higher value of seats could change the plan, where some is empty, or what one seat more would cost."""
        of_types = prices[network.first_type :]
        return bool(arcs.halves @ flow) or (
            not rough and bool((of_types >= self.asks.type_weight * self._value).any())
        )

    def enough(self, network: Network, arcs: Arcs) -> int:
        """A seat value above what all seats together could cost: there a plan is the best only if it fills the most."""
        steps = int(arcs.units[network.parts["steps"]].max(initial=0))
        dearest = steps + int(arcs.units.max(initial=0)) + self._pricer.farthest()
        enough = 2 * (int(self.asks.type_seats.sum()) * dearest + 1)
        return max(enough, self.instance.prices.seat_value)

    def _prices_at(
        self, network: Network, arcs: Arcs, flow: Longs, seat_value: int, warm: WarmFlow
    ) -> Longs | None:
        """The prices of the plan at that value; None where it is not the best there, by the columns known or any other."""
        cost = self._cost(arcs, seat_value)
        prices = warm.best_at(cost) if warm.kept else potentials(network.nodes, arcs, cost, flow)
        if prices is None or self._missed(network, prices, seat_value, 0)[1]:
            return None
        return prices

    def _trim(self, network: Network, prices: Longs, near: int) -> None:
        """Forgets columns that are too dear by more than `near`; those in use never are."""
        known, asks = self._known, self.asks
        node = network.pool[asks.cell[known.ask], known.place]
        worth = prices[network.first_type + asks.type[known.ask]] - asks.halves[known.ask] * (
            self._value // 2
        )
        self._keep(known.cost + prices[node] - worth <= near)

    def _keep(self, these: Flags) -> None:
        known = self._known
        self._known = Found(known.ask[these], known.place[these], known.cost[these])
        self._stays = these

    def _add(self, found: Found) -> None:
        """New ones go to the end."""
        known = self._known
        keys, there = self._key(found), np.sort(self._key(known))
        new = np.ones(len(keys), dtype=np.bool_)
        if len(there):
            new = there[np.minimum(np.searchsorted(there, keys), len(there) - 1)] != keys
        self._known = Found(
            np.concatenate([known.ask, found.ask[new]]),
            np.concatenate([known.place, found.place[new]]),
            np.concatenate([known.cost, found.cost[new]]),
        )

    def _key(self, found: Found) -> Longs:
        return found.ask.astype(np.int64) * max(1, len(self.places)) + found.place
