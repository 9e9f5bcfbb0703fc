"""The record of a call-up in words, from the trail: what was done, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from muster.audit.models import Entry
from muster.callups.models import CallUp, DispatchRun, UnitCall

LINES = 12
# Verb of the trail -> sentence, and whether an eye should rest on it. Verbs that are not here are not shown.
WORDS: dict[str, tuple[str | Promise, bool]] = {
    "callups.call_up.raised": (_("%(actor)s raised the call-up"), False),
    "callups.wave.sent": (_("Wave %(wave)s: %(asked)s people asked"), False),
    "callups.call_up.halted": (_("%(actor)s stopped the asking"), True),
    "callups.call_up.resumed": (_("%(actor)s let the asking go on"), False),
    "callups.call_up.filled": (_("All seats are filled; asking stopped by itself"), False),
    "callups.call_up.stood_down": (_("%(actor)s stood the call-up down"), True),
    "callups.call_up.closed": (_("The call-up is closed"), False),
    "callups.unit_call.pledged": (_("%(unit)s pledged %(headcount)s"), False),
    "callups.unit_call.declined": (_("%(unit)s cannot come"), True),
    "callups.unit_call.named": (_("%(unit)s named %(people)s people"), False),
    "callups.dispatch.confirmed": (
        _("%(actor)s confirmed a dispatch: %(seated)s seated, %(ordered)s ordered, %(asked)s asked"),
        False,
    ),
}


@dataclass(frozen=True)
class LogLine:
    at: datetime
    text: str
    hot: bool


def log_lines(call_up: CallUp) -> list[LogLine]:
    """The newest twelve lines of the trail of this call-up that have words."""
    unit_calls = UnitCall.objects.filter(call_up=call_up).values("code")
    runs = DispatchRun.objects.filter(parts__call_up=call_up).values("code")
    about = (
        Q(object_kind="call_up", object_code=call_up.code)
        | Q(object_kind="unit_call", object_code__in=unit_calls)
        | Q(object_kind="dispatch_run", object_code__in=runs, detail__call_up=call_up.code)
    )
    entries = Entry.objects.filter(about, verb__in=WORDS).order_by("-id")[:LINES]
    return [line_of(entry) for entry in entries]


def line_of(entry: Entry) -> LogLine:
    """One entry in words; its verb is one of `WORDS`."""
    words, hot = WORDS[entry.verb]
    return LogLine(
        at=entry.at, text=str(words) % _Facts({"actor": entry.actor_label, **entry.detail}), hot=hot
    )


class _Facts(dict[str, object]):
    """The detail of an entry; a fact that an older version did not write shows as a dash."""

    def __missing__(self, key: str) -> str:
        return "–"
