"""The record of a call-up in words: what the community did and how the units answered, newest first."""

from pathlib import Path

import pytest
from django.utils import translation

from muster.audit.models import Entry
from muster.callups import actions
from muster.callups.actions import calls, dispatch, namings, offers, plans, pledges, waves
from muster.callups.queries.log import LINES, WORDS, line_of, log_lines
from tests.callups.drafting import NOW, draft, offer_to, raised
from tests.callups.ground import called, me, roster
from tests.world import World

pytestmark = pytest.mark.django_db
ACTIONS = Path(actions.__path__[0])


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


def test_log_says_who_confirmed_a_dispatch(world: World) -> None:
    call_up = raised(world.actor("worker"))
    run = plans.propose(call_up, actor=world.actor("worker"), at=NOW)
    other = plans.propose(raised(world.actor("worker")), actor=world.actor("worker"), at=NOW)

    dispatch.confirm(run, actor=world.actor("worker"), at=NOW)
    dispatch.confirm(other, actor=world.actor("worker"), at=NOW)

    label = world.actor("worker").label
    assert texts(call_up) == [
        f"{label} confirmed a dispatch: 0 seated, 1 ordered, 0 asked",
        f"{label} raised the call-up",
    ]


def test_log_says_once_that_the_asking_stopped_by_itself(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    asked = [offer_to(call_up, world.volunteer(number)) for number in range(12)]
    offers.accept(asked[0], actor=me(asked[0].person), risk_confirmed=True, at=NOW)

    thanked = [waves.thank_surplus(call_up, at=NOW) for _time in range(2)]

    assert (thanked[0] > 0, thanked[1]) == (True, 0)
    assert texts(call_up)[0] == "All seats are filled; asking stopped by itself"
    assert len(texts(call_up)) == 2


@pytest.mark.parametrize("verb", WORDS)
def test_every_line_of_the_log_is_written_somewhere(verb: str) -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in ACTIONS.rglob("*.py"))

    assert f'"{verb}"' in written


@pytest.mark.parametrize(
    ("deed", "english_words", "chinese", "hot"),
    [
        ("halt", "stopped the asking", "停止", True),
        ("resume", "let the asking go on", "继续", False),
        ("stand_down", "stood the call-up down", "解散", True),
        ("close", "The call-up is closed", "结束", False),
    ],
)
def test_log_tells_each_end_in_both_languages(
    world: World, deed: str, english_words: str, chinese: str, hot: bool
) -> None:
    call_up = raised(world.actor("worker"))
    if deed == "resume":
        calls.halt(call_up, actor=world.actor("worker"), at=NOW)
    facts = {"reason": "已解除"} if deed == "stand_down" else {}
    getattr(calls, deed)(call_up, actor=world.actor("worker"), at=NOW, **facts)

    in_english = log_lines(call_up)[0]
    with translation.override("zh-hans"):
        in_chinese = log_lines(call_up)[0].text

    assert (english_words in in_english.text, in_english.hot) == (True, hot)
    assert chinese in in_chinese
