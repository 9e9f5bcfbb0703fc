"""Loading the 37,728 divisions of the province into an empty table."""

from __future__ import annotations

import time

from django.db import connection
from rich.console import Console

from bench.figures import Figure
from bench.stage import Stage
from muster.territory.actions.load import load_divisions
from muster.territory.models import Division

TITLE = "Load the divisions of the province"
DIVISIONS = 37_728


def measure(console: Console, stage: Stage) -> list[Figure]:
    """First load, and a second one, which finds everything there."""
    console.print(f"  emptying the table of the copy on port {stage.port} ...", style="dim")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE territory_division CASCADE")
    first, again = _timed(), _timed()
    return [
        Figure("first load", first, "s", goal=10),
        Figure("second load, nothing to do", again, "s", goal=10),
        Figure("divisions", Division.objects.count(), "rows", goal=DIVISIONS, more_is_better=True),
    ]


def _timed() -> float:
    started = time.perf_counter()
    load_divisions()
    return time.perf_counter() - started
