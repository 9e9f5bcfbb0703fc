"""The verdict counts anew: a sound muster has nothing to hide, and seats that were broken on purpose are found, each once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.callups.actions import offers
from muster.callups.models import Assignment, CallUp, Offer, Slot
from muster.people.models import Person
from muster.web.drill import verdict
from muster.web.drill.verdict import Line
from tests.callups.drafting import NOW, offer_to
from tests.callups.ground import arrives, me, seated
from tests.web.drill.ground import MINUTE, SOUND, call_of, drilled, judged, moved, unfenced
from tests.world import World

pytestmark = pytest.mark.django_db


def test_a_sound_muster_violates_nothing(call_up: CallUp) -> None:
    assert judged(call_up) == SOUND
    assert verdict.violations_of([call_of(call_up)]).none


def test_the_funnel_is_counted_from_the_rows(world: World, call_up: CallUp) -> None:
    silent, refused, gone, waits_in_vain = (world.volunteer(number) for number in range(10, 14))
    offer_to(call_up, silent)
    offers.decline(offer_to(call_up, refused), "work", actor=me(refused), at=NOW)
    seat = seated(world, gone, call_up)
    offers.withdraw(Offer.objects.get(assignment=seat), "unwell", actor=me(gone), at=NOW)
    seated(world, waits_in_vain, call_up)

    (line,) = verdict.lines_of([call_of(call_up)])

    assert line == Line(
        code=world.here,
        needed=6,
        pledged=0,
        named=0,
        asked=7,
        accepted=5,
        assigned=4,
        arrived=3,
        stayed=3,
        minutes=3 * 360,
    )


def test_who_came_and_never_left_arrived_and_did_not_stay(world: World) -> None:
    call_up = drilled(world)
    arrives(seated(world, world.volunteer(1), call_up))

    (line,) = verdict.lines_of([call_of(call_up)])

    assert (line.arrived, line.stayed, line.minutes) == (1, 0, 0)
    assert judged(call_up) == SOUND


def test_lines_come_in_the_order_of_the_calls_and_add_up(world: World, call_up: CallUp) -> None:
    other = drilled(world, 2)

    lines = verdict.lines_of([call_of(other), call_of(call_up)])

    assert [(line.needed, line.minutes) for line in lines] == [(2, 0), (6, 1080)]
    totals = verdict.totals_of(lines)
    assert totals == {
        "needed": 8,
        "pledged": 0,
        "named": 0,
        "asked": 3,
        "accepted": 3,
        "assigned": 3,
        "arrived": 3,
        "stayed": 3,
        "minutes": 1080,
    }
    assert set(verdict.totals_of([]).values()) == {0}


def test_one_seat_too_many_is_counted(call_up: CallUp) -> None:
    unfenced("callups_slot", "slot_never_overfilled")
    Slot.objects.filter(call_up=call_up).update(seats=2)

    assert judged(call_up) == (1, 0, 0, 0)


def test_exactly_as_many_as_there_are_seats_is_no_violation(call_up: CallUp) -> None:
    Slot.objects.filter(call_up=call_up).update(seats=3)

    assert judged(call_up) == SOUND


@pytest.mark.parametrize("taken", [2, 4], ids=["one too few", "one too many"])
def test_a_counter_that_disagrees_with_the_people_is_counted(call_up: CallUp, taken: int) -> None:
    Slot.objects.filter(call_up=call_up).update(taken=taken)

    assert judged(call_up) == (1, 0, 0, 0)


def test_seats_held_beside_those_taken_count_as_well(call_up: CallUp) -> None:
    unfenced("callups_slot", "slot_never_overfilled")
    Slot.objects.filter(call_up=call_up).update(held=3)
    assert judged(call_up) == SOUND

    Slot.objects.filter(call_up=call_up).update(held=4)
    assert judged(call_up) == (1, 0, 0, 0)


def test_each_broken_slot_counts_once_and_only_in_its_own_call_up(world: World, call_up: CallUp) -> None:
    other = drilled(world, 1)
    unfenced("callups_slot", "slot_never_overfilled")
    Slot.objects.update(taken=9)

    assert judged(call_up) == (1, 0, 0, 0)
    assert judged(call_up, other) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("to", "count"),
    [
        (timedelta(0), 1),
        (timedelta(hours=6) - MINUTE, 1),
        (timedelta(hours=6), 0),
        (-timedelta(hours=6), 0),
    ],
    ids=["at the same time", "a minute too early", "from the end on", "until the start"],
)
def test_one_person_at_two_posts_at_once_is_counted(
    world: World, people: list[Person], call_up: CallUp, to: timedelta, count: int
) -> None:
    unfenced("callups_assignment", "assignment_no_double_booking")
    other = drilled(world)
    moved(other, people[0], to=to)

    assert verdict.violations_of([call_of(call_up)]).double_booked == count


def test_two_people_at_two_posts_are_two(world: World, people: list[Person], call_up: CallUp) -> None:
    unfenced("callups_assignment", "assignment_no_double_booking")
    other = drilled(world)
    moved(other, *people[:2])

    assert verdict.violations_of([call_of(call_up), call_of(other)]).double_booked == 2


def test_a_seat_that_was_given_back_books_nobody(world: World, people: list[Person], call_up: CallUp) -> None:
    unfenced("callups_assignment", "assignment_no_double_booking")
    other = drilled(world)
    (seat,) = moved(other, people[0])
    Assignment.objects.filter(pk=seat.pk).update(state="withdrawn", ended_at=NOW)
    Slot.objects.filter(call_up=other).update(taken=0)

    assert judged(call_up, other) == SOUND
