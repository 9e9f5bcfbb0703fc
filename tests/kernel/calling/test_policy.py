"""The next wave: as large as the slack demands, never for seats that are full, and nobody beyond the cap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.calling import Policy, Step, counts, next_step, reserve_size
from muster.kernel.calling.normal import Floats

SEEDS = st.integers(0, 2**32 - 1)
NOBODY = np.empty(0)


def crowd(seed: int, people: int) -> Floats:
    return np.random.default_rng(seed).uniform(0.1, 0.9, people)


def test_certainty_rises_as_the_time_for_another_wave_runs_out() -> None:
    policy = Policy(certain=0.98, calm=0.5, calm_rounds=3)

    wanted = [policy.wanted(rounds) for rounds in (9, 3, 2.5, 2, 1.5, 1, 0.2, 0)]

    assert wanted[:2] == pytest.approx([0.5, 0.5])
    assert wanted[-3:] == pytest.approx([0.98, 0.98, 0.98])
    assert wanted == sorted(wanted)
    assert wanted[3] == pytest.approx(0.875)  # half-way in log odds: sqrt(49) to 1


@pytest.mark.parametrize(
    "facts",
    [
        {"certain": 1.0},
        {"calm": 0.0},
        {"calm": 0.99, "certain": 0.9},
        {"calm_rounds": 1.0},
        {"round_share": 1.0},
    ],
)
def test_a_policy_that_cannot_be_is_refused(facts: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="certainties"):
        Policy(**facts)


@pytest.mark.req("R1.5")
def test_nobody_is_asked_the_moment_the_seats_are_full() -> None:
    assert next_step(0, np.array([0.5, 0.5]), crowd(1, 50), 0.98) == Step(0, 1.0, 1.0, 0.98)


def test_nobody_is_asked_while_those_who_are_silent_are_enough() -> None:
    step = next_step(3, np.full(20, 0.6), crowd(1, 50), 0.95)

    assert (step.ask, step.capped) == (0, False)
    assert step.chance > 0.95


@settings(max_examples=25)
@given(SEEDS, st.integers(1, 30), st.integers(0, 60), st.floats(0.3, 0.99))
def test_a_step_is_enough_and_one_fewer_is_not(seed: int, seats: int, silent: int, wanted: float) -> None:
    outstanding, ranked = crowd(seed, silent) * 0.7, crowd(seed + 1, 200)

    step = next_step(seats, outstanding, ranked, wanted, doubt=0.3)

    def reached(ask: int) -> float:
        return counts.at_least(seats, np.concatenate([outstanding, ranked[:ask]]), 0.3)

    assert step.chance == pytest.approx(reached(step.ask), abs=1e-9)
    assert step.capped == (step.chance < wanted)
    assert step.ask == 0 or reached(step.ask - 1) < wanted
    assert step.expected == pytest.approx(float(outstanding.sum() + ranked[: step.ask].sum()))


@settings(max_examples=25)
@given(SEEDS, st.integers(0, 25), st.integers(0, 40), st.floats(0.3, 0.98))
def test_more_seats_never_ask_fewer_and_more_silence_never_more(
    seed: int, seats: int, silent: int, wanted: float
) -> None:
    outstanding, ranked = crowd(seed, silent), crowd(seed + 1, 300)
    plain = next_step(seats, outstanding, ranked, wanted, doubt=0.3)

    harder = next_step(seats + 1, outstanding, ranked, wanted, doubt=0.3)
    quieter = next_step(seats, outstanding * 0.5, ranked, wanted, doubt=0.3)

    assert plain.ask <= harder.ask
    assert plain.ask <= quieter.ask


@settings(max_examples=25)
@given(SEEDS, st.integers(1, 40), st.integers(0, 30))
def test_the_cap_is_kept_and_told(seed: int, seats: int, cap: int) -> None:
    step = next_step(seats, NOBODY, crowd(seed, 100), 0.9, cap=cap)

    assert step.ask <= cap
    assert step.capped == (step.chance < 0.9)


def test_the_whole_list_is_read_where_the_front_is_not_enough() -> None:
    ranked = np.concatenate([np.full(2_000, 0.001), np.full(50, 0.9)])

    step = next_step(10, NOBODY, ranked, 0.9)

    assert (step.capped, 2_000 < step.ask < 2_020) == (False, True)


def test_an_empty_list_asks_nobody() -> None:
    assert next_step(2, NOBODY, NOBODY, 0.9) == Step(0, 0.0, 0.0, 0.9, capped=True)


@pytest.mark.parametrize(("seats", "cap"), [(-1, None), (1, -1)])
def test_numbers_below_nothing_are_refused(seats: int, cap: int | None) -> None:
    with pytest.raises(ValueError, match="below 0"):
        next_step(seats, NOBODY, NOBODY, 0.9, cap=cap)


def test_a_list_of_no_chances_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        next_step(2, NOBODY, np.array([0.5, 2.0]), 0.9)


@pytest.mark.parametrize(
    ("held", "confidence", "reserve"),
    [
        (np.empty(0), 0.9, 0),
        (np.full(10, 0.0), 0.99, 0),
        (np.full(10, 1.0), 0.99, 10),
        (np.full(20, 0.05), 0.9, 2),  # binomial: P(0), P(1), P(2) = 0.358, 0.377, 0.189
        (np.full(20, 0.05), 0.7, 1),
        (np.full(20, 0.05), 0.35, 0),
    ],
)
def test_the_reserve_covers_those_who_give_their_seat_back(
    held: Floats, confidence: float, reserve: int
) -> None:
    assert reserve_size(held, confidence) == reserve


@settings(max_examples=25)
@given(SEEDS, st.integers(0, 60), st.floats(0.5, 0.98))
def test_a_surer_reserve_is_never_smaller(seed: int, seats: int, confidence: float) -> None:
    held = crowd(seed, seats) * 0.2

    assert reserve_size(held, confidence) <= reserve_size(held, confidence + 0.01) <= seats


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_a_reserve_for_certain_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="not between 0 and 1"):
        reserve_size(np.array([0.1]), confidence)
