"""How many minutes somebody gave, and why that many (norms B.4, Order 67 art. 7 and 19).

`min(check_out, shift_end + grace) - max(check_in, shift_start - grace) - breaks`, in whole local minutes. The way there
and back is not counted (practice, B.2), a briefing on site is. A record belongs to the day on which it starts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from muster.kernel.spans import Span, merged


class Occasion(StrEnum):
    """What the time was; only service yields minutes that can be certified."""

    SERVICE = "service"
    ON_PAID_DUTY = "on_paid_duty"
    TRAINING = "training"
    DRILL = "drill"


class Verdict(StrEnum):
    """What becomes of the record."""

    CREDITED = "credited"
    NEEDS_APPROVAL = "needs_approval"
    UNCONFIRMED = "unconfirmed"
    NOT_SERVICE = "not_service"
    REFUSED = "refused"


class LineCode(StrEnum):
    """Stable codes of the lines that explain a record; `minutes` of a line says how many it is about."""

    BEFORE_SHIFT_CUT = "before_shift_cut"
    AFTER_SHIFT_CUT = "after_shift_cut"
    BREAK = "break"
    OUT_BY_LEADER = "out_by_leader"
    OVER_RECORD_CAP = "over_record_cap"
    OVER_DAILY_CAP = "over_daily_cap"
    APPROVED = "approved"
    MISSING_CHECK_IN = "missing_check_in"
    MISSING_CHECK_OUT = "missing_check_out"
    OUT_BEFORE_IN = "out_before_in"
    OUTSIDE_SHIFT = "outside_shift"
    OVERLAP = "overlap"
    ON_PAID_DUTY = "on_paid_duty"
    TRAINING = "training"
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class HoursRules:
    """Every number of the rules, with its default and its basis (L law, D ours; norms B.4).

    | field | unit | basis |
    |---|---|---|
    | grace_minutes | minutes counted before the start and after the end of a shift | D |
    | record_cap_minutes | minutes of one record; more needs approval | D, 8 h |
    | daily_cap_minutes | service minutes of records that start on one day; more needs approval | D, 12 h |
    | count_on_paid_duty | whether paid working time is volunteer service | L, Order 67 art. 19: no (AMB-17) |
    """

    grace_minutes: int = 15
    record_cap_minutes: int = 8 * 60
    daily_cap_minutes: int = 12 * 60
    count_on_paid_duty: bool = False


@dataclass(frozen=True, slots=True)
class Presence:
    """One person at one post once, in local minutes.

    `out_by_leader`: end set by the person in charge where the check-out is missing. `approved`: somebody entitled has
    approved what goes over a cap. `breaks` may lie anywhere; only the part inside the counted time is taken off.
    """

    shift: Span
    check_in: int | None
    check_out: int | None
    breaks: tuple[Span, ...] = ()
    occasion: Occasion = Occasion.SERVICE
    out_by_leader: int | None = None
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """A record that the same person already has: when, and its certified minutes."""

    during: Span
    minutes: int


@dataclass(frozen=True, slots=True)
class Line:
    """One reason with the minutes it concerns."""

    code: LineCode
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Credit:
    """The answer.

    `attended`: minutes on site within the shift, less breaks, whatever the occasion. `minutes`: volunteer service to be
    certified now. `over`: service minutes that wait for approval. `during`: the span counted, None when nothing was.
    """

    verdict: Verdict
    minutes: int
    over: int
    attended: int
    during: Span | None
    lines: tuple[Line, ...]


def credit(presence: Presence, rules: HoursRules, earlier: Iterable[Earlier] = ()) -> Credit:
    """Counts one presence. Never more than was attended, than the shift with its grace, or than the caps unapproved.

    Refuses (verdict, not exception) what overlaps an earlier record of the same person, ends before it begins, or lies
    outside the shift.
    """
    check_out = presence.check_out if presence.check_out is not None else presence.out_by_leader
    if presence.check_in is None:
        return _nothing(Verdict.UNCONFIRMED, LineCode.MISSING_CHECK_IN)
    if check_out is None:
        return _nothing(Verdict.UNCONFIRMED, LineCode.MISSING_CHECK_OUT)
    before = tuple(earlier)
    during = _inside_shift(presence, check_out, rules)
    if during is None or any(during.overlaps(record.during) for record in before):
        return _nothing(Verdict.REFUSED, _fault(presence.check_in, check_out, during))

    paused = _minutes_inside(presence.breaks, during)
    attended = during.minutes - paused
    lines = _telling(
        Line(LineCode.BEFORE_SHIFT_CUT, during.start - presence.check_in),
        Line(LineCode.AFTER_SHIFT_CUT, check_out - during.end),
        Line(LineCode.BREAK, paused),
        Line(LineCode.OUT_BY_LEADER, attended if presence.check_out is None else 0),
    )
    if not _is_service(presence.occasion, rules):
        other = Line(LineCode(presence.occasion.value), attended)
        return Credit(Verdict.NOT_SERVICE, 0, 0, attended, during, (*lines, other))
    that_day = sum(record.minutes for record in before if record.during.day == during.day)
    return _capped(
        Credit(Verdict.CREDITED, attended, 0, attended, during, lines), presence.approved, rules, that_day
    )


def _inside_shift(presence: Presence, check_out: int, rules: HoursRules) -> Span | None:
    """The part of the presence that may count; None when there is none."""
    first = max(presence.check_in or 0, presence.shift.start - rules.grace_minutes)
    last = min(check_out, presence.shift.end + rules.grace_minutes)
    return Span(first, last) if last > first else None


def _fault(check_in: int, check_out: int, during: Span | None) -> LineCode:
    if check_out < check_in:
        return LineCode.OUT_BEFORE_IN
    return LineCode.OUTSIDE_SHIFT if during is None else LineCode.OVERLAP


def _is_service(occasion: Occasion, rules: HoursRules) -> bool:
    return occasion is Occasion.SERVICE or (occasion is Occasion.ON_PAID_DUTY and rules.count_on_paid_duty)


def _capped(whole: Credit, approved: bool, rules: HoursRules, that_day: int) -> Credit:
    """The same credit, with what goes over the caps set aside until somebody approves it."""
    over_record = max(0, whole.attended - rules.record_cap_minutes)
    left_that_day = max(0, rules.daily_cap_minutes - that_day)
    over_day = max(0, whole.attended - over_record - left_that_day)
    over = over_record + over_day
    if not over:
        return whole
    if approved:
        lines = (*whole.lines, Line(LineCode.APPROVED, over))
        return Credit(Verdict.CREDITED, whole.attended, 0, whole.attended, whole.during, lines)
    caps = _telling(Line(LineCode.OVER_RECORD_CAP, over_record), Line(LineCode.OVER_DAILY_CAP, over_day))
    lines = (*whole.lines, *caps)
    return Credit(Verdict.NEEDS_APPROVAL, whole.attended - over, over, whole.attended, whole.during, lines)


def _minutes_inside(breaks: Iterable[Span], during: Span) -> int:
    """Minutes of the breaks inside the span, none counted twice."""
    inside = ((max(pause.start, during.start), min(pause.end, during.end)) for pause in merged(breaks))
    return sum(max(0, end - start) for start, end in inside)


def _telling(*lines: Line) -> tuple[Line, ...]:
    return tuple(line for line in lines if line.minutes)


def _nothing(verdict: Verdict, code: LineCode) -> Credit:
    return Credit(verdict, 0, 0, 0, None, (Line(code),))
