"""A search whose flow goes on from where it stands ends where one ends that solves everything anew in every round."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.pools import search, warm
from muster.kernel.dispatch.pools.instance import Incumbent, Instance
from muster.kernel.dispatch.pools.search import Limits, Search
from muster.kernel.dispatch.pools.solution import Solution, solve
from muster.kernel.dispatch.pools.warm import WarmFlow
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.test_laws import town


@contextmanager
def going_on() -> Iterator[None]:
    """Every flow goes on, however small it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warm, "LARGE", 0)
        yield


@pytest.fixture(scope="module", autouse=True)
def compiled_already() -> None:
    """Not while Hypothesis looks on, which makes the compiler ten times slower."""
    with going_on():
        solve(tiny.instance_of(town(30, 10, 1)))


def both_ways(instance: Instance, **wishes: Any) -> tuple[Solution, Solution]:
    with going_on():
        goes_on = solve(instance, **wishes)
    return goes_on, solve(instance, **wishes)


@settings(max_examples=60)
@given(tiny.facts())
def test_it_finds_the_best_of_all_plans(facts: dict[str, Any]) -> None:
    instance = tiny.instance_of(facts)

    with going_on():
        solution = solve(instance)

    best = tiny.best_by_hand(instance)
    assert tiny.recounted(instance, solution) == best
    assert solution.status == "proven"
    assert solution.objective == solution.lower_bound == best[0] * (solution.seat_value // 2) + best[1]


@settings(max_examples=60)
@given(st.data())
def test_it_finds_the_best_of_all_plans_against_an_incumbent(data: st.DataObject) -> None:
    facts = data.draw(tiny.facts())
    instance = tiny.instance_of(facts)
    incumbent, kept = tiny.incumbent_of(instance, data.draw(tiny.incumbents(facts)))
    declined = data.draw(st.sets(st.sampled_from(instance.volunteers.id), max_size=2))

    with going_on():
        solution = solve(instance, incumbent=incumbent, declined=declined)

    absent = frozenset(at for at, name in enumerate(instance.volunteers.id) if name in declined)
    best = tiny.best_by_hand(instance, kept, absent)
    assert tiny.recounted(instance, solution, kept) == best
    assert solution.objective == solution.lower_bound == best[0] * (solution.seat_value // 2) + best[1]


@pytest.mark.parametrize(
    ("people", "posts", "seed", "prices"),
    [
        (200, 90, 1, {}),
        (120, 90, 2, {}),
        (120, 80, 3, {"radius_km": 7.0}),
        (120, 100, 4, {"seat_km": 3.0}),
        (150, 60, 5, {"backbone_fallback": False, "radius_km": 9.0}),
    ],
)
def test_few_columns_at_a_time_end_in_the_same_plan_and_prices(
    monkeypatch: pytest.MonkeyPatch, people: int, posts: int, seed: int, prices: dict[str, Any]
) -> None:
    monkeypatch.setattr(search, "FIRST_COLUMNS", 2)
    monkeypatch.setattr(search, "MORE_COLUMNS", 2)
    instance = tiny.instance_of(town(people, posts, seed, **prices))

    goes_on, anew = both_ways(instance)

    assert goes_on.status == anew.status == "proven"
    assert (goes_on.objective, goes_on.seat_value) == (anew.objective, anew.seat_value)
    assert tiny.recounted(instance, goes_on) == tiny.recounted(instance, anew)
    assert goes_on.marginals is not None
    assert anew.marginals is not None
    if goes_on.marginals.seat_value == anew.marginals.seat_value:
        assert goes_on.marginals.seat_price.tolist() == anew.marginals.seat_price.tolist()
        assert goes_on.marginals.standing_price.tolist() == anew.marginals.standing_price.tolist()


@pytest.mark.parametrize("seed", [1, 2])
def test_many_columns_at_once_are_solved_anew_and_go_on_from_there(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(search, "FIRST_COLUMNS", 2)
    monkeypatch.setattr(search, "MORE_COLUMNS", 2)
    monkeypatch.setattr(warm, "MANY", 20)
    instance = tiny.instance_of(town(200, 90, seed, keep_km=1.0))
    plan, anew = both_ways(instance)
    promised = Incumbent(plan.volunteer, plan.post)

    again, _ = both_ways(instance, incumbent=promised)

    assert plan.status == again.status == "proven"
    assert plan.objective == anew.objective == again.objective
    assert set(zip(again.volunteer.tolist(), again.post.tolist(), strict=True)) == set(
        zip(plan.volunteer.tolist(), plan.post.tolist(), strict=True)
    )


def test_the_same_question_has_the_same_answer_every_time() -> None:
    instance = tiny.instance_of(town(200, 90, 6))

    with going_on():
        first, second = solve(instance), solve(instance)

    assert first.volunteer.tolist() == second.volunteer.tolist()
    assert first.post.tolist() == second.post.tolist()
    assert first.kind.tolist() == second.kind.tolist()


def test_a_gap_ends_it_with_a_bound_below_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "FIRST_COLUMNS", 1)
    monkeypatch.setattr(search, "MORE_COLUMNS", 1)
    instance = tiny.instance_of(town(200, 90, 1))
    best = solve(instance).objective

    with going_on():
        early, first = solve(instance, gap=0.5), solve(instance, time_limit=0.0)

    for solution in (early, first):
        assert solution.lower_bound <= best <= solution.objective
        lost, cost = tiny.recounted(instance, solution)
        assert lost * (solution.seat_value // 2) + cost == solution.objective
    assert early.gap <= 0.5
    assert first.status == "gap"


def test_out_of_time_in_the_middle_of_a_flow_the_better_flow_is_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "FIRST_COLUMNS", 2)
    monkeypatch.setattr(warm, "PIVOTS_AT_ONCE", 1)
    monkeypatch.setattr(warm, "LARGE", 0)
    monkeypatch.setattr(Limits, "reached", lambda limits, objective, lower_bound, seconds: False)
    instance = tiny.instance_of(town(200, 90, 1))
    limits = Limits(seconds=600.0)
    told: list[float] = []

    def tell(stage: str, figures: Mapping[str, float]) -> None:
        if stage == "round":
            told.append(figures["objective"])
            limits.begun -= 1000.0

    outcome = Search(instance).run(limits, tell)

    assert len(told) == 2
    assert told[1] <= told[0]
    assert not outcome.proven
    assert outcome.lower_bound <= solve(instance).objective <= outcome.objective == told[1]


def test_only_a_flow_that_is_kept_can_be_looked_at_again() -> None:
    engine = Search(tiny.instance_of(town(30, 10, 1)))
    network = engine.run(Limits(), lambda stage, figures: None).network

    with pytest.raises(ValueError, match="kept"):
        WarmFlow(network, lambda: None).best_at(np.zeros(0, dtype=np.int64))


def test_small_plans_never_load_the_compiler() -> None:
    """It takes a second and 100 MB, which a process of the web has not."""
    program = (
        "import sys\n"
        "from muster.kernel.dispatch.pools.made import made\n"
        "from muster.kernel.dispatch.pools.solution import solve\n"
        "solve(made(60, 10))\n"
        "print('numba' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
