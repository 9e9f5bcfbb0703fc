"""A drill is the real thing with a flag, and leaves no trace in what is reckoned from real calls."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.callups.actions import calls, offers, waves
from muster.callups.models import CallUp, Offer
from muster.callups.queries import candidates, standing
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
    calls.close(call_up, at=call_up.ends_at)

    profile = VolunteerProfile.objects.get(person=offer.person)

    counted = 0 if is_drill else 1
    assert (profile.asked_count, profile.accepted_count) == (counted, counted)
    assert (profile.last_asked_at is None) == is_drill
    assert candidates._recent_calls([offer.person_id], NOW) == ({} if is_drill else {offer.person_id: (1, 1)})


def test_a_drill_chooses_without_what_people_did_lately(world: World) -> None:
    real = raised(world.actor("worker"), draft(1))
    VolunteerProfile.objects.update(last_asked_at=NOW - timedelta(days=3))
    waves.ask_more(real, headcount=1, actor=world.actor("worker"), at=NOW)
    asked = Offer.objects.get(call_up=real).person

    def known_of(call_up: CallUp) -> set[tuple[int, int | None]]:
        pool = candidates.pool_of(call_up, standing.slots_with_room(call_up.pk), wanted=1, at=NOW)
        return {(one.recent_calls, one.days_since_asked) for one in pool.people if one.id == asked.code}

    assert known_of(raised(world.actor("worker"), draft(1))) == {(1, 0)}
    assert known_of(raised(world.actor("worker"), draft(1, is_drill=True))) == {(0, None)}


def test_slots_are_named_in_the_order_in_which_they_were_made() -> None:
    assert candidates.slot_id(9) < candidates.slot_id(10) < candidates.slot_id(100_000)
    assert int(candidates.slot_id(10)) == 10
