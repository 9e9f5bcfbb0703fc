"""Reminders: each once, in time, and to nobody who was asked only just now."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from muster.callups.actions import calls, offers, reminders
from muster.callups.models import Assignment
from muster.norms import queries as norms
from muster.norms.models import Setting
from muster.notifications.models import Message
from muster.toolkit.actor import Actor
from tests.callups.drafting import NOW, START, draft, offer_to, raised
from tests.callups.ground import seated
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


class TestOffsets:
    """How long before: a number of each place, so that one county's habit is not another's."""

    def test_who_said_yes_the_day_before_is_reminded_a_day_ahead_and_again_before_setting_out(
        self, world: World
    ) -> None:
        seat = seated(world, at=NOW - timedelta(days=2))
        muster = seat.shift.muster_at
        times = [muster - timedelta(hours=24), muster - timedelta(hours=12), muster - timedelta(hours=2)]

        told = [reminders.remind_muster(at) for at in (*times, *times)]

        assert told == [1, 0, 1, 0, 0, 0]
        keys = Message.objects.filter(topic="remind").order_by("pk").values_list("send_key", flat=True)
        assert list(keys) == [f"muster_early:{seat.code}", f"muster:{seat.code}"]

    @pytest.mark.parametrize(("ago", "told"), [(timedelta(hours=2), 1), (timedelta(minutes=119), 0)])
    def test_who_said_yes_just_before_needs_no_early_word(
        self, world: World, ago: timedelta, told: int
    ) -> None:
        muster = seated(world).shift.muster_at
        early = muster - timedelta(hours=24)
        Assignment.objects.update(assigned_at=early - ago)

        assert reminders.remind_muster(early) == told

    def test_a_place_with_its_own_number_reminds_by_that_and_with_nought_not_at_all(
        self, world: World
    ) -> None:
        here = seated(world, at=NOW - timedelta(days=2))
        there = seated(
            world,
            world.volunteer(1),
            raised(world.actor("neighbor"), draft(1, division_code=world.next_door)),
            at=NOW - timedelta(days=2),
        )
        muster = here.shift.muster_at
        set_number("call.muster_reminder_minutes", 60, world.next_door)
        set_number("call.muster_early_minutes", 0, world.next_door)

        told = {hours: reminders.remind_muster(muster - timedelta(hours=hours)) for hours in (24, 2, 1)}

        assert told == {24: 1, 2: 1, 1: 1}
        keys = Message.objects.filter(topic="remind").order_by("pk").values_list("send_key", flat=True)
        assert list(keys) == [
            f"muster_early:{here.code}",
            f"muster:{here.code}",
            f"muster:{there.code}",
        ]

    def test_the_time_to_answer_is_reminded_of_by_the_number_of_the_place(self, world: World) -> None:
        call_up = raised(world.actor("worker"))
        offer_to(call_up, world.volunteer(1))
        set_number("call.remind_before_minutes", 90, world.here)

        told = [reminders.remind_unanswered(call_up.reply_by - timedelta(minutes=left)) for left in (90, 30)]

        assert told == [1, 0]

    def test_after_a_stand_down_nobody_is_reminded(self, world: World) -> None:
        seat = seated(world, at=NOW - timedelta(days=2))
        calls.stand_down(seat.call_up, reason="雨停了。", actor=world.actor("worker"), at=NOW)

        assert reminders.remind_muster(seat.shift.muster_at - timedelta(hours=2)) == 0


def set_number(key: str, value: float, division_code: int) -> None:
    """This place has a number of its own."""
    Setting.objects.create(
        key=key, value=value, basis="D", division_code=division_code, valid_from=date(2026, 1, 1)
    )
    norms.forget()
