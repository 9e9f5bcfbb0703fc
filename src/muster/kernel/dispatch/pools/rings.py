"""Seats that compete for the same people, counted: so many people for so many seats, which anybody can count over.

A seat is empty for good when it belongs to a set of seat types that has more seats than the people who qualify for any of
them could fill (Hall's condition). Such a set is found among the types from which somebody could be moved to the empty
seat, directly or in a chain: in an optimal plan all of them together are one, and mostly a few of the nearest suffice.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from muster.kernel.dispatch.pools.heads import Heads, Ring
from muster.kernel.dispatch.pools.instance import KINDS, Flags, Longs
from muster.kernel.dispatch.pools.scene import Scene
from muster.kernel.dispatch.pools.trimming import trimmed

# So many types are tried around a post before everything that hangs together is counted.
NEIGHBORHOOD = 64
BLOCK = 512
# Types that can all be reached from each other are looked at once for all of them, when they are many.
CORE = 500


@dataclass(eq=False)
class _Growth:
    """Types in the order in which they were found, the nearest links first.

    `first`: for each (what is asked for, slot) and home, the position in `order` of the first type that its people could go
    to; as long as `order` where there is none yet.
    """

    order: Longs
    member: Flags
    first: dict[tuple[int, int], Longs] = field(default_factory=dict)
    added: int = 0


@dataclass(frozen=True, eq=False)
class _Movers:
    """Rows by the home of their person; those of one home begin at its `start`."""

    rows: Longs
    start: Longs

    def of(self, homes: Longs) -> Longs:
        """The rows of these homes."""
        many: Longs = self.start[homes + 1] - self.start[homes]
        at: Longs = np.repeat(self.start[homes] - np.cumsum(many) + many, many) + np.arange(many.sum())
        return self.rows[at]


@dataclass(frozen=True, eq=False)
class _Core:
    """Types with one shortage: `leads` are those that a person at the heart of it could be moved to, directly or in a chain.

    What is empty among them is empty for the same reason, and `ring` holds it all.
    """

    leads: Flags
    ring: Ring | None


class Rings:
    """Rings of one plan. `in_full`: nobody is counted for a seat in which he would stand in for a backbone member."""

    def __init__(self, scene: Scene, *, in_full: bool) -> None:
        self.scene = scene
        self.need = scene.need(in_full=in_full)
        self._heads = Heads.of_scene(scene)
        self._cores: list[_Core] = []
        self._mover_rows: dict[tuple[int, int], _Movers] = {}

    def alone(self, seat: int) -> Ring:
        """The type by itself."""
        scene, slot = self.scene, int(self.scene.slot[seat])
        homes = scene.reach(np.array([seat // len(KINDS)]))[0]
        people = int(scene.pool(int(self.need[seat]), slot)[homes].sum())
        return Ring((seat,), people, people, int(scene.seats[seat]))

    def around(self, seat: int) -> Ring | None:
        """The smallest set found that holds this type and has more seats than its people can fill; None where there is none.

        Tried by growing number of types, the nearest links first, then everything that hangs together.
        """
        alone = self.alone(seat)
        if alone.capacity < alone.seats:
            return alone
        growth = self._start(seat)
        while growth.added < min(NEIGHBORHOOD, len(growth.order)):
            self._extend(growth, min(4 * growth.added or 1, NEIGHBORHOOD - growth.added))
            # By itself it is not short, as was just counted.
            found = self._deficient(growth) if growth.added > 1 else None
            if found is not None:
                return trimmed(self.scene, self._heads, self.need, growth.order[:found])
        return self._of_all(growth)

    def _of_all(self, growth: _Growth) -> Ring | None:
        """Out of everything that hangs together, the first types that are deficient together."""
        seat = int(growth.order[0])
        for core in self._cores:
            if core.leads[seat]:
                return core.ring
        self._close(growth)
        if len(growth.order) > CORE:
            core = self._core(growth)
            if core.leads[seat]:
                return core.ring
        found = self._deficient(growth)
        return None if found is None else self._ring(growth, found)

    def _start(self, seat: int) -> _Growth:
        member = np.zeros(len(self.need), dtype=np.bool_)
        member[seat] = True
        return _Growth(np.array([seat], dtype=np.int64), member)

    def _close(self, growth: _Growth) -> None:
        while growth.added < len(growth.order):
            self._extend(growth, BLOCK)

    def _core(self, growth: _Growth) -> _Core:
        """What hangs together with the largest type found, and every empty type that hangs on it."""
        heart = int(growth.order[self.scene.filled[growth.order].argmax()])
        leads = self._led_to(heart)
        whole = self._start(heart)
        self._close(whole)
        hanging = np.flatnonzero(leads & (self.scene.filled < self.scene.seats) & ~whole.member)
        whole.member[hanging] = True
        whole.order = np.concatenate([whole.order, hanging])
        self._close(whole)
        short = self._deficient(whole) is not None
        core = _Core(leads, self._ring(whole, len(whole.order)) if short else None)
        self._cores.append(core)
        return core

    def _led_to(self, seat: int) -> Flags:
        """All types to which somebody at this one could be moved, or that hold somebody who could then be, and so on."""
        scene = self.scene
        reached = np.zeros(len(self.need), dtype=np.bool_)
        reached[seat] = True
        asked = np.flatnonzero(scene.seats)
        keys = sorted(set(zip(self.need[asked].tolist(), scene.slot[asked].tolist(), strict=True)))
        left = {key: np.ones(len(scene.home_community), dtype=np.bool_) for key in keys}
        new = reached.copy()
        while new.any():
            fresh = np.zeros(len(self.need), dtype=np.bool_)
            for need, slot in keys:
                rows = self._movers(need, slot).rows
                homes = np.zeros(len(scene.home_community), dtype=np.bool_)
                homes[scene.home[scene.row_person[rows[new[scene.row_seat[rows]]]]]] = True
                homes &= left[need, slot]
                left[need, slot] &= ~homes
                inside = asked[(self.need[asked] == need) & (scene.slot[asked] == slot) & ~reached[asked]]
                for start in range(0, len(inside) if homes.any() else 0, BLOCK):
                    block = inside[start : start + BLOCK]
                    fresh[block] = scene.reach(block // len(KINDS))[:, homes].any(axis=1)
            reached |= fresh
            new = fresh
        return reached

    def _extend(self, growth: _Growth, most: int) -> None:
        """Looks at up to so many types more: who qualifies for them, and which types hold those people."""
        scene = self.scene
        block = growth.order[growth.added : growth.added + most]
        reach = scene.reach(block // len(KINDS))
        far = np.iinfo(np.int64).max
        found: list[Longs] = []
        for need, slot in sorted(
            set(zip(self.need[block].tolist(), scene.slot[block].tolist(), strict=True))
        ):
            inside = np.flatnonzero((self.need[block] == need) & (scene.slot[block] == slot))
            if (need, slot) not in growth.first:
                growth.first[need, slot] = np.full(len(scene.home_community), far)
            first = growth.first[need, slot]
            fresh = reach[inside].any(axis=0) & (first == far)
            first[fresh] = growth.added + inside[reach[inside][:, fresh].argmax(axis=0)]
            found.append(scene.row_seat[self._movers(need, slot).of(np.flatnonzero(fresh))])
        growth.added += len(block)
        new = np.unique(np.concatenate(found))
        new = new[~growth.member[new]]
        growth.member[new] = True
        growth.order = np.concatenate([growth.order, new[self._by_distance(growth.order[0], new)]])

    def _movers(self, need: int, slot: int) -> _Movers:
        """Rows whose person qualifies and has that seat instead."""
        scene, key = self.scene, (need, slot)
        if key not in self._mover_rows:
            person = scene.row_person
            able = scene.able(need)[person] & scene.available(slot)[person]
            rows = np.flatnonzero(able & scene.in_the_way(slot))
            home = scene.home[person[rows]]
            order = np.argsort(home, kind="stable")
            start = np.searchsorted(home[order], np.arange(len(scene.home_community) + 1))
            self._mover_rows[key] = _Movers(rows[order], start)
        return self._mover_rows[key]

    def _by_distance(self, seat: int, others: Longs) -> Longs:
        posts = self.scene.instance.posts
        here, there = seat // len(KINDS), others // len(KINDS)
        lengths = (posts.x_m[there] - posts.x_m[here]) ** 2 + (posts.y_m[there] - posts.y_m[here]) ** 2
        return np.lexsort((others, lengths))

    def _deficient(self, growth: _Growth) -> int | None:
        """How many of the first types are the first to have more seats than people can fill."""
        _, capacity = self._counted(growth)
        seats = np.cumsum(self.scene.seats[growth.order[: growth.added]])
        short = np.flatnonzero(seats > capacity)
        return int(short[0]) + 1 if len(short) else None

    def _counted(self, growth: _Growth) -> tuple[Longs, Longs]:
        """For each number of first types: people who qualify for one of them, and seats they could fill."""
        heads, periods = self._heads, self.scene.period
        far = np.iinfo(np.int64).max
        reached = np.any([first < far for first in growth.first.values()], axis=0)
        near = np.flatnonzero(reached[heads.home])
        home, most, heads_of = heads.home[near], heads.most[near], heads.people[near]
        when = np.full((int(periods[-1]) + 1, len(near)), far)
        for (need, slot), first in growth.first.items():
            offered = np.where(heads.fit(need, slot)[near], first[home], far)
            when[periods[slot]] = np.minimum(when[periods[slot]], offered)
        when.sort(axis=0)
        capacity = np.zeros(growth.added, dtype=np.int64)
        people = np.zeros(growth.added, dtype=np.int64)
        for turn, at in enumerate(when):
            counted = (at < growth.added) & (most > turn)
            more = np.bincount(at[counted], heads_of[counted], growth.added).astype(np.int64)
            capacity += more
            if turn == 0:
                people += more
        return np.cumsum(people), np.cumsum(capacity)

    def _ring(self, growth: _Growth, many: int) -> Ring:
        people, capacity = self._counted(growth)
        members = growth.order[:many]
        return Ring(
            tuple(members.tolist()),
            int(people[many - 1]),
            int(capacity[many - 1]),
            int(self.scene.seats[members].sum()),
        )
