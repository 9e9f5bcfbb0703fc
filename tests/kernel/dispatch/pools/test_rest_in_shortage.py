"""Rest where seats stay empty anyway: the plan fills what it can, and no bound is above what can be reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.kernel.dispatch.pools import folder as folders
from muster.kernel.dispatch.pools.instance import Horizon, Prices
from muster.kernel.dispatch.pools.made import made
from muster.kernel.dispatch.pools.solution import solve
from tests.kernel.dispatch.pools.by_highs import Question
from tests.kernel.dispatch.pools.tiny import best_by_hand, instance_of, recounted


@pytest.mark.req("R5.2")
@pytest.mark.parametrize(("seed", "tight", "radius_km"), [(8, 3.5, None), (14, 3.5, None), (17, 2.5, 8.0)])
def test_a_plan_with_rest_leaves_no_more_seats_empty_than_it_must(
    tmp_path: Path, seed: int, tight: float, radius_km: float | None
) -> None:
    instance = made(40, 16, days=2, shifts=2, tight=tight, seed=seed, radius_km=radius_km)
    folders.write(tmp_path, instance)
    seats = int((instance.posts.seats.sum(axis=1) * instance.posts.weight).sum())

    plan = solve(instance)

    filled, cost = Question(tmp_path).best()
    assert plan.empty.sum() > 0
    assert plan.objective == (2 * seats - filled) * (plan.seat_value // 2) + cost


def test_a_bound_holds_where_prices_of_seats_are_higher_than_their_value() -> None:
    """Fairness is dear: without the rule all is filled, by a search that has weighed seats higher than they are."""
    facts = {
        "communities": [(-120.0, 90.0), (480.0, -300.0)],
        "volunteers": [("v0", 1, 0, False, 3, 2, 2, 3, 1), ("v1", 0, 1, True, 3, 7, 9, 3, 1)],
        "posts": [
            ("p0", 540.0, 490.0, 2, (0, 1, 0), 0, 1, -1),
            ("p1", -270.0, 830.0, 1, (0, 1, 1), 0, 7, 1),
            ("p2", -200.0, -450.0, 0, (0, 0, 1), 0, 7, 0),
        ],
        "horizon": Horizon(3, 1, one_per_day=False, rest_pairs=((0, 0),)),
        "prices": Prices(
            {"own": 0.0, "city": 100_000.0},
            fairness_km=100_000.0,
            patch_km=100_000.0,
            seat_km=1.0,
            backbone_fallback=False,
        ),
    }
    instance = instance_of(facts)

    plan = solve(instance)

    halves, cost = best_by_hand(instance)
    assert recounted(instance, plan) == (halves, cost)
    assert plan.lower_bound <= halves * (plan.seat_value // 2) + cost
