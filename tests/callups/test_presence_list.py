"""What the list of the leader and the scan of a volunteer find: who, in which order, and which seat is meant."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from muster.callups.actions import attendance, calls, offers
from muster.callups.models import Assignment, Post, Shift, Slot
from muster.callups.queries import presence
from muster.callups.queries.check_in import check_in_page, holder_by_phone
from muster.callups.rules.drafts import SeatsDraft
from muster.people.models import Person
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, START, draft, post, raised, shift
from tests.callups.ground import arrives, leaves, me, seated, shift_of
from tests.world import World

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
END = START + 6 * HOUR
MUSTER = START - 20 * MINUTE


def two_shifts(world: World) -> tuple[Shift, Shift]:
    """A post with a shift in the morning and one in the evening."""
    seats = SeatsDraft("general", 3)
    form = draft(posts=(post("北门", shift(seats), shift(seats, start=START + 12 * HOUR)),))
    morning, evening = Shift.objects.filter(call_up=raised(world.actor("worker"), form)).order_by("starts_at")
    return morning, evening


def seat_in(world: World, where: Shift, person: Person) -> Assignment:
    return seated(world, person, where.call_up, Slot.objects.get(shift=where))


def test_who_is_expected_stands_first_then_who_is_there_absent_and_gone(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(8))
    expected, here, gone, missing = (seated(world, world.volunteer(n), call_up) for n in range(4))
    arrives(here)
    arrives(gone)
    leaves(gone, START + HOUR)
    attendance.mark_absent(missing, actor=world.actor("leader"), at=START + 31 * MINUTE)

    shown = presence.present(shift_of(call_up), START + HOUR)

    assert [line.code for line in shown.lines] == [expected.code, here.code, missing.code, gone.code]
    assert [line.kind for line in shown.lines] == ["accepted", "arrived", "absent", "left"]
    assert (shown.seats, shown.expected, shown.here, shown.arrived, shown.gap) == (8, 1, 1, 2, 5)


def test_who_gave_the_seat_back_is_not_on_the_list(world: World) -> None:
    seat = seated(world)
    offers.withdraw(seat.offer, "work", actor=me(seat.person), at=NOW)

    shown = presence.present(seat.shift, START)

    assert (list(shown.lines), shown.gap) == ([], 3)


@pytest.mark.parametrize(
    ("at", "in_full"),
    [
        pytest.param(MUSTER - DAY - SECOND, False, id="more than a day before the muster"),
        pytest.param(MUSTER - DAY, True, id="a day before"),
        pytest.param(END + DAY, True, id="a day after the end"),
        pytest.param(END + DAY + SECOND, False, id="later"),
    ],
)
def test_names_are_in_full_while_the_roll_is_called_and_phones_never(
    world: World, at: datetime, in_full: bool
) -> None:
    seat = seated(world)

    (line,) = presence.present(seat.shift, at).lines

    assert line.name == ("陈秀英" if in_full else "陈*英")
    assert line.phone[3:7] == "****"


@pytest.mark.parametrize(
    ("after", "can_undo"), [(5 * MINUTE, True), (5 * MINUTE + SECOND, False)], ids=["five minutes", "later"]
)
def test_the_button_to_take_back_is_there_as_long_as_it_works(
    world: World, after: timedelta, can_undo: bool
) -> None:
    seat = seated(world)
    arrives(seat, START)

    (line,) = presence.present(seat.shift, START + after).lines

    assert (line.can_undo, presence.can_undo(seat, START + after)) == (can_undo, can_undo)
    if can_undo:
        attendance.undo(seat, actor=world.actor("leader"), nonce=line.nonce, device="p", at=START + after)
        assert not presence.can_undo(seat, START + after)


def test_a_refused_scan_takes_no_time_away_to_take_back(world: World) -> None:
    seat = seated(world)
    arrives(seat, START)
    with pytest.raises(Refused):
        arrives(seat, START + MINUTE)

    assert presence.can_undo(seat, START + 2 * MINUTE)


def test_the_nonce_of_a_line_stays_until_something_happens_to_that_person(world: World) -> None:
    call_up = raised(world.actor("worker"))
    one, other = (seated(world, world.volunteer(number), call_up) for number in (1, 2))

    def nonces() -> dict[str, object]:
        return {line.code: line.nonce for line in presence.present(one.shift, START).lines}

    before = nonces()
    assert before == nonces()
    arrives(one)
    after = nonces()

    assert (after[one.code] != before[one.code], after[other.code]) == (True, before[other.code])
    assert after[one.code] == presence.nonce_of(one)


def test_the_version_changes_with_each_tap_and_not_by_itself(world: World) -> None:
    seat = seated(world)
    seen = [presence.version_of(seat.shift)]
    assert presence.version_of(seat.shift) == seen[0]

    arrives(seat)
    seen.append(presence.version_of(seat.shift))
    with pytest.raises(Refused):
        arrives(seat)
    seen.append(presence.version_of(seat.shift))
    leaves(seat)
    seen.append(presence.version_of(seat.shift))

    assert len(set(seen)) == 4


def test_the_list_costs_the_same_for_one_and_for_many(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(12))
    costs = []
    for first, count in ((1, 1), (10, 7)):
        for number in range(first, first + count):
            arrives(seated(world, world.volunteer(number), call_up))
        with CaptureQueriesContext(connection) as counted:
            presence.present(shift_of(call_up), START)
        costs.append(len(counted))

    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("at", "is_morning"),
    [
        pytest.param(NOW, True, id="the day before"),
        pytest.param(END, True, id="as the first ends"),
        pytest.param(END + 2 * HOUR - SECOND, True, id="while people still check out"),
        pytest.param(END + 2 * HOUR, False, id="when they cannot any more"),
        pytest.param(START + 5 * DAY, False, id="when all is over: the last"),
    ],
)
def test_the_page_shows_the_shift_whose_people_come_and_go(
    world: World, at: datetime, is_morning: bool
) -> None:
    morning, evening = two_shifts(world)

    assert presence.shift_of_now([morning, evening], at) == (morning if is_morning else evening)


def test_a_scan_means_the_seat_of_now_then_the_next_then_the_last(world: World) -> None:
    morning, evening = two_shifts(world)
    person = world.volunteer(1)
    early = seat_in(world, morning, person)
    offer = early.offer
    late = Assignment.objects.create(
        call_up=morning.call_up,
        shift=evening,
        slot=Slot.objects.get(shift=evening),
        person=person,
        division_code=world.here,
        state="accepted",
        during=(evening.starts_at, evening.ends_at),
        authority_label="周敏",
        assigned_at=NOW,
    )
    where = Post.objects.get()

    def meant(at: datetime) -> Assignment | None:
        return presence.find_assignment(where, person.pk, at)

    assert offer is not None
    assert (meant(START), meant(END + 3 * HOUR), meant(END + DAY)) == (early, late, late)
    arrives(early)
    leaves(early, START + HOUR)
    assert meant(START + 2 * HOUR) == late


def test_a_seat_that_was_given_back_is_found_so_that_the_refusal_can_say_so(world: World) -> None:
    seat = seated(world)
    offers.withdraw(seat.offer, "work", actor=me(seat.person), at=NOW)

    found = presence.find_assignment(seat.shift.post, seat.person_id, START)

    assert found == seat
    assert presence.find_assignment(seat.shift.post, world.volunteer(1).pk, START) is None


def other_post(world: World, start: datetime) -> Assignment:
    """The seat of the volunteer at another post of another call-up."""
    form = draft(posts=(post("南门", shift(SeatsDraft("general", 2), start=start)),), reply_by=NOW + HOUR)
    return seated(world, call_up=raised(world.actor("worker"), form))


@pytest.mark.parametrize(
    ("start", "near"),
    [
        pytest.param(START + 3 * HOUR + 20 * MINUTE, True, id="muster within three hours"),
        pytest.param(START + 3 * HOUR + 21 * MINUTE, False, id="muster later"),
        pytest.param(START - 6 * HOUR + SECOND, True, id="about to end"),
        pytest.param(START - 6 * HOUR, False, id="just ended"),
    ],
)
def test_who_is_expected_elsewhere_around_now_is_sent_there(
    world: World, start: datetime, near: bool
) -> None:
    seat = other_post(world, start)
    here = shift_of(raised(world.actor("worker"))).post

    with translation.override("en"):
        refused = presence.why_not_here(here, seat.person_id, START)

    assert (presence.seat_elsewhere(here, seat.person_id, START) == seat) is near
    assert refused.code == ("wrong_post" if near else "not_on_list")
    assert ("Your post is 南门" in refused.message) is near


def test_the_leader_of_a_full_post_hears_where_help_is_missing_most(world: World) -> None:
    names = {"北门": 1, "南门": 2, "西门": 3}
    posts = [post(name, shift(SeatsDraft("general", seats))) for name, seats in names.items()]
    posts.append(post("夜班", shift(SeatsDraft("general", 9), start=START + 12 * HOUR)))
    call_up = raised(world.actor("worker"), draft(posts=tuple(posts)))
    north = Shift.objects.get(post__name="北门")
    seated(world, world.volunteer(1), call_up, Slot.objects.get(shift__post__name="西门"))

    assert presence.posts_with_room(north) == [("南门", 2), ("西门", 2)]


def test_seats_for_all_are_filled_before_scarce_ones(world: World) -> None:
    kinds = (SeatsDraft("skilled", 1, "nursing"), SeatsDraft("backbone", 1), SeatsDraft("general", 1))
    call_up = raised(world.actor("worker"), draft(posts=(post("北门", shift(*kinds)),)))

    found = [slot.kind for slot in presence.slots_with_room_in(shift_of(call_up))]

    assert found == ["general", "backbone", "skilled"]


@pytest.mark.parametrize(
    ("at", "count"),
    [
        pytest.param(MUSTER - DAY, 0, id="a day before"),
        pytest.param(MUSTER - DAY + SECOND, 1, id="within a day"),
        pytest.param(END + 3 * HOUR - SECOND, 1, id="while the post is cleared"),
        pytest.param(END + 3 * HOUR, 0, id="later"),
    ],
)
def test_a_leader_sees_the_shifts_of_about_a_day(world: World, at: datetime, count: int) -> None:
    raised(world.actor("worker"))

    assert len(presence.shifts_to_lead(Post.objects.all(), world.actor("leader"), at)) == count


def test_a_leader_is_not_shown_what_is_over(world: World) -> None:
    calls.close(raised(world.actor("worker")), at=NOW)

    assert presence.shifts_to_lead(Post.objects.all(), world.actor("leader"), START) == []


def test_the_own_post_stands_before_earlier_ones(world: World) -> None:
    early = post("东门", shift(SeatsDraft("general", 1)))
    mine = post(
        "西门",
        shift(SeatsDraft("general", 1), start=START + HOUR),
        leader_id=world.person("leader").pk,
    )
    raised(world.actor("worker"), draft(posts=(early, mine)))

    shown = presence.shifts_to_lead(Post.objects.all(), world.actor("leader"), START)

    assert [one.post.name for one in shown] == ["西门", "东门"]


@pytest.mark.parametrize("reach", ["another post", "given back", "nonsense"])
def test_only_seats_on_the_list_of_this_post_are_reached_through_it(world: World, reach: str) -> None:
    seat = seated(world)
    where, code = seat.shift.post, seat.code
    assert presence.seat_at(where, code) == seat
    if reach == "another post":
        where = shift_of(raised(world.actor("worker"))).post
    if reach == "given back":
        offers.withdraw(seat.offer, "work", actor=me(seat.person), at=NOW)
    if reach == "nonsense":
        code = "ZZZZZZZZ"

    with pytest.raises(Http404):
        presence.seat_at(where, code)


@pytest.mark.parametrize(
    "typed", ["13900000001", "139 0000 0001", "+86 139-0000-0001", "１３９００００００01"]
)
def test_a_number_is_known_at_the_post_however_it_is_typed(world: World, typed: str) -> None:
    seat = seated(world, world.volunteer(1))

    assert holder_by_phone(seat.shift.post, typed) == seat.person


def test_an_erased_person_and_a_number_of_another_post_are_on_no_list(world: World) -> None:
    seat = seated(world)
    number = str(seat.person.phone)
    elsewhere = shift_of(raised(world.actor("worker"))).post
    with pytest.raises(Refused) as other_post_refused:
        holder_by_phone(elsewhere, number)
    Person.objects.filter(pk=seat.person_id).update(erased_at=NOW)
    with pytest.raises(Refused) as erased_refused:
        holder_by_phone(seat.shift.post, number)

    assert (other_post_refused.value.code, erased_refused.value.code) == ("not_on_list", "not_on_list")


def face_of(seat: Assignment, at: datetime) -> tuple[str, bool, bool]:
    seat.refresh_from_db()
    shown = check_in_page(seat.shift.post, seat.person, seat, at)
    return shown.face, shown.is_early, shown.can_undo


def test_the_page_of_a_volunteer_follows_the_day(world: World) -> None:
    seat = seated(world)
    assert face_of(seat, START - HOUR - SECOND) == ("in", True, False)
    assert face_of(seat, START - HOUR) == ("in", False, False)
    arrives(seat)
    assert face_of(seat, START + MINUTE) == ("out", False, True)
    assert face_of(seat, START + HOUR) == ("out", False, False)
    leaves(seat)
    assert face_of(seat, END + MINUTE) == ("left", False, True)

    shown = check_in_page(seat.shift.post, seat.person, seat, END + HOUR)
    assert (shown.minutes, shown.waits_for_confirmation, shown.can_undo) == (360, False, False)


def test_the_page_of_who_never_checked_out_says_that_the_time_waits(world: World) -> None:
    seat = seated(world)
    arrives(seat)
    attendance.close_shift_due(END + 2 * HOUR + SECOND)
    seat.refresh_from_db()

    shown = check_in_page(seat.shift.post, seat.person, seat, END + DAY)

    assert (shown.face, shown.waits_for_confirmation, shown.minutes) == ("left", True, None)


def test_a_stranger_sees_no_seat(world: World) -> None:
    where = shift_of(raised(world.actor("worker"))).post

    assert check_in_page(where, None, None, START).face == "none"
    assert check_in_page(where, world.volunteer(1), None, START).face == "none"


def closed(at: datetime) -> tuple[int, list[str]]:
    count = attendance.close_shift_due(at)
    return count, list(Assignment.objects.order_by("pk").values_list("state", flat=True))


def test_the_end_of_a_shift_and_of_its_grace_are_two_moments(world: World) -> None:
    call_up = raised(world.actor("worker"))
    seated(world, world.volunteer(1), call_up)
    arrives(seated(world, world.volunteer(2), call_up))

    assert closed(END - SECOND) == (0, ["accepted", "arrived"])
    assert closed(END) == (1, ["absent", "arrived"])
    assert closed(END + 2 * HOUR) == (0, ["absent", "arrived"])
    assert closed(END + 2 * HOUR + SECOND) == (1, ["absent", "arrived"])
    assert closed(END + 3 * HOUR) == (0, ["absent", "arrived"])


def test_the_same_scan_from_two_devices_is_two_attempts(world: World) -> None:
    seat, nonce = seated(world), uuid4()
    arrives(seat, nonce=nonce)

    with pytest.raises(Refused) as refused:
        arrives(seat, nonce=nonce, device="another-phone")

    assert refused.value.code == "already_in"
