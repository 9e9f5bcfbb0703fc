"""Figures of a place are sums of raw counts of its call-ups; a drill is in none of them."""

from datetime import timedelta

import pytest

from muster.callups.actions import calls
from muster.callups.queries.funnel import Funnel
from muster.oversight.queries.board import board_of
from muster.oversight.queries.counts import UnitAnswers, in_motion, total
from muster.oversight.queries.overview import call_up_lines, overview
from muster.territory.models import Division
from tests.callups.drafting import NOW, START, draft, raised
from tests.world import COUNTY, HERE, NEXT_DOOR, TOWNSHIP

from .conftest import Scene

pytestmark = pytest.mark.django_db


def place(code: int) -> Division:
    return Division.objects.get(code=code)


def test_sum_of_nothing_is_nothing() -> None:
    assert total([]) == Funnel()


def test_sum_adds_every_step() -> None:
    parts = [Funnel(needed=3, accepted=2, silent=1), Funnel(needed=4, arrived=1)]

    assert total(parts) == Funnel(needed=7, accepted=2, arrived=1, silent=1)


def test_board_of_the_township_sums_its_communities(scene: Scene) -> None:
    board = board_of(place(TOWNSHIP), NOW)

    assert (board.funnel.needed, board.funnel.pledged, board.funnel.accepted, board.funnel.arrived) == (
        13,
        3,
        2,
        1,
    )
    assert board.funnel.missing == 11
    assert (board.call_ups, board.posts) == (2, 3)


def test_drill_enters_no_figure(scene: Scene) -> None:
    lines = {line.code: line for line in board_of(place(TOWNSHIP), NOW).lines}

    assert lines[HERE].funnel.needed == 8
    assert scene.drill not in in_motion(place(TOWNSHIP), NOW)
    assert scene.drill.title not in [line.text for line in board_of(place(TOWNSHIP), NOW).log]


def test_each_community_stands_for_itself(scene: Scene) -> None:
    lines = {line.code: line for line in board_of(place(TOWNSHIP), NOW).lines}

    assert lines.keys() == {HERE, NEXT_DOOR}
    assert (lines[HERE].call_ups, lines[HERE].funnel.missing) == (1, 6)
    assert (lines[NEXT_DOOR].call_ups, lines[NEXT_DOOR].funnel.missing) == (1, 5)


def test_board_of_the_county_has_its_townships(scene: Scene) -> None:
    board = board_of(place(COUNTY), NOW)

    assert [(line.name, line.funnel.needed) for line in board.lines] == [("浆洗街", 13)]


def test_board_of_a_community_is_about_itself(scene: Scene) -> None:
    board = board_of(place(HERE), NOW)

    assert [(line.name, line.funnel.needed) for line in board.lines] == [("蜀汉街社区", 8)]


def test_shifts_come_in_the_order_of_time(scene: Scene) -> None:
    windows = board_of(place(TOWNSHIP), NOW).windows

    assert [(w.starts_at, w.needed, w.accepted, w.arrived, w.missing) for w in windows] == [
        (START, 11, 2, 1, 9),
        (START + timedelta(hours=12), 2, 0, 0, 2),
    ]


def test_shift_that_is_over_is_not_shown(scene: Scene) -> None:
    windows = board_of(place(TOWNSHIP), START + timedelta(hours=7)).windows

    assert [window.needed for window in windows] == [2]


def test_board_shows_four_shifts_and_no_more(scene: Scene) -> None:
    worker = scene.world.actor("worker")
    for day in range(1, 5):
        raised(worker, draft(1), at=NOW + timedelta(seconds=day))
    board = board_of(place(TOWNSHIP), NOW)

    assert len(board.windows) <= 4


def test_call_up_that_is_over_is_not_counted(scene: Scene) -> None:
    calls.stand_down(scene.here, reason="雨停了", actor=scene.world.actor("worker"), at=NOW)

    board = board_of(place(TOWNSHIP), NOW)

    assert board.funnel.needed == 5
    assert board.call_ups == 1


def test_units_are_counted_by_their_answer(scene: Scene) -> None:
    assert board_of(place(TOWNSHIP), NOW).units == UnitAnswers(called=1, pledged=1, declined=0, silent=0)


def test_shortages_are_the_largest_gap_first(scene: Scene) -> None:
    assert [(line.code, line.funnel.missing) for line in board_of(place(TOWNSHIP), NOW).shortages] == [
        (HERE, 6),
        (NEXT_DOOR, 5),
    ]


def test_place_where_nobody_is_asked_says_so(halted: Scene) -> None:
    asking = {line.code: line.is_asking for line in board_of(place(TOWNSHIP), NOW).lines}

    assert asking == {HERE: True, NEXT_DOOR: False}


def test_marks_look_as_the_gap_is(scene: Scene) -> None:
    looks = {mark.code: (mark.look, mark.missing) for mark in board_of(place(TOWNSHIP), NOW).wide.marks}

    assert looks == {HERE: ("hot", 6), NEXT_DOOR: ("hot", 5)}
    calls.stand_down(scene.next_door, reason="够了", actor=scene.world.actor("neighbor"), at=NOW)
    looks = {mark.code: mark.look for mark in board_of(place(TOWNSHIP), NOW).wide.marks}
    assert looks[NEXT_DOOR] == "idle"


def test_reserves_are_counted_from_the_registers(scene: Scene) -> None:
    reserves = board_of(place(TOWNSHIP), NOW).reserves

    # The cast has a volunteer, a leader and a liaison with a profile; the scene adds three.
    assert reserves.emergency == 6
    # Two workers and the township's overseer; those above it belong to other places.
    assert reserves.regular == 3
    assert reserves.reserve_teams == 0


def test_log_names_the_place_of_each_deed(scene: Scene) -> None:
    log = board_of(place(TOWNSHIP), NOW).log

    assert log[0].at >= log[-1].at
    assert {line.place for line in log} == {"蜀汉街社区", "七道堰社区"}
    assert "周敏" not in " ".join(line.place for line in log)


def test_version_changes_with_what_is_shown_and_only_then(scene: Scene) -> None:
    first = board_of(place(TOWNSHIP), NOW).version()

    assert board_of(place(TOWNSHIP), NOW + timedelta(seconds=30)).version() == first
    calls.halt(scene.next_door, actor=scene.world.actor("neighbor"), at=NOW)
    assert board_of(place(TOWNSHIP), NOW).version() != first


def test_board_costs_the_same_with_one_and_with_three_call_ups(
    scene: Scene, django_assert_num_queries: object
) -> None:
    assert callable(django_assert_num_queries)
    board_of(place(TOWNSHIP), NOW)  # the outlines are read once
    with django_assert_num_queries(QUERIES):
        board_of(place(TOWNSHIP), NOW)
    for number in range(2):
        raised(scene.world.actor("worker"), draft(1), at=NOW + timedelta(seconds=number))
    with django_assert_num_queries(QUERIES):
        board_of(place(TOWNSHIP), NOW)


QUERIES = 17  # one of them is the test's own


def test_overview_counts_as_the_board_does(scene: Scene) -> None:
    found = overview(place(TOWNSHIP), NOW)

    assert found.funnel == board_of(place(TOWNSHIP), NOW).funnel
    assert (found.call_ups, found.short) == (2, 2)


def test_list_of_call_ups_has_the_drill_with_its_mark(scene: Scene) -> None:
    found = call_up_lines(place(TOWNSHIP), after="", at=NOW)

    assert [(row.community, row.line.call_up.is_drill) for row in found.lines] == [
        ("蜀汉街社区", True),
        ("七道堰社区", False),
        ("蜀汉街社区", False),
    ]
    assert [division.short_name for division in found.path] == ["四川", "成都", "武侯"]


def test_list_of_a_community_has_its_own_only(scene: Scene) -> None:
    found = call_up_lines(place(NEXT_DOOR), after="", at=NOW)

    assert [row.line.call_up.code for row in found.lines] == [scene.next_door.code]
