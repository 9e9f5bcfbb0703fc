"""What the best plan would cost with somebody at a certain seat all the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.kernel.dispatch.pools.chains import FAR, Chains
from muster.kernel.dispatch.pools.instance import Flags
from muster.kernel.dispatch.pools.scene import Scene

# So many seat types are looked at before "at least that" is the answer.
MOST_LOOKED_AT = 300


@dataclass(frozen=True)
class Forced:
    """Units on top, half seat values lost, the row given up for it (None: he had time to spare); `exact` or at least that."""

    units: int
    halves: int
    leaves: int | None
    exact: bool


@dataclass(frozen=True)
class _Way:
    """A way to free him: `base` at the prices of seats, the row he leaves, and the half seat values that go with it."""

    base: int
    row: int | None
    halves: int


def forced(scene: Scene, chains: Chains, person: int, seat: int) -> Forced | None:
    """The least by which the plan gets dearer with the person in one more seat of that type, which he may take.

    He pushes somebody out, who goes home or pushes somebody out elsewhere, until the chain ends at home, in an empty seat or
    in the seat that he left. Dijkstra's search over these chains; exact for a proven plan, as a single unit more on one arc
    of a flow costs its cheapest circle. None when there is no way to free him.
    """
    search = _Search(scene, chains, person, seat)
    return search.run()


class _Search:
    """Distances are reduced by the prices of seats, so that none is below 0; `gone` is the chain that ended at home."""

    def __init__(self, scene: Scene, chains: Chains, person: int, seat: int) -> None:
        self.scene, self.chains, self.price = scene, chains, chains.price
        self.person, self.seat = person, seat
        self.active = np.flatnonzero(scene.seats)
        self.distance = np.full(len(scene.seats), FAR)
        self.distance[seat] = 0
        self.halves = np.zeros(len(scene.seats), dtype=np.int64)
        self.gone, self.gone_halves = int(FAR), 0
        self.open = np.zeros(len(scene.seats), dtype=np.bool_)
        self.open[self.active] = True
        self.rows = np.argsort(scene.row_seat, kind="stable")
        self.row_start = np.searchsorted(scene.row_seat[self.rows], np.arange(len(scene.seats) + 1))

    def run(self) -> Forced | None:
        """Looks at types, the nearest first, until no other can make it cheaper."""
        ways = self._ways()
        if not ways:
            return None
        for _ in range(MOST_LOOKED_AT):
            best = min((self._cost(way) for way in ways), key=lambda found: found.units)
            nearest = self.active[np.where(self.open, self.distance, FAR)[self.active].argmin()]
            ahead = int(self.distance[nearest]) if self.open[nearest] else int(FAR)
            if ahead >= FAR or ahead + min(way.base for way in ways) >= best.units:
                return None if best.units >= FAR else best
            self.open[nearest] = False
            self._push_out(int(nearest))
        at_least = min(best.units, ahead + min(way.base for way in ways))
        return Forced(at_least, best.halves, best.leaves, exact=False)

    def _ways(self) -> list[_Way]:
        scene, slot = self.scene, int(self.scene.slot[self.seat])
        mine = np.flatnonzero(scene.row_person == self.person)
        own = int(scene.units(self.person, self.seat)) - int(self.price[self.seat])
        lost = int(scene.halves(self.person, self.seat))
        in_the_way = mine[scene.spared_by(slot)[mine]]
        ways = [
            _Way(
                own + int(self.price[left]) - int(scene.units(self.person, left)),
                row,
                lost - int(scene.halves(self.person, left)),
            )
            for row, left in zip(in_the_way.tolist(), scene.row_seat[in_the_way].tolist(), strict=True)
        ]
        if scene.free_for(slot)[self.person]:
            step = scene.instance.step_units(np.array([self.person]), scene.taken[self.person])
            ways.append(_Way(own + int(step[0]), None, lost))
        return ways

    def _cost(self, way: _Way) -> Forced:
        """The way with the cheapest chain known to its end: in the seat left, or at home and somebody else for that seat."""
        units, halves = self.gone, self.gone_halves
        if way.row is not None:
            left = int(self.scene.row_seat[way.row])
            refill = self.chains.to(left)
            halves += 0 if refill is None else refill.halves
            if self.distance[left] <= units:
                units, halves = int(self.distance[left]), int(self.halves[left])
        return Forced(way.base + units, way.halves + halves, way.row, self.scene.exact)

    def _push_out(self, seat: int) -> None:
        """One too many at the type: an empty seat takes him, or one who stands there goes."""
        scene = self.scene
        here, lost = int(self.distance[seat] + self.price[seat]), int(self.halves[seat])
        if scene.filled[seat] < scene.seats[seat]:
            self._end(here - scene.seat_value * int(scene.weight[seat]), lost - 2 * int(scene.weight[seat]))
        for row in self.rows[self.row_start[seat] : self.row_start[seat + 1]].tolist():
            person = int(scene.row_person[row])
            spared = here - int(scene.units(person, seat))
            kept = lost - int(scene.halves(person, seat))
            last = scene.instance.step_units(np.array([person]), scene.taken[person] - 1)
            self._end(spared - int(last[0]), kept)
            targets = self.active[self._free_to(row)[self.active] & scene.may(person, self.active)]
            cost = spared + scene.units(person, targets) - self.price[targets]
            better = cost < self.distance[targets]
            to = targets[better]
            self.distance[to] = cost[better]
            self.halves[to] = kept + scene.halves(person, to)

    def _free_to(self, row: int) -> Flags:
        """Types in whose slot the person of the row could stand if he left it."""
        slots = range(self.scene.instance.horizon.slots)
        return np.array([self.scene.spared_by(slot)[row] for slot in slots])[self.scene.slot]

    def _end(self, units: int, halves: int) -> None:
        if units < self.gone:
            self.gone, self.gone_halves = units, halves
