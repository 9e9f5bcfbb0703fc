"""The search: a flow over few columns, its prices, then every column the prices ask for, until nothing can save anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from muster.kernel.dispatch.pools.decode import Seated, seated
from muster.kernel.dispatch.pools.flow import cheapest_flow
from muster.kernel.dispatch.pools.groups import Asks, Groups, Places, asks_of, groups_of, places_of
from muster.kernel.dispatch.pools.instance import Incumbent, Instance, Ints, Longs, Masks
from muster.kernel.dispatch.pools.network import Arcs, Network, columns_of, joined, network_of
from muster.kernel.dispatch.pools.potentials import FAR, potentials
from muster.kernel.dispatch.pools.pricing import NO_COLUMNS, Found, Pricer, keep_units
from muster.kernel.dispatch.pools.promises import Direct, direct_of

Tell = Callable[[str, Mapping[str, float]], None]

FIRST_COLUMNS = 32
MORE_COLUMNS = 16
DEARER = 64


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

    def spent(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.begun


@dataclass(frozen=True, eq=False)
class Outcome:
    """The end of one search. Prices are by node of `network`; `empty`: seats by seat type."""

    groups: Groups
    network: Network
    prices: Longs
    seated: Seated
    empty: Longs
    objective: int
    lower_bound: int
    seat_value: int
    proven: bool


class Search:
    """One instance being solved. `forbid` and `run` again start from the columns that were found before."""

    def __init__(
        self, instance: Instance, incumbent: Incumbent | None = None, absent: Ints | None = None
    ) -> None:
        self.instance = instance
        self.asks: Asks = asks_of(instance)
        self.direct: Direct = direct_of(instance, incumbent)
        self.places: Places = places_of(instance, self.direct)
        self.available: Masks = instance.volunteers.available.copy()
        if absent is not None:
            self.available[absent] = 0
        self.seat_value = instance.prices.seat_value
        self._pricer = Pricer(instance, self.asks, self.places, keep_units(instance, incumbent is not None))
        self._known = NO_COLUMNS

    def forbid(self, volunteer: Ints, slot: Ints) -> None:
        """From now on these people may not be sent anywhere in these slots."""
        np.bitwise_and.at(self.available, volunteer, ~(np.uint64(1) << slot.astype(np.uint64)))

    def run(self, limits: Limits, tell: Tell) -> Outcome:
        """The best plan, or the best within the limits."""
        groups = groups_of(self.instance, self.asks, self.places, self.direct, self.available)
        network = network_of(self.instance, self.asks, self.places, groups, self.direct)
        if not len(self._known):
            self._add(self._first_columns(network))
        lower_bound = 0
        while True:
            begun = limits.spent()
            columns = self._columns(network)
            arcs = joined([network.arcs, columns])
            cost = self._cost(arcs, self.seat_value)
            flow = cheapest_flow(network.supply, arcs, cost)
            prices = potentials(network.nodes, arcs, cost, flow)
            if prices is None:
                raise RuntimeError("the cheapest flow has no prices")
            objective = int(cost @ flow)
            found, saving = self._missed(network, prices, self.seat_value)
            lower_bound = max(lower_bound, objective + saving)
            tell("round", {"objective": objective, "lower_bound": lower_bound, "columns": len(columns)})
            proven = not len(found)
            if proven and (higher := self._too_cheap(network, arcs, flow)) is not None:
                self.seat_value, lower_bound, proven = higher, 0, False
                tell("seat_value", {"seat_value": higher})
                continue
            if proven or limits.reached(objective, lower_bound, limits.spent() - begun):
                return Outcome(
                    groups,
                    network,
                    prices,
                    seated(self.instance, self.asks, groups, network, columns=columns, flow=flow),
                    flow[network.parts["empty"]],
                    objective,
                    lower_bound,
                    self.seat_value,
                    proven,
                )
            self._add(found)

    def _cost(self, arcs: Arcs, seat_value: int) -> Longs:
        return arcs.units + arcs.halves * (seat_value // 2)

    def _columns(self, network: Network) -> Arcs:
        known = self._known
        there = network.pool[self.asks.cell[known.ask], known.place] >= 0
        return columns_of(network, self.asks, known.ask[there], known.place[there], known.cost[there])

    def _first_columns(self, network: Network) -> Found:
        nobody = np.where(network.pool >= 0, 0, FAR)
        return self._pricer.price(
            nobody, np.zeros(len(self.asks.type), dtype=np.int64), FIRST_COLUMNS, int(FAR)
        )[0]

    def _missed(self, network: Network, prices: Longs, seat_value: int) -> tuple[Found, int]:
        """Columns that would save something at these prices, and how much all of them could save at most (below 0)."""
        asks = self.asks
        pool_price = np.where(network.pool >= 0, prices[network.pool], FAR)
        gain = prices[network.first_type + asks.type] - asks.halves * (seat_value // 2)
        found, lowest = self._pricer.price(pool_price, gain, MORE_COLUMNS)
        best = np.zeros(len(asks.type_post), dtype=np.int64)
        np.minimum.at(best, asks.type, lowest)
        return found, int(asks.type_seats @ best)

    def _too_cheap(self, network: Network, arcs: Arcs, flow: Longs) -> int | None:
        """A higher seat value, when at a very high one the plan would not be the best: then it does not fill what it can.

        At a value above what all seats together could cost, a plan is the best only if it fills the most.
        """
        if not (arcs.halves @ flow):
            return None
        steps = int(arcs.units[network.parts["steps"]].max(initial=0))
        dearest = steps + int(arcs.units.max(initial=0)) + self._pricer.farthest()
        enough = 2 * (int(self.asks.type_seats.sum()) * dearest + 1)
        if self.seat_value >= enough:
            return None
        prices = potentials(network.nodes, arcs, self._cost(arcs, enough), flow)
        if prices is not None and not len(self._missed(network, prices, enough)[0]):
            return None
        return min(enough, self.seat_value * DEARER)

    def _add(self, found: Found) -> None:
        known = self._known
        keys = np.concatenate([self._key(known), self._key(found)])
        _, first = np.unique(keys, return_index=True)
        self._known = Found(
            np.concatenate([known.ask, found.ask])[first],
            np.concatenate([known.place, found.place])[first],
            np.concatenate([known.cost, found.cost])[first],
        )

    def _key(self, found: Found) -> Longs:
        return found.ask.astype(np.int64) * max(1, len(self.places)) + found.place
