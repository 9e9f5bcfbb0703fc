"""Around a presence: taking back, staying away, the end of a shift, and what a person in charge confirms."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from muster.callups.actions import attendance, offers
from muster.callups.enums import AssignmentState, ScanResult
from muster.callups.models import Assignment, Attendance, Scan
from muster.records.enums import RecordState
from muster.records.models import ServiceRecord
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, START, draft, offer_to, raised
from tests.callups.ground import arrives, leaves, me, seated, seats_of
from tests.world import World

pytestmark = pytest.mark.django_db
END = START + timedelta(hours=6)
MINUTE = timedelta(minutes=1)


def state_of(assignment: Assignment) -> str:
    return Assignment.objects.get(pk=assignment.pk).state


def refusal(code: str) -> Scan:
    return Scan.objects.get(result=ScanResult.REFUSED, refusal_code=code)


@pytest.mark.parametrize("minutes", [0, 5])
def test_a_check_in_can_be_taken_back_for_five_minutes(world: World, minutes: int) -> None:
    seat = seated(world)
    arrives(seat)

    attendance.undo(
        seat, actor=me(seat.person), nonce=uuid4(), device="my-phone", at=START + minutes * MINUTE
    )

    assert state_of(seat) == AssignmentState.ACCEPTED
    assert Attendance.objects.count() == 0
    assert arrives(seat, START + 6 * MINUTE).checked_in_at == START + 6 * MINUTE


def test_taking_a_check_out_back_takes_its_minutes_back(world: World) -> None:
    seat = seated(world)
    arrives(seat)
    leaves(seat, START + timedelta(hours=1))

    attendance.undo(
        seat, actor=world.actor("leader"), nonce=uuid4(), device="p", at=START + timedelta(hours=1, minutes=4)
    )

    assert state_of(seat) == AssignmentState.ARRIVED
    assert ServiceRecord.objects.count() == 0
    leaves(seat)
    assert ServiceRecord.objects.get().minutes == 360


def test_after_five_minutes_nothing_is_taken_back(world: World) -> None:
    seat = seated(world)
    arrives(seat)

    with pytest.raises(Refused) as refused:
        attendance.undo(
            seat, actor=me(seat.person), nonce=uuid4(), device="p", at=START + timedelta(seconds=301)
        )

    assert refused.value.code == "undo_too_late"
    assert state_of(seat) == AssignmentState.ARRIVED


def test_what_was_taken_back_is_not_taken_back_again(world: World) -> None:
    seat = seated(world)
    arrives(seat)
    attendance.undo(seat, actor=me(seat.person), nonce=uuid4(), device="p", at=START)

    with pytest.raises(Refused) as refused:
        attendance.undo(seat, actor=me(seat.person), nonce=uuid4(), device="p", at=START)

    assert refused.value.code == "nothing_to_undo"


def test_who_does_not_come_frees_the_seat_after_the_grace(world: World) -> None:
    seat = seated(world)
    leader = world.actor("leader")

    with pytest.raises(Refused) as refused:
        attendance.mark_absent(seat, actor=leader, at=START + 29 * MINUTE)
    attendance.mark_absent(seat, actor=leader, at=START + 30 * MINUTE)

    assert refused.value.code == "still_on_the_way"
    assert state_of(seat) == AssignmentState.ABSENT
    assert seats_of(seat.call_up) == [(3, 0, 0)]


def test_the_seat_of_somebody_absent_goes_to_whoever_waits(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    seat = seated(world, call_up=call_up)
    waiting = offer_to(call_up, world.volunteer(1))
    offers.accept(waiting, actor=me(waiting.person), risk_confirmed=True, at=NOW)

    attendance.mark_absent(seat, actor=world.actor("leader"), at=START + 30 * MINUTE)

    waiting.refresh_from_db()
    assert waiting.state == "accepted"
    assert seats_of(call_up) == [(1, 0, 1)]


def test_who_comes_late_after_all_gets_the_seat_if_it_is_still_free(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    first, second = seated(world, call_up=call_up), world.volunteer(1)
    attendance.mark_absent(first, actor=world.actor("leader"), at=START + 30 * MINUTE)
    arrives(first, START + 40 * MINUTE)
    attendance.undo(first, actor=me(first.person), nonce=uuid4(), device="p", at=START + 40 * MINUTE)
    attendance.mark_absent(first, actor=world.actor("leader"), at=START + 41 * MINUTE)
    seated(world, second, call_up)

    with pytest.raises(Refused) as refused:
        arrives(first, START + 45 * MINUTE)

    assert refused.value.code == "seat_given_away"
    assert seats_of(call_up) == [(1, 0, 1)]


def test_nobody_is_absent_who_is_there(world: World) -> None:
    seat = seated(world)
    arrives(seat)

    with pytest.raises(Refused) as refused:
        attendance.mark_absent(seat, actor=world.actor("leader"), at=START + timedelta(hours=1))

    assert refused.value.code == "not_expected"


@pytest.mark.req("R9.3")
def test_at_the_end_of_a_shift_the_open_ends_are_closed_once(world: World) -> None:
    call_up = raised(world.actor("worker"))
    never_came, never_left, complete = (
        seated(world, world.volunteer(number), call_up) for number in range(3)
    )
    arrives(never_left)
    arrives(complete)
    leaves(complete)

    early = attendance.close_shift_due(END)
    late = attendance.close_shift_due(END + timedelta(hours=2, minutes=1))
    again = attendance.close_shift_due(END + timedelta(hours=3))

    assert (early, late, again) == (1, 1, 0)
    assert [state_of(seat) for seat in (never_came, never_left, complete)] == ["absent", "arrived", "left"]
    record = ServiceRecord.objects.get(source_code=never_left.code)
    assert (record.state, record.minutes) == (RecordState.UNCONFIRMED, 0)
    assert Attendance.objects.get(assignment=never_left).during.upper == END


def test_the_person_in_charge_confirms_until_when_somebody_was_there(world: World) -> None:
    seat = seated(world)
    arrives(seat)
    attendance.close_shift_due(END + timedelta(hours=3))

    attendance.confirm_time(
        seat,
        left_at=END - timedelta(hours=1),
        reason="带班记得",
        actor=world.actor("worker"),
        at=END + timedelta(hours=4),
    )

    record = ServiceRecord.objects.get()
    assert (record.minutes, record.state, record.evidence) == (300, "credited", "manual")
    assert record.reasons[-1] == {
        "code": "confirmed",
        "minutes": 0,
        "by": world.actor("worker").label,
        "words": "带班记得",
    }
    assert state_of(seat) == AssignmentState.LEFT


@pytest.mark.parametrize(
    ("left_after", "reason", "code"),
    [
        (timedelta(hours=5), " ", "reason_missing"),
        (timedelta(0), "记得", "left_before_arrival"),
        (timedelta(hours=99), "记得", "left_before_arrival"),
    ],
)
def test_a_confirmation_that_cannot_be_is_refused(
    world: World, left_after: timedelta, reason: str, code: str
) -> None:
    seat = seated(world)
    arrives(seat)
    attendance.close_shift_due(END + timedelta(hours=3))

    with pytest.raises(Refused) as refused:
        attendance.confirm_time(
            seat,
            left_at=START + left_after,
            reason=reason,
            actor=world.actor("worker"),
            at=END + timedelta(hours=4),
        )

    assert refused.value.code == code
    assert ServiceRecord.objects.get().state == RecordState.UNCONFIRMED


def test_a_presence_that_is_not_open_needs_no_confirmation(world: World) -> None:
    seat = seated(world)
    arrives(seat)

    with pytest.raises(Refused) as refused:
        attendance.confirm_time(seat, left_at=END, reason="记得", actor=world.actor("worker"), at=END)

    assert refused.value.code == "not_unconfirmed"


def test_a_drill_is_kept_apart(world: World) -> None:
    seat = seated(world, call_up=raised(world.actor("worker"), draft(is_drill=True)))
    arrives(seat)
    leaves(seat)

    record = ServiceRecord.objects.get()
    assert (record.is_drill, record.minutes, record.state) == (True, 360, "credited")
