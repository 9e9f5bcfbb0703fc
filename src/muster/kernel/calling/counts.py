"""How many of a list of people will say yes, when each has a chance of his own and all share one day.

The number of yeses is Poisson-binomial. What we do not know of single people needs no care here: a yes with a chance that is
itself Beta distributed is a yes with its mean. What we do not know of all of them together does: `doubt` is the
standard deviation of a shift of everybody's log odds on the day of the call, and the count is averaged over it.
"""

from __future__ import annotations

import numpy as np

from muster.kernel.calling.normal import Floats, below, density, shaken

# Kinds of day that the doubt is averaged over.
DAYS = 7
# Below this variance the count is exact. Above, the skewness of a sum of yeses is at most 1/sqrt(9) = 1/3, with which the
# refined normal distribution rises everywhere within the edge (its correction would turn at 0.4), and errs by less than 0.002.
EXACT_BELOW_VARIANCE = 9.0
_EDGE = 2.5


def at_least(seats: int, chances: Floats, doubt: float = 0.0) -> float:
    """P(`seats` or more say yes). ValueError for what is no chance."""
    refuse_improbable(chances)
    if seats <= 0:
        return 1.0
    if len(chances) < seats:
        return 0.0
    return float(filled_by(seats, chances, doubt)[-1])


def filled_by(seats: int, chances: Floats, doubt: float = 0.0) -> Floats:
    """For each n the P(`seats` >= 1 or more of the first n say yes), n from 1 to the whole list: never falling."""
    rows, weights = shaken(chances, doubt, DAYS)
    variance = np.cumsum(rows * (1 - rows), axis=1)
    exact = int(np.searchsorted(variance.max(axis=0), EXACT_BELOW_VARIANCE))
    reached = np.empty_like(rows)
    reached[:, :exact] = _counted(seats, rows[:, :exact])
    reached[:, exact:] = _refined(seats, rows, variance, exact)
    mean: Floats = np.maximum.accumulate(weights @ reached)
    return np.clip(mean, 0.0, 1.0)


def fewest(
    seats: int, chances: Floats, confidence: float, doubt: float = 0.0, *, sure: int = 0
) -> int | None:
    """The fewest from the front of the list of whom `seats` say yes with this confidence; None if all are not enough.

    The first `sure` of the list have been asked already: the answer is never less.
    """
    refuse_improbable(chances)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is not between 0 and 1")
    if seats <= 0:
        return sure
    enough = np.flatnonzero(filled_by(seats, chances, doubt)[max(sure, 1) - 1 :] >= confidence)
    return None if not enough.size else int(enough[0]) + max(sure, 1)


def tails(chances: Floats, doubt: float = 0.0) -> Floats:
    """P(k or more say yes) for k from 0 to all."""
    refuse_improbable(chances)
    rows, weights = shaken(chances, doubt, DAYS)
    each = np.stack([distribution(row) for row in rows])
    mean: Floats = weights @ np.cumsum(each[:, ::-1], axis=1)[:, ::-1]
    return np.clip(mean, 0.0, 1.0)


def distribution(chances: Floats) -> Floats:
    """P(exactly k say yes) for k from 0 to all: the coefficients of the product of (1 - p + p x), multiplied pair by pair.

    Exact but for rounding. Halving keeps the work at n log^2 n multiplications of long factors, by FFT where they are long
    (Biscarri, Zhao and Brunner, Computational Statistics and Data Analysis 122, 2018).
    """
    refuse_improbable(chances)
    factors = [np.array([1 - p, p]) for p in chances]
    while len(factors) > 1:
        pairs = [_product(a, b) for a, b in zip(factors[::2], factors[1::2], strict=False)]
        factors = pairs + ([factors[-1]] if len(factors) % 2 else [])
    return np.clip(factors[0], 0.0, 1.0) if factors else np.ones(1)


def refuse_improbable(chances: Floats) -> None:
    """ValueError where something in the array is no probability."""
    if chances.size and not (chances.min() >= 0 and chances.max() <= 1):
        raise ValueError("a chance has to lie between 0 and 1")


def _product(a: Floats, b: Floats) -> Floats:
    if min(len(a), len(b)) < 64:
        return np.convolve(a, b)
    length = len(a) + len(b) - 1
    size = 1 << (length - 1).bit_length()
    found: Floats = np.fft.irfft(np.fft.rfft(a, size) * np.fft.rfft(b, size), size)[:length]
    return found


def _counted(seats: int, rows: Floats) -> Floats:
    """Person by person: the distribution of the count so far, all that reach `seats` kept in its last place."""
    reached = np.zeros_like(rows)
    if rows.shape[1] < seats:
        return reached
    count = np.zeros((len(rows), seats + 1))
    count[:, 0] = 1.0
    for n in range(rows.shape[1]):
        yes = count[:, :-1] * rows[:, n : n + 1]
        count[:, :-1] -= yes
        count[:, 1:] += yes
        reached[:, n] = count[:, -1]
    return reached


def _refined(seats: int, rows: Floats, variance: Floats, first: int) -> Floats:
    """Normal with a correction for skewness and for whole numbers: G(x) = Phi(x) + skew (1 - x^2) phi(x) / 6.

    Volkova, Theory of Probability and its Applications 40, 1996. Outside three standard deviations the tail keeps the shape
    of the normal one, scaled to meet: the correction alone would turn there.
    """
    if first >= rows.shape[1]:
        return np.empty((len(rows), 0))
    spread = variance[:, first:]
    skew = np.cumsum(rows * (1 - rows) * (1 - 2 * rows), axis=1)[:, first:] / spread**1.5
    x = (seats - 0.5 - np.cumsum(rows, axis=1)[:, first:]) / np.sqrt(spread)
    inside = np.clip(x, -_EDGE, _EDGE)
    few = below(inside) + skew * (1 - inside**2) * density(inside) / 6
    beyond = np.where(x < 0, below(x) / below(inside), below(-x) / below(-inside))
    return np.where(x < 0, 1 - few * beyond, (1 - few) * beyond)
