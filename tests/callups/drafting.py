"""Drafts and call-ups for tests: one place with general seats tomorrow morning, unless a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from muster.callups.actions import calls
from muster.callups.enums import OfferState
from muster.callups.models import CallUp, Offer, Slot
from muster.callups.rules.drafts import CallUpDraft, PostDraft, SeatsDraft, ShiftDraft, SupportDraft
from muster.people.models import Person
from muster.toolkit.actor import Actor
from tests.world import HERE

CHENGDU = ZoneInfo("Asia/Shanghai")
# A Wednesday at noon; the shift of a draft is on Thursday from 06:00 to 12:00.
NOW = datetime(2026, 12, 2, 12, 0, tzinfo=CHENGDU)
START = datetime(2026, 12, 3, 6, 0, tzinfo=CHENGDU)


def shift(*seats: SeatsDraft, start: datetime = START, hours: int = 6) -> ShiftDraft:
    return ShiftDraft(start - timedelta(minutes=20), start, start + timedelta(hours=hours), seats)


def post(name: str, *shifts: ShiftDraft, **facts: Any) -> PostDraft:
    return PostDraft(name=name, shifts=shifts, **facts)


def draft(seats: int = 3, **facts: Any) -> CallUpDraft:
    """A call-up of one place with that many general seats; insured by the community."""
    standard = CallUpDraft(
        division_code=HERE,
        title="门岗值守",
        purpose="锦里西苑北门扫码测温",
        task_kind="scan_temperature",
        place="锦里西苑",
        risk_statement="会接触进出居民，有感染风险。",
        duty_holder="蜀汉街社区居民委员会",
        reply_by=START - timedelta(hours=2),
        posts=(post("北门", shift(SeatsDraft("general", seats))),),
        support=(SupportDraft("insurance", "community"), SupportDraft("ppe", "community")),
        mode="emergency",
        level=3,
        asks_volunteers=False,
    )
    return replace(standard, **facts)


def raised(actor: Actor, form: CallUpDraft | None = None, at: datetime = NOW) -> CallUp:
    return calls.raise_call_up(actor=actor, form=form or draft(), request_key=uuid4(), at=at)


def offer_to(call_up: CallUp, person: Person, slot: Slot | None = None, **facts: Any) -> Offer:
    """An offer as a wave makes it, for one named person."""
    standard = {"wave": 1, "asked_at": NOW, "reply_by": call_up.reply_by, "state": OfferState.ASKED}
    return Offer.objects.create(
        call_up=call_up,
        person=person,
        slot=slot or Slot.objects.filter(call_up=call_up).order_by("pk")[0],
        **{**standard, **facts},
    )
