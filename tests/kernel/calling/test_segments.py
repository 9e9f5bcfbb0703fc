"""Askings as levels: where a level ends, who was never asked, and what has no number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.kernel.calling import DRILL, NEVER, REAL, UNKNOWN, WILLING, Bounds, Factor
from muster.kernel.calling.segments import Ints

BOUNDS = Bounds(force_classes=3)


def level(factor: Factor, **facts: float) -> int:
    """The level of one person in one factor; what is not named is ordinary."""
    row = BOUNDS.rows(
        force=np.array([int(facts.get("force", 0))]),
        hour=facts.get("hour", 9),
        notice_minutes=facts.get("notice_minutes", 100),
        distance_km=np.array([facts.get("distance_km", 1.0)]),
        asked_days=np.array([facts.get("asked_days", NEVER)]),
    )
    return int(row[0, factor])


@pytest.mark.parametrize(
    ("hour", "expected"),
    [(6, 0), (11.99, 0), (12, 1), (18, 2), (21.9, 2), (22, 3), (0, 3), (5.99, 3), (23.9, 3)],
)
def test_the_night_is_one_part_of_the_day(hour: float, expected: int) -> None:
    assert level(Factor.HOUR, hour=hour) == expected


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, 0), (59, 0), (60, 1), (359, 1), (360, 2), (1_440, 3), (9_999, 3)]
)
def test_a_bound_belongs_to_the_longer_notice(minutes: float, expected: int) -> None:
    assert level(Factor.NOTICE, notice_minutes=minutes) == expected


@pytest.mark.parametrize(("km", "expected"), [(0, 0), (0.5, 1), (1.49, 1), (1.5, 2), (3, 3), (80, 3)])
def test_distance_bands(km: float, expected: int) -> None:
    assert level(Factor.DISTANCE, distance_km=km) == expected


@pytest.mark.parametrize(
    ("days", "expected"), [(0, 0), (1.9, 0), (2, 1), (7, 2), (30, 3), (400, 3), (NEVER, 4)]
)
def test_never_asked_is_a_level_of_its_own(days: float, expected: int) -> None:
    assert level(Factor.ASKED, asked_days=days) == expected


@pytest.mark.parametrize(("force", "hour", "expected"), [(0, 7, 0), (0, 23, 3), (1, 7, 4), (2, 13, 9)])
def test_each_class_has_its_own_hours(force: int, hour: int, expected: int) -> None:
    assert level(Factor.FORCE_BY_HOUR, force=force, hour=hour) == expected


def rows_of(force: Ints) -> Ints:
    nobody = np.zeros(len(force))
    return BOUNDS.rows(force=force, hour=9, notice_minutes=60, distance_km=nobody, asked_days=nobody)


def test_what_nobody_told_is_unknown_and_a_call_is_real() -> None:
    row = rows_of(np.array([1]))[0]

    assert (row[Factor.DECLARED], row[Factor.OCCASION]) == (UNKNOWN, REAL)


def test_occasion_and_declaration_are_of_each_person() -> None:
    nobody = np.zeros(2)

    rows = BOUNDS.rows(
        force=np.array([0, 2]),
        hour=9,
        notice_minutes=np.array([10.0, 500.0]),
        distance_km=nobody,
        asked_days=nobody,
        declared=np.array([WILLING, UNKNOWN]),
        occasion=np.array([DRILL, REAL]),
    )

    assert rows[:, [Factor.DECLARED, Factor.OCCASION, Factor.NOTICE]].tolist() == [
        [WILLING, DRILL, 0],
        [UNKNOWN, REAL, 2],
    ]


@pytest.mark.parametrize("force", [-1, 3])
def test_a_class_without_a_number_is_refused(force: int) -> None:
    with pytest.raises(ValueError, match="without a number"):
        rows_of(np.array([0, force]))


@given(
    st.lists(st.integers(0, 2), min_size=1, max_size=5),
    st.floats(0, 24),
    st.floats(0, 5_000),
    st.floats(0, 100),
    st.floats(-1, 1_000),
)
def test_every_level_is_one_of_the_factor(
    force: list[int], hour: float, notice: float, km: float, days: float
) -> None:
    rows = BOUNDS.rows(
        force=np.array(force),
        hour=hour,
        notice_minutes=notice,
        distance_km=np.full(len(force), km),
        asked_days=np.full(len(force), days),
    )

    assert rows.shape == (len(force), len(Factor))
    assert (rows >= 0).all()
    assert (rows < np.array(BOUNDS.levels)).all()
