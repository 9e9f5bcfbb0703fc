"""Spans of local wall-clock minutes, and the Monday-first week that volunteers offer.

A **local minute** counts wall-clock minutes since 0001-01-01 00:00, a Monday, in the place where the work is done.
So `minute // 1440` is the day, `day % 7` is 0 on Mondays, and `date.fromordinal(day + 1)` is the calendar date. The
zone is the caller's business; China has had one, without summer time, since 1991.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

DAY = 1440
WEEK = 7 * DAY
PERIOD = 360
PERIODS_A_DAY = 4
ALWAYS = (1 << (7 * PERIODS_A_DAY)) - 1


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open span [start, end) in local minutes; refuses to be empty or to run backwards."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"span ends at {self.end}, not after its start {self.start}")

    @property
    def minutes(self) -> int:
        """Length in whole minutes."""
        return self.end - self.start

    @property
    def day(self) -> int:
        """Day on which it starts: a night shift belongs to the evening on which it begins."""
        return self.start // DAY

    def overlaps(self, other: Span) -> bool:
        """True when they share a minute; back-to-back spans do not."""
        return self.start < other.end and other.start < self.end


def minute_of(local: datetime) -> int:
    """Local minute of a wall-clock time, seconds dropped; any zone it carries is ignored, so localize first."""
    return (local.toordinal() - 1) * DAY + local.hour * 60 + local.minute


def date_of(minute: int) -> date:
    """Calendar date of a local minute."""
    return date.fromordinal(minute // DAY + 1)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same minutes as the fewest spans, in order; touching spans become one."""
    whole: list[Span] = []
    for span in sorted(spans):
        if whole and span.start <= whole[-1].end:
            whole[-1] = Span(whole[-1].start, max(whole[-1].end, span.end))
        else:
            whole.append(span)
    return tuple(whole)


def covers(spans: Iterable[Span], wanted: Span) -> bool:
    """True when every minute of `wanted` lies in one of the spans."""
    return any(span.start <= wanted.start and wanted.end <= span.end for span in merged(spans))


def period_bit(weekday: int, period: int) -> int:
    """Bit of one quarter of a weekday: 0 Monday; 0 night 00-06, 1 morning 06-12, 2 afternoon 12-18, 3 evening 18-24."""
    if not (0 <= weekday < 7 and 0 <= period < PERIODS_A_DAY):
        raise ValueError(f"no period {period} on weekday {weekday}")
    return 1 << (weekday * PERIODS_A_DAY + period)


def periods_touched(span: Span) -> int:
    """Mask of every quarter-day of the week that the span touches, also across midnight and across Sunday."""
    if span.minutes >= WEEK:
        return ALWAYS
    mask = 0
    for quarter in range(span.start // PERIOD, (span.end - 1) // PERIOD + 1):
        mask |= 1 << (quarter % (7 * PERIODS_A_DAY))
    return mask


def week_allows(week: int, span: Span) -> bool:
    """True when the offered week holds every quarter-day the span touches."""
    touched = periods_touched(span)
    return week & touched == touched
