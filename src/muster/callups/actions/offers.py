"""Answers to an offer. Each is final in the database before it is told, and the same tap twice answers the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from muster.callups.access import locked_offer
from muster.callups.actions import letters, seats
from muster.callups.actions.notes import note
from muster.callups.enums import AnswerWay, AssignmentState, CallUpState, OfferState
from muster.callups.models import Assignment, CallUp, Offer, Slot
from muster.callups.queries import fitness, standing
from muster.callups.rules import answers
from muster.jobs import queue
from muster.kernel.eligibility import Bar
from muster.norms import queries as norms
from muster.people.models import Person
from muster.toolkit import clock, server_clock
from muster.toolkit.actor import SYSTEM, Actor
from muster.toolkit.refusal import Refused


@dataclass(frozen=True)
class Answer:
    """What became of an offer. `position` counts from 1 on the waiting list."""

    state: str
    assignment: Assignment | None = None
    position: int | None = None


def accept(
    offer: Offer,
    *,
    actor: Actor,
    risk_confirmed: bool,
    way: AnswerWay = AnswerWay.PAGE,
    at: datetime | None = None,
) -> Answer:
    """Yes: the seat that was asked for, else another at the same time in the same call-up, else the waiting list.

    `risk_confirmed`: the person saw the risk statement and answered under it (R9.2). A late yes counts while there is
    room. Refuses what the rules of age, health, rest and insurance forbid, and a call-up that is over.
    """
    at = at or server_clock.now()
    with seats.no_double_booking(), transaction.atomic():
        offer = locked_offer(offer.pk)
        if offer.state in (OfferState.ACCEPTED, OfferState.WAITING):
            return _as_answered(offer)
        _refuse_if_over(offer)
        if offer.state == OfferState.THANKED:
            return Answer(OfferState.THANKED)
        _refuse_yes(offer, at, risk_confirmed=risk_confirmed)
        answer = _take_seat(offer, actor, way, at) or _join_waiting(offer, way, at)
        note(
            "callups.offer.accepted",
            offer,
            actor=actor,
            at=at,
            detail={"state": answer.state, "way": way.value},
        )
        if _was_last(answer) and standing.free_seats(offer.call_up_id) == 0:
            queue.enqueue_once("callups.thank_surplus", offer.call_up.code, call_up_id=offer.call_up_id)
    return answer


def decline(
    offer: Offer,
    reason: str,
    *,
    actor: Actor,
    way: AnswerWay = AnswerWay.PAGE,
    at: datetime | None = None,
) -> Answer:
    """No, with a reason; from a seat it is `withdraw`. Whoever declined may still say yes while there is room."""
    at = at or server_clock.now()
    with transaction.atomic():
        offer = locked_offer(offer.pk)
        if offer.state in (OfferState.DECLINED, OfferState.WITHDRAWN, OfferState.THANKED):
            return _as_answered(offer)
        _refuse_if_over(offer)
        if offer.state != OfferState.ACCEPTED:
            _move(
                offer,
                OfferState.DECLINED,
                answered_at=at,
                reason=reason,
                waiting_since=None,
                answered_by=way.value,
            )
            _record_no(offer, "callups.offer.declined", actor, at)
            return Answer(OfferState.DECLINED)
    return withdraw(offer, reason, actor=actor, way=way, at=at)


def withdraw(
    offer: Offer,
    reason: str,
    *,
    actor: Actor,
    way: AnswerWay = AnswerWay.PAGE,
    at: datetime | None = None,
) -> Answer:
    """Cannot come any more: the seat is free at once, then the first who waits gets it, else somebody new is asked."""
    at = at or server_clock.now()
    with transaction.atomic():
        offer = locked_offer(offer.pk)
        if offer.state == OfferState.WITHDRAWN:
            return _as_answered(offer)
        _refuse_if_over(offer)
        if offer.state != OfferState.ACCEPTED:
            raise Refused("nothing_to_give_back", _("There is no seat of yours to give back."))
        seat = Assignment.objects.select_related("slot__shift__post", "call_up").get(offer=offer)
        if not seats.release(seat, state=AssignmentState.WITHDRAWN, at=at, reason=reason):
            raise Refused(
                "already_arrived", _("You have checked in already. Tell your leader, who checks you out.")
            )
        _move(offer, OfferState.WITHDRAWN, answered_at=at, reason=reason, answered_by=way.value)
        _record_no(offer, "callups.offer.withdrawn", actor, at)
    pass_on(seat, at=at)
    return Answer(OfferState.WITHDRAWN)


def pass_on(seat: Assignment, *, at: datetime) -> None:
    """The seat that somebody has just left goes to the first who waits, else somebody new is asked.

    After the commit that freed it, because whoever waits is another person, whose row is locked before the slot's.
    """
    if promote_waiting(seat.slot, at=at) is None:
        queue.enqueue_once("callups.top_up", seat.call_up.code, call_up_id=seat.call_up_id)


def promote_waiting(slot: Slot, *, at: datetime | None = None) -> Assignment | None:
    """A free seat of `slot` for the first on the waiting list who may have it, and they are told; None if nobody may.

    Each candidate in a transaction of its own: one who may not have the seat does not keep it from the next.
    """
    at = at or server_clock.now()
    for offer in standing.waiting_list(slot.call_up_id):
        seat = _promote(offer, slot, at)
        if seat is not None:
            return seat
    return None


def fill_from_waiting(call_up_id: int, *, at: datetime | None = None) -> int:
    """Puts everybody who waits and may have a seat that is free into one, first come first; how many. Harmless twice."""
    at = at or server_clock.now()
    promoted = 0
    for slot in standing.slots_with_room(call_up_id):
        while promote_waiting(slot, at=at):
            promoted += 1
    return promoted


def expire_due(at: datetime | None = None) -> int:
    """Offers whose time to answer is over, without an answer. How many; a second run finds none."""
    at = at or server_clock.now()
    return Offer.objects.filter(state=OfferState.ASKED, reply_by__lte=at).update(state=OfferState.EXPIRED)


def _was_last(answer: Answer) -> bool:
    """False where the slot still has a seat free, so that nobody needs to count those of the whole call-up."""
    slot = answer.assignment.slot if answer.assignment else None
    return slot is None or slot.taken + slot.held >= slot.seats


def _as_answered(offer: Offer) -> Answer:
    """The answer that was given before."""
    if offer.state == OfferState.ACCEPTED:
        return Answer(offer.state, Assignment.objects.select_related("slot__shift__post").get(offer=offer))
    if offer.state == OfferState.WAITING:
        return Answer(offer.state, position=standing.position_of(offer))
    return Answer(offer.state)


def _refuse_if_over(offer: Offer) -> None:
    state = offer.call_up.state
    if state == CallUpState.STOOD_DOWN or offer.state == OfferState.STOOD_DOWN:
        since = offer.call_up.stood_down_at
        raise Refused(
            "call_up_stood_down",
            _("This call-up was stood down at %(time)s. You need not come; thank you for being ready.")
            % {"time": clock.face(since)}
            if since
            else _("This call-up was stood down. You need not come; thank you for being ready."),
        )
    if state == CallUpState.CLOSED:
        raise Refused("call_up_closed", _("This call-up is over. Thank you; we will ask you again."))


def _refuse_yes(offer: Offer, at: datetime, *, risk_confirmed: bool) -> None:
    if not answers.answerable(offer.state):
        raise Refused(
            "seat_given_back",
            _(
                "You gave your seat back and somebody else was asked. Call the community if you can come after all."
            ),
        )
    if not risk_confirmed:
        raise Refused(
            "risk_not_confirmed", _("Open the page again and read what to look out for before you answer.")
        )
    if at >= offer.slot.shift.ends_at:
        raise Refused("shift_over", _("This shift is over. Thank you; we will ask you again."))
    bars = answers.standing_bars(_bars(offer, offer.slot))
    if bars:
        raise Refused(bars[0].value, answers.refusal_words(bars[0]))


def _bars(offer: Offer, slot: Slot) -> tuple[Bar, ...]:
    call_up = offer.call_up
    return fitness.bars_between(offer.person, slot, call_up, norms.rules_for(call_up.division_code))


def _take_seat(offer: Offer, actor: Actor, way: AnswerWay, at: datetime) -> Answer | None:
    """The seat its unit holds, the one that was proposed, or another at the same time; None where all are full."""
    facts = standing.seat_facts(offer, actor)
    seat = None
    if offer.pledge is not None:
        seat = seats.claim_held(offer.pledge, offer.slot, offer.person, at=at, offer=offer, **facts)
    if seat is None:
        seat = seats.claim([offer.slot], offer.person, at=at, offer=offer, unit_call=offer.unit_call, **facts)
    if seat is None:
        others = [
            slot for slot in standing.other_slots(offer) if not answers.standing_bars(_bars(offer, slot))
        ]
        seat = seats.claim(others, offer.person, at=at, offer=offer, unit_call=offer.unit_call, **facts)
    if seat is None:
        return None
    _move(
        offer,
        OfferState.ACCEPTED,
        answered_at=at,
        risk_confirmed_at=at,
        reason="",
        waiting_since=None,
        answered_by=way.value,
    )
    return Answer(OfferState.ACCEPTED, seat)


def _join_waiting(offer: Offer, way: AnswerWay, at: datetime) -> Answer:
    """The waiting list while it has room; beyond it nobody is kept waiting for nothing."""
    if standing.waiting_room_left(offer.call_up) <= 0:
        _move(offer, OfferState.THANKED, answered_at=at, risk_confirmed_at=at, answered_by=way.value)
        return Answer(OfferState.THANKED)
    _move(
        offer,
        OfferState.WAITING,
        answered_at=at,
        waiting_since=at,
        risk_confirmed_at=at,
        reason="",
        answered_by=way.value,
    )
    return Answer(OfferState.WAITING, position=standing.position_of(offer))


def seat_waiting(
    call_up: CallUp, person: Person, slot: Slot, *, why: dict[str, Any], actor: Actor, at: datetime
) -> Assignment:
    """The dispatch gives this seat to somebody who waits, for the reasons `why`.

    The caller holds the call-up, the offer and the person.
    """
    offer = Offer.objects.filter(call_up=call_up, person=person, state=OfferState.WAITING).first()
    if offer is None:
        raise Refused("not_waiting", _("This person does not wait any more."))
    seat = _seat_waiting(locked_offer(offer.pk), slot, actor, at)
    if seat is None:
        raise Refused("seat_full", _("This place is full. Choose another one."))
    Offer.objects.filter(pk=offer.pk).update(why=why)
    return seat


def _promote(offer: Offer, slot: Slot, at: datetime) -> Assignment | None:
    with transaction.atomic():
        offer = locked_offer(offer.pk)
        if offer.call_up.state not in standing.RUNNING:
            return None
        if offer.state != OfferState.WAITING or at >= slot.shift.ends_at:
            return None
        return _seat_waiting(offer, slot, SYSTEM, at)


def _seat_waiting(offer: Offer, slot: Slot, actor: Actor, at: datetime) -> Assignment | None:
    """From the waiting list into this seat, if the rules let them and it is still free; told, and on the trail."""
    if answers.standing_bars(_bars(offer, slot)) or not standing.may_sit(offer.person, slot):
        return None
    facts = standing.seat_facts(offer, actor)
    seat = seats.claim([slot], offer.person, at=at, offer=offer, unit_call=offer.unit_call, **facts)
    if seat is None:
        return None
    _move(offer, OfferState.ACCEPTED, waiting_since=None)
    note("callups.offer.promoted", offer, actor=actor, at=at)
    letters.tell_promoted(offer, seat, at=at)
    return seat


def _move(offer: Offer, state: OfferState, **facts: Any) -> None:
    """By claim from the state it was read in; the row is locked, so a miss is a bug."""
    if not answers.may_move(offer.state, state):
        raise RuntimeError(f"offer {offer.code} cannot go from {offer.state} to {state}")
    with connection.cursor() as cursor:
        cursor.execute(_moving(*facts), [state.value, *facts.values(), offer.pk, offer.state])
        if cursor.rowcount != 1:
            raise RuntimeError(f"offer {offer.code} changed under its lock")
    offer.state = state
    for name, value in facts.items():
        setattr(offer, name, value)


@cache
def _moving(*names: str) -> str:
    columns = ", ".join(f"{name} = %s" for name in ("state", *names))
    return f"UPDATE callups_offer SET {columns} WHERE id = %s AND state = %s"  # noqa: S608 - names of our own columns


def _record_no(offer: Offer, verb: str, actor: Actor, at: datetime) -> None:
    note(verb, offer, actor=actor, at=at, detail={"reason": offer.reason, "way": offer.answered_by})
