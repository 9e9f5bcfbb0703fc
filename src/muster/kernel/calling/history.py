"""What the askings on file say, one row each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.kernel.calling.normal import Floats
from muster.kernel.calling.segments import Factor, Ints

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class History:
    """Askings on file. `person` and `call` are positions, `rows` their levels (`Bounds.rows`).

    `yes`: who said yes (also who gave the seat back later). `weight`: 1 for an answer; an asking without one is a no that
    counts for less than 1, by how long the silence was (`AnswerTimes.silence`). Left out altogether, as noes are told less
    often than yeses, people would seem too willing; counted whole, a call-up that stops early would seem full of noes.
    """

    person: Ints
    call: Ints
    rows: Ints
    yes: Flags
    weight: Floats

    def __post_init__(self) -> None:
        lengths = {len(self.person), len(self.call), len(self.rows), len(self.yes), len(self.weight)}
        if len(lengths) > 1:
            raise ValueError("the columns of a history have different lengths")
        if self.weight.size and not (self.weight.min() >= 0 and self.weight.max() <= 1):
            raise ValueError("an asking counts for 0 to 1")

    @staticmethod
    def none() -> History:
        """Nobody was ever asked."""
        nobody = np.empty(0, dtype=np.int64)
        return History(nobody, nobody, np.empty((0, len(Factor)), np.int64), np.empty(0, bool), np.empty(0))
