"""Minutes, and the week that volunteers offer, across midnight and across Sunday."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.kernel.spans import (
    ALWAYS,
    DAY,
    WEEK,
    Span,
    covers,
    date_of,
    merged,
    minute_of,
    period_bit,
    periods_touched,
    week_allows,
)

MONDAY = minute_of(datetime(2022, 4, 11))  # noqa: DTZ001  # wall-clock time is the subject here
moments = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001  # as above
spans = st.builds(
    lambda start, length: Span(start, start + length), st.integers(0, 4 * WEEK), st.integers(1, 2 * WEEK)
)


def at(weekday: int, hour: int, minutes: int) -> Span:
    start = MONDAY + weekday * DAY + hour * 60
    return Span(start, start + minutes)


@given(moments)
def test_local_minute_keeps_weekday_date_and_hour(moment: datetime) -> None:
    minute = minute_of(moment)

    assert date_of(minute) == moment.date()
    assert minute // DAY % 7 == moment.weekday()
    assert minute % DAY == moment.hour * 60 + moment.minute


@given(moments, st.integers(0, 10**6))
def test_local_minutes_count_minutes(moment: datetime, minutes: int) -> None:
    assert minute_of(moment + timedelta(minutes=minutes)) == minute_of(moment) + minutes


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5)])
def test_empty_or_backward_span_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not after its start"):
        Span(start, end)


def test_back_to_back_spans_do_not_overlap() -> None:
    assert not Span(0, 60).overlaps(Span(60, 120))
    assert Span(0, 61).overlaps(Span(60, 120))
    assert Span(0, 500).overlaps(Span(60, 120))


@given(st.lists(spans, max_size=6))
def test_merged_holds_the_same_minutes_without_touching(many: list[Span]) -> None:
    whole = merged(many)

    assert {m for s in whole for m in range(s.start, s.end, 7)} <= {
        m for s in many for m in range(s.start, s.end)
    }
    assert sum(s.minutes for s in whole) == len({m for s in many for m in range(s.start, s.end)})
    assert all(one.end < other.start for one, other in pairwise(whole))


def test_two_policies_that_meet_cover_a_shift_and_two_with_a_gap_do_not() -> None:
    shift = Span(90, 200)

    assert covers([Span(0, 100), Span(100, 300)], shift)
    assert not covers([Span(0, 100), Span(101, 300)], shift)
    assert not covers([], shift)


@pytest.mark.parametrize(
    ("span", "bits"),
    [
        (at(0, 0, 360), [(0, 0)]),
        (at(0, 6, 360), [(0, 1)]),
        (at(2, 11, 61), [(2, 1), (2, 2)]),
        (at(4, 22, 8 * 60), [(4, 3), (5, 0)]),
        (at(6, 22, 8 * 60), [(6, 3), (0, 0)]),
        (at(6, 22, 8 * 60 + 1), [(6, 3), (0, 0), (0, 1)]),
    ],
)
def test_span_touches_the_quarters_it_runs_through(span: Span, bits: list[tuple[int, int]]) -> None:
    assert periods_touched(span) == sum(period_bit(*bit) for bit in bits)


def test_a_week_or_longer_touches_everything() -> None:
    assert periods_touched(Span(5, 5 + WEEK)) == ALWAYS


@pytest.mark.parametrize(("weekday", "period"), [(7, 0), (-1, 0), (0, 4), (0, -1)])
def test_no_such_quarter_is_refused(weekday: int, period: int) -> None:
    with pytest.raises(ValueError, match="no period"):
        period_bit(weekday, period)


def test_every_touched_quarter_must_be_offered() -> None:
    night = at(6, 22, 8 * 60)

    assert week_allows(period_bit(6, 3) | period_bit(0, 0), night)
    assert not week_allows(period_bit(6, 3), night)
    assert not week_allows(0, night)


@given(spans, st.integers(0, ALWAYS))
def test_week_allows_exactly_when_each_minute_lies_in_an_offered_quarter(span: Span, week: int) -> None:
    quarters = {minute // 360 % 28 for minute in range(span.start, span.end, 1)}

    assert week_allows(week, span) == all(week >> quarter & 1 for quarter in quarters)


def test_the_first_day_is_a_monday() -> None:
    assert (date_of(0), date_of(0).weekday()) == (date(1, 1, 1), 0)
