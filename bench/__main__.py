"""`make bench [ONLY=name]`: measure, show a table, keep the figures in the data folder under bench/.

With --write the tables also go into docs/reference/benchmarks.md.
"""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import django
from rich.console import Console

from bench import machine, stage
from bench.figures import Figure, keep, show, write_up

# The name of each benchmark is its module's. Those on stage need a running copy, which all of one run share.
ALONE = ("calling", "dispatch", "pools")
# Minutes and gigabytes: only by name.
BY_NAME = ("province",)
ON_STAGE = ("divisions", "race", "answers", "callup", "wave", "lists", "weight", "memory")


REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "benchmarks.md"


def main(arguments: list[str]) -> int:
    """1 when a goal is missed, 2 for a name that no benchmark has."""
    console = Console()
    write, wanted = "--write" in arguments, [name for name in arguments if name != "--write"]
    unknown = sorted(set(wanted) - {*ALONE, *BY_NAME, *ON_STAGE})
    if unknown:
        console.print(
            f"There is no benchmark {', '.join(unknown)}; there are {', '.join((*ALONE, *BY_NAME, *ON_STAGE))}."
        )
        return 2
    folder = (Path(os.environ.get("MUSTER_VAR") or "var") / "bench").resolve()
    missed = 0
    with ExitStack() as stack:
        copy: stage.Stage | None = None
        for name in wanted or (*ALONE, *ON_STAGE):
            if name in ON_STAGE and copy is None:
                copy = stack.enter_context(stage.raised(folder / "copy"))
                os.environ.update(MUSTER_VAR=str(folder / "copy"), DJANGO_SETTINGS_MODULE="config.settings")
                django.setup()
            figures = _run(console, folder, name, copy, write=write)
            missed += sum(not figure.met for figure in figures)
    if missed:
        console.print(f"{missed} goals were missed.")
    return 1 if missed else 0


def _run(console: Console, folder: Path, name: str, copy: stage.Stage | None, *, write: bool) -> list[Figure]:
    where = f"{machine.describe()}, {datetime.now(UTC):%Y-%m-%d}, by `make bench ONLY={name}`"
    # Not before Django is set up: those on stage import models.
    bench = importlib.import_module(f"bench.{name}")
    figures: list[Figure] = bench.measure(console, copy) if name in ON_STAGE else bench.measure(console)
    show(console, bench.TITLE, where, figures)
    keep(folder / f"{name}.json", figures)
    if write:
        write_up(REFERENCE, name, bench.TITLE, where, figures)
    return figures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
