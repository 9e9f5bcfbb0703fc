"""What the database itself keeps, whatever the code above it does: each fence by its name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from muster.callups.models import (
    Assignment,
    Attendance,
    CallUp,
    DispatchPart,
    DispatchRun,
    Offer,
    Pledge,
    Post,
    Scan,
    Shift,
    Slot,
    SupportIssue,
    SupportItem,
    UnitCall,
)
from tests.callups.drafting import NOW, START, draft, offer_to, raised
from tests.callups.ground import arrives, called, seated
from tests.world import HERE, World

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def breaks(fence: str, deed: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match=fence), transaction.atomic():
        deed()


@pytest.mark.parametrize(
    ("fence", "change"),
    [
        ("slot_never_overfilled", {"taken": 4}),
        ("slot_never_overfilled", {"held": 4}),
        ("slot_never_overfilled", {"taken": 2, "held": 2}),
        ("slot_never_overfilled", {"seats": 0, "taken": 1}),
        ("slot_skill_only_on_skilled_seats", {"skill": "nursing"}),
        ("slot_skill_only_on_skilled_seats", {"kind": "skilled"}),
        ("taken_check", {"taken": -1}),
        ("held_check", {"held": -1}),
    ],
)
def test_seats_are_never_more_taken_than_there_are(
    world: World, fence: str, change: dict[str, object]
) -> None:
    raised(world.actor("worker"))

    breaks(fence, lambda: Slot.objects.update(**change))


@pytest.mark.parametrize("change", [{"taken": 3}, {"held": 3}, {"taken": 1, "held": 2}, {"seats": 0}])
def test_seats_may_all_be_taken_or_held(world: World, change: dict[str, int]) -> None:
    raised(world.actor("worker"))

    assert Slot.objects.update(**change) == 1


@pytest.mark.parametrize(
    ("fence", "change"),
    [
        ("shift_ends_after_it_starts", {"ends_at": START}),
        ("shift_musters_before_it_starts", {"muster_at": START + timedelta(seconds=1)}),
    ],
)
def test_the_times_of_a_shift_follow_each_other(world: World, fence: str, change: dict[str, object]) -> None:
    raised(world.actor("worker"))

    breaks(fence, lambda: Shift.objects.update(**change))


@pytest.mark.parametrize(
    ("fence", "change"),
    [
        ("call_up_ends_after_it_starts", {"ends_at": START}),
        ("call_up_names_its_duty_holder", {"duty_holder": ""}),
        ("call_up_states_the_risk", {"risk_statement": ""}),
        ("call_up_stood_down_has_its_time", {"state": "stood_down"}),
        ("call_up_closed_has_its_time", {"state": "closed"}),
    ],
)
def test_a_call_up_is_whole(world: World, fence: str, change: dict[str, object]) -> None:
    raised(world.actor("worker"))

    breaks(fence, lambda: CallUp.objects.update(**change))


@pytest.mark.parametrize(
    ("fence", "change"),
    [
        ("offer_waiting_has_its_time", {"state": "waiting"}),
        ("offer_answer_has_its_time", {"state": "accepted"}),
        ("offer_answer_has_its_time", {"state": "declined"}),
        ("offer_answer_has_its_time", {"state": "withdrawn"}),
    ],
)
def test_an_answer_has_its_time(world: World, fence: str, change: dict[str, object]) -> None:
    offer_to(raised(world.actor("worker")), world.person("volunteer"))

    breaks(fence, lambda: Offer.objects.update(**change))


@pytest.mark.parametrize(
    ("fence", "change"),
    [
        ("assignment_ordered_is_paid_duty", {"state": "ordered"}),
        ("assignment_ended_has_its_time", {"state": "withdrawn"}),
        ("assignment_ended_has_its_time", {"state": "stood_down"}),
    ],
)
def test_a_seat_says_on_whose_time_it_is_and_when_it_ended(
    world: World, fence: str, change: dict[str, object]
) -> None:
    seated(world)

    breaks(fence, lambda: Assignment.objects.update(**change))


def second_seat(seat: Assignment, starts: timedelta, ends: timedelta, **facts: object) -> Assignment:
    """Another seat of the same person, that long after the first one began."""
    other = Shift.objects.exclude(pk=seat.shift_id).get()
    standard = {
        "call_up": other.call_up,
        "shift": other,
        "slot": Slot.objects.get(shift=other),
        "person": seat.person,
        "division_code": seat.division_code,
        "state": "accepted",
        "during": DateTimeTZRange(START + starts, START + ends),
        "authority_label": "周敏",
        "assigned_at": NOW,
    }
    return Assignment.objects.create(**{**standard, **facts})


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        pytest.param(0 * HOUR, 6 * HOUR, id="the same time"),
        pytest.param(-6 * HOUR, timedelta(seconds=1), id="a second at the beginning"),
        pytest.param(6 * HOUR - timedelta(seconds=1), 12 * HOUR, id="a second at the end"),
        pytest.param(-12 * HOUR, 24 * HOUR, id="around it"),
    ],
)
@pytest.mark.parametrize("state", ["accepted", "arrived", "left"])
def test_nobody_has_two_seats_at_overlapping_times(
    world: World, starts: timedelta, ends: timedelta, state: str
) -> None:
    seat = seated(world)
    raised(world.actor("worker"))

    breaks("assignment_no_double_booking", lambda: second_seat(seat, starts, ends, state=state))


@pytest.mark.parametrize(
    ("starts", "facts"),
    [
        pytest.param(6 * HOUR, {}, id="back to back"),
        pytest.param(0 * HOUR, {"state": "absent"}, id="beside one that was not taken"),
        pytest.param(0 * HOUR, {"state": "withdrawn", "ended_at": NOW}, id="beside one given back"),
    ],
)
def test_seats_that_do_not_meet_may_both_be(
    world: World, starts: timedelta, facts: dict[str, object]
) -> None:
    seat = seated(world)
    raised(world.actor("worker"))

    assert second_seat(seat, starts, starts + 6 * HOUR, **facts).pk


def test_nobody_is_present_in_two_places_at_once(world: World) -> None:
    first = seated(world)
    arrives(first, START)
    raised(world.actor("worker"))
    second = second_seat(first, 6 * HOUR, 12 * HOUR)

    def also_there() -> object:
        return Attendance.objects.create(
            assignment=second,
            person=second.person,
            shift=second.shift,
            checked_in_at=START + HOUR,
            evidence_in="leader",
            during=DateTimeTZRange(START + HOUR, None),
        )

    breaks("attendance_no_two_places_at_once", also_there)


def test_nobody_leaves_before_he_came(world: World) -> None:
    arrives(seated(world), START)

    breaks(
        "attendance_out_after_in",
        lambda: Attendance.objects.update(checked_out_at=START - timedelta(seconds=1)),
    )


def test_a_refused_scan_keeps_its_code_and_a_nonce_is_one_scan(world: World) -> None:
    seat = seated(world)
    nonce = uuid4()

    def scan(**facts: object) -> Scan:
        standard = {
            "device": "phone",
            "nonce": nonce,
            "post": seat.shift.post,
            "deed": "check_in",
            "at": START,
            "result": "accepted",
            "by_label": "陈秀英",
        }
        return Scan.objects.create(**{**standard, **facts})

    scan()
    breaks("scan_sent_twice_is_one", scan)
    breaks("scan_refusal_has_its_code", lambda: scan(nonce=uuid4(), result="refused"))
    assert scan(device="another phone").pk


@pytest.mark.parametrize(
    ("fence", "deed"),
    [
        pytest.param(
            "post_name_once_per_call_up",
            lambda call: Post.objects.create(
                call_up=call.call_up, division_code=1, name="北门", task_kind="other", code_key="k"
            ),
            id="two posts of one name",
        ),
        pytest.param(
            "shift_once_per_post_and_start",
            lambda call: Shift.objects.create(
                post=Post.objects.get(),
                call_up=call.call_up,
                division_code=1,
                muster_at=START,
                starts_at=START,
                ends_at=START + HOUR,
            ),
            id="two shifts of one start",
        ),
        pytest.param(
            "slot_once_per_shift_and_kind",
            lambda call: Slot.objects.create(
                call_up=call.call_up, shift=Shift.objects.get(), kind="general", seats=1
            ),
            id="two slots of one kind",
        ),
        pytest.param(
            "unit_called_once_per_call_up",
            lambda call: UnitCall.objects.create(
                call_up=call.call_up, unit=call.unit, division_code=1, called_at=NOW, answer_due_at=NOW
            ),
            id="one unit called twice",
        ),
        pytest.param(
            "unit_decline_has_its_reason",
            lambda call: UnitCall.objects.update(state="declined", decline_reason=""),
            id="a no without a reason",
        ),
        pytest.param(
            "pledge_holds_no_more_than_pledged",
            lambda call: Pledge.objects.create(unit_call=call, slot=Slot.objects.get(), headcount=1, held=2),
            id="more held than pledged",
        ),
        pytest.param(
            "support_one_giver_per_kind",
            lambda call: SupportItem.objects.create(call_up=call.call_up, kind="ppe", giver="unit"),
            id="two givers of one thing",
        ),
    ],
)
def test_each_thing_is_there_once(world: World, fence: str, deed: Callable[[UnitCall], object]) -> None:
    call = called(world, draft(3, unit_ids=(world.unit.pk,)))

    breaks(fence, lambda: deed(call))


def test_nobody_is_asked_twice_in_one_call_up_and_given_a_thing_twice(world: World) -> None:
    seat = seated(world)
    issue = {"assignment": seat, "kind": "ppe", "giver": "community", "at": NOW, "by_label": "曹勇"}
    SupportIssue.objects.create(**issue)

    breaks("offer_once_per_person_and_call_up", lambda: offer_to(seat.call_up, seat.person))
    breaks("support_issued_once", lambda: SupportIssue.objects.create(**issue))


def a_run(**facts: object) -> DispatchRun:
    standard = {"division_code": HERE, "created_at": NOW, "created_by_label": "x"}
    return DispatchRun.objects.create(**{**standard, **facts})


READY = {"state": "ready", "status": "gap", "input_digest": "d", "seconds": 0.1}


@pytest.mark.parametrize(
    ("fence", "facts"),
    [
        ("dispatch_run_ready_has_its_plan", {**READY, "status": ""}),
        ("dispatch_run_ready_has_its_plan", {**READY, "input_digest": ""}),
        ("dispatch_run_ready_has_its_plan", {**READY, "seconds": None}),
        ("dispatch_run_failed_says_why", {"state": "failed"}),
        ("dispatch_run_proven_has_no_gap", {**READY, "status": "proven", "gap": 0.01}),
        ("dispatch_run_confirmed_had_a_plan", {"confirmed_at": NOW}),
    ],
)
def test_a_run_says_of_itself_only_what_it_has(world: World, fence: str, facts: dict[str, object]) -> None:
    breaks(fence, lambda: a_run(**facts))


@pytest.mark.parametrize(
    "facts", [{}, READY, {**READY, "confirmed_at": NOW}, {"state": "failed", "failure": "too large"}]
)
def test_a_run_may_wait_be_ready_confirmed_or_failed(world: World, facts: dict[str, object]) -> None:
    assert a_run(**facts).pk


def test_a_run_has_one_part_for_each_call_up(world: World) -> None:
    call_up, run = raised(world.actor("worker")), a_run()
    DispatchPart.objects.create(run=run, call_up=call_up, seat_count=3)

    breaks(
        "dispatch_part_once_per_call_up",
        lambda: DispatchPart.objects.create(run=run, call_up=call_up, seat_count=3),
    )


def test_what_was_left_out_was_dealt_with(world: World) -> None:
    part = DispatchPart.objects.create(run=a_run(), call_up=raised(world.actor("worker")), seat_count=3)
    parts = DispatchPart.objects.filter(pk=part.pk)

    breaks("dispatch_part_left_out_is_done", lambda: parts.update(refusal="call_up_over"))
    assert parts.update(refusal="call_up_over", done_at=NOW) == 1
