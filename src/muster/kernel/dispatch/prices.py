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

    `entry[s]`: the same without moving anybody, by `entry_person[s]` or, where that is `NOBODY`, by leaving it empty.
    `from_slot[s]`: slot from which somebody is moved for it, `NOBODY` for none. `move[t, s]`: least extra price of moving
    somebody. `proven`: no chain of moves betters the plan, over all the pairs that were looked at.
    """

    price: Ints
    from_slot: Ints
    entry: Ints
    entry_person: Ints
    move: Ints
    proven: bool

    def chain(self, slot: int) -> tuple[int, int]:
        """Person who is newly called when one more seat is filled at the slot (`NOBODY`: a seat empties), and moves."""
        moves = 0
        while self.from_slot[slot] != NOBODY:
            slot = int(self.from_slot[slot])
            moves += 1
        return int(self.entry_person[slot]), moves


def prices_of(table: Table, placed: Placed, allowed: Flags) -> Prices:
    """Prices of a plan over the allowed pairs by label correction, at most one round for each slot.

    Where some chain of moves would better the plan, no such prices exist: then only people free at once are counted.
    """
    entry, entry_person = _entries(table, placed, allowed)
    move = _moves(table, placed, allowed)
    every = np.arange(len(entry))
    nowhere = np.full(len(entry), NOBODY, dtype=np.int64)
    price, from_slot = entry.copy(), nowhere.copy()
    for _ in range(len(entry) + 1):
        over = price[:, None] + move
        best = over.argmin(axis=0) if len(entry) else every
        reached = over[best, every]
        better = reached < price
        if not better.any():
            proven = _nothing_to_release(table, placed, price)
            return Prices(price, from_slot, entry, entry_person, move, proven)
        from_slot[better] = best[better]
        price = np.where(better, reached, price)
    return Prices(entry, nowhere, entry, entry_person, move, proven=False)


def release_prices(table: Table, placed: Placed, price: Ints) -> Ints:
    """`release[p, t]`: units that it costs, at these prices, to have person p free for one more seat in period t.

    Idle, that is his next step of fairness; otherwise a seat he holds has to be refilled at its price. A pair is worth
    sending where this and the pair's own price come to less than the price of the slot.
    """
    taken = taken_by(table, placed)
    people = np.arange(len(taken))
    anywhere = np.where(taken < table.capacity, table.steps(people, taken), FAR)
    refill = price[placed.slots] - table.cost[placed.people, placed.slots]
    np.minimum.at(anywhere, placed.people, refill)
    release = np.repeat(anywhere[:, None], int(table.period.max(initial=0)) + 1, axis=1)
    release[placed.people, table.period[placed.slots]] = refill
    return release


def taken_by(table: Table, placed: Placed) -> Ints:
    """Seats of each person in the plan."""
    return np.bincount(placed.people, minlength=len(table.problem.people)).astype(np.int64)


def busy_in(table: Table, placed: Placed) -> Flags:
    """`busy[p, t]`: the person has a seat in period t."""
    busy = np.zeros((len(table.problem.people), int(table.period.max(initial=0)) + 1), dtype=np.bool_)
    busy[placed.people, table.period[placed.slots]] = True
    return busy


def _entries(table: Table, placed: Placed, allowed: Flags) -> tuple[Ints, Ints]:
    """Each slot's cheapest person who can take one more seat without any move, or the price of leaving it empty."""
    taken = taken_by(table, placed)
    free = taken < table.capacity
    step = table.steps(np.arange(len(taken)), taken)
    busy = busy_in(table, placed)
    price = table.seat_value * table.weight
    person = np.full(len(price), NOBODY, dtype=np.int64)
    for slot in range(len(price)):
        able = np.flatnonzero(free & allowed[:, slot] & ~busy[:, table.period[slot]])
        if len(able):
            offers = table.cost[able, slot] + step[able]
            first = int(offers.argmin())
            price[slot], person[slot] = offers[first], able[first]
    return price, person


def _moves(table: Table, placed: Placed, allowed: Flags) -> Ints:
    """`move[t, s]`: least extra price of taking somebody from slot t to slot s; `FAR` where nobody can be."""
    busy = busy_in(table, placed)
    move = np.full((len(table.problem.slots), len(table.problem.slots)), FAR, dtype=np.int64)
    for source in np.unique(placed.slots).tolist():
        here = placed.people[placed.slots == source]
        may = allowed[here] & (~busy[here][:, table.period] | (table.period == table.period[source]))
        extra = table.cost[here] - table.cost[here, source][:, None]
        move[source] = np.where(may, extra, FAR).min(axis=0)
        move[source, source] = FAR
    return move


def last_steps(table: Table, placed: Placed) -> Ints:
    """Fairness price that each filled seat's person would be spared with one seat fewer."""
    return table.steps(placed.people, taken_by(table, placed)[placed.people] - 1)


def _nothing_to_release(table: Table, placed: Placed, price: Ints) -> bool:
    """No empty seat could be filled, and nobody's seat filled more cheaply, by what the prices allow."""
    short = np.bincount(placed.slots, minlength=len(price)) < table.seats
    if (price[short] < (table.seat_value * table.weight)[short]).any():
        return False
    own = table.cost[placed.people, placed.slots] + last_steps(table, placed)
    return bool((price[placed.slots] >= own).all())
