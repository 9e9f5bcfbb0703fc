"""Times as people say them: 24 hours, the day named when it is near, how long still. Now is always an argument."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def local(at: datetime) -> datetime:
    """`at` on the clock of the screens (Asia/Shanghai)."""
    return timezone.localtime(at)


def face(at: datetime) -> str:
    """What the clock shows: 06:05."""
    return f"{local(at):%H:%M}"


def _near(on: date, today: date) -> str | None:
    return {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get((on - today).days)


def _dated(on: date, today: date) -> str:
    return date_format(on, "MONTH_DAY_FORMAT" if on.year == today.year else "DATE_FORMAT")


def day(at: datetime, now: datetime) -> str:
    """Today, tomorrow, yesterday, else the date; with the year only when it is another one."""
    on, today = local(at).date(), local(now).date()
    return _near(on, today) or _dated(on, today)


def day_words(at: datetime, now: datetime) -> str:
    """The day and its part as said in a call for help: 今早, 明天下午, 4月18日晚上."""
    here, today = local(at), local(now).date()
    parts = (
        (5, pgettext("part of the day", "before dawn"), "", ""),
        (9, pgettext("part of the day", "early morning"), _("this morning"), _("tomorrow morning")),
        (12, pgettext("part of the day", "morning"), "", ""),
        (14, pgettext("part of the day", "midday"), "", ""),
        (18, pgettext("part of the day", "afternoon"), "", ""),
        (24, pgettext("part of the day", "evening"), _("tonight"), _("tomorrow night")),
    )
    _end, part, short_today, short_tomorrow = next(row for row in parts if here.hour < row[0])
    short = {0: short_today, 1: short_tomorrow}.get((here.date() - today).days)
    if short:
        return short
    near = _near(here.date(), today) or _dated(here.date(), today)
    return _("%(day)s %(part)s") % {"day": near, "part": part}


def date_words(at: datetime) -> str:
    """The date with its weekday: 4月16日 周六."""
    on = local(at).date()
    # Django's own short names are 星期一; on a screen that is two characters too long.
    weekdays = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return f"{date_format(on, 'MONTH_DAY_FORMAT')} {weekdays[on.weekday()]}"


def when(at: datetime, now: datetime) -> str:
    """The near day and the clock: tomorrow 06:00."""
    return _("%(day)s %(clock)s") % {"day": day(at, now), "clock": face(at)}


def span(start: datetime, end: datetime) -> str:
    """From clock to clock; an end on a later day says so: 22:00–next day 06:00."""
    days = (local(end).date() - local(start).date()).days
    if days == 0:
        return f"{face(start)}–{face(end)}"
    if days == 1:
        return _("%(start)s–next day %(end)s") % {"start": face(start), "end": face(end)}
    return f"{date_words(start)} {face(start)}–{date_words(end)} {face(end)}"


def length(duration: timedelta) -> str:
    """6 h 30 min, 18 min, 3 days: the two largest units that matter, rounded down."""
    seconds = int(duration.total_seconds())
    if seconds >= 2 * DAY:
        return ngettext("%(count)s day", "%(count)s days", seconds // DAY) % {"count": seconds // DAY}
    hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
    if not hours:
        return _("%(minutes)s min") % {"minutes": minutes}
    if not minutes:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}


def relative(at: datetime, now: datetime) -> str:
    """In 18 min, 2 h 5 min ago; within a minute either way it is now."""
    distance = at - now
    if abs(distance) < timedelta(minutes=1):
        return _("now")
    if distance > timedelta(0):
        return _("in %(length)s") % {"length": length(distance)}
    return _("%(length)s ago") % {"length": length(-distance)}


def hours(minutes: int) -> str:
    """Minutes as hours with at most one decimal, rounded down so that nobody is promised more: 86.5."""
    whole, tenth = divmod(minutes * 10 // 60, 10)
    return f"{whole}.{tenth}" if tenth else str(whole)
