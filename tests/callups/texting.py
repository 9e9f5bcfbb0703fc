"""The provider of text messages, as it hands in what people reply; and people who have no smartphone."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import count
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from muster.callups.actions import letters, text_replies
from muster.callups.models import CallUp, Offer, Slot
from muster.notifications.actions.sending import send
from muster.notifications.channels.sms import signature
from muster.notifications.channels.sms_replies import Inbound
from muster.notifications.models import Message
from muster.people.models import Person
from tests.callups.drafting import NOW, offer_to
from tests.world import World

_numbers = count(1)


def without_smartphone(world: World, number: int = 1) -> Person:
    """A volunteer who has a telephone and nothing else."""
    person = world.volunteer(number)
    person.has_smartphone = False
    person.save()
    return person


def asked_by_text(call_up: CallUp, person: Person, slot: Slot | None = None, **facts: Any) -> Offer:
    """The offer of somebody whose question has left as a text message."""
    offer = offer_to(call_up, person, slot, **facts)
    whole = Offer.objects.select_related("call_up", "person", "slot__shift__post").get(pk=offer.pk)
    letters.ask(call_up, [whole], at=whole.asked_at)
    deliver()
    return whole


def deliver() -> None:
    """Everything that waits leaves, in the order in which it was written."""
    waiting = Message.objects.filter(state="queued").order_by("pk").values_list("pk", flat=True)
    Message.objects.filter(state="queued").update(next_try_at=timezone.now())
    send(list(waiting))


def texts(person: Person | str, text: str, *, at: datetime = NOW, provider_id: str = "") -> str:
    """This person writes, and what became of it; a new message each time unless `provider_id` says which."""
    sender = person if isinstance(person, str) else person.phone
    inbound = Inbound(provider_id or f"test-{next(_numbers)}", sender, text)
    return text_replies.take(inbound, at=at)


def answers_to(person: Person) -> list[str]:
    """What was written back, the oldest first."""
    told = Message.objects.filter(person_id=person.pk, topic="text_reply").order_by("pk")
    return [message.body for message in told]


def signed(body: bytes, *, stamp: str = "", key: str = "") -> dict[str, str]:
    """The headers with which the provider proves itself."""
    stamp = stamp or str(int(timezone.now().timestamp()))
    return {
        "X-Muster-Time": stamp,
        "X-Muster-Signature": signature(body, stamp, key or settings.SMS_REPLY_KEY),
    }


def handed_in(client: Client, facts: object, **how: str) -> HttpResponse:
    """The provider posts these facts."""
    body = facts if isinstance(facts, bytes) else json.dumps(facts, ensure_ascii=False).encode()
    return client.post("/texts/", body, content_type="application/json", headers=signed(body, **how))
