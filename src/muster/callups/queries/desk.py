"""What the desk shows of call-ups: their lines in a list, and the parts of one that is under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, ngettext

from muster.callups.enums import AnswerReason, AssignmentState, CallUpState, OfferState, SeatKind
from muster.callups.models import CallUp
from muster.callups.queries.funnel import Funnel, funnels
from muster.callups.queries.log import log_lines
from muster.callups.queries.roster import RosterRow, roster
from muster.callups.queries.tally import Tally
from muster.notifications.queries import delivery_counts
from muster.people.rules import masked_name
from muster.territory.queries import path_to_community
from muster.toolkit import clock
from muster.toolkit.codes import spaced

RUNNING = (CallUpState.OPEN, CallUpState.HALTED)
OVER = (CallUpState.STOOD_DOWN, CallUpState.CLOSED)
LIST_SIZE = 20  # each line has a funnel
# How each state of the domain shows: the kind of badge (toolkit/marks.py).
BADGES: dict[str, str] = {
    OfferState.ASKED: "asked",
    OfferState.ACCEPTED: "accepted",
    OfferState.WAITING: "wait",
    OfferState.DECLINED: "declined",
    OfferState.EXPIRED: "silent",
    OfferState.WITHDRAWN: "declined",
    OfferState.THANKED: "thanks",
    OfferState.STOOD_DOWN: "stood",
    AssignmentState.ORDERED: "accepted",
    AssignmentState.ARRIVED: "arrived",
    AssignmentState.LEFT: "left",
    AssignmentState.ABSENT: "absent",
}
CALL_UP_BADGES: dict[str, str] = {
    CallUpState.OPEN: "accepted",
    CallUpState.HALTED: "silent",
    CallUpState.STOOD_DOWN: "stood",
    CallUpState.CLOSED: "left",
}


@dataclass(frozen=True)
class Badge:
    """A state as a person sees it: the kind of badge and its word."""

    kind: str
    word: str


@dataclass(frozen=True)
class RosterLine:
    """One person in the list, with the badge of their state."""

    line: RosterRow
    kind: str
    word: str
    seat_word: str


@dataclass(frozen=True)
class Segment:
    """One filter of the list of people, with how many it holds."""

    key: str
    label: str
    count: int


@dataclass(frozen=True)
class CallUpLine:
    """One call-up in a list."""

    call_up: CallUp
    status: Badge
    when: str
    funnel: Funnel


def lines_of(call_ups: Sequence[CallUp], *, at: datetime) -> list[CallUpLine]:
    """These call-ups as lines, in four queries however many they are."""
    counted = funnels([call_up.pk for call_up in call_ups])
    return [
        CallUpLine(
            call_up=call_up,
            status=status(call_up),
            when=f"{clock.day(call_up.starts_at, at)} {clock.span(call_up.starts_at, call_up.ends_at)}",
            funnel=counted[call_up.pk],
        )
        for call_up in call_ups
    ]


def status(call_up: CallUp) -> Badge:
    """The state of the call-up as a badge."""
    return Badge(CALL_UP_BADGES[call_up.state], call_up.get_state_display())


def live_context(
    counted: Tally, *, segment: str, after: int, at: datetime, in_full: bool = False
) -> dict[str, Any]:
    """Everything on the page of one call-up; people are paged, all else is as long as the call-up has posts and units.

    Names are `in_full` for those who run the call-up and have to call people; who only oversees it needs none.
    """
    call_up, funnel, posts = counted.call_up, counted.funnel(), counted.post_lines()
    listed = roster(counted, segment=segment, after=after)
    delivered = delivery_counts("call_up", call_up.code)
    return {
        "call_up": call_up,
        "spaced_code": spaced(call_up.code),
        "status": status(call_up),
        "is_running": call_up.state in RUNNING,
        "is_ahead": call_up.state in RUNNING and call_up.starts_at > at,
        "place_path": path_to_community(call_up.division_code),
        "sentence": _sentence(call_up, len(posts), funnel, at),
        "funnel": funnel,
        "notes": _notes(funnel, len(posts)),
        "posts": posts,
        "units": counted.unit_lines(),
        "residents": counted.residents(),
        "waves": counted.waves(),
        "wave_label": gettext("Accepted of those asked"),
        "segments": _segments(counted, funnel),
        "segment": segment,
        "rows": [_roster_line(row, in_full=in_full) for row in listed.rows],
        "after": after,
        "next_after": listed.next_after,
        "delivery_words": _delivery_words(delivered),
        "failed_count": delivered.get("failed", 0),
        "log": log_lines(call_up),
    }


def _sentence(call_up: CallUp, posts: int, funnel: Funnel, at: datetime) -> str:
    facts = {
        "when": f"{clock.day(call_up.starts_at, at)} {clock.span(call_up.starts_at, call_up.ends_at)}",
        "places": ngettext("%(count)s post", "%(count)s posts", posts) % {"count": posts},
        "needed": funnel.needed,
    }
    if call_up.state == CallUpState.STOOD_DOWN:
        return gettext("Stood down: %(reason)s") % {"reason": call_up.stand_down_reason}
    if call_up.state == CallUpState.CLOSED:
        return gettext("%(when)s, %(places)s. It is over: %(stayed)s people stayed to the end.") % {
            **facts,
            "stayed": funnel.stayed,
        }
    if funnel.missing:
        return gettext("%(when)s, %(places)s for %(needed)s people. %(missing)s seats are still empty.") % {
            **facts,
            "missing": funnel.missing,
        }
    return gettext("%(when)s, %(places)s for %(needed)s people. All seats are filled.") % facts


def _notes(funnel: Funnel, posts: int) -> dict[str, str]:
    notes = {
        "needed": ngettext("%(count)s post", "%(count)s posts", posts) % {"count": posts},
        "pledged": gettext("by units"),
        "named": gettext("%(count)s names missing") % {"count": funnel.pledged - funnel.named}
        if funnel.pledged > funnel.named
        else "",
        "accepted": gettext("%(count)s have not answered") % {"count": funnel.silent}
        if funnel.silent
        else "",
        "arrived": gettext("%(count)s on the way") % {"count": funnel.on_the_way}
        if funnel.on_the_way
        else "",
    }
    return {key: words for key, words in notes.items() if words}


def _segments(counted: Tally, funnel: Funnel) -> list[Segment]:
    return [
        Segment("all", gettext("All"), funnel.asked + counted.ordered()),
        Segment("arrived", gettext("Arrived"), funnel.arrived),
        Segment("coming", gettext("On the way"), funnel.on_the_way),
        Segment("silent", gettext("No answer"), funnel.silent),
        Segment("waiting", gettext("Standby"), funnel.waiting),
        Segment("declined", gettext("Not coming"), funnel.declined + counted.absent()),
    ]


def _roster_line(row: RosterRow, *, in_full: bool) -> RosterLine:
    seat = "" if row.seat_kind == SeatKind.GENERAL else str(SeatKind(row.seat_kind).label)
    word = ""
    if row.reason:
        word = gettext("Cannot come: %(reason)s") % {"reason": AnswerReason(row.reason).label}
    elif row.state == AssignmentState.ACCEPTED:
        word = gettext("On the way")
    elif row.state == AssignmentState.ORDERED:
        word = gettext("Ordered")
    shown = row if in_full else replace(row, name=masked_name(row.name))
    return RosterLine(line=shown, kind=BADGES[row.state], word=word, seat_word=seat)


def _delivery_words(delivered: Mapping[str, int]) -> str:
    sent = delivered.get("sent", 0)
    waiting = delivered.get("queued", 0) + delivered.get("sending", 0)
    return gettext("%(sent)s messages sent, %(waiting)s on their way, %(failed)s failed.") % {
        "sent": sent,
        "waiting": waiting,
        "failed": delivered.get("failed", 0),
    }
