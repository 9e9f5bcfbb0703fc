"""The figures of the desk's first page are the rows of the database, whatever mixture of people there is."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from muster.callups.enums import AssignmentState, OfferState
from muster.callups.models import Assignment, Offer, Slot
from muster.people.models import ReserveTeam, ReserveTeamMember, VolunteerProfile
from muster.web.queries.today import Today, today
from tests.web.ground import make_call_up, make_offer, make_seat, make_slot
from tests.world import World

pytestmark = pytest.mark.django_db
STATES = [AssignmentState.ACCEPTED, AssignmentState.ARRIVED]
ANSWERS = [OfferState.ASKED, OfferState.EXPIRED, OfferState.WAITING]


@pytest.fixture(autouse=True)
def english(settings: LazySettings) -> None:
    settings.LANGUAGE_CODE = "en"


def fill(world: World, seed: int) -> Today:
    """Some call-ups with a mixture of seats and answers, and the page that shows them."""
    draw, number = random.Random(seed), 0  # noqa: S311 - a mixture for a test, no secret
    for count in range(draw.randint(1, 3)):
        call = make_call_up(
            world, title=f"Call {count}", starts_at=timezone.now() + timedelta(hours=1 + draw.randint(0, 9))
        )
        for post in range(draw.randint(1, 3)):
            seats = draw.randint(1, 5)
            slot = make_slot(call, post=f"Gate {post}", seats=seats, held=draw.randint(0, 1))
            for _ in range(draw.randint(0, seats - slot.held)):
                make_seat(slot, world.volunteer(number), draw.choice(STATES))
                number += 1
            for _ in range(draw.randint(0, 3)):
                make_offer(slot, world.volunteer(number), draw.choice(ANSWERS))
                number += 1
    return today(world.actor("worker"), timezone.now())


@pytest.mark.parametrize("seed", range(6))
def test_each_call_up_counts_its_own_rows(world: World, seed: int) -> None:
    seen = fill(world, seed)

    for line in seen.calls:
        seats = Slot.objects.filter(call_up__code=line.code)
        people = Assignment.objects.filter(call_up__code=line.code)
        asked = Offer.objects.filter(call_up__code=line.code)
        assert line.funnel.needed == sum(slot.seats for slot in seats)
        assert line.funnel.accepted == people.count()
        assert line.funnel.arrived == people.filter(state=AssignmentState.ARRIVED).count()
        # Whoever let the time pass has not answered either.
        unanswered = [OfferState.ASKED, OfferState.EXPIRED]
        assert line.funnel.silent == asked.filter(state__in=unanswered).count()
        assert line.funnel.waiting == asked.filter(state=OfferState.WAITING).count()


@pytest.mark.parametrize("seed", range(6))
def test_the_seats_of_a_shift_add_up(world: World, seed: int) -> None:
    seen = fill(world, seed)

    by_post = Counter((line.title, line.post) for line in seen.shifts)
    assert set(by_post.values()) == {1}
    for line in seen.shifts:
        slot = Slot.objects.get(shift__post__name=line.post, call_up__title=line.title)
        assert line.seats == slot.seats
        assert (line.filled, line.held) == (slot.taken, slot.held)
        assert line.gap == slot.seats - slot.taken - slot.held


@pytest.mark.parametrize("seed", range(6))
def test_the_headline_speaks_of_a_gap_exactly_when_there_is_one(world: World, seed: int) -> None:
    seen = fill(world, seed)

    is_short = any(line.funnel.missing for line in seen.calls)
    assert ("short of" in seen.headline) == is_short
    assert bool([item for item in seen.to_do if item.icon == "alert-triangle"]) == any(
        line.gap for line in seen.shifts
    )


def test_nothing_but_a_change_changes_the_version(world: World) -> None:
    slot = make_slot(make_call_up(world), seats=3)
    at = timezone.now()
    first = today(world.actor("worker"), at).version()

    assert today(world.actor("worker"), at).version() == first
    make_seat(slot, world.volunteer(1))
    assert today(world.actor("worker"), at).version() != first


def test_whom_one_can_turn_to_is_counted_in_this_community_alone(world: World) -> None:
    world.volunteer(1)
    world.volunteer(2, division_code=world.next_door)
    world.volunteer(3, emergency_willing="no")
    team = ReserveTeam.objects.create(
        unit=world.unit, division_code=world.here, name="t", leader=world.person("liaison")
    )
    ReserveTeamMember.objects.create(team=team, person=world.person("liaison"), joined_on="2026-01-01")

    reach = today(world.actor("worker"), timezone.now()).reach

    assert reach is not None
    here = VolunteerProfile.objects.filter(division_code=world.here, state="active")
    assert reach.volunteers == here.count()
    assert reach.willing == here.filter(emergency_willing="yes").count() == reach.volunteers - 1
    assert reach.reserves == 1
