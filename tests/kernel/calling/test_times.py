"""How long answers take, and what silence means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.calling import AnswerTimes, Pace, Waits, times_from
from muster.kernel.calling.normal import Floats
from muster.kernel.calling.segments import Ints
from muster.kernel.calling.times import CUTS

ONE = np.zeros(1, dtype=np.int64)


def waits(minutes: Floats, yes: Floats, no: Floats, person: Ints | None = None, group: int = 0) -> Waits:
    who = np.arange(len(minutes)) if person is None else person
    return Waits(who, np.full(len(minutes), group), minutes, yes.astype(bool), no.astype(bool))


def nothing() -> Waits:
    return waits(np.empty(0), np.empty(0), np.empty(0))


def answered(seed: int, people: int, median: float = 20.0, called_off: float = np.inf) -> Waits:
    """Four in ten say yes, half of the others say no, all with times of one log-normal; all waits end when called off."""
    dice = np.random.default_rng(seed)
    minutes = median * np.exp(dice.standard_normal(people))
    yes = dice.random(people) < 0.4
    no = ~yes & (dice.random(people) < 0.5)
    over = minutes > called_off
    ended = np.where(
        yes | no, np.minimum(minutes, called_off), called_off if np.isfinite(called_off) else 2_000.0
    )
    return waits(ended, yes & ~over, no & ~over)


def test_without_answers_the_belief_stands() -> None:
    times = times_from(nothing(), 1, 1, Pace(median_minutes=20, spread=1))

    assert float(times.yes_by(20.0, ONE, ONE)[0]) == pytest.approx(0.5, abs=0.02)
    assert float(times.yes_by(20 * np.e, ONE, ONE)[0]) == pytest.approx(0.841, abs=0.03)
    assert times.minutes_for(0.5, 0) == pytest.approx(20, abs=1.5)


def test_answers_outweigh_the_belief() -> None:
    times = times_from(answered(1, 4_000, median=40), 4_000, 1, Pace(median_minutes=10))

    assert times.minutes_for(0.5, 0) == pytest.approx(40, rel=0.06)


def test_calling_off_early_does_not_make_answers_seem_quick() -> None:
    plain, cut = (
        times_from(answered(2, 6_000, called_off=until), 6_000, 1, Pace(median_minutes=20, spread=1))
        for until in (np.inf, 30.0)
    )

    assert cut.yes[0, CUTS <= 25] == pytest.approx(plain.yes[0, CUTS <= 25], abs=0.07)


def test_groups_are_kept_apart() -> None:
    quick, slow = answered(3, 800, median=5), answered(4, 800, median=100)
    both = Waits(
        np.concatenate([quick.person, slow.person]),
        np.concatenate([quick.group, slow.group + 1]),
        *(
            np.concatenate([getattr(w, name) for w in (quick, slow)])
            for name in ("minutes", "said_yes", "said_no")
        ),
    )

    times = times_from(both, 800, 2, Pace())

    assert times.minutes_for(0.5, 0) == pytest.approx(5, rel=0.25)
    assert times.minutes_for(0.5, 1) == pytest.approx(100, rel=0.25)


def test_who_answers_slowly_is_expected_later_in_the_measure_in_which_he_is_known() -> None:
    minutes = np.array([60.0] * 6 + [60.0] + [15.0] * 6)
    person = np.array([0] * 6 + [1] + [2] * 6)
    yes = np.ones(len(minutes))

    pace = times_from(waits(minutes, yes, 1 - yes, person), 4, 1, Pace(weight=500)).pace

    assert pace[0] > pace[1] > pace[3] == 1.0
    assert pace[2] == pytest.approx(1.0, abs=0.2)


def test_silence_lowers_the_chance_step_by_step_to_nothing() -> None:
    times = times_from(nothing(), 1, 1, Pace())
    ages = np.array([0.0, 5, 15, 30, 60, 120, 300, 1_000, 2_880])
    zeros = np.zeros(len(ages), dtype=np.int64)

    chance = times.still(np.full(len(ages), 0.5), ages, np.inf, zeros, zeros)

    assert chance[0] == pytest.approx(0.5)
    assert (np.diff(chance) < 0).all()
    assert chance[-1] == 0.0


def test_still_is_the_share_of_those_silent_who_say_yes_in_time() -> None:
    told = answered(5, 60_000)
    times = times_from(told, 60_000, 1, Pace(weight=1))
    flat = AnswerTimes(times.yes, times.no, np.ones(1))
    silent = told.minutes > 12
    came = told.said_yes & silent & (told.minutes <= 50)

    found = float(flat.still(np.array([0.4]), 12.0, 50.0, ONE, ONE)[0])

    assert found == pytest.approx(came.sum() / silent.sum(), abs=0.01)


@settings(max_examples=25)
@given(st.floats(0.01, 0.99), st.floats(0, 500), st.floats(0, 500), st.floats(0, 1_000))
def test_chances_in_time_are_chances_and_more_time_is_never_worse(
    chance: float, age: float, more: float, extra: float
) -> None:
    times = times_from(nothing(), 1, 1, Pace())

    def within(until: float) -> float:
        return float(times.still(np.array([chance]), age, until, ONE, ONE)[0])

    assert 0 <= within(age + more) <= within(age + more + extra) <= 1
    assert within(age) == 0


@settings(max_examples=25)
@given(st.floats(0.01, 0.99), st.floats(0, 3_000), st.floats(0, 3_000))
def test_longer_silence_is_more_of_a_no(chance: float, age: float, more: float) -> None:
    times = times_from(nothing(), 1, 1, Pace())

    def part(minutes: float) -> float:
        return float(times.silence(chance, np.array([minutes]), ONE, ONE)[0])

    assert 0 <= part(age) <= part(age + more) + 1e-9
    assert part(0.0) == 0.0
    assert part(2_880.0) == pytest.approx(1.0)


def test_where_noes_come_as_surely_as_yeses_silence_says_nothing() -> None:
    curve = np.linspace(0, 1, len(CUTS))[None, :]
    times = AnswerTimes(curve, curve, np.ones(1))

    assert times.silence(0.4, np.array([100.0]), ONE, ONE) == pytest.approx([0.0], abs=1e-9)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8, 0.99])
def test_minutes_for_a_share_are_when_that_share_has_come(share: float) -> None:
    times = times_from(nothing(), 1, 1, Pace())

    assert float(times.yes_by(times.minutes_for(share, 0), ONE, ONE)[0]) == pytest.approx(share)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(5, 300))
def test_curves_rise_from_nothing_to_all(seed: int, called_off: float) -> None:
    times = times_from(answered(seed, 60, called_off=called_off), 60, 1, Pace())

    for curve, end in ((times.yes[0], 1.0), (times.no[0], None)):
        assert curve[0] == 0
        assert (np.diff(curve) >= 0).all()
        assert curve[-1] <= 1 + 1e-9
        assert end is None or curve[-1] == pytest.approx(end)


@pytest.mark.parametrize(
    "facts",
    [{"median_minutes": 0}, {"spread": 0}, {"weight": 0}, {"noes_told": 1}, {"yes_share": 0}, {"same": 1}],
)
def test_a_pace_that_cannot_be_is_refused(facts: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="takes some time"):
        Pace(**facts)
