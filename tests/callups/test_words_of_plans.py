"""Reasons in words: to the person who is asked, and to the dispatcher whose seat stays empty; whole in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import translation

from muster.callups.queries.words import BAR_WORDS, bar_words, kept_out_words, skill_name, why_empty, why_me
from muster.kernel.dispatch import EmptyCode
from muster.kernel.eligibility import Bar
from muster.people.models import Skill

pytestmark = pytest.mark.django_db


def in_both(words: Any) -> tuple[Any, Any]:
    """What `words` gives in English and in Chinese."""
    with translation.override("en"):
        english = words()
    with translation.override("zh-hans"):
        chinese = words()
    return english, chinese


def reason(code: str, **figures: object) -> dict[str, object]:
    return {"reasons": [{"code": code, **figures}]}


@pytest.mark.parametrize(
    ("why", "english"),
    [
        pytest.param(reason("distance", km=0), "you live next to it", id="in the same house"),
        pytest.param(reason("distance", km=0.044), "you live next to it", id="next door"),
        pytest.param(reason("distance", km=0.05), "your home is 50 m from here", id="across the street"),
        pytest.param(reason("distance", km=0.32), "your home is 320 m from here", id="meters"),
        pytest.param(reason("distance", km=0.994), "your home is 990 m from here", id="nearly a kilometer"),
        pytest.param(reason("distance", km=1), "your home is 1.0 km from here", id="a kilometer"),
        pytest.param(reason("distance", km=20), "your home is 20.0 km from here", id="the farthest"),
        pytest.param(reason("last_asked", days=1), "you were last asked 1 day ago", id="a day"),
        pytest.param(reason("last_asked", days=12), "you were last asked 12 days ago", id="days"),
        pytest.param(
            reason("recent_calls", calls=0), "you have not been asked in the last 30 days", id="not lately"
        ),
        pytest.param(reason("promise_kept"), "you were expected here already", id="expected"),
        pytest.param(reason("is_backbone"), "you are a backbone member", id="backbone"),
        pytest.param(reason("stands_in"), "you stand in for a backbone member", id="stands in"),
        pytest.param(reason("way", way="seat"), "you were waiting for a seat", id="waited"),
        pytest.param(reason("way", way="order"), "you belong to the regular force", id="regular force"),
        pytest.param(reason("nobody_else"), "without you this seat stays empty", id="nobody else"),
        pytest.param(
            reason("next_best", extra_km=0.04, moves=0),
            "somebody else would do as well, and one of you was to go",
            id="as near",
        ),
        pytest.param(
            reason("next_best", extra_km=2.26, moves=0),
            "without you the way would be 2.3 km longer",
            id="the next best",
        ),
        pytest.param(
            reason("next_best", extra_km=0, moves=1),
            "without you 1 other person would have to change posts, and the ways be 0.0 km longer",
            id="one more moves",
        ),
        pytest.param(
            reason("next_best", extra_km=1.2, moves=2),
            "without you 2 other people would have to change posts, and the ways be 1.2 km longer",
            id="two more move",
        ),
    ],
)
def test_each_reason_is_a_clause_to_the_person_in_both_languages(why: dict[str, Any], english: str) -> None:
    in_english, in_chinese = in_both(lambda: why_me(why))

    assert in_english == [english]
    assert re.search("[\u4e00-\u9fff]", in_chinese[0])


@pytest.mark.parametrize(
    "why",
    [
        pytest.param(reason("distance", km=20.1), id="too far to speak of"),
        pytest.param(reason("last_asked", days=0), id="asked today"),
        pytest.param(reason("recent_calls", calls=3), id="asked often"),
        pytest.param(reason("tier", tier=1), id="from next door"),
        pytest.param(reason("way", way="ask"), id="is asked, as the page says anyhow"),
        pytest.param({"by": "walk_up"}, id="walked up"),
        pytest.param({}, id="no reasons"),
    ],
)
def test_what_tells_the_person_nothing_is_left_out(why: dict[str, Any]) -> None:
    assert why_me(why) == []


def test_the_better_of_two_ways_to_say_the_same_is_said() -> None:
    both = {"reasons": [{"code": "recent_calls", "calls": 0}, {"code": "last_asked", "days": 40}]}

    with translation.override("en"):
        assert why_me(both) == ["you were last asked 40 days ago"]


def test_a_skill_is_named_in_the_language_of_the_reader_and_by_its_code_where_it_is_lost() -> None:
    Skill.objects.update_or_create(code="nursing", defaults={"name_zh": "护理", "name_en": "nursing care"})

    assert in_both(lambda: skill_name("nursing")) == ("nursing care", "护理")
    assert in_both(lambda: skill_name("gone")) == ("gone", "gone")
    with translation.override("en"):
        assert why_me(reason("has_skill", skill="nursing")) == [
            "you have the skill that is needed: nursing care"
        ]


@pytest.mark.parametrize(
    "code", [*Bar, "quiet_hours", "no_phone", "not_backbone", "too_far", "no_seats_left", "not_listed"]
)
def test_every_rule_that_keeps_somebody_out_has_words_in_both_languages(code: str) -> None:
    english, chinese = in_both(lambda: bar_words(code))

    assert code in BAR_WORDS
    assert not re.search("[\u4e00-\u9fff]", english)
    assert re.search("[\u4e00-\u9fff]", chinese)


@pytest.mark.parametrize(
    ("excluded", "english"),
    [
        ([], ""),
        ([["not_insured", 3]], "3 not insured"),
        ([["too_far", 1], ["not_insured", 3]], "3 not insured, 1 too far away"),
        ([["too_far", 2], ["not_insured", 2]], "2 not insured, 2 too far away"),
    ],
)
def test_rules_are_named_the_most_frequent_first(excluded: list[list[Any]], english: str) -> None:
    with translation.override("en"):
        assert kept_out_words(excluded) == english


def empty(code: str, **figures: object) -> dict[str, object]:
    standard = {"seats": 2, "qualified": 0, "ring_people": 3, "ring_seats": 5, "excluded": []}
    return {"code": code, **standard, **figures}


@pytest.mark.parametrize(
    ("line", "english"),
    [
        pytest.param(
            empty(EmptyCode.NOBODY_QUALIFIED),
            "Nobody can take this seat: no one with what it asks for is on call.",
            id="nobody",
        ),
        pytest.param(
            empty(EmptyCode.NOBODY_QUALIFIED, excluded=[["double_booked", 4]]),
            "Nobody can take this seat: 4 on another post at that time.",
            id="nobody who may",
        ),
        pytest.param(
            empty(EmptyCode.FEWER_QUALIFIED_THAN_SEATS),
            "3 people can stand here and at the places around, and 5 are needed there.",
            id="too few",
        ),
        pytest.param(
            empty(EmptyCode.TAKEN_BY_HIGHER_WEIGHT),
            "The people who could stand here are needed at a more urgent place.",
            id="needed elsewhere",
        ),
        pytest.param(
            empty(EmptyCode.NOBODY_IN_REACH, radius_km=12.0, nearest_km=14.2),
            "Nobody who could stand here lives within 12 km; the nearest is 14.2 km away.",
            id="too far",
        ),
        pytest.param(
            empty(EmptyCode.KEPT_FOR_REST, resting=4),
            "Those who could stand here must rest before or after another shift.",
            id="resting",
        ),
        pytest.param(
            empty(EmptyCode.COULD_BE_FILLED, qualified=7),
            "7 people could stand here; the plan can be made again.",
            id="overtaken",
        ),
    ],
)
def test_why_a_seat_stays_empty_is_said_with_its_figures(line: dict[str, Any], english: str) -> None:
    in_english, in_chinese = in_both(lambda: why_empty(line))

    assert in_english == english
    assert re.findall(r"\d+", in_english) == re.findall(r"\d+", in_chinese)
    assert re.search("[\u4e00-\u9fff]", in_chinese)


@pytest.mark.parametrize(
    ("higher", "english"),
    [
        ([[7, 4]], "The people who could stand here are needed more urgently: East gate."),
        (
            [[7, 4], [8, 1], [9, 2], [10, 3]],
            "The people who could stand here are needed more urgently: East gate, Clinic, School.",
        ),
        ([[99, 4]], "The people who could stand here are needed at a more urgent place."),
    ],
    ids=["one", "the first three, each once", "out of sight"],
)
def test_whoever_took_the_people_is_named_as_far_as_the_reader_may_see(
    higher: list[list[int]], english: str
) -> None:
    posts = {7: "East gate", 8: "East gate", 9: "Clinic", 10: "School"}
    line = empty(EmptyCode.TAKEN_BY_HIGHER_WEIGHT, higher=[*higher, [8, 1]])
    if higher == [[99, 4]]:
        posts = {}

    in_english, in_chinese = in_both(lambda: why_empty(line, posts))

    assert in_english == english
    assert all(name in in_chinese for name in ("East gate",) if name in english)
    assert re.search("[\u4e00-\u9fff]", in_chinese)
