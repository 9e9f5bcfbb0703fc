"""A flow that comes and goes with its arcs: after every change it costs what a solver that begins anew finds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from muster.kernel.dispatch.pools.network import Arcs
from muster.kernel.dispatch.pools.potentials import potentials
from muster.kernel.dispatch.pools.simplex import Tree


@dataclass(frozen=True, eq=False)
class Net:
    """Arcs as rows (tail, head, capacity, cost), and how much each node needs. From node 0 there is an arc to every other
    that takes more than all of them need."""

    needs: np.ndarray
    rows: np.ndarray

    @property
    def nodes(self) -> int:
        return len(self.needs)

    def columns(self) -> list[np.ndarray]:
        return [self.rows[:, at] for at in range(4)]

    def figures(self) -> dict[str, np.ndarray]:
        return {"capacity": self.rows[:, 2], "cost": self.rows[:, 3]}

    def plain_flow(self) -> np.ndarray:
        """Everything straight from node 0: a flow, and a dear one."""
        flow = np.zeros(len(self.rows), dtype=np.int64)
        flow[: self.nodes - 1] = self.needs[1:]
        return flow

    def least(self) -> int:
        """What the cheapest flow costs, by another solver."""
        tail, head, capacity, cost = self.columns()
        solver = SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(tail, head, capacity, cost)
        supply = -self.needs
        supply[0] = self.needs[1:].sum()
        solver.set_nodes_supplies(np.arange(self.nodes), supply)
        assert solver.solve() == solver.OPTIMAL
        return int(solver.optimal_cost())


def drawn(seed: int, nodes: int, arcs: int, *, most: int = 4, dearest: int = 30) -> Net:
    """A net with `arcs` arcs besides those from node 0. Small costs and capacities make ties and dead ends frequent."""
    chance = np.random.default_rng(seed)
    needs = chance.integers(0, 4, nodes)
    needs[0] = 0
    straight = np.stack(
        [
            np.zeros(nodes - 1, dtype=np.int64),
            np.arange(1, nodes),
            np.full(nodes - 1, int(needs.sum()) + 1),
            chance.integers(dearest, 2 * dearest + 1, nodes - 1),
        ],
        axis=1,
    )
    ends = chance.integers(0, nodes, (arcs, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    prices = np.stack(
        [chance.integers(0, most + 1, len(ends)), chance.integers(0, dearest + 1, len(ends))], axis=1
    )
    return Net(needs, np.concatenate([straight, np.concatenate([ends, prices], axis=1)]))


def tree_of(net: Net, flow: np.ndarray) -> Tree:
    return Tree.of(net.nodes, *net.columns()[:2], **net.figures(), flow=flow)


def is_best(tree: Tree, net: Net) -> None:
    """It is a flow, it is the cheapest, and its prices are the shortest ways through what is free."""
    tail, head, capacity, cost = net.columns()
    flow = tree.flow
    assert ((flow >= 0) & (flow <= capacity)).all()
    arrived = np.bincount(head, flow, net.nodes) - np.bincount(tail, flow, net.nodes)
    assert arrived[1:].tolist() == net.needs[1:].tolist()
    assert int(cost @ flow) == tree.cost == net.least()
    arcs = Arcs(tail, head, capacity, cost, np.zeros_like(cost))
    shortest = potentials(net.nodes, arcs, cost, flow)
    assert shortest is not None
    assert tree.prices.tolist() == shortest.tolist()


@pytest.fixture(scope="module", autouse=True)
def compiled_already() -> None:
    """Not while Hypothesis looks on, which makes the compiler ten times slower."""
    net = drawn(1, 4, 4)
    tree = tree_of(net, net.plain_flow())
    tree.charge(net.rows[:, 3])
    tree.improve()


nets = st.builds(
    drawn,
    st.integers(0, 10**6),
    st.integers(2, 14),
    st.integers(0, 60),
    most=st.sampled_from([1, 4, 40]),
    dearest=st.sampled_from([0, 2, 30, 10**12]),
)


@settings(max_examples=150)
@given(nets)
def test_any_flow_becomes_the_cheapest(net: Net) -> None:
    tree = tree_of(net, net.plain_flow())

    assert tree.improve()

    is_best(tree, net)


@settings(max_examples=60)
@given(nets)
def test_the_cheapest_flow_has_nothing_left_to_save(net: Net) -> None:
    first = tree_of(net, net.plain_flow())
    first.improve()

    again = tree_of(net, first.flow)
    again.improve()

    assert again.flow.tolist() == first.flow.tolist()
    is_best(again, net)


@settings(max_examples=100)
@given(nets, st.data())
def test_arcs_that_come_later_do_as_if_they_had_been_there(net: Net, data: st.DataObject) -> None:
    begin = data.draw(st.integers(net.nodes - 1, len(net.rows)))
    tree = tree_of(replace(net, rows=net.rows[:begin]), net.plain_flow()[:begin])
    tree.improve()

    tree.add(*(column[begin:] for column in net.columns()))
    tree.improve()

    is_best(tree, net)


@settings(max_examples=100)
@given(nets, st.integers(0, 10**6))
def test_other_costs_do_as_if_they_had_always_been_so(net: Net, seed: int) -> None:
    tree = tree_of(net, net.plain_flow())
    tree.improve()
    rows = net.rows.copy()
    rows[:, 3] += np.random.default_rng(seed).integers(0, 20, len(rows))

    tree.charge(rows[:, 3])
    tree.improve()

    is_best(tree, replace(net, rows=rows))


@settings(max_examples=100)
@given(nets, st.integers(0, 10**6))
def test_a_flow_made_for_other_costs_is_a_start(net: Net, seed: int) -> None:
    rows = net.rows.copy()
    rows[:, 3] = np.random.default_rng(seed).permutation(rows[:, 3])
    other = tree_of(replace(net, rows=rows), net.plain_flow())
    other.improve()

    tree = tree_of(net, other.flow)
    tree.improve()

    is_best(tree, net)


@settings(max_examples=100)
@given(nets)
def test_arcs_that_are_too_dear_can_go(net: Net) -> None:
    tree = tree_of(net, net.plain_flow())
    tree.improve()
    tail, head, _, cost = net.columns()
    stays = (cost + tree.prices[tail] - tree.prices[head] <= 0) | (tree.flow > 0)

    tree.keep(stays)
    tree.improve()

    is_best(tree, replace(net, rows=net.rows[stays]))


@settings(max_examples=60)
@given(nets, st.integers(0, 10**6))
def test_round_after_round_of_coming_and_going(net: Net, seed: int) -> None:
    chance = np.random.default_rng(seed)
    there = net.rows[: net.nodes - 1]
    tree = tree_of(replace(net, rows=there), net.plain_flow()[: len(there)])
    for more in np.array_split(net.rows[len(there) :], 4):
        there = np.concatenate([there, more])
        tree.add(*(more[:, at] for at in range(4)))
        there[:, 3] += chance.integers(0, 3, len(there))
        tree.charge(there[:, 3])
        tree.improve()
        dear = there[:, 3] + tree.prices[there[:, 0]] - tree.prices[there[:, 1]] > 0
        stays = ~dear | (tree.flow > 0) | (np.arange(len(there)) < net.nodes - 1)
        tree.keep(stays)
        there = there[stays]

    is_best(tree, replace(net, rows=there))


@pytest.mark.parametrize("dearest", [0, 3, 1000])
def test_a_large_net_is_solved_alike_every_time_and_in_parts(dearest: int) -> None:
    net = drawn(5, 400, 6000, most=6, dearest=dearest)
    at_once, again, by_steps = (tree_of(net, net.plain_flow()) for _ in range(3))

    assert at_once.improve()
    assert again.improve()
    steps = 1
    while not by_steps.improve(100):
        steps += 1

    assert at_once.flow.tolist() == again.flow.tolist()
    assert steps > 1 or not dearest
    for tree in (at_once, by_steps):
        is_best(tree, net)


def test_a_step_makes_a_flow_better_that_is_not_the_best_yet() -> None:
    net = drawn(5, 400, 6000, most=6, dearest=1000)
    tree = tree_of(net, net.plain_flow())
    at_first = tree.cost

    done = tree.improve(50)

    tail, head, capacity, _ = net.columns()
    arrived = np.bincount(head, tree.flow, net.nodes) - np.bincount(tail, tree.flow, net.nodes)
    assert not done
    assert net.least() < tree.cost < at_first
    assert arrived[1:].tolist() == net.needs[1:].tolist()
    assert ((tree.flow >= 0) & (tree.flow <= capacity)).all()


def test_flow_that_is_sure_to_move_spoils_no_prices_when_it_is_named() -> None:
    """Two of 400 nodes are served dear, all others best: named, that costs a handful of pivots."""
    net = drawn(8, 400, 6000, most=6, dearest=1000)
    served = replace(net, needs=net.needs.copy())
    served.needs[[7, 9]] = 0
    best = tree_of(served, served.plain_flow())
    best.improve()
    flow, loose = best.flow.copy(), np.zeros(len(net.rows), dtype=np.bool_)
    flow[[6, 8]] += net.needs[[7, 9]]
    loose[[6, 8]] = True

    named = Tree.of(net.nodes, *net.columns()[:2], **net.figures(), flow=flow, loose=loose)
    unnamed = tree_of(net, flow)

    assert named.improve(60)
    assert not unnamed.improve(60)
    is_best(named, net)


def test_capacities_of_nothing_and_circles_of_nothing_do_no_harm() -> None:
    needs = np.array([0, 2, 0, 1])
    rows = np.array(
        [
            [0, 1, 9, 10],
            [0, 2, 9, 10],
            [0, 3, 9, 10],
            [1, 2, 3, 0],
            [2, 1, 3, 0],
            [1, 2, 0, 0],
            [0, 1, 0, 0],
            [2, 3, 1, 0],
            [3, 1, 1, 0],
        ]
    )
    net = Net(needs, rows)
    around = np.array([3, 0, 0, 2, 1, 0, 0, 1, 0])

    tree = tree_of(net, around)
    tree.improve()

    is_best(tree, net)


def test_a_node_that_nothing_more_can_reach_is_refused() -> None:
    rows = np.array([[0, 1, 5, 1], [0, 2, 0, 1]])

    with pytest.raises(ValueError, match="1 of 3 nodes cannot be reached"):
        tree_of(Net(np.zeros(3, dtype=np.int64), rows), np.zeros(2, dtype=np.int64))


def test_an_arc_in_use_cannot_go() -> None:
    net = Net(np.array([0, 1]), np.array([[0, 1, 2, 5], [0, 1, 2, 6]]))
    tree = tree_of(net, net.plain_flow())
    tree.improve()

    with pytest.raises(ValueError, match="in use"):
        tree.keep(np.array([False, True]))
    tree.keep(np.array([True, False]))

    assert tree.flow.tolist() == [1]


def test_the_caller_keeps_what_he_gave() -> None:
    net = drawn(5, 30, 200)
    flow, cost = net.plain_flow(), net.rows[:, 3].copy()
    before = flow.copy()
    tree = Tree.of(net.nodes, *net.columns()[:2], capacity=net.rows[:, 2], cost=cost, flow=flow)

    tree.charge(cost + 1)
    tree.improve()

    assert flow.tolist() == before.tolist()
    assert cost.tolist() == net.rows[:, 3].tolist()
