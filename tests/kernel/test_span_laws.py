"""Laws of spans, each against the plain set of their minutes."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.kernel.spans import (
    ALWAYS,
    DAY,
    PERIOD,
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

spans = st.builds(lambda start, length: Span(start, start + length), st.integers(0, 200), st.integers(1, 60))
long_spans = st.builds(
    lambda start, length: Span(start, start + length), st.integers(0, 3 * WEEK), st.integers(1, 9 * DAY)
)


def minutes(*many: Span) -> set[int]:
    return {minute for span in many for minute in range(span.start, span.end)}


@given(spans, spans)
def test_two_spans_overlap_exactly_if_they_share_a_minute(one: Span, other: Span) -> None:
    assert one.overlaps(other) == bool(minutes(one) & minutes(other))
    assert one.overlaps(other) == other.overlaps(one)
    assert one.overlaps(one)


@given(st.lists(spans, max_size=8), st.randoms(use_true_random=False))
def test_merging_does_not_ask_for_the_order_and_twice_is_once(
    many: list[Span], chance: random.Random
) -> None:
    whole = merged(many)

    assert merged(chance.sample(many, len(many))) == whole
    assert merged(whole) == whole
    assert merged([*many, *many]) == whole
    assert minutes(*whole) == minutes(*many)


@given(st.lists(spans, max_size=5), st.lists(spans, max_size=5))
def test_merging_in_two_steps_is_merging_in_one(some: list[Span], more: list[Span]) -> None:
    assert merged([*merged(some), *more]) == merged([*some, *more])


@given(st.lists(spans, max_size=6))
def test_no_fewer_spans_hold_the_same_minutes(many: list[Span]) -> None:
    held = minutes(*many)

    assert len(merged(many)) == sum(minute - 1 not in held for minute in held)


@given(st.lists(spans, max_size=6), spans)
def test_a_span_is_covered_exactly_if_each_of_its_minutes_is(many: list[Span], wanted: Span) -> None:
    assert covers(many, wanted) == (minutes(wanted) <= minutes(*many))


@given(st.lists(spans, max_size=6), spans)
def test_one_more_policy_never_uncovers(many: list[Span], more: Span) -> None:
    for wanted in many:
        assert covers(many, wanted)
        assert covers([*many, more], wanted)


@given(long_spans)
def test_quarters_of_a_span_are_those_of_its_minutes(span: Span) -> None:
    touched = {minute // PERIOD % 28 for minute in range(span.start, span.end)}

    assert periods_touched(span) == sum(1 << quarter for quarter in touched)


@given(long_spans, st.integers(1, 9 * DAY - 1))
def test_a_span_cut_in_two_touches_the_same_quarters(span: Span, at: int) -> None:
    if at >= span.minutes:
        return
    first, second = Span(span.start, span.start + at), Span(span.start + at, span.end)

    assert periods_touched(first) | periods_touched(second) == periods_touched(span)


@given(long_spans)
def test_a_week_later_it_touches_the_same_quarters(span: Span) -> None:
    later = Span(span.start + WEEK, span.end + WEEK)

    assert periods_touched(later) == periods_touched(span)
    assert later.day == span.day + 7


@given(long_spans, st.integers(0, ALWAYS), st.integers(0, ALWAYS))
def test_who_offers_more_is_free_at_least_as_often(span: Span, week: int, more: int) -> None:
    assert week_allows(ALWAYS, span)
    assert not week_allows(0, span)
    if week_allows(week, span):
        assert week_allows(week | more, span)
    assert week_allows(week & more, span) == (week_allows(week, span) and week_allows(more, span))


def test_twenty_eight_quarters_make_a_week_and_none_is_there_twice() -> None:
    bits = [period_bit(weekday, period) for weekday in range(7) for period in range(4)]

    assert len(set(bits)) == 28
    assert sum(bits) == ALWAYS


@given(st.dates(date(1, 1, 1), date(9998, 12, 31)), st.integers(0, DAY - 1))
def test_a_minute_of_a_day_leads_back_to_that_day(day: date, minute: int) -> None:
    moment = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - wall clock

    assert date_of(minute_of(moment)) == day
    assert Span(minute_of(moment), minute_of(moment) + 1).day == day.toordinal() - 1


@given(spans, spans)
def test_spans_stand_in_the_order_of_their_beginning(one: Span, other: Span) -> None:
    assert (one < other) == ((one.start, one.end) < (other.start, other.end))
    assert len({one, Span(one.start, one.end)}) == 1


@pytest.mark.parametrize("field", ["start", "end"])
def test_a_span_does_not_change(field: str) -> None:
    with pytest.raises(AttributeError):
        setattr(Span(1, 2), field, 0)
