"""Each rule refuses for its own reason, at its own edge, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.kernel.eligibility import (
    OVERRIDABLE_BY_DEFAULT,
    Bar,
    Candidate,
    Rules,
    Task,
    bars,
    full_years,
    standing,
)
from muster.kernel.spans import DAY, Span, minute_of, period_bit

RULES = Rules()
MONDAY = minute_of(datetime(2022, 4, 11))  # noqa: DTZ001  # wall-clock time is the subject here
ADULT = Candidate(born_on=date(1990, 1, 1), emergency_willing=True)
MINOR = Candidate(born_on=date(2007, 4, 11), guardian_consent=True, emergency_willing=True)


def shift(hour: int, hours: float, day: int = 0) -> Span:
    start = MONDAY + day * DAY + hour * 60
    return Span(start, start + round(hours * 60))


MORNING = Task(shift(8, 4))


def test_willing_adult_may_go_anywhere() -> None:
    task = Task(shift(8, 4), emergency=True, full_protection=True)

    assert bars(ADULT, task, RULES) == ()


@pytest.mark.parametrize(
    ("born_on", "on", "age"),
    [
        (date(2008, 4, 11), date(2022, 4, 11), 14),
        (date(2008, 4, 12), date(2022, 4, 11), 13),
        (date(2004, 2, 29), date(2022, 2, 28), 17),
        (date(2004, 2, 29), date(2022, 3, 1), 18),
    ],
)
def test_age_counts_full_years(born_on: date, on: date, age: int) -> None:
    assert full_years(born_on, on) == age


def test_thirteen_is_too_young_whatever_the_guardian_says() -> None:
    child = replace(MINOR, born_on=date(2008, 4, 12))

    assert bars(child, MORNING, RULES) == (Bar.TOO_YOUNG,)


def test_age_is_that_of_the_day_of_the_shift() -> None:
    child = replace(MINOR, born_on=date(2008, 4, 12))

    assert bars(child, Task(shift(8, 4, day=1)), RULES) == ()


def test_minor_needs_consent_and_stays_out_of_emergencies_and_nights() -> None:
    assert bars(MINOR, MORNING, RULES) == ()
    assert bars(replace(MINOR, guardian_consent=False), MORNING, RULES) == (Bar.GUARDIAN_CONSENT_MISSING,)
    assert bars(MINOR, Task(shift(8, 4), emergency=True), RULES) == (Bar.MINOR_IN_EMERGENCY,)


@pytest.mark.parametrize(
    ("during", "barred"),
    [
        (shift(18, 4), False),
        (shift(18, 4.25), True),
        (shift(22, 6), True),
        (shift(2, 2), True),
        (shift(5, 3), True),
        (shift(6, 3), False),
    ],
)
def test_minor_works_no_night(during: Span, barred: bool) -> None:
    assert (Bar.MINOR_AT_NIGHT in bars(MINOR, Task(during), RULES)) is barred
    assert Bar.MINOR_AT_NIGHT not in bars(ADULT, Task(during), RULES)


def test_no_night_at_all_when_it_has_no_length() -> None:
    rules = Rules(night_start=0, night_end=0)

    assert bars(MINOR, Task(shift(23, 3)), rules) == ()


def test_night_within_one_day_is_understood() -> None:
    rules = Rules(night_start=60, night_end=5 * 60)

    assert bars(MINOR, Task(shift(22, 3)), rules) == ()
    assert bars(MINOR, Task(shift(22, 3.5)), rules) == (Bar.MINOR_AT_NIGHT,)


def test_sixty_goes_and_sixty_one_needs_a_recorded_exception() -> None:
    task = Task(shift(8, 4), emergency=True)
    sixty = replace(ADULT, born_on=date(1962, 4, 11))
    older = replace(ADULT, born_on=date(1961, 4, 11))

    assert bars(sixty, task, RULES) == ()
    assert bars(older, task, RULES) == (Bar.ABOVE_EMERGENCY_AGE,)
    assert bars(replace(older, age_exception=True), task, RULES) == ()
    assert bars(older, MORNING, RULES) == ()


def test_emergency_needs_a_yes() -> None:
    unwilling = replace(ADULT, emergency_willing=False)

    assert bars(unwilling, Task(shift(8, 4), emergency=True), RULES) == (Bar.NOT_WILLING_IN_EMERGENCY,)
    assert bars(unwilling, MORNING, RULES) == ()


def test_skill_must_be_held() -> None:
    task = Task(shift(8, 4), skill="nurse")

    assert bars(ADULT, task, RULES) == (Bar.SKILL_MISSING,)
    assert bars(replace(ADULT, skills=frozenset({"nurse", "driver"})), task, RULES) == ()


def test_health_limit_meets_only_the_same_demand() -> None:
    limited = replace(ADULT, limits=frozenset({"standing"}))

    assert bars(limited, Task(shift(8, 4), demands=frozenset({"standing", "cold"})), RULES) == (
        Bar.HEALTH_LIMIT,
    )
    assert bars(limited, Task(shift(8, 4), demands=frozenset({"lifting"})), RULES) == ()


def test_risky_post_needs_insurance_for_all_of_the_shift() -> None:
    task = Task(shift(20, 6), risky=True)
    until_midnight = replace(ADULT, policies=(Span(MONDAY, MONDAY + DAY),))
    renewed = replace(ADULT, policies=(Span(MONDAY + DAY, MONDAY + 9 * DAY), Span(MONDAY, MONDAY + DAY)))

    assert bars(ADULT, task, RULES) == (Bar.NOT_INSURED,)
    assert bars(until_midnight, task, RULES) == (Bar.NOT_INSURED,)
    assert bars(renewed, task, RULES) == ()


def test_overlap_is_double_booking_and_back_to_back_is_not() -> None:
    rules = Rules(rest_minutes=0, shifts_a_day=9)
    overlapping = replace(ADULT, busy=(shift(11, 4),))
    touching = replace(ADULT, busy=(shift(12, 4), shift(4, 4)))

    assert bars(overlapping, MORNING, rules) == (Bar.DOUBLE_BOOKED,)
    assert bars(touching, MORNING, rules) == ()


@pytest.mark.parametrize("hour", [21, 22, 23])
def test_rest_is_ten_hours_before_what_is_promised(hour: int) -> None:
    promised = replace(ADULT, busy=(shift(8, 4, day=1),))
    evening = Task(Span(MONDAY + (hour - 2) * 60, MONDAY + hour * 60))

    # The promised shift starts at 08:00 on the next day.
    assert (Bar.REST_TOO_SHORT in bars(promised, evening, RULES)) is (hour == 23)


def test_rest_is_counted_from_what_was_served_too() -> None:
    assert bars(replace(ADULT, busy=(shift(18, 4.5, day=-1),)), MORNING, RULES) == (Bar.REST_TOO_SHORT,)
    assert bars(replace(ADULT, busy=(shift(18, 4, day=-1),)), MORNING, RULES) == ()


def test_second_shift_on_a_day_is_one_too_many() -> None:
    busy = replace(ADULT, busy=(shift(18, 2),))

    assert bars(busy, Task(shift(0, 4)), RULES) == (Bar.SECOND_SHIFT_THAT_DAY,)
    assert bars(busy, Task(shift(0, 4)), Rules(shifts_a_day=2)) == ()


def test_night_shift_belongs_to_the_evening_it_begins() -> None:
    night = replace(ADULT, busy=(shift(20, 6, day=-1),))

    assert bars(night, Task(shift(12, 4)), RULES) == ()


@pytest.mark.parametrize(
    ("days", "barred"),
    [
        ((-4, -3, -2, -1), False),
        ((-5, -4, -3, -2, -1), True),
        ((-3, -2, -1, 1, 2), True),
        ((-5, -4, -3, -2, 1, 2), False),
    ],
)
def test_five_days_running_and_no_sixth(days: tuple[int, ...], barred: bool) -> None:
    busy = replace(ADULT, busy=tuple(shift(8, 4, day=day) for day in days))

    assert bars(busy, MORNING, RULES) == ((Bar.TOO_MANY_DAYS_RUNNING,) if barred else ())


def test_six_hours_and_four_in_full_protection() -> None:
    assert bars(ADULT, Task(shift(8, 6)), RULES) == ()
    assert bars(ADULT, Task(shift(8, 6.25)), RULES) == (Bar.SHIFT_TOO_LONG,)
    assert bars(ADULT, Task(shift(8, 4), full_protection=True), RULES) == ()
    assert bars(ADULT, Task(shift(8, 4.25), full_protection=True), RULES) == (Bar.SHIFT_TOO_LONG_PROTECTED,)


def test_week_that_was_not_offered_stands_against_it() -> None:
    mondays = replace(ADULT, week=period_bit(0, 1))

    assert bars(mondays, MORNING, RULES) == ()
    assert bars(mondays, Task(shift(8, 5)), RULES) == (Bar.NOT_AVAILABLE,)
    assert bars(mondays, Task(shift(8, 4, day=1)), RULES) == (Bar.NOT_AVAILABLE,)


def test_all_bars_are_told_at_once_in_a_fixed_order() -> None:
    child = Candidate(born_on=date(2010, 1, 1), week=0, limits=frozenset({"standing"}), busy=(shift(8, 4),))
    task = Task(shift(8, 7), True, True, True, "nurse", frozenset({"standing"}))

    found = bars(child, task, RULES)

    assert list(found) == sorted(found, key=list(Bar).index)
    assert set(Bar) - set(found) == {
        Bar.GUARDIAN_CONSENT_MISSING,
        Bar.MINOR_AT_NIGHT,
        Bar.ABOVE_EMERGENCY_AGE,
        Bar.REST_TOO_SHORT,
        Bar.TOO_MANY_DAYS_RUNNING,
    }


def test_override_lifts_only_what_may_be_lifted() -> None:
    found = (Bar.NOT_INSURED, Bar.REST_TOO_SHORT, Bar.NOT_AVAILABLE)

    assert standing(found, RULES) == found
    assert standing(found, RULES, frozenset(found)) == (Bar.NOT_INSURED,)
    assert standing(found, Rules(overridable=frozenset()), frozenset(found)) == found


def test_what_the_law_asks_can_never_be_set_aside() -> None:
    lawful = {
        Bar.TOO_YOUNG,
        Bar.GUARDIAN_CONSENT_MISSING,
        Bar.MINOR_IN_EMERGENCY,
        Bar.NOT_WILLING_IN_EMERGENCY,
        Bar.SKILL_MISSING,
        Bar.HEALTH_LIMIT,
        Bar.NOT_INSURED,
        Bar.DOUBLE_BOOKED,
    }

    assert not lawful & OVERRIDABLE_BY_DEFAULT


@given(
    st.integers(0, 23),
    st.integers(1, 12),
    st.lists(st.tuples(st.integers(-72, 72), st.integers(1, 10)), max_size=4),
)
def test_more_busy_spans_never_make_anybody_more_eligible(
    hour: int, hours: int, busy: list[tuple[int, int]]
) -> None:
    spans = tuple(Span(MONDAY + start * 60, MONDAY + (start + length) * 60) for start, length in busy)
    task = Task(shift(hour, hours))

    free = set(bars(ADULT, task, RULES)) - {Bar.REST_TOO_SHORT}

    assert free <= set(bars(replace(ADULT, busy=spans), task, RULES))
