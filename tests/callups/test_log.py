"""The record of a call-up in words: what the community did and how the units answered, newest first."""

import pytest

from muster.audit.models import Entry
from muster.callups.actions import calls, namings, pledges
from muster.callups.queries.log import LINES, line_of, log_lines
from tests.callups.drafting import NOW, draft, raised
from tests.callups.ground import called, roster
from tests.world import World

pytestmark = pytest.mark.django_db


def texts(call_up: object) -> list[str]:
    return [line.text for line in log_lines(call_up)]  # type: ignore[arg-type]  # the tests hand over call-ups


@pytest.fixture(autouse=True)
def english(settings: object) -> None:
    settings.LANGUAGE_CODE = "en"  # type: ignore[attr-defined]  # pytest-django's settings


def test_log_names_the_unit_and_its_number(world: World) -> None:
    unit_call = called(world)
    pledges.pledge(unit_call, headcount=3, actor=world.actor("liaison"), at=NOW)
    namings.name_people(unit_call, lines=roster(2), actor=world.actor("liaison"), at=NOW)

    found = log_lines(unit_call.call_up)

    assert [line.hot for line in found] == [False] * len(found)
    assert [line.text for line in found if unit_call.unit.name in line.text] == [
        f"{unit_call.unit.name} named 2 people",
        f"{unit_call.unit.name} pledged 3",
    ]


def test_log_rests_the_eye_on_a_unit_that_cannot_come(world: World) -> None:
    unit_call = called(world)
    pledges.decline(unit_call, reason="在值班", actor=world.actor("liaison"), at=NOW)

    newest = log_lines(unit_call.call_up)[0]

    assert (newest.text, newest.hot) == (f"{unit_call.unit.name} cannot come", True)


def test_log_of_one_call_up_has_nothing_of_another(world: World) -> None:
    mine, other = called(world), raised(world.actor("worker"))
    pledges.pledge(mine, headcount=3, actor=world.actor("liaison"), at=NOW)

    assert not [text for text in texts(other) if mine.unit.name in text]


def test_log_ends_after_its_lines(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(3))
    for _ in range(LINES):
        calls.halt(call_up, actor=world.actor("worker"), at=NOW)
        calls.resume(call_up, actor=world.actor("worker"), at=NOW)
        call_up.refresh_from_db()

    assert len(log_lines(call_up)) == LINES


def test_fact_that_an_older_entry_has_not_is_a_dash() -> None:
    entry = Entry(verb="callups.unit_call.pledged", actor_label="x", at=NOW, detail={"headcount": 3})

    assert line_of(entry).text == "– pledged 3"
