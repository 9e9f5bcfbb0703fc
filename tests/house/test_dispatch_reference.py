"""docs/reference/dispatch.md is what the command does: its example works, its plan is that plan, and every code is in it."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from config.dispatch_words import REASONS
from muster.kernel.dispatch.answers import (
    NO_SEATS_LEFT,
    NOT_BACKBONE,
    SKILL_MISSING,
    TOO_FAR,
    WINDOW_NOT_OFFERED,
    EmptyCode,
    NotCode,
)
from muster.kernel.dispatch.pools import config_file, empties, explained, plan_file, why
from muster.kernel.dispatch.pools import folder as folders
from muster.kernel.dispatch.pools.instance import Horizon, Instance, Prices
from muster.kernel.dispatch.pools.recount import violations
from muster.kernel.dispatch.pools.refusals import DEAREST_KM, HEAVIEST, MOST_SKILLS, MOST_SLOTS
from muster.kernel.dispatch.pools.solution import Solution, solve
from muster.kernel.dispatch.pools.why import Why

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "dispatch.md").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of the page, as they stand there; pairs.csv is an extra of its own."""
    blocks = dict(re.findall(r"^`(\w+\.(?:csv|json))`.*?^```\w+\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
    for name in ("communities.csv", "volunteers.csv", "posts.csv", "config.json"):
        (tmp_path / name).write_text(blocks[name])
    (tmp_path / "pairs.txt").write_text(blocks["pairs.csv"])
    return tmp_path


def plan_of(folder: Path) -> tuple[Instance, Solution]:
    instance = folders.read(folder)
    return instance, solve(instance)


def test_the_plan_of_the_example_is_the_plan_on_the_page(folder: Path) -> None:
    instance, solution = plan_of(folder)
    out = folder / "plan.json"
    plan_file.write(out, instance, solution, peak_mb=1.0, reasons=explained.reasons(Why(instance, solution)))
    written = json.loads(out.read_text())
    block = re.search(r'```json\n(\{\n"status".*?)```', PAGE, re.DOTALL)
    assert block
    told = json.loads(block[1])

    assert violations(instance, solution) == ()
    assert written["assign"][0] == told["assign"][0]
    for key in ("objective_km", "lower_bound_km", "empty"):
        assert written[key] == told[key]
    assert set(told) == set(written)


def test_the_pairs_of_the_example_are_read_as_well(folder: Path) -> None:
    (folder / "pairs.csv").write_text((folder / "pairs.txt").read_text())

    instance = folders.read(folder)

    assert instance.pairs is not None
    assert instance.pairs.km.tolist() == [2.5]


def test_defaults_are_as_the_page_says() -> None:
    block = re.search(r'```json\n(\{\n  "days".*?)```', PAGE, re.DOTALL)
    assert block
    given = json.loads(block[1])
    defaults = {one.name: one.default for made in (Horizon, Prices) for one in fields(made)}

    assert set(given) == set(config_file.KEYS)
    for key in set(given) - set(config_file.NEEDED) - {"rest_pairs", "radius_km"}:
        assert given[key] == defaults[key]
    assert (defaults["rest_pairs"], defaults["radius_km"]) == ((), None)


def test_every_code_and_key_is_on_the_page(folder: Path) -> None:
    rules = {
        *(NO_SEATS_LEFT, NOT_BACKBONE, SKILL_MISSING, TOO_FAR, WINDOW_NOT_OFFERED),
        *(empties.DECLINED, empties.NOT_LISTED, why.REST_TOO_SHORT),
    }
    codes = {code.value for code in (*EmptyCode, *NotCode)} | rules | {plan_file.NOT_PROVEN, *REASONS}
    instance, solution = plan_of(folder)
    told = explained.explanation(Why(instance, solution))

    for code in codes | set(config_file.KEYS) | set(told):
        assert f"`{code}`" in PAGE, code
    for key in {*told["rings"][0], *told["empty"][0]} - {"post", "kind", "seats", "radius_km", "posts"}:
        assert f"`{key}`" in PAGE, key


@pytest.mark.parametrize("limit", [MOST_SLOTS, MOST_SKILLS, f"{HEAVIEST:,}", f"{DEAREST_KM:,.0f}"])
def test_limits_are_those_of_the_code(limit: int | str) -> None:
    limits = PAGE.split("## Limits")[1]

    assert str(limit) in limits


def test_the_page_speaks_chinese_too_and_names_no_price_inside_a_shortage() -> None:
    chinese = PAGE.split("### 用社区工作者的话说")[1].split("\n## ")[0]

    assert len(re.findall("[\u4e00-\u9fff]", chinese)) > 150
    assert "price_km` is null" in PAGE
