"""Figures say what is better, and the page of the docs keeps those that were not measured again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import machine
from bench.figures import Figure, keep, write_up


@pytest.mark.parametrize(
    ("figure", "ratio", "met"),
    [
        (Figure("time", 2.0, "s", baseline=10.0, goal=3.0), 5.0, True),
        (Figure("time", 4.0, "s", baseline=2.0, goal=3.0), 0.5, False),
        (Figure("rate", 300.0, "1/s", baseline=100.0, goal=200.0, more_is_better=True), 3.0, True),
        (Figure("rate", 150.0, "1/s", baseline=100.0, goal=200.0, more_is_better=True), 1.5, False),
        (Figure("alone", 1.0, "s"), None, True),
        (Figure("empty", 0.0, "seats", baseline=0.0), None, True),
    ],
)
def test_ratio_above_one_is_better_whatever_is_measured(
    figure: Figure, ratio: float | None, met: bool
) -> None:
    assert (figure.ratio, figure.met) == (ratio, met)


def test_figures_are_kept_in_the_agreed_form(tmp_path: Path) -> None:
    keep(tmp_path / "new" / "race.json", [Figure("p95", 80.0, "ms", baseline=120.0, goal=100.0)])

    kept = json.loads((tmp_path / "new" / "race.json").read_text())

    assert kept == [{"name": "p95", "value": 80.0, "unit": "ms", "baseline": 120.0, "ratio": 1.5}]


def test_page_replaces_one_section_and_leaves_the_others(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    write_up(page, "race", r"Races \1", "a machine", [Figure("p95", 80.0, "ms")])
    write_up(page, "answers", "Answers", "a machine", [Figure("rate", 1234.5, "1/s", 100.0, 200.0, True)])
    first = page.read_text()

    write_up(page, "race", r"Races \1", "another machine", [Figure("p95", 70.5, "ms", goal=60.0)])
    second = page.read_text()

    assert first.count("## race") == second.count("## race") == second.count("## answers") == 1
    assert "| p95 | 80 | ms |" in first
    assert "| p95 | 70.5 | ms | ≤ 60 ✗ |" in second
    assert "| p95 | 80 |" not in second
    assert "| rate | 1,234 | 1/s | ≥ 200 ✓ | 100 | 12.345× |" in second
    assert second.index("## race") < second.index("## answers")


def test_machine_is_described() -> None:
    said = machine.describe()

    assert "cores" in said
    assert "Python 3." in said


def test_processes_are_counted_with_their_memory_and_time() -> None:
    own = machine.descendants(1)

    assert own[0] == 1
    assert machine.memory_of([0]) == 0
    assert machine.processor_seconds_of(0) == 0.0
