"""When the next wave goes, and how large it is.

Nothing is lost by waiting while there is time for another wave. So the certainty that has to be in the air already is low
at first and rises as the time for one more wave runs out; whenever those who have not answered yet give less, just as many
are asked as make up for it. That is what "the slack demands it" means here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np

from muster.kernel.calling import counts
from muster.kernel.calling.normal import Floats


@dataclass(frozen=True, slots=True)
class Policy:
    """How eager to ask. All basis D; measured by `make bench ONLY=calling`.

    `certain`: chance that the seats fill which the last wave must give. `calm`: the chance that is enough while there are
    `calm_rounds` or more rounds left; a round is the time in which `round_share` of the yeses come.
    """

    certain: float = 0.97
    calm: float = 0.4
    calm_rounds: float = 3.0
    round_share: float = 0.8

    def __post_init__(self) -> None:
        if not 0 < self.calm <= self.certain < 1 or self.calm_rounds <= 1 or not 0 < self.round_share < 1:
            raise ValueError("certainties lie between 0 and 1, the calm one first; rounds are more than one")

    def wanted(self, rounds_left: float) -> float:
        """Chance of filling the seats that has to be in the air with so much time left; straight in log odds between both."""
        share = min(max((self.calm_rounds - rounds_left) / (self.calm_rounds - 1), 0.0), 1.0)
        low, high = log(self.calm / (1 - self.calm)), log(self.certain / (1 - self.certain))
        return 1 / (1 + exp(-(low + share * (high - low))))


@dataclass(frozen=True, slots=True)
class Step:
    """What to do now. `ask`: so many from the front of the list. `chance`: that the seats fill, with them asked.

    `expected`: yeses to expect in time, `wanted`: what was demanded, `capped`: more would have been asked but for the cap or
    the end of the list.
    """

    ask: int
    expected: float
    chance: float
    wanted: float
    capped: bool = False


def next_step(
    seats: int,
    outstanding: Floats,
    ranked: Floats,
    wanted: float,
    *,
    doubt: float = 0.0,
    cap: int | None = None,
) -> Step:
    """The fewest of `ranked` to ask now so that the seats fill with the chance `wanted`.

    `outstanding`: chance of a yes in time of each who was asked and is silent (`AnswerTimes.still`). `ranked`: the same of
    those who may be asked, best first. With no seat free nobody is asked, however many are left. ValueError for a number
    below 0 or what is no chance.
    """
    if seats < 0 or (cap is not None and cap < 0):
        raise ValueError("seats and the cap cannot be below 0")
    if seats == 0:
        return Step(0, float(outstanding.sum()), 1.0, wanted)
    ranked = ranked[:cap]
    reached = _reached(seats, outstanding, ranked, wanted, doubt)
    enough = np.flatnonzero(reached >= wanted)
    ask = int(enough[0]) if enough.size else len(reached) - 1
    expected = float(outstanding.sum() + ranked[:ask].sum())
    return Step(ask, expected, float(reached[ask]), wanted, capped=not enough.size)


def _reached(seats: int, outstanding: Floats, ranked: Floats, wanted: float, doubt: float) -> Floats:
    """Chance to fill with 0, 1, 2 ... more asked, up to where it is enough: the list is read as far as it is needed."""
    now = counts.at_least(seats, outstanding, doubt)
    if now >= wanted or not len(ranked):
        return np.array([now])
    counts.refuse_improbable(ranked)
    look = 4 * seats + 32
    while True:
        both = np.concatenate([outstanding, ranked[:look]])
        more = counts.filled_by(seats, both, doubt)[len(outstanding) :]
        if more[-1] >= wanted or look >= len(ranked):
            return np.concatenate([[now], np.maximum(more, now)])
        look *= 4


def reserve_size(held: Floats, confidence: float, doubt: float = 0.0) -> int:
    """How many to keep in reserve so that with this confidence each seat that is given back finds somebody.

    `held`: of each who has a seat, the chance that he gives it back or does not come.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is not between 0 and 1")
    if not held.size:
        return 0
    # reached[k] is the chance that k or more go; so many are enough if one more goes with less than what is left open.
    reached = counts.tails(held, doubt)
    return int(np.flatnonzero(np.append(reached[1:], 0.0) <= 1 - confidence)[0])
