"""What a person sees of themselves first: the next shift, what is asked of them, what they gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from muster.callups.access import ORDER_LINK
from muster.callups.enums import CallUpState, OfferState
from muster.callups.models import Assignment, Attendance, Offer
from muster.callups.queries.presence import next_seat
from muster.people import links
from muster.people.models import Person
from muster.records.enums import DutyKind
from muster.records.models import ServiceRecord
from muster.records.queries.hours import totals_of

RUNNING = (CallUpState.OPEN, CallUpState.HALTED)
MOST_OFFERS = 5
MOST_RECORDS = 3
# The page is a session's; a link on it need not outlive the day.
LINK_HOURS = timedelta(hours=24)


@dataclass(frozen=True)
class Question:
    """One offer that waits for an answer, or for a seat, with the page that answers it."""

    title: str
    post: str
    starts_at: datetime
    ends_at: datetime
    reply_by: datetime
    is_waiting: bool
    url: str


@dataclass(frozen=True)
class Mine:
    """The first page of a volunteer."""

    seat: Assignment | None
    seat_url: str
    questions: list[Question]
    minutes: int
    duty_minutes: int
    asked: int
    arrived: int
    records: list[ServiceRecord]


def mine(person: Person, at: datetime) -> Mine:
    """Everything on /my/ in seven queries, however much this person has done."""
    seat = next_seat(person.pk, at)
    given = totals_of(person)
    return Mine(
        seat=seat,
        seat_url=_seat_url(seat, at) if seat is not None else "",
        questions=_questions(person, at),
        minutes=given.service,
        duty_minutes=given.on_duty,
        asked=Offer.objects.filter(person=person, call_up__is_drill=False).count(),
        arrived=Attendance.objects.filter(person=person, shift__call_up__is_drill=False).count(),
        records=list(
            ServiceRecord.objects.filter(person=person, is_drill=False).order_by("-served_on", "-pk")[
                :MOST_RECORDS
            ]
        ),
    )


def _questions(person: Person, at: datetime) -> list[Question]:
    open_offers = (
        Offer.objects.filter(
            Q(state=OfferState.ASKED, reply_by__gt=at) | Q(state=OfferState.WAITING),
            person=person,
            call_up__state__in=RUNNING,
        )
        .select_related("call_up", "slot__shift__post")
        .order_by("reply_by", "pk")[:MOST_OFFERS]
    )
    return [
        Question(
            title=offer.call_up.title,
            post=offer.slot.shift.post.name,
            starts_at=offer.slot.shift.starts_at,
            ends_at=offer.slot.shift.ends_at,
            reply_by=offer.reply_by,
            is_waiting=offer.state == OfferState.WAITING,
            url=_answer_url(offer, at),
        )
        for offer in open_offers
    ]


def _seat_url(seat: Assignment, at: datetime) -> str:
    """The page of a seat: the offer it came from, or the order; "" for one that was filled on the spot."""
    if seat.offer is not None:
        return _answer_url(seat.offer, at)
    if seat.duty_kind != DutyKind.ON_PAID_DUTY:
        return ""
    return reverse("callups:my-order", args=[links.make(ORDER_LINK, seat.code, expires_at=at + LINK_HOURS)])


def _answer_url(offer: Offer, at: datetime) -> str:
    return reverse("callups:my-offer", args=[links.make("offer", offer.code, expires_at=at + LINK_HOURS)])
