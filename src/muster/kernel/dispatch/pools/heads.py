"""People counted by head: how many are alike in all that decides which seats they could take."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from muster.kernel.dispatch.pools.instance import Flags, Longs
from muster.kernel.dispatch.pools.scene import Scene


@dataclass(frozen=True)
class Ring:
    """Seat types that compete for the same people. `people` qualify for at least one and can fill `capacity` seats."""

    slots: tuple[int, ...]
    people: int
    capacity: int
    seats: int


@dataclass(frozen=True, eq=False)
class Heads:
    """Everybody who could take some seat, by groups of people alike.

    `of`: (volunteers,) the group, -1 for none. `one`: somebody of the group. `most`: seats each could take. `home` as in
    `Scene`.
    """

    of: Longs
    one: Longs
    people: Longs
    most: Longs
    home: Longs
    _scene: Scene = field(repr=False)
    _fit: dict[tuple[int, int], Flags] = field(default_factory=dict, repr=False)

    @staticmethod
    def of_scene(scene: Scene) -> Heads:
        """All people of a plan."""
        people = scene.instance.volunteers
        inside = np.flatnonzero(scene.can_stand & (scene.home >= 0))
        most = np.minimum(people.max_shifts, int(scene.period[-1]) + 1)
        columns = [scene.home, people.backbone, people.skills, people.available, most]
        key = np.zeros(len(inside), dtype=np.int64)
        for column in columns:
            values, code = np.unique(column[inside], return_inverse=True)
            # Renumbered each time, so that the product stays below people x values of one column.
            key = np.unique(key * len(values) + code, return_inverse=True)[1].astype(np.int64)
        _, first, group = np.unique(key, return_index=True, return_inverse=True)
        of = np.full(len(people.id), -1, dtype=np.int64)
        of[inside] = group
        one = inside[first]
        return Heads(
            of,
            one,
            np.bincount(group, minlength=len(one)),
            most[one].astype(np.int64),
            scene.home[one],
            scene,
        )

    def fit(self, need: int, slot: int) -> Flags:
        """Which groups have what such a seat asks for and are free in its slot."""
        if (need, slot) not in self._fit:
            fit = self._scene.able(need) & self._scene.available(slot)
            self._fit[need, slot] = fit[self.one]
        return self._fit[need, slot]
