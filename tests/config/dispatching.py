"""`muster dispatch …` in this process, on a terminal of either language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import Result
from typer.testing import CliRunner

from config import cli

runner = CliRunner()
ENGLISH, CHINESE = {"LC_ALL": "C.UTF-8"}, {"LC_ALL": "zh_CN.UTF-8"}


def muster(*arguments: str | Path, env: dict[str, str] | None = None) -> Result:
    """`muster dispatch …` in this process."""
    return runner.invoke(cli.app, ["dispatch", *map(str, arguments)], env=env or ENGLISH)


def solved(folder: Path, *arguments: str | Path) -> dict[str, Any]:
    """The plan of `solve`."""
    out = folder.parent / "plan.json"
    result = muster("solve", folder, "--out", out, *arguments)
    assert result.exit_code == 0, result.output
    return dict(json.loads(out.read_text()))


def where(plan: dict[str, Any]) -> dict[str, str]:
    """Who is sent to which post; nobody has two here."""
    return {row["volunteer"]: row["post"] for row in plan["assign"]}
