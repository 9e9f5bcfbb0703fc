"""Times as people say them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from muster.toolkit import clock

# 2022-04-16 02:13 in Shanghai, a Saturday.
NOW = datetime(2022, 4, 15, 18, 13, tzinfo=UTC)


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    """That hour of a day of April 2022 in Shanghai."""
    return datetime(2022, 4, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_the_clock_shows_24_hours_of_shanghai():
    assert clock.face(NOW) == "02:13"
    assert clock.face(shanghai(16, 18, 5)) == "18:05"
    assert clock.local(NOW).hour == 2


@pytest.mark.parametrize(
    "at, expected",
    [
        (shanghai(16, 0), "today"),
        (shanghai(16, 23, 59), "today"),
        (shanghai(17, 0), "tomorrow"),
        (shanghai(15, 23, 59), "yesterday"),
        (shanghai(18, 6), "April 18"),
        (datetime(2023, 4, 16, tzinfo=UTC), "April 16, 2023"),
    ],
)
def test_the_day_is_named_when_it_is_near(at, expected):
    assert clock.day(at, NOW) == expected


@pytest.mark.parametrize(
    "hour, expected",
    [
        (3, "today before dawn"),
        (6, "this morning"),
        (10, "today morning"),
        (13, "today midday"),
        (15, "today afternoon"),
        (20, "tonight"),
    ],
)
def test_a_call_says_the_part_of_the_day(hour, expected):
    assert clock.day_words(shanghai(16, hour), NOW) == expected


def test_tomorrow_has_short_words_and_other_days_have_dates():
    assert clock.day_words(shanghai(17, 6), NOW) == "tomorrow morning"
    assert clock.day_words(shanghai(17, 20), NOW) == "tomorrow night"
    assert clock.day_words(shanghai(17, 15), NOW) == "tomorrow afternoon"
    assert clock.day_words(shanghai(18, 6), NOW) == "April 18 early morning"


def test_a_shift_across_midnight_says_so():
    assert clock.span(shanghai(16, 6), shanghai(16, 12)) == "06:00–12:00"
    assert clock.span(shanghai(16, 22), shanghai(17, 6)) == "22:00–next day 06:00"
    assert clock.span(shanghai(16, 22), shanghai(18, 6)) == "April 16 Sat 22:00–April 18 Mon 06:00"


def test_a_date_has_its_weekday():
    assert [clock.date_words(shanghai(11 + day, 6))[-3:] for day in range(7)] == [
        "Mon",
        "Tue",
        "Wed",
        "Thu",
        "Fri",
        "Sat",
        "Sun",
    ]


def test_when_joins_the_day_and_the_clock():
    assert clock.when(shanghai(17, 6), NOW) == "tomorrow 06:00"


@pytest.mark.parametrize(
    "duration, expected",
    [
        (timedelta(minutes=18, seconds=59), "18 min"),
        (timedelta(hours=6), "6 h"),
        (timedelta(hours=6, minutes=30), "6 h 30 min"),
        (timedelta(hours=47, minutes=59), "47 h 59 min"),
        (timedelta(hours=48), "2 days"),
    ],
)
def test_a_length_has_the_units_that_matter(duration, expected):
    assert clock.length(duration) == expected


def test_relative_words_look_both_ways():
    assert clock.relative(NOW + timedelta(minutes=18), NOW) == "in 18 min"
    assert clock.relative(NOW - timedelta(hours=2), NOW) == "2 h ago"
    assert clock.relative(NOW + timedelta(seconds=59), NOW) == "now"
    assert clock.relative(NOW - timedelta(seconds=59), NOW) == "now"


@pytest.mark.parametrize("minutes, expected", [(0, "0"), (5190, "86.5"), (359, "5.9"), (360, "6"), (5, "0")])
def test_hours_never_promise_more_than_was_served(minutes, expected):
    assert clock.hours(minutes) == expected
