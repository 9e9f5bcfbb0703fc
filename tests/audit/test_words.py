"""The trail in words: every deed that the code can write has a sentence in both languages."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from django.utils import timezone, translation

from muster.audit.actions import trail
from muster.audit.rules import words
from muster.callups.actions.notes import KINDS
from muster.toolkit.actor import SYSTEM, Actor
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PAGE = "/desk/trail/"


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The tool that reads the verbs from the source."""
    spec = importlib.util.spec_from_file_location("reference_of_the_trail", ROOT / "tools" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_verb_that_the_code_can_write_has_a_sentence(reference: ModuleType) -> None:
    written = set(re.findall(r"^\| `([a-z_.]+)` \|", reference.verbs(), re.MULTILINE))

    assert written == set(words.DEEDS)


def test_every_kind_of_object_that_the_code_can_write_has_a_word() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src" / "muster").rglob("*.py")]
    written = {kind for source in sources for kind in re.findall(r'obj_kind="([a-z_]+)"', source)}

    assert {"view_pass", "compound"} <= written
    assert written | set(KINDS.values()) <= set(words.OBJECTS)


def test_every_fact_that_the_code_can_write_has_a_word() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src" / "muster").rglob("*.py")]
    details = [found for source in sources for found in re.findall(r"detail ?= ?\{([^}]*)\}", source)]
    written = {name for detail in details for name in re.findall(r'"(\w+)":', detail)}

    assert {"seats", "valid_to"} <= written
    assert sorted(written - set(words.FACTS)) == []


@pytest.mark.parametrize("table", ["DEEDS", "OBJECTS", "FACTS"])
def test_every_word_is_english_in_english_and_chinese_in_chinese(table: str) -> None:
    said = getattr(words, table)
    with translation.override("en"):
        english = [str(word) for word in said.values()]
    with translation.override("zh-hans"):
        chinese = [str(word) for word in said.values()]

    assert [word for word in english if CHINESE.search(word)] == []
    assert [word for word in chinese if not CHINESE.search(word)] == []


def test_no_two_deeds_read_alike() -> None:
    for language in ("en", "zh-hans"):
        with translation.override(language):
            sentences = [str(sentence) for sentence in words.DEEDS.values()]

        assert len(set(sentences)) == len(sentences)


def test_a_deed_of_long_ago_is_shown_as_it_was_written() -> None:
    assert words.deed("gone.thing.done") == "gone.thing.done"
    assert words.thing("gone_thing") == "gone_thing"
    assert words.facts({"gone": 3}) == [("gone", "3")]


def test_truth_lists_and_nothing_are_said_as_people_say_them() -> None:
    with translation.override("en"):
        said = words.facts(
            {"exception": True, "fields": ["name", "phone"], "reason": "", "before": None, "seats": 0}
        )

    assert said == [("by exception", "yes"), ("fields", "name, phone"), ("seats", "0")]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", [("mode", "emergency"), ("state", "accepted"), ("fields", "name, skills"), ("level", "3")]),
        ("zh-hans", [("模式", "应急"), ("状态", "已接受"), ("字段", "姓名, 技能"), ("级别", "3")]),
    ],
)
def test_codes_are_said_in_the_words_of_their_models(language: str, expected: list[tuple[str, str]]) -> None:
    detail = {"mode": "emergency", "state": "accepted", "fields": ["name", "skills"], "level": 3}

    with translation.override(language):
        assert words.facts(detail) == expected


def record(verb: str, actor: Actor) -> None:
    trail.record(
        verb,
        obj_kind="call_up",
        obj_code="K7M2QD3A",
        actor=actor,
        division_code=510_107_001_001,
        at=timezone.now(),
        detail={"headcount": 4},
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh-hans", ["发起召集", "召集 <span", "人数: 4", "系统自动"]),
        ("en", ["Raised a call-up", "call-up <span", "people: 4", "Muster, by itself"]),
    ],
)
def test_the_page_speaks_the_language_of_the_auditor(
    world: World, language: str, expected: list[str]
) -> None:
    record("callups.call_up.raised", SYSTEM)
    client = world.client_for("auditor")

    page = client.get(PAGE, headers={"Accept-Language": language}).content.decode()

    assert [said for said in expected if said not in page] == []
    assert ">callups.call_up.raised<" not in page


@pytest.mark.django_db
def test_the_auditor_chooses_a_deed_by_its_words(world: World) -> None:
    record("callups.call_up.raised", Actor(label="周敏", account_id=7))
    record("callups.call_up.halted", Actor(label="周敏", account_id=7))
    client = world.client_for("auditor")

    answer = client.get(PAGE, {"verb": "callups.call_up.halted"})

    assert [line["deed"] for line in answer.context["lines"]] == ["停止通知"]
    assert '<option value="callups.call_up.halted" selected>停止通知</option>' in answer.content.decode()
