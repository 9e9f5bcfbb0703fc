"""What one asking looks like: who is asked, at what hour, how early, how far away, how lately asked before.

Each asking is a row of levels, one for each factor. The bounds are ours (basis D) and meant to be set.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from muster.kernel.calling.normal import Floats

Ints = NDArray[np.int64]


class Factor(IntEnum):
    """Column of each factor in an array of askings."""

    FORCE = 0  # class of the person: a number of the caller's
    HOUR = 1  # of the local day at which the duty begins
    NOTICE = 2  # from the message to the muster
    DISTANCE = 3  # from home to the post
    ASKED = 4  # how lately the person was asked before
    DECLARED = 5  # what the person told about being willing
    OCCASION = 6  # real or a drill
    FORCE_BY_HOUR = 7  # both together: staff come by day and workers in the evening


REAL, DRILL = 0, 1
WILLING, UNKNOWN, UNWILLING = 0, 1, 2
NEVER = -1.0  # in place of days since the last asking


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where one level ends and the next begins; a value on a bound belongs to the level above it.

    `force_classes`: how many there are. Hours wrap: whatever lies before the first bound belongs to the last level.
    """

    force_classes: int = 11
    hours: tuple[float, ...] = (6, 12, 18, 22)
    notice_minutes: tuple[float, ...] = (60, 360, 1_440)
    distance_km: tuple[float, ...] = (0.5, 1.5, 3)
    asked_days: tuple[float, ...] = (2, 7, 30)

    @property
    def levels(self) -> tuple[int, ...]:
        """How many levels each factor has; of ASKED the last is for who never was."""
        return (
            self.force_classes,
            len(self.hours),
            len(self.notice_minutes) + 1,
            len(self.distance_km) + 1,
            len(self.asked_days) + 2,
            3,
            2,
            self.force_classes * len(self.hours),
        )

    def rows(
        self,
        *,
        force: Ints,
        hour: float | Floats,
        notice_minutes: float | Floats,
        distance_km: Floats,
        asked_days: Floats,
        declared: int | Ints = UNKNOWN,
        occasion: int | Ints = REAL,
    ) -> Ints:
        """Levels of each asking, (people, factors). `asked_days` below 0: never. ValueError for an unknown force class."""
        if force.size and not (force.min() >= 0 and force.max() < self.force_classes):
            raise ValueError("a force class without a number")
        rows = np.empty((len(force), len(Factor)), dtype=np.int64)
        rows[:, Factor.FORCE] = force
        rows[:, Factor.HOUR] = (_level(self.hours, hour) - 1) % len(self.hours)
        rows[:, Factor.NOTICE] = _level(self.notice_minutes, notice_minutes)
        rows[:, Factor.DISTANCE] = _level(self.distance_km, distance_km)
        lately = _level(self.asked_days, asked_days)
        rows[:, Factor.ASKED] = np.where(np.asarray(asked_days) < 0, len(self.asked_days) + 1, lately)
        rows[:, Factor.DECLARED] = declared
        rows[:, Factor.OCCASION] = occasion
        rows[:, Factor.FORCE_BY_HOUR] = force * len(self.hours) + rows[:, Factor.HOUR]
        return rows


def _level(bounds: tuple[float, ...], value: float | Floats) -> Ints:
    return np.searchsorted(np.asarray(bounds, dtype=np.float64), value, side="right")
