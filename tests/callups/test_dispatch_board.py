"""The page of the need of a place: real call-ups and drills apart, for whoever oversees it, and for nobody else."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.callups.actions import offers
from muster.callups.models import Assignment, CallUp, Offer
from muster.people.models import Person
from tests.callups.dispatching import (
    BOARD,
    PLAN,
    call_tomorrow,
    desk,
    emergency,
    grid_worker,
    place,
    plan_of,
    reported,
    text,
    url,
)
from tests.callups.ground import me, waiting
from tests.callups.refusals import nothing_done
from tests.world import COUNTY, HERE, NEXT_DOOR, TOWNSHIP, World

__all__ = ["desk"]
pytestmark = pytest.mark.django_db


@pytest.mark.req("R1.5")
def test_the_board_shows_each_call_up_from_need_to_arrival(world: World, desk: Client) -> None:
    here, there = call_tomorrow(world, HERE, 3), call_tomorrow(world, NEXT_DOOR, 1)
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
    call_tomorrow(world)
    one = queries()
    for number in range(29):
        call_tomorrow(world, (HERE, NEXT_DOOR)[number % 2], 1)
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
    call_tomorrow(world)
    queries()
    one = queries()
    for number in range(29):
        call_tomorrow(world, (HERE, NEXT_DOOR)[number % 2], 1)
    many = queries()

    assert many == one


def test_drills_have_their_own_board_and_their_own_plans(world: World, desk: Client) -> None:
    call_tomorrow(world, HERE, 1), call_tomorrow(world, HERE, 2, is_drill=True)
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
    call_tomorrow(world, HERE, 2)
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
    call_tomorrow(world, HERE, 1)
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


def test_the_rail_leads_to_the_board(world: World, desk: Client) -> None:
    assert place().short_name == "浆洗街"
    assert f'href="{BOARD}"' in desk.get("/desk/").content.decode()
    assert Person.objects.filter(pk=world.person("worker").pk).exists()
