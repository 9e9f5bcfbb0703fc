"""Prices that prove a plan: no column is missed, however few are asked for, and a flow that is not the best has none."""

from __future__ import annotations

import numpy as np
import pytest

from muster.kernel.dispatch.pools.groups import asks_of, places_of
from muster.kernel.dispatch.pools.instance import Incumbent, Instance, units
from muster.kernel.dispatch.pools.network import Arcs
from muster.kernel.dispatch.pools.potentials import FAR, potentials
from muster.kernel.dispatch.pools.pricing import Pricer
from muster.kernel.dispatch.pools.promises import direct_of
from muster.kernel.dispatch.pools.sketch import holes_of
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.test_laws import town


def pricer_of(instance: Instance) -> tuple[Pricer, int, int, int]:
    """The pricer, and how many cells, places and asks it knows."""
    asks, direct = asks_of(instance), direct_of(instance, None)
    places = places_of(instance, direct)
    return Pricer(instance, asks, places, 0), len(asks.cell_slot), len(places), len(asks.type)


@pytest.mark.parametrize("high", [0, 10**6, 10**11])
@pytest.mark.parametrize("radius_km", [None, 9.0])
def test_the_lowest_sum_of_each_ask_is_exact_or_bounded(high: int, radius_km: float | None) -> None:
    instance = tiny.instance_of(town(80, 30, 5, radius_km=radius_km))
    pricer, cells, places, asks = pricer_of(instance)
    chance = np.random.default_rng(3)
    pool_price = chance.integers(0, units(6.0), (cells, places)) + high
    pool_price[chance.random((cells, places)) < 0.2] = FAR
    gain = chance.integers(units(4.0), units(12.0), asks) + high
    ask, place = (at.ravel() for at in np.indices((asks, places)))
    cost = pricer.cost(ask.astype(np.int32), place.astype(np.int32)).reshape(asks, places)
    prices = pool_price[asks_of(instance).cell]
    sums = np.where((cost < FAR) & (prices < FAR), cost + prices - gain[:, None], FAR)
    lowest = np.minimum(sums.min(axis=1), 0)

    everything, exact = pricer.price(pool_price, gain, places)
    few, bound = pricer.price(pool_price, gain, 2)

    assert exact.tolist() == lowest.tolist()
    assert list(zip(everything.ask, everything.place, strict=True)) == list(
        zip(*np.nonzero(sums < 0), strict=True)
    )
    assert (bound <= lowest).all()
    assert set(few.ask.tolist()) == set(np.flatnonzero(lowest < 0).tolist())
    assert len(few) < len(everything)


def test_first_columns_are_of_places_with_people_within_the_radius() -> None:
    instance = tiny.instance_of(town(80, 30, 5, radius_km=9.0))
    pricer, cells, places, _ = pricer_of(instance)
    pool_price = np.zeros((cells, places), dtype=np.int64)
    pool_price[:, ::2] = FAR

    found = pricer.first(pool_price, 3, 0)

    assert (found.place % 2 == 1).all()
    assert int(found.cost.max()) <= units(9.0) + units(1.0)
    assert (pricer.cost(found.ask, found.place) == found.cost).all()
    assert int(np.bincount(found.ask).max()) >= 3


def arcs_of(rows: list[tuple[int, int, int, int]]) -> tuple[Arcs, np.ndarray]:
    """Arcs (tail, head, capacity, cost) and their costs."""
    tail, head, capacity, cost = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return Arcs(tail.astype(np.int32), head.astype(np.int32), capacity, cost, np.zeros_like(cost)), cost


def test_a_cheapest_flow_has_prices_and_another_has_none() -> None:
    # From the ground by 1 or by 2 to 3, where one unit is wanted; by 1 it costs 5, by 2 it costs 7.
    arcs, cost = arcs_of([(0, 1, 1, 2), (0, 2, 1, 3), (1, 3, 2, 3), (2, 3, 2, 4)])

    best = potentials(4, arcs, cost, np.array([1, 0, 1, 0]))
    worse = potentials(4, arcs, cost, np.array([0, 1, 0, 1]))

    assert best is not None
    assert best.tolist() == [0, 4, 3, 7]
    assert worse is None


def test_a_ring_that_saves_far_from_the_ground_is_found_out() -> None:
    arcs, cost = arcs_of([(0, 1, 1, 0), (1, 2, 1, 1), (2, 3, 1, -3), (3, 1, 1, 1)])

    assert potentials(4, arcs, cost, np.zeros(4, dtype=np.int64)) is None
    assert potentials(4, arcs, cost + 1, np.zeros(4, dtype=np.int64)) is not None


def test_holes_are_the_seats_nobody_was_promised_and_the_people_left_free() -> None:
    facts = town(4, 2, 1) | {
        "volunteers": [(f"v{at}", 0, 1, at == 0, 0, 1, 1, 0, -1) for at in range(4)],
        "posts": [("p0", 0.0, 0.0, 0, (1, 1, 0), -1, 1, -1), ("p1", 0.0, 0.0, 0, (2, 0, 0), -1, 1, -1)],
    }
    instance = tiny.instance_of(facts)
    available = instance.volunteers.available.copy()
    available[2] = 0
    incumbent = Incumbent.of(instance, [("v0", "p0"), ("v1", "p0"), ("v2", "p1")])

    sketch = holes_of(instance, available, incumbent)

    assert sketch.instance.posts.id == ("p1",)
    assert sketch.instance.posts.seats.tolist() == [[2, 0, 0]]
    assert sketch.instance.volunteers.available.tolist() == [0, 0, 0, 1]
