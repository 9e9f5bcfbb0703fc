"""Why seats stay empty, as certificates that anybody can count over: so many people for so many seats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from muster.kernel.dispatch.flow import Placed
from muster.kernel.dispatch.prices import busy_in, taken_by
from muster.kernel.dispatch.table import Flags, Table


@dataclass(frozen=True)
class Ring:
    """Slots that compete for the same people. `people` qualify for at least one of them and can fill `capacity` seats."""

    slots: tuple[int, ...]
    people: int
    capacity: int
    seats: int


class Shortages:
    """Rings of one placement. Rings that many slots share are counted once."""

    def __init__(self, table: Table, placed: Placed) -> None:
        self.table = table
        self.placed = placed
        self._counted: dict[tuple[int, ...], Ring] = {}

    def around(self, slot: int) -> Ring:
        """The slots from which somebody could be moved, directly or in a chain, to an empty seat at `slot`.

        In an optimal plan the people who qualify for the ring cannot fill it: were one of them idle, the chain would have
        filled the seat. So counting people and seats proves the shortage (Hall's condition).
        """
        inside = np.zeros(len(self.table.problem.slots), dtype=np.bool_)
        inside[slot] = True
        frontier = [slot]
        while frontier:
            fresh = self._held[frontier.pop()] & ~inside
            inside |= fresh
            frontier.extend(np.flatnonzero(fresh).tolist())
        return self.of(tuple(np.flatnonzero(inside).tolist()))

    def of(self, slots: tuple[int, ...]) -> Ring:
        """The ring of these slots, counted: one seat a period for each person, within his own limit."""
        if slots not in self._counted:
            table = self.table
            reach = np.zeros((len(table.problem.people), int(table.period.max()) + 1), dtype=np.bool_)
            for slot in slots:
                reach[:, table.period[slot]] |= table.allowed[:, slot] & (table.capacity > 0)
            seats = int(table.seats[list(slots)].sum())
            capacity = int(np.minimum(table.capacity, reach.sum(axis=1)).sum())
            self._counted[slots] = Ring(slots, int(reach.any(axis=1).sum()), capacity, seats)
        return self._counted[slots]

    @cached_property
    def _held(self) -> Flags:
        """`held[s, t]`: slot t holds somebody who qualifies for s and, because of that seat, cannot go there."""
        table, placed = self.table, self.placed
        count = len(table.problem.slots)
        period = table.period[placed.slots]
        busy = busy_in(table, placed)
        full = (taken_by(table, placed) >= table.capacity)[placed.people]
        held = np.zeros((count, count), dtype=np.bool_)
        for slot in range(count):
            # Through his seat in the same period or, with no seat left to him, through any of his seats.
            spent = (period == table.period[slot]) | (full & ~busy[placed.people, table.period[slot]])
            held[slot, placed.slots[table.allowed[placed.people, slot] & spent]] = True
        return held
