"""In any small world the figures of a board are the rows below it, counted one by one, at every level."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.callups.models import Assignment, CallUp, Offer, Post, Slot, UnitCall
from muster.oversight.queries.board import HOT_GAP, board_of
from muster.oversight.queries.counts import total
from muster.oversight.queries.overview import overview
from muster.people.models import Person
from muster.territory.models import Division
from tests.callups.drafting import NOW
from tests.oversight.worlds import (
    COMMUNITIES,
    MORE,
    OTHER_COUNTY,
    OTHER_STREET,
    PLACES,
    funnel_by_hand,
    moving,
    muster,
    place,
    widen,
)
from tests.web.ground import make_call_up, make_seat, make_slot
from tests.world import CITY, COUNTY, HERE, NEXT_DOOR, PROVINCE, SINCE, TOWNSHIP, World

pytestmark = pytest.mark.django_db
QUICK = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def wide(world: World) -> World:
    widen()
    return world


@pytest.fixture
def crowd(wide: World) -> list[Person]:
    return [wide.volunteer(number) for number in range(60)]


def clear() -> None:
    for model in (Assignment, Offer, UnitCall, Slot, Post, CallUp):
        model.objects.all().delete()


@QUICK
@given(seed=st.integers(0, 2**32))
def test_figures_of_every_place_are_the_rows_below_it(wide: World, crowd: list[Person], seed: int) -> None:
    clear()
    muster(wide, list(crowd), random.Random(seed))  # noqa: S311 - a world of a test

    for code in (PROVINCE, COUNTY, TOWNSHIP, OTHER_COUNTY):
        division = place(code)
        expected = moving(code, division.level)
        board, desk = board_of(division, NOW), overview(division, NOW)
        assert board.funnel == desk.funnel == funnel_by_hand(expected)
        assert board.call_ups == desk.call_ups == len(expected)
        assert board.posts == Post.objects.filter(call_up__in=expected).count()
        states = Counter(UnitCall.objects.filter(call_up__in=expected).values_list("state", flat=True))
        assert board.units.called == sum(states.values())
        assert board.units.pledged == states["pledged"] + states["named"]
        assert board.units.declined == states["declined"]
        assert board.units.silent == states["called"] + states["lapsed"]


@QUICK
@given(seed=st.integers(0, 2**32))
def test_lines_of_a_place_add_up_to_it_and_are_what_the_places_below_tell(
    wide: World, crowd: list[Person], seed: int
) -> None:
    clear()
    muster(wide, list(crowd), random.Random(seed))  # noqa: S311 - a world of a test

    for code in (PROVINCE, COUNTY, TOWNSHIP):
        board = overview(place(code), NOW)
        assert total(line.funnel for line in board.lines) == board.funnel
        for line in board.lines:
            below = overview(place(line.code), NOW)
            assert (line.funnel, line.call_ups) == (below.funnel, below.call_ups)
            assert line.is_asking == any(
                one.state == "open" for one in moving(line.code, place(line.code).level)
            )
    gaps = [line.funnel.missing for line in board_of(place(PROVINCE), NOW).shortages]
    assert gaps == sorted(gaps, reverse=True)
    assert all(gaps)


@QUICK
@given(seed=st.integers(0, 2**32))
def test_the_next_shifts_are_those_that_are_not_over_the_earliest_first(
    wide: World, crowd: list[Person], seed: int
) -> None:
    clear()
    muster(wide, list(crowd), random.Random(seed))  # noqa: S311 - a world of a test
    expected: Counter[object] = Counter()
    there: Counter[object] = Counter()
    slots = Slot.objects.filter(call_up__in=moving(PROVINCE, 2)).select_related("shift")
    for slot in slots:
        span = (slot.shift.starts_at, slot.shift.ends_at)
        if slot.shift.ends_at > NOW:
            expected[span] += slot.seats
            there[span] += Assignment.objects.filter(slot=slot, state__in=["arrived", "left"]).count()

    windows = board_of(place(PROVINCE), NOW).windows

    assert [((w.starts_at, w.ends_at), w.needed, w.arrived) for w in windows] == [
        (span, seats, there[span]) for span, seats in sorted(expected.items())[:4]
    ]


@pytest.mark.parametrize("code", PLACES)
def test_a_place_where_nothing_moves_has_zeros_and_no_line_is_missing(wide: World, code: int) -> None:
    board = board_of(place(code), NOW)

    assert (board.funnel, board.call_ups, board.posts, board.windows) == (funnel_by_hand([]), 0, 0, [])
    assert len(board.lines) >= 1
    assert not board.shortages


def test_a_call_up_of_the_street_itself_has_a_line_beside_its_communities(wide: World) -> None:
    make_slot(make_call_up(wide, place=TOWNSHIP, starts_at=NOW), seats=4)
    make_slot(make_call_up(wide, starts_at=NOW), seats=3)

    board = board_of(place(TOWNSHIP), NOW)

    assert [(line.code, line.funnel.needed) for line in board.lines] == [
        (TOWNSHIP, 4),
        (HERE, 3),
        (NEXT_DOOR, 0),
    ]
    assert (board.funnel.needed, board.call_ups) == (7, 2)
    assert board_of(place(COUNTY), NOW).funnel.needed == 7


def test_a_place_next_to_the_range_is_not_counted(wide: World) -> None:
    """The street ends where the next one begins: 510107002000 is the first code that is not its own."""
    make_slot(make_call_up(wide, place=OTHER_STREET, starts_at=NOW), seats=4)

    assert board_of(place(TOWNSHIP), NOW).funnel.needed == 0
    assert board_of(place(OTHER_STREET), NOW).funnel.needed == 4


@pytest.mark.parametrize(
    ("seats", "taken", "look"),
    [
        (HOT_GAP + 1, 0, "hot"),
        (HOT_GAP, 0, "gap"),
        (HOT_GAP + 1, 1, "gap"),
        (1, 0, "gap"),
        (2, 2, "full"),
        (0, 0, "idle"),
    ],
)
def test_a_circle_is_filled_beyond_four_missing_and_not_at_four(
    wide: World, crowd: list[Person], seats: int, taken: int, look: str
) -> None:
    slot = make_slot(make_call_up(wide, starts_at=NOW), seats=seats)
    for person in crowd[:taken]:
        make_seat(slot, person)

    marks = {mark.code: mark for mark in board_of(place(TOWNSHIP), NOW).narrow.marks}

    assert (marks[HERE].look, marks[HERE].missing, marks[HERE].needed) == (look, seats - taken, seats)
    assert marks[NEXT_DOOR].look == "idle"


def test_the_table_of_shortages_ends_after_the_six_largest(wide: World) -> None:
    """The other places keep their line and their circle."""
    codes = [510_107_002_100 + number for number in range(9)]
    Division.objects.bulk_create(
        Division(
            code=code,
            high=code + 1,
            level=12,
            parent_code=OTHER_STREET,
            name=f"第{code % 100}社区",
            short_name=f"第{code % 100}社区",
            kind="community",
            valid_from=SINCE,
        )
        for code in codes
    )
    for gap, code in enumerate(codes, start=1):
        make_slot(make_call_up(wide, place=code, starts_at=NOW), seats=gap)

    board = board_of(place(OTHER_STREET), NOW)

    assert [line.funnel.missing for line in board.shortages] == [9, 8, 7, 6, 5, 4]
    assert len([line for line in board.lines if line.funnel.missing]) == 9
    assert board.funnel.missing == 45


def cost(code: int) -> tuple[int, int]:
    """Queries of a board, and the bytes of their text."""
    division = place(code)
    with CaptureQueriesContext(connection) as captured:
        board_of(division, NOW)
    return len(captured), sum(len(query["sql"]) for query in captured)


def test_a_board_costs_the_same_queries_from_a_community_to_the_province(
    wide: World, crowd: list[Person]
) -> None:
    for community in COMMUNITIES:
        make_slot(make_call_up(wide, place=community, starts_at=NOW), seats=4)
    board_of(place(PROVINCE), NOW)  # the outlines are read once

    queries = {code: cost(code)[0] for code in (HERE, TOWNSHIP, COUNTY, CITY, PROVINCE, *MORE)}

    # A place without a call-up writes no log, so it looks up no names.
    assert len(set(queries.values())) == 1


def test_no_query_of_a_board_grows_with_the_call_ups(wide: World) -> None:
    def raise_one() -> None:
        make_slot(make_call_up(wide, place=HERE, starts_at=NOW), seats=4)

    raise_one()
    board_of(place(PROVINCE), NOW)
    one = cost(PROVINCE)
    for _ in range(29):
        raise_one()

    many = cost(PROVINCE)

    assert board_of(place(PROVINCE), NOW).call_ups == 30
    assert one == many


def indexes_of(code: int, needle: str) -> set[str]:
    """The indexes through which the queries of a board read the table in `needle`."""
    division = place(code)
    with CaptureQueriesContext(connection) as captured:
        board_of(division, NOW)
    found = set()
    with connection.cursor() as cursor:
        # The tables of a test are so small that reading them whole is cheaper; the question is what could be done.
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in captured:
            if needle in query["sql"]:
                cursor.execute("EXPLAIN " + query["sql"])
                plan = " ".join(row[0] for row in cursor.fetchall())
                assert f"Seq Scan on {needle}" not in plan
                found |= {word for word in plan.split() if word.startswith(needle) or "_by_" in word}
        cursor.execute("SET LOCAL enable_seqscan = on")
    return found


@pytest.mark.parametrize(
    "table",
    ["callups_callup", "people_volunteerprofile", "people_person", "audit_entry", "territory_division"],
)
def test_every_big_table_is_read_through_an_index_at_every_level(wide: World, table: str) -> None:
    make_slot(make_call_up(wide, starts_at=NOW), seats=4)

    for code in (HERE, TOWNSHIP, COUNTY, CITY, PROVINCE):
        assert indexes_of(code, table)
