"""The exact plan: one minimum-cost flow from the ground over people to slots, solved by OR-Tools.

Arcs: ground to person, one per seat he may take, each dearer than the one before (fairness); person to period, one seat;
period to slot, the price of the pair; ground to slot, an empty seat at `seat_value` x weight. A flow of this shape is
integral, so the cheapest flow is the best plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from muster.kernel.dispatch.table import Flags, Ints, Table

GROUND = 0


@dataclass(frozen=True)
class Placed:
    """Positions of people and slots, one entry for each filled seat, in order of (person, slot)."""

    people: Ints
    slots: Ints
    arcs: int


def cheapest_flow(table: Table, kept: Flags) -> Placed:
    """Fills the seats at the least price over the pairs kept; whether that is the best of all, `search` finds out."""
    person, slot = np.nonzero(kept & (table.capacity > 0)[:, None] & (table.seats > 0))
    rows, row_of_pair = np.unique(person, return_inverse=True)
    several = table.capacity[person] > 1
    periods = int(table.period.max(initial=0)) + 1
    keys, key_of_pair = np.unique(
        row_of_pair[several] * periods + table.period[slot[several]], return_inverse=True
    )
    first_key_node = 1 + len(rows)
    first_slot_node = first_key_node + len(keys)

    leaves = 1 + row_of_pair
    leaves[several] = first_key_node + key_of_pair
    repeats = table.capacity[rows]
    taken = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    open_slots = np.flatnonzero(table.seats)

    solver = SimpleMinCostFlow()
    _add(solver, leaves, first_slot_node + slot, 1, table.cost[person, slot])
    _add(
        solver,
        GROUND,
        1 + np.repeat(np.arange(len(rows)), repeats),
        1,
        table.steps(np.repeat(rows, repeats), taken),
    )
    _add(solver, 1 + keys // periods, first_key_node + np.arange(len(keys)), 1, 0)
    empty_price = table.seat_value * table.weight[open_slots]
    _add(solver, GROUND, first_slot_node + open_slots, table.seats[open_slots], empty_price)
    solver.set_node_supply(GROUND, table.problem.seats)
    for index in open_slots.tolist():
        solver.set_node_supply(first_slot_node + index, -int(table.seats[index]))
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow solver ended with {status}")

    used = np.asarray(solver.flows(np.arange(len(person)))) > 0
    order = np.lexsort((slot[used], person[used]))
    return Placed(person[used][order], slot[used][order], int(solver.num_arcs()))


def _add(
    solver: SimpleMinCostFlow, tails: Ints | int, heads: Ints, capacities: Ints | int, prices: Ints | int
) -> None:
    if not len(heads):
        return
    solver.add_arcs_with_capacity_and_unit_cost(
        np.broadcast_to(tails, heads.shape).astype(np.int32),
        heads.astype(np.int32),
        np.broadcast_to(capacities, heads.shape).astype(np.int64),
        np.broadcast_to(prices, heads.shape).astype(np.int64),
    )
