"""What each level of each factor does to the log odds of a yes: a logistic regression that trusts few askings little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.kernel.calling.normal import Floats, chance_of, log_odds
from muster.kernel.calling.segments import Ints

_STEPS = 12
_ROUNDS = 3
_SETTLED = 1e-4
# Offsets are told apart in steps of log odds, up to four to either side.
_STEP, _MOST_STEPS = 0.25, 16


@dataclass(frozen=True)
class Effects:
    """`base`: log odds of a yes at average levels. `of[f][l]`: what level l of factor f adds. `error`: of the whole.

    `spreads[f]`: standard deviation of the effects of factor f, as learnt.
    """

    base: float
    of: tuple[Floats, ...]
    spreads: tuple[float, ...]
    error: float

    def odds(self, rows: Ints) -> Floats:
        """Log odds of a yes for each row of levels."""
        total = np.full(len(rows), self.base)
        for factor, effect in enumerate(self.of):
            total += effect[rows[:, factor]]
        return total

    def chances(self, rows: Ints) -> Floats:
        """Chance of a yes for each row of levels."""
        return chance_of(self.odds(rows))


def unknown(levels: tuple[int, ...], mean: float, spreads: tuple[float, ...], error: float) -> Effects:
    """Before any asking: every level as good as the next."""
    return Effects(
        float(log_odds(np.array(mean))), tuple(np.zeros(count) for count in levels), spreads, error
    )


@dataclass(frozen=True)
class Askings:
    """What the effects are learnt from, one row for each asking: levels, whether it was a yes, what it counts for.

    `offset`: by how much the log odds of this person lie above his segment's. Whoever is asked often in one kind of call is
    asked because he says yes; without the offset that kind of call would get the credit.
    """

    rows: Ints
    yes: Floats
    weight: Floats
    offset: Floats


def learnt(before: Effects, askings: Askings, *, base_error: float, spread_weight: float) -> Effects:
    """The effects that the askings speak for, held back by what was believed before.

    Each level's effect is Normal(0, spread of its factor), the base Normal(before, `base_error`): the mode of the
    posterior by Newton's method. The spreads are then set to what the effects show, with `spread_weight` levels' worth
    of the old ones, and all is done again: empirical Bayes by Laplace's approximation (Gelman and others, Bayesian Data
    Analysis, 3rd edition, chapters 13 and 16).
    """
    sizes = [len(effect) for effect in before.of]
    cells = _cells(askings, sizes)
    factor_of = np.repeat(np.arange(len(sizes)), sizes)
    spreads = np.array(before.spreads)
    center = np.concatenate([[before.base], np.zeros(sum(sizes))])
    found, covariance = center.copy(), np.eye(len(center))
    for _round in range(_ROUNDS):
        precision = np.concatenate([[1 / base_error**2], 1 / spreads[factor_of] ** 2])
        found, covariance = _mode(cells, center, precision, found)
        shown = found[1:] ** 2 + np.diag(covariance)[1:]
        sums = np.bincount(factor_of, weights=shown) + spread_weight * np.array(before.spreads) ** 2
        spreads = np.sqrt(sums / (np.array(sizes) + spread_weight))
    cuts = np.cumsum(sizes)[:-1]
    variance = _variance(cells.design, covariance)
    error = float(np.sqrt((cells.counts @ variance + variance[0]) / (cells.counts.sum() + 1)))
    return Effects(float(found[0]), tuple(np.split(found[1:], cuts)), tuple(spreads.tolist()), error)


@dataclass(frozen=True)
class _Cells:
    """Askings that look alike, added up: a million rows are a few thousand kinds."""

    design: Floats
    offset: Floats
    counts: Floats
    hits: Floats


def _cells(askings: Askings, sizes: list[int]) -> _Cells:
    steps = np.clip(np.rint(askings.offset / _STEP), -_MOST_STEPS, _MOST_STEPS).astype(np.int64)
    shape = (*sizes, 2 * _MOST_STEPS + 1)
    key = np.ravel_multi_index((*askings.rows.T, steps + _MOST_STEPS), shape)
    kinds, inverse = np.unique(key, return_inverse=True)
    levels = np.stack(np.unravel_index(kinds, shape), axis=1)
    return _Cells(
        _design(levels[:, :-1], sizes),
        _STEP * (levels[:, -1] - _MOST_STEPS).astype(np.float64),
        np.bincount(inverse, weights=askings.weight).astype(np.float64),
        np.bincount(inverse, weights=askings.weight * askings.yes).astype(np.float64),
    )


def _design(cells: Ints, sizes: list[int]) -> Floats:
    design = np.zeros((len(cells), 1 + sum(sizes)))
    design[:, 0] = 1
    starts = 1 + np.concatenate([[0], np.cumsum(sizes)[:-1]])
    for factor, start in enumerate(starts):
        design[np.arange(len(cells)), start + cells[:, factor]] = 1
    return design


def _mode(cells: _Cells, center: Floats, precision: Floats, start: Floats) -> tuple[Floats, Floats]:
    """Where the posterior is highest, and the covariance there."""
    design, found = cells.design, start.copy()
    curvature = np.diag(precision)
    for _step in range(_STEPS):
        chances = chance_of(design @ found + cells.offset)
        slope = design.T @ (cells.hits - cells.counts * chances) - precision * (found - center)
        curvature = design.T @ (design * (cells.counts * chances * (1 - chances))[:, None])
        curvature += np.diag(precision)
        step = np.linalg.solve(curvature, slope)
        # Newton may overshoot where a level has only yeses; a step of more than two log odds is never needed.
        found = found + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < _SETTLED:
            break
    covariance: Floats = np.linalg.inv(curvature).astype(np.float64)
    return found, covariance


def _variance(design: Floats, covariance: Floats) -> Floats:
    spread: Floats = ((design @ covariance) * design).sum(axis=1)
    return spread
