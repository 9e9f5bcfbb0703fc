"""How the people of one unit are spread over the seats of a call-up: where the need is greatest, one after the other."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """The free seats of one slot. `rank` settles ties: heavier posts first, then as the call-up lists them."""

    slot_id: int
    seats: int
    free: int
    rank: tuple[int, ...] = ()


def spread(wanted: int, rooms: Iterable[Room]) -> dict[int, int]:
    """Seats to take in each slot, `wanted` in all or what there is; never more than are free, slots with none left out.

    Each seat goes to the slot of which the largest share is still free, so that no post stays empty while another is full.
    """
    queue = [
        (-room.free / room.seats, room.rank, room.slot_id, room.free, room.seats)
        for room in rooms
        if room.free > 0
    ]
    heapq.heapify(queue)
    taken: dict[int, int] = {}
    while queue and wanted > 0:
        _share, rank, slot_id, free, seats = heapq.heappop(queue)
        taken[slot_id] = taken.get(slot_id, 0) + 1
        wanted -= 1
        if free > 1:
            heapq.heappush(queue, (-(free - 1) / seats, rank, slot_id, free - 1, seats))
    return taken
