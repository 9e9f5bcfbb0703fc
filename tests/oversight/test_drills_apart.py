"""A drill leaves rows like any call-up; no figure of oversight moves by one for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from muster.callups.actions import calls, offers, pledges
from muster.callups.models import Assignment, CallUp, Post, UnitCall
from muster.callups.rules.drafts import CallUpDraft
from muster.oversight.queries.board import Board, board_of
from muster.oversight.queries.counts import in_motion
from muster.oversight.queries.overview import call_up_lines, overview
from muster.people.models import Person
from muster.records.models import ServiceRecord
from muster.records.queries.hours import totals_of
from tests.callups.drafting import NOW, START, draft, offer_to, raised
from tests.callups.ground import arrives, leaves, me
from tests.oversight.worlds import place
from tests.world import CITY, COUNTY, HERE, PROVINCE, TOWNSHIP, World

from .conftest import Scene

pytestmark = pytest.mark.django_db

FIGURES: dict[str, Callable[[Board], object]] = {
    "needed": lambda board: board.funnel.needed,
    "pledged": lambda board: board.funnel.pledged,
    "named": lambda board: board.funnel.named,
    "asked": lambda board: board.funnel.asked,
    "accepted": lambda board: board.funnel.accepted,
    "arrived": lambda board: board.funnel.arrived,
    "stayed": lambda board: board.funnel.stayed,
    "silent": lambda board: board.funnel.silent,
    "waiting": lambda board: board.funnel.waiting,
    "declined": lambda board: board.funnel.declined,
    "missing": lambda board: board.funnel.missing,
    "call-ups": lambda board: board.call_ups,
    "posts": lambda board: board.posts,
    "units": lambda board: board.units,
    "windows": lambda board: board.windows,
    "lines": lambda board: board.lines,
    "shortages": lambda board: board.shortages,
    "log": lambda board: board.log,
    "reserves": lambda board: board.reserves,
    "version": lambda board: board.version(),
}


def volunteers(world: World) -> list[Person]:
    """Who will be in the drill: on the register before any figure is read, for they are real."""
    return [world.volunteer(number) for number in range(70, 75)]


def whole_drill(world: World, people: list[Person]) -> CallUp:
    """A drill in which everything happens that a board counts."""
    form: CallUpDraft = replace(
        draft(9, is_drill=True, title="演练"), unit_ids=(world.unit.pk,), unit_headcount=2
    )
    drill = raised(world.actor("worker"), form, at=NOW)
    pledges.pledge(UnitCall.objects.get(call_up=drill), headcount=2, actor=world.actor("liaison"), at=NOW)
    seats = []
    for person in people[:3]:
        answer = offers.accept(offer_to(drill, person), actor=me(person), risk_confirmed=True, at=NOW)
        assert answer.assignment is not None
        seats.append(answer.assignment)
    offers.decline(offer_to(drill, people[3]), "work", actor=me(people[3]), at=NOW)
    offer_to(drill, people[4])
    for seat in seats[:2]:
        arrives(seat)
    leaves(seats[0])
    return drill


def told(code: int) -> dict[str, object]:
    """Every figure of the board of that place by its name."""
    board = board_of(place(code), NOW)
    return {name: read(board) for name, read in FIGURES.items()}


@pytest.mark.parametrize("code", [HERE, TOWNSHIP, PROVINCE])
def test_no_figure_counts_a_drill(scene: Scene, code: int) -> None:
    people = volunteers(scene.world)
    before = told(code)

    drill = whole_drill(scene.world, people)

    assert Assignment.objects.filter(call_up=drill, state="left").count() == 1
    assert told(code) == before


def test_a_drill_made_real_would_be_counted_everywhere(scene: Scene) -> None:
    """The figures above stand still because of the flag and nothing else."""
    drill = whole_drill(scene.world, volunteers(scene.world))
    before = told(TOWNSHIP)

    CallUp.objects.filter(pk=drill.pk).update(is_drill=False)

    after = told(TOWNSHIP)
    moved = {name for name in FIGURES if before[name] != after[name]}
    assert moved == set(FIGURES) - {"reserves", "waiting", "log", "named"}


@pytest.mark.parametrize("code", [HERE, TOWNSHIP, COUNTY, CITY, PROVINCE])
def test_a_drill_is_in_the_list_with_its_mark_and_in_no_sum(scene: Scene, code: int) -> None:
    drills = CallUp.objects.filter(is_drill=True)

    listed = [row.line.call_up for row in call_up_lines(place(code), after="", at=NOW).lines]

    assert set(drills) <= set(listed)
    assert not drills.filter(pk__in=in_motion(place(code), NOW).values("pk")).exists()
    assert overview(place(code), NOW).call_ups == (1 if code == HERE else 2)


def test_hours_of_a_drill_are_practice_and_its_record_says_so(scene: Scene) -> None:
    drill = whole_drill(scene.world, volunteers(scene.world))
    seat = Assignment.objects.get(call_up=drill, state="left")

    record = ServiceRecord.objects.get(person=seat.person)
    assert record.is_drill
    assert (totals_of(seat.person).service, totals_of(seat.person).drill) == (0, record.minutes)


def test_standing_a_drill_down_changes_nothing_on_the_wall(scene: Scene) -> None:
    before = board_of(place(TOWNSHIP), NOW).version()

    calls.stand_down(scene.drill, reason="演练结束", actor=scene.world.actor("worker"), at=NOW)

    assert board_of(place(TOWNSHIP), NOW).version() == before


def test_posts_of_a_drill_are_there_and_not_on_the_wall(scene: Scene) -> None:
    assert Post.objects.filter(call_up=scene.drill).count() == 1
    assert board_of(place(TOWNSHIP), NOW).posts == Post.objects.exclude(call_up=scene.drill).count()
    assert board_of(place(TOWNSHIP), START + timedelta(days=9)).posts == 0
