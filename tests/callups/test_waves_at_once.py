"""Waves again and at once: what a second has asked the first finds when it comes to it, and the clock asks in silence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.audit.models import Entry
from muster.callups.actions import waves
from muster.callups.models import Offer
from muster.notifications.models import Message
from muster.people.models import VolunteerProfile
from tests.callups.drafting import NOW, draft, raised
from tests.world import World

pytestmark = pytest.mark.django_db


def test_two_waves_planned_from_the_same_people_ask_each_of_them_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        world.volunteer(number)
    actor = world.actor("worker")
    call_up = raised(actor, draft(5))
    monkeypatch.setattr(waves, "BATCH", 2)
    second: list[waves.Wave] = []

    def another_dispatcher(_sent: int) -> None:
        if not second:
            second.append(waves.ask_more(call_up, actor=actor, headcount=5, at=NOW))

    first = waves.ask_more(call_up, actor=actor, headcount=5, at=NOW, advance=another_dispatcher)

    assert first.asked + second[0].asked == Offer.objects.filter(call_up=call_up).count()
    assert Message.objects.filter(topic="offer").count() == Offer.objects.filter(call_up=call_up).count()
    assert (first.asked, second[0].asked > 0) == (2, True)


def test_the_clock_tells_once_that_nobody_is_left_to_ask(world: World) -> None:
    VolunteerProfile.objects.all().update(state="paused")
    call_up = raised(world.actor("worker"), draft(3))
    before = Entry.objects.count()

    for minute in range(3):
        waves.top_up(call_up, at=NOW + timedelta(minutes=minute))
    by_the_clock = Entry.objects.count() - before
    waves.ask_more(call_up, actor=world.actor("worker"), at=NOW)

    assert by_the_clock == 1
    assert Entry.objects.filter(verb="callups.wave.sent").latest("pk").actor_label == (
        world.actor("worker").label
    )
