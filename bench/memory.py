"""Memory of web, worker and database together, shared pages counted once, after the benchmarks before it."""

from __future__ import annotations

from rich.console import Console

from bench import cast, machine, pages
from bench.figures import Figure
from bench.stage import Stage

TITLE = "Memory of one copy"
MIB = 2**20
GOAL_MIB = 1536.0


def measure(console: Console, stage: Stage) -> list[Figure]:
    """A few pages first, so that every process has done some work."""
    for path in pages.list_pages(cast.worker()):
        pages.visit(stage, cast.worker(), path, 5)
    server, database = machine.descendants(stage.process_id), machine.descendants(stage.postmaster_id)
    console.print(f"  {len(server)} processes of Muster, {len(database)} of PostgreSQL", style="dim")
    web, data = machine.memory_of(server) / MIB, machine.memory_of(database) / MIB
    return [
        Figure("web and worker", web, "MiB"),
        Figure("database", data, "MiB"),
        Figure("all", web + data, "MiB", goal=GOAL_MIB),
    ]
