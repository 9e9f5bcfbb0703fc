"""Pledges, lists and check-ins under real simultaneity: connections of their own, and commits that the others see."""

from __future__ import annotations

from uuid import uuid4

import pytest

from muster.callups.actions import namings, pledges
from muster.callups.models import Attendance, Offer, Scan, UnitCall
from muster.people.models import Person
from tests.callups.drafting import NOW, draft, raised
from tests.callups.ground import arrives, called, roster, seated, seats_of
from tests.callups.test_seats_race import at_once, world
from tests.world import World, make_unit

__all__ = ["world"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_two_units_at_once_never_hold_more_than_there_is(world: World) -> None:
    other = make_unit("蜀锦文创公司", uscc="91110000600037341L")
    call_up = raised(world.actor("worker"), draft(6, unit_ids=(world.unit.pk, other.pk)))
    calls = list(UnitCall.objects.filter(call_up=call_up).order_by("pk"))
    actor = world.actor("liaison")

    at_once([lambda call=call: pledges.pledge(call, headcount=5, actor=actor, at=NOW) for call in calls])

    assert seats_of(call_up) == [(6, 6, 0)]


def test_the_same_list_from_two_liaisons_at_once_asks_everybody_once(world: World) -> None:
    call = called(world)
    actor = world.actor("liaison")

    at_once([lambda: namings.name_people(call, lines=roster(4), actor=actor, at=NOW)] * 2)

    assert Offer.objects.filter(unit_call=call).count() == 4
    assert Person.objects.filter(unit=world.unit).count() == 5
    assert seats_of(call.call_up) == [(6, 4, 0)]


def test_the_same_scan_at_once_is_one_and_two_phones_prove_more(world: World) -> None:
    seat = seated(world)
    nonce = uuid4()

    at_once([lambda: arrives(seat, nonce=nonce).pk] * 3)
    at_once([lambda: arrives(seat, code="", by_leader=True, device="post", actor=world.actor("leader")).pk])

    assert (Attendance.objects.count(), Scan.objects.count()) == (1, 2)
    assert Attendance.objects.get().evidence_in == "code_and_leader"
