"""What one more seat would cost at each slot, and with it the proof that the plan cannot be bettered.

A seat at slot s is refilled either by somebody idle, or by moving somebody from slot t, whose seat must then be
refilled, or it stays empty. Shortest paths over these moves, on the complete table and not on the arcs the solver saw,
give each slot's price. The plan is optimal exactly when no chain of moves saves anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.kernel.dispatch.flow import Placed
from muster.kernel.dispatch.table import Flags, Ints, Table

NOBODY = -1
FAR = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class Prices:
    """Per slot: units for one more seat, and how it would be filled.

    `from_person[s]`: who is called for it, or moved to it when `from_slot[s]` is a slot; `NOBODY` in both: it stays
    empty. `proven`: no chain of moves betters the plan, over every allowed pair.
    """

    price: Ints
    from_person: Ints
    from_slot: Ints
    proven: bool

    def chain(self, slot: int) -> tuple[int, int]:
        """Person who is newly called when one more seat is filled at the slot (`NOBODY`: a seat empties), and moves."""
        moves = 0
        while self.from_slot[slot] != NOBODY:
            slot = int(self.from_slot[slot])
            moves += 1
        return int(self.from_person[slot]), moves


def prices_of(table: Table, placed: Placed) -> Prices:
    """Prices of a plan by label correction, at most one round for each slot.

    Where some chain of moves would better the plan, no such prices exist: then only people free at once are counted.
    """
    move, move_person = _moves(table, placed)
    direct = _direct_prices(table, placed)
    every = np.arange(len(direct.price))
    price, from_person, from_slot = direct.price.copy(), direct.from_person.copy(), direct.from_slot.copy()
    for _ in range(len(every) + 1):
        over = price[:, None] + move
        best = over.argmin(axis=0) if len(every) else every
        reached = over[best, every]
        better = reached < price
        if not better.any():
            return Prices(price, from_person, from_slot, _nothing_to_release(table, placed, price))
        from_slot[better] = best[better]
        from_person[better] = move_person[best, every][better]
        price = np.where(better, reached, price)
    return direct


def taken_by(table: Table, placed: Placed) -> Ints:
    """Seats of each person in the plan."""
    return np.bincount(placed.people, minlength=len(table.problem.people)).astype(np.int64)


def busy_in(table: Table, placed: Placed) -> Flags:
    """`busy[p, t]`: the person has a seat in period t."""
    busy = np.zeros((len(table.problem.people), int(table.period.max(initial=0)) + 1), dtype=np.bool_)
    busy[placed.people, table.period[placed.slots]] = True
    return busy


def _direct_prices(table: Table, placed: Placed) -> Prices:
    """Each slot's cheapest person who can take one more seat without any move, or the price of leaving it empty."""
    taken = taken_by(table, placed)
    free = taken < table.capacity
    step = table.steps(np.arange(len(taken)), taken)
    busy = busy_in(table, placed)
    price = table.seat_value * table.weight
    person = np.full(len(price), NOBODY, dtype=np.int64)
    for slot in range(len(price)):
        able = np.flatnonzero(free & table.allowed[:, slot] & ~busy[:, table.period[slot]])
        if len(able):
            offers = table.cost[able, slot] + step[able]
            first = int(offers.argmin())
            price[slot], person[slot] = offers[first], able[first]
    return Prices(price, person, np.full(len(price), NOBODY, dtype=np.int64), proven=False)


def _moves(table: Table, placed: Placed) -> tuple[Ints, Ints]:
    """`move[t, s]`: least extra price of taking somebody from slot t to slot s, and who that is."""
    count = len(table.problem.slots)
    busy = busy_in(table, placed)
    move = np.full((count, count), FAR, dtype=np.int64)
    person = np.full((count, count), NOBODY, dtype=np.int64)
    for source in np.unique(placed.slots).tolist():
        here = placed.people[placed.slots == source]
        may = table.allowed[here] & (~busy[here][:, table.period] | (table.period == table.period[source]))
        extra = np.where(may, table.cost[here] - table.cost[here, source][:, None], FAR)
        first = extra.argmin(axis=0)
        move[source] = extra[first, np.arange(count)]
        person[source] = np.where(move[source] < FAR, here[first], NOBODY)
        move[source, source] = FAR
    return move, person


def _nothing_to_release(table: Table, placed: Placed, price: Ints) -> bool:
    """No empty seat could be filled, and nobody's seat filled more cheaply, by what the prices allow."""
    filled = np.bincount(placed.slots, minlength=len(price))
    if (price[filled < table.seats] < (table.seat_value * table.weight)[filled < table.seats]).any():
        return False
    last = table.steps(placed.people, taken_by(table, placed)[placed.people] - 1)
    return bool((price[placed.slots] >= table.cost[placed.people, placed.slots] + last).all())
