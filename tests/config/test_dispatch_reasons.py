"""What `muster dispatch solve --explain` says of empty seats, on a terminal of either language."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from config import dispatch_deeds
from config.dispatch_words import MOST_REASONS, REASONS, Words
from muster.kernel.dispatch.answers import Empty, EmptyCode
from tests.kernel.dispatch.pools.files import VOLUNTEERS, laid


def empty(slot: str, code: EmptyCode, **figures: Any) -> Empty:
    plain: dict[str, Any] = {
        "seats": 2,
        "asked": 3,
        "holders": 5,
        "qualified": 1,
        "excluded": (),
        "ring_slots": (slot,),
        "ring_people": 1234,
        "ring_capacity": 1300,
        "ring_seats": 1640,
        "higher": (),
        "kind": "general",
        "ring_kinds": ("general",),
    }
    return Empty(slot=slot, code=code, **{**plain, **figures})


@pytest.fixture(params=["C.UTF-8", "zh_CN.UTF-8"])
def words(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Words:
    monkeypatch.setenv("LC_ALL", request.param)
    return Words()


@pytest.mark.parametrize(
    ("line", "figures"),
    [
        (empty("gate", EmptyCode.NOBODY_QUALIFIED, ring_people=0), ["2"]),
        (
            empty("gate", EmptyCode.NOBODY_IN_REACH, ring_people=0, radius_km=12.0, nearest_km=14.2),
            ["2", "12", "14.2"],
        ),
        (empty("gate", EmptyCode.FEWER_QUALIFIED_THAN_SEATS), ["2", "1,234", "1,300", "1,640", "1"]),
        (
            empty("gate", EmptyCode.TAKEN_BY_HIGHER_WEIGHT, higher=(("ward", 4), ("tent", 1))),
            ["2", "1,234", "1,300", "1,640", "1"],
        ),
        (empty("gate", EmptyCode.KEPT_FOR_REST, resting=7), ["2", "7"]),
        (empty("gate", EmptyCode.COULD_BE_FILLED, qualified=9), ["2", "9"]),
    ],
    ids=lambda value: value.code.value if isinstance(value, Empty) else "",
)
def test_every_reason_has_its_figures_in_both_languages(
    line: Empty, figures: list[str], words: Words
) -> None:
    (sentence,) = words.shortages([line])

    assert sorted(re.findall(r"\d[\d,.]*\d|\d", sentence)) == sorted(figures)
    assert "gate" in sentence
    assert ("ward" in sentence) == (line.code is EmptyCode.TAKEN_BY_HIGHER_WEIGHT)
    assert not re.search("[{}]", sentence)


def test_every_code_has_a_sentence() -> None:
    assert REASONS.keys() == set(EmptyCode)


def test_seats_with_one_shortage_are_told_together_the_most_seats_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    shared = {"ring_slots": ("a", "b"), "ring_kinds": ("general", "general")}
    lines = [
        empty("c", EmptyCode.NOBODY_QUALIFIED, ring_people=0, seats=3),
        empty("b", EmptyCode.FEWER_QUALIFIED_THAN_SEATS, **shared),
        empty("a", EmptyCode.FEWER_QUALIFIED_THAN_SEATS, **shared),
        empty("d", EmptyCode.NOBODY_QUALIFIED, ring_people=0, seats=4, kind="skilled"),
    ]

    told = [sentence.split(": ")[1] for sentence in Words().shortages(lines)]

    assert told == ["4 seats at a and 1 more", "4 seats at d", "3 seats at c"]


def test_of_many_shortages_the_largest_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    lines = [
        empty(f"p{at:02}", EmptyCode.FEWER_QUALIFIED_THAN_SEATS, seats=at)
        for at in range(1, MOST_REASONS + 4)
    ]

    told = list(Words().shortages(lines))

    assert len(told) == MOST_REASONS + 1
    assert told[0].startswith(f"Empty: {MOST_REASONS + 3} seats at p{MOST_REASONS + 3}")
    assert told[-1] == "and 3 more."


def test_a_full_plan_has_nothing_to_tell() -> None:
    assert list(Words().shortages([])) == []


def test_so_many_seats_are_not_explained_that_only_time_left_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch_deeds, "MOST_UNPROVEN", 1)
    folder = laid(tmp_path, volunteers_csv=VOLUNTEERS.splitlines()[0], pairs_csv=None)
    out = tmp_path / "plan.json"

    def reasons() -> set[str]:
        return {row["reason"] for row in json.loads(out.read_text())["empty"]}

    assert dispatch_deeds.greedy(folder, out) == 0
    assert reasons() == {"not_proven"}
    # What is proven has its reasons, however many.
    assert dispatch_deeds.solve(folder, out, dispatch_deeds.Wish()) == 0
    assert reasons() == {"nobody_qualified"}
