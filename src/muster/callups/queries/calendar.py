"""Seats and shifts as iCalendar (RFC 5545), so that the phone itself reminds its owner: place and time, nobody's name.

Every entry keeps its UID, so that a second one replaces the first; what will not be is CANCELLED and stays, because a
calendar that is only left out would show it for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from muster.callups.enums import AssignmentState, CallUpState, OfferState
from muster.callups.models import Assignment, CallUp, Offer, Shift
from muster.callups.queries.my_call import slot_of
from muster.people.models import Person

ZONE = ZoneInfo(settings.TIME_ZONE)
# The rules of the zone are written out from here on; before, nothing was called.
ZONE_SINCE = date(2020, 1, 1)
ALARM = timedelta(hours=-1)
# A calendar that is looked at shows the last month as well, and asks again every so often.
KEPT = timedelta(days=31)
ASK_AGAIN = timedelta(minutes=30)
MOST_ENTRIES = 300
CANCELED_OFFERS = (
    OfferState.DECLINED,
    OfferState.WITHDRAWN,
    OfferState.THANKED,
    OfferState.STOOD_DOWN,
)
CANCELED_SEATS = (AssignmentState.WITHDRAWN, AssignmentState.STOOD_DOWN)
TENTATIVE, CONFIRMED, CANCELED = "TENTATIVE", "CONFIRMED", "CANCELLED"


@dataclass(frozen=True)
class _Entry:
    """What one entry says."""

    uid: str
    shift: Shift
    status: str
    changed_at: datetime
    url: str = ""
    rings: bool = True


def calendar_of(offer: Offer, url: str) -> bytes:
    """The entry of one offer, from muster to end, with an alarm an hour before."""
    shift = slot_of(offer).shift
    status = CONFIRMED if offer.state == OfferState.ACCEPTED else TENTATIVE
    if offer.state in CANCELED_OFFERS or offer.call_up.state == CallUpState.STOOD_DOWN:
        status = CANCELED
    shift.call_up = offer.call_up
    changed_at = offer.call_up.stood_down_at or offer.answered_at or offer.asked_at
    return _calendar(offer.call_up.title, [_Entry(offer.code, shift, status, changed_at, url)])


def calendar_of_person(person: Person, at: datetime) -> bytes:
    """All seats of this person, from a month ago on; two queries."""
    seats = (
        Assignment.objects.filter(person=person, shift__ends_at__gt=at - KEPT)
        .select_related("shift__post", "shift__call_up", "offer")
        .order_by("shift__starts_at", "pk")[:MOST_ENTRIES]
    )
    entries = [
        _Entry(
            seat.offer.code if seat.offer else seat.code,
            seat.shift,
            CANCELED if seat.state in CANCELED_SEATS else CONFIRMED,
            seat.ended_at or seat.assigned_at,
        )
        for seat in seats
    ]
    return _calendar(_("My shifts"), entries)


def calendar_of_call_up(call_up: CallUp) -> bytes:
    """All shifts of a call-up, whoever stands there; two queries."""
    shifts = call_up.shifts.select_related("post", "call_up").order_by("starts_at", "pk")[:MOST_ENTRIES]
    status = CANCELED if call_up.state == CallUpState.STOOD_DOWN else CONFIRMED
    changed_at = call_up.stood_down_at or call_up.opened_at
    return _calendar(
        call_up.title, [_Entry(shift.code, shift, status, changed_at, rings=False) for shift in shifts]
    )


def _calendar(name: str, entries: list[_Entry]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Muster//Muster//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT30M")
    for entry in entries:
        calendar.add_component(_event(entry))
    calendar.add_missing_timezones(first_date=ZONE_SINCE)
    return bytes(calendar.to_ical())


def _event(entry: _Entry) -> Event:
    shift, post, call_up = entry.shift, entry.shift.post, entry.shift.call_up
    title = _("%(task)s, %(place)s") % {"task": post.get_task_kind_display(), "place": post.name}
    if call_up.is_drill:
        title = _("[Drill] %(title)s") % {"title": title}
    event = Event()
    event.add("uid", f"{entry.uid}@muster")
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", int(entry.status == CANCELED))
    event.add("status", entry.status)
    event.add("dtstart", shift.muster_at.astimezone(ZONE))
    event.add("dtend", shift.ends_at.astimezone(ZONE))
    event.add("summary", title)
    event.add("location", post.place or post.name)
    if call_up.bring:
        event.add("description", call_up.bring)
    if entry.url:
        event.add("url", entry.url)
    if entry.rings and entry.status != CANCELED:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        alarm.add("trigger", ALARM)
        event.add_component(alarm)
    return event
