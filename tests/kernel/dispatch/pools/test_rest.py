"""Nobody has a night and the morning after: plans with rest pairs, against every plan there is."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.pools.instance import Horizon, Instance, Prices
from muster.kernel.dispatch.pools.made import made
from muster.kernel.dispatch.pools.recount import violations
from muster.kernel.dispatch.pools.rest import Mending, rested
from muster.kernel.dispatch.pools.search import Limits, Search
from muster.kernel.dispatch.pools.solution import Solution, solve
from tests.kernel.dispatch.pools import tiny

SHAPES = [
    Horizon(2, 2, rest_pairs=((1, 0),)),
    Horizon(2, 2, one_per_day=False, rest_pairs=((1, 0), (1, 1))),
    Horizon(3, 2, rest_pairs=((1, 0),)),
    Horizon(3, 1, rest_pairs=((0, 0),)),
]


def busy(chance: random.Random, horizon: Horizon, people: int = 5, posts: int = 4) -> dict[str, Any]:
    """Few people who can nearly always, and posts in every slot, so that rest matters."""
    place = lambda: chance.randrange(10) * 700.0  # noqa: E731 - a word for a draw
    free = (1 << horizon.slots) - 1
    return {
        "communities": [(place(), place()) for _ in range(3)],
        "volunteers": [
            (
                f"v{at}",
                chance.randrange(3),
                chance.randrange(2),
                chance.random() < 0.4,
                chance.randrange(4),
                free if chance.random() < 0.8 else chance.randrange(free + 1),
                chance.randrange(1, 4),
                chance.randrange(3),
                chance.randrange(-1, 2),
            )
            for at in range(people)
        ],
        "posts": [
            (
                f"p{at}",
                place(),
                place(),
                at % horizon.slots,
                (chance.randrange(3), chance.randrange(2), chance.randrange(2)),
                chance.randrange(2),
                chance.randrange(1, 4),
                chance.randrange(-1, 2),
            )
            for at in range(posts)
        ],
        "horizon": horizon,
        "prices": Prices({"own": 0.0, "city": 1.0}),
    }


def value(solution: Solution, best: tuple[int, int]) -> int:
    """(half seat values, cost) in the units of the solution."""
    return best[0] * (solution.seat_value // 2) + best[1]


@settings(max_examples=150)
@given(st.sampled_from(SHAPES), st.randoms(use_true_random=False))
@pytest.mark.req("R5.2")
def test_plan_keeps_rest_and_lies_between_its_bound_and_the_best(
    horizon: Horizon, chance: random.Random
) -> None:
    instance = tiny.instance_of(busy(chance, horizon))

    solution = solve(instance)

    assert violations(instance, solution) == ()
    best = value(solution, tiny.best_by_hand(instance))
    assert solution.lower_bound <= best <= solution.objective
    assert solution.objective == value(solution, tiny.recounted(instance, solution))
    assert (solution.status == "proven") == (solution.objective == solution.lower_bound)


@settings(max_examples=100)
@given(st.sampled_from(SHAPES), st.randoms(use_true_random=False), st.data())
def test_against_an_incumbent_rest_is_kept_too(
    horizon: Horizon, chance: random.Random, data: st.DataObject
) -> None:
    facts = tiny.with_prices(busy(chance, horizon), keep_km=1.0)
    instance = tiny.instance_of(facts)
    incumbent, kept = tiny.incumbent_of(instance, data.draw(tiny.incumbents(facts)))

    solution = solve(instance, incumbent=incumbent, declined={"v0"})

    assert violations(instance, solution, incumbent, declined=frozenset({"v0"})) == ()
    best = value(solution, tiny.best_by_hand(instance, kept, frozenset({0})))
    assert solution.lower_bound <= best <= solution.objective


@settings(max_examples=60)
@given(st.randoms(use_true_random=False))
def test_with_listed_pairs_only_rest_is_kept_too(chance: random.Random) -> None:
    facts = busy(chance, SHAPES[0])
    pairs = [(v, p, float(chance.randrange(9))) for v in range(5) for p in range(4) if chance.random() < 0.6]
    facts = tiny.with_prices(facts | {"pairs": pairs or [(0, 0, 1.0)]}, pairs_only=True)
    instance = tiny.instance_of(facts)

    solution = solve(instance)

    assert violations(instance, solution) == ()
    assert solution.lower_bound <= value(solution, tiny.best_by_hand(instance)) <= solution.objective


def two_friends() -> dict[str, Any]:
    """Two people of one community for a night, the morning after, and an evening and a noon that match neither."""
    slots = Horizon(2, 3, rest_pairs=((2, 0),))
    return {
        "communities": [(0.0, 0.0)],
        "volunteers": [(f"v{at}", 0, 1, False, 0, 0b111111, 2, 0, -1) for at in range(2)],
        "posts": [(f"p{slot}", 3_000.0, 0.0, slot, (1, 0, 0), -1, 1, -1) for slot in (1, 2, 3, 4)],
        "horizon": slots,
        "prices": Prices({"own": 0.0, "city": 4.0}),
    }


def test_a_swap_inside_a_pool_costs_nothing_and_is_proven() -> None:
    facts = two_friends()
    without = solve(tiny.instance_of(facts | {"horizon": replace(facts["horizon"], rest_pairs=())}))

    solution = solve(tiny.instance_of(facts))

    assert violations(tiny.instance_of(facts), solution) == ()
    assert solution.objective == without.objective
    assert solution.status == "proven"
    assert solution.empty.sum() == 0


def test_the_seat_of_less_weight_stays_empty_when_one_person_cannot_rest() -> None:
    facts = two_friends()
    facts["volunteers"] = facts["volunteers"][:1]
    facts["posts"] = [
        (f"p{slot}", 3_000.0, 0.0, slot, (1, 0, 0), -1, weight, -1) for slot, weight in ((2, 1), (3, 3))
    ]
    instance = tiny.instance_of(facts)

    solution = solve(instance)

    assert solution.post.tolist() == [1]
    assert solution.empty.sum(axis=1).tolist() == [1, 0]
    # What the empty seat costs is proven by the charge for lacking rest, beyond the plan without the rule.
    assert solution.status == "proven"


def town() -> Instance:
    """Crowded enough that a plan without the rule breaks it."""
    return made(300, 60, days=3, shifts=3, tight=2.2, seed=4)


def test_mending_changes_nothing_but_what_lacks_rest_and_proves_how_near_it_is() -> None:
    instance = town()
    search = Search(instance)
    outcome = search.run(Limits(), lambda stage, figures: None)
    mending = Mending(search, outcome)
    broken = mending.rows.broken(outcome.flow)

    after = rested(search, outcome)

    assert len(broken) > 0
    assert len(mending.rows.broken(after.flow)) == 0
    assert outcome.objective <= after.lower_bound <= after.objective
    assert after.objective - after.lower_bound <= 0.005 * after.objective
    balance = np.zeros(outcome.network.nodes, dtype=np.int64)
    np.add.at(balance, after.arcs.tail, after.flow)
    np.subtract.at(balance, after.arcs.head, after.flow)
    assert (balance == outcome.network.supply).all()
    assert ((after.flow >= 0) & (after.flow <= after.arcs.capacity)).all()


def test_mended_plan_is_the_same_every_time() -> None:
    one, other = solve(town()), solve(town())

    assert (one.objective, one.lower_bound) == (other.objective, other.lower_bound)
    assert one.volunteer.tobytes() == other.volunteer.tobytes()
    assert one.post.tobytes() == other.post.tobytes()
