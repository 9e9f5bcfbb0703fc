"""When the next wave goes, how large it is, and how often in a week one person may be asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.callups.actions import waves
from muster.callups.enums import OfferState
from muster.callups.models import CallUp, Offer, Slot
from muster.people.models import Person, VolunteerProfile
from tests.callups.drafting import NOW, draft, offer_to, raised
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_these(world: World) -> None:
    VolunteerProfile.objects.all().update(state="paused")


def crowd(world: World, count: int, first: int = 1) -> list[Person]:
    return [world.volunteer(number) for number in range(first, first + count)]


def asked(call_up: CallUp) -> set[int]:
    return set(Offer.objects.filter(call_up=call_up).values_list("person_id", flat=True))


@pytest.mark.req("R1.5")
def test_the_next_wave_goes_when_the_slack_demands_it(world: World) -> None:
    crowd(world, 60)
    call_up = raised(world.actor("worker"), draft(2))

    sizes, minutes = [], (0, 10, 16 * 60 - 300, 16 * 60 - 20)
    for minute in minutes:
        wave = waves.top_up(call_up, at=NOW + timedelta(minutes=minute))
        sizes.append(wave.asked if wave else 0)

    # Four in ten are enough while there is time; the silence of hours counts against those who were asked; in the end
    # there is no time for another wave, and the last goes up to the cap.
    assert sizes[0] < 10
    assert sizes[1] <= 1
    assert sizes[2] > 0
    assert sizes[3] > 0
    assert sum(sizes) <= call_up.ask_cap


def test_a_wave_that_the_desk_orders_is_as_large_as_if_it_were_the_last(world: World) -> None:
    crowd(world, 60)
    call_up = raised(world.actor("worker"), draft(2))
    calm = waves.ask_more(call_up, actor=world.actor("worker"), at=NOW).asked

    sure = waves.ask_more(call_up, actor=world.actor("worker"), surely=True, at=NOW).asked

    assert 0 < calm < sure
    assert waves.ask_more(call_up, actor=world.actor("worker"), surely=True, at=NOW).asked == 0


def test_nobody_is_asked_more_often_than_three_times_a_week(world: World) -> None:
    often, seldom = crowd(world, 2)
    for number in range(3):
        earlier = raised(world.actor("worker"), draft(1, title=f"{number}"))
        offer_to(earlier, often, state="declined", answered_at=NOW, asked_at=NOW - timedelta(days=number))
    call_up, later = (raised(world.actor("worker"), draft(1, title=title)) for title in ("今天", "下周"))

    wave = waves.ask_more(call_up, actor=world.actor("worker"), headcount=5, at=NOW)
    waves.ask_more(later, actor=world.actor("worker"), headcount=5, at=NOW + timedelta(days=6))

    assert (asked(call_up), wave.kept_out) == ({seldom.pk}, {"asked_often_this_week": 1})
    assert asked(later) == {often.pk, seldom.pk}


@pytest.mark.req("R1.5")
def test_the_clock_asks_nobody_the_moment_the_seats_are_full(world: World) -> None:
    crowd(world, 60)
    call_up = raised(world.actor("worker"), draft(2))
    waves.top_up(call_up, at=NOW)
    Slot.objects.filter(call_up=call_up).update(taken=2)

    assert waves.top_up(call_up, at=call_up.reply_by - timedelta(minutes=5)) is None


def test_an_answer_that_brings_the_seats_nearer_calms_the_clock(world: World) -> None:
    """Ten minutes before the end: where all have said no more are asked than where one of two seats is taken."""
    crowd(world, 60)
    sizes = []
    for title, taken in (("无人", 0), ("一人", 1)):
        call_up = raised(world.actor("worker"), draft(2, title=title))
        waves.top_up(call_up, at=NOW)
        Offer.objects.filter(call_up=call_up).update(state=OfferState.DECLINED, answered_at=NOW)
        Slot.objects.filter(call_up=call_up).update(taken=taken)
        wave = waves.top_up(call_up, at=call_up.reply_by - timedelta(minutes=30))
        sizes.append(wave.asked if wave else 0)

    assert sizes[0] > sizes[1] > 0


def test_a_wave_tells_how_many_it_expects(world: World) -> None:
    crowd(world, 60)
    call_up = raised(world.actor("worker"), draft(6))

    wave = waves.ask_more(call_up, actor=world.actor("worker"), headcount=30, at=NOW)

    assert (wave.asked, wave.expected) == (30, 9)


def test_a_neighbor_is_asked_only_where_the_own_people_are_too_few(world: World) -> None:
    own = crowd(world, 3)
    near = [world.volunteer(number, division_code=world.next_door) for number in range(50, 60)]
    small, large = (raised(world.actor("worker"), draft(seats, title=f"{seats}")) for seats in (1, 5))

    waves.ask_more(small, actor=world.actor("worker"), headcount=2, at=NOW)
    waves.ask_more(large, actor=world.actor("worker"), at=NOW)

    assert asked(small) <= {person.pk for person in own}
    assert asked(large) & {person.pk for person in near}
