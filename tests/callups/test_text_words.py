"""What a text means: three digits, the words beside them, and nothing that would have to be guessed."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from muster.callups.enums import TextAnswer
from muster.callups.rules import text_replies as rules
from muster.callups.rules.letters import Errand, Words
from tests.callups.drafting import START

ERRAND = Errand("Shuhan Street", "North gate", "scan codes", START, START, START)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *[(text, "1") for text in ("1", " 1 ", "１", "1.", "1。", "“1”", "①", "一", "1 能来", "1，我能来", "能来", "OK")],
        *[(text, "2") for text in ("2", "２", "②", "二", "2来不了", "来不了", "不能来", "No")],
        *[(text, "3") for text in ("3", "③", "三", "3 请给我打电话", "回电", "call me")],
    ],
)  # fmt: skip
def test_a_digit_its_words_or_both_are_understood(text: str, answer: str) -> None:
    assert rules.understood(text) == TextAnswer(answer)


@pytest.mark.parametrize(
    "text",
    ["", " ", "0", "4", "11", "12", "1 2", "1或2", "1 来不了", "2 能来", "3点以后能来", "1点到", "一二", "谢谢", "1?2"],
)  # fmt: skip
def test_what_could_mean_something_else_is_not_understood(text: str) -> None:
    assert rules.understood(text) is None


@given(st.text())
def test_no_text_breaks_it_and_only_a_lone_digit_or_known_words_mean_something(text: str) -> None:
    answer = rules.understood(text)

    if answer is None:
        return
    plain = rules.unicodedata.normalize("NFKC", text).casefold().strip(rules.MARKS)
    bare = plain.lstrip("0123456789一二三").strip(rules.MARKS)
    assert bare == "" or bare in rules.WORDS[answer]


LETTERS: dict[str, Words] = {}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_word_back_is_whole_in_both_languages(language: str) -> None:
    with translation.override(language):
        said = [
            rules.ask(ERRAND, "05:00", "cold.", "https://muster.example/"),
            rules.agreed(ERRAND, ""),
            rules.on_standby(ERRAND, 2),
            rules.noted_no(ERRAND),
            rules.will_call(ERRAND),
            rules.cannot(ERRAND, "full"),
            rules.how_to_answer(ERRAND),
            rules.nothing_open(),
            rules.with_others(rules.noted_no(ERRAND), [ERRAND]),
        ]

    for words in said:
        is_chinese = any("\u4e00" <= letter <= "\u9fff" for letter in words.title)
        assert is_chinese is (language == "zh-hans")
        assert "%(" not in words.title + words.body
    assert len({words.body for words in said}) == len(said)


def test_a_drill_says_so_by_text_as_well() -> None:
    drill = Errand("a", "b", "c", START, START, START, is_drill=True)

    with translation.override("en"):
        assert rules.noted_no(drill).body.startswith("[Drill]")


def test_without_other_questions_nothing_is_added() -> None:
    words = rules.nothing_open()

    assert rules.with_others(words, []) is words
