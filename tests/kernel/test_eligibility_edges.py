"""Each bar at its own edge: the last minute, day or year that is allowed, and the first that is not; and nothing else said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.kernel.eligibility import (
    Bar,
    Candidate,
    Rules,
    Task,
    bars,
    days_running_with,
    full_years,
    gap_minutes,
    standing,
    touches_night,
)
from muster.kernel.spans import ALWAYS, DAY, Span, minute_of, period_bit

RULES = Rules()
MONDAY = minute_of(datetime(2022, 4, 11))  # noqa: DTZ001 - wall-clock time is the subject here
NOON = MONDAY + 12 * 60
ADULT = Candidate(born_on=date(1990, 1, 1), emergency_willing=True)
MINOR = Candidate(born_on=date(2006, 4, 11), guardian_consent=True)


def span(start: int, minutes: int) -> Span:
    """So many minutes from a minute of that Monday on."""
    return Span(MONDAY + start, MONDAY + start + minutes)


def busy(*spans: Span) -> Candidate:
    return replace(ADULT, busy=spans)


SHIFT = span(12 * 60, 60)
LOOSE = Rules(shifts_a_day=9)
# name -> bar, who and what is just allowed, who and what is just not, and the rules.
EDGES: dict[str, tuple[Bar, tuple[Candidate, Task], tuple[Candidate, Task], Rules]] = {
    "fourteenth birthday": (
        Bar.TOO_YOUNG,
        (replace(MINOR, born_on=date(2008, 4, 11)), Task(SHIFT)),
        (replace(MINOR, born_on=date(2008, 4, 12)), Task(SHIFT)),
        RULES,
    ),
    "eighteenth birthday, without a guardian": (
        Bar.GUARDIAN_CONSENT_MISSING,
        (Candidate(born_on=date(2004, 4, 11)), Task(SHIFT)),
        (Candidate(born_on=date(2004, 4, 12)), Task(SHIFT)),
        RULES,
    ),
    "eighteenth birthday, in an emergency": (
        Bar.MINOR_IN_EMERGENCY,
        (
            Candidate(born_on=date(2004, 4, 11), guardian_consent=True, emergency_willing=True),
            Task(SHIFT, emergency=True),
        ),
        (
            Candidate(born_on=date(2004, 4, 12), guardian_consent=True, emergency_willing=True),
            Task(SHIFT, emergency=True),
        ),
        RULES,
    ),
    "ten in the evening": (
        Bar.MINOR_AT_NIGHT,
        (MINOR, Task(span(20 * 60, 120))),
        (MINOR, Task(span(20 * 60, 121))),
        RULES,
    ),
    "six in the morning": (
        Bar.MINOR_AT_NIGHT,
        (MINOR, Task(span(6 * 60, 60))),
        (MINOR, Task(span(6 * 60 - 1, 61))),
        RULES,
    ),
    "sixty-first birthday": (
        Bar.ABOVE_EMERGENCY_AGE,
        (replace(ADULT, born_on=date(1961, 4, 12)), Task(SHIFT, emergency=True)),
        (replace(ADULT, born_on=date(1961, 4, 11)), Task(SHIFT, emergency=True)),
        RULES,
    ),
    "a yes for emergencies": (
        Bar.NOT_WILLING_IN_EMERGENCY,
        (replace(ADULT, emergency_willing=False), Task(SHIFT)),
        (replace(ADULT, emergency_willing=False), Task(SHIFT, emergency=True)),
        RULES,
    ),
    "the very skill": (
        Bar.SKILL_MISSING,
        (replace(ADULT, skills=frozenset({"nurse"})), Task(SHIFT, skill="nurse")),
        (replace(ADULT, skills=frozenset({"Nurse"})), Task(SHIFT, skill="nurse")),
        RULES,
    ),
    "the very demand": (
        Bar.HEALTH_LIMIT,
        (replace(ADULT, limits=frozenset({"lifting"})), Task(SHIFT, demands=frozenset({"standing"}))),
        (
            replace(ADULT, limits=frozenset({"lifting"})),
            Task(SHIFT, demands=frozenset({"standing", "lifting"})),
        ),
        RULES,
    ),
    "the end of the policy": (
        Bar.NOT_INSURED,
        (replace(ADULT, policies=(SHIFT,)), Task(SHIFT, risky=True)),
        (replace(ADULT, policies=(Span(SHIFT.start, SHIFT.end - 1),)), Task(SHIFT, risky=True)),
        RULES,
    ),
    "the beginning of the policy": (
        Bar.NOT_INSURED,
        (replace(ADULT, policies=(SHIFT,)), Task(SHIFT, risky=True)),
        (replace(ADULT, policies=(Span(SHIFT.start + 1, SHIFT.end),)), Task(SHIFT, risky=True)),
        RULES,
    ),
    "a minute between two policies": (
        Bar.NOT_INSURED,
        (
            replace(ADULT, policies=(span(0, 12 * 60 + 30), span(12 * 60 + 30, 60))),
            Task(SHIFT, risky=True),
        ),
        (
            replace(ADULT, policies=(span(0, 12 * 60 + 30), span(12 * 60 + 31, 60))),
            Task(SHIFT, risky=True),
        ),
        RULES,
    ),
    "a minute shared with another shift": (
        Bar.DOUBLE_BOOKED,
        (busy(span(13 * 60, 60)), Task(SHIFT)),
        (busy(span(13 * 60 - 1, 60)), Task(SHIFT)),
        Rules(shifts_a_day=9, rest_minutes=0),
    ),
    "a second shift, the day from midnight on": (
        Bar.SECOND_SHIFT_THAT_DAY,
        (busy(span(-1, 60)), Task(SHIFT)),
        (busy(span(0, 60)), Task(SHIFT)),
        Rules(rest_minutes=600),
    ),
    "ten hours of rest before": (
        Bar.REST_TOO_SHORT,
        (busy(span(60, 60)), Task(SHIFT)),
        (busy(span(61, 60)), Task(SHIFT)),
        LOOSE,
    ),
    "ten hours of rest after": (
        Bar.REST_TOO_SHORT,
        (busy(span(23 * 60, 60)), Task(SHIFT)),
        (busy(span(23 * 60 - 1, 60)), Task(SHIFT)),
        LOOSE,
    ),
    "the sixth day running": (
        Bar.TOO_MANY_DAYS_RUNNING,
        (busy(*(span(-day * DAY, 60) for day in range(1, 5))), Task(SHIFT)),
        (busy(*(span(-day * DAY, 60) for day in range(1, 6))), Task(SHIFT)),
        RULES,
    ),
    "six hours": (
        Bar.SHIFT_TOO_LONG,
        (ADULT, Task(span(8 * 60, 360))),
        (ADULT, Task(span(8 * 60, 361))),
        RULES,
    ),
    "four hours in full protection": (
        Bar.SHIFT_TOO_LONG_PROTECTED,
        (ADULT, Task(span(8 * 60, 240), full_protection=True)),
        (ADULT, Task(span(8 * 60, 241), full_protection=True)),
        RULES,
    ),
    "the end of the morning that was offered": (
        Bar.NOT_AVAILABLE,
        (replace(ADULT, week=period_bit(0, 1)), Task(span(10 * 60, 120))),
        (replace(ADULT, week=period_bit(0, 1)), Task(span(10 * 60, 121))),
        RULES,
    ),
}


@pytest.mark.parametrize("edge", EDGES)
def test_a_bar_begins_exactly_at_its_edge_and_stands_alone(edge: str) -> None:
    bar, (may, on), (may_not, off), rules = EDGES[edge]

    assert bars(may, on, rules) == ()
    assert bars(may_not, off, rules) == (bar,)


def test_every_bar_has_an_edge_above() -> None:
    assert {bar for bar, *_ in EDGES.values()} == set(Bar)


@pytest.mark.parametrize("bar", list(Bar))
def test_a_dispatcher_sets_aside_what_may_be_set_aside_and_nothing_more(bar: Bar) -> None:
    lifted = standing((bar,), RULES, frozenset(Bar))

    assert lifted == (() if bar in RULES.overridable else (bar,))
    assert standing((bar,), RULES, frozenset()) == (bar,)
    assert standing((bar,), Rules(overridable=frozenset(Bar)), frozenset(Bar) - {bar}) == (bar,)


@pytest.mark.parametrize(
    ("field", "value", "bar"),
    [
        ("minimum_age", 16, Bar.TOO_YOUNG),
        ("adult_age", 21, Bar.GUARDIAN_CONSENT_MISSING),
        ("emergency_maximum_age", 17, Bar.ABOVE_EMERGENCY_AGE),
        ("shift_minutes", 59, Bar.SHIFT_TOO_LONG),
        ("protected_shift_minutes", 59, Bar.SHIFT_TOO_LONG_PROTECTED),
        ("shifts_a_day", 0, Bar.SECOND_SHIFT_THAT_DAY),
        ("days_running", 0, Bar.TOO_MANY_DAYS_RUNNING),
    ],
)
def test_every_number_of_the_rules_can_be_another(field: str, value: int, bar: Bar) -> None:
    someone = Candidate(born_on=date(2004, 4, 11), emergency_willing=True)
    if bar == Bar.TOO_YOUNG:
        someone = Candidate(born_on=date(2006, 4, 12), guardian_consent=True)
    task = Task(SHIFT, emergency=bar == Bar.ABOVE_EMERGENCY_AGE, full_protection=True)

    assert bars(someone, task, RULES) == ()
    assert bars(someone, task, replace(RULES, **{field: value})) == (bar,)


days = st.integers(-9, 9)
minutes = st.integers(-2 * DAY, 2 * DAY)
some_spans = st.builds(span, minutes, st.integers(1, DAY))


@given(some_spans, st.integers(0, DAY - 1), st.integers(0, DAY - 1))
def test_the_night_is_met_exactly_if_one_minute_lies_in_it(during: Span, start: int, end: int) -> None:
    def in_the_night(minute: int) -> bool:
        clock = minute % DAY
        return start <= clock < end if start <= end else clock >= start or clock < end

    rules = Rules(night_start=start, night_end=end)

    assert touches_night(during, rules) == any(map(in_the_night, range(during.start, during.end)))


@given(some_spans, some_spans)
def test_the_gap_is_the_same_from_both_sides_and_negative_exactly_if_they_overlap(
    one: Span, other: Span
) -> None:
    gap = gap_minutes(one, other)

    assert gap == gap_minutes(other, one)
    assert (gap < 0) == one.overlaps(other)
    if gap >= 0:
        between = min(one.end, other.end)
        assert max(one.start, other.start) - between == gap


@given(st.integers(-5, 5), st.sets(days, max_size=9))
def test_days_running_are_the_days_around_without_a_hole(day: int, worked: set[int]) -> None:
    run = days_running_with(day + MONDAY // DAY, [span(one * DAY, 60) for one in worked])

    held = worked | {day}
    runs = [
        (low, high)
        for low in range(-10, 11)
        for high in range(low, 11)
        if low <= day <= high and all(one in held for one in range(low, high + 1))
    ]
    assert run == max(high - low + 1 for low, high in runs)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 120))
def test_a_year_older_on_the_birthday_and_not_the_day_before(born_on: date, years: int) -> None:
    leap_child = (born_on.month, born_on.day) == (2, 29)
    year = born_on.year + years
    birthday = date(year, 3, 1) if leap_child and not _is_leap(year) else born_on.replace(year=year)

    assert full_years(born_on, birthday) == years
    assert full_years(born_on, date.fromordinal(birthday.toordinal() - 1)) == years - 1


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


candidates = st.builds(
    Candidate,
    born_on=st.dates(date(1950, 1, 1), date(2012, 1, 1)),
    guardian_consent=st.booleans(),
    emergency_willing=st.booleans(),
    week=st.integers(0, ALWAYS),
    skills=st.frozensets(st.sampled_from(["nurse", "driver"])),
    limits=st.frozensets(st.sampled_from(["standing", "lifting"])),
    busy=st.lists(some_spans, max_size=3).map(tuple),
    policies=st.lists(some_spans, max_size=2).map(tuple),
    age_exception=st.booleans(),
)
tasks = st.builds(
    Task,
    during=some_spans,
    emergency=st.booleans(),
    risky=st.booleans(),
    full_protection=st.booleans(),
    skill=st.sampled_from(["", "nurse"]),
    demands=st.frozensets(st.sampled_from(["standing", "lifting"])),
)


@given(candidates, tasks)
def test_bars_come_once_each_in_the_order_of_the_list(somebody: Candidate, task: Task) -> None:
    found = bars(somebody, task, RULES)

    assert found == tuple(bar for bar in Bar if bar in found)
    assert bars(somebody, task, RULES) == found


@given(candidates, tasks)
def test_what_is_given_on_top_never_bars(somebody: Candidate, task: Task) -> None:
    """More skills, consent, insurance, time and willingness; fewer limits and promises."""
    better = replace(
        somebody,
        guardian_consent=True,
        emergency_willing=True,
        week=ALWAYS,
        skills=somebody.skills | {"nurse"},
        limits=frozenset(),
        busy=(),
        policies=(*somebody.policies, task.during),
        age_exception=True,
    )

    assert set(bars(better, task, RULES)) <= set(bars(somebody, task, RULES))


@given(candidates, tasks)
def test_an_easier_task_never_bars_who_may_do_the_harder_one(somebody: Candidate, task: Task) -> None:
    easier = replace(task, emergency=False, risky=False, full_protection=False, skill="", demands=frozenset())

    assert set(bars(somebody, easier, RULES)) <= set(bars(somebody, task, RULES))
