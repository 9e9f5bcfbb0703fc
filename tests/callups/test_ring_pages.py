"""The call sheet at the desk: without JavaScript, one tap for each result, and nothing for a stranger to see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from muster.audit.models import Disclosure
from muster.callups.models import CallUp, Offer, Ring
from muster.callups.rules.answers import risk_mark
from tests.browser.journeys import coming
from tests.callups.drafting import offer_to
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def call_up(world: World) -> CallUp:
    return coming(world, seats=2)


@pytest.fixture
def offer(world: World, call_up: CallUp) -> Offer:
    return offer_to(call_up, world.volunteer(1), asked_at=timezone.now())


@pytest.fixture
def desk(world: World) -> Client:
    return world.client_for("worker")


def sheet_of(call_up: CallUp) -> str:
    return reverse("callups:desk-callup-rings", args=[call_up.code])


def dial(client: Client, offer: Offer) -> str:
    """Where the tap leads."""
    response = client.post(reverse("callups:desk-offer-ring", args=[offer.code]))
    assert response.status_code == 302
    return str(response["Location"])


def note(client: Client, where: str, result: str, risk: str = "") -> HttpResponse:
    return client.post(f"{where}note/", {"result": result, "risk": risk})


def test_the_number_is_on_the_page_of_the_call_and_nowhere_else(
    world: World, desk: Client, call_up: CallUp, offer: Offer
) -> None:
    sheet = desk.get(sheet_of(call_up)).content.decode()
    assert ("139****0001" in sheet, "13900000001" in sheet) == (True, False)
    assert Disclosure.objects.count() == 0

    page = desk.get(dial(desk, offer))

    words = page.content.decode()
    assert 'href="tel:13900000001"' in words
    assert call_up.risk_statement in words
    assert page.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert Disclosure.objects.filter(person_id=offer.person_id, field="phone").count() == 1


def test_looking_again_at_the_page_of_the_call_is_no_second_look(desk: Client, offer: Offer) -> None:
    where = dial(desk, offer)

    assert [desk.get(where).status_code for _look in range(3)] == [200] * 3
    assert Disclosure.objects.count() == 1


@pytest.mark.req("R4.8")
@pytest.mark.parametrize(
    ("result", "stands"),
    [
        ("yes", ("accepted", "")),
        ("no-family", ("declined", "family")),
        ("no-unwell", ("declined", "unwell")),
        ("no", ("declined", "other")),
        ("later", ("asked", "")),
        ("not_reached", ("asked", "")),
    ],
)
def test_one_tap_notes_it_and_leads_to_the_next(
    desk: Client, call_up: CallUp, offer: Offer, result: str, stands: tuple[str, str]
) -> None:
    response = note(desk, dial(desk, offer), result, risk_mark(call_up.risk_statement))

    offer.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, sheet_of(call_up))
    assert (offer.state, offer.reason) == stands
    assert Ring.objects.get().result == result.partition("-")[0]


def test_a_yes_under_other_words_of_risk_is_said_so_and_the_call_goes_on(desk: Client, offer: Offer) -> None:
    where = dial(desk, offer)

    response = note(desk, where, "yes", "0" * 16)

    assert (response.status_code, Ring.objects.get().result) == (409, "")
    assert 'role="alert"' in response.content.decode()
    assert desk.get(where).status_code == 200


@pytest.mark.parametrize("result", ["", "maybe", "unnoted", "no-boredom", "yes-work"])
def test_a_result_that_is_none_brings_the_page_back(desk: Client, offer: Offer, result: str) -> None:
    response = note(desk, dial(desk, offer), result)

    assert (response.status_code, Ring.objects.get().result) == (422, "")


def test_a_call_that_was_noted_leads_back_to_the_sheet(desk: Client, call_up: CallUp, offer: Offer) -> None:
    where = dial(desk, offer)
    note(desk, where, "later")

    again = desk.get(where)

    assert (again.status_code, again["Location"]) == (302, sheet_of(call_up))


def test_a_colleague_is_told_who_rings_and_does_not_get_the_number(
    world: World, desk: Client, call_up: CallUp, offer: Offer
) -> None:
    where = dial(desk, offer)
    colleague = world.client_for("township_overseer")

    assert dial(colleague, offer) == sheet_of(call_up)
    assert "正在给这个人打电话" in colleague.get(sheet_of(call_up)).content.decode()
    assert colleague.get(where).status_code == 404
    assert note(colleague, where, "no").status_code == 404


@pytest.mark.parametrize("cast", ["neighbor", "county_overseer", "volunteer", "leader", "stranger"])
def test_who_does_not_run_the_call_up_rings_nobody(
    world: World, call_up: CallUp, offer: Offer, cast: str
) -> None:
    client = world.client_for(cast)

    assert client.post(reverse("callups:desk-offer-ring", args=[offer.code])).status_code == 404
    assert client.get(sheet_of(call_up)).status_code == (302 if cast == "stranger" else 404)
    assert Ring.objects.count() == 0


def test_an_own_offer_is_no_reason_to_ring(world: World, call_up: CallUp) -> None:
    mine = offer_to(call_up, world.person("volunteer"), asked_at=timezone.now())

    response = world.client_for("volunteer").post(reverse("callups:desk-offer-ring", args=[mine.code]))

    assert response.status_code == 404


@pytest.mark.parametrize("people", [1, 3])
def test_the_sheet_costs_the_same_for_one_and_for_three(
    world: World, desk: Client, call_up: CallUp, people: int, django_assert_max_num_queries: object
) -> None:
    for number in range(people):
        offer_to(call_up, world.volunteer(number), asked_at=timezone.now() - timedelta(minutes=number))
    desk.get(sheet_of(call_up))

    with django_assert_max_num_queries(16):
        page = desk.get(sheet_of(call_up))

    assert page.content.decode().count('id="ring-') == people


def test_an_empty_sheet_and_one_of_a_call_up_that_is_over_say_so(
    world: World, desk: Client, call_up: CallUp, offer: Offer
) -> None:
    note(desk, dial(desk, offer), "no")
    assert "电话单上没有人" in desk.get(sheet_of(call_up)).content.decode()

    CallUp.objects.update(state="closed", closed_at=timezone.now())
    over = desk.get(sheet_of(call_up)).content.decode()
    assert "不用再打电话" in over
    assert 'id="ring-' not in over
