"""How an offer and its call-up stand: free seats, the waiting list, and what goes with a seat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypedDict

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from muster.callups import access
from muster.callups.enums import SEATED, AssignmentState, CallUpState, OfferState, UnitCallState
from muster.callups.models import Assignment, CallUp, Offer, Slot, UnitCall
from muster.callups.rules import answers
from muster.callups.rules.duty import duty_kind_of
from muster.norms import queries as norms
from muster.people.models import Person
from muster.toolkit.actor import Actor

# Seats may change hands.
RUNNING = (CallUpState.OPEN, CallUpState.HALTED)


_FREE = "SELECT coalesce(sum(seats - held - taken), 0) FROM callups_slot WHERE call_up_id = %s"


class SeatFacts(TypedDict):
    """What a seat records of how it came about."""

    authority: str
    duty_kind: str


def free_seats(call_up_id: int) -> int:
    """Seats of the call-up that are neither taken nor held for a unit; asked after each yes, so its text is made once."""
    with connection.cursor() as cursor:
        cursor.execute(_FREE, [call_up_id])
        return int(cursor.fetchone()[0])


def slots_with_room(call_up_id: int) -> list[Slot]:
    """The slots of the call-up in which somebody could sit now."""
    return list(
        Slot.objects.filter(call_up=call_up_id, seats__gt=F("taken") + F("held"))
        .select_related("shift__post")
        .order_by("shift__starts_at", "pk")
    )


def other_slots(offer: Offer) -> list[Slot]:
    """Slots with room, at the same time in the same call-up, that this person qualifies for; scarce skills last."""
    shift = offer.slot.shift
    slots = (
        Slot.objects.filter(
            call_up=offer.call_up_id,
            shift__starts_at=shift.starts_at,
            shift__ends_at=shift.ends_at,
            seats__gt=F("taken") + F("held"),
        )
        .exclude(pk=offer.slot_id)
        .select_related("shift__post")
        .order_by("skill", "-shift__post__weight", "pk")
    )
    return [slot for slot in slots if may_sit(offer.person, slot)]


def may_sit(person: Person, slot: Slot) -> bool:
    """True if the seats of `slot` are for people like this one: backbone, or with the skill."""
    profile = getattr(person, "volunteer", None)
    if profile is None:
        return answers.qualifies(slot.kind, slot.skill, is_backbone=False, skills=frozenset())
    skills = frozenset(profile.skills) | frozenset(profile.trainings)
    return answers.qualifies(slot.kind, slot.skill, is_backbone=profile.is_backbone, skills=skills)


def waiting_list(call_up_id: int) -> QuerySet[Offer]:
    """Those who wait, first come first."""
    return Offer.objects.filter(call_up=call_up_id, state=OfferState.WAITING).order_by("waiting_since", "pk")


def reply_by(call_up: CallUp, at: datetime) -> datetime:
    """Until when somebody who is asked now may answer: as the call-up says, later for who is asked late."""
    late = timedelta(minutes=int(norms.number("call.late_reply_minutes", call_up.division_code)))
    return call_up.reply_by if call_up.reply_by - late > at else min(at + late, call_up.ends_at)


def position_of(offer: Offer) -> int:
    """The place of this offer on the waiting list, from 1."""
    earlier = Q(waiting_since__lt=offer.waiting_since) | Q(waiting_since=offer.waiting_since, pk__lt=offer.pk)
    return waiting_list(offer.call_up_id).filter(earlier).count() + 1


def waiting_room_left(call_up: CallUp) -> int:
    """How many more may wait."""
    seats = Slot.objects.filter(call_up=call_up).aggregate(seats=Sum("seats"))["seats"] or 0
    share = float(norms.number("call.waiting_share", call_up.division_code))
    return answers.waiting_room(seats, share) - waiting_list(call_up.pk).count()


def asked_among(call_up: CallUp, person_ids: Sequence[int]) -> set[int]:
    """Those of the people whom the call-up has asked already."""
    return set(
        Offer.objects.filter(call_up=call_up, person__in=person_ids).values_list("person_id", flat=True)
    )


def seat_facts(offer: Offer, actor: Actor) -> SeatFacts:
    """Under whose authority this person sits down (R2.8), and whether it is volunteer time (AMB-17).

    Who dispatches stands on the seat by name. Who answers himself was called by the community, so its caller does.
    """
    call_up = offer.call_up
    office = (
        int(norms.number("duty.office_from_minute", call_up.division_code)),
        int(norms.number("duty.office_to_minute", call_up.division_code)),
    )
    return SeatFacts(
        authority=actor.label if access.commands(actor, call_up.division_code) else call_up.raised_by_label,
        duty_kind=duty_kind_of(
            offer.person.force_class,
            is_sent_by_unit=offer.unit_call_id is not None,
            begins=timezone.localtime(offer.slot.shift.starts_at),
            office_minutes=office,
        ),
    )


def seated(call_up: CallUp) -> QuerySet[Assignment]:
    """Who has a seat and has not left it; with person, shift and offer."""
    states = [AssignmentState.ACCEPTED, AssignmentState.ORDERED, AssignmentState.ARRIVED]
    return (
        Assignment.objects.filter(call_up=call_up, state__in=states)
        .select_related("person", "shift__post", "offer")
        .order_by("pk")
    )


def offers_in_play(call_up: CallUp) -> QuerySet[Offer]:
    """Offers whose people still reckon with this call-up; with person, shift, post and seat."""
    here = [AssignmentState.ACCEPTED, AssignmentState.ARRIVED]
    reckon = Q(state__in=[OfferState.ASKED, OfferState.WAITING]) | Q(
        state=OfferState.ACCEPTED, assignment__state__in=here
    )
    return (
        Offer.objects.filter(reckon, call_up=call_up)
        .select_related("person", "call_up", "slot__shift__post", "assignment")
        .order_by("pk")
    )


def unit_calls_in_play(call_up: CallUp) -> QuerySet[UnitCall]:
    """Units that were called and have not said no."""
    states = [UnitCallState.CALLED, UnitCallState.PLEDGED, UnitCallState.NAMED]
    return UnitCall.objects.filter(call_up=call_up, state__in=states).select_related("unit").order_by("pk")


def recount_slots(call_up: CallUp) -> None:
    """After seats were freed in bulk: `taken` is again the number of people who sit there, and nothing is held."""
    sitting = (
        Assignment.objects.filter(slot=OuterRef("pk"), state__in=SEATED)
        .order_by()
        .values("slot")
        .annotate(count=Count("pk"))
        .values("count")
    )
    Slot.objects.filter(call_up=call_up).update(taken=Coalesce(Subquery(sitting), 0), held=0)


def short_call_ups() -> list[CallUp]:
    """Call-ups that ask and have a seat free."""
    free = Slot.objects.filter(call_up=OuterRef("pk"), seats__gt=F("taken") + F("held"))
    return list(CallUp.objects.filter(Exists(free), state=CallUpState.OPEN).order_by("pk"))


def full_call_ups_with_unanswered() -> list[CallUp]:
    """Call-ups that ask, have no seat free, and have somebody who may still be told that they are not needed."""
    free = Slot.objects.filter(call_up=OuterRef("pk"), seats__gt=F("taken") + F("held"))
    asked = Offer.objects.filter(call_up=OuterRef("pk"), state=OfferState.ASKED)
    found = CallUp.objects.filter(~Exists(free), Exists(asked), state=CallUpState.OPEN)
    return list(found.order_by("pk"))


def over_by(at: datetime) -> list[CallUp]:
    """Running call-ups whose end, with the grace of their place, has passed."""
    ended = CallUp.objects.filter(state__in=RUNNING, ends_at__lte=at).order_by("ends_at")
    return [
        call_up
        for call_up in ended
        if at
        >= call_up.ends_at
        + timedelta(minutes=int(norms.number("call.close_grace_minutes", call_up.division_code)))
    ]
