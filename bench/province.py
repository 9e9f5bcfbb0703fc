"""Dispatch of a province by pools: minutes and gigabytes, so only when asked for by name."""

from __future__ import annotations

from rich.console import Console

from bench.city import City, measured
from bench.figures import Figure
from bench.pools import beside_humans, of_large

TITLE = (
    "Dispatch of a province by pools, each instance in a process of its own, beside the human rule (greedy), and greedy "
    "and then local search"
)

REGION = City(300_000, 30_000, search_seconds=120.0)
PROVINCE = City(1_000_000, 100_000, gap=0.001, time_limit=720.0, search_seconds=240.0)


def measure(console: Console) -> list[Figure]:
    """Stops when a plan breaks a rule."""
    figures: list[Figure] = []
    for city, seconds, megabytes in ((REGION, 200.0, 1500.0), (PROVINCE, 720.0, 4000.0)):
        name = f"{city.volunteers:,} x {city.posts:,}"
        console.print(f"  {name} ...", style="dim")
        told = measured(city)
        assert told["violations"] == 0, f"{name}: a plan that breaks a rule"
        figures += of_large(name, told, seconds, megabytes, 100 * city.gap)
        figures += beside_humans(name, told, city)
    return figures
