"""Every attempt at a post is a fact: refused ones are kept with their reason, codes have a window, guesses an end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from muster.callups.actions import attendance, calls, offers
from muster.callups.models import Assignment, Attendance, Scan, Slot
from muster.callups.rules.drafts import SeatsDraft
from muster.kernel import codes
from muster.records.models import ServiceRecord
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, START, draft, post, raised, shift
from tests.callups.ground import PHONE, arrives, code_at, leaves, me, seated, waiting
from tests.callups.refusals import nothing_done, refused
from tests.world import World

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
END = START + 6 * HOUR


def outcome(deed: Callable[[], object]) -> str:
    try:
        deed()
    except Refused as refused_deed:
        return refused_deed.code
    return ""


@pytest.mark.req("R9.3")
@pytest.mark.parametrize(
    ("step", "code"),
    [(-2, "wrong_code"), (-1, ""), (0, ""), (1, ""), (2, "wrong_code")],
    ids=["two before", "one before", "of now", "one after", "two after"],
)
def test_the_code_of_one_step_before_and_after_counts(world: World, step: int, code: str) -> None:
    seat = seated(world)
    shown = code_at(seat.shift.post, START + step * 30 * SECOND)

    assert outcome(lambda: arrives(seat, code=shown)) == code


@pytest.mark.parametrize("typed", ["", " ", "000000", "12345", "1234567", "abcdef", "９９９９９９", "-12345"])
def test_what_is_no_code_of_now_is_refused_and_kept(world: World, typed: str) -> None:
    seat = seated(world)

    with refused("wrong_code"):
        arrives(seat, code=typed)

    scan = Scan.objects.get()
    assert (scan.result, scan.refusal_code, scan.assignment, scan.deed) == (
        "refused",
        "wrong_code",
        seat,
        "check_in",
    )


@pytest.mark.parametrize(
    ("wrong", "after", "code"),
    [
        pytest.param(4, 10 * SECOND, "", id="four wrong ones"),
        pytest.param(5, 10 * SECOND, "too_many_tries", id="five"),
        pytest.param(5, 59 * SECOND, "too_many_tries", id="five, within the minute"),
        pytest.param(5, 60 * SECOND, "", id="five, a minute later"),
    ],
)
def test_after_five_wrong_codes_one_waits_a_minute(
    world: World, wrong: int, after: timedelta, code: str
) -> None:
    seat = seated(world)
    for _try in range(wrong):
        assert outcome(lambda: arrives(seat, code="000000")) == "wrong_code"

    assert outcome(lambda: arrives(seat, START + after)) == code


def test_wrong_codes_of_one_phone_do_not_stop_another(world: World) -> None:
    seat = seated(world)
    for _try in range(5):
        assert outcome(lambda: arrives(seat, code="000000", device="somebody-else")) == "wrong_code"

    assert outcome(lambda: arrives(seat)) == ""


def test_who_waited_out_his_guesses_is_let_in_by_the_leader_at_once(world: World) -> None:
    seat = seated(world)
    for _try in range(6):
        outcome(lambda: arrives(seat, code="000000"))

    arrives(seat, code="", by_leader=True, actor=world.actor("leader"), device="post")

    assert Attendance.objects.get().evidence_in == "leader"


@pytest.mark.parametrize(
    ("after", "code"),
    [(5 * MINUTE - SECOND, ""), (5 * MINUTE + SECOND, "wrong_code")],
    ids=["in time", "late"],
)
def test_the_proof_of_a_scan_lives_five_minutes(world: World, after: timedelta, code: str) -> None:
    seat = seated(world)
    where = seat.shift.post
    proof = attendance.seen_code(where, seat.person, code_at(where, START), START)

    assert outcome(lambda: arrives(seat, START + after, code=proof)) == code


@pytest.mark.parametrize("seen", ["", "000000", "old"])
def test_there_is_no_proof_of_a_code_that_was_not_seen(world: World, seen: str) -> None:
    seat = seated(world)
    where = seat.shift.post
    typed = code_at(where, START - 5 * MINUTE) if seen == "old" else seen

    assert attendance.seen_code(where, seat.person, typed, START) == ""


def test_a_proof_is_for_one_person_at_one_post(world: World) -> None:
    places = tuple(post(name, shift(SeatsDraft("general", 2))) for name in ("北门", "南门"))
    call_up = raised(world.actor("worker"), draft(posts=places))
    north, south = Slot.objects.filter(call_up=call_up).select_related("shift__post").order_by("pk")
    mine = seated(world, world.volunteer(1), call_up, north)
    neighbor = seated(world, world.volunteer(2), call_up, north)
    far = seated(world, world.volunteer(3), call_up, south)
    proof = attendance.seen_code(mine.shift.post, mine.person, code_at(mine.shift.post, START), START)

    codes_of = [outcome(lambda seat=seat: arrives(seat, code=proof)) for seat in (neighbor, far, mine)]

    assert codes_of == ["wrong_code", "wrong_code", ""]


def test_two_posts_never_show_the_same_codes(world: World) -> None:
    places = tuple(post(name, shift(SeatsDraft("general", 2))) for name in ("北门", "南门"))
    call_up = raised(world.actor("worker"), draft(posts=places))
    keys = [attendance.key_of(one) for one in call_up.posts.all()]
    unix = int(START.timestamp())

    shown = [[codes.code_at(key, unix + 30 * step) for step in range(20)] for key in keys]

    assert keys[0] != keys[1]
    assert shown[0] != shown[1]


@pytest.mark.req("R9.3")
@pytest.mark.parametrize(
    ("prepare", "at", "code"),
    [
        pytest.param("", START - HOUR - SECOND, "too_early", id="too early"),
        pytest.param("", END, "shift_over", id="over"),
        pytest.param("withdraw", START, "seat_given_back", id="given back"),
        pytest.param("stand_down", START, "call_up_stood_down", id="stood down"),
        pytest.param("leave", START + 2 * HOUR, "already_out", id="gone already"),
    ],
)
def test_each_refused_check_in_changes_nothing_and_is_kept_with_its_code(
    world: World, prepare: str, at: datetime, code: str
) -> None:
    seat = seated(world)
    if prepare == "withdraw":
        offers.withdraw(seat.offer, "work", actor=me(seat.person), at=NOW)
    if prepare == "stand_down":
        calls.stand_down(seat.call_up, reason="解除", actor=world.actor("worker"), at=NOW)
    if prepare == "leave":
        arrives(seat)
        leaves(seat, START + HOUR)

    with refused(code):
        arrives(seat, at)

    assert Scan.objects.filter(result="refused", refusal_code=code, assignment=seat).count() == 1


@pytest.mark.parametrize("deed", [arrives, leaves])
def test_the_clock_of_the_phone_is_kept_beside_ours_for_both_ends(
    world: World, deed: Callable[..., Attendance]
) -> None:
    seat = seated(world)
    if deed is leaves:
        arrives(seat)

    there = deed(seat, START + HOUR, device_at=START + 75 * MINUTE)

    kept = there.device_in_at if deed is arrives else there.device_out_at
    ours = there.checked_in_at if deed is arrives else there.checked_out_at
    assert (kept, ours) == (START + 75 * MINUTE, START + HOUR)
    assert Scan.objects.latest("pk").skew_seconds == 900


def test_a_name_of_a_device_that_is_too_long_is_cut_and_still_one_device(world: World) -> None:
    seat, nonce = seated(world), uuid4()

    arrives(seat, device="d" * 100, nonce=nonce)
    with nothing_done():
        arrives(seat, device="d" * 99, nonce=nonce)

    assert Scan.objects.get().device == "d" * 40


def test_the_same_nonce_for_two_people_is_refused(world: World) -> None:
    call_up = raised(world.actor("worker"))
    one, other = (seated(world, world.volunteer(number), call_up) for number in (1, 2))
    nonce = uuid4()
    arrives(one, nonce=nonce)

    with refused("scan_used_already"):
        arrives(other, nonce=nonce)


def test_somebody_absent_comes_late_while_the_seat_is_free_and_not_after(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    late = seated(world, world.volunteer(1), call_up)
    attendance.mark_absent(late, actor=world.actor("leader"), at=START + 31 * MINUTE)
    arrives(late, START + 40 * MINUTE)
    attendance.undo(late, actor=world.actor("leader"), nonce=uuid4(), device=PHONE, at=START + 41 * MINUTE)
    Assignment.objects.filter(pk=late.pk).update(state="absent")
    Slot.objects.update(taken=0)
    seated(world, world.volunteer(2), call_up, at=START + 42 * MINUTE)

    with refused("seat_given_away"):
        arrives(late, START + 45 * MINUTE)


def test_a_seat_of_somebody_absent_is_given_to_who_waits_and_told(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    missing = seated(world, world.volunteer(1), call_up)
    next_one = waiting(call_up, world.volunteer(2))

    attendance.mark_absent(missing, actor=world.actor("leader"), at=START + 31 * MINUTE)

    next_one.refresh_from_db()
    assert next_one.state == "accepted"
    with refused("not_expected"):
        attendance.mark_absent(missing, actor=world.actor("leader"), at=START + 32 * MINUTE)


@pytest.mark.parametrize(
    ("left_at", "code"),
    [
        pytest.param(START, "left_before_arrival", id="at the arrival"),
        pytest.param(START + SECOND, "", id="a second after"),
        pytest.param(END + 3 * HOUR, "", id="now"),
        pytest.param(END + 3 * HOUR + SECOND, "left_before_arrival", id="still to come"),
    ],
)
def test_a_confirmed_end_lies_between_the_arrival_and_now(world: World, left_at: datetime, code: str) -> None:
    seat = seated(world)
    arrives(seat)
    attendance.close_shift_due(END + 2 * HOUR + SECOND)

    def deed() -> None:
        attendance.confirm_time(
            seat,
            left_at=left_at,
            reason="组长看见",
            actor=world.actor("worker"),
            at=END + 3 * HOUR,
        )

    if code:
        with refused(code):
            deed()
        return
    deed()
    assert ServiceRecord.objects.get(source_code=seat.code).state != "unconfirmed"
    with refused("not_unconfirmed"):
        deed()


@pytest.mark.parametrize("reason", ["", "  ", "\u3000"])
def test_time_is_confirmed_with_a_reason_or_not_at_all(world: World, reason: str) -> None:
    seat = seated(world)
    arrives(seat)
    attendance.close_shift_due(END + 2 * HOUR + SECOND)

    with refused("reason_missing"):
        attendance.confirm_time(
            seat, left_at=END, reason=reason, actor=world.actor("worker"), at=END + 3 * HOUR
        )
