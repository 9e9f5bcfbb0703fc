"""The life of a call-up: raised once, halted, resumed, stood down, closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from muster.audit.models import Entry
from muster.callups.actions import calls, offers, waves
from muster.callups.enums import AssignmentState, CallUpState, UnitCallState
from muster.callups.models import (
    Assignment,
    CallUp,
    NeedItem,
    Offer,
    Pledge,
    Post,
    Shift,
    Slot,
    SupportItem,
    UnitCall,
)
from muster.callups.rules.drafts import CallUpDraft, SeatsDraft
from muster.jobs import queue
from muster.notifications.models import Message
from muster.people.models import VolunteerProfile
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.world import World, make_unit

pytestmark = pytest.mark.django_db


@pytest.mark.req("R2.1", "R2.2", "R9.6", "R1.6")
def test_raising_writes_who_calls_for_what_where_when_and_who_provides(world: World) -> None:
    seats = (SeatsDraft("general", 4), SeatsDraft("backbone", 1), SeatsDraft("skilled", 2, "nursing"))
    form = draft(posts=(post("北门", shift(*seats)), post("南门", shift(SeatsDraft("general", 3)))))

    call_up = raised(world.actor("worker"), form)

    assert (call_up.raised_by, call_up.raised_by_label) == (
        world.account("worker"),
        world.actor("worker").label,
    )
    assert (call_up.starts_at, call_up.ends_at) == (START, START + timedelta(hours=6))
    assert (call_up.mode, call_up.level, call_up.state) == ("emergency", 3, CallUpState.OPEN)
    assert call_up.duty_holder == "蜀汉街社区居民委员会"
    assert [need.headcount for need in call_up.needs.all()] == [10]
    assert list(Post.objects.order_by("position").values_list("name", flat=True)) == ["北门", "南门"]
    assert sorted(Slot.objects.values_list("kind", "skill", "seats")) == [
        ("backbone", "", 1),
        ("general", "", 3),
        ("general", "", 4),
        ("skilled", "nursing", 2),
    ]
    assert sorted(SupportItem.objects.values_list("kind", "giver")) == [
        ("insurance", "community"),
        ("ppe", "community"),
    ]
    assert Entry.objects.get(verb="callups.call_up.raised").object_code == call_up.code


def test_the_same_request_key_raises_once(world: World) -> None:
    worker, key = world.actor("worker"), uuid4()

    first, second = (
        calls.raise_call_up(actor=worker, form=draft(), request_key=key, at=NOW) for _ in range(2)
    )

    assert first == second
    assert (CallUp.objects.count(), NeedItem.objects.count(), Slot.objects.count()) == (1, 1, 1)


def test_the_request_key_of_somebody_else_opens_nothing(world: World) -> None:
    key = uuid4()
    calls.raise_call_up(actor=world.actor("worker"), form=draft(), request_key=key, at=NOW)

    with pytest.raises(Refused) as refused:
        calls.raise_call_up(actor=world.actor("township_overseer"), form=draft(), request_key=key, at=NOW)

    assert refused.value.code == "request_key_used"


@pytest.mark.parametrize(
    "cast", ["neighbor", "county_overseer", "liaison", "volunteer", "auditor", "stranger"]
)
def test_only_the_community_and_its_township_raise(world: World, cast: str) -> None:
    with pytest.raises(Http404):
        raised(world.actor(cast))

    assert raised(world.actor("township_overseer")).division_code == world.here
    assert CallUp.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"risk_statement": " "}, "risk_missing"),
        ({"duty_holder": ""}, "duty_holder_missing"),
        ({"posts": ()}, "no_seats"),
        ({"posts": (post("北门", shift(SeatsDraft("general", 0))),)}, "no_seats"),
        ({"posts": (post("北门", shift(SeatsDraft("general", 20_001))),)}, "too_many_seats"),
        ({"posts": (post("北门", shift(SeatsDraft("general", 1))),) * 2}, "post_named_twice"),
        ({"posts": (post("北门", shift(SeatsDraft("general", 1), hours=7)),)}, "shift_too_long"),
        ({"posts": (post("北门", shift(SeatsDraft("general", 1), hours=-1)),)}, "times_crossed"),
        (
            {"posts": (post("北门", shift(SeatsDraft("general", 1), start=NOW - timedelta(hours=6))),)},
            "already_over",
        ),
        ({"reply_by": NOW}, "reply_over"),
        ({"reply_by": START + timedelta(hours=7)}, "reply_after_end"),
        ({"needs_full_protection": True}, "shift_too_long"),
        ({"need_codes": ("ZZZZ2222",)}, "need_unknown"),
    ],
)
def test_a_draft_that_cannot_be_is_refused_with_its_reason(
    world: World, facts: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        raised(world.actor("worker"), draft(**facts))

    assert refused.value.code == code
    assert CallUp.objects.count() == 0


@pytest.mark.req("R2.2")
def test_a_need_on_file_is_cited_and_no_second_one_opened(world: World) -> None:
    need = NeedItem.objects.create(
        division_code=world.here, task_kind="delivery", description="送菜", headcount=4, opened_at=NOW
    )

    call_up = raised(world.actor("worker"), draft(need_codes=(need.code,)))

    assert list(call_up.needs.all()) == [need]
    assert NeedItem.objects.count() == 1


def test_the_need_of_another_community_cannot_be_cited(world: World) -> None:
    need = NeedItem.objects.create(
        division_code=world.next_door, task_kind="delivery", description="送菜", headcount=4, opened_at=NOW
    )

    with pytest.raises(Refused) as refused:
        raised(world.actor("worker"), draft(need_codes=(need.code,)))

    assert refused.value.code == "need_unknown"


@pytest.mark.req("R2.1")
@pytest.mark.parametrize(("mode", "minutes"), [("routine", 120), ("emergency", 30)])
def test_units_are_called_with_a_deadline_and_their_liaison_is_told(
    world: World, mode: str, minutes: int
) -> None:
    elsewhere = make_unit("邻社区单位", uscc="91510100MA6CA1B23X", division_code=world.next_door)

    call_up = raised(
        world.actor("worker"), draft(unit_ids=(world.unit.pk, elsewhere.pk), unit_headcount=5, mode=mode)
    )

    unit_call = UnitCall.objects.get(call_up=call_up)
    message = Message.objects.get(topic="unit_called")
    assert (unit_call.unit, unit_call.asked_headcount) == (world.unit, 5)
    assert unit_call.answer_due_at == NOW + timedelta(minutes=minutes)
    assert message.person_id == world.person("liaison").pk
    assert unit_call.code in message.body


def test_a_shift_across_midnight_is_one_span(world: World) -> None:
    night = START - timedelta(hours=7)

    call_up = raised(
        world.actor("worker"), draft(posts=(post("北门", shift(SeatsDraft("general", 1), start=night)),))
    )

    row = Shift.objects.get(call_up=call_up)
    assert row.ends_at - row.starts_at == timedelta(hours=6)
    assert row.starts_at.astimezone(START.tzinfo).date() < row.ends_at.astimezone(START.tzinfo).date()


def test_a_drill_carries_its_flag_to_every_row_that_tells_of_it(world: World) -> None:
    for number in range(3):
        world.volunteer(number)
    call_up = raised(
        world.actor("worker"),
        draft(2, is_drill=True, asks_volunteers=True, unit_ids=(world.unit.pk,)),
    )
    offer = Offer.objects.filter(call_up=call_up).order_by("pk")[0]
    offers.accept(offer, actor=Actor(label=""), risk_confirmed=True, at=NOW)
    calls.stand_down(call_up, reason="演练结束", actor=world.actor("worker"), at=NOW)

    assert set(Message.objects.values_list("is_drill", flat=True)) == {True}
    assert all(message.body.startswith(("[Drill]", "【演练】")) for message in Message.objects.all())
    verbs = set(Entry.objects.filter(is_drill=True).values_list("verb", flat=True))
    assert verbs == set(Entry.objects.filter(verb__startswith="callups").values_list("verb", flat=True))
    assert "callups.offer.accepted" in verbs


def test_halting_stops_new_questions_and_keeps_what_was_accepted(world: World) -> None:
    worker = world.actor("worker")
    call_up = raised(worker)
    offer = offer_to(call_up, world.person("volunteer"))
    calls.halt(call_up, actor=worker, at=NOW)
    call_up.refresh_from_db()

    with pytest.raises(Refused) as refused:
        waves.ask_more(call_up, actor=worker, headcount=1, at=NOW)

    assert refused.value.code == "not_open"
    assert offers.accept(offer, actor=worker, risk_confirmed=True, at=NOW).state == "accepted"
    assert waves.top_up(call_up, at=NOW) is None


def test_halt_and_resume_are_refused_where_nothing_is_to_be_done(world: World) -> None:
    worker = world.actor("worker")
    call_up = raised(worker)

    with pytest.raises(Refused) as not_halted:
        calls.resume(call_up, actor=worker, at=NOW)
    calls.halt(call_up, actor=worker, at=NOW)
    with pytest.raises(Refused) as not_open:
        calls.halt(call_up, actor=worker, at=NOW)
    calls.resume(call_up, actor=worker, at=NOW)

    call_up.refresh_from_db()
    assert (not_halted.value.code, not_open.value.code) == ("not_halted", "not_open")
    assert (call_up.state, call_up.halted_at) == (CallUpState.OPEN, None)


def standing_call(world: World) -> tuple[CallUp, dict[str, Offer]]:
    """One of each: seated, waiting, asked, declined; and a unit that pledged two seats."""
    call_up = raised(world.actor("worker"), draft(3, unit_ids=(world.unit.pk,)))
    slot = Slot.objects.get(call_up=call_up)
    made = {
        name: offer_to(call_up, world.volunteer(n)) for n, name in enumerate(["seated", "asked", "declined"])
    }
    offers.accept(made["seated"], actor=Actor(label=""), risk_confirmed=True, at=NOW)
    offers.decline(made["declined"], "work", actor=Actor(label=""), at=NOW)
    unit_call = UnitCall.objects.get(call_up=call_up)
    Pledge.objects.create(unit_call=unit_call, slot=slot, headcount=2, held=2)
    Slot.objects.filter(pk=slot.pk).update(held=2)
    UnitCall.objects.filter(pk=unit_call.pk).update(state=UnitCallState.PLEDGED)
    made["waiting"] = offer_to(call_up, world.volunteer(9))
    offers.accept(made["waiting"], actor=Actor(label=""), risk_confirmed=True, at=NOW)
    return call_up, made


def test_standing_down_tells_everybody_once_and_frees_every_seat(world: World) -> None:
    worker = world.actor("worker")
    call_up, made = standing_call(world)
    beforehand = calls.would_tell(call_up)

    told = calls.stand_down(call_up, reason="解除管控", actor=worker, at=NOW)

    slot = Slot.objects.get(call_up=call_up)
    assert beforehand == told == calls.Told(seated=1, waiting=1, asked=1, units=1)
    assert {name: Offer.objects.get(pk=offer.pk).state for name, offer in made.items()} == {
        "seated": "stood_down",
        "waiting": "stood_down",
        "asked": "stood_down",
        "declined": "declined",
    }
    assert Assignment.objects.get(call_up=call_up).state == AssignmentState.STOOD_DOWN
    assert (slot.taken, slot.held) == (0, 0)
    assert UnitCall.objects.get(call_up=call_up).state == UnitCallState.STOOD_DOWN
    recipients = list(Message.objects.filter(topic="stood_down").values_list("person_id", flat=True))
    expected = {made[name].person_id for name in ("seated", "waiting", "asked")} | {
        world.person("liaison").pk
    }
    assert (len(recipients), set(recipients)) == (4, expected)


def test_a_second_stand_down_is_told_that_somebody_was_faster(world: World) -> None:
    call_up, _made = standing_call(world)
    calls.stand_down(call_up, reason="解除管控", actor=world.actor("worker"), at=NOW)

    with pytest.raises(Refused) as refused:
        calls.stand_down(call_up, reason="解除管控", actor=world.actor("township_overseer"), at=NOW)

    assert refused.value.code == "already_done"
    assert Message.objects.filter(topic="stood_down").count() == 4


def test_who_stands_at_the_post_is_told_and_stays_on_the_record(world: World) -> None:
    call_up, made = standing_call(world)
    Assignment.objects.filter(offer=made["seated"]).update(state=AssignmentState.ARRIVED)

    calls.stand_down(call_up, reason="解除管控", actor=world.actor("worker"), at=NOW)

    assert Assignment.objects.get(offer=made["seated"]).state == AssignmentState.ARRIVED
    assert Slot.objects.get(call_up=call_up).taken == 1
    assert Message.objects.filter(topic="stood_down", person_id=made["seated"].person_id).count() == 1


def test_closing_ends_questions_waiting_and_holds(world: World) -> None:
    call_up, made = standing_call(world)

    calls.close(call_up, at=call_up.ends_at)

    call_up.refresh_from_db()
    states = {name: Offer.objects.get(pk=offer.pk).state for name, offer in made.items()}
    assert (call_up.state, call_up.closed_at) == (CallUpState.CLOSED, call_up.ends_at)
    assert states == {"seated": "accepted", "waiting": "thanked", "asked": "expired", "declined": "declined"}
    assert (Slot.objects.get(call_up=call_up).held, Pledge.objects.get().held) == (0, 0)
    assert NeedItem.objects.get().closed_at == call_up.ends_at
    yes = dict(VolunteerProfile.objects.filter(accepted_count__gt=0).values_list("person", "accepted_count"))
    assert yes == {made["seated"].person_id: 1}


def test_a_call_up_closes_by_itself_after_its_grace(world: World) -> None:
    call_up = raised(world.actor("worker"))
    due = call_up.ends_at + timedelta(minutes=120)

    closed = [calls.close_due(at) for at in (due - timedelta(seconds=1), due, due)]

    call_up.refresh_from_db()
    assert (closed, call_up.state) == ([0, 1, 0], CallUpState.CLOSED)


def test_the_jobs_of_the_call_ups_are_known_to_the_queue(world: World) -> None:
    call_up = raised(world.actor("worker"))

    for name in ("callups.thank_surplus", "callups.top_up"):
        queue.enqueue(name, call_up_id=call_up.pk)
    queue.enqueue("callups.ask_wave", call_up_id=call_up.pk, headcount=1, account_id=None)

    queue.drain()

    assert queue.waiting() == []
    assert Entry.objects.filter(verb="callups.wave.sent", object_code=call_up.code).exists()


@pytest.mark.parametrize(
    ("fence", "change"),
    [
        ("call_up_states_the_risk", {"risk_statement": ""}),
        ("call_up_names_its_duty_holder", {"duty_holder": ""}),
        ("call_up_ends_after_it_starts", {"ends_at": START}),
        ("call_up_stood_down_has_its_time", {"state": "stood_down"}),
        ("call_up_closed_has_its_time", {"state": "closed"}),
    ],
)
def test_the_database_keeps_a_call_up_whole(world: World, fence: str, change: dict[str, object]) -> None:
    call_up = raised(world.actor("worker"))

    with pytest.raises(IntegrityError, match=fence), transaction.atomic():
        CallUp.objects.filter(pk=call_up.pk).update(**change)


def test_the_mode_of_the_place_is_taken_where_the_draft_names_none(world: World) -> None:
    form: CallUpDraft = replace(draft(), mode=None, level=None)

    call_up = raised(world.actor("worker"), form)

    assert (call_up.mode, call_up.level) == ("routine", 0)
