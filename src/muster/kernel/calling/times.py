"""How long people take to answer, and what silence means.

A yes and a no are two ends of one wait (competing risks). Time is cut at fixed minutes; for each piece the hazard of a yes and
of a no is estimated, and the curves of both follow (Aalen and Johansen, Scandinavian Journal of Statistics 5, 1978). An
asking that was called off, because the seats were full, counts for as long as it lasted.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, log, sqrt

import numpy as np

from muster.kernel.calling.history import Flags
from muster.kernel.calling.normal import Floats
from muster.kernel.calling.segments import Ints

# Minutes at which time is cut; after the last a yes is no longer reckoned with.
CUTS = np.array(
    [0, 1, 2, 3, 5, 8, 12, 18, 25, 35, 50, 70, 100, 140, 200, 300, 450, 700, 1_100, 1_700, 2_880], float
)
_LEAST_PACE, _MOST_PACE = 0.2, 5.0


@dataclass(frozen=True, slots=True)
class Pace:
    """What is believed of answer times before any. Basis D.

    `median_minutes` and `spread` (standard deviation of the logarithm) of those who say yes. `noes_told`: share of the others
    who say so; the rest is silent. `weight`: askings that the belief is worth in each group. `same`: share of the spread
    of the logarithm that lies within one person, not between people.
    """

    median_minutes: float = 15.0
    spread: float = 1.2
    noes_told: float = 0.5
    yes_share: float = 0.3
    weight: float = 20.0
    same: float = 0.75

    def __post_init__(self) -> None:
        shares = (self.noes_told, self.yes_share, self.same)
        if (
            self.median_minutes <= 0
            or self.spread <= 0
            or self.weight <= 0
            or not all(0 < s < 1 for s in shares)
        ):
            raise ValueError("an answer takes some time, and shares lie between 0 and 1")


@dataclass(frozen=True)
class Waits:
    """Askings with how long each lasted in minutes, its group, and its end: a yes, a no, or neither (called off, expired)."""

    person: Ints
    group: Ints
    minutes: Floats
    said_yes: Flags
    said_no: Flags


@dataclass(frozen=True)
class AnswerTimes:
    """`yes[g]` and `no[g]`: share of the yeses (of the others) of group g that have come by each of `CUTS`.

    `pace` of each person: his times as a multiple of his group's.
    """

    yes: Floats
    no: Floats
    pace: Floats

    def yes_by(self, minutes: float | Floats, group: Ints, people: Ints) -> Floats:
        """Of the yeses of these people the share that comes within so many minutes after the asking."""
        return _read(self.yes, minutes / self.pace[people], group)

    def no_by(self, minutes: float | Floats, group: Ints, people: Ints) -> Floats:
        """The share of those who will not come who have said so by then."""
        return _read(self.no, minutes / self.pace[people], group)

    def still(
        self, chance: Floats, age: float | Floats, until: float | Floats, group: Ints, people: Ints
    ) -> Floats:
        """P(a yes before `until` minutes after the asking | silent for `age` minutes), for a `chance` to say yes at all.

        By Bayes: p (Y(until) - Y(age)) / (p (1 - Y(age)) + (1 - p) (1 - N(age))). It falls as the silence lasts.
        """
        so_far = self.yes_by(age, group, people)
        more = np.maximum(self.yes_by(until, group, people) - so_far, 0.0)
        silent = chance * (1 - so_far) + (1 - chance) * (1 - self.no_by(age, group, people))
        return np.where(silent > 1e-9, chance * more / np.maximum(silent, 1e-9), 0.0)

    def silence(self, chance: float | Floats, age: Floats, group: Ints, people: Ints) -> Floats:
        """What part of a no it is to have been silent for `age` minutes, for people with this `chance` to say yes.

        The likelihood of silence is 1 - p Y - (1 - p) N, with Y and N the shares of yeses and noes that come by then. Its
        slope in p is that of (1 - p)^v with v = (1 - p)(Y - N) / (1 - p Y - (1 - p) N), so it counts as v noes: 1 when every
        yes would have come and no no is ever told, 0 when silence is as usual for the one as for the other.
        """
        yes, no = self.yes_by(age, group, people), self.no_by(age, group, people)
        silent = 1 - chance * yes - (1 - chance) * no
        return np.clip((1 - chance) * (yes - no) / np.maximum(silent, 1e-9), 0.0, 1.0)

    def minutes_for(self, share: float, group: int) -> float:
        """Minutes after which this share of a group's yeses has come."""
        return float(np.interp(share, self.yes[group], CUTS))


def times_from(waits: Waits, people: int, groups: int, before: Pace) -> AnswerTimes:
    """The curves of each group, and the pace of each person, from the waits on file."""
    expected_yes, expected_no = _before(before)
    yes, no = np.empty((groups, len(CUTS))), np.empty((groups, len(CUTS)))
    for group in range(groups):
        mine = waits.group == group
        yes[group], no[group] = _curves(waits, mine, expected_yes, expected_no, before.weight)
    flat = AnswerTimes(yes, no, np.ones(people))
    return AnswerTimes(yes, no, _paces(waits, flat, people, before))


def _before(pace: Pace) -> tuple[Floats, Floats]:
    """Hazards of a yes and of a no in each piece of time, as believed: both log-normal, the noes among those who tell."""
    spread = pace.spread * sqrt(2)
    by = np.array([0.0] + [0.5 + 0.5 * erf(log(cut / pace.median_minutes) / spread) for cut in CUTS[1:]])
    by /= by[-1]
    alive = pace.yes_share * (1 - by) + (1 - pace.yes_share) * (1 - pace.noes_told * by)
    step = np.diff(by) / alive[:-1]
    return pace.yes_share * step, (1 - pace.yes_share) * pace.noes_told * step


def _curves(
    waits: Waits, mine: Flags, hazard_yes: Floats, hazard_no: Floats, weight: float
) -> tuple[Floats, Floats]:
    minutes, said_yes, said_no = waits.minutes[mine], waits.said_yes[mine], waits.said_no[mine]
    pieces = len(CUTS) - 1
    ended = np.clip(np.searchsorted(CUTS, minutes, side="right") - 1, 0, pieces - 1)
    yes = np.bincount(ended[said_yes], minlength=pieces)
    no = np.bincount(ended[said_no], minlength=pieces)
    # Who was called off within a piece was there for half of it.
    left = np.bincount(ended[~said_yes & ~said_no], minlength=pieces)
    waiting = np.cumsum((yes + no + left)[::-1])[::-1] - left / 2
    # The belief, too, thins out over time: it is worth `weight` askings that all begin with the first piece.
    belief = weight * np.concatenate([[1.0], np.cumprod(1 - hazard_yes - hazard_no)[:-1]])
    rate_yes = (yes + belief * hazard_yes) / (waiting + belief)
    rate_no = (no + belief * hazard_no) / (waiting + belief)
    silent = np.concatenate([[1.0], np.cumprod(1 - rate_yes - rate_no)])
    came = np.concatenate([[0.0], np.cumsum(silent[:-1] * rate_yes)])
    told = np.concatenate([[0.0], np.cumsum(silent[:-1] * rate_no)])
    return came / came[-1], told / (1 - came[-1])


def _paces(waits: Waits, flat: AnswerTimes, people: int, before: Pace) -> Floats:
    """exp of the mean gap of a person's log times to his group's median, held back by 1 / (1 + within / (n between))."""
    medians = np.array([flat.minutes_for(0.5, group) for group in range(len(flat.yes))])
    gap = np.log(np.maximum(waits.minutes, 0.5) / np.maximum(medians[waits.group], 0.5))[waits.said_yes]
    who = waits.person[waits.said_yes]
    count = np.bincount(who, minlength=people)
    total = np.bincount(who, weights=np.clip(gap, -3, 3), minlength=people)
    held_back = before.same / (1 - before.same)
    return np.clip(np.exp(total / (count + held_back)), _LEAST_PACE, _MOST_PACE)


def _read(curves: Floats, minutes: Floats, group: Ints) -> Floats:
    """Value of each one's curve at his minutes, straight between the cuts; 1 of the yeses after the last."""
    at = np.clip(np.searchsorted(CUTS, minutes, side="right") - 1, 0, len(CUTS) - 2)
    share = np.clip((minutes - CUTS[at]) / (CUTS[at + 1] - CUTS[at]), 0.0, 1.0)
    low, high = curves[group, at], curves[group, at + 1]
    found: Floats = low + share * (high - low)
    return found
