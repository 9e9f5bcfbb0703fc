"""The harness of the benchmarks: names, exit codes, the table, and the copy they run on."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from rich.console import Console

import bench.__main__ as harness
from bench import machine, stage
from bench.figures import Figure, keep, show, write_up


def measured(name: str, *figures: Figure) -> ModuleType:
    """A benchmark that measures nothing and says these figures."""
    module = ModuleType(f"bench.{name}")
    module.__dict__.update(TITLE=f"About {name}", measure=lambda _console: list(figures))
    return module


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSTER_VAR", str(tmp_path))
    monkeypatch.setattr(harness, "REFERENCE", tmp_path / "benchmarks.md")
    monkeypatch.setattr(harness, "ALONE", ("quick", "slow"))
    monkeypatch.setattr(harness, "BY_NAME", ("endless",))
    monkeypatch.setattr(harness, "ON_STAGE", ())
    monkeypatch.setitem(sys.modules, "bench.quick", measured("quick", Figure("time", 1.0, "s", 4.0, 2.0)))
    monkeypatch.setitem(sys.modules, "bench.slow", measured("slow", Figure("time", 9.0, "s", goal=2.0)))
    return tmp_path


def test_a_name_that_no_benchmark_has_is_not_understood(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness.main(["quick", "quik"]) == 2

    assert "There is no benchmark quik; there are quick, slow, endless." in capsys.readouterr().out
    assert not (folder / "bench").exists()


def test_a_goal_that_is_met_is_zero_and_the_figures_are_kept(folder: Path) -> None:
    assert harness.main(["quick"]) == 0

    assert json.loads((folder / "bench" / "quick.json").read_text()) == [
        {"name": "time", "value": 1.0, "unit": "s", "baseline": 4.0, "ratio": 4.0}
    ]
    assert not (folder / "benchmarks.md").exists()


def test_what_takes_very_long_is_measured_only_by_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bench.endless", measured("endless", Figure("time", 9.0, "s")))

    harness.main([])
    assert sorted(path.stem for path in (folder / "bench").iterdir()) == ["quick", "slow"]

    assert harness.main(["endless"]) == 0
    assert (folder / "bench" / "endless.json").exists()


def test_a_goal_that_is_missed_is_one_and_the_others_are_measured_all_the_same(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness.main([]) == 1

    assert "1 goals were missed." in capsys.readouterr().out
    assert {path.name for path in (folder / "bench").iterdir()} == {"quick.json", "slow.json"}


def test_the_page_of_the_docs_is_written_only_when_asked_for(folder: Path) -> None:
    harness.main(["quick", "--write"])

    page = (folder / "benchmarks.md").read_text()
    assert "## quick\n\nAbout quick." in page
    assert "| time | 1 | s | ≤ 2 ✓ | 4 | 4× |" in page
    assert "Measured on " in page


def test_every_name_has_its_module_and_its_title() -> None:
    for name in ("dispatch", *harness.ON_STAGE):
        source = (Path(stage.__file__).parent / f"{name}.py").read_text(encoding="utf-8")

        assert "\nTITLE = " in source
        assert "\ndef measure(" in source


def test_the_table_shows_value_goal_baseline_and_ratio() -> None:
    screen = io.StringIO()
    figures = [
        Figure("rate", 300.0, "1/s", 100.0, 200.0, more_is_better=True),
        Figure("p95", 250.0, "ms", goal=120.0),
        Figure("people", 10_000, "people"),
    ]

    show(Console(file=screen, width=160), "Answers", "a machine", figures)

    lines = [" ".join(line.split()) for line in screen.getvalue().splitlines()]
    assert "rate 300 1/s ≥ 200 ✓ 100 3×" in lines
    assert "p95 250 ms ≤ 120 ✗" in lines
    assert "people 10,000 people" in lines
    assert any("a machine" in line for line in lines)


def test_kept_figures_are_replaced_whole(tmp_path: Path) -> None:
    keep(tmp_path / "x.json", [Figure("old", 1.0, "s"), Figure("older", 2.0, "s")])
    keep(tmp_path / "x.json", [Figure("new", 3.0, "s")])

    assert [row["name"] for row in json.loads((tmp_path / "x.json").read_text())] == ["new"]


def test_the_first_section_of_a_page_brings_its_head(tmp_path: Path) -> None:
    write_up(tmp_path / "docs" / "page.md", "race", "Races", "a machine", [Figure("p95", 1.5, "ms")])

    page = (tmp_path / "docs" / "page.md").read_text()
    assert page.startswith("# Benchmarks\n")
    assert page.endswith("Measured on a machine.\n")


def test_the_family_of_a_process_holds_its_children_and_theirs() -> None:
    child = subprocess.Popen(["/bin/sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    grandchild = int(child.stdout.readline())

    family = machine.descendants(os.getpid())

    assert family[0] == os.getpid()
    assert {child.pid, grandchild} <= set(family)
    assert machine.memory_of([child.pid]) > 0
    os.kill(grandchild, 15)
    child.wait()
    child.stdout.close()


def test_processor_time_only_grows() -> None:
    before = machine.processor_seconds_of(os.getpid())
    sum(number * number for number in range(300_000))

    assert machine.processor_seconds_of(os.getpid()) >= before > 0


def test_a_stage_that_does_not_come_up_tells_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A database that is not there: the copy says so and ends.
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    monkeypatch.setenv("PYTHONPATH", str(Path(harness.__file__).parents[1] / "src"))
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "of-the-last-run").write_text("x")

    with pytest.raises(RuntimeError, match="DATABASE_URL does not answer"), stage.raised(tmp_path / "copy"):
        pass
    assert not (tmp_path / "copy" / "of-the-last-run").exists()
