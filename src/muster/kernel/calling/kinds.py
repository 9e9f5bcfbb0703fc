"""Two kinds of people: those who never come, whatever they registered for, and the others, who differ from one another.

A Beta distribution alone cannot say this: it takes the many noes of the first kind for a small chance of everybody like them,
and keeps asking. The number of yeses of the others is beta-binomial, so that of all is a beta-binomial with too many noughts
(Farewell and Sprott, Biometrics 44, 1988, for the binomial). Who once said yes is hardly ever of the first kind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.kernel.calling.normal import Floats, chance_of, log_odds
from muster.kernel.calling.segments import Ints

# What one answer of a person says of the next, tried one by one: from nearly nothing to nearly all.
CORRELATIONS = (0.03, 0.06, 0.1, 0.14, 0.18, 0.23, 0.28, 0.34, 0.4, 0.5)
_ROUNDS = 12
_SHARES = (0.005, 0.9)
# Beyond so many people the estimate does not change any more; every so-manieth is looked at.
_MOST_LOOKED_AT = 20_000


@dataclass(frozen=True)
class Record:
    """Of each person: `asked` askings (weighed), `yes` of them, `expected` of them by his segments; `declared` as a level."""

    asked: Floats
    yes: Floats
    expected: Floats
    declared: Ints

    def some(self, which: slice | Ints) -> Record:
        """The same of some of the people."""
        return Record(self.asked[which], self.yes[which], self.expected[which], self.declared[which])


@dataclass(frozen=True)
class Kinds:
    """`never[d]`: share of those who never come among people who declared d. `chance`: their chance of a yes all the same.

    `correlation`: of two answers of one of the others, 1 / (1 + weight of his Beta distribution).
    """

    never: Floats
    chance: float
    correlation: float

    @property
    def weight(self) -> float:
        """Answers that the segment of a person is worth beside his own."""
        return 1 / self.correlation - 1

    def posterior(self, now: Floats, own: Record) -> tuple[Floats, Floats]:
        """Mean and variance of the chance to say yes, where the segment's chance is `now`.

        The own answers move the Beta distribution of the others from Beta(k m, k (1 - m)), with m what his segments led to
        expect when he was asked, to Beta(k m + y, k (1 - m) + n - y); the move is carried over to this asking in log odds, so
        that a no at three at night is not held against him at noon.
        """
        share = self.never[own.declared]
        then = self.then(own)
        total = self.weight + own.asked
        after = (self.weight * then + own.yes) / total
        other = chance_of(log_odds(self._of_others(now, share)) + log_odds(after) - log_odds(then))
        never = self.is_never(own, then)
        mean = never * self.chance + (1 - never) * other
        second = never * self.chance**2 + (1 - never) * (other**2 + other * (1 - other) / (total + 1))
        return mean, np.maximum(second - mean**2, 1e-9)

    def is_never(self, own: Record, then: Floats) -> Floats:
        """P(of the kind that never comes | own answers), by Bayes."""
        share = self.never[own.declared]
        ratio = _ratio(self._of_never(own), _beta_binomial(own, then, self.weight))
        found: Floats = share * ratio / (share * ratio + 1 - share)
        return found

    def then(self, own: Record) -> Floats:
        """What the segments of each person led to expect of him if he is one of the others; 0.5 of who was never asked."""
        mean = self._of_others(own.expected / np.maximum(own.asked, 1e-9), self.never[own.declared])
        known: Floats = np.where(own.asked > 1e-6, mean, 0.5)
        return known

    def _of_never(self, own: Record) -> Floats:
        likely: Floats = own.yes * np.log(self.chance) + (own.asked - own.yes) * np.log1p(-self.chance)
        return likely

    def _of_others(self, all_of_them: Floats, share: Floats) -> Floats:
        """Mean of the others where this is the mean of both kinds together."""
        mean: Floats = np.clip((all_of_them - share * self.chance) / (1 - share), 0.01, 0.99)
        return mean


def kinds_from(own: Record, before: Kinds, weight: float, start: Kinds | None = None) -> Kinds:
    """The kinds that the answers speak for, with `weight` people's worth of each share as believed `before`.

    For each correlation the shares by expectation-maximization, and of all the likeliest. The likelihood of all answers is
    right however people were chosen for asking, as long as they were chosen by what was known (Rubin, Biometrika 63, 1976).
    `start`: an earlier answer, from which to go on.
    """
    start = start or before
    asked = np.flatnonzero(own.asked > 0)
    seen = own.some(asked[:: max(1, len(asked) // _MOST_LOOKED_AT)])
    then, of_never = start.then(seen), start._of_never(seen)
    levels = len(before.never)
    people = np.bincount(seen.declared, minlength=levels)
    found, best = start, -np.inf
    for correlation in CORRELATIONS:
        of_others = _beta_binomial(seen, then, 1 / correlation - 1)
        ratio, never = _ratio(of_never, of_others), start.never
        for _round in range(_ROUNDS):
            share = never[seen.declared]
            held = np.bincount(seen.declared, share * ratio / (share * ratio + 1 - share), levels)
            never = np.clip((held + weight * before.never) / (people + weight), *_SHARES)
        share = never[seen.declared]
        likely = float((of_others + np.log(share * ratio + 1 - share)).sum())
        likely += _prior(never, correlation, before, weight)
        if likely > best:
            found, best = Kinds(never, before.chance, correlation), likely
    return found


def _prior(never: Floats, correlation: float, before: Kinds, weight: float) -> float:
    """Log density (but for a constant) of the shares, Beta, and of the correlation, normal in log odds with deviation 0.5."""
    shares = before.never * np.log(never) + (1 - before.never) * np.log(1 - never)
    away = float(log_odds(np.array(correlation)) - log_odds(np.array(before.correlation)))
    return float(weight * shares.sum()) - away**2 / (2 * 0.5**2)


def _ratio(of_never: Floats, of_others: Floats) -> Floats:
    """How much likelier the answers are of the first kind; within what a float can hold."""
    return np.exp(np.clip(of_never - of_others, -60, 60))


def _beta_binomial(own: Record, mean: Floats, weight: float) -> Floats:
    """Log of B(k m + y, k (1 - m) + n - y) / B(k m, k (1 - m)), B the beta function."""
    yes, no = weight * mean, weight * (1 - mean)
    return (
        _log_gamma(yes + own.yes)
        - _log_gamma(yes)
        + _log_gamma(no + own.asked - own.yes)
        - _log_gamma(no)
        - _log_gamma(weight + own.asked)
        + _log_gamma(np.array(weight))
    )


def _log_gamma(x: Floats) -> Floats:
    """log Gamma(x) for x > 0, to 1e-7: Stirling's series at x + 5 and five steps down (Abramowitz and Stegun 6.1.15, .41)."""
    up = x + 5
    series = (up - 0.5) * np.log(up) - up + 0.9189385332046727 + 1 / (12 * up) - 1 / (360 * up**3)
    found: Floats = series - np.log(x * (x + 1) * (x + 2) * (x + 3) * (x + 4))
    return found
