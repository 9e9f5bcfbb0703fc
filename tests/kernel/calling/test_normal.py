"""The normal distribution and log odds, beside SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from muster.kernel.calling.kinds import _log_gamma
from muster.kernel.calling.normal import LEAST_CHANCE, below, chance_of, density, log_odds, nodes

X = np.linspace(-8, 8, 401)


def test_below_and_density_are_those_of_the_normal_distribution() -> None:
    assert below(X) == pytest.approx(stats.norm.cdf(X), abs=1.5e-7)
    assert density(X) == pytest.approx(stats.norm.pdf(X), abs=1e-12)


def test_below_never_falls_and_is_even() -> None:
    assert (np.diff(below(X)) >= 0).all()
    assert below(X) + below(-X) == pytest.approx(np.ones(len(X)), abs=1e-8)


@given(st.floats(0.001, 0.999))
def test_log_odds_and_chance_undo_each_other(chance: float) -> None:
    assert float(chance_of(log_odds(np.array(chance)))) == pytest.approx(chance)


def test_log_odds_of_certainty_are_finite() -> None:
    found = log_odds(np.array([0.0, 1.0]))

    assert found == pytest.approx([np.log(LEAST_CHANCE), -np.log(LEAST_CHANCE)], rel=1e-5)


@pytest.mark.parametrize("count", [3, 5, 7])
def test_nodes_give_the_moments_of_the_standard_normal(count: int) -> None:
    points, weights = nodes(count)

    moments = [float(weights @ points**power) for power in range(5)]
    assert moments == pytest.approx([1, 0, 1, 0, 3], abs=1e-12)


@given(st.floats(1e-3, 1e4))
def test_log_gamma_is_scipys(x: float) -> None:
    assert float(_log_gamma(np.array(x))) == pytest.approx(float(special.gammaln(x)), rel=1e-7, abs=1e-6)
