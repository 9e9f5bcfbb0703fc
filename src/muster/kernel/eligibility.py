"""May this person be sent to this post: one tuple of reason codes, empty when nothing stands against it.

Pure rules on plain values. Numbers come in as `Rules`, never from here; what is left to the caller is to say in words
what a code means and to record an override. Times are local minutes (`kernel.spans`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from muster.kernel.spans import ALWAYS, DAY, Span, covers, date_of, week_allows


class Bar(StrEnum):
    """Stable codes of what stands between a person and a post, in the order in which they are reported."""

    TOO_YOUNG = "too_young"
    GUARDIAN_CONSENT_MISSING = "guardian_consent_missing"
    MINOR_IN_EMERGENCY = "minor_in_emergency"
    MINOR_AT_NIGHT = "minor_at_night"
    ABOVE_EMERGENCY_AGE = "above_emergency_age"
    NOT_WILLING_IN_EMERGENCY = "not_willing_in_emergency"
    SKILL_MISSING = "skill_missing"
    HEALTH_LIMIT = "health_limit"
    NOT_INSURED = "not_insured"
    DOUBLE_BOOKED = "double_booked"
    SECOND_SHIFT_THAT_DAY = "second_shift_that_day"
    REST_TOO_SHORT = "rest_too_short"
    TOO_MANY_DAYS_RUNNING = "too_many_days_running"
    SHIFT_TOO_LONG = "shift_too_long"
    SHIFT_TOO_LONG_PROTECTED = "shift_too_long_protected"
    NOT_AVAILABLE = "not_available"


OVERRIDABLE_BY_DEFAULT = frozenset(
    {
        Bar.ABOVE_EMERGENCY_AGE,
        Bar.SECOND_SHIFT_THAT_DAY,
        Bar.REST_TOO_SHORT,
        Bar.TOO_MANY_DAYS_RUNNING,
        Bar.SHIFT_TOO_LONG,
        Bar.NOT_AVAILABLE,
    }
)


@dataclass(frozen=True, slots=True)
class Rules:
    """Every number of the rules, with its default and its basis (N notice, L law or standard, D ours; norms.md).

    | field | unit | basis |
    |---|---|---|
    | minimum_age | full years | D, B.6: the regulation has none; the Youth League's measure starts at 14 |
    | adult_age | full years | L: Civil Code; PIPL and 突发事件应对法 art. 39 (adults in emergencies) |
    | emergency_maximum_age | full years, inclusive | D, B.6: a community may raise it by recorded exception |
    | night_start, night_end | minute of the day | D: the night in which a minor is not on shift, B.6 |
    | shift_minutes, protected_shift_minutes | minutes | D, C.2: 6 h, 4 h in full protection |
    | shifts_a_day | shifts that start on one day | D, C.2 |
    | rest_minutes | minutes between two shifts | D, C.2 |
    | days_running | consecutive days with a shift | D, C.2 |
    | overridable | codes a dispatcher may set aside with a recorded reason | D; the others are L (art. 15, 17, 25) |
    """

    minimum_age: int = 14
    adult_age: int = 18
    emergency_maximum_age: int = 60
    night_start: int = 22 * 60
    night_end: int = 6 * 60
    shift_minutes: int = 6 * 60
    protected_shift_minutes: int = 4 * 60
    shifts_a_day: int = 1
    rest_minutes: int = 10 * 60
    days_running: int = 5
    overridable: frozenset[Bar] = OVERRIDABLE_BY_DEFAULT


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the rules need to know of a person.

    `week`: mask of `kernel.spans.period_bit`. `limits`: health limits, in the codes of a task's demands. `busy`: shifts
    already promised or served, from some days before the task to some days after. `policies`: when insured.
    `age_exception`: a recorded exception to the upper age of emergency posts.
    """

    born_on: date
    guardian_consent: bool = False
    emergency_willing: bool = False
    week: int = ALWAYS
    skills: frozenset[str] = frozenset()
    limits: frozenset[str] = frozenset()
    busy: tuple[Span, ...] = ()
    policies: tuple[Span, ...] = ()
    age_exception: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """What the rules need to know of a seat: when, what it asks of a body, and what it risks."""

    during: Span
    emergency: bool = False
    risky: bool = False
    full_protection: bool = False
    skill: str = ""
    demands: frozenset[str] = frozenset()


def bars(candidate: Candidate, task: Task, rules: Rules) -> tuple[Bar, ...]:
    """Everything that stands against it, in the order of `Bar`; an empty tuple means eligible."""
    found = (
        *age_bars(candidate, task, rules),
        *fitness_bars(candidate, task),
        *time_bars(candidate, task, rules),
    )
    return tuple(bar for bar in Bar if bar in found)


def standing(found: Iterable[Bar], rules: Rules, overridden: frozenset[Bar] = frozenset()) -> tuple[Bar, ...]:
    """The bars left after an override; one that no dispatcher may set aside always stays."""
    return tuple(bar for bar in found if bar not in overridden & rules.overridable)


def full_years(born_on: date, on: date) -> int:
    """Age in full years; a person born on 29 February turns older on 1 March of common years."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def age_bars(candidate: Candidate, task: Task, rules: Rules) -> tuple[Bar, ...]:
    """Age on the day the shift starts: registration, consent of a guardian, emergency posts, nights."""
    age = full_years(candidate.born_on, date_of(task.during.start))
    found: list[Bar] = []
    if age < rules.minimum_age:
        found.append(Bar.TOO_YOUNG)
    elif age < rules.adult_age and not candidate.guardian_consent:
        found.append(Bar.GUARDIAN_CONSENT_MISSING)
    if age < rules.adult_age and task.emergency:
        found.append(Bar.MINOR_IN_EMERGENCY)
    if age < rules.adult_age and touches_night(task.during, rules):
        found.append(Bar.MINOR_AT_NIGHT)
    if task.emergency and age > rules.emergency_maximum_age and not candidate.age_exception:
        found.append(Bar.ABOVE_EMERGENCY_AGE)
    return tuple(found)


def fitness_bars(candidate: Candidate, task: Task) -> tuple[Bar, ...]:
    """Will, skill, health and insurance (regulation art. 15, 17 and 25)."""
    found: list[Bar] = []
    if task.emergency and not candidate.emergency_willing:
        found.append(Bar.NOT_WILLING_IN_EMERGENCY)
    if task.skill and task.skill not in candidate.skills:
        found.append(Bar.SKILL_MISSING)
    if candidate.limits & task.demands:
        found.append(Bar.HEALTH_LIMIT)
    if task.risky and not covers(candidate.policies, task.during):
        found.append(Bar.NOT_INSURED)
    return tuple(found)


def time_bars(candidate: Candidate, task: Task, rules: Rules) -> tuple[Bar, ...]:
    """Double booking, shifts a day, rest, days running, length, and the week that was offered."""
    during, busy = task.during, candidate.busy
    found: list[Bar] = []
    if any(during.overlaps(span) for span in busy):
        found.append(Bar.DOUBLE_BOOKED)
    if sum(span.day == during.day for span in busy) >= rules.shifts_a_day:
        found.append(Bar.SECOND_SHIFT_THAT_DAY)
    # An overlap is already a double booking; to call it short rest as well would tell the dispatcher nothing.
    if any(0 <= gap_minutes(during, span) < rules.rest_minutes for span in busy):
        found.append(Bar.REST_TOO_SHORT)
    if days_running_with(during.day, busy) > rules.days_running:
        found.append(Bar.TOO_MANY_DAYS_RUNNING)
    if during.minutes > rules.shift_minutes:
        found.append(Bar.SHIFT_TOO_LONG)
    if task.full_protection and during.minutes > rules.protected_shift_minutes:
        found.append(Bar.SHIFT_TOO_LONG_PROTECTED)
    if not week_allows(candidate.week, during):
        found.append(Bar.NOT_AVAILABLE)
    return tuple(found)


def gap_minutes(one: Span, other: Span) -> int:
    """Minutes between two spans; 0 when they touch, negative when they overlap."""
    return max(one.start - other.end, other.start - one.end)


def days_running_with(day: int, busy: Iterable[Span]) -> int:
    """Length of the run of consecutive days with a shift that `day` would belong to."""
    worked = {span.day for span in busy} | {day}
    first = last = day
    while first - 1 in worked:
        first -= 1
    while last + 1 in worked:
        last += 1
    return last - first + 1


def touches_night(during: Span, rules: Rules) -> bool:
    """True when any minute falls in the night, which may span midnight."""
    length = (rules.night_end - rules.night_start) % DAY
    if length == 0:
        return False
    first = during.start // DAY - 1
    last = during.end // DAY
    nights = (
        Span(d * DAY + rules.night_start, d * DAY + rules.night_start + length)
        for d in range(first, last + 1)
    )
    return any(during.overlaps(night) for night in nights)
