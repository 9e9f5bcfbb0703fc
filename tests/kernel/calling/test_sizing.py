"""What the desk says before it sends: how many, with what certainty, and how many at most."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.calling import counts, size
from muster.kernel.calling.normal import Floats

SEEDS = st.integers(0, 2**32 - 1)


def crowd(seed: int, people: int = 300) -> Floats:
    return np.random.default_rng(seed).uniform(0.2, 0.8, people)


def test_forty_seats_are_filled_from_people_of_whom_seven_in_ten_come() -> None:
    found = size(40, np.full(300, 0.7), 0.95)

    # By SciPy: the fewest n with binom.sf(39, n, 0.7) >= 0.95 and >= 0.999, and the counts between which it then lies.
    assert (found.ask, found.most, found.low, found.high, found.reaches) == (66, 75, 40, 52, True)
    assert (found.chance, found.most_chance) == (
        pytest.approx(0.9614, abs=1e-3),
        pytest.approx(0.9992, abs=1e-3),
    )
    assert found.expected == pytest.approx(46.2)


@pytest.mark.req("R1.5")
@settings(max_examples=25)
@given(SEEDS, st.integers(0, 60), st.floats(0.5, 0.99), st.sampled_from([0.0, 0.4]))
def test_more_seats_never_ask_fewer(seed: int, seats: int, confidence: float, doubt: float) -> None:
    ranked = crowd(seed)

    small, large = (size(wanted, ranked, confidence, doubt=doubt) for wanted in (seats, seats + 1))

    assert small.ask <= large.ask
    assert small.most <= large.most
    assert small.ask <= small.most


@settings(max_examples=25)
@given(SEEDS, st.integers(1, 50), st.floats(0.5, 0.98))
def test_more_certainty_and_more_doubt_never_ask_fewer(seed: int, seats: int, confidence: float) -> None:
    ranked = crowd(seed)

    plain = size(seats, ranked, confidence)
    surer = size(seats, ranked, min(0.99, confidence + 0.01))

    assert plain.ask <= surer.ask
    assert plain.most <= size(seats, ranked, confidence, doubt=0.6).most


@settings(max_examples=25)
@given(SEEDS, st.integers(1, 80), st.integers(0, 120))
def test_what_it_says_is_true_of_its_number(seed: int, seats: int, cap: int) -> None:
    ranked = crowd(seed)

    found = size(seats, ranked, 0.9, doubt=0.3, cap=cap)

    asked = ranked[: found.ask]
    assert found.ask <= found.most <= min(cap, len(ranked))
    assert found.chance == pytest.approx(counts.at_least(seats, asked, 0.3), abs=1e-9)
    assert found.expected == pytest.approx(float(asked.sum()))
    assert found.reaches == (found.chance >= 0.9)
    assert 0 <= found.low <= found.high <= found.ask


def test_between_low_and_high_lie_nine_counts_in_ten() -> None:
    ranked = crowd(4)
    found = size(30, ranked, 0.95)

    tails = counts.tails(ranked[: found.ask])

    assert tails[found.low] >= 0.95 > tails[found.low + 1]
    assert tails[found.high] >= 0.05 > tails[found.high + 1]


def test_too_few_people_are_all_asked_and_it_is_told() -> None:
    found = size(10, np.full(12, 0.5), 0.95)

    assert (found.ask, found.most, found.reaches) == (12, 12, False)
    assert found.chance == pytest.approx(79 / 4096)


@pytest.mark.parametrize(("seats", "people"), [(0, 5), (0, 0), (3, 0)])
def test_nobody_is_asked_for_nothing_or_where_nobody_is(seats: int, people: int) -> None:
    found = size(seats, np.full(people, 0.5), 0.95)

    assert (found.ask, found.most, found.expected) == (0, 0, 0.0)
    assert found.reaches == (seats == 0)


@pytest.mark.parametrize(
    ("seats", "confidence", "most"), [(-1, 0.9, 0.99), (1, 0.0, 0.99), (1, 0.9, 1.0), (1, 0.95, 0.9)]
)
def test_nonsense_is_refused(seats: int, confidence: float, most: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        size(seats, np.array([0.5]), confidence, most_confidence=most)


def test_a_chance_beyond_certainty_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        size(1, np.array([0.5, 1.5]), 0.9)
