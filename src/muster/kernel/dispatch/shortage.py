"""Why a seat stays empty, as a certificate that anybody can count over: so many people for so many seats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.kernel.dispatch.flow import Placed
from muster.kernel.dispatch.prices import busy_in, taken_by
from muster.kernel.dispatch.table import Ints, Table


@dataclass(frozen=True)
class Ring:
    """Slots that share one shortage: all who qualify for any of them (`people`) are already used among them."""

    slots: Ints
    people: Ints


def ring_around(table: Table, placed: Placed, slot: int) -> Ring:
    """Slots from which somebody could be moved, directly or in a chain, to the empty seat at `slot`.

    In an optimal plan the people who qualify for the ring cannot fill it: were one of them idle, the chain would have
    filled the seat. So counting people and seats proves the shortage (Hall's condition).
    """
    held_period = table.period[placed.slots]
    busy = busy_in(table, placed)
    full = (taken_by(table, placed) >= table.capacity)[placed.people]
    inside = np.zeros(len(table.problem.slots), dtype=np.bool_)
    people = np.zeros(len(table.problem.people), dtype=np.bool_)
    frontier = [slot]
    inside[slot] = True
    while frontier:
        wanted = frontier.pop()
        able = table.allowed[:, wanted] & (table.capacity > 0)
        people |= able
        # Somebody is out of reach through his seat in the same period, or, with no seat left to him, through any.
        spent = (held_period == table.period[wanted]) | (full & ~busy[placed.people, table.period[wanted]])
        fresh = np.setdiff1d(placed.slots[able[placed.people] & spent], np.flatnonzero(inside))
        inside[fresh] = True
        frontier.extend(fresh.tolist())
    return Ring(np.flatnonzero(inside), np.flatnonzero(people))
