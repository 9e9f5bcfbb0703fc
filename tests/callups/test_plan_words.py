"""A plan in words for those who decide: how somebody would come, why him, what became of it; whole in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import translation

from muster.callups.models import DispatchRun
from muster.callups.queries import plan_words
from muster.callups.queries.dispatch_since import Since
from muster.callups.queries.words import BAR_WORDS
from muster.kernel.eligibility import Bar

pytestmark = pytest.mark.django_db


def line(*reasons: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"person": "A", "slot": 1, "way": "order", "km": 1.24, "reasons": list(reasons), **facts}


def in_both(say: Any) -> tuple[str, str]:
    with translation.override("en"):
        english = say()
    with translation.override("zh-hans"):
        return english, say()


@pytest.mark.parametrize(
    ("facts", "english", "chinese"),
    [
        ({"way": "seat"}, "from the waiting list, gets the seat", "候补转正，直接上岗"),
        ({"way": "order"}, "regular force, is ordered", "常态力量，直接指派"),
        ({"way": "ask"}, "is asked", "发出征询"),
        ({"was_at": 1}, "stays where the last plan sent them", "照上次的方案不动"),
        ({"was_at": 2}, "moves here from 南门", "从南门换过来"),
        ({"was_at": 3}, "moves here from another post", "从别的岗位换过来"),
    ],
)
def test_how_somebody_would_come(facts: dict[str, Any], english: str, chinese: str) -> None:
    posts = {1: "北门", 2: "南门"}

    said = in_both(lambda: plan_words.way(line(**facts), posts))

    assert said[0] == english
    assert said[1] == chinese or "way" in facts


@pytest.mark.parametrize(
    ("reason", "english"),
    [
        ({"code": "is_backbone"}, "backbone member"),
        ({"code": "has_skill", "skill": "unknown-skill"}, "has the skill: unknown-skill"),
        ({"code": "lent", "home": "七道堰社区", "place": "蜀汉街社区"}, "lent by 七道堰社区"),
        ({"code": "nobody_else"}, "nobody else could fill the seat"),
        (
            {"code": "next_best", "person": "B", "extra_km": 0.456, "moves": 0},
            "the next best is 李四, 0.5 km more",
        ),
        (
            {"code": "next_best", "person": "B", "extra_km": 0.04, "moves": 0},
            "李四 would do nearly as well",
        ),
        (
            {"code": "next_best", "person": "C", "extra_km": 2, "moves": 0},
            "the next best is somebody, 2.0 km more",
        ),
        (
            {"code": "next_best", "person": "B", "extra_km": 2, "moves": 1},
            "without them 李四 would come and 1 other would move, 2.0 km more",
        ),
        (
            {"code": "next_best", "person": "B", "extra_km": 2, "moves": 3},
            "without them 李四 would come and 3 others would move, 2.0 km more",
        ),
    ],
)
def test_why_this_person_and_nobody_else(reason: dict[str, Any], english: str) -> None:
    said = in_both(lambda: plan_words.why_them_in_one(line(reason), {"B": "李四"}))

    assert said[0] == f"1.2 km away, {english}"
    assert said[1].startswith("距离 1.2 公里")
    assert re.search("[\u4e00-\u9fff]", said[1].removeprefix("距离 1.2 公里"))


@pytest.mark.parametrize("code", ["tier", "recent_calls", "distance", "promise_kept"])
def test_what_tells_a_dispatcher_nothing_is_not_said(code: str) -> None:
    with translation.override("en"):
        assert plan_words.why_them(line({"code": code, "km": 1, "tier": 1, "calls": 0}), {}) == [
            "1.2 km away"
        ]


@pytest.mark.parametrize(
    ("status", "gap", "english"),
    [
        ("proven", 0.0, "Proven: no other plan fills more"),
        ("gap", 0.0123, "At most 1.23 % from the best plan there is."),
        ("gap", None, "A good plan, but it is not proven"),
    ],
)
def test_how_good_a_plan_is_known_to_be(status: str, gap: float | None, english: str) -> None:
    said = in_both(lambda: plan_words.proof(DispatchRun(status=status, gap=gap)))

    assert said[0].startswith(english)
    assert re.search("[\u4e00-\u9fff]", said[1])


@pytest.mark.parametrize(
    ("fallen", "open_again", "english", "chinese"),
    [
        ({}, 0, "", ""),
        ({"declined": 1}, 0, "1 person cannot come", "1 人来不了"),
        (
            {"declined": 2, "silent": 1},
            0,
            "2 people cannot come, 1 did not answer",
            "2 人来不了，1 人没有答复",
        ),
        ({"absent": 3}, 1, "3 did not come, 1 seat is open", "3 人没有来，空出 1 个岗位"),
        ({}, 4, "4 seats are open", "空出 4 个岗位"),
    ],
)
def test_what_became_of_a_plan(fallen: dict[str, int], open_again: int, english: str, chinese: str) -> None:
    said = in_both(lambda: plan_words.since_words(Since(fallen, {}, {}, open_again)))

    assert said == (english, chinese)


@pytest.mark.parametrize(
    ("counts", "english", "chinese"),
    [
        ((0, 1, 0), "0 people move, 1 stays", "换岗 0 人，不动 1 人"),
        ((1, 8, 0), "1 person moves, 8 stay", "换岗 1 人，不动 8 人"),
        (
            (2, 8, 1),
            "2 people move, 8 stay, 1 is not needed any more",
            "换岗 2 人，不动 8 人，1 人不用来了",
        ),
    ],
)
def test_what_an_adjustment_asks_of_people(counts: tuple[int, int, int], english: str, chinese: str) -> None:
    assert in_both(lambda: plan_words.moved_words(*counts)) == (english, chinese)


@pytest.mark.parametrize("code", [*plan_words.LEFT_OUT, *BAR_WORDS, *Bar])
def test_every_code_of_somebody_left_out_has_words_in_both_languages(code: str) -> None:
    english, chinese = in_both(lambda: plan_words.left_out(code))

    assert english and not re.search("[\u4e00-\u9fff]", english)
    assert re.search("[\u4e00-\u9fff]", chinese)
