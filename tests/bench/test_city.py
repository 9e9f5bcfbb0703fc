"""The figures of an invented city: measured apart, recounted, and at the optimum that SciPy knows."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from bench import city, pools
from bench.city import City, measured
from bench.figures import Figure
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.solution import solve


def test_scipy_knows_the_same_optimum_of_one_wave() -> None:
    instance = City(400, 40, tight=0.7).made()
    plan = solve(instance)

    optimum, seconds = pools.scipy_optimum(instance)

    assert plan.empty.sum() == 0
    assert optimum == plan.objective < nearest_first(instance).objective
    assert seconds > 0


def test_city_is_solved_recounted_and_set_beside_the_human_rule() -> None:
    told = city.main(json.dumps(asdict(City(300, 30, tight=1.3))))

    assert told["status"] == "proven"
    assert told["gap"] == 0.0
    assert told["violations"] == 0
    assert told["filled"] + told["empty"] == int(City(300, 30, tight=1.3).made().posts.seats.sum())
    assert told["objective"] < told["greedy_objective"]
    assert told["empty"] <= told["greedy_empty"]
    assert told["peak_mb"] > 10
    assert "redispatch_seconds" not in told


def test_re_dispatch_moves_nobody_when_a_move_costs_more_than_it_can_save() -> None:
    told = city.main(json.dumps(asdict(City(300, 30, tight=0.8, keep_km=500.0, greedy=False))))

    assert told["redispatch_moved"] == 0
    assert told["redispatch_more"] >= 0.0
    assert "greedy_objective" not in told


def test_re_dispatch_for_nothing_is_as_good_as_without_memory() -> None:
    told = city.main(json.dumps(asdict(City(300, 30, tight=0.8, keep_km=0.0, greedy=False))))

    assert told["redispatch_more"] == 0.0


def test_rest_over_days_breaks_no_rule() -> None:
    told = city.main(json.dumps(asdict(City(300, 60, days=3, shifts=3, tight=2.2, gap=0.0005))))

    assert told["violations"] == 0
    assert 0.0 <= told["gap"] < 0.01


def test_a_process_of_its_own_tells_the_same_plan_and_less_memory_than_all_of_this() -> None:
    small = City(200, 20)

    told, again = measured(small), measured(small)

    assert told["objective"] == again["objective"] == solve(small.made()).objective
    assert 10 < told["peak_mb"] < 1_000


def test_goals_of_a_large_city_are_missed_by_more_of_anything() -> None:
    told = {"seconds": 3.0, "gap": 0.0009, "peak_mb": 90.0}

    assert [figure.met for figure in pools.of_large("x", told, 3.0, 90.0, 0.1)] == [True, True, True]
    assert [figure.met for figure in pools.of_large("x", told, 2.9, 89.0, 0.08)] == [False, False, False]


@pytest.mark.parametrize(("empty", "met"), [(3, True), (4, False)])
def test_share_of_the_human_rules_empty_seats_is_the_goal(empty: int, met: bool) -> None:
    told = {"empty": empty, "greedy_empty": 30, "objective": 100, "greedy_objective": 130}

    seats, objective = pools.against_greedy("x", told, 0.1)

    assert seats.met is met
    assert objective == Figure("x: objective, beside greedy", 1.0, "km", 1.3)
