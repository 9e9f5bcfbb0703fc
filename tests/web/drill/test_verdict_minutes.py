"""Minutes that do not match the presence, and what was acknowledged and is gone, are found in the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from muster.callups.actions import attendance, offers
from muster.callups.models import Assignment, Attendance, CallUp, Offer, Slot
from muster.people.models import Person
from muster.records.models import ServiceRecord
from muster.web.drill import verdict
from muster.web.drill.play import Acknowledged
from tests.callups.drafting import NOW, START, offer_to
from tests.callups.ground import arrives, leaves, me, seated
from tests.web.drill.ground import (
    END,
    MINUTE,
    SOUND,
    call_of,
    drilled,
    judged,
    moved,
    profile,
    served,
    told,
    unfenced,
)
from tests.world import World

pytestmark = pytest.mark.django_db


def changed(**facts: object) -> Callable[[ServiceRecord], None]:
    return lambda record: ServiceRecord.objects.filter(pk=record.pk).update(**facts) and None


@pytest.mark.parametrize(
    "spoil",
    [changed(minutes=359), changed(minutes=361), changed(minutes=0), lambda record: record.delete()],
    ids=["one too few", "one too many", "none", "no record"],
)
def test_minutes_that_do_not_match_the_presence_are_counted(
    people: list[Person], call_up: CallUp, spoil: Callable[[ServiceRecord], None]
) -> None:
    spoil(ServiceRecord.objects.get(person=people[0]))

    assert judged(call_up) == (0, 0, 0, 1)


def test_a_record_without_a_presence_is_counted(people: list[Person], call_up: CallUp) -> None:
    Attendance.objects.filter(person__in=people[:2]).delete()

    assert judged(call_up) == (0, 0, 0, 2)


def test_a_check_out_that_was_moved_afterwards_is_counted(people: list[Person], call_up: CallUp) -> None:
    seen = Attendance.objects.get(person=people[0])
    Attendance.objects.filter(pk=seen.pk).update(checked_out_at=END - 7 * MINUTE)

    assert judged(call_up) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("arrives_at", "leaves_at", "minutes"),
    [
        (START - 15 * MINUTE, END + 15 * MINUTE, 390),
        (START - 16 * MINUTE, END + 16 * MINUTE, 390),
        (START + 40 * MINUTE, END - 90 * MINUTE, 230),
        (START + MINUTE, START + 2 * MINUTE, 1),
    ],
    ids=["with the grace", "a minute beyond the grace", "late and early", "one minute"],
)
def test_every_way_of_coming_and_going_is_reckoned_alike(
    world: World, arrives_at: datetime, leaves_at: datetime, minutes: int
) -> None:
    call_up = drilled(world)
    seat = seated(world, world.volunteer(1), call_up)
    arrives(seat, arrives_at)
    leaves(seat, leaves_at)

    (line,) = verdict.lines_of([call_of(call_up)])

    assert line.minutes == minutes
    assert judged(call_up) == SOUND


def test_an_open_presence_that_was_closed_by_the_clock_is_sound(world: World) -> None:
    call_up = drilled(world)
    arrives(seated(world, world.volunteer(1), call_up))

    attendance.close_shift_due(END + timedelta(hours=3))

    assert judged(call_up) == SOUND


def test_minutes_of_other_call_ups_are_not_looked_at(world: World, call_up: CallUp) -> None:
    other = drilled(world)
    (seat,) = served(world, other, world.volunteer(50))
    ServiceRecord.objects.filter(source_code=seat.code).update(minutes=1)

    assert judged(call_up) == SOUND
    assert judged(other) == (0, 0, 0, 1)


def test_what_is_in_the_database_is_not_lost(people: list[Person], call_up: CallUp) -> None:
    seat = Assignment.objects.get(person=people[0])

    assert verdict.lost([told(kind, seat) for kind in ("seat", "in", "out")]) == []


def test_a_no_is_found_whether_it_came_first_or_after_a_yes(world: World, call_up: CallUp) -> None:
    first, later = world.volunteer(20), world.volunteer(21)
    never = offer_to(call_up, first)
    offers.decline(never, "work", actor=me(first), at=NOW)
    seat = seated(world, later, call_up)
    given_back = Offer.objects.get(assignment=seat)
    offers.withdraw(given_back, "work", actor=me(later), at=NOW)

    assert verdict.lost([Acknowledged("no", never.code), Acknowledged("no", given_back.code)]) == []


@pytest.mark.parametrize("kind", ["in", "out"])
def test_a_presence_that_was_acknowledged_and_is_gone_is_lost(
    people: list[Person], call_up: CallUp, kind: str
) -> None:
    seat = Assignment.objects.get(person=people[0])
    missing = told(kind, seat)
    Attendance.objects.filter(assignment=seat).delete()

    assert verdict.lost([missing, told(kind, Assignment.objects.get(person=people[1]))]) == [missing]


def test_a_check_out_that_was_acknowledged_and_is_open_again_is_lost(
    people: list[Person], call_up: CallUp
) -> None:
    seat = Assignment.objects.get(person=people[0])
    Attendance.objects.filter(assignment=seat).update(checked_out_at=None)

    assert verdict.lost([told("in", seat)]) == []
    assert verdict.lost([told("out", seat)]) == [told("out", seat)]


def test_a_seat_that_nobody_wrote_down_is_lost(world: World, call_up: CallUp) -> None:
    offer = offer_to(call_up, world.volunteer(30))

    assert verdict.lost([Acknowledged("seat", offer.code), Acknowledged("no", offer.code)]) == [
        Acknowledged("seat", offer.code),
        Acknowledged("no", offer.code),
    ]


def test_everything_wrong_at_once_is_told_apart(world: World, people: list[Person], call_up: CallUp) -> None:
    unfenced("callups_slot", "slot_never_overfilled")
    unfenced("callups_assignment", "assignment_no_double_booking")
    Slot.objects.filter(call_up=call_up).update(seats=1)
    moved(drilled(world), people[0])
    profile(people[1], health_limits=["no_standing"])
    ServiceRecord.objects.filter(person=people[2]).update(minutes=1)

    overfilled, double_booked, ineligible, mismatch = judged(call_up)

    assert (overfilled, double_booked, mismatch) == (1, 1, 1)
    # Who is at two posts at once is against a rule as well.
    assert ineligible == 2
