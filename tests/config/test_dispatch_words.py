"""Every sentence of `muster dispatch`, in both languages, with the figures that really come with it."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config import dispatch_deeds
from config.dispatch_words import FAULTS, KINDS, REASONS_OF_SYSTEM, VIOLATIONS, WANTED, Summary, Words
from config.language import sentences
from muster.kernel.dispatch.pools.faults import BadFiles, Fault
from muster.kernel.dispatch.pools.recount import Violation
from tests.kernel.dispatch.pools.files import laid
from tests.kernel.dispatch.pools.test_folder_mistakes import CELLS
from tests.kernel.dispatch.pools.test_recount import WRONG_ROWS

# Figures of mistakes that no single cell makes.
MORE_FAULTS: list[Fault] = [
    Fault("/data/none", 0, "", "no_folder"),
    Fault("posts.csv", 0, "", "missing_file"),
    Fault("posts.csv", 1, "", "empty_file"),
    Fault("posts.csv", 0, "", "unreadable", {"why": "Is a directory"}),
    Fault("plan.json", 0, "", "unwritable", {"why": "Permission denied"}),
    Fault("/data/posts.csv", 0, "", "is_input"),
    Fault("posts.csv", 3, "4", "not_utf8", {"byte": "c9"}),
    Fault("volunteers.csv", 3, "skills", "too_many_skills", {"most": 63}),
    Fault("pairs.csv", 0, "", "pairs_missing"),
    Fault("config.json", 1, "", "not_an_object"),
    Fault("config.json", 0, "days", "missing_key"),
    Fault("config.json", 0, "", "prices_apart"),
]
MORE_VIOLATIONS: list[Violation] = [
    Violation("unknown_volunteer", "dee", "gate"),
    Violation("unknown_post", "ann", "well"),
    Violation("unknown_kind", "ann", "gate", {"kind": "chief"}),
    Violation("unknown_empty", "", "well", {"kind": "general"}),
    Violation("wrong_slot", "ann", "gate", {"said": "d1s0", "is": "d0s0"}),
    Violation("wrong_km", "bo", "tent", {"km": 0.25, "said": 0.26}),
    Violation("declined", "bo", "tent"),
    Violation("closed", "bo", "tent"),
    Violation("wrong_empty", "", "gate", {"kind": "backbone", "filled": 1, "empty": 1, "seats": 1}),
    Violation("wrong_objective", figures={"said": 1.5, "is": 1.25}),
    Violation("bound_too_high", figures={"bound": 1.5, "objective": 1.25}),
    Violation("not_proven", figures={"bound": 1.0, "objective": 1.25}),
    Violation("wrong_seat_value", figures={"said": 99, "least": 100}),
]
EVERY_FAULT = [Fault(row[0], row[3], row[4], row[5], row[6]) for row in CELLS] + MORE_FAULTS
EVERY_VIOLATION = [row[2] for row in WRONG_ROWS.values()] + MORE_VIOLATIONS
# What stays as it is in a Chinese sentence: names of files, keys and columns, words of the format, units.
FOREIGN = re.compile(
    r"[\w/]+\.(?:csv|json)|/data/none|[a-z]+_\w+|“[^”]*”|\b(?:true|false|null|proven|gap|UTF|JSON|CSV|MB)\b"
)

Words_of = Callable[[str], Words]


@pytest.fixture
def words_of(monkeypatch: pytest.MonkeyPatch) -> Words_of:
    def speaking(language: str) -> Words:
        monkeypatch.setenv("LC_ALL", language)
        return Words()

    return speaking


def summary(**changed: Any) -> Summary:
    """A proven plan of a small town, with some figures changed."""
    facts: dict[str, Any] = {
        "volunteers": 12_000,
        "free": 8_400,
        "posts": 1_000,
        "seats": 7_100,
        "filled": 7_000,
        "empty": {"general": 60, "backbone": 30, "skilled": 10},
        "stand_ins": 0,
        "objective_km": 51_788.5,
        "bound_km": 51_788.5,
        "gap": 0.0,
        "is_proven": True,
        "mean_km": 5.25,
        "longest_km": 31.0,
        "kept": None,
        "lost": 0,
        "seconds": 1.44,
    }
    return Summary(**(facts | changed))


def test_the_figures_are_those_of_every_mistake_and_violation() -> None:
    assert {one.code for one in EVERY_FAULT} >= FAULTS.keys() - {"unknown_key", "unknown_tier"}
    assert {one.code for one in EVERY_VIOLATION} == VIOLATIONS.keys()


@pytest.mark.parametrize("fault", EVERY_FAULT, ids=lambda one: f"{one.code} in {one.file}")
def test_a_mistake_is_a_sentence_in_both_languages(words_of: Words_of, fault: Fault) -> None:
    english, chinese = words_of("C").fault(fault), words_of("zh_CN.UTF-8").fault(fault)

    assert english.startswith(fault.file)
    assert english.endswith(".")
    assert "{" not in english
    assert chinese.startswith(fault.file)
    assert chinese.endswith("。")
    assert "{" not in chinese
    for told in (english, chinese):
        assert not fault.line or str(fault.line) in told
        assert fault.column in told


@pytest.mark.parametrize("violation", EVERY_VIOLATION, ids=lambda one: one.code)
def test_a_violation_is_a_sentence_in_both_languages(words_of: Words_of, violation: Violation) -> None:
    english, chinese = words_of("C").violation(violation), words_of("zh_CN.UTF-8").violation(violation)

    assert english.endswith(".")
    assert chinese.endswith("。")
    for told in (english, chinese):
        assert "{" not in told
        assert violation.volunteer in told
        assert violation.post in told
        for name, value in violation.figures.items():
            assert name == "kind" or f"{{{name}}}" not in VIOLATIONS[violation.code] or str(value) in told


@pytest.mark.parametrize(
    "table", [FAULTS, VIOLATIONS, WANTED, KINDS, {reason: reason for reason in REASONS_OF_SYSTEM}]
)
def test_no_english_is_left_in_a_chinese_sentence(
    table: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    translate = sentences()

    for sentence in table.values():
        left = re.sub(r"\{\w+\}|d0s1", "", FOREIGN.sub("", translate(sentence)))
        assert not re.search(r"[A-Za-z]{2}", left), left
        assert re.search(r"[\u4e00-\u9fff]", translate(sentence))


@pytest.mark.parametrize(
    "number",
    [
        *(errno.EEXIST, errno.ENAMETOOLONG, errno.EISDIR, errno.ENOENT, errno.ENOSPC),
        *(errno.ENOTDIR, errno.EACCES, errno.EROFS),
    ],
)
def test_what_the_system_says_has_its_words(words_of: Words_of, number: int) -> None:
    fault = Fault("plan.json", 0, "", "unwritable", {"why": os.strerror(number)})

    told = words_of("zh_CN.UTF-8").fault(fault)

    assert os.strerror(number) in REASONS_OF_SYSTEM
    assert not re.search("[A-Za-z]{2}", told.removeprefix("plan.json"))


@pytest.mark.parametrize("wanted", WANTED)
def test_what_is_wanted_instead_is_told(words_of: Words_of, wanted: str) -> None:
    fault = Fault("config.json", 4, "key", "wrong_type", {"wanted": wanted})

    assert words_of("C").fault(fault) == f"config.json, line 4, column key: this should be {WANTED[wanted]}."
    assert "config.json 第 4 行 key 列：这里应当是" in words_of("zh_CN").fault(fault)


@pytest.mark.parametrize(
    ("line", "column", "english", "chinese"),
    [
        (3, "km", "a.csv, line 3, column km: ", "a.csv 第 3 行 km 列："),
        (3, "", "a.csv, line 3: ", "a.csv 第 3 行："),
        (0, "km", "a.csv, km: ", "a.csv 的 km："),
        (0, "", "a.csv: ", "a.csv："),
    ],
)
def test_a_place_has_as_much_as_is_known(
    words_of: Words_of, line: int, column: str, english: str, chinese: str
) -> None:
    fault = Fault("a.csv", line, column, "empty_cell")

    assert words_of("C").fault(fault) == f"{english}the cell is empty."
    assert words_of("zh_CN").fault(fault) == f"{chinese}这一格是空的。"


def test_words_of_a_person_are_not_taken_for_a_pattern(words_of: Words_of) -> None:
    fault = Fault("{line}.csv", 2, "id", "twice", {"value": "{first} %s", "first": 1})

    assert (
        words_of("C").fault(fault)
        == "{line}.csv, line 2, column id: “{first} %s” is there already, in line 1."
    )


def test_mistakes_beyond_those_told_are_admitted(words_of: Words_of) -> None:
    fault = Fault("a.csv", 0, "", "missing_file")

    assert list(words_of("C").faults(BadFiles([fault], more=True))) == [
        "a.csv: the file is missing.",
        "There are more mistakes; these are the first.",
    ]
    assert list(words_of("zh_CN").faults(BadFiles([fault]))) == ["a.csv：缺少这个文件。"]


def test_a_summary_says_what_came_of_it(words_of: Words_of) -> None:
    assert list(words_of("C").summary(summary(), 95.4, Path("plan.json"))) == [
        "12,000 volunteers (8,400 available), 1,000 posts, 7,100 seats.",
        "Filled: 7,000. Empty: 100 (general seats 60, backbone seats 30, skilled seats 10).",
        "Costs: 51,788.50 km in all; on average 5.25 km of travel, 31.00 km at most.",
        "Proven: no plan fills more, and none that fills as much costs less.",
        "1.4 s, 95 MB.",
        "The plan is in plan.json.",
    ]


def test_a_summary_says_the_same_in_chinese(words_of: Words_of) -> None:
    plan = summary(stand_ins=4, kept=(6_900, 6_950, 31), is_proven=False, gap=0.0012, bound_km=51_726.25)

    assert list(words_of("zh_CN").summary(plan, 95.4, None)) == [
        "12,000 名志愿者（8,400 名有空），1,000 个岗位，7,100 个名额。",
        "到位 7,000 个，空缺 100 个（一般名额 60、骨干名额 30、技能名额 10）。",
        "由其他人顶上的骨干名额：4 个。",
        "代价共 51,788.50 公里；路程平均 5.25 公里，最远 31.00 公里。",
        "原方案 6,950 个安排保留了 6,900 个；31 人改去别处。",
        "未证明最优：比最好的方案最多差 0.1200%，最好的至少要 51,726.25 公里。",
        "用时 1.4 秒，内存 95 MB。",
    ]


def test_a_gap_is_told_with_the_bound(words_of: Words_of) -> None:
    told = list(words_of("C").summary(summary(is_proven=False, gap=0.0012, bound_km=51_726.25), 1, None))

    assert told[3] == "Not proven: at most 0.1200% above the best, which costs at least 51,726.25 km."


def test_no_bound_is_not_called_a_gap(words_of: Words_of) -> None:
    told = list(words_of("C").summary(summary(is_proven=False, gap=1.0, bound_km=-9e5), 1, None))

    assert told[3] == "Nothing is known of how far it is from the best."


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("C", r"Round \d+: at most [\d.]+% above the best, [\d.]+ s"),
        ("zh_CN.UTF-8", r"第 \d+ 轮：比最好的方案最多差 [\d.]+%，[\d.]+ 秒"),
    ],
)
def test_a_terminal_sees_how_far_the_search_is_and_then_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, line: str
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setenv("LC_ALL", language)
    monkeypatch.setattr(sys, "stderr", terminal)

    assert dispatch_deeds.solve(laid(tmp_path), None, dispatch_deeds.Wish()) == 0

    first, *_, last = terminal.getvalue().split("\r\x1b[K")[1:]
    assert re.fullmatch(line, first)
    assert last == ""
