"""What the page of one offer or order says: who asks for what, when, where, why this person, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from muster.callups.enums import AssignmentState, CallUpState, OfferState, SupportKind
from muster.callups.models import Assignment, CallUp, Offer, Post, Shift, Slot, SupportItem
from muster.callups.queries import standing
from muster.callups.queries.words import why_me
from muster.callups.rules.answers import risk_mark
from muster.people.rules import masked_phone
from muster.territory.models import Division
from muster.toolkit import clock
from muster.toolkit.codes import spaced

SUPPORT_ICONS = {
    SupportKind.PPE: "mask",
    SupportKind.MEALS: "bowl-chopsticks",
    SupportKind.TRANSPORT: "bus",
    SupportKind.INSURANCE: "umbrella",
}
# What a person hears of a state: the page has a face for each of these.
ASKED, ACCEPTED, ENDED, WAITING, DECLINED, WITHDRAWN, THANKED, STOOD_DOWN, OVER = (
    "asked",
    "accepted",
    "ended",
    "waiting",
    "declined",
    "withdrawn",
    "thanked",
    "stood_down",
    "over",
)
# Faces of an order, which nobody answers.
ORDERED, RELEASED = "ordered", "released"
FACES = {
    OfferState.ASKED: ASKED,
    OfferState.EXPIRED: ASKED,
    OfferState.ACCEPTED: ACCEPTED,
    OfferState.WAITING: WAITING,
    OfferState.DECLINED: DECLINED,
    OfferState.WITHDRAWN: WITHDRAWN,
    OfferState.THANKED: THANKED,
    OfferState.STOOD_DOWN: STOOD_DOWN,
}


@dataclass(frozen=True)
class Thing:
    """One thing that the person is given."""

    icon: str
    name: str
    detail: str


@dataclass(frozen=True)
class MyCall:
    """Everything on the page, in the words of the reader's language."""

    face: str
    is_late: bool
    is_drill: bool
    level: int
    community: str
    headline: str
    shift: Shift
    post: Post
    hours: str
    map_url: str
    check_in_url: str
    why: list[str]
    task: str
    company: str
    bring: str
    risk: str
    risk_mark: str
    things: list[Thing]
    givers: str
    duty_holder: str
    caller: str
    code: str
    reply_words: str
    position: int
    stood_down_at: datetime | None
    stand_down_words: str
    sent_by: str = ""  # of the committees, for an order

    @property
    def asks(self) -> bool:
        """True where a yes on this page would be one under the risk statement."""
        return self.face in (ASKED, DECLINED)

    @property
    def says_why(self) -> bool:
        """True for whoever is asked, waits or is to come: what is over needs no reasons any more."""
        return bool(self.why) and self.face in (ASKED, ACCEPTED, WAITING, ORDERED)

    @property
    def why_words(self) -> str:
        """The reasons as one sentence."""
        return _("%(reasons)s.") % {"reasons": pgettext("between two reasons", ", ").join(self.why)}


def my_call(offer: Offer, at: datetime) -> MyCall:
    """The page of `offer`, which comes with its call-up and person; four queries."""
    shift = slot_of(offer).shift
    return replace(
        _call(offer.call_up, shift, offer.why, at),
        face=_face(offer, shift, at),
        is_late=offer.state == OfferState.EXPIRED,
        reply_words=clock.when(offer.reply_by, at),
        position=standing.position_of(offer) if offer.state == OfferState.WAITING else 0,
    )


def my_order(seat: Assignment, at: datetime) -> MyCall:
    """The page of somebody who was ordered: the same facts, who ordered it, and no question; three queries."""
    call = _call(seat.call_up, seat.shift, seat.why, at)
    return replace(call, face=_order_face(seat, at), sent_by=seat.authority_label)


def _order_face(seat: Assignment, at: datetime) -> str:
    if seat.state == AssignmentState.STOOD_DOWN:
        return STOOD_DOWN if seat.call_up.state == CallUpState.STOOD_DOWN else RELEASED
    is_to_come = seat.state in (AssignmentState.ORDERED, AssignmentState.ARRIVED)
    return ORDERED if is_to_come and at < seat.shift.ends_at else ENDED


def _call(call_up: CallUp, shift: Shift, why: Mapping[str, Any], at: datetime) -> MyCall:
    """What is the same for everybody who stands in this shift."""
    post = shift.post
    seats = Slot.objects.filter(shift=shift).aggregate(seats=Sum("seats"))["seats"] or 0
    support = list(SupportItem.objects.filter(call_up=call_up).order_by("pk"))
    return MyCall(
        face=OVER,
        is_late=False,
        is_drill=call_up.is_drill,
        level=call_up.level,
        community=_community(call_up),
        headline=_headline(shift, post, at),
        shift=shift,
        post=post,
        hours=clock.span(shift.starts_at, shift.ends_at),
        map_url=_map_url(post),
        check_in_url=reverse("callups:my-check-in", args=[post.code]),
        why=why_me(why),
        task=str(post.get_task_kind_display()),
        company=_company(post, seats),
        bring=call_up.bring,
        risk=call_up.risk_statement,
        risk_mark=risk_mark(call_up.risk_statement),
        things=[
            Thing(SUPPORT_ICONS[SupportKind(i.kind)], str(i.get_kind_display()), i.note) for i in support
        ],
        givers=_givers(support),
        duty_holder=call_up.duty_holder,
        caller=call_up.raised_by_label,
        code=spaced(call_up.code),
        reply_words="",
        position=0,
        stood_down_at=call_up.stood_down_at,
        stand_down_words=call_up.stand_down_reason,
    )


def _face(offer: Offer, shift: Shift, at: datetime) -> str:
    face = FACES[OfferState(offer.state)]
    if face == ACCEPTED and (at >= shift.ends_at or offer.call_up.state not in standing.RUNNING):
        return ENDED
    if face in (ASKED, DECLINED, WAITING) and offer.call_up.state == CallUpState.STOOD_DOWN:
        return STOOD_DOWN
    closed = offer.call_up.state == CallUpState.CLOSED or at >= shift.ends_at
    return OVER if face in (ASKED, DECLINED, WAITING) and closed else face


def slot_of(offer: Offer) -> Slot:
    """Where the person will stand: the seat they got may be another than the one they were asked for.

    A statement of its own: joined to its offer, the database plans nine tables for ten times as long as it reads them.
    """
    slots = Slot.objects.select_related("shift__post__leader")
    seat = slots.filter(assignments__offer=offer).first() if offer.state == OfferState.ACCEPTED else None
    return seat or slots.get(pk=offer.slot_id)


def _community(call_up: CallUp) -> str:
    place = Division.objects.filter(code=call_up.division_code, valid_to=None).only("short_name").first()
    return place.short_name if place else call_up.duty_holder


def _headline(shift: Shift, post: Post, at: datetime) -> str:
    length = clock.length(shift.ends_at - shift.starts_at)
    return _("%(day)s %(clock)s, at %(place)s, for %(length)s") % {
        "day": clock.day_words(shift.starts_at, at),
        "clock": clock.face(shift.starts_at),
        "place": post.name,
        "length": length,
    }


def _company(post: Post, seats: int) -> str:
    others = seats - 1
    company = (
        ngettext("with %(count)s neighbor", "with %(count)s neighbors", others) % {"count": others}
        if others > 0
        else ""
    )
    if post.leader is None:
        return company
    leader = _("led by %(name)s %(phone)s") % {
        "name": post.leader.name,
        "phone": masked_phone(post.leader.phone),
    }
    return _("%(company)s, %(leader)s") % {"company": company, "leader": leader} if company else leader


def _map_url(post: Post) -> str:
    """The place on the map most phones here open; the position goes there only when the person taps it."""
    if post.lon is None or post.lat is None:
        return ""
    where = {"position": f"{post.lon:.6f},{post.lat:.6f}", "name": post.name, "coordinate": "wgs84"}
    return f"https://uri.amap.com/marker?{urlencode(where)}"


def _givers(support: list[SupportItem]) -> str:
    givers = dict.fromkeys(str(item.get_giver_display()) for item in support)
    return pgettext("between two names", " and ").join(givers)
