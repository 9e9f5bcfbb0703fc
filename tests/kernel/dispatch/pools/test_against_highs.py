"""Whole folders against HiGHS, which knows nothing of pools: every rule and every price at once, on people by the hundred."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from muster.kernel.dispatch.pools import folder as folders
from muster.kernel.dispatch.pools import plan_file
from muster.kernel.dispatch.pools.instance import BACKBONE, Incumbent, Instance, Pairs
from muster.kernel.dispatch.pools.made import made
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.recount import violations
from muster.kernel.dispatch.pools.solution import Solution, solve
from tests.kernel.dispatch.pools.by_highs import Question

WAVE: dict[str, Any] = {"days": 1, "shifts": 1}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], int]] = {
    # size, prices, listed pairs
    "one wave": (WAVE, {}, 0),
    "more seats than people": ({**WAVE, "tight": 2.0}, {}, 0),
    "within a radius": ({**WAVE, "tight": 1.3}, {"radius_km": 9.0}, 0),
    "nobody stands in": ({**WAVE, "tight": 1.3}, {"backbone_fallback": False}, 0),
    "listed pairs": (WAVE, {"radius_km": 15.0}, 200),
    "only listed pairs": (WAVE, {"pairs_only": True}, 300),
    "patches count": (WAVE, {"patch_km": 25.0}, 0),
    "fairness counts": ({"days": 3, "shifts": 1, "tight": 1.5}, {"fairness_km": 6.0}, 0),
    "fairness and tiers are free": ({"days": 2, "shifts": 1}, {"fairness_km": 0.0, "patch_km": 0.0}, 60),
    "several shifts a day": ({"days": 2, "shifts": 2, "tight": 1.6}, {}, 0),
    "a seat is worth little": ({**WAVE, "tight": 1.4}, {"seat_km": 0.5}, 0),
    "pairs over days": ({"days": 2, "shifts": 2, "tight": 2.0}, {"radius_km": 20.0}, 250),
}


def question(size: dict[str, Any], prices: dict[str, Any], pairs: int, seed: int) -> Instance:
    """A made town of 60 people and 12 posts without rest, at these prices, with pairs drawn at random."""
    town = made(60, 12, seed=seed, **size)
    draw = np.random.default_rng(seed)
    horizon = replace(town.horizon, rest_pairs=(), one_per_day=bool(seed % 2))
    listed = None
    if pairs:
        rows = draw.choice(60 * 12, pairs, replace=False)
        kilometers = draw.uniform(0, 30, pairs).round(2)
        listed = Pairs((rows // 12).astype(np.int32), (rows % 12).astype(np.int32), kilometers)
    return replace(town, horizon=horizon, prices=replace(town.prices, **prices), pairs=listed)


def filled(instance: Instance, plan: Solution) -> int:
    """Half seats by weight."""
    stands_in = (plan.kind == BACKBONE) & ~instance.volunteers.backbone[plan.volunteer]
    return int(((2 - stands_in) * instance.posts.weight[plan.post]).sum())


def written(path: Path, instance: Instance, plan: Solution) -> dict[str, Any]:
    plan_file.write(path / "plan.json", instance, plan, peak_mb=1.0)
    return dict(json.loads((path / "plan.json").read_text()))


@pytest.mark.req("R5.2")
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("case", CASES)
def test_a_plan_from_a_folder_is_the_best_of_all_plans(tmp_path: Path, case: str, seed: int) -> None:
    folders.write(tmp_path, question(*CASES[case], seed))
    instance, oracle = folders.read(tmp_path), Question(tmp_path)

    plan = solve(instance)
    file = written(tmp_path, instance, plan)

    assert violations(instance, plan) == ()
    assert plan.status == "proven"
    assert oracle.sum(file) == (filled(instance, plan), round(file["objective_km"] * 100))
    assert oracle.sum(file) == oracle.best()
    assert file["lower_bound_km"] == file["objective_km"]


@pytest.mark.parametrize("seed", [3, 4])
@pytest.mark.parametrize("keep_km", [0.0, 1.0, 40.0])
def test_a_plan_against_one_in_force_is_the_best_as_well(tmp_path: Path, keep_km: float, seed: int) -> None:
    town = question(
        {"days": 2, "shifts": 1, "tight": 1.2}, {"keep_km": keep_km, "radius_km": 25.0}, 120, seed
    )
    folders.write(tmp_path, town)
    instance = folders.read(tmp_path)
    before = nearest_first(instance)
    ids, posts = instance.volunteers.id, instance.posts.id
    gone = frozenset(ids[::9])
    kept = {(ids[v], posts[p]) for v, p in zip(before.volunteer.tolist(), before.post.tolist(), strict=True)}
    oracle = Question(tmp_path, kept=kept)
    oracle.people = {name: row for name, row in oracle.people.items() if name not in gone}

    incumbent = Incumbent.of(instance, kept)
    plan = solve(instance, incumbent=incumbent, declined=gone)

    assert violations(instance, plan, incumbent, declined=gone) == ()
    assert oracle.sum(written(tmp_path, instance, plan)) == oracle.best()


@pytest.mark.parametrize("seed", range(4))
def test_with_rest_no_bound_is_above_the_best_and_no_plan_below_it(tmp_path: Path, seed: int) -> None:
    folders.write(tmp_path, made(30, 12, days=3, shifts=2, tight=2.2, seed=seed))
    instance, oracle = folders.read(tmp_path), Question(tmp_path)

    plan = solve(instance)

    assert violations(instance, plan) == ()
    halves, cost = oracle.best()
    all_halves = 2 * int((instance.posts.seats.sum(axis=1) * instance.posts.weight).sum())
    best = (all_halves - halves) * (plan.seat_value // 2) + cost
    assert plan.lower_bound <= best <= plan.objective
    if plan.status == "proven":
        assert plan.objective == best
