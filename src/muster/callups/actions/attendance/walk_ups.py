"""Somebody stands there who is on no list: a name and a number, and they are on the list and present."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from muster.callups.actions import offers, seats
from muster.callups.actions.attendance.presence import COMING, WALK_UP, arrive, lock, out_words
from muster.callups.actions.attendance.scans import Attempt, once
from muster.callups.enums import AnswerWay, AssignmentState, CallUpState
from muster.callups.models import Assignment, Attendance, Offer, Shift, Slot
from muster.callups.queries import fitness, standing
from muster.callups.queries.presence import posts_with_room, slots_with_room_in, window_of
from muster.callups.rules import answers, presence
from muster.norms import queries as norms
from muster.people.actions.rosters import Entry, enroll_all, is_made_up, known_by
from muster.people.enums import ForceClass
from muster.people.models import Person
from muster.people.rules import parse_name, parse_phone
from muster.records.enums import Evidence
from muster.toolkit import server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused


def walk_up(
    shift: Shift,
    *,
    name: str,
    phone: str,
    actor: Actor,
    nonce: UUID,
    device: str,
    risk_confirmed: bool = False,
    device_at: datetime | None = None,
    at: datetime | None = None,
) -> Attendance:
    """The person is put on file if new, gets a free seat of the shift and is present. Who is on the list is checked in.

    By saying so the leader vouches that the risk was read out (`risk_confirmed`) and that the person is of age. Refuses
    what `check_in` and the rules of age, health and rest refuse, `post_full`, `risk_not_confirmed` and
    `phone_of_another`; sent twice it answers once.
    """
    at = at or server_clock.now()
    attempt = Attempt(shift.post, WALK_UP, actor, at, nonce, device[:40], device_at)

    def deed() -> Assignment:
        entry = Entry(parse_name(name), parse_phone(phone))
        if not risk_confirmed:
            raise Refused(
                "risk_not_confirmed", _("Read out what to look out for first, then tick that you did.")
            )
        if seats.hold_call_up(shift.call_up_id) == CallUpState.STOOD_DOWN:
            raise Refused(
                "call_up_stood_down", _("This call-up was stood down. Nobody is needed any more; thank you.")
            )
        presence.refuse_in_outside(window_of(shift), at)
        person = _person(entry, shift, actor, at)
        seats.lock_person(person.pk)
        assignment = _on_list(shift, person) or _seat(shift, person, actor, at)
        arrive(lock(assignment), evidence=Evidence.LEADER, actor=actor, at=at, device_at=device_at)
        return assignment

    with seats.no_double_booking():
        return Attendance.objects.get(assignment=once(attempt, deed))


def _person(entry: Entry, shift: Shift, actor: Actor, at: datetime) -> Person:
    (known,) = known_by([entry])
    if known is not None and known.name != entry.name:
        raise Refused(
            "phone_of_another",
            _("This phone number is on file for another person. Check the number, or leave it out."),
        )
    (person,) = enroll_all(
        [entry],
        division_code=shift.division_code,
        force_class=ForceClass.VOLUNTEER,
        is_synthetic=is_made_up(actor),
        is_drill=shift.call_up.is_drill,
        actor=actor,
        at=at,
    )
    return Person.objects.select_related("volunteer").get(pk=person.pk)


def _on_list(shift: Shift, person: Person) -> Assignment | None:
    """The seat that this person has in the shift already; refuses who is in or out already."""
    assignment = (
        Assignment.objects.filter(shift=shift, person=person)
        .exclude(state__in=[AssignmentState.WITHDRAWN, AssignmentState.STOOD_DOWN])
        .order_by("-pk")
        .first()
    )
    if assignment is None or assignment.state in (*COMING, AssignmentState.ABSENT):
        return assignment
    if assignment.state == AssignmentState.ARRIVED:
        raise Refused("already_in", _("This person is on the list and checked in already."))
    raise Refused("already_out", out_words(assignment))


def _seat(shift: Shift, person: Person, actor: Actor, at: datetime) -> Assignment:
    """A seat of the shift for somebody who is not on its list: by an answer here and now to an offer made here and now."""
    slot = next((slot for slot in slots_with_room_in(shift) if standing.may_sit(person, slot)), None)
    offers_made = Offer.objects.select_related("call_up", "person__volunteer", "slot")
    offer = offers_made.filter(call_up=shift.call_up_id, person=person).first()
    if slot is None:
        if offer is None or offer.pledge_id is None or offer.slot.shift_id != shift.pk:
            raise Refused("post_full", _full_words(shift))
    elif offer is None:
        offer = Offer.objects.create(
            call_up=shift.call_up,
            person=person,
            slot=slot,
            wave=0,
            asked_at=at,
            reply_by=shift.ends_at,
            why={"by": "walk_up"},
        )
    elif answers.answerable(offer.state) and offer.slot.shift_id != shift.pk:
        # Asked for another post and standing at this one: the seat here is the one that counts.
        Offer.objects.filter(pk=offer.pk).update(slot=slot, pledge=None)
    if answers.answerable(offer.state):
        assignment = offers.accept(
            offer, actor=actor, risk_confirmed=True, way=AnswerWay.SPOT, at=at
        ).assignment
    else:
        assignment = _seat_without_offer(offer, slot, at, actor)
    if assignment is None or assignment.shift_id != shift.pk:
        raise Refused("post_full", _full_words(shift))
    Assignment.objects.filter(pk=assignment.pk).update(is_walk_up=True)
    return assignment


def _seat_without_offer(offer: Offer, slot: Slot | None, at: datetime, actor: Actor) -> Assignment | None:
    """A second seat in the same call-up: the one offer of this person is used up, for another shift or by giving it back."""
    if slot is None:
        return None
    rules = norms.rules_for(slot.shift.division_code, None)
    bars = answers.standing_bars(fitness.bars_between(offer.person, slot, offer.call_up, rules))
    if bars:
        raise Refused(bars[0].value, answers.refusal_words(bars[0]))
    return seats.claim(
        [slot], offer.person, at=at, unit_call=offer.unit_call, **standing.seat_facts(offer, actor)
    )


def _full_words(shift: Shift) -> str:
    others = posts_with_room(shift)
    if not others:
        return _(
            "All seats are taken, here and at the other posts. Thank them, and note the number for the next call."
        )
    name, free = others[0]
    return _("All seats here are taken. %(post)s still needs %(count)s; send them there.") % {
        "post": name,
        "count": free,
    }
