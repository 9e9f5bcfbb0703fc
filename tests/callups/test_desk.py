"""The desk: a call-up raised, watched and ended by the community worker, and nobody else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from muster.callups.actions import offers
from muster.callups.actions.templates import load_templates
from muster.callups.enums import AssignmentState, CallUpState, OfferState
from muster.callups.models import Assignment, CallUp, Offer, Slot
from muster.callups.queries.funnel import funnels
from muster.callups.queries.tally import tally
from muster.toolkit.actor import Actor
from tests.callups.drafting import NOW, draft, offer_to, raised
from tests.callups.raising_form import filled_form
from tests.world import World

pytestmark = pytest.mark.django_db


def says_yes(offer: Offer) -> Assignment:
    answer = offers.accept(
        offer, actor=Actor(label="", person_id=offer.person_id), risk_confirmed=True, at=NOW
    )
    assert answer.assignment is not None
    return answer.assignment


def asked_in(client: Client, sent: dict[str, Any]) -> int:
    """The number that the sizing fragment shows; 0 where it shows none."""
    shown = re.search(r'class="big num">(\d+)<', client.post("/desk/callups/size/", sent).content.decode())
    return int(shown[1]) if shown else 0


@pytest.fixture
def desk(world: World) -> Client:
    load_templates()
    return world.client_for("worker")


@pytest.mark.req("R2.1", "R2.2", "R9.6")
def test_one_press_raises_the_call_up_that_the_form_shows(desk: Client) -> None:
    sent = filled_form(desk)

    response = desk.post("/desk/callups/new/", sent)

    call_up = CallUp.objects.get()
    assert response.status_code == 302
    assert response.headers["Location"] == f"/desk/callups/{call_up.code}/"
    assert str(call_up.request_key) == str(sent["request_key"])
    assert call_up.duty_holder == sent["duty_holder"]
    assert call_up.needs.count() == 1
    assert call_up.unit_calls.count() == 1


def test_pressed_twice_it_is_raised_once(desk: Client) -> None:
    sent = filled_form(desk)

    first = desk.post("/desk/callups/new/", sent)
    second = desk.post("/desk/callups/new/", sent)

    assert first.headers["Location"] == second.headers["Location"]
    assert CallUp.objects.count() == 1


def test_a_wrong_form_comes_back_with_what_was_typed(desk: Client) -> None:
    sent = {**filled_form(desk), "start_time": "half past", "purpose": "北门排队太长"}

    response = desk.post("/desk/callups/new/", sent)

    assert response.status_code == 422
    assert response.context["form"]["purpose"].value() == "北门排队太长"
    assert "half past" in response.content.decode()
    assert CallUp.objects.count() == 0


def test_a_refusal_of_the_action_stands_over_the_form(desk: Client) -> None:
    sent = {**filled_form(desk), "end_time": "23:00"}  # 17 hours, the norms allow fewer

    response = desk.post("/desk/callups/new/", sent)

    assert response.status_code == 422
    assert len(response.context["form"].non_field_errors()) == 1


def test_the_neighbor_cannot_raise_for_this_community(world: World, desk: Client) -> None:
    sent = filled_form(desk)

    response = world.client_for("neighbor").post("/desk/callups/new/", sent)

    assert response.status_code == 404
    assert CallUp.objects.count() == 0


def test_the_size_follows_what_is_entered(world: World, desk: Client) -> None:
    for number in range(40):
        world.volunteer(number)
    sent = filled_form(desk)

    few, more, none = (asked_in(desk, {**sent, "seats_center": seats}) for seats in ("2", "6", "0"))

    assert 2 < few < more <= 43
    assert none == 0


def test_the_funnel_counts_each_step(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(3))
    people = [world.volunteer(number) for number in range(4)]
    asked = [offer_to(call_up, person) for person in people]
    seated = [says_yes(offer) for offer in asked[:2]]
    Assignment.objects.filter(pk=seated[0].pk).update(state=AssignmentState.ARRIVED)
    offers.decline(asked[2], "work", actor=Actor(label="", person_id=people[2].pk), at=NOW)

    counted = tally(call_up).funnel()

    assert counted == funnels([call_up.pk])[call_up.pk]
    assert (counted.needed, counted.asked, counted.accepted, counted.arrived) == (3, 4, 2, 1)
    assert (counted.missing, counted.on_the_way, counted.silent, counted.declined) == (1, 1, 1, 1)


def test_posts_with_the_largest_gap_stand_first(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(2))
    full = Slot.objects.get(call_up=call_up)
    for number in range(2):
        says_yes(offer_to(call_up, world.volunteer(number), full))

    lines = tally(call_up).post_lines()

    assert [(line.name, line.funnel.missing) for line in lines] == [("北门", 0)]


def test_the_live_part_costs_nothing_while_nothing_changed(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(3))
    offer = offer_to(call_up, world.person("volunteer"))
    client = world.client_for("worker")
    address = f"/desk/callups/{call_up.code}/live/"
    etag = client.get(address).headers["ETag"]

    unchanged = client.get(address, headers={"If-None-Match": etag})
    says_yes(offer)
    changed = client.get(address, headers={"If-None-Match": etag})

    assert (unchanged.status_code, changed.status_code) == (304, 200)
    assert "<html" not in changed.content.decode()


def test_asking_can_be_stopped_and_taken_up_again(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(3))
    client = world.client_for("worker")

    client.post(f"/desk/callups/{call_up.code}/halt/")
    halted = CallUp.objects.get().state
    client.post(f"/desk/callups/{call_up.code}/resume/")

    assert (halted, CallUp.objects.get().state) == (CallUpState.HALTED, CallUpState.OPEN)


def test_more_people_are_asked_at_a_press(world: World) -> None:
    for number in range(12):
        world.volunteer(number)
    at_noon_tomorrow = draft(2)
    call_up = raised(world.actor("worker"), at_noon_tomorrow, at=NOW)
    client = world.client_for("worker")

    response = client.post(f"/desk/callups/{call_up.code}/ask-more/")

    assert response.status_code == 302
    assert Offer.objects.filter(call_up=call_up, wave=1).count() > 0


def test_a_stand_down_says_how_many_will_be_told_and_asks_once(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(3))
    says_yes(offer_to(call_up, world.person("volunteer")))
    offer_to(call_up, world.volunteer(1))
    client = world.client_for("worker")
    address = f"/desk/callups/{call_up.code}/stand-down/"

    asked = client.get(address)
    without_reason = client.post(address, {"reason": ""})
    done = client.post(address, {"reason": "雨停了，不用来了"})

    call_up.refresh_from_db()
    assert asked.context["people_count"] == 2
    assert (without_reason.status_code, done.status_code) == (422, 302)
    assert (call_up.state, call_up.stand_down_reason) == (CallUpState.STOOD_DOWN, "雨停了，不用来了")
    assert set(Offer.objects.values_list("state", flat=True)) == {OfferState.STOOD_DOWN}


def test_why_somebody_was_asked_can_be_read(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(3))
    offer = offer_to(
        call_up,
        world.person("volunteer"),
        why={"reasons": [{"code": "distance", "km": 0.32}]},
    )
    client = world.client_for("worker")

    whole = client.get(f"/desk/offers/{offer.code}/why/")
    row = client.get(f"/desk/offers/{offer.code}/why/", headers={"HX-Request": "true"})

    assert whole.status_code == row.status_code == 200
    assert row.content.decode().strip().startswith("<tr")
    assert len(whole.context["reasons"]) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_runs_the_same_queries_for_few_and_many(
    world: World, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(count):
        raised(world.actor("worker"), draft(3))
    client = world.client_for("worker")

    with django_assert_max_num_queries(12):
        response = client.get("/desk/callups/")

    assert len(response.context["lines"]) == count


def test_drills_are_marked_in_the_list(world: World) -> None:
    raised(world.actor("worker"), draft(3, is_drill=True))

    response = world.client_for("worker").get("/desk/callups/")

    assert response.context["lines"][0].call_up.is_drill
    assert 'class="tag"' in response.content.decode()


def test_the_neighbor_sees_an_empty_list_and_no_page(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(3))
    neighbor = world.client_for("neighbor")

    assert neighbor.get("/desk/callups/").context["lines"] == []
    assert neighbor.get(f"/desk/callups/{call_up.code}/").status_code == 404
    assert neighbor.post(f"/desk/callups/{call_up.code}/stand-down/", {"reason": "x"}).status_code == 404
    assert CallUp.objects.get().state == CallUpState.OPEN


def test_an_overseer_sees_but_has_no_buttons(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(3))
    overseer = world.client_for("county_overseer")

    page = overseer.get(f"/desk/callups/{call_up.code}/")
    halted = overseer.post(f"/desk/callups/{call_up.code}/halt/")

    assert page.status_code == 200
    assert not page.context["may_operate"]
    assert halted.status_code == 404
