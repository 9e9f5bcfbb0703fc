"""A drill is the real thing with a flag, and leaves no trace in what is reckoned from real calls."""

from __future__ import annotations

import pytest

from muster.callups.actions import offers, waves
from muster.callups.models import Offer
from muster.callups.queries import candidates
from muster.people.models import VolunteerProfile
from tests.callups.drafting import NOW, draft, raised
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_drill", [True, False])
def test_who_is_asked_in_a_drill_is_not_asked_less_afterwards(world: World, is_drill: bool) -> None:
    call_up = raised(world.actor("worker"), draft(1, is_drill=is_drill))
    waves.ask_more(call_up, headcount=1, actor=world.actor("worker"), at=NOW)
    offer = Offer.objects.select_related("person").get(call_up=call_up)
    offers.accept(offer, actor=world.actor("worker"), risk_confirmed=True, at=NOW)

    profile = VolunteerProfile.objects.get(person=offer.person)

    counted = 0 if is_drill else 1
    assert (profile.asked_count, profile.accepted_count) == (counted, counted)
    assert (profile.last_asked_at is None) == is_drill
    assert candidates._recent_calls([offer.person_id], NOW) == ({} if is_drill else {offer.person_id: 1})


def test_slots_are_named_in_the_order_in_which_they_were_made() -> None:
    assert candidates.slot_id(9) < candidates.slot_id(10) < candidates.slot_id(100_000)
    assert int(candidates.slot_id(10)) == 10
