"""How many of a list of people say yes: against every outcome written out, against SciPy's binomial, and in its order."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from muster.kernel.calling import counts
from muster.kernel.calling.normal import Floats, shaken

CHANCES = st.lists(st.floats(0, 1), min_size=0, max_size=9).map(np.array)
MANY = st.integers(0, 2**32 - 1)


def written_out(chances: Floats) -> list[float]:
    """P(exactly k) by adding up every combination of yes and no."""
    found = [0.0] * (len(chances) + 1)
    for answers in product((0, 1), repeat=len(chances)):
        found[sum(answers)] += prod(p if yes else 1 - p for p, yes in zip(chances, answers, strict=True))
    return found


def crowd(seed: int, size: int, low: float = 0.05, high: float = 0.9) -> Floats:
    return np.random.default_rng(seed).uniform(low, high, size)


@settings(max_examples=25)
@given(CHANCES)
def test_distribution_is_that_of_every_outcome_written_out(chances: Floats) -> None:
    assert counts.distribution(chances) == pytest.approx(written_out(chances), abs=1e-12)


@settings(max_examples=25)
@given(CHANCES, st.integers(0, 10))
def test_at_least_is_the_tail_of_every_outcome_written_out(chances: Floats, seats: int) -> None:
    assert counts.at_least(seats, chances) == pytest.approx(sum(written_out(chances)[seats:]), abs=1e-9)


@settings(max_examples=25)
@given(CHANCES)
def test_tails_begin_with_certainty_and_never_rise(chances: Floats) -> None:
    tails = counts.tails(chances, doubt=0.5)

    assert tails[0] == pytest.approx(1.0)
    assert len(tails) == len(chances) + 1
    assert (np.diff(tails) <= 1e-12).all()


@pytest.mark.parametrize(("size", "chance"), [(20, 0.5), (64, 0.3), (200, 0.1), (500, 0.4), (2_000, 0.02)])
def test_distribution_of_equal_chances_is_the_binomial(size: int, chance: float) -> None:
    expected = stats.binom.pmf(np.arange(size + 1), size, chance)

    assert counts.distribution(np.full(size, chance)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("size", [60, 90, 200, 600])
@pytest.mark.parametrize(("low", "high"), [(0.05, 0.3), (0.1, 0.9), (0.6, 0.95), (0.01, 0.05)])
def test_the_refined_normal_is_near_the_exact_count(size: int, low: float, high: float) -> None:
    chances = crowd(size, size, low, high)
    exact = counts.tails(chances)

    found = [counts.at_least(seats, chances) for seats in range(1, size, 3)]

    assert found == pytest.approx(exact[1:size:3].tolist(), abs=0.002)


@pytest.mark.parametrize("doubt", [0.0, 0.3, 0.8])
def test_filled_by_tells_for_each_length_what_at_least_tells(doubt: float) -> None:
    chances = crowd(1, 120)

    reached = counts.filled_by(15, chances, doubt)

    lengths = [1, 14, 15, 16, 30, 50, 80, 120]
    assert [reached[n - 1] for n in lengths] == pytest.approx(
        [counts.at_least(15, chances[:n], doubt) for n in lengths], abs=1e-12
    )


@settings(max_examples=25)
@given(MANY, st.integers(1, 300), st.integers(1, 120), st.sampled_from([0.0, 0.4]))
def test_more_people_never_fill_less_and_more_seats_never_fill_sooner(
    seed: int, size: int, seats: int, doubt: float
) -> None:
    chances = crowd(seed, size)

    reached, harder = (counts.filled_by(wanted, chances, doubt) for wanted in (seats, seats + 1))

    assert (np.diff(reached) >= 0).all()
    assert (harder <= reached + 1e-9).all()
    assert ((reached >= 0) & (reached <= 1)).all()


@settings(max_examples=25)
@given(MANY, st.integers(1, 40), st.floats(0.5, 0.99))
def test_fewest_is_enough_and_one_fewer_is_not(seed: int, seats: int, confidence: float) -> None:
    chances = crowd(seed, 300, 0.2, 0.9)

    asked = counts.fewest(seats, chances, confidence, 0.3)

    assert asked is not None
    assert counts.at_least(seats, chances[:asked], 0.3) >= confidence
    assert counts.at_least(seats, chances[: asked - 1], 0.3) < confidence


@settings(max_examples=25)
@given(MANY, st.integers(0, 60), st.floats(0.5, 0.99))
def test_more_seats_never_take_fewer_people(seed: int, seats: int, confidence: float) -> None:
    chances = crowd(seed, 250)

    asked, more = (counts.fewest(wanted, chances, confidence, 0.4) for wanted in (seats, seats + 1))

    assert asked is None or more is None or asked <= more
    assert asked is not None or more is None


def test_nobody_is_enough_for_no_seat_and_all_may_not_be_enough() -> None:
    chances = np.full(10, 0.5)

    assert counts.fewest(0, chances, 0.9) == 0
    assert counts.fewest(11, chances, 0.9) is None
    assert counts.fewest(10, chances, 0.9) is None
    assert counts.fewest(5, np.ones(10), 0.99) == 5


def test_those_asked_already_are_counted() -> None:
    chances = np.full(40, 0.5)

    assert counts.fewest(5, chances, 0.9) == 14
    assert counts.fewest(5, chances, 0.9, sure=12) == 14
    assert counts.fewest(5, chances, 0.9, sure=20) == 20


def test_doubt_of_the_day_widens_the_count_and_keeps_its_mean() -> None:
    chances = np.full(100, 0.4)
    sure, unsure = (counts.tails(chances, doubt) for doubt in (0.0, 0.5))

    mean = [float(tails[1:].sum()) for tails in (sure, unsure)]
    assert mean == pytest.approx([40.0, 40.0], abs=0.15)
    assert [sure[30], sure[55]] == pytest.approx([0.9852, 0.0017], abs=1e-4)
    # Of the binomial, integrated over the day by SciPy's quad.
    assert [unsure[30], unsure[55]] == pytest.approx([0.7931, 0.1306], abs=0.01)


@settings(max_examples=25)
@given(st.floats(0.02, 0.98), st.floats(0.05, 1.0))
def test_shaken_chances_are_on_average_what_they_were(chance: float, doubt: float) -> None:
    rows, weights = shaken(np.array([chance]), doubt, counts.DAYS)

    assert weights.sum() == pytest.approx(1.0)
    assert float(weights @ rows[:, 0]) == pytest.approx(chance, abs=0.02)


def test_who_surely_comes_or_surely_does_not_knows_no_bad_day() -> None:
    rows, _weights = shaken(np.array([0.0, 1.0]), 0.7, counts.DAYS)

    assert rows.tolist() == [[0.0, 1.0]] * counts.DAYS


def test_a_large_call_is_counted_at_once() -> None:
    chances = crowd(3, 20_000, 0.1, 0.6)

    asked = counts.fewest(3_400, chances, 0.95, 0.3)

    assert asked is not None
    assert counts.at_least(3_400, chances[:asked], 0.3) == pytest.approx(0.95, abs=0.001)


@pytest.mark.parametrize("wrong", [-0.01, 1.01, float("inf")])
def test_what_is_no_chance_is_refused(wrong: float) -> None:
    chances = np.array([0.5, wrong])

    for refused in (counts.distribution, counts.tails, lambda c: counts.at_least(1, c)):
        with pytest.raises(ValueError, match="between 0 and 1"):
            refused(chances)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -1.0, 2.0])
def test_no_confidence_beyond_reach_is_promised(confidence: float) -> None:
    with pytest.raises(ValueError, match="not between 0 and 1"):
        counts.fewest(1, np.array([0.5]), confidence)
