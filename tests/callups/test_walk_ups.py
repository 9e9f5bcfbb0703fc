"""A person on no list: name and number, and they are there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation

from muster.callups.actions import attendance, calls, offers
from muster.callups.models import Assignment, Attendance, Offer, Scan, Shift
from muster.callups.rules.drafts import SeatsDraft
from muster.people.enums import ForceClass
from muster.people.models import Person, VolunteerProfile
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.callups.ground import arrives, me, seated, seats_of, shift_of, waiting
from tests.world import World, make_person

pytestmark = pytest.mark.django_db
PHONE = "17712345096"


def walks_up(world: World, where: Shift, **facts: Any) -> Attendance:
    standard = {"name": "杨帆", "phone": PHONE, "risk_confirmed": True, "nonce": uuid4(), "at": START}
    return attendance.walk_up(
        where, actor=world.actor("leader"), device="post-phone", **{**standard, **facts}
    )


@pytest.mark.req("R2.7", "R9.3")
def test_a_walk_up_is_on_file_on_the_list_and_present_at_once(world: World) -> None:
    call_up = raised(world.actor("worker"))

    there = walks_up(world, shift_of(call_up))

    person = Person.objects.get(name="杨帆")
    assert (person.force_class, person.division_code) == (ForceClass.VOLUNTEER, world.here)
    assert VolunteerProfile.objects.get(person=person).adult_vouched_by_label == world.actor("leader").label
    offer = Offer.objects.get(person=person)
    assert (offer.wave, offer.state, offer.answered_by, offer.why, offer.risk_confirmed_at) == (
        0,
        "accepted",
        "spot",
        {"by": "walk_up"},
        START,
    )
    seat = Assignment.objects.get(person=person)
    assert (seat.state, seat.is_walk_up, seat.offer) == ("arrived", True, offer)
    assert (there.assignment, there.checked_in_at, there.evidence_in) == (seat, START, "leader")
    assert seats_of(call_up) == [(3, 0, 1)]


def test_the_same_walk_up_twice_is_one(world: World) -> None:
    where = shift_of(raised(world.actor("worker")))
    nonce = uuid4()

    first, second = walks_up(world, where, nonce=nonce), walks_up(world, where, nonce=nonce)

    assert first == second
    assert (Assignment.objects.count(), Scan.objects.count()) == (1, 1)


def test_somebody_on_the_list_is_checked_in(world: World) -> None:
    seat = seated(world)

    there = walks_up(world, seat.shift, name=seat.person.name, phone=seat.person.phone)

    assert there.assignment == seat
    assert Assignment.objects.count() == 1


def test_somebody_who_is_there_already_is_not_added_again(world: World) -> None:
    seat = seated(world)
    arrives(seat)

    with pytest.raises(Refused) as refused:
        walks_up(world, seat.shift, name=seat.person.name, phone=seat.person.phone)

    assert refused.value.code == "already_in"


def test_somebody_who_was_asked_and_did_not_answer_takes_a_seat(world: World) -> None:
    call_up = raised(world.actor("worker"))
    offer = offer_to(call_up, world.person("volunteer"))

    there = walks_up(world, shift_of(call_up), name=offer.person.name, phone=offer.person.phone)

    offer.refresh_from_db()
    assert (offer.state, there.assignment.offer) == ("accepted", offer)


def test_somebody_who_had_given_the_seat_back_may_come_after_all(world: World) -> None:
    seat = seated(world)
    offers.withdraw(seat.offer, "work", actor=me(seat.person), at=NOW)

    there = walks_up(world, seat.shift, name=seat.person.name, phone=seat.person.phone)

    assert (there.assignment.offer, there.assignment.is_walk_up) == (None, True)
    assert seats_of(seat.call_up) == [(3, 0, 1)]


def test_a_full_post_sends_them_to_where_help_is_missing(world: World) -> None:
    places = (post("北门", shift(SeatsDraft("general", 1))), post("南门", shift(SeatsDraft("general", 3))))
    call_up = raised(world.actor("worker"), draft(posts=places))
    seated(world, call_up=call_up)

    with translation.override("en"), pytest.raises(Refused) as refused:
        walks_up(world, shift_of(call_up))

    assert (refused.value.code, refused.value.message) == (
        "post_full",
        "All seats here are taken. 南门 still needs 3; send them there.",
    )
    assert (Person.objects.filter(name="杨帆").count(), Offer.objects.filter(wave=0).count()) == (0, 0)
    assert Scan.objects.get().refusal_code == "post_full"


def test_when_everything_is_full_it_is_said_kindly(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    seated(world, call_up=call_up)

    with translation.override("en"), pytest.raises(Refused) as refused:
        walks_up(world, shift_of(call_up))

    assert refused.value.message.startswith("All seats are taken, here and at the other posts.")


def test_a_seat_at_another_place_at_that_time_keeps_them_from_it(world: World) -> None:
    elsewhere = seated(world)
    other = raised(world.actor("worker"), draft(posts=(post("南门", shift(SeatsDraft("general", 1))),)))

    with pytest.raises(Refused) as refused:
        walks_up(world, shift_of(other), name=elsewhere.person.name, phone=elsewhere.person.phone)

    assert refused.value.code == "double_booked"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"name": "1"}, "name_characters"),
        ({"phone": "1381234"}, "phone_too_short"),
        ({"risk_confirmed": False}, "risk_not_confirmed"),
        ({"at": START - timedelta(hours=3)}, "too_early"),
        ({"at": START + timedelta(hours=6)}, "shift_over"),
        ({"name": "李四", "phone": "17712345097"}, "phone_of_another"),
    ],
)
def test_what_cannot_be_is_refused_and_kept(world: World, facts: dict[str, Any], code: str) -> None:
    make_person("王五", "17712345097", world.here, ForceClass.VOLUNTEER)
    where = shift_of(raised(world.actor("worker")))

    with pytest.raises(Refused) as refused:
        walks_up(world, where, **facts)

    assert refused.value.code == code
    assert Scan.objects.get().refusal_code == code
    assert Assignment.objects.count() == 0


@pytest.mark.req("R2.6")
def test_nobody_over_the_age_of_emergencies_is_put_at_a_post(world: World) -> None:
    old = make_person("杨帆", PHONE, world.here, ForceClass.VOLUNTEER)
    Person.objects.filter(pk=old.pk).update(birth_on="1950-01-01")
    where = shift_of(raised(world.actor("worker")))

    with pytest.raises(Refused) as refused:
        walks_up(world, where)

    assert refused.value.code == "above_emergency_age"
    assert Attendance.objects.count() == 0


def test_nobody_is_added_to_what_was_stood_down(world: World) -> None:
    call_up = raised(world.actor("worker"))
    calls.stand_down(call_up, reason="水退了", actor=world.actor("worker"), at=NOW)

    with pytest.raises(Refused) as refused:
        walks_up(world, shift_of(call_up))

    assert refused.value.code == "call_up_stood_down"


def test_a_walk_up_taken_back_frees_the_seat(world: World) -> None:
    call_up = raised(world.actor("worker"))
    there = walks_up(world, shift_of(call_up))

    attendance.undo(there.assignment, actor=world.actor("leader"), nonce=uuid4(), device="p", at=START)

    assert seats_of(call_up) == [(3, 0, 0)]
    assert Assignment.objects.get().state == "withdrawn"
    assert Attendance.objects.count() == 0


def taken_back(world: World, there: Attendance) -> None:
    attendance.undo(there.assignment, actor=world.actor("leader"), nonce=uuid4(), device="p", at=START)


def test_who_was_on_the_list_stays_on_it_when_the_walk_up_is_taken_back(world: World) -> None:
    seat = seated(world)
    there = walks_up(
        world, seat.shift, name=seat.person.name, phone=str(seat.person.phone).removeprefix("+86")
    )

    taken_back(world, there)

    seat.refresh_from_db()
    assert (seat.state, seat.offer.state, seats_of(seat.call_up)) == ("accepted", "accepted", [(3, 0, 1)])


def test_a_walk_up_that_was_taken_back_can_be_added_once_more(world: World) -> None:
    where = shift_of(raised(world.actor("worker")))
    taken_back(world, walks_up(world, where))

    again = walks_up(world, where)

    assert (again.assignment.state, seats_of(where.call_up)) == ("arrived", [(3, 0, 1)])
    assert list(Assignment.objects.order_by("pk").values_list("state", flat=True)) == ["withdrawn", "arrived"]


def test_the_seat_of_a_walk_up_taken_back_goes_to_who_waits(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    there = walks_up(world, shift_of(call_up))
    next_in_line = waiting(call_up, world.volunteer(1))

    taken_back(world, there)

    next_in_line.refresh_from_db()
    assert (next_in_line.state, seats_of(call_up)) == ("accepted", [(1, 0, 1)])
