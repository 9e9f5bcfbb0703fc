"""Orders: for the regular force and staff on duty, and for nobody else (Order 685 art. 25)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from muster.callups import access
from muster.callups.actions import letters, seats
from muster.callups.actions.notes import note
from muster.callups.enums import SEATED, AssignmentState
from muster.callups.models import Assignment, CallUp, Slot
from muster.callups.queries import fitness, standing
from muster.callups.rules import answers
from muster.kernel.eligibility import standing as bars_left
from muster.norms import queries as norms
from muster.people.enums import REGULAR_FORCE, ForceClass
from muster.people.models import Person
from muster.records.enums import DutyKind
from muster.toolkit import server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

ORDERABLE = (*REGULAR_FORCE, ForceClass.PROPERTY_STAFF)


def order(
    person: Person, slot: Slot, *, actor: Actor, exception_reason: str = "", at: datetime | None = None
) -> Assignment:
    """Sends somebody of the regular force or on duty to this seat; the same order twice is one.

    Refuses whoever is a volunteer, whoever gives the order without a role of the committees, a full seat, and a rule
    that stands against it; `exception_reason` sets aside the rules that a dispatcher may set aside, and is kept.
    """
    at = at or server_clock.now()
    call_up = slot.call_up
    refuse_strangers(call_up, actor)
    if person.force_class not in ORDERABLE:
        raise Refused(
            "volunteer_not_ordered", _("Volunteers are asked, never ordered. Ask this person instead.")
        )
    with seats.no_double_booking(), transaction.atomic():
        refuse_if_over(call_up)
        seats.lock_person(person.pk)
        known = Assignment.objects.filter(person=person, shift=slot.shift_id, state__in=SEATED).first()
        if known is not None:
            return known
        return seat_on_duty(call_up, slot, person, actor=actor, exception_reason=exception_reason, at=at)


def seat_on_duty(
    call_up: CallUp,
    slot: Slot,
    person: Person,
    *,
    actor: Actor,
    exception_reason: str = "",
    why: Mapping[str, Any] | None = None,
    at: datetime,
) -> Assignment:
    """The order itself; the caller holds the call-up and the person, and has the authority.

    `why`: the reasons of the dispatch, which the person may read; None where somebody chose by himself.
    """
    rules = norms.rules_for(call_up.division_code)
    found = fitness.bars_between(person, slot, call_up, rules, is_on_duty=True)
    left = bars_left(found, rules, rules.overridable if exception_reason else frozenset())
    if left:
        raise Refused(left[0].value, answers.refusal_words(left[0]))
    if not standing.may_sit(person, slot):
        raise Refused(
            "seat_not_for_this_person",
            _("This seat is for people with a skill or duty that is not on record."),
        )
    seat = seats.claim(
        [slot],
        person,
        authority=actor.label,
        at=at,
        state=AssignmentState.ORDERED,
        duty_kind=DutyKind.ON_PAID_DUTY,
        exception_reason=exception_reason if found else "",
    )
    if seat is None:
        raise Refused("seat_full", _("This place is full. Choose another one."))
    if why:
        Assignment.objects.filter(pk=seat.pk).update(why=why)
    note("callups.assignment.ordered", seat, actor=actor, at=at, detail={"exception": bool(found)})
    letters.tell_ordered(seat, at=at)
    return seat


def refuse_strangers(call_up: CallUp, actor: Actor) -> None:
    """Only the community committees and their township dispatch, or whoever is above in command mode (R2.8)."""
    if not access.commands(actor, call_up.division_code):
        raise not_the_committees()


def not_the_committees() -> Refused:
    """To whoever would dispatch people without an office to do so."""
    return Refused(
        "not_the_committees",
        _("Only the committees of the community dispatch people, or the township in command. Call them."),
    )


def refuse_if_over(call_up: CallUp) -> None:
    """Holds the call-up, and refuses one that was stood down or closed."""
    if seats.hold_call_up(call_up.pk) not in standing.RUNNING:
        raise Refused("call_up_over", _("This call-up is over already. Nothing was changed."))
