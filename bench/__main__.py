"""`make bench [ONLY=name]`: measure, show a table, keep the figures in the data folder under bench/."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rich.console import Console

from bench import dispatch, machine
from bench.figures import keep, show

BENCHES = {"dispatch": dispatch}


def main(wanted: list[str]) -> int:
    """1 when a goal is missed, 2 for a name that no benchmark has."""
    console = Console()
    unknown = sorted(set(wanted) - set(BENCHES))
    if unknown:
        console.print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHES)}.")
        return 2
    folder = Path(os.environ.get("MUSTER_VAR") or "var") / "bench"
    missed = 0
    for name in wanted or BENCHES:
        bench = BENCHES[name]
        where = machine.describe()
        figures = bench.measure(console)
        show(console, bench.TITLE, where, figures)
        keep(folder / f"{name}.json", figures)
        missed += sum(not figure.met for figure in figures)
    if missed:
        console.print(f"{missed} goals were missed.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
