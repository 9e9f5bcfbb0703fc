"""What it would cost to send somebody to a slot all the same: he displaces one there, who goes home or moves on."""

from __future__ import annotations

import numpy as np

from muster.kernel.dispatch.flow import Placed
from muster.kernel.dispatch.prices import FAR, Prices, last_steps, taken_by
from muster.kernel.dispatch.table import Ints, Table


def forced_extra(table: Table, placed: Placed, prices: Prices, person: int, slot: int) -> int | None:
    """Units by which the best plan that has the person at the slot is dearer; None when a seat of weight is lost for it.

    Exact for people with one seat in a proven plan; with several seats, at least this. The pair must be allowed.
    """
    after, home = _ways_from(table, placed, prices, slot)
    held = placed.slots[placed.people == person]
    in_the_way = held[table.period[held] == table.period[slot]]
    taken = int(taken_by(table, placed)[person])
    leaving = held if len(in_the_way) == 0 and taken >= table.capacity[person] else in_the_way
    ways = (after[leaving] - table.cost[person, leaving]).tolist()
    if not len(in_the_way) and taken < table.capacity[person]:
        ways.append(home + int(table.steps(np.array([person]), taken)[0]))
    extra = int(table.cost[person, slot]) + min(ways, default=FAR)
    return extra if extra <= table.scarce else None


def _ways_from(table: Table, placed: Placed, prices: Prices, slot: int) -> tuple[Ints, int]:
    """Cheapest chains that begin with one person too many at the slot: (ending with one too many at t, with one at home)."""
    filled = np.bincount(placed.slots, minlength=len(prices.price))
    empty_seat = np.where(filled < table.seats, -table.seat_value * table.weight, FAR)
    going_home = np.full(len(prices.price), FAR, dtype=np.int64)
    np.minimum.at(
        going_home, placed.slots, -table.cost[placed.people, placed.slots] - last_steps(table, placed)
    )
    ending = np.minimum(going_home, empty_seat)
    after = np.full(len(prices.price), FAR, dtype=np.int64)
    after[slot] = 0
    home = FAR
    for _ in range(len(prices.price) + 1):
        home = int((after + ending).min())
        onward = np.minimum((after[:, None] + prices.move).min(axis=0), home + prices.entry)
        if (onward >= after).all():
            break
        after = np.minimum(after, onward)
    return after, home
