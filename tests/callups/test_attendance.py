"""Checking in and out: proven, once, in its window, and never in two places."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import translation

from muster.callups.actions import calls, offers
from muster.callups.enums import AssignmentState, ScanResult
from muster.callups.models import Assignment, Attendance, Scan
from muster.callups.rules.drafts import SeatsDraft
from muster.records.models import ServiceRecord
from muster.toolkit.refusal import Refused
from tests.callups.drafting import CHENGDU, NOW, START, draft, post, raised, shift
from tests.callups.ground import arrives, code_at, leaves, me, seated
from tests.world import World

pytestmark = pytest.mark.django_db
END = START + timedelta(hours=6)
MINUTE = timedelta(minutes=1)


def state_of(assignment: Assignment) -> str:
    return Assignment.objects.get(pk=assignment.pk).state


def refusal(code: str) -> Scan:
    return Scan.objects.get(result=ScanResult.REFUSED, refusal_code=code)


@pytest.mark.req("R9.3")
def test_a_scan_of_the_rotating_code_makes_somebody_present(world: World) -> None:
    seat = seated(world)

    there = arrives(seat, START - 5 * MINUTE, device_at=START - 5 * MINUTE)

    assert state_of(seat) == AssignmentState.ARRIVED
    assert (there.checked_in_at, there.evidence_in, there.checked_out_at) == (
        START - 5 * MINUTE,
        "code",
        None,
    )
    scan = Scan.objects.get()
    assert (scan.deed, scan.result, scan.assignment, scan.skew_seconds) == ("check_in", "accepted", seat, 0)


@pytest.mark.req("R9.3")
def test_checking_out_credits_the_minutes_of_the_shift(world: World) -> None:
    seat = seated(world)
    arrives(seat, START - 5 * MINUTE)

    leaves(seat, END + 3 * MINUTE)

    assert state_of(seat) == AssignmentState.LEFT
    record = ServiceRecord.objects.get()
    assert (record.minutes, record.state, record.evidence) == (6 * 60 + 8, "credited", "code")
    assert (record.source_kind, record.source_code, record.person) == ("attendance", seat.code, seat.person)


def test_the_code_of_the_step_before_still_counts_and_an_older_one_does_not(world: World) -> None:
    seat = seated(world)
    old = code_at(seat.shift.post, START - timedelta(seconds=90))

    with pytest.raises(Refused) as refused:
        arrives(seat, START, code=old)
    arrives(seat, START, code=code_at(seat.shift.post, START - timedelta(seconds=30)))

    assert refused.value.code == "wrong_code"
    assert refusal("wrong_code").assignment == seat


def test_the_code_of_another_post_opens_nothing(world: World) -> None:
    places = (post("北门", shift(SeatsDraft("general", 2))), post("南门", shift(SeatsDraft("general", 2))))
    call_up = raised(world.actor("worker"), draft(posts=places))
    seat = seated(world, call_up=call_up)
    south = call_up.posts.get(name="南门")

    with pytest.raises(Refused) as refused:
        arrives(seat, code=code_at(south, START))

    assert refused.value.code == "wrong_code"


def test_guessing_codes_ends_after_a_few(world: World) -> None:
    seat = seated(world)
    for _try in range(5):
        with pytest.raises(Refused, match="wrong_code"):
            arrives(seat, code="12345")

    with pytest.raises(Refused) as refused:
        arrives(seat)

    assert refused.value.code == "too_many_tries"
    assert arrives(seat, START + 2 * MINUTE).evidence_in == "code"


def test_a_leader_needs_no_code_and_both_together_prove_more(world: World) -> None:
    seat = seated(world)

    by_leader = arrives(seat, actor=world.actor("leader"), device="post-phone", code="", by_leader=True)
    both = arrives(seat, START + MINUTE)

    assert (by_leader.evidence_in, both.evidence_in) == ("leader", "code_and_leader")
    assert both.checked_in_at == START


@pytest.mark.parametrize("who", ["code", "leader"])
def test_a_second_proof_of_the_same_kind_says_so(world: World, who: str) -> None:
    seat = seated(world)
    facts = {} if who == "code" else {"code": "", "by_leader": True}
    arrives(seat, **facts)

    with translation.override("en"), pytest.raises(Refused) as refused:
        arrives(seat, START + MINUTE, **facts)

    assert (refused.value.code, refused.value.message) == (
        "already_in",
        "Checked in since 06:00. There is nothing left to do.",
    )


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(minutes=80), "You are 20 minutes early. Come back at 05:00."),
        (timedelta(minutes=61), "You are 1 minute early. Come back at 05:00."),
        (timedelta(hours=12), "It is too early to check in. Come back tomorrow 05:00."),
    ],
)
def test_check_in_refuses_before_the_window_and_says_when_to_come_back(
    world: World, before: timedelta, words: str
) -> None:
    seat = seated(world)

    with translation.override("en"), pytest.raises(Refused) as refused:
        arrives(seat, START - before)

    assert (refused.value.code, refused.value.message) == ("too_early", words)
    assert refusal("too_early").refusal_message == words
    assert Attendance.objects.count() == 0


def test_check_in_opens_at_the_very_minute(world: World) -> None:
    assert arrives(seated(world), START - timedelta(hours=1)).checked_in_at == START - timedelta(hours=1)


def test_check_in_refuses_when_the_shift_is_over(world: World) -> None:
    seat = seated(world)

    with pytest.raises(Refused) as refused:
        arrives(seat, END)

    assert refused.value.code == "shift_over"


def test_check_out_is_open_for_a_while_after_the_shift_and_then_not(world: World) -> None:
    seat = seated(world)
    arrives(seat)

    with pytest.raises(Refused) as refused:
        leaves(seat, END + timedelta(hours=2, seconds=1))

    assert refused.value.code == "too_late_out"
    assert leaves(seat, END + timedelta(hours=2)).checked_out_at == END + timedelta(hours=2)
    assert ServiceRecord.objects.get().minutes == 6 * 60 + 15


def test_a_shift_across_midnight_has_one_window_and_one_record(world: World) -> None:
    start = datetime(2026, 12, 3, 20, 0, tzinfo=CHENGDU)
    call_up = raised(
        world.actor("worker"), draft(posts=(post("北门", shift(SeatsDraft("general", 2), start=start)),))
    )
    seat = seated(world, call_up=call_up)

    arrives(seat, start - 10 * MINUTE)
    leaves(seat, start + timedelta(hours=6))

    record = ServiceRecord.objects.get()
    assert (record.minutes, record.served_on) == (6 * 60 + 10, start.date())
    assert record.during.upper == datetime(2026, 12, 4, 2, 0, tzinfo=CHENGDU)


def test_a_clock_15_minutes_ahead_changes_nothing_but_is_kept(world: World) -> None:
    seat = seated(world)
    ahead = timedelta(minutes=15)

    with pytest.raises(Refused, match="too_early"):
        arrives(seat, START - timedelta(minutes=70), device_at=START - timedelta(minutes=70) + ahead)
    there = arrives(seat, START, device_at=START + ahead)

    assert (there.checked_in_at, there.device_in_at) == (START, START + ahead)
    assert set(Scan.objects.values_list("skew_seconds", flat=True)) == {900}


def test_the_same_nonce_answers_as_the_first_time(world: World) -> None:
    seat = seated(world)
    nonce = uuid4()

    first = arrives(seat, nonce=nonce)
    second = arrives(seat, START + 2 * MINUTE, nonce=nonce)

    assert first == second
    assert second.checked_in_at == START
    assert Scan.objects.count() == 1


def test_the_same_nonce_of_a_refused_scan_is_refused_again(world: World) -> None:
    seat = seated(world)
    nonce = uuid4()
    with pytest.raises(Refused):
        arrives(seat, START - timedelta(hours=3), nonce=nonce)

    with pytest.raises(Refused) as refused:
        arrives(seat, START, nonce=nonce)

    assert refused.value.code == "too_early"
    assert Scan.objects.count() == 1


def test_a_check_out_sent_twice_credits_once(world: World) -> None:
    seat = seated(world)
    arrives(seat)
    nonce = uuid4()

    leaves(seat, nonce=nonce)
    leaves(seat, END + MINUTE, nonce=nonce)

    assert list(ServiceRecord.objects.values_list("minutes", flat=True)) == [360]


def test_a_nonce_used_for_something_else_is_refused(world: World) -> None:
    seat = seated(world)
    nonce = uuid4()
    arrives(seat, nonce=nonce)

    with pytest.raises(Refused) as refused:
        leaves(seat, nonce=nonce)

    assert refused.value.code == "scan_used_already"
    assert state_of(seat) == AssignmentState.ARRIVED


def test_checking_out_without_having_checked_in_is_refused(world: World) -> None:
    with pytest.raises(Refused) as refused:
        leaves(seated(world))

    assert refused.value.code == "not_in"


def test_checking_out_twice_says_since_when(world: World) -> None:
    seat = seated(world)
    arrives(seat)
    leaves(seat)

    with translation.override("en"), pytest.raises(Refused) as refused:
        leaves(seat, END + MINUTE)

    assert refused.value.message == "Checked out at 12:00. There is nothing left to do; thank you."


def test_a_seat_given_back_cannot_be_checked_into(world: World) -> None:
    seat = seated(world)
    offers.withdraw(seat.offer, "unwell", actor=me(seat.person), at=NOW)

    with pytest.raises(Refused) as refused:
        arrives(seat)

    assert refused.value.code == "seat_given_back"


def test_a_call_up_that_was_stood_down_takes_nobody_in(world: World) -> None:
    seat = seated(world)
    calls.stand_down(seat.call_up, reason="水退了", actor=world.actor("worker"), at=NOW)

    with pytest.raises(Refused) as refused:
        arrives(seat)

    assert refused.value.code == "call_up_stood_down"
    assert refusal("call_up_stood_down").post == seat.shift.post


def test_nobody_is_present_in_two_places(world: World) -> None:
    first = seated(world)
    arrives(first, START - 10 * MINUTE)
    later = shift(SeatsDraft("general", 2), start=END + MINUTE, hours=2)
    other = raised(world.actor("worker"), draft(posts=(post("南门", later),)))
    second = Assignment.objects.create(
        call_up=other,
        shift=other.shifts.get(),
        slot=other.slots.get(),
        person=first.person,
        division_code=other.division_code,
        state=AssignmentState.ACCEPTED,
        during=(END + MINUTE, END + timedelta(hours=2)),
        authority_label="社区",
        assigned_at=NOW,
    )

    with translation.override("en"), pytest.raises(Refused) as refused:
        arrives(second, END + MINUTE)

    assert (refused.value.code, refused.value.message) == (
        "in_elsewhere",
        "Still checked in at 北门. Check out there first.",
    )
    leaves(first, END + MINUTE)
    assert arrives(second, END + 2 * MINUTE).checked_out_at is None
