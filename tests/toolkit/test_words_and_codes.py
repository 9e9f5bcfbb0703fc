"""Codes that are read aloud, times that are said, and headers that anybody may send: for any value."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.toolkit import clock, codes, marks, server_clock
from muster.toolkit.actor import SYSTEM, Actor, Grant

SHANGHAI = ZoneInfo("Asia/Shanghai")
# From 1992 on: in the summers before, the clocks of China were put forward.
moments = st.integers(694_224_000, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
several = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# Codes


def test_no_letter_of_a_code_is_mistaken_for_another() -> None:
    assert set("0O1ILU").isdisjoint(codes.ALPHABET)
    assert len(set(codes.ALPHABET)) == len(codes.ALPHABET) == 30


def test_codes_are_of_one_length_and_do_not_repeat() -> None:
    made = [codes.new_code() for _ in range(2000)]

    assert len(set(made)) == 2000
    assert all(len(code) == codes.LENGTH and set(code) <= set(codes.ALPHABET) for code in made)


@given(code=st.text(codes.ALPHABET, min_size=8, max_size=8))
def test_a_code_as_people_read_it_is_the_code_with_a_dash(code: str) -> None:
    assert re.fullmatch(r"\w{4}-\w{4}", codes.spaced(code))
    assert codes.spaced(code).replace("-", "") == code


# Times


@several
@given(moment=moments)
def test_the_clock_of_the_screens_is_eight_hours_ahead_all_year(moment: datetime) -> None:
    assert clock.face(moment) == f"{moment + timedelta(hours=8):%H:%M}"


@several
@given(moment=moments, language=st.sampled_from(["zh-hans", "en"]), distance=st.integers(-400, 400))
def test_a_day_is_near_by_the_calendar_of_the_place_not_by_hours(
    moment: datetime, language: str, distance: int
) -> None:
    now = moment + timedelta(hours=distance)
    apart = (clock.local(moment).date() - clock.local(now).date()).days
    near = {0: ("今天", "today"), 1: ("明天", "tomorrow"), -1: ("昨天", "yesterday")}.get(apart)

    with translation.override(language):
        said = clock.day(moment, now)

    if near:
        assert said == near[language == "en"]
    else:
        assert re.search(r"\d", said)


@pytest.mark.parametrize(
    ("moment", "now", "said"),
    [
        ("2026-01-01T00:00", "2025-12-31T23:59", "明天 00:00"),
        ("2025-12-31T23:59", "2026-01-01T00:00", "昨天 23:59"),
        ("2026-02-28T23:00", "2026-03-01T01:00", "昨天 23:00"),
        ("2028-02-29T06:00", "2028-02-28T06:00", "明天 06:00"),
        ("2026-01-02T06:00", "2025-12-31T06:00", "2026年1月2日 06:00"),
        ("2026-03-03T06:00", "2026-03-01T06:00", "3月3日 06:00"),
    ],
)
def test_midnight_month_and_year_do_not_confuse_the_near_day(moment: str, now: str, said: str) -> None:
    with translation.override("zh-hans"):
        assert clock.when(at(moment), at(now)) == said


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-03-01T08:00", "2026-03-01T08:00", "08:00–08:00"),
        ("2026-03-01T00:00", "2026-03-01T23:59", "00:00–23:59"),
        ("2026-03-01T23:59", "2026-03-02T00:00", "23:59–次日 00:00"),
        ("2025-12-31T22:00", "2026-01-01T06:00", "22:00–次日 06:00"),
        ("2026-02-28T22:00", "2026-03-01T06:00", "22:00–次日 06:00"),
    ],
)
def test_a_span_says_only_what_is_not_clear_already(start: str, end: str, said: str) -> None:
    with translation.override("zh-hans"):
        assert clock.span(at(start), at(end)) == said


def test_a_span_of_days_names_both() -> None:
    with translation.override("zh-hans"):
        said = clock.span(at("2026-03-01T08:00"), at("2026-03-03T18:00"))

    assert said == "3月1日 周日 08:00–3月3日 周二 18:00"


@several
@given(minutes=st.integers(0, 100_000))
def test_hours_are_rounded_down_to_a_tenth(minutes: int) -> None:
    said = float(clock.hours(minutes))

    assert said <= minutes / 60 + 1e-9
    assert minutes / 60 - said < 0.1


@several
@given(seconds=st.integers(61, 10_000_000))
def test_what_lies_ahead_and_what_lies_behind_are_said_with_one_length(seconds: int) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    length = clock.length(timedelta(seconds=seconds))

    with translation.override("en"):
        length = clock.length(timedelta(seconds=seconds))
        assert clock.relative(now + timedelta(seconds=seconds), now) == f"in {length}"
        assert clock.relative(now - timedelta(seconds=seconds), now) == f"{length} ago"


# The clock of a drill


@several
@given(moment=moments)
def test_a_signed_time_is_read_to_the_second(moment: datetime) -> None:
    assert server_clock.read(server_clock.sign(moment)) == moment.replace(microsecond=0)


@several
@given(header=st.text(st.characters(max_codepoint=255), max_size=40))
def test_whatever_a_header_holds_it_is_ours_or_forged(header: str) -> None:
    with pytest.raises(server_clock.Forged):
        server_clock.read(header)


@pytest.mark.parametrize("header", ["1772330400.é", "²²².x", "1772330400", ".", "", "-5.x", "1e9.x"])
def test_a_forged_header_is_a_bad_request_and_never_a_fault(settings: LazySettings, header: str) -> None:
    settings.DRILL_CLOCK = True
    request = RequestFactory().get("/", headers={server_clock.HEADER: header})

    answer = server_clock.DrillClock(lambda _: HttpResponse("in"))(request)

    assert answer.status_code == 400


def test_a_signature_of_one_time_does_not_carry_another() -> None:
    stamp, _, signature = server_clock.sign(datetime(2026, 3, 1, tzinfo=UTC)).partition(".")

    with pytest.raises(server_clock.Forged):
        server_clock.read(f"{int(stamp) + 1}.{signature}")


# Who may


@given(
    low=st.integers(510_000_000_000, 519_999_999_990),
    width=st.integers(1, 1000),
    step=st.integers(-5, 1005),
)
def test_a_role_covers_its_range_and_not_one_code_more(low: int, width: int, step: int) -> None:
    actor = Actor(label="x", account_id=1, grants=(Grant("worker", low, low + width),))

    assert actor.has("worker", division_code=low + step) is (0 <= step < width)
    assert actor.has("guard", division_code=low + step) is False


def test_ranges_come_in_order_once_and_without_the_empty_ones() -> None:
    grants = (Grant("w", 5, 6), Grant("w", 1, 2), Grant("w", 5, 6), Grant("w", 9, 9), Grant("x", 7, 8))

    assert Actor(label="x", grants=grants).ranges("w") == ((1, 2), (5, 6))
    assert Actor(label="x", grants=grants).ranges("w", "x") == ((1, 2), (5, 6), (7, 8))
    assert SYSTEM.ranges("w") == ()


def test_a_role_in_a_unit_is_none_in_a_place() -> None:
    liaison = Actor(label="x", account_id=1, grants=(Grant("unit_liaison", organization_id=3),))

    assert liaison.has("unit_liaison", organization_id=3) is True
    assert liaison.has("unit_liaison", organization_id=4) is False
    assert liaison.has("unit_liaison", division_code=510_107_001_001) is False


# Marks


counts = st.integers(0, 500)


@given(part=st.floats(-10, 1000), whole=st.floats(-10, 1000))
def test_a_share_is_between_nothing_and_all(part: float, whole: float) -> None:
    said = marks.percent(part, whole)

    assert said.endswith("%")
    assert 0 <= float(said[:-1]) <= 100


@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), target=st.none() | st.floats(-1e6, 1e6)
)
def test_a_trend_has_a_point_for_each_value_and_ends_at_the_last(
    values: list[float], target: float | None
) -> None:
    line, height, last = marks.trend(values, target)
    points = line.split(" ")

    assert len(points) == len(values)
    assert last is not None
    assert ",".join(last) == points[-1]
    assert (height == "") is (target is None)
    assert all(2 <= float(point.split(",")[1]) <= 26 for point in points)
