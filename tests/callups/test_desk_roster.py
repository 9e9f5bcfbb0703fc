"""The people of a call-up as the desk lists them: who, where, in what state, and at what price in queries."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries

from muster.callups.actions import offers, orders
from muster.callups.models import Assignment, CallUp, Offer, Slot
from muster.callups.queries.roster import PAGE, roster
from muster.callups.queries.tally import tally
from muster.callups.rules.drafts import SeatsDraft
from muster.people.enums import ForceClass
from tests.callups.drafting import NOW, draft, offer_to, post, raised, shift
from tests.callups.ground import called, me
from tests.world import HERE, World, make_person

pytestmark = pytest.mark.django_db


def says_yes(offer: Offer) -> Assignment:
    answer = offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW)
    assert answer.assignment is not None
    return answer.assignment


def ordered(world: World, call_up: CallUp) -> Assignment:
    """A duty of the regular force, which was never asked."""
    person = make_person("网格员", "13800000001", HERE, ForceClass.GRID_WORKER)
    return orders.order(person, Slot.objects.filter(call_up=call_up)[0], actor=world.actor("worker"), at=NOW)


def test_the_roster_is_paged_and_filtered(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    people = [world.volunteer(number) for number in range(PAGE + 3)]
    for person in people:
        offer_to(call_up, person)
    says_yes(Offer.objects.get(person=people[0]))

    counted = tally(call_up)
    first = roster(counted)
    second = roster(counted, after=first.next_after or 0)

    assert (len(first.rows), len(second.rows), second.next_after) == (PAGE, 3, None)
    assert [row.name for row in roster(counted, segment="coming").rows] == [people[0].name]
    assert len(roster(counted, segment="silent").rows) == PAGE
    assert first.rows[0].phone.count("*") == 4


@pytest.mark.parametrize(("part", "most"), [("", 16), ("live/", 16)], ids=["page", "refresh"])
@pytest.mark.parametrize("people", [1, 30])
def test_the_call_up_page_runs_the_same_queries_for_one_and_for_thirty(
    world: World, people: int, part: str, most: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    call_up = raised(world.actor("worker"), draft(40, unit_ids=(world.unit.pk,)))
    for person in world.volunteers(people):
        says_yes(offer_to(call_up, person))
    ordered(world, call_up)
    client = world.client_for("worker")

    with django_assert_num_queries(most):
        response = client.get(f"/desk/callups/{call_up.code}/{part}")

    assert response.status_code == 200
    assert sum(f"志愿者{number}<" in response.content.decode() for number in range(people)) == min(
        people, PAGE
    )


def test_the_roster_names_post_seat_and_unit_of_each_person(world: World) -> None:
    seats = (SeatsDraft("backbone", 1), SeatsDraft("general", 1))
    form = draft(posts=(post("北门", shift(*seats)), post("南门", shift(SeatsDraft("general", 2)))))
    unit_call = called(world, replace(form, unit_ids=(world.unit.pk,)))
    call_up = unit_call.call_up
    backbone, general, south = Slot.objects.filter(call_up=call_up).order_by("pk")
    offer_to(call_up, world.volunteer(1), backbone)
    offer_to(call_up, world.volunteer(2), south, unit_call=unit_call, wave=0)
    moved = says_yes(offer_to(call_up, world.volunteer(3), general))
    Assignment.objects.filter(pk=moved.pk).update(slot=south, shift=south.shift)

    rows = roster(tally(call_up)).rows

    assert [(row.post_name, row.seat_kind, row.unit_name) for row in rows] == [
        ("北门", "backbone", ""),
        ("南门", "general", world.unit.name),
        ("南门", "general", ""),
    ]


def test_those_who_were_ordered_stand_at_the_head_of_the_first_page_only(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(2))
    sent = ordered(world, call_up)
    asked = offer_to(call_up, world.volunteer(1))

    counted = tally(call_up)
    pages = {
        key: [row.name for row in roster(counted, segment=key).rows]
        for key in ("all", "coming", "arrived", "silent")
    }

    assert pages == {
        "all": [sent.person.name, asked.person.name],
        "coming": [sent.person.name],
        "arrived": [],
        "silent": [asked.person.name],
    }
    assert roster(counted, after=asked.pk - 1).rows[0].name == asked.person.name
