"""Who is ordered has a page as well: what, where, by whom and why he; never another person's name, and nothing to answer."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from muster.callups.access import OFFER_LINK, ORDER_LINK
from muster.callups.actions import calls, dispatch, letters, orders, plans, reminders
from muster.callups.models import Assignment, Slot
from muster.notifications.models import Message
from muster.people import links
from muster.people.models import Person
from tests.callups.dispatching import call_tomorrow, grid_worker, nobody_on_duty, place, text
from tests.world import HERE, NEXT_DOOR, World

pytestmark = pytest.mark.django_db
REMINDED = timedelta(minutes=120)


def page_of(seat: Assignment, language: str = "en") -> str:
    response = Client(headers={"accept-language": language}).get(path_to(seat))
    assert response.status_code == 200
    return text(response)  # type: ignore[arg-type]  # the client's own class


def path_to(seat: Assignment, *, purpose: str = ORDER_LINK, hours: int = 48) -> str:
    token = links.make(purpose, seat.code, expires_at=timezone.now() + timedelta(hours=hours))
    return reverse("callups:my-order", args=[token])


def dispatched(world: World, cast: str = "township_overseer") -> dict[str, Assignment]:
    """By name who was ordered by a plan over the township, confirmed now."""
    run = plans.propose_over(place(), actor=world.actor(cast))
    dispatch.confirm(run, actor=world.actor(cast))
    return {seat.person.name: seat for seat in Assignment.objects.select_related("person", "call_up")}


def ordered_by_hand(world: World) -> Assignment:
    call_tomorrow(world, HERE, 1)
    slot = Slot.objects.select_related("shift__post", "call_up").get()
    return orders.order(grid_worker(1), slot, actor=world.actor("worker"))


@pytest.mark.req("R1.5", "R2.8")
def test_who_is_ordered_reads_what_where_who_decided_and_why_he(world: World) -> None:
    nobody_on_duty()
    call_tomorrow(world, NEXT_DOOR, 1, bring="身份证和手机")
    near = grid_worker(1, HERE)
    (seat,) = dispatched(world).values()

    page = page_of(seat)

    assert seat.person == near
    for said in (
        "罗建国",
        "北门",
        "08:00–14:00",
        "身份证和手机",
        "you belong to the regular force, ",
        "people are missing in 七道堰社区, and you are of 蜀汉街社区, without you this seat stays empty.",
        "There is nothing to answer.",
    ):
        assert said in page


def test_the_page_says_what_the_next_best_would_cost_and_not_who_that_is(world: World) -> None:
    nobody_on_duty()
    call_tomorrow(world, HERE, 1)
    near, far = grid_worker(1, lon=104.04, lat=30.64), grid_worker(2, lon=104.20, lat=30.64)
    (seat,) = dispatched(world).values()

    page = page_of(seat)

    assert seat.person == near
    assert seat.why["reasons"][-1].keys() == {"code", "extra_km", "moves"}
    assert re.search(r"without you the way would be \d+\.\d km longer", page)
    assert far.name not in page
    assert far.code not in str(seat.why)


def test_what_the_plan_did_not_look_at_is_not_claimed(world: World) -> None:
    nobody_on_duty()
    call_tomorrow(world, HERE, 1)
    grid_worker(1)
    (seat,) = dispatched(world).values()

    assert "asked" not in page_of(seat)


def test_the_page_is_whole_in_chinese_and_asks_for_no_answer(world: World) -> None:
    nobody_on_duty()
    call_tomorrow(world, HERE, 1)
    grid_worker(1)
    (seat,) = dispatched(world).values()

    page = page_of(seat, "zh-hans")

    assert re.search("为什么找你： 你属于常态力量，.*你不来，这个位子就空着。", page)
    assert "派你去" in page
    assert "来不了怎么办" in page
    assert 'name="answer"' not in Client().get(path_to(seat)).content.decode()


def test_who_was_chosen_by_a_person_reads_that_and_no_reasons(world: World) -> None:
    seat = ordered_by_hand(world)

    page = page_of(seat)

    assert seat.why == {}
    assert f"{seat.authority_label} chose you in person." in page


def test_an_order_that_was_taken_back_a_stand_down_and_the_end_have_their_faces(world: World) -> None:
    seat = ordered_by_hand(world)
    Assignment.objects.filter(pk=seat.pk).update(state="stood_down", ended_at=timezone.now())
    taken_back = page_of(seat)
    Assignment.objects.filter(pk=seat.pk).update(state="ordered", ended_at=None)
    calls.stand_down(seat.call_up, reason="雨停了", actor=world.actor("worker"))
    over = page_of(seat)
    Assignment.objects.filter(pk=seat.pk).update(state="left")
    served = page_of(seat)

    assert "somebody else stands there now" in taken_back
    assert "雨停了" in over
    assert "This shift is over, thank you" in served


def test_message_reminder_and_own_page_lead_to_the_order(world: World) -> None:
    seat = ordered_by_hand(world)
    shift = seat.shift
    reminders.remind_muster(shift.muster_at - REMINDED)

    bodies = Message.objects.filter(person_id=seat.person_id).order_by("pk").values_list("topic", "body")

    assert [topic for topic, body in bodies if letters.order_link(seat) in body] == ["ordered", "remind"]


def test_the_phone_that_opened_the_order_checks_its_owner_in_at_the_post(world: World) -> None:
    seat = ordered_by_hand(world)
    client = Client()
    page = client.get(path_to(seat))

    at_the_post = client.get(page.context["call"].check_in_url)

    assert at_the_post.context["person"] == seat.person


@pytest.mark.parametrize(
    ("facts", "status"),
    [({"purpose": OFFER_LINK}, 404), ({"hours": -1}, 410)],
    ids=["for another purpose", "expired"],
)
def test_no_other_link_opens_an_order(world: World, facts: dict[str, object], status: int) -> None:
    seat = ordered_by_hand(world)

    assert Client().get(path_to(seat, **facts)).status_code == status  # type: ignore[arg-type]  # one of the two


def test_the_seat_of_a_volunteer_is_no_order(world: World) -> None:
    seat = ordered_by_hand(world)
    Assignment.objects.filter(pk=seat.pk).update(state="accepted", duty_kind="off_duty")

    assert Client().get(path_to(seat)).status_code == 404


def test_who_is_signed_in_as_somebody_else_reads_that_the_link_is_not_his(world: World) -> None:
    seat = ordered_by_hand(world)

    answer = world.client_for("volunteer").get(path_to(seat))

    assert answer.status_code == 403
    assert Person.objects.get(pk=seat.person_id).name not in answer.content.decode()


def test_the_own_page_of_somebody_who_is_ordered_leads_to_the_order(world: World) -> None:
    call_tomorrow(world, HERE, 1)
    person = world.person("worker")
    slot = Slot.objects.select_related("shift__post", "call_up").get()
    orders.order(person, slot, actor=world.actor("township_overseer"))
    client = world.client_for("worker")

    home = client.get(reverse("web:my-home"))

    link = home.context["mine"].seat_url
    assert link.startswith("/my/d/")
    assert client.get(link).status_code == 200
