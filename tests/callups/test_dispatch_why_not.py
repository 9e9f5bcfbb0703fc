"""Why somebody is not sent to a seat: asked by name at the desk, answered by rule or by price, also after the decision."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from muster.callups.actions import offers
from muster.callups.models import CallUp, DispatchRun, Offer, Slot
from muster.people.enums import ForceClass
from muster.people.models import Person
from tests.callups.dispatching import (
    call_tomorrow,
    desk,
    grid_worker,
    plan_of,
    reported,
    text,
    url,
)
from tests.callups.ground import me, waiting
from tests.world import HERE, NEXT_DOOR, World, make_person

__all__ = ["desk"]
pytestmark = pytest.mark.django_db
AT_THE_POST = {"lon": 104.04, "lat": 30.64}


def asked(desk: Client, run: DispatchRun, name: str, call_up: CallUp) -> dict[str, str]:
    """What the page answers, by name; the form is sent as the plan's page sends it."""
    slot = Slot.objects.get(call_up=call_up)
    page = desk.post(url("why-not", run), {"q": name, "slot": str(slot.pk)}, follow=True)
    assert page.status_code == 200
    return {answer.name: answer.words for answer in page.context["answers"]}


def at_the_post(call_up: CallUp) -> None:
    call_up.posts.update(**AT_THE_POST)


def near_and_far(desk: Client, world: World) -> tuple[DispatchRun, CallUp]:
    """A plan that sends the near one of two."""
    here = call_tomorrow(world, HERE, 1)
    at_the_post(here)
    grid_worker(1, **AT_THE_POST)
    grid_worker(2, lon=104.04, lat=30.66)
    return plan_of(desk), here


@pytest.mark.req("R1.5")
def test_who_would_cost_more_is_told_by_how_much(world: World, desk: Client) -> None:
    run, here = near_and_far(desk, world)

    answers = asked(desk, run, "网格员2", here)

    assert answers == {"网格员2": "To send them in place of who goes would make the ways 2.2 km longer."}


def test_the_same_is_answered_after_the_plan_was_confirmed(world: World, desk: Client) -> None:
    run, here = near_and_far(desk, world)
    desk.post(url("confirm", run))

    answers = asked(desk, run, "网格员2", here)

    assert answers == {"网格员2": "To send them in place of who goes would make the ways 2.2 km longer."}


def test_an_adjustment_answers_as_well_while_nobody_has_confirmed_it(world: World, desk: Client) -> None:
    here = call_tomorrow(world, HERE, 2)
    at_the_post(here)
    grid_worker(1, **AT_THE_POST)
    asked_first = reported(world, 50)
    Person.objects.filter(pk=asked_first.pk).update(**AT_THE_POST)
    run = plan_of(desk)
    desk.post(url("confirm", run))
    offers.decline(Offer.objects.get(person=asked_first), "work", actor=me(asked_first))
    grid_worker(3, **AT_THE_POST), grid_worker(4, lon=104.04, lat=30.66)
    fix = desk.post(url("adjust", run), follow=True).context["run"]

    answers = asked(desk, fix, "网格员", here)

    assert answers == {
        "网格员1": "This plan sends them there.",
        "网格员3": "This plan sends them there.",
        "网格员4": "To send them in place of who goes would make the ways 2.2 km longer.",
    }


def test_who_goes_there_is_told_so(world: World, desk: Client) -> None:
    run, here = near_and_far(desk, world)

    assert asked(desk, run, "网格员1", here) == {"网格员1": "This plan sends them there."}


def test_who_is_needed_elsewhere_is_told_where(world: World, desk: Client) -> None:
    here, there = call_tomorrow(world, HERE, 1), call_tomorrow(world, NEXT_DOOR, 1)
    at_the_post(here), at_the_post(there)
    grid_worker(1, HERE, **AT_THE_POST)
    grid_worker(2, NEXT_DOOR, **AT_THE_POST)
    run = plan_of(desk)

    (words,) = asked(desk, run, "网格员1", there).values()

    assert re.fullmatch(
        r"They go to 北门(; to change that would make the ways \d+\.\d km longer|, and nobody else could stand there)\.",
        words,
    )


def test_who_would_do_as_well_is_told_that_one_had_to_be_chosen(world: World, desk: Client) -> None:
    here = call_tomorrow(world, HERE, 1)
    at_the_post(here)
    grid_worker(1, **AT_THE_POST), grid_worker(2, **AT_THE_POST)
    run = plan_of(desk)
    left = {"网格员1", "网格员2"} - {
        Person.objects.get(code=line["person"]).name for line in run.plan["assignments"]
    }

    answers = asked(desk, run, left.pop(), here)

    assert set(answers.values()) == {"They would do as well as who goes; one of them had to be chosen."}


def test_a_rule_is_named(world: World, desk: Client) -> None:
    here = call_tomorrow(world, HERE, 1)
    grid_worker(1)
    barred = reported(world, 50)
    Person.objects.filter(pk=barred.pk).update(birth_on=timezone.localdate() - timedelta(days=4000))
    run = plan_of(desk)

    answers = asked(desk, run, barred.name, here)

    assert answers == {barred.name: "A rule keeps them from it: not old enough."}


def test_who_waits_no_more_is_told_so(world: World, desk: Client) -> None:
    here = call_tomorrow(world, HERE, 2)
    person = world.volunteer(1)
    offer = waiting(here, person)
    grid_worker(1)
    run = plan_of(desk)
    offer.state = "declined"
    offer.waiting_since = None
    offer.answered_at = offer.asked_at
    offer.save()
    run.plan["assignments"] = [line for line in run.plan["assignments"] if line["person"] != person.code]
    run.save(update_fields=["plan"])

    answers = asked(desk, run, person.name, here)

    assert answers == {
        person.name: "Not in reserve: neither waiting nor of the regular force here nor reported in by a unit."
    }


def test_who_is_in_no_reserve_is_told_so(world: World, desk: Client) -> None:
    here = call_tomorrow(world, HERE, 1)
    grid_worker(1)
    make_person("路人甲", "13900009999", HERE, ForceClass.OTHER_AUXILIARY)
    run = plan_of(desk)

    (words,) = asked(desk, run, "路人甲", here).values()

    assert words.startswith("Not in reserve")


def test_who_came_into_the_reserve_since_is_reason_for_a_new_plan(world: World, desk: Client) -> None:
    here = call_tomorrow(world, HERE, 2)
    grid_worker(1)
    run = plan_of(desk)
    grid_worker(2)

    assert asked(desk, run, "网格员2", here) == {
        "网格员2": "By what is on file now they could go. Make a new plan."
    }


def test_nobody_of_another_place_is_found(world: World, desk: Client) -> None:
    run, here = near_and_far(desk, world)
    make_person("远方人", "13900008888", 510108001001, ForceClass.GRID_WORKER)

    assert asked(desk, run, "远方人", here) == {}


def test_the_address_of_the_answer_tells_nobody_who_was_looked_for(world: World, desk: Client) -> None:
    run, here = near_and_far(desk, world)
    slot = Slot.objects.get(call_up=here)

    answer = desk.post(url("why-not", run), {"q": "网格员2", "slot": str(slot.pk)})

    assert answer.status_code == 302
    assert "网格员" not in answer["Location"] and "%E7%BD%91" not in answer["Location"]
    assert desk.get(answer["Location"])["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_a_seat_of_another_plan_is_not_answered_for(world: World, desk: Client) -> None:
    run, here = near_and_far(desk, world)
    Slot.objects.filter(call_up=here).update(kind="general")
    elsewhere = call_tomorrow(world, NEXT_DOOR, 1)

    page = desk.post(
        url("why-not", run),
        {"q": "网格员2", "slot": str(Slot.objects.get(call_up=elsewhere).pk)},
        follow=True,
    )

    assert page.context["asked"] is False


def test_while_there_is_no_plan_nothing_can_be_asked(world: World, desk: Client) -> None:
    run, _here = near_and_far(desk, world)
    DispatchRun.objects.filter(pk=run.pk).update(state="planning")

    assert desk.get(url("why-not", run)).status_code == 404


def test_the_plan_carries_the_question_and_the_page_is_whole_in_chinese(world: World, desk: Client) -> None:
    run, here = near_and_far(desk, world)
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"

    plan = desk.get(url("detail", run))
    (words,) = asked(desk, run, "网格员2", here).values()

    assert f'action="{url("why-not", run)}"' in plan.content.decode()
    assert "为什么没派某个人" in text(plan)
    assert words == "换 TA 去，要多走 2.2 公里。"


def test_the_question_is_answered_in_as_many_queries_for_a_large_plan(
    world: World, desk: Client, django_assert_max_num_queries: object
) -> None:
    here = call_tomorrow(world, HERE, 3)
    for number in range(6):
        grid_worker(number)
    run = plan_of(desk)
    slot = Slot.objects.get(call_up=here)
    where = desk.post(url("why-not", run), {"q": "网格员5", "slot": str(slot.pk)})["Location"]

    with django_assert_max_num_queries(45):  # type: ignore[operator]  # the fixture is a function
        assert desk.get(where).status_code == 200
    assert reverse("callups:desk-dispatch-why-not", args=[run.code]) in where
