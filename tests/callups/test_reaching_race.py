"""Answers by text and calls under real simultaneity: threads with connections of their own, and commits that the others see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from muster.audit.models import Disclosure
from muster.callups.actions import offers, rings
from muster.callups.enums import RingResult
from muster.callups.models import Assignment, Ring, Slot, TextReply
from muster.notifications.models import Message
from tests.callups.drafting import NOW, draft, offer_to, raised
from tests.callups.ground import me
from tests.callups.texting import asked_by_text, texts, without_smartphone
from tests.racing import at_once
from tests.world import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # no model of ours, so no flush empties it
    return make_world()


def texting(person: object, text: str = "1", provider_id: str = "") -> Callable[[], object]:
    return lambda: texts(person, text, provider_id=provider_id)


def test_one_message_handed_in_by_six_lines_at_once_is_one_seat_and_one_word(world: World) -> None:
    person = without_smartphone(world)
    call_up = raised(world.actor("worker"), draft(3))
    asked_by_text(call_up, person)

    outcomes = Counter(at_once([texting(person, provider_id="p-1")] * 6))

    assert outcomes["accepted"] >= 1
    assert set(outcomes) <= {"accepted", "reply_under_way"}
    assert Slot.objects.get(call_up=call_up).taken == 1
    assert TextReply.objects.get().outcome == "accepted"
    assert Message.objects.filter(topic="text_reply").count() == 1


def test_six_messages_of_one_person_at_once_are_one_seat_and_one_word(world: World) -> None:
    person = without_smartphone(world)
    call_up = raised(world.actor("worker"), draft(3))
    asked_by_text(call_up, person)

    assert at_once([texting(person)] * 6) == ["accepted"] * 6
    assert Slot.objects.get(call_up=call_up).taken == 1
    assert Message.objects.filter(topic="text_reply").count() == 1


def test_a_text_and_a_tap_on_the_last_seat_at_once_seat_one(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    old, young = without_smartphone(world), world.volunteer(2)
    asked_by_text(call_up, old)
    tapped = asked_by_text(call_up, young)

    def tap() -> object:
        return offers.accept(tapped, actor=me(young), risk_confirmed=True, at=NOW).state

    assert sorted(map(str, at_once([texting(old), tap]))) == ["accepted", "waiting"]
    assert Assignment.objects.filter(call_up=call_up).count() == 1


def test_yes_and_no_at_once_end_in_one_of_them(world: World) -> None:
    person = without_smartphone(world)
    call_up = raised(world.actor("worker"), draft(1))
    offer = asked_by_text(call_up, person)

    at_once([texting(person, "1"), texting(person, "2")])

    offer.refresh_from_db()
    seated = Assignment.objects.filter(call_up=call_up, state="accepted").count()
    assert offer.state in {"accepted", "withdrawn"}
    assert (seated, Slot.objects.get(call_up=call_up).taken) == (
        (1, 1) if offer.state == "accepted" else (0, 0)
    )


def test_two_at_the_desk_who_ring_the_same_person_at_once_are_one_who_gets_the_number(world: World) -> None:
    offer = offer_to(raised(world.actor("worker"), draft(1)), world.volunteer(1))

    def ringing(cast: str) -> Callable[[], object]:
        actor = world.actor(cast)
        return lambda: rings.dial(offer, actor=actor, at=NOW).by_label

    outcomes = at_once([ringing("worker"), ringing("township_overseer")])

    assert outcomes.count("being_rung") == 1
    assert (Ring.objects.count(), Disclosure.objects.count()) == (1, 1)


def test_a_result_noted_by_two_taps_at_once_is_one_seat_and_one_word(world: World) -> None:
    offer = offer_to(raised(world.actor("worker"), draft(2)), world.volunteer(1))
    actor = world.actor("worker")
    ring = rings.dial(offer, actor=actor, at=NOW)

    def noting() -> object:
        mine = Ring.objects.select_related("offer__call_up", "offer__person").get(pk=ring.pk)
        return rings.note_result(mine, RingResult.YES, actor=actor, risk_confirmed=True, at=NOW).result

    assert at_once([noting] * 4) == ["yes"] * 4
    assert Slot.objects.get().taken == 1
    assert Message.objects.filter(topic="text_reply").count() == 1
