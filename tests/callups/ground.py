"""Units that are called and people at their posts, for the tests of pledges and of attendance."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from muster.callups.actions import attendance, offers
from muster.callups.enums import OfferState
from muster.callups.models import Assignment, Attendance, CallUp, Offer, Post, Shift, Slot, UnitCall
from muster.callups.rules.drafts import CallUpDraft
from muster.kernel import codes
from muster.people.enums import ConsentPurpose, LegalBasis
from muster.people.models import Consent, Person
from muster.toolkit.actor import Actor
from tests.callups.drafting import NOW, START, draft, offer_to, raised
from tests.world import World

PHONE = "my-phone"


def called(world: World, form: CallUpDraft | None = None, **facts: Any) -> UnitCall:
    """The call to the unit of the cast, in a call-up for it alone."""
    form = form or draft(6, **{"unit_ids": (world.unit.pk,), "unit_headcount": 4, **facts})
    return UnitCall.objects.select_related("call_up", "unit").get(call_up=raised(world.actor("worker"), form))


def seats_of(call_up: CallUp) -> list[tuple[int, int, int]]:
    """(seats, held, taken) of each slot."""
    return list(Slot.objects.filter(call_up=call_up).order_by("pk").values_list("seats", "held", "taken"))


def roster(count: int, first: int = 0) -> str:
    """So many lines with names and numbers that nobody has yet."""
    digits = str.maketrans("0123456789", "零一二三四五六七八九")
    return "\n".join(
        f"报到{number:04d}".translate(digits) + f" 138{number:08d}" for number in range(first, first + count)
    )


def seated(
    world: World,
    person: Person | None = None,
    call_up: CallUp | None = None,
    slot: Slot | None = None,
    *,
    at: datetime = NOW,
) -> Assignment:
    """Somebody who said yes to a seat at that time."""
    person = person or world.person("volunteer")
    offer: Offer = offer_to(call_up or raised(world.actor("worker")), person, slot)
    answer = offers.accept(offer, actor=me(person), risk_confirmed=True, at=at)
    assert answer.assignment is not None
    return Assignment.objects.select_related("shift__post", "call_up", "person").get(pk=answer.assignment.pk)


def waiting(call_up: CallUp, person: Person, slot: Slot | None = None, **facts: Any) -> Offer:
    """Somebody who said yes when all seats were taken."""
    times = {"waiting_since": NOW, "answered_at": NOW, "risk_confirmed_at": NOW}
    return offer_to(call_up, person, slot, **{"state": OfferState.WAITING, **times, **facts})


def lets_the_unit_know(person: Person) -> Consent:
    """This person agreed that the unit is told whether they came."""
    return Consent.objects.create(
        person=person,
        purpose=ConsentPurpose.UNIT_SHARING,
        version=2,
        legal_basis=LegalBasis.CONSENT,
        given_at=NOW,
        given_through="page",
    )


def me(person: Person) -> Actor:
    """The person acting through his own link."""
    return Actor(label=person.code, person_id=person.pk)


def code_at(post: Post, at: datetime) -> str:
    """What the leader's phone shows at that moment."""
    return codes.code_at(attendance.key_of(post), int(at.timestamp()))


def arrives(
    assignment: Assignment, at: datetime = START, *, nonce: UUID | None = None, **facts: Any
) -> Attendance:
    """Checks in by the code of that moment, unless `facts` say otherwise."""
    standard = {"actor": me(assignment.person), "device": PHONE, "code": code_at(assignment.shift.post, at)}
    return attendance.check_in(assignment, nonce=nonce or uuid4(), at=at, **{**standard, **facts})


def leaves(
    assignment: Assignment,
    at: datetime = START + timedelta(hours=6),
    *,
    nonce: UUID | None = None,
    **facts: Any,
) -> Attendance:
    """Checks out by the code of that moment, unless `facts` say otherwise."""
    standard = {"actor": me(assignment.person), "device": PHONE, "code": code_at(assignment.shift.post, at)}
    return attendance.check_out(assignment, nonce=nonce or uuid4(), at=at, **{**standard, **facts})


def shift_of(call_up: CallUp) -> Shift:
    """The first shift of a call-up."""
    return Shift.objects.filter(call_up=call_up).select_related("post", "call_up").order_by("pk")[0]
