"""Call-ups as rows, for pages that only read: no action is needed to show what is there."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.utils import timezone

from muster.callups.enums import AssignmentState, OfferState, TaskKind
from muster.callups.models import Assignment, CallUp, Offer, Post, Shift, Slot
from muster.norms.enums import Mode
from muster.people.models import Person
from tests.world import World

SIX_HOURS = timedelta(hours=6)


def make_call_up(
    world: World,
    *,
    title: str = "清晨门岗",
    starts_at: datetime | None = None,
    place: int = 0,
    **facts: object,
) -> CallUp:
    """An open call-up of the first community, beginning in two hours; `facts` are fields of it."""
    now = timezone.now()
    starts_at = starts_at or now + timedelta(hours=2)
    standard = {
        "request_key": uuid.uuid4(),
        "division_code": place or world.here,
        "title": title,
        "purpose": "守门",
        "task_kind": TaskKind.SCAN_TEMPERATURE,
        "mode": Mode.ROUTINE,
        "place": "锦里西苑",
        "risk_statement": "会接触进出居民。",
        "bring": "身份证和手机",
        "duty_holder": "蜀汉街社区",
        "starts_at": starts_at,
        "ends_at": starts_at + SIX_HOURS,
        "reply_by": starts_at - timedelta(hours=1),
        "naming_due_at": starts_at - timedelta(hours=1),
        "unit_answer_due_at": now - timedelta(minutes=5),
        "ask_cap": 100,
        "raised_by": world.account("worker"),
        "opened_at": now,
    }
    return CallUp.objects.create(**{**standard, **facts})


def make_slot(call_up: CallUp, *, post: str = "北门", seats: int = 6, held: int = 0, taken: int = 0) -> Slot:
    """A post of that call-up with one shift and its seats."""
    made = Post.objects.create(
        call_up=call_up,
        division_code=call_up.division_code,
        name=post,
        place="武侯祠大街",
        task_kind=call_up.task_kind,
        code_key="k",
    )
    shift = Shift.objects.create(
        post=made,
        call_up=call_up,
        division_code=call_up.division_code,
        muster_at=call_up.starts_at - timedelta(minutes=20),
        starts_at=call_up.starts_at,
        ends_at=call_up.ends_at,
    )
    return Slot.objects.create(shift=shift, call_up=call_up, seats=seats, held=held, taken=taken)


def make_offer(slot: Slot, person: Person, state: str = OfferState.ASKED) -> Offer:
    """That person asked for a seat there."""
    now = timezone.now()
    return Offer.objects.create(
        call_up=slot.call_up,
        person=person,
        slot=slot,
        wave=1,
        state=state,
        asked_at=now,
        answered_at=now if state == OfferState.ACCEPTED else None,
        waiting_since=now if state == OfferState.WAITING else None,
        reply_by=slot.call_up.reply_by,
    )


def make_seat(slot: Slot, person: Person, state: str = AssignmentState.ACCEPTED) -> Assignment:
    """That person in a seat there, who had accepted an offer; the seat counts as taken."""
    Slot.objects.filter(pk=slot.pk).update(taken=slot.taken + 1)
    slot.taken += 1
    shift = slot.shift
    return Assignment.objects.create(
        call_up=slot.call_up,
        shift=shift,
        slot=slot,
        person=person,
        offer=make_offer(slot, person, OfferState.ACCEPTED),
        division_code=slot.call_up.division_code,
        state=state,
        during=(shift.starts_at, shift.ends_at),
        authority_label="蜀汉街社区",
        assigned_at=timezone.now(),
    )
