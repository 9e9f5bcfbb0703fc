"""HiGHS with a row for each rest: a bound for every plan with rest over the same columns, and without days the optimum."""

from __future__ import annotations

import pytest

from bench import row_lp
from bench.city import City
from muster.kernel.dispatch.pools.instance import Horizon, Instance
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.solution import solve

LONG = 60.0


@pytest.mark.parametrize("tight", [0.8, 1.4])
def test_without_rest_it_is_the_optimum_and_whole(tight: float) -> None:
    instance = City(200, 20, tight=tight).made()

    answer = row_lp.solved(instance, seconds=LONG)

    assert answer.objective == pytest.approx(solve(instance).objective, abs=0.01)
    assert answer.parts == 0
    assert answer.seconds < LONG


@pytest.mark.parametrize("tight", [1.2, 2.4])
def test_with_rest_it_is_between_the_plan_without_rest_and_every_plan_with_it(tight: float) -> None:
    city = City(150, 60, days=3, shifts=2, tight=tight)
    instance = city.made()

    answer = row_lp.solved(instance, seconds=LONG)

    assert answer.objective is not None
    assert answer.rows > 0
    assert answer.objective <= nearest_first(instance).objective
    without = Instance.of(
        instance.communities,
        instance.volunteers,
        instance.posts,
        horizon=Horizon(3, 2),
        prices=instance.prices,
        tiers=instance.tiers,
        skills=instance.skills,
        patches=instance.patches,
    )
    assert solve(without).objective <= answer.objective + 0.01


def test_without_time_there_is_no_answer() -> None:
    answer = row_lp.solved(City(200, 80, days=3, shifts=3).made(), seconds=0.001)

    assert (answer.objective, answer.parts) == (None, 0)
