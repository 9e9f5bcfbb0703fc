"""What a unit's liaison sees: which calls wait for an answer, how the call-up stands, and who of the unit is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.callups.enums import SEATED, AssignmentState, OfferState, UnitCallState
from muster.callups.models import Assignment, CallUp, Offer, Pledge, Post, Shift, SupportItem, UnitCall
from muster.callups.queries import fitness
from muster.callups.queries.funnel import Funnel
from muster.callups.queries.tally import tally
from muster.kernel.eligibility import gap_minutes
from muster.norms import queries as norms
from muster.people.enums import ConsentPurpose
from muster.people.models import Consent, ReserveTeamMember
from muster.people.rules import masked_phone
from muster.territory import queries as territory
from muster.toolkit import clock, paging

RUNNING = ("open", "halted")
# What each state of an offer or a seat shows as (toolkit.marks).
OFFER_KINDS = {
    OfferState.ASKED: "asked",
    OfferState.ACCEPTED: "accepted",
    OfferState.WAITING: "wait",
    OfferState.DECLINED: "declined",
    OfferState.EXPIRED: "silent",
    OfferState.WITHDRAWN: "declined",
    OfferState.THANKED: "thanks",
    OfferState.STOOD_DOWN: "stood",
}
SEAT_KINDS = {
    AssignmentState.ACCEPTED: "accepted",
    AssignmentState.ORDERED: "accepted",
    AssignmentState.ARRIVED: "arrived",
    AssignmentState.LEFT: "left",
    AssignmentState.ABSENT: "absent",
    AssignmentState.WITHDRAWN: "declined",
    AssignmentState.STOOD_DOWN: "stood",
}
ATTENDANCE_KINDS = ("arrived", "left", "absent")
CALL_KINDS = {
    UnitCallState.CALLED: "asked",
    UnitCallState.PLEDGED: "named",
    UnitCallState.NAMED: "accepted",
    UnitCallState.DECLINED: "declined",
    UnitCallState.LAPSED: "silent",
    UnitCallState.STOOD_DOWN: "stood",
}


@dataclass(frozen=True)
class CallLine:
    """One call to a unit in a list."""

    code: str
    unit: str
    community: str
    title: str
    starts_at: datetime
    kind: str
    words: str
    is_open: bool


@dataclass(frozen=True)
class Reserve:
    """The reserve team of a unit at the time of a call-up (R2.12)."""

    members: int
    resting: int
    elsewhere: int

    @property
    def callable(self) -> int:
        """Who could be sent."""
        return self.members - self.resting - self.elsewhere


@dataclass(frozen=True)
class Share:
    """What one unit pledged, for the sentence that names all."""

    name: str
    headcount: int


@dataclass(frozen=True)
class NamedLine:
    """One person whom the unit named, and how far they are.

    The unit always sees the answer, to know whether to send somebody else. Whether and when the person came it sees where
    the person agreed to that (`is_told`; PIPL art. 23); of the others it sees the number alone (`UnitPage.arrived`).
    """

    name: str
    phone: str
    kind: str
    post: str
    arrived_at: datetime | None
    left_at: datetime | None
    is_told: bool

    @property
    def is_withheld(self) -> bool:
        """True where the list stops at the yes, whether the person came or not."""
        return self.kind == "accepted" and not self.is_told


@dataclass(frozen=True)
class UnitPage:
    """All that the page of one call shows."""

    call: UnitCall
    call_up: CallUp
    community: str
    counts: Funnel
    shares: Sequence[Share]
    residents: int
    reserve: Reserve | None
    seated: int
    posts: int
    muster_at: datetime
    given: Sequence[SupportItem]
    arrived: int
    is_open: bool
    is_naming_over: bool

    @property
    def surplus(self) -> int:
        """People pledged for whom no seat is kept."""
        return max(0, self.call.pledged_headcount - self.seated)

    @property
    def suggested(self) -> int:
        """What the form starts with: the number pledged or asked for; else what is missing and the reserve can send.

        At least 1: nobody opens the form to pledge nobody.
        """
        if told := self.call.pledged_headcount or self.call.asked_headcount:
            return told
        sendable = self.reserve.callable if self.reserve else self.counts.missing
        return max(1, min(sendable, self.counts.missing))


def calls_listed(
    calls: QuerySet[UnitCall], at: datetime, after: str = ""
) -> tuple[list[CallLine], paging.Page[UnitCall]]:
    """One page of these calls, the newest first, each with what is to do."""
    page = paging.page_after(calls.select_related("call_up", "unit"), key=("-id",), after=after)
    names = territory.names_of(sorted({row.division_code for row in page.rows}))
    return [_call_line(row, names.get(row.division_code, ""), at) for row in page.rows], page


def unit_page(call: UnitCall, at: datetime) -> UnitPage:
    """The page of one call, in the same number of queries however many people and units there are."""
    call_up = call.call_up
    counts = tally(call_up).funnel()
    shares = UnitCall.objects.filter(call_up=call_up, pledged_headcount__gt=0).order_by(
        "-pledged_headcount", "pk"
    )
    muster = (
        Shift.objects.filter(call_up=call_up)
        .order_by("muster_at")
        .values_list("muster_at", flat=True)
        .first()
    )
    of_unit = Assignment.objects.filter(
        unit_call=call, state__in=[AssignmentState.ARRIVED, AssignmentState.LEFT]
    )
    return UnitPage(
        call=call,
        call_up=call_up,
        community=territory.names_of([call.division_code]).get(call.division_code, ""),
        counts=counts,
        shares=[Share(row.unit.name, row.pledged_headcount) for row in shares.select_related("unit")],
        residents=Assignment.objects.filter(call_up=call_up, unit_call=None, state__in=SEATED).count(),
        reserve=_reserve(call),
        seated=Pledge.objects.filter(unit_call=call).aggregate(sum=Sum("headcount"))["sum"] or 0,
        posts=Post.objects.filter(call_up=call_up).count(),
        muster_at=muster or call_up.starts_at,
        given=list(SupportItem.objects.filter(call_up=call_up).order_by("giver", "kind")),
        arrived=of_unit.count(),
        is_open=call_up.state in RUNNING and call.state != UnitCallState.STOOD_DOWN,
        is_naming_over=at >= call_up.naming_due_at,
    )


def named_people(call: UnitCall, after: str = "") -> tuple[list[NamedLine], paging.Page[Offer]]:
    """One page of the people whom the unit named, in the order of the list, in two queries."""
    offers: QuerySet[Offer] = Offer.objects.filter(unit_call=call).annotate(is_told=_told())
    offers = offers.select_related("person", "slot__shift__post")
    page = paging.page_after(offers, key=("id",), after=after)
    seats = {
        seat.offer_id: seat
        for seat in Assignment.objects.filter(offer__in=[row.pk for row in page.rows])
        .select_related("attendance", "shift__post")
        .order_by("pk")
    }
    return [_named_line(row, seats.get(row.pk)) for row in page.rows], page


def named_version(call: UnitCall) -> str:
    """Changes with anything that `named_people` shows; two cheap queries."""
    named = Offer.objects.filter(unit_call=call).annotate(is_told=_told())
    offers = named.order_by("pk").values_list("pk", "state", "is_told")
    seats = Assignment.objects.filter(unit_call=call).order_by("pk").values_list("pk", "state")
    return f"{crc32(repr((list(offers), list(seats))).encode()):x}"


def _told() -> Exists:
    in_force = Consent.objects.filter(purpose=ConsentPurpose.UNIT_SHARING, withdrawn_at=None)
    return Exists(in_force.filter(person=OuterRef("person_id")))


def shares_words(page: UnitPage) -> str:
    """Who pledged how many, in one sentence: 区文体旅局 8、锦里商户联盟 6，居民 14。"""
    parts = [f"{share.name} {share.headcount}" for share in page.shares]
    if page.residents:
        parts.append(_("residents %(count)s") % {"count": page.residents})
    return _(", ").join(parts)


def _call_line(call: UnitCall, community: str, at: datetime) -> CallLine:
    call_up = call.call_up
    is_open = call_up.state in RUNNING and call.state != UnitCallState.STOOD_DOWN
    return CallLine(
        code=call.code,
        unit=call.unit.name,
        community=community,
        title=call_up.title,
        starts_at=call_up.starts_at,
        kind=CALL_KINDS[UnitCallState(call.state)],
        words=_to_do(call, at) if is_open else _("Over."),
        is_open=is_open and at < call_up.naming_due_at,
    )


def _to_do(call: UnitCall, at: datetime) -> str:
    due = call.call_up.naming_due_at
    if at >= due:
        return _("Pledges and lists are closed.")
    if call.state == UnitCallState.LAPSED:
        return _("The time to answer is over. You may still pledge until %(time)s.") % {
            "time": clock.when(due, at)
        }
    if call.state == UnitCallState.CALLED:
        return _("How many can you send? Answer by %(time)s.") % {"time": clock.when(call.answer_due_at, at)}
    if call.state == UnitCallState.DECLINED:
        return _("You said that nobody can come. You may still change it.")
    if call.state == UnitCallState.PLEDGED:
        return ngettext(
            "%(count)s pledged. Hand in the names by %(time)s.",
            "%(count)s pledged. Hand in the names by %(time)s.",
            call.pledged_headcount,
        ) % {"count": call.pledged_headcount, "time": clock.when(due, at)}
    return _("All %(count)s are named.") % {"count": call.pledged_headcount}


def _reserve(call: UnitCall) -> Reserve | None:
    """How many of the reserve team could be sent; None where the unit has none."""
    ids = list(ReserveTeamMember.objects.filter(team__unit=call.unit_id).values_list("person", flat=True))
    if not ids:
        return None
    call_up = call.call_up
    wanted = fitness.span_of(call_up.starts_at, call_up.ends_at)
    rest = int(norms.number("shift.rest_minutes", call.division_code))
    busy = fitness.busy_spans(ids, call_up.starts_at, call_up.ends_at)
    gaps = [min(gap_minutes(wanted, span) for span in spans) for spans in busy.values()]
    elsewhere = sum(gap < 0 for gap in gaps)
    return Reserve(len(ids), sum(0 <= gap < rest for gap in gaps), elsewhere)


def _named_line(offer: Offer, seat: Assignment | None) -> NamedLine:
    is_told: bool = offer.is_told  # type: ignore[attr-defined]  # annotated by named_people
    attendance = getattr(seat, "attendance", None) if is_told else None
    kind = SEAT_KINDS[AssignmentState(seat.state)] if seat else OFFER_KINDS[OfferState(offer.state)]
    return NamedLine(
        name=offer.person.name,
        phone=masked_phone(offer.person.phone),
        kind=kind if is_told or kind not in ATTENDANCE_KINDS else "accepted",
        post=(seat.shift if seat else offer.slot.shift).post.name,
        arrived_at=attendance.checked_in_at if attendance else None,
        left_at=attendance.checked_out_at if attendance else None,
        is_told=is_told,
    )
