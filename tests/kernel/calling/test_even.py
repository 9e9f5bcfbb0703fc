"""Waves are the smallest that fill the seats with the wanted confidence."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from muster.kernel.calling import Prior, Wave, acceptance, fill_probability, wave_size


def exactly(seats: int, asked: int, probability: Fraction) -> Fraction:
    """P(at least `seats` of `asked` accept) without any rounding."""
    terms = (
        comb(asked, k) * probability**k * (1 - probability) ** (asked - k)
        for k in range(min(seats, asked + 1))
    )
    few = sum(terms, Fraction(0))
    return 1 - few


# Binomial tables: P(X >= k) for X ~ Bin(n, p).
@pytest.mark.parametrize(
    ("seats", "asked", "probability", "expected"),
    [
        (1, 1, 0.3, 0.3),
        (1, 10, 0.5, 1023 / 1024),
        (3, 5, 0.5, 0.5),
        (8, 10, 0.9, 0.9298091736),
        (1, 20, 0.05, 0.6415140776),
        (5, 4, 0.9, 0.0),
        (0, 0, 0.5, 1.0),
    ],
)
def test_fill_probability_agrees_with_the_tables(
    seats: int, asked: int, probability: float, expected: float
) -> None:
    assert fill_probability(seats, asked, probability) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(st.integers(0, 12), st.integers(0, 40), st.integers(0, 20))
def test_fill_probability_is_exact(seats: int, asked: int, twentieths: int) -> None:
    share = Fraction(twentieths, 20)

    assert fill_probability(seats, asked, float(share)) == pytest.approx(
        float(exactly(seats, asked, share)), abs=1e-9
    )


# Sizes found by stepping through scipy.stats.binom.sf one person at a time.
@pytest.mark.parametrize(
    ("seats", "probability", "confidence", "ask"),
    [
        (1, 0.5, 0.9, 4),
        (1, 0.3, 0.95, 9),
        (10, 0.5, 0.9, 26),
        (20, 0.3, 0.9, 83),
        (1_000, 0.3, 0.95, 3_480),
        (5, 1.0, 0.99, 5),
        (0, 0.3, 0.9, 0),
    ],
)
def test_wave_is_the_known_one(seats: int, probability: float, confidence: float, ask: int) -> None:
    wave = wave_size(seats, probability, confidence)

    assert wave.ask == ask
    assert not wave.capped
    assert wave.expected == pytest.approx(ask * probability)


@given(st.integers(1, 60), st.floats(0.05, 0.95), st.floats(0.5, 0.99))
def test_wave_is_enough_and_one_fewer_is_not(seats: int, probability: float, confidence: float) -> None:
    wave = wave_size(seats, probability, confidence)

    assert fill_probability(seats, wave.ask, probability) == wave.confidence >= confidence
    assert fill_probability(seats, wave.ask - 1, probability) < confidence


@given(st.integers(1, 40), st.integers(0, 60), st.floats(0.1, 0.9))
def test_those_already_asked_are_counted(seats: int, outstanding: int, probability: float) -> None:
    fresh = wave_size(seats, probability, 0.9)
    more = wave_size(seats, probability, 0.9, outstanding=outstanding)

    assert more.ask == max(0, fresh.ask - outstanding)
    assert more.expected == pytest.approx(max(fresh.ask, outstanding) * probability)


def test_cap_is_kept_and_told() -> None:
    assert wave_size(100, 0.1, 0.9, cap=50) == Wave(50, 5.0, 0.0, capped=True)
    assert wave_size(3, 0.0, 0.9, cap=7) == Wave(7, 0.0, 0.0, capped=True)


def test_cap_bounds_this_wave_and_not_those_before() -> None:
    wave = wave_size(20, 0.3, 0.9, outstanding=60, cap=10)

    assert (wave.ask, wave.capped) == (10, True)
    assert wave.expected == pytest.approx(21.0)


@pytest.mark.parametrize(
    ("accepted", "answered", "expected"), [(0, 0, 0.3), (10, 10, 0.65), (0, 90, 0.03), (300, 1_000, 0.3)]
)
def test_acceptance_starts_at_the_prior_and_follows_the_answers(
    accepted: int, answered: int, expected: float
) -> None:
    assert acceptance(accepted, answered, Prior()) == pytest.approx(expected)


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0.1, 50), st.floats(0.1, 50))
def test_acceptance_lies_between_prior_and_share(accepted: int, declined: int, yes: float, no: float) -> None:
    assume(accepted + declined > 0)
    prior, share = yes / (yes + no), accepted / (accepted + declined)

    estimate = acceptance(accepted, accepted + declined, Prior(yes, no))

    assert min(prior, share) - 1e-9 <= estimate <= max(prior, share) + 1e-9


@pytest.mark.parametrize(
    ("seats", "probability", "confidence", "outstanding"),
    [
        (-1, 0.5, 0.9, 0),
        (1, 1.1, 0.9, 0),
        (1, -0.1, 0.9, 0),
        (1, 0.5, 1.0, 0),
        (1, 0.5, 0.0, 0),
        (1, 0.5, 0.9, -1),
    ],
)
def test_nonsense_is_refused(seats: int, probability: float, confidence: float, outstanding: int) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        wave_size(seats, probability, confidence, outstanding=outstanding)


@pytest.mark.parametrize(("accepted", "answered"), [(3, 2), (-1, 2)])
def test_more_acceptances_than_answers_are_refused(accepted: int, answered: int) -> None:
    with pytest.raises(ValueError, match="cannot have accepted"):
        acceptance(accepted, answered, Prior())


def test_prior_without_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="weight"):
        Prior(0, 1)
