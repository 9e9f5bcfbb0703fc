"""Local search as an honest baseline: it keeps every rule, only ever gets better, and is the same twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.city import City
from bench.local_search import AT_ONCE, improved
from muster.kernel.dispatch.pools.instance import Instance, Pairs
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.recount import violations
from muster.kernel.dispatch.pools.solution import solve

LONG = 600.0
CITIES = {
    "one wave": City(300, 30, tight=0.9),
    "short, with a radius": City(300, 30, tight=1.3, radius_km=12.0),
    "days with rest": City(300, 60, days=3, shifts=3, tight=2.5),
    "shifts of one day": City(200, 40, shifts=3, tight=2.0),
}


@pytest.mark.parametrize("city", CITIES.values(), ids=CITIES)
def test_it_keeps_every_rule_and_lies_between_the_human_rule_and_the_best(city: City) -> None:
    instance = city.made()
    human = nearest_first(instance)

    better, tried = improved(instance, human, seconds=LONG, moves=10 * AT_ONCE)

    assert tried == 10 * AT_ONCE
    assert violations(instance, better) == ()
    assert solve(instance).lower_bound <= better.objective < human.objective
    assert better.empty.sum() <= human.empty.sum()


def test_it_comes_close_to_the_best_in_time() -> None:
    instance = City(120, 12, tight=0.7).made()
    human, best = nearest_first(instance), solve(instance)

    better, _ = improved(instance, human, seconds=LONG, moves=40 * AT_ONCE)

    assert best.objective <= better.objective
    assert better.objective - best.objective < (human.objective - best.objective) / 2


def test_the_same_moves_give_the_same_plan_and_another_seed_gives_another() -> None:
    instance = City(300, 30).made()
    human = nearest_first(instance)

    plans = [improved(instance, human, seconds=LONG, moves=AT_ONCE, seed=seed)[0] for seed in (0, 0, 1)]

    assert (plans[0].volunteer == plans[1].volunteer).all()
    assert (plans[0].post == plans[1].post).all()
    assert plans[0].objective == plans[1].objective != plans[2].objective


def test_without_time_nothing_changes() -> None:
    instance = City(100, 10).made()
    human = nearest_first(instance)

    same, tried = improved(instance, human, seconds=0.0)

    assert tried == 0
    assert (same.volunteer.tolist(), same.post.tolist()) == (human.volunteer.tolist(), human.post.tolist())
    assert same.objective == human.objective


def crossed(available: int) -> Instance:
    """Two people who stand at each other's gate, and two posts of one seat."""
    made = City(2, 2).made()
    towns, people, posts = made.communities, made.volunteers, made.posts
    places = np.zeros(len(towns.code))
    places[1] = 9_000.0
    return replace(
        made,
        communities=replace(towns, x_m=places, y_m=0 * places),
        volunteers=replace(
            people,
            community=np.array([0, 1], dtype=np.int32),
            patch=np.array([-1, -1], dtype=np.int32),
            available=np.array([1, available], dtype=np.uint64),
        ),
        posts=replace(
            posts,
            x_m=np.array([4_000.0, 0.0]),
            y_m=np.zeros(2),
            seats=np.array([[1, 0, 0], [1, 0, 0]], dtype=np.int32),
            weight=np.array([2, 1], dtype=np.int32),
        ),
    )


def test_two_people_exchange_their_seats() -> None:
    """The human rule sends the near one to the heavier post, and the far one past him."""
    instance = crossed(1)
    human = nearest_first(instance)

    better, _ = improved(instance, human, seconds=LONG, moves=AT_ONCE)

    assert human.post.tolist() == [0, 1]
    assert better.post.tolist() == [1, 0]
    assert better.objective == solve(instance).objective


def test_whoever_is_alone_stays_at_the_heavier_post() -> None:
    instance = crossed(0)

    better, _ = improved(instance, nearest_first(instance), seconds=LONG, moves=AT_ONCE)

    assert better.post.tolist() == [0]
    assert better.empty.sum() == 1


def test_pairs_with_prices_of_their_own_are_refused() -> None:
    made = City(10, 2).made()
    pairs = Pairs(np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.int32), np.ones(1))
    instance = replace(made, pairs=pairs)

    with pytest.raises(ValueError, match="pairs have prices of their own"):
        improved(instance, nearest_first(instance), seconds=1.0)
