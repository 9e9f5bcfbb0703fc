"""What the database keeps of texts, calls and passes, whatever the code above it does: each fence by its name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from muster.callups.models import Post, Ring, TextReply, ViewPass
from tests.callups.drafting import NOW, offer_to, raised
from tests.world import World

pytestmark = pytest.mark.django_db


def breaks(fence: str, deed: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match=fence), transaction.atomic():
        deed()


def test_a_message_of_the_provider_is_there_once(db: None) -> None:
    facts = {"provider_id": "p-1", "sender_index": UUID(int=1), "received_at": NOW, "claimed_at": NOW}
    TextReply.objects.create(**facts)

    breaks("text_reply_once_per_provider_id", lambda: TextReply.objects.create(**facts))


def test_one_call_is_under_way_with_one_person(world: World) -> None:
    offer = offer_to(raised(world.actor("worker")), world.volunteer(1))
    first = Ring.objects.create(offer=offer, by_label="周敏", rung_at=NOW)

    breaks(
        "ring_one_under_way_per_offer",
        lambda: Ring.objects.create(offer=offer, by_label="何静", rung_at=NOW),
    )
    breaks("ring_noted_has_its_time", lambda: Ring.objects.filter(pk=first.pk).update(result="no"))
    Ring.objects.filter(pk=first.pk).update(result="no", noted_at=NOW)
    assert Ring.objects.create(offer=offer, by_label="何静", rung_at=NOW).pk


def test_a_pass_shows_one_thing_of_its_kind_and_a_person_has_one_calendar(world: World) -> None:
    call_up = raised(world.actor("worker"))
    things = {
        "my_calendar": {"person": world.person("volunteer")},
        "call_up_calendar": {"call_up": call_up},
        "wall": {"post": Post.objects.get(call_up=call_up)},
    }

    def made(kind: str, **facts: object) -> ViewPass:
        standard = {"language": "zh-hans", "made_at": NOW, "expires_at": NOW + timedelta(days=1)}
        return ViewPass.objects.create(kind=kind, **{**standard, **facts})

    for kind, subject in things.items():
        for other in things.values():
            if other is not subject:
                breaks("pass_shows_one_thing", lambda kind=kind, other=other: made(kind, **other))
        breaks("pass_shows_one_thing", lambda kind=kind: made(kind))
        assert made(kind, **subject).pk
    breaks("pass_one_calendar_per_person", lambda: made("my_calendar", **things["my_calendar"]))
    ViewPass.objects.update(revoked_at=NOW)
    assert made("my_calendar", **things["my_calendar"]).pk
