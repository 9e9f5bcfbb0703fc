"""Every deed on a call-up in every state of it: what follows, or the refusal that changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from muster.audit.models import Entry
from muster.callups.actions import calls, offers, pledges, waves
from muster.callups.enums import CALL_UP_MOVES, CallUpState
from muster.callups.models import Assignment, CallUp, NeedItem, Offer, Pledge, Slot, UnitCall
from muster.callups.queries import standing
from muster.notifications.models import Message
from muster.people.models import VolunteerProfile
from tests.callups.drafting import NOW, START, draft, offer_to, raised
from tests.callups.ground import arrives, called, leaves, me, seated, waiting
from tests.callups.refusals import nothing_done, refused
from tests.world import World

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
REASON = "任务结束，谢谢大家。"
Deed = Callable[[CallUp, World], object]


def halts(call_up: CallUp, world: World) -> object:
    return calls.halt(call_up, actor=world.actor("worker"), at=LATER)


def resumes(call_up: CallUp, world: World) -> object:
    return calls.resume(call_up, actor=world.actor("worker"), at=LATER)


def stands_down(call_up: CallUp, world: World) -> object:
    return calls.stand_down(call_up, reason=REASON, actor=world.actor("worker"), at=LATER)


def closes(call_up: CallUp, world: World) -> object:
    return calls.close(call_up, actor=world.actor("worker"), at=LATER)


def asks(call_up: CallUp, world: World) -> object:
    return waves.ask_more(call_up, actor=world.actor("worker"), at=LATER)


WAYS: dict[str, tuple[Deed, ...]] = {
    CallUpState.OPEN: (),
    CallUpState.HALTED: (halts,),
    CallUpState.STOOD_DOWN: (stands_down,),
    CallUpState.CLOSED: (closes,),
}


def call_up_in(world: World, state: str) -> CallUp:
    call_up = raised(world.actor("worker"))
    for deed in WAYS[state]:
        deed(call_up, world)
    call_up.refresh_from_db()
    assert call_up.state == state
    return call_up


@pytest.mark.parametrize(
    ("deed", "before", "after", "stamp"),
    [
        (halts, "open", "halted", "halted_at"),
        (resumes, "halted", "open", ""),
        (stands_down, "open", "stood_down", "stood_down_at"),
        (stands_down, "halted", "stood_down", "stood_down_at"),
        (closes, "open", "closed", "closed_at"),
        (closes, "halted", "closed", "closed_at"),
    ],
)
def test_a_deed_moves_the_call_up_and_is_on_the_trail(
    world: World, deed: Deed, before: str, after: str, stamp: str
) -> None:
    call_up = call_up_in(world, before)

    deed(call_up, world)

    call_up.refresh_from_db()
    entry = Entry.objects.latest("pk")
    assert (call_up.state, after in CALL_UP_MOVES[before]) == (after, True)
    assert (getattr(call_up, stamp) if stamp else call_up.halted_at) == (LATER if stamp else None)
    assert (entry.object_code, entry.actor_label) == (call_up.code, world.actor("worker").label)


@pytest.mark.parametrize(
    ("deed", "state", "code"),
    [
        (halts, "halted", "not_open"),
        (halts, "stood_down", "not_open"),
        (halts, "closed", "not_open"),
        (resumes, "open", "not_halted"),
        (resumes, "stood_down", "not_halted"),
        (resumes, "closed", "not_halted"),
        (stands_down, "stood_down", "already_done"),
        (stands_down, "closed", "call_up_over"),
        (closes, "closed", "already_done"),
        (closes, "stood_down", "call_up_over"),
        (asks, "halted", "not_open"),
        (asks, "stood_down", "not_open"),
        (asks, "closed", "not_open"),
    ],
)
def test_a_deed_that_the_state_forbids_changes_nothing(
    world: World, deed: Deed, state: str, code: str
) -> None:
    call_up = call_up_in(world, state)

    with refused(code):
        deed(call_up, world)


def test_an_old_copy_of_the_call_up_does_not_undo_what_others_did(world: World) -> None:
    call_up = call_up_in(world, "open")
    stale = CallUp.objects.get(pk=call_up.pk)
    stands_down(call_up, world)

    for deed in (halts, resumes, asks):
        with refused("not_halted" if deed is resumes else "not_open"):
            deed(stale, world)


def test_the_names_given_before_a_stand_down_are_those_told_by_it(world: World) -> None:
    unit_call = called(world, draft(6, unit_ids=(world.unit.pk,)))
    call_up = unit_call.call_up
    seated(world, world.volunteer(1), call_up)
    offer_to(call_up, world.volunteer(2))
    waiting(call_up, world.volunteer(3))
    offer_to(call_up, world.volunteer(4), state="expired")
    offers.decline(offer_to(call_up, world.volunteer(5)), "work", actor=me(world.person("volunteer")), at=NOW)
    Message.objects.all().delete()

    before = calls.would_tell(call_up)
    told = stands_down(call_up, world)

    assert before == told
    assert (before.seated, before.asked, before.waiting, before.units, before.total) == (1, 1, 1, 1, 4)
    assert Message.objects.filter(topic="stood_down").count() == 4


def test_who_said_no_or_nothing_is_not_told_of_the_stand_down(world: World) -> None:
    call_up = call_up_in(world, "open")
    for number, state in enumerate(("expired", "thanked"), start=1):
        offer_to(call_up, world.volunteer(number), state=state)

    stands_down(call_up, world)

    assert Message.objects.filter(topic="stood_down").count() == 0
    assert sorted(Offer.objects.values_list("state", flat=True)) == ["expired", "thanked"]


def test_a_stand_down_gives_back_what_units_were_kept(world: World) -> None:
    unit_call = called(world)
    pledges.pledge(unit_call, headcount=3, actor=world.actor("liaison"), at=NOW)

    stands_down(unit_call.call_up, world)

    unit_call.refresh_from_db()
    assert (unit_call.state, unit_call.pledged_headcount) == ("stood_down", 3)
    assert list(Pledge.objects.values_list("held", "released_at")) == [(0, LATER)]
    assert list(Slot.objects.values_list("held", "taken")) == [(0, 0)]


def test_a_unit_that_had_said_no_is_left_alone_by_the_stand_down(world: World) -> None:
    unit_call = called(world)
    pledges.decline(unit_call, reason="全员值班", actor=world.actor("liaison"), at=NOW)
    Message.objects.all().delete()

    stands_down(unit_call.call_up, world)

    unit_call.refresh_from_db()
    assert (unit_call.state, Message.objects.count()) == ("declined", 0)


@pytest.mark.req("R9.3")
def test_who_stands_at_a_post_when_it_is_stood_down_still_checks_out_with_his_minutes(world: World) -> None:
    seat = seated(world)
    arrives(seat, START)
    calls.stand_down(seat.call_up, reason=REASON, actor=world.actor("worker"), at=START + timedelta(hours=2))

    attendance = leaves(seat, START + timedelta(hours=2, minutes=10))

    seat.refresh_from_db()
    assert (seat.state, seat.offer.state) == ("left", "accepted")
    assert attendance.checked_out_at == START + timedelta(hours=2, minutes=10)
    assert Slot.objects.get().taken == 1


@pytest.mark.parametrize(
    ("past_grace", "closed"), [(timedelta(seconds=-1), 0), (timedelta(0), 1)], ids=["before", "at"]
)
def test_a_call_up_closes_by_itself_two_hours_after_its_end(
    world: World, past_grace: timedelta, closed: int
) -> None:
    call_up = call_up_in(world, "open")
    at = call_up.ends_at + timedelta(hours=2) + past_grace

    assert calls.close_due(at) == closed
    assert calls.close_due(at) == 0


@pytest.mark.parametrize("state", ["stood_down", "closed"])
def test_what_is_over_is_not_closed_again_by_the_clock(world: World, state: str) -> None:
    call_up = call_up_in(world, state)

    with nothing_done():
        assert calls.close_due(call_up.ends_at + timedelta(days=1)) == 0


def test_the_clock_closes_a_call_up_that_was_halted_as_well(world: World) -> None:
    call_up = call_up_in(world, "halted")

    assert calls.close_due(call_up.ends_at + timedelta(days=1)) == 1


def test_closing_closes_the_need_that_it_was_for_and_no_other(world: World) -> None:
    other = NeedItem.objects.create(
        division_code=world.here, task_kind="delivery", description="送菜", headcount=4, opened_at=NOW
    )
    call_up = call_up_in(world, "closed")

    other.refresh_from_db()
    assert [need.closed_at for need in call_up.needs.all()] == [LATER]
    assert other.closed_at is None


@pytest.mark.parametrize("is_drill", [False, True], ids=["real", "drill"])
@pytest.mark.parametrize("end", [stands_down, closes])
def test_only_real_call_ups_count_in_what_somebody_accepted(world: World, end: Deed, is_drill: bool) -> None:
    call_up = raised(world.actor("worker"), draft(3, is_drill=is_drill))
    yes = seated(world, world.volunteer(1), call_up)
    given_back = seated(world, world.volunteer(2), call_up)
    offers.withdraw(given_back.offer, "work", actor=me(given_back.person), at=NOW)

    end(call_up, world)

    counts = VolunteerProfile.objects.filter(person__in=[yes.person, given_back.person]).order_by("person")
    assert list(counts.values_list("accepted_count", flat=True)) == [0 if is_drill else 1, 0]


def test_freed_seats_are_counted_anew_from_who_sits_there(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(4))
    seats = [seated(world, world.volunteer(number), call_up) for number in range(3)]
    Assignment.objects.filter(pk=seats[0].pk).update(state="absent")
    Slot.objects.update(held=1)

    standing.recount_slots(call_up)

    assert list(Slot.objects.values_list("taken", "held")) == [(2, 0)]


def test_units_that_never_answered_lapse_with_the_close_and_those_who_did_stay(world: World) -> None:
    silent = called(world)

    closes(silent.call_up, world)

    assert UnitCall.objects.get().state == "lapsed"
    with refused("call_up_over"):
        pledges.pledge(silent, headcount=1, actor=world.actor("liaison"), at=LATER)
