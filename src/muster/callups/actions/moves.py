"""Moving people whom an earlier dispatch ordered or asked: out of the one seat and into the other, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from muster.callups.actions import letters, orders, seats
from muster.callups.enums import AssignmentState, OfferState
from muster.callups.models import Assignment, CallUp, Offer, Slot
from muster.callups.queries import saved_plan
from muster.callups.queries.dispatchable import Way
from muster.people.models import Person
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

Line = Mapping[str, Any]


def move(
    call_up: CallUp,
    moved: Sequence[Line],
    let_go: Sequence[Line],
    people: Mapping[str, Person],
    slots: Mapping[int, Slot],
    *,
    actor: Actor,
    at: datetime,
) -> tuple[int, list[tuple[str, str]]]:
    """How many were moved, or nobody and for each the code of what stood against it. The caller holds the call-up and all
    the people.

    Together, because two may change places: one seat has to be left before the other can be taken.
    """
    try:
        with seats.no_double_booking(), transaction.atomic():
            for line in (*moved, *let_go):
                if line["way"] == Way.ORDER:
                    _take_back(call_up, people[line["person"]], line.get("was_at", line["slot"]), at)
            for line in moved:
                _send(call_up, people[line["person"]], slots[line["slot"]], line, actor=actor, at=at)
            _thank(call_up, [people[line["person"]] for line in let_go if line["way"] == Way.ASK], at)
    except Refused as refused:
        return 0, [(line["person"], refused.code) for line in (*moved, *let_go)]
    return len(moved), []


def _take_back(call_up: CallUp, person: Person, slot_id: int, at: datetime) -> None:
    """The order to this seat; told, because the person may be on the way."""
    seat = (
        Assignment.objects.filter(call_up=call_up, person=person, slot=slot_id)
        .select_related("call_up", "shift__post", "person")
        .order_by("-pk")
        .first()
    )
    if seat is None or not seats.release(seat, state=AssignmentState.STOOD_DOWN, at=at):
        raise _changed()
    letters.tell_released(seat, at=at)


def _send(call_up: CallUp, person: Person, slot: Slot, line: Line, *, actor: Actor, at: datetime) -> None:
    if line["way"] == Way.ORDER:
        orders.seat_on_duty(call_up, slot, person, actor=actor, why=saved_plan.why_of(line), at=at)
        return
    asked = Offer.objects.filter(call_up=call_up, person=person, state=OfferState.ASKED, slot=line["was_at"])
    offer = asked.select_related("call_up", "person").first()
    if offer is None:
        raise _changed()
    Offer.objects.filter(pk=offer.pk).update(slot=slot, why=saved_plan.why_of(line))
    offer.slot = slot
    letters.tell_moved(offer, at=at)


def _thank(call_up: CallUp, people: Sequence[Person], at: datetime) -> None:
    offers = list(
        Offer.objects.filter(call_up=call_up, person__in=people, state=OfferState.ASKED).select_related(
            "call_up", "person", "slot__shift__post"
        )
    )
    Offer.objects.filter(pk__in=[offer.pk for offer in offers]).update(state=OfferState.THANKED)
    letters.thank(call_up, offers, at=at)


def _changed() -> Refused:
    return Refused(
        "seat_changed", _("The seat of this person has changed since the plan was made. Make a new plan.")
    )
