"""The number beside the button: how many to ask for so many seats, from who is there and how people answered before."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.callups.models import CallUp
from muster.callups.queries.outlook import REMEMBERED
from muster.callups.queries.sizing import METER_WIDTH, Sizing, sizing
from muster.people.enums import VolunteerState
from muster.people.models import Person, VolunteerProfile
from tests.callups.drafting import NOW, START, draft, offer_to, raised
from tests.callups.ground import seated
from tests.world import HERE, NEXT_DOOR, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_these(world: World) -> None:
    VolunteerProfile.objects.update(state=VolunteerState.PAUSED)


def sized(seats: int = 2, mode: str = "emergency", at: datetime = NOW) -> Sizing:
    found = sizing(HERE, seats=seats, mode=mode, starts_at=START, ends_at=START + timedelta(hours=6), at=at)
    assert found is not None
    return found


def crowd(world: World, count: int, **facts: object) -> list[Person]:
    return [world.volunteer(number, **facts) for number in range(count)]


def test_nothing_is_said_while_nobody_is_asked_for() -> None:
    assert (
        sizing(HERE, seats=0, mode="routine", starts_at=START, ends_at=START + timedelta(hours=1), at=NOW)
        is None
    )


def test_where_nobody_is_on_call_all_seats_stay_empty() -> None:
    found = sized(3)

    assert (found.available, found.ask, found.expected, found.short, found.reaches) == (0, 0, 0, 3, False)
    assert (found.need_x, found.ask_width) == (4, 0)


@pytest.mark.parametrize(("count", "reaches"), [(3, False), (40, True)])
def test_never_more_are_asked_than_there_are(world: World, count: int, reaches: bool) -> None:
    crowd(world, count)

    found = sized(2)

    assert found.available == count
    assert found.ask <= count
    assert found.reaches is reaches
    assert found.ask_width <= METER_WIDTH


def test_more_seats_take_more_people_and_never_fewer(world: World) -> None:
    crowd(world, 60)

    asked = [sized(seats).ask for seats in (1, 2, 4, 8, 16)]

    assert asked == sorted(asked)
    assert asked[0] >= 1
    assert all(ask >= seats for ask, seats in zip(asked, (1, 2, 4, 8, 16), strict=True))


@pytest.mark.parametrize(
    ("facts", "emergency", "routine"),
    [
        pytest.param({"emergency_willing": "no"}, 0, 1, id="not willing in an emergency"),
        pytest.param({"emergency_willing": "unknown"}, 0, 1, id="never asked whether willing"),
        pytest.param({"state": "paused"}, 0, 0, id="paused"),
        pytest.param({"division_code": NEXT_DOOR}, 0, 0, id="of the next community"),
        pytest.param({}, 1, 1, id="on call"),
    ],
)
def test_who_is_counted_as_available(
    world: World, facts: dict[str, object], emergency: int, routine: int
) -> None:
    person = world.volunteer(1)
    VolunteerProfile.objects.filter(person=person).update(**facts)

    assert (sized(mode="emergency").available, sized(mode="routine").available) == (emergency, routine)


@pytest.mark.parametrize(
    ("born", "emergency"),
    [(date(2008, 12, 1), 1), (date(2009, 6, 1), 0), (None, 0)],
    ids=["18", "17", "unknown"],
)
def test_only_adults_are_counted_for_an_emergency(world: World, born: date | None, emergency: int) -> None:
    person = world.volunteer(1)
    Person.objects.filter(pk=person.pk).update(birth_on=born)

    assert (sized(mode="emergency").available, sized(mode="routine").available) == (emergency, 1)


def test_who_stands_elsewhere_at_that_time_is_not_available(world: World) -> None:
    busy, _free = crowd(world, 2)
    seated(world, busy)

    assert sized().available == 1


def answered(world: World, states: list[str]) -> int:
    """The percentage said after these answers of other people, of a stranger beside them."""
    call_up = raised(world.actor("worker"), draft(20))
    for number, state in enumerate(states):
        offer_to(call_up, world.volunteer(number), state=state, answered_at=NOW, waiting_since=NOW)
    VolunteerProfile.objects.update(state=VolunteerState.PAUSED)
    world.volunteer(500)
    return sized(1).acceptance_percent


@pytest.mark.parametrize(
    ("states", "least", "most"),
    [
        pytest.param([], 28, 30, id="no answers yet: three of ten, less those who answer too late"),
        pytest.param(["accepted"] * 10, 45, 90, id="ten yes"),
        pytest.param(["declined"] * 10, 10, 25, id="ten no"),
        pytest.param(["waiting", "withdrawn"] * 5, 45, 90, id="who waited or gave back had said yes"),
        pytest.param(["thanked"] * 10, 45, 90, id="who said yes when all was full had said yes"),
        pytest.param(["asked"] * 10, 28, 30, id="who has not answered yet counts for nothing"),
        pytest.param(["stood_down"] * 10, 28, 30, id="what nobody will ever know counts for nothing"),
    ],
)
def test_earlier_answers_move_the_number(world: World, states: list[str], least: int, most: int) -> None:
    assert least <= answered(world, states) <= most


def test_who_never_answered_counts_as_a_no(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(20))
    before = sized_for_a_stranger(world)
    for number in range(10):
        offer_to(call_up, world.volunteer(number), state="expired")

    assert sized_for_a_stranger(world) < before


def test_a_yes_in_a_drill_is_not_taken_for_one_in_earnest(world: World) -> None:
    people = crowd(world, 30)
    drill, real = (raised(world.actor("worker"), draft(20, is_drill=is_drill)) for is_drill in (True, False))
    nothing = sized_for_a_stranger(world)
    for person in people:
        offer_to(drill, person, state="accepted", answered_at=NOW)
    after_drill = sized_for_a_stranger(world)
    for person in people:
        offer_to(real, person, state="declined", answered_at=NOW)

    assert nothing < after_drill
    assert sized_for_a_stranger(world) < after_drill - 20


def test_who_said_no_again_and_again_is_not_counted_on(world: World) -> None:
    crowd(world, 2)
    sure, unsure = Person.objects.filter(volunteer__state=VolunteerState.ACTIVE).order_by("pk")
    for number in range(6):
        call_up = raised(world.actor("worker"), draft(1, title=f"{number}"))
        week = NOW - timedelta(days=30 + number)
        offer_to(call_up, sure, state="accepted", answered_at=week, asked_at=week)
        offer_to(call_up, unsure, state="declined", answered_at=week, asked_at=week)

    def alone(person: Person) -> int:
        VolunteerProfile.objects.exclude(person=person).update(state=VolunteerState.PAUSED)
        VolunteerProfile.objects.filter(person=person).update(state=VolunteerState.ACTIVE)
        return sized(1).acceptance_percent

    assert alone(unsure) + 20 < alone(sure)


def sized_for_a_stranger(world: World) -> int:
    VolunteerProfile.objects.update(state=VolunteerState.PAUSED)
    world.volunteer(1_000 + Person.objects.count())
    return sized(1).acceptance_percent


def test_answers_of_long_ago_of_another_township_and_of_named_people_count_for_nothing(world: World) -> None:
    before = sized_for_a_stranger(world)
    here = raised(world.actor("worker"))
    old = NOW - REMEMBERED - timedelta(seconds=1)
    offer_to(here, world.volunteer(1), state="accepted", answered_at=NOW, asked_at=old)
    offer_to(here, world.volunteer(3), state="accepted", answered_at=NOW, wave=0)
    there = raised(world.actor("worker"), draft(title="远处"))
    offer_to(there, world.volunteer(4), state="accepted", answered_at=NOW)
    CallUp.objects.filter(pk=there.pk).update(division_code=HERE + 5_000_000)

    assert sized_for_a_stranger(world) == before


def test_who_was_asked_often_this_week_is_not_counted_as_available(world: World) -> None:
    person, _other = crowd(world, 2)
    for number in range(3):
        call_up = raised(world.actor("worker"), draft(1, title=f"{number}"))
        offer_to(call_up, person, state="declined", answered_at=NOW, asked_at=NOW - timedelta(days=number))

    assert sized(1).available == 1
    assert sized(1, at=NOW + timedelta(days=6)).available == 2


def test_the_first_wave_is_smaller_than_what_fills_the_seats_while_there_is_time(world: World) -> None:
    crowd(world, 150)

    early, late = sized(4), sized(4, at=START - timedelta(minutes=15))

    assert early.first < early.ask < early.most
    assert late.first == late.ask


def test_two_queries_whatever_the_size(world: World) -> None:
    costs = []
    for count in (1, 12):
        VolunteerProfile.objects.filter(state=VolunteerState.ACTIVE).delete()
        for number in range(count):
            world.volunteer(1000 * count + number)
        sized()  # the norms are in memory from here on
        with CaptureQueriesContext(connection) as counted:
            sized()
        costs.append(len(counted))

    assert costs == [2, 2]
