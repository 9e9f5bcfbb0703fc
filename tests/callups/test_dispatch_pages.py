"""The pages of the dispatch: the need of a place, the plan with its reasons, the decision, and what became of it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from muster.callups.actions import calls, offers, plans
from muster.callups.models import Assignment, CallUp, DispatchRun, Offer
from muster.callups.rules.drafts import SeatsDraft
from muster.jobs import queue
from muster.people.models import Person
from tests.callups.dispatching import emergency, grid_worker, nobody_on_duty, place, reported
from tests.callups.drafting import draft, post, raised, shift
from tests.callups.ground import me, waiting
from tests.callups.refusals import nothing_done
from tests.world import COUNTY, HERE, NEXT_DOOR, TOWNSHIP, World

pytestmark = pytest.mark.django_db
BOARD = "/desk/dispatch/"
PLAN = "/desk/dispatch/plan/"


def tomorrow() -> datetime:
    """Pages read the real clock."""
    start = timezone.localtime() + timedelta(days=1)
    return start.replace(hour=8, minute=0, second=0, microsecond=0)


def call(world: World, division_code: int = HERE, seats: int = 2, **facts: Any) -> CallUp:
    form = draft(
        posts=(post("北门", shift(SeatsDraft("general", seats), start=tomorrow())),),
        division_code=division_code,
        reply_by=timezone.now() + timedelta(hours=4),
        **facts,
    )
    return raised(world.actor("worker" if division_code == HERE else "neighbor"), form, at=timezone.now())


def text(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def desk(world: World) -> Client:
    """The overseer of the township, reading English."""
    nobody_on_duty()
    client = world.client_for("township_overseer")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def plan_of(desk: Client, code: int = TOWNSHIP, **data: str) -> DispatchRun:
    answer = desk.post(PLAN, {"place": str(code), **data})
    return DispatchRun.objects.get(code=answer.url.rstrip("/").rsplit("/", 1)[-1])  # type: ignore[attr-defined]  # a redirect


def url(name: str, run: DispatchRun) -> str:
    return reverse(f"callups:desk-dispatch-{name}", args=[run.code])


@pytest.mark.req("R1.5")
def test_the_board_shows_each_call_up_from_need_to_arrival(world: World, desk: Client) -> None:
    here, there = call(world, HERE, 3), call(world, NEXT_DOOR, 1)
    waiting(here, world.volunteer(1))
    for number, state in ((2, "accepted"), (3, "arrived")):
        asked = reported(world, 50 + number)
        offer = Offer.objects.create(
            call_up=here,
            person=asked,
            slot=here.slots.get(),
            wave=1,
            asked_at=timezone.now(),
            reply_by=here.reply_by,
        )
        seat = offers.accept(offer, actor=me(asked), risk_confirmed=True).assignment
        assert seat is not None
        Assignment.objects.filter(pk=seat.pk).update(state=state)
    grid_worker(4)

    response = desk.get(BOARD)

    rows = {
        line.call_up.pk: (line.needed, line.taken, line.arrived, line.waiting, line.free)
        for line in response.context["lines"]
    }
    assert rows == {here.pk: (3, 2, 1, 1, 1), there.pk: (1, 0, 0, 0, 1)}
    assert "2 seats are open in 2 call-ups" in text(response)
    assert "In reserve: 1 waiting, 1 of the regular force, 0 reported in by units." in text(response)
    assert "Plan 2 seats" in text(response)


def test_a_place_where_nothing_is_under_way_says_so_and_has_no_button(desk: Client) -> None:
    response = desk.get(BOARD)

    assert "No call-up is under way" in text(response)
    assert PLAN not in response.content.decode()


@pytest.mark.parametrize("address", ["board", "run"])
def test_the_pages_run_the_same_queries_for_one_call_up_and_for_thirty(
    world: World, desk: Client, address: str
) -> None:
    def queries() -> int:
        shown = BOARD if address == "board" else url("detail", plan_of(desk))
        desk.get(shown)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert desk.get(shown).status_code == 200
        return len(asked)

    for number in range(3):
        grid_worker(number)
    call(world)
    one = queries()
    for number in range(29):
        call(world, (HERE, NEXT_DOOR)[number % 2], 1)
        grid_worker(10 + number, (HERE, NEXT_DOOR)[number % 2])
    many = queries()

    assert many == one
    assert CallUp.objects.count() == 30


def test_planning_runs_the_same_queries_for_one_call_up_and_for_thirty(world: World, desk: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            plan_of(desk)
        return len(asked)

    grid_worker(1)
    call(world)
    queries()
    one = queries()
    for number in range(29):
        call(world, (HERE, NEXT_DOOR)[number % 2], 1)
    many = queries()

    assert many == one


@pytest.mark.req("R1.5")
def test_a_plan_shows_every_community_who_goes_where_and_why_seats_stay_empty(
    world: World, desk: Client
) -> None:
    here, there = call(world, HERE, 1), call(world, NEXT_DOOR, 3)
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
        "2 people can stand here and at the places around, and 3 are needed there.",
    )
    assert "2 of 4 open seats can be filled now" in text(response)
    assert "Proven: no other plan fills more" in text(response)
    assert "2 people were considered for 4 seats" in text(response)


def test_each_person_reads_on_his_own_page_why_it_is_him(world: World, desk: Client) -> None:
    call(world, NEXT_DOOR, 1)
    asked = reported(world, 50)
    run = plan_of(desk)
    desk.post(url("confirm", run))
    offer = Offer.objects.get(person=asked)

    why = desk.get(reverse("callups:desk-offer-why", args=[offer.code]))

    assert "people are missing in 七道堰社区, and you are of 蜀汉街社区" in why.context["reasons"]
    assert all(reason["code"] not in ("next_best", "nobody_else") for reason in offer.why["reasons"])


def test_who_is_seated_from_the_waiting_list_reads_the_reasons_of_the_plan(
    world: World, desk: Client
) -> None:
    here = call(world, HERE, 1)
    waits = waiting(here, world.volunteer(1), why={"reasons": [{"code": "last_asked", "days": 3}]})
    run = plan_of(desk)
    desk.post(url("confirm", run))

    waits.refresh_from_db()

    assert waits.state == "accepted"
    assert "distance" in {reason["code"] for reason in waits.why["reasons"]}


@pytest.mark.req("R2.8")
def test_confirming_says_what_was_done_and_leads_back_to_the_plan(world: World, desk: Client) -> None:
    call(world, HERE, 1), call(world, NEXT_DOOR, 1)
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
    here, there = call(world, HERE, 1), call(world, NEXT_DOOR, 1)
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
    call(world, HERE, 2)
    asked = reported(world, 50)
    grid_worker(1)
    run = plan_of(desk)
    desk.post(url("confirm", run))
    offers.decline(Offer.objects.get(person=asked), "work", actor=me(asked))
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


def test_an_adjustment_that_changes_nothing_has_nothing_to_confirm(world: World, desk: Client) -> None:
    call(world, HERE, 2)
    asked = reported(world, 50)
    grid_worker(1)
    run = plan_of(desk)
    desk.post(url("confirm", run))
    offers.decline(Offer.objects.get(person=asked), "work", actor=me(asked))

    answer = desk.post(url("adjust", run), follow=True)

    assert not answer.context["may_confirm"]
    assert (answer.context["empty"][0].seats, len(answer.context["proposed"])) == (1, 1)


def test_drills_have_their_own_board_and_their_own_plans(world: World, desk: Client) -> None:
    call(world, HERE, 1), call(world, HERE, 2, is_drill=True)
    grid_worker(1)
    real, drill = plan_of(desk), plan_of(desk, drill="1")

    boards = [desk.get(BOARD), desk.get(BOARD, {"drill": "1"})]

    assert [board.context["free"] for board in boards] == [1, 2]
    assert [list(board.context["runs"]) for board in boards] == [[real], [drill]]
    assert 'name="drill"' in boards[1].content.decode()
    assert 'name="drill"' not in boards[0].content.decode()
    assert 'class="tag"' in desk.get(url("detail", drill)).content.decode()


@pytest.mark.req("R2.8")
def test_the_county_sees_the_need_and_in_routine_mode_no_names_and_no_button(
    world: World, desk: Client
) -> None:
    call(world, HERE, 2)
    grid_worker(1)
    run = plan_of(desk)
    county = world.client_for("county_overseer")

    board = county.get(BOARD)

    assert (board.context["place"].code, board.context["free"]) == (COUNTY, 2)
    assert (board.context["may_plan"], board.context["runs"], board.context["reserve"]) == (False, [], None)
    assert [(line.code, line.free) for line in board.context["places"]] == [(TOWNSHIP, 2)]
    assert county.get(url("detail", run)).status_code == 404
    with nothing_done():
        assert county.post(PLAN, {"place": str(COUNTY)}).status_code == 409


@pytest.mark.req("R2.8")
def test_in_an_emergency_the_county_plans_and_confirms(world: World, desk: Client) -> None:
    call(world, HERE, 1)
    person = grid_worker(1)
    emergency()
    county = world.client_for("county_overseer")

    run = plan_of(county, COUNTY)
    answer = county.post(url("confirm", run), follow=True)

    assert answer.status_code == 200
    seat = Assignment.objects.get()
    assert (seat.person, seat.authority_label) == (person, world.actor("county_overseer").label)


@pytest.mark.parametrize(
    ("code", "status"), [("510107001000", 404), ("nonsense", 404), ("１２", 404), ("", 200), (str(HERE), 200)]
)
def test_a_worker_looks_at_his_own_community_only(world: World, desk: Client, code: str, status: int) -> None:
    assert desk.get(BOARD).status_code == 200
    assert world.client_for("worker").get(BOARD, {"place": code}).status_code == status


def test_a_large_plan_shows_how_far_it_is_and_leads_to_the_result(
    world: World, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "MOST_SECONDS_AT_ONCE", 0.0)
    call(world, HERE, 1)
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
    here = call(world, HERE, 1)
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
    call(world, HERE, 1), call(world, NEXT_DOOR, 2)
    grid_worker(1), grid_worker(2)
    run = plan_of(desk)
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"

    board, page = desk.get(BOARD), desk.get(url("detail", run))

    assert "2 个召集还空 3 个岗位" in text(board)
    assert "统一排 3 个空位" in text(board)
    assert "已证明最优" in text(page)
    assert {"各社区", "各次召集", "仍然缺", "邻近支援"} <= set(re.findall(r"[\u4e00-\u9fff]+", text(page)))


def test_the_rail_leads_to_the_board(world: World, desk: Client) -> None:
    assert place().short_name == "浆洗街"
    assert f'href="{BOARD}"' in desk.get("/desk/").content.decode()
    assert Person.objects.filter(pk=world.person("worker").pk).exists()
