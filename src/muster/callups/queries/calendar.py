"""A seat as an iCalendar entry (RFC 5545), so that the phone itself reminds its owner."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from muster.callups.models import Offer
from muster.callups.queries.my_call import slot_of

LINE_OCTETS = 74  # 75 with the space that begins a folded line


def calendar_of(offer: Offer, url: str) -> str:
    """The entry, from muster to end, with an alarm an hour before; the same seat keeps its UID, so a second one replaces."""
    slot = slot_of(offer)
    shift, post, call_up = slot.shift, slot.shift.post, offer.call_up
    title = _("%(task)s, %(place)s") % {"task": post.get_task_kind_display(), "place": post.name}
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Muster//Muster//EN",
        "BEGIN:VEVENT",
        f"UID:{offer.code}@muster",
        f"DTSTAMP:{_stamp(offer.answered_at or offer.asked_at)}",
        f"DTSTART:{_stamp(shift.muster_at)}",
        f"DTEND:{_stamp(shift.ends_at)}",
        f"SUMMARY:{_escaped(title)}",
        f"LOCATION:{_escaped(post.place or post.name)}",
        f"DESCRIPTION:{_escaped(call_up.bring)}",
        f"URL:{url}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(title)}",
        "TRIGGER:-PT1H",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(_folded(line) for line in lines)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    # However a line ends in what was typed: left as it is, it would end the line of the format.
    return "\\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def _folded(line: str) -> str:
    """Lines of at most 75 octets, never cut inside a character."""
    parts, current = [], ""
    for character in line:
        if len((current + character).encode()) > LINE_OCTETS:
            parts.append(current)
            current = ""
        current += character
    return "\r\n ".join([*parts, current])
