"""What we believe of each person: a Beta distribution of the chance to say yes, for the asking at hand.

Three layers, each held back by the one above it in the measure in which it knows little: all people, what a kind of
asking does (`effects`), and the person's own answers (`kinds`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.kernel.calling.effects import Askings, Effects, learnt, unknown
from muster.kernel.calling.history import History
from muster.kernel.calling.kinds import Kinds, Record, kinds_from
from muster.kernel.calling.normal import Floats, chance_of, log_odds
from muster.kernel.calling.segments import Bounds, Factor, Ints

# One day from another, whatever few answers seem to show.
_MOST_DOUBT = 1.5
_ROUNDS = 2
_STEPS = 6
_TRUST_ERROR = 0.2


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What is believed before anybody has answered. All basis D, to be set from a county's own drills.

    `yes` and `no`: as many answers of each kind as the belief is worth. `spread`: standard deviation of the log odds
    between levels of one factor; `spread_weight`: levels that this is worth. `never`: share of people who never come, of those
    who declared themselves willing, told nothing, declared themselves unwilling; `never_chance`: of a yes all the same;
    `never_weight`: people that the shares are worth. `correlation`: of two answers of one of the others. `doubt`: standard
    deviation of the log odds from day to day, worth `doubt_weight` days.
    """

    yes: float = 3.0
    no: float = 7.0
    spread: float = 0.4
    spread_weight: float = 2.0
    never: tuple[float, float, float] = (0.1, 0.25, 0.6)
    never_chance: float = 0.03
    never_weight: float = 20.0
    correlation: float = 0.15
    doubt: float = 0.4
    doubt_weight: float = 10.0

    def __post_init__(self) -> None:
        if min(self.yes, self.no, self.spread, self.spread_weight, self.never_weight, self.doubt_weight) <= 0:
            raise ValueError("a prior needs some weight on each side")
        if (
            not all(0 < share < 1 for share in (*self.never, self.never_chance, self.correlation))
            or self.doubt < 0
        ):
            raise ValueError("shares lie between 0 and 1, the doubt is not negative")

    @property
    def mean(self) -> float:
        """Chance of a yes before any answer."""
        return self.yes / (self.yes + self.no)

    @property
    def base_error(self) -> float:
        """Standard deviation of the log odds of that chance, by the delta method: 1 / sqrt(w p (1 - p))."""
        return float(1 / np.sqrt((self.yes + self.no) * self.mean * (1 - self.mean)))

    @property
    def kinds(self) -> Kinds:
        """The two kinds of people as believed."""
        return Kinds(np.array(self.never), self.never_chance, self.correlation)


@dataclass(frozen=True)
class Posterior:
    """Beta(`yes`, `no`) of each person asked about, for one asking."""

    yes: Floats
    no: Floats

    @property
    def mean(self) -> Floats:
        """Chance to say yes."""
        return self.yes / (self.yes + self.no)

    @property
    def deviation(self) -> Floats:
        """Standard deviation of that chance."""
        total = self.yes + self.no
        return np.sqrt(self.yes * self.no / (total * total * (total + 1)))


@dataclass(frozen=True)
class Learnt:
    """What the history taught. `asked`, `said_yes`, `expected` of each person: his askings (weighed), his yeses, his segments'.

    `trust`: of the way in log odds from his segment to where a person's own answers would put him, the part that has proved
    right. `doubt`: standard deviation of the log odds of all people together on a day to come, the effects' error included.
    """

    effects: Effects
    kinds: Kinds
    trust: float
    doubt: float
    asked: Floats
    said_yes: Floats
    expected: Floats

    def posterior(self, rows: Ints, people: Ints | None = None) -> Posterior:
        """Of each of `people` (positions; all) for an asking with these levels: the Beta with the mean and variance found."""
        own = slice(None) if people is None else people
        record = Record(self.asked[own], self.said_yes[own], self.expected[own], rows[:, Factor.DECLARED])
        segment = self.effects.chances(rows)
        mean, variance = self.kinds.posterior(segment, record)
        mean = chance_of((1 - self.trust) * log_odds(segment) + self.trust * log_odds(mean))
        total = np.maximum(mean * (1 - mean) / variance - 1, 1e-3)
        return Posterior(mean * total, (1 - mean) * total)


def learn(history: History, people: int, before: Beliefs, bounds: Bounds) -> Learnt:
    """What `history` says of `people` people (positions from 0). Without a history, what was believed `before`."""
    levels = bounds.levels
    start = unknown(levels, before.mean, (before.spread,) * len(levels), before.base_error)
    if not len(history.person):
        nothing = np.zeros(people)
        doubt = min(float(np.hypot(before.doubt, before.base_error)), _MOST_DOUBT)
        return Learnt(start, before.kinds, 1.0, doubt, nothing, nothing, nothing)
    weight = history.weight * _weights(history, people, before)
    offset, kinds = np.zeros(len(history.person)), before.kinds
    declared = np.zeros(people, dtype=np.int64)
    declared[history.person] = history.rows[:, Factor.DECLARED]
    # What a segment does and what the people in it are like explain each other: twice is enough to tell them apart.
    for _round in range(_ROUNDS):
        askings = Askings(history.rows, history.yes.astype(np.float64), weight, offset)
        effects = learnt(start, askings, base_error=before.base_error, spread_weight=before.spread_weight)
        expected = effects.chances(history.rows)
        own = _records(history, declared, expected)
        kinds = kinds_from(own, before.kinds, before.never_weight, kinds)
        without = _without(history, own, expected, kinds)
        offset = log_odds(without) - log_odds(expected)
    trust = _trust(history, expected, offset)
    without = chance_of(log_odds(expected) + trust * offset)
    doubt = min(float(np.hypot(_doubt(history, without, before), effects.error)), _MOST_DOUBT)
    return Learnt(effects, kinds, trust, doubt, own.asked, own.yes, own.expected)


def _records(history: History, declared: Ints, expected: Floats) -> Record:
    """The askings of each person, added up."""
    asked, yes, believed = (
        np.bincount(history.person, weights=amount, minlength=len(declared)).astype(np.float64)
        for amount in (history.weight, history.yes, history.weight * expected)
    )
    return Record(asked, yes, believed, declared)


def _weights(history: History, people: int, before: Beliefs) -> Floats:
    """1 / (1 + (n - 1) r): n answers of one person, correlated by r, say as much of a segment as so many of different people.

    Williams, Applied Statistics 31, 1982. Without it those who are asked often would speak for all. r is that of both kinds
    together: what the share of the first kind adds to the correlation within the second.
    """
    never, mean = before.never[0], before.mean
    both = before.correlation + never * (1 - never) * mean / (1 - mean)
    asked = np.bincount(history.person, weights=history.weight, minlength=people)[history.person]
    weight: Floats = 1 / (1 + np.maximum(asked - 1, 0) * both)
    return weight


def _trust(history: History, expected: Floats, offset: Floats) -> float:
    """The slope of the answers on what each person's other answers foretold, in log odds; never more than 1, as it should be.

    The calibration slope of Cox (Biometrika 45, 1958), by Newton's method, held to Normal(1, `_TRUST_ERROR`).
    """
    odds, found = log_odds(expected), 1.0
    for _step in range(_STEPS):
        chances = chance_of(odds + found * offset)
        slope = (
            float((history.weight * offset * (history.yes - chances)).sum()) - (found - 1) / _TRUST_ERROR**2
        )
        curvature = float((history.weight * offset**2 * chances * (1 - chances)).sum()) + 1 / _TRUST_ERROR**2
        found = min(max(found + slope / curvature, 0.0), 1.0)
    return found


def _without(history: History, own: Record, expected: Floats, kinds: Kinds) -> Floats:
    """Of each asking, the chance of a yes that all other askings of the same person lead to believe."""
    them = own.some(history.person)
    others = Record(
        np.maximum(them.asked - history.weight, 0.0),
        np.maximum(them.yes - history.yes, 0.0),
        np.maximum(them.expected - history.weight * expected, 0.0),
        history.rows[:, Factor.DECLARED],
    )
    return kinds.posterior(expected, others)[0]


def _doubt(history: History, expected: Floats, before: Beliefs) -> float:
    """Standard deviation of the shift of a day, by moments over the calls.

    With T = weight (yes - p) of each asking, which is p (1 - p) times the score of its likelihood, a shift z of the log odds
    moves the sum over a call by z R, where R = sum of var T, so var(sum) = R + R^2 z^2; R is taken as the sum of T^2.
    `expected`: of each asking what all other askings lead to believe, or the days would be credited with their own luck.
    """
    calls = int(history.call.max()) + 1
    each = history.weight * (history.yes - expected)
    gap = np.bincount(history.call, weights=each, minlength=calls)
    noise = np.bincount(history.call, weights=each * each, minlength=calls)
    held = noise > 1
    size = noise[held]
    shift = (gap[held] ** 2 - size) / size**2
    # A call of a hundred says more than ten of ten, but no call alone may decide: weights of R^2 / (1 + R)^2.
    weight = (size / (1 + size)) ** 2
    found = (float((weight * shift).sum()) + before.doubt_weight * before.doubt**2) / (
        float(weight.sum()) + before.doubt_weight
    )
    return float(np.sqrt(max(found, 0.0)))
