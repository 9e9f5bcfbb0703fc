"""A figure, the table it is shown in, and the file it is kept in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


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
        sign = "≥" if one.more_is_better else "≤"
        goal = "" if one.goal is None else f"{sign} {_number(one.goal)} {'✓' if one.met else '✗'}"
        ratio = "" if one.ratio is None else f"{one.ratio:g}×"
        table.add_row(one.name, _number(one.value), one.unit, goal, _number(one.baseline), ratio)
    console.print(table)


def keep(path: Path, figures: Iterable[Figure]) -> None:
    """`[{"name","value","unit","baseline","ratio"}]`, replaced whole."""
    rows = [
        {"name": f.name, "value": f.value, "unit": f.unit, "baseline": f.baseline, "ratio": f.ratio}
        for f in figures
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _number(amount: float | None) -> str:
    if amount is None:
        return ""
    return f"{amount:,.0f}" if abs(amount) >= 1_000 or amount == int(amount) else f"{amount:,.3g}"
