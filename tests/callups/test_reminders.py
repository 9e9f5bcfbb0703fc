"""Reminders: each once, in time, and to nobody who was asked only just now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.callups.actions import offers, reminders
from muster.notifications.models import Message
from muster.toolkit.actor import Actor
from tests.callups.drafting import NOW, START, offer_to, raised
from tests.world import World

pytestmark = pytest.mark.django_db
NOBODY = Actor(label="")


def test_who_has_not_answered_is_reminded_once(world: World) -> None:
    call_up = raised(world.actor("worker"))
    person = world.volunteer(1)
    offer = offer_to(call_up, person)
    just_asked = offer_to(call_up, world.volunteer(2), asked_at=call_up.reply_by - timedelta(minutes=40))
    soon = call_up.reply_by - timedelta(minutes=25)

    told = [
        reminders.remind_unanswered(at)
        for at in (soon - timedelta(hours=1), soon, soon + timedelta(minutes=1))
    ]

    assert told == [0, 1, 0]
    assert Message.objects.get(topic="remind").send_key == f"remind:{offer.code}"
    assert not Message.objects.filter(person_id=just_asked.person_id).exists()


def test_who_said_yes_is_reminded_once_before_the_muster(world: World) -> None:
    call_up = raised(world.actor("worker"))
    offer = offer_to(call_up, world.person("volunteer"))
    seat = offers.accept(offer, actor=NOBODY, risk_confirmed=True, at=NOW).assignment
    soon = START - timedelta(minutes=20 + 115)

    told = [
        reminders.remind_muster(at) for at in (soon - timedelta(hours=1), soon, soon + timedelta(minutes=1))
    ]

    assert seat is not None
    assert told == [0, 1, 0]
    assert Message.objects.get(topic="remind").send_key == f"muster:{seat.code}"
