"""The page of a plan: who goes where and why, why seats stay empty, the decision, and what became of it."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from muster.callups.actions import calls, offers, plans
from muster.callups.models import DispatchRun, Offer
from muster.jobs import queue
from tests.callups.dispatching import (
    BOARD,
    call_tomorrow,
    desk,
    grid_worker,
    plan_of,
    reported,
    text,
    url,
)
from tests.callups.ground import me, waiting
from tests.world import HERE, NEXT_DOOR, TOWNSHIP, World

__all__ = ["desk"]
pytestmark = pytest.mark.django_db


def confirmed_and_declined(world: World, desk: Client) -> DispatchRun:
    """A plan of two seats, confirmed; the grid worker was ordered, and whom it asked has said no."""
    call_tomorrow(world, HERE, 2)
    asked = reported(world, 50)
    grid_worker(1)
    run = plan_of(desk)
    desk.post(url("confirm", run))
    offers.decline(Offer.objects.get(person=asked), "work", actor=me(asked))
    return run


@pytest.mark.req("R1.5")
def test_a_plan_shows_every_community_who_goes_where_and_why_seats_stay_empty(
    world: World, desk: Client
) -> None:
    here, there = call_tomorrow(world, HERE, 1), call_tomorrow(world, NEXT_DOOR, 3)
    own, lent = grid_worker(1), grid_worker(2)
    run = plan_of(desk)

    response = desk.get(url("detail", run), {"part": there.code})

    lines = {
        line.name: (line.seats, line.own, line.from_others, line.empty, line.lent)
        for line in response.context["communities"]
    }
    assert lines == {"蜀汉街社区": (1, 1, 0, 0, 1), "七道堰社区": (3, 0, 1, 2, 0)}
    assert [part.code for part in response.context["parts"]] == [here.code, there.code]
    (line,) = response.context["proposed"]
    assert line.name in {own.name, lent.name}
    assert (line.home, line.way) == ("蜀汉街社区", "regular force, is ordered")
    assert "lent by 蜀汉街社区" in line.why
    (empty,) = response.context["empty"]
    assert (empty.seats, empty.why) == (
        2,
        "Only 2 people can stand here, and 3 are needed.",
    )
    assert "2 of 4 open seats can be filled now" in text(response)
    assert "Proven: no other plan fills more" in text(response)
    assert "Considered 2 people, 4 seats" in text(response)


def test_each_person_reads_on_his_own_page_why_it_is_him(world: World, desk: Client) -> None:
    call_tomorrow(world, NEXT_DOOR, 1)
    asked = reported(world, 50)
    run = plan_of(desk)
    desk.post(url("confirm", run))
    offer = Offer.objects.get(person=asked)

    why = desk.get(reverse("callups:desk-offer-why", args=[offer.code]))

    assert "people are missing in 七道堰社区, and you are of 蜀汉街社区" in why.context["reasons"]
    assert why.context["reasons"][-1] == "without you this seat stays empty"
    assert not any("person" in reason for reason in offer.why["reasons"])


def test_who_is_seated_from_the_waiting_list_reads_the_reasons_of_the_plan(
    world: World, desk: Client
) -> None:
    here = call_tomorrow(world, HERE, 1)
    waits = waiting(here, world.volunteer(1), why={"reasons": [{"code": "last_asked", "days": 3}]})
    run = plan_of(desk)
    desk.post(url("confirm", run))

    waits.refresh_from_db()

    assert waits.state == "accepted"
    assert "distance" in {reason["code"] for reason in waits.why["reasons"]}


@pytest.mark.req("R2.8")
def test_confirming_says_what_was_done_and_leads_back_to_the_plan(world: World, desk: Client) -> None:
    call_tomorrow(world, HERE, 1), call_tomorrow(world, NEXT_DOOR, 1)
    grid_worker(1), grid_worker(2, NEXT_DOOR)
    run = plan_of(desk)

    answer = desk.post(url("confirm", run), follow=True)

    assert answer.redirect_chain == [(url("detail", run), 302)]
    assert "0 seated, 2 ordered, 0 being asked. 0 could not be sent any more." in text(answer)
    assert "罗建国 confirmed this plan today" in text(answer)
    assert "It stands as it was confirmed." in text(answer)
    assert url("confirm", run) not in answer.content.decode()
    assert url("adjust", run) not in answer.content.decode()


def test_what_was_left_out_is_said_with_its_reason(world: World, desk: Client) -> None:
    here, there = call_tomorrow(world, HERE, 1), call_tomorrow(world, NEXT_DOOR, 1)
    waits = waiting(there, world.volunteer(1, division_code=NEXT_DOOR))
    grid_worker(1)
    run = plan_of(desk)
    calls.stand_down(here, reason="解除", actor=world.actor("worker"))
    offers.decline(waits, "work", actor=me(waits.person))

    answer = desk.post(url("confirm", run), follow=True)

    assert "1 call-up was left out." in text(answer)
    assert "left out: this call-up was over already" in text(answer)
    assert f"{waits.person.name}: does not wait any more" in text(answer)


def test_a_gap_that_opens_after_the_decision_carries_its_button(world: World, desk: Client) -> None:
    run = confirmed_and_declined(world, desk)
    grid_worker(2)

    page = desk.get(url("detail", run))
    answer = desk.post(url("adjust", run), follow=True)

    assert "Since then: 1 person cannot come, 1 seat is open" in text(page)
    assert url("adjust", run) in page.content.decode()
    fix = answer.context["run"]
    assert fix.adjusts == run
    assert "0 people move, 1 stays" in text(answer)
    assert "Confirm 1 person" in text(answer)
    assert {line.way for line in answer.context["proposed"]} == {
        "stays where the last plan sent them",
        "regular force, is ordered",
    }


def test_call_ups_that_have_everybody_are_not_listed(world: World, desk: Client) -> None:
    full, short = call_tomorrow(world, HERE, 1), call_tomorrow(world, NEXT_DOOR, 1)
    full.slots.update(taken=1)
    grid_worker(1)

    page = desk.get(url("detail", plan_of(desk)))

    assert [part.code for part in page.context["parts"]] == [short.code]
    assert [line.name for line in page.context["communities"]] == ["蜀汉街社区", "七道堰社区"]


def test_a_plan_that_was_adjusted_leads_to_the_adjustment_and_has_no_button(
    world: World, desk: Client
) -> None:
    run = confirmed_and_declined(world, desk)
    grid_worker(2)
    fix = desk.post(url("adjust", run), follow=True).context["run"]
    desk.post(url("confirm", fix))

    old, new = desk.get(url("detail", run)), desk.get(url("detail", fix))

    assert url("detail", fix) in old.content.decode()
    assert (old.context["may_adjust"], new.context["may_adjust"]) == (False, False)
    assert old.context["adjusted_by"] == fix


def test_the_call_up_that_an_adjustment_changes_is_shown_first(world: World, desk: Client) -> None:
    call_tomorrow(world, HERE, 1)
    there = call_tomorrow(world, NEXT_DOOR, 1)
    grid_worker(1)
    asked = reported(world, 50, NEXT_DOOR)
    run = plan_of(desk)
    desk.post(url("confirm", run))
    offers.decline(Offer.objects.get(person=asked), "work", actor=me(asked))
    grid_worker(2, NEXT_DOOR)

    fix = desk.post(url("adjust", run), follow=True)

    assert fix.context["current"].call_up == there
    assert fix.context["sentence"] == "1 open seat is filled"


def test_an_adjustment_that_changes_nothing_has_nothing_to_confirm(world: World, desk: Client) -> None:
    run = confirmed_and_declined(world, desk)

    answer = desk.post(url("adjust", run), follow=True)

    assert not answer.context["may_confirm"]
    assert (answer.context["empty"][0].seats, len(answer.context["proposed"])) == (1, 1)


def test_a_large_plan_shows_how_far_it_is_and_leads_to_the_result(
    world: World, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "MOST_SECONDS_AT_ONCE", 0.0)
    call_tomorrow(world, HERE, 1)
    grid_worker(1)
    run = plan_of(desk)

    waits = desk.get(url("detail", run))
    first = desk.get(url("live", run), headers={"HX-Request": "true"})
    unchanged = desk.get(url("live", run), headers={"HX-Request": "true", "If-None-Match": first["ETag"]})
    queue.drain()
    ready = desk.get(url("live", run), headers={"HX-Request": "true"})

    assert "The plan is being made" in text(waits)
    assert f'data-live="{url("live", run)}"' in waits.content.decode()
    assert (first.status_code, unchanged.status_code) == (200, 304)
    assert ready["HX-Redirect"] == url("detail", run)
    assert "1 of 1 open seat can be filled now" in text(desk.get(url("detail", run)))


def test_a_plan_that_could_not_be_made_says_why(world: World, desk: Client) -> None:
    run = DispatchRun.objects.create(
        division_code=TOWNSHIP,
        state="failed",
        failure="The plan did not pass its own check.",
        created_at=timezone.now(),
        created_by=world.account("township_overseer"),
        created_by_label="x",
    )

    page = desk.get(url("detail", run))

    assert "There is no plan The plan did not pass its own check." in text(page)
    assert "data-live=" not in page.content.decode()


def test_the_plan_of_one_call_up_leads_back_to_it(world: World, desk: Client) -> None:
    here = call_tomorrow(world, HERE, 1)
    grid_worker(1)
    back = reverse("callups:desk-callup-detail", args=[here.code])
    desk.post(reverse("callups:desk-callup-dispatch", args=[here.code]))
    run = DispatchRun.objects.get()

    page = desk.get(url("detail", run))
    answer = desk.post(url("confirm", run))

    assert f'href="{back}"' in page.content.decode()
    assert "By community" not in text(page)
    assert answer.url == back  # type: ignore[attr-defined]  # a redirect


def test_the_pages_are_whole_in_chinese(world: World, desk: Client) -> None:
    call_tomorrow(world, HERE, 1), call_tomorrow(world, NEXT_DOOR, 2)
    grid_worker(1), grid_worker(2)
    run = plan_of(desk)
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"

    board, page = desk.get(BOARD), desk.get(url("detail", run))

    assert "2 个召集还空 3 个岗位" in text(board)
    assert "统一排 3 个空位" in text(board)
    assert "已证明最优" in text(page)
    assert {"各社区", "各次召集", "仍缺", "借入"} <= set(re.findall(r"[\u4e00-\u9fff]+", text(page)))
