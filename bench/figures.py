"""A figure, the table it is shown in, and the file it is kept in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

PAGE = """# Benchmarks

`make bench` measures, `make bench ONLY=name` one of them, `make bench ARGS=--write` puts the figures into this page.
Client, server and database share the machine. A ratio above 1 is better than the baseline. Goals were set before the
first measurement.

The peers are ephios (5188c487) and volunteer_planner (f5cbd8d4), run by us with gunicorn on a machine of the same size:
the same race, the same answers, pages with 500 people signed up, first visits in Chromium with each file under gzip -6.
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `baseline` is what it stands beside; `goal` is the most, or for rates the least, we accept."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    goal: float | None = None
    more_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times better than the baseline; None without one."""
        if self.baseline is None:
            return None
        good, bad = (self.value, self.baseline) if self.more_is_better else (self.baseline, self.value)
        return round(good / bad, 3) if bad else None

    @property
    def met(self) -> bool:
        """Whether the goal is reached; a figure without a goal only informs."""
        if self.goal is None:
            return True
        return self.value >= self.goal if self.more_is_better else self.value <= self.goal


def show(console: Console, title: str, machine: str, figures: Iterable[Figure]) -> None:
    """The table on the screen, with the machine it was measured on."""
    table = Table("", "value", "unit", "goal", "baseline", "ratio", title=title, caption=machine, box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for one in figures:
        table.add_row(one.name, _number(one.value), one.unit, _goal(one), _number(one.baseline), _times(one))
    console.print(table)


def keep(path: Path, figures: Iterable[Figure]) -> None:
    """`[{"name","value","unit","baseline","ratio"}]`, replaced whole."""
    rows = [
        {"name": f.name, "value": f.value, "unit": f.unit, "baseline": f.baseline, "ratio": f.ratio}
        for f in figures
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_up(path: Path, name: str, title: str, machine: str, figures: Iterable[Figure]) -> None:
    """The table of this benchmark in the page of the docs, in place of its last one; the others stay."""
    rows = [
        f"| {f.name} | {_number(f.value)} | {f.unit} | {_goal(f)} | {_number(f.baseline)} | {_times(f)} |"
        for f in figures
    ]
    head = ["| | value | unit | goal | baseline | ratio |", "|---|---:|---|---:|---:|---:|"]
    section = "\n".join([f"## {name}", "", f"{title}.", "", *head, *rows, "", f"Measured on {machine}.", ""])
    page = path.read_text(encoding="utf-8") if path.exists() else PAGE
    old = re.compile(rf"^## {re.escape(name)}\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    if not old.search(page):
        page = f"{page.rstrip()}\n\n## {name}\n"
    # By a function, because a section may hold what a pattern would read as a group.
    page = old.sub(lambda _: section + "\n", page)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page.rstrip("\n") + "\n", encoding="utf-8")


def _goal(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    return f"{'≥' if figure.more_is_better else '≤'} {_number(figure.goal)} {'✓' if figure.met else '✗'}"


def _times(figure: Figure) -> str:
    return "" if figure.ratio is None else f"{figure.ratio:g}×"


def _number(amount: float | None) -> str:
    if amount is None:
        return ""
    return f"{amount:,.0f}" if abs(amount) >= 1_000 or amount == int(amount) else f"{amount:,.3g}"
