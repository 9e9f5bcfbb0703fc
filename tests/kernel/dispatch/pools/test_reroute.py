"""Small changes of a cheapest flow, against flows found anew."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from muster.kernel.dispatch.pools import shortest
from muster.kernel.dispatch.pools.instance import Longs
from muster.kernel.dispatch.pools.network import Arcs
from muster.kernel.dispatch.pools.potentials import FAR, potentials
from muster.kernel.dispatch.pools.reroute import Reroute, Way

NODES = 9


@dataclass
class Given:
    """Arcs with costs, what each node supplies, and the cheapest flow with its prices."""

    arcs: Arcs
    cost: Longs
    supply: Longs
    flow: Longs
    prices: Longs

    def reroute(self, searches: int = 0) -> Reroute:
        return Reroute(NODES, self.arcs, self.cost, self.flow, self.prices, searches=searches)

    def least(self, capacity: Longs) -> int | None:
        """What the cheapest flow within these capacities costs; None when there is none."""
        flow = cheapest(self.arcs, self.cost, capacity, self.supply)
        return None if flow is None else int(flow @ self.cost)


def cheapest(arcs: Arcs, cost: Longs, capacity: Longs, supply: Longs) -> Longs | None:
    solver = SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(arcs.tail, arcs.head, capacity, cost)
    solver.set_nodes_supplies(np.arange(NODES, dtype=np.int32), supply)
    if solver.solve() != solver.OPTIMAL:
        return None
    return np.asarray(solver.flows(np.arange(len(arcs), dtype=np.int32)), dtype=np.int64)


def drawn(seed: int) -> tuple[Given, random.Random]:
    """From node 0 every node can be reached, and much of it both ways."""
    chance = random.Random(seed)  # noqa: S311 - a network, no secret
    ends = [(0, node) for node in range(1, NODES)]
    ends += [tuple(chance.sample(range(NODES), 2)) for _ in range(18)]
    tail, head = (np.array(part, dtype=np.int32) for part in zip(*ends, strict=True))
    many = len(ends)
    # The arcs from node 0 are dear and have room, as empty seats do.
    room = [9 if at < NODES - 1 else chance.randrange(1, 3) for at in range(many)]
    cost = np.array([40 if at < NODES - 1 else chance.randrange(12) for at in range(many)])
    nothing = np.zeros(many, dtype=np.int64)
    arcs = Arcs(tail, head, np.array(room), nothing, nothing)
    supply = np.array([0, *(-chance.randrange(1, 3) for _ in range(NODES - 1))])
    supply[0] = -supply.sum()
    flow = cheapest(arcs, cost, arcs.capacity, supply)
    assert flow is not None
    prices = potentials(NODES, arcs, cost, flow)
    assert prices is not None
    return Given(arcs, cost, supply, flow, prices), chance


def length_by_hand(given: Given, reroute: Reroute, arc: int, shut: set[int]) -> int | None:
    """From the start to the end of an arc, by going over all links again and again."""
    arcs, far = given.arcs, {int(given.arcs.tail[arc]): 0}
    for _ in range(NODES):
        for at in range(len(arcs)):
            tail, head, step = int(arcs.tail[at]), int(arcs.head[at]), int(reroute.cost[at])
            if at not in shut and at != arc and reroute.flow[at] < arcs.capacity[at] and tail in far:
                far[head] = min(far.get(head, 10**9), far[tail] + step)
            if reroute.flow[at] > 0 and head in far:
                far[tail] = min(far.get(tail, 10**9), far[head] - step)
    found = far.get(int(arcs.head[arc]))
    if found is None:
        return None
    return int(found + reroute.prices[arcs.tail[arc]] - reroute.prices[arcs.head[arc]])


def used(given: Given, flow: Longs) -> list[int]:
    return np.flatnonzero(flow).tolist()


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_way_around_an_arc_is_the_shortest_there_is(seed: int) -> None:
    given, chance = drawn(seed)
    reroute = given.reroute()
    arc = chance.choice(used(given, given.flow))
    shut = {at for at in range(len(given.arcs)) if chance.random() < 0.2}
    reroute.shut(np.array(sorted(shut), dtype=np.int64), True)
    by_hand = length_by_hand(given, reroute, arc, shut)

    way = reroute.around(arc)

    assert (way.length if way.links else None) == by_hand
    assert length_of(given, reroute, way) == (by_hand or 0)
    # A second search finds the same: nothing is left over from the first.
    assert reroute.around(arc).links == way.links
    if by_hand is not None:
        assert reroute.around(arc, within=by_hand).links == []
        assert reroute.around(arc, within=by_hand + 1).links == way.links


def length_of(given: Given, reroute: Reroute, way: Way) -> int:
    """The links of a way hang together, and this is how long they are together."""
    arcs, total, node = given.arcs, 0, None
    for link in way.links:
        arc = link >> 1
        start, end = (arcs.head, arcs.tail) if link & 1 else (arcs.tail, arcs.head)
        assert node is None or node == start[arc]
        node = end[arc]
        total += int(reroute.reduced(arc)) * (-1 if link & 1 else 1)
    return total


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_one_unit_less_on_an_arc_gives_the_cheapest_flow_without_it_and_its_prices(
    seed: int,
) -> None:
    given, chance = drawn(seed)
    reroute, capacity = given.reroute(), given.arcs.capacity.copy()
    left: list[int] = []
    for _ in range(4):
        arc = chance.choice(used(given, reroute.flow))
        # The arc keeps what it has but for the one that leaves, and takes no more.
        reroute.shut(np.array([arc]), True)
        before = int(reroute.flow @ given.cost)
        way = reroute.around(arc)
        capacity[arc] = reroute.flow[arc] - 1
        left.append(arc)
        assert bool(way.links) == (given.least(capacity) is not None)
        if not way.links:
            return
        charge = max(0, way.length - reroute.reduced(arc))

        reroute.settle(way)
        reroute.move(arc, way)

        spent = int(reroute.flow @ given.cost)
        assert spent == given.least(capacity)
        assert spent - before <= charge
        balance = np.zeros(NODES, dtype=np.int64)
        np.add.at(balance, given.arcs.tail, reroute.flow)
        np.subtract.at(balance, given.arcs.head, reroute.flow)
        assert balance.tolist() == given.supply.tolist()
        # A later way may lead back over an arc that was left: that one takes nobody again, though it has room.
        capacity[left] = reroute.flow[left]
        costs = given.cost + reroute.prices[given.arcs.tail] - reroute.prices[given.arcs.head]
        assert (costs[reroute.flow < capacity] >= 0).all()
        assert (costs[reroute.flow > 0] <= 0).all()


def test_charge_makes_an_arc_dearer_by_just_that() -> None:
    given, _ = drawn(3)
    reroute = given.reroute()
    before = reroute.reduced(12)

    reroute.charge(np.array([12]), 7)

    assert reroute.reduced(12) == before + 7
    assert given.cost[12] + 7 == reroute.cost[12]


def test_no_way_within_less_than_nothing() -> None:
    given, _ = drawn(3)
    arc = used(given, given.flow)[0]

    way = given.reroute().around(arc, within=0)

    assert (way.length, way.links) == (0, [])
    assert not way.change.any()


@pytest.mark.parametrize("seed", range(5))
def test_machine_code_finds_what_python_finds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    given, _ = drawn(seed)
    plainly = given.reroute()
    monkeypatch.setattr(shortest, "ENOUGH", 1)
    swiftly = given.reroute(searches=1)

    for arc in used(given, given.flow):
        one, other = plainly.around(arc), swiftly.around(arc)

        assert (one.length, one.links) == (other.length, other.links)
        assert one.seen.tolist() == other.seen.tolist()
        assert one.change.tolist() == other.change.tolist()
    assert (plainly._far == FAR).all() and (swiftly._far == FAR).all()
