"""The normal distribution for arrays, because numpy has no error function and the kernel needs none of SciPy's else."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Of a chance: further out nothing that is asked of it differs, and its log odds stay finite.
LEAST_CHANCE = 1e-6
# Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: absolute error of erf below 1.5e-7.
_SCALE = 0.3275911
_TERMS = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)


def below(x: Floats) -> Floats:
    """P(Z <= x) of the standard normal, to 1e-7."""
    size = np.abs(x) / math.sqrt(2)
    t = 1 / (1 + _SCALE * size)
    series = np.zeros_like(size)
    for term in reversed(_TERMS):
        series = t * (term + series)
    half_tail = 0.5 * series * np.exp(-size * size)
    return np.where(x > 0, 1 - half_tail, half_tail)


def density(x: Floats) -> Floats:
    """Density of the standard normal."""
    return np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def log_odds(chance: Floats) -> Floats:
    """log(p / (1 - p)), finite also for 0 and 1."""
    inside = np.clip(chance, LEAST_CHANCE, 1 - LEAST_CHANCE)
    return np.log(inside / (1 - inside))


def chance_of(odds: Floats) -> Floats:
    """The chance whose log odds these are."""
    return 1 / (1 + np.exp(-odds))


@lru_cache(maxsize=8)
def nodes(count: int) -> tuple[Floats, Floats]:
    """Points and weights for the mean of a function over a standard normal: Gauss and Hermite, exact to degree 2n - 1."""
    points, weights = np.polynomial.hermite.hermgauss(count)
    return points * math.sqrt(2), weights / math.sqrt(math.pi)


def shaken(chances: Floats, doubt: float, count: int) -> tuple[Floats, Floats]:
    """The chances as they would be on `count` kinds of day (rows), and how likely each kind is.

    On one day all log odds are moved together by Normal(0, `doubt`). Averaged over the days each chance is again what it
    was: E[logistic(a + doubt Z)] is close to logistic(a / sqrt(1 + pi doubt^2 / 8)) (MacKay, Neural Computation 4, 1992).
    """
    if doubt <= 0:
        return chances[None, :], np.ones(1)
    points, weights = nodes(count)
    center = log_odds(chances) * math.sqrt(1 + math.pi * doubt * doubt / 8)
    moved = chance_of(center[None, :] + doubt * points[:, None])
    return np.where((chances <= 0) | (chances >= 1), chances, moved), weights
