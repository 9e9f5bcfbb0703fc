"""Dispatch of a city by pools: beside the human rule, and beside SciPy's sparse assignment solver at the same optimum."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from rich.console import Console
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from bench.city import City, measured
from bench.figures import Figure
from muster.kernel.dispatch.pools.instance import BACKBONE, SKILLED, Instance

TITLE = (
    "Dispatch of a city by pools, each instance in a process of its own, beside the human rule (greedy), "
    "greedy and then local search, SciPy's LAPJVsp, and HiGHS with a row for each rest"
)

WAVE = City(10_000, 1_000, search_seconds=20.0)
DAYS = City(10_000, 1_000, days=3, shifts=3, gap=0.0005, search_seconds=20.0, row_lp=True)
LARGE = City(100_000, 10_000, keep_km=1.0, look_at=20.0, search_seconds=60.0)
SHORT = City(100_000, 10_000, tight=1.17, radius_km=12.0, search_seconds=60.0)


def measure(console: Console) -> list[Figure]:
    """Stops when a plan breaks a rule, or when SciPy finds another optimum."""
    told = {}
    for name, city in (("wave", WAVE), ("days", DAYS), ("large", LARGE), ("short", SHORT)):
        console.print(f"  {city.volunteers:,} x {city.posts:,} {name} ...", style="dim")
        told[name] = measured(city)
        assert told[name]["violations"] == 0, f"{name}: a plan that breaks a rule"
    console.print("  LAPJVsp ...", style="dim")
    optimum, rival = scipy_optimum(WAVE.made())
    assert optimum == told["wave"]["objective"], "SciPy found another optimum"
    return [
        *of_wave("10,000 x 1,000", told["wave"], rival),
        *of_days("10,000 x 1,000, 3 x 3 with rest", told["days"]),
        *of_large("100,000 x 10,000", told["large"], 30.0, 600.0),
        Figure("100,000 x 10,000: gap after 20 s", 100 * told["large"]["gap_then"], "%", goal=0.15),
        *beside_humans("100,000 x 10,000", told["large"], LARGE),
        Figure("100,000 x 10,000 within 12 km", told["short"]["seconds"], "s"),
        Figure("100,000 x 10,000 within 12 km: gap", 100 * told["short"]["gap"], "%", goal=0.0),
        *beside_humans("100,000 x 10,000 within 12 km", told["short"], SHORT, share=0.1),
        Figure("1 % decline at 100,000", told["large"]["redispatch_seconds"], "s", goal=4.0),
        Figure("1 % decline: moved", told["large"]["redispatch_moved"], "people", goal=250),
        Figure("1 % decline: dearer", 100 * told["large"]["redispatch_more"], "%", goal=0.05),
    ]


def of_wave(name: str, told: dict[str, Any], rival: float) -> list[Figure]:
    """A single wave, proven, beside the seconds that LAPJVsp takes for the same optimum."""
    return [
        Figure(f"{name}: beside LAPJVsp at the same optimum", told["seconds"], "s", rival, 1.5),
        Figure(
            f"{name}: as fast as LAPJVsp", rival / told["seconds"], "times", goal=20.0, more_is_better=True
        ),
        Figure(f"{name}: gap", 100 * told["gap"], "%", goal=0.0),
        *beside_humans(name, told, WAVE),
    ]


def of_days(name: str, told: dict[str, Any]) -> list[Figure]:
    """Several days with rest, beside HiGHS on the columns that our search has found; it may end with parts of people."""
    lp = told["row_lp"]
    best = None if lp["objective"] is None else lp["objective"] / 100
    return [
        Figure(f"{name}: broken rules", told["violations"], "rules", goal=0),
        Figure(
            f"{name}: beside HiGHS on {lp['rows']:,} rows, given our columns",
            *(told["seconds"], "s", lp["seconds"], 3.0),
        ),
        Figure(f"{name}: gap", 100 * told["gap"], "%", goal=0.05),
        Figure(f"{name}: objective, beside HiGHS", told["objective"] / 100, "km", best),
        Figure(f"{name}: arcs with parts of people in the answer of HiGHS", lp["parts"], "arcs"),
        *beside_humans(name, told, DAYS),
    ]


def of_large(
    name: str, told: dict[str, Any], seconds: float, megabytes: float, gap: float = 0.0
) -> list[Figure]:
    """Time, certified gap in percent and peak memory of one instance against their goals."""
    return [
        Figure(name, told["seconds"], "s", goal=seconds),
        Figure(f"{name}: gap", 100 * told["gap"], "%", goal=gap),
        Figure(f"{name}: peak memory", told["peak_mb"], "MB", goal=megabytes),
    ]


def beside_humans(name: str, told: dict[str, Any], city: City, share: float | None = None) -> list[Figure]:
    """Empty seats and objective beside the human rule, and beside local search upon it.

    Of the human rule's empty seats at most `share` are accepted.
    """
    most = None if share is None else share * told["greedy_empty"]
    best = ", proven the best" if told["status"] == "proven" and told["empty"] else ""
    empty, cost = f"{name}: empty seats{best}", f"{name}: objective with empty seats"
    search = f"greedy and {city.search_seconds:g} s of local search"
    km = told["objective"] / 100
    return [
        Figure(f"{empty}, beside greedy", told["empty"], "seats", told["greedy_empty"], most),
        Figure(f"{empty}, beside {search}", told["empty"], "seats", told["search_empty"]),
        Figure(f"{cost}, beside greedy", km, "km", told["greedy_objective"] / 100),
        Figure(f"{cost}, beside {search}", km, "km", told["search_objective"] / 100),
    ]


def scipy_optimum(instance: Instance) -> tuple[int, float]:
    """Least cost in units of filling every seat of one wave without stand-ins, and the seconds of SciPy's solver alone."""
    people, posts = instance.volunteers, instance.posts
    post, kind = np.nonzero(posts.seats)
    free = np.flatnonzero((people.available > 0) & (people.max_shifts > 0)).astype(np.int32)
    step = instance.step_units(free, 0)
    rows, columns, costs = [], [], []
    seat = 0
    for at, what in zip(post.tolist(), kind.tolist(), strict=True):
        able = np.ones(len(free), dtype=np.bool_)
        if what == BACKBONE:
            able = people.backbone[free]
        elif what == SKILLED:
            able = (people.skills[free] >> np.uint64(posts.skill[at]) & np.uint64(1)).astype(np.bool_)
        mine, there = np.flatnonzero(able), np.array([at], dtype=np.int32)
        cost = instance.travel_units(people.community[free[mine]], there) + step[mine]
        cost += instance.patch_units(people.patch[free[mine]], there)
        for _ in range(int(posts.seats[at, what])):
            rows.append(np.full(len(mine), seat))
            columns.append(mine)
            costs.append(cost)
            seat += 1
    # Zero would mean "no such pair" in a sparse matrix, so that every cost is one higher.
    table = (np.concatenate(costs) + 1, (np.concatenate(rows), np.concatenate(columns)))
    graph = csr_matrix(table, shape=(seat, len(free)))
    started = time.perf_counter()
    chosen = min_weight_full_bipartite_matching(graph)
    seconds = time.perf_counter() - started
    return int(np.asarray(graph[chosen]).sum()) - seat, seconds
