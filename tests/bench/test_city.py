"""The figures of an invented city: measured apart, recounted, and at the optimum that SciPy knows."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from bench import city, pools
from bench.city import City, Watch, measured
from bench.figures import Figure
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.solution import solve

HUMANS = {"greedy_empty": 30, "greedy_objective": 130, "search_empty": 9, "search_objective": 110}


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
    told = city.main(json.dumps(asdict(City(300, 30, tight=0.8, keep_km=500.0))))

    assert told["redispatch_moved"] == 0
    assert told["redispatch_more"] >= 0.0


def test_re_dispatch_for_nothing_is_as_good_as_without_memory() -> None:
    told = city.main(json.dumps(asdict(City(300, 30, tight=0.8, keep_km=0.0))))

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
    told = HUMANS | {"status": "proven", "empty": empty, "objective": 100}

    figures = pools.beside_humans("x", told, City(9, 9, search_seconds=5.0), 0.1)

    assert [figure.met for figure in figures] == [met, True, True, True]
    assert figures[1:] == [
        Figure("x: empty seats, proven the best, beside greedy and 5 s of local search", empty, "seats", 9),
        Figure("x: objective with empty seats, beside greedy", 1.0, "km", 1.3),
        Figure("x: objective with empty seats, beside greedy and 5 s of local search", 1.0, "km", 1.1),
    ]


def test_nothing_is_called_the_best_that_is_not_proven_or_has_nothing_empty() -> None:
    told = HUMANS | {"status": "gap", "empty": 2, "objective": 100}

    for one in (told, told | {"status": "proven", "empty": 0}):
        assert "best" not in " ".join(figure.name for figure in pools.beside_humans("x", one, City(9, 9)))


@pytest.mark.parametrize(("rival", "met"), [(2.1, True), (1.9, False)])
def test_twenty_times_as_fast_as_scipy_is_the_goal(rival: float, met: bool) -> None:
    told = HUMANS | {"status": "proven", "gap": 0.0, "seconds": 0.1, "empty": 0, "objective": 100}

    beside, times, gap = pools.of_wave("x", told, rival)[:3]

    assert (beside.baseline, beside.met, gap.met) == (rival, True, True)
    assert (times.value, times.met) == (pytest.approx(rival * 10), met)


def test_an_answer_of_highs_that_did_not_come_in_time_is_no_baseline() -> None:
    lp = {"objective": None, "parts": 0, "rows": 1234, "columns": 9, "seconds": 180.0}
    ours = {"status": "gap", "gap": 0.0004, "seconds": 2.0, "empty": 0, "objective": 100, "violations": 0}
    told = {**HUMANS, **ours, "row_lp": lp}

    figures = pools.of_days("x", told)
    in_time = pools.of_days("x", told | {"row_lp": lp | {"objective": 99.0}})

    assert all(figure.met for figure in figures)
    assert figures[1] == Figure("x: beside HiGHS on 1,234 rows, given our columns", 2.0, "s", 180.0, 3.0)
    assert (figures[3].baseline, in_time[3].baseline) == (None, 0.99)


def test_gap_is_that_of_the_plan_one_would_have_had_then(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 4.0, 6.0, 9.0])
    monkeypatch.setattr(city.time, "perf_counter", lambda: next(clock))
    watch = Watch()
    watch("round", {"objective": 200, "lower_bound": 100})
    watch("flow", {"columns": 3})
    watch("rest", {"objective": 100, "lower_bound": 99})
    watch("round", {"objective": 99, "lower_bound": 99})

    assert [watch.gap_after(seconds) for seconds in (3.9, 4.0, 8.0, 9.0)] == [1.0, 0.5, 0.01, 0.0]


def test_baselines_stand_beside_a_city_with_days_and_rest() -> None:
    told = city.main(
        json.dumps(
            asdict(City(200, 20, days=2, shifts=2, tight=1.2, look_at=60.0, search_seconds=0.1, row_lp=True))
        )
    )

    assert told["search_moves"] > 0
    assert told["search_objective"] <= told["greedy_objective"]
    assert told["row_lp"]["objective"] <= told["objective"]
    assert told["row_lp"]["seconds"] < city.HIGHS_SECONDS
    assert 0.0 <= told["gap_then"] <= 1.0
