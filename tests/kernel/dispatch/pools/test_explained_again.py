"""Reasons of a whole town against solving it again: without the person, and with one seat more."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from muster.kernel.dispatch.pools.explained import explanation
from muster.kernel.dispatch.pools.instance import BACKBONE, KINDS, Instance
from muster.kernel.dispatch.pools.made import made
from muster.kernel.dispatch.pools.solution import Solution, solve
from muster.kernel.dispatch.pools.why import Why

SAMPLE = 6
Town = tuple[Instance, Solution, dict[str, Any]]


@pytest.fixture(scope="module", params=[(1, 0.4, None), (2, 1.3, None), (3, 1.2, 9.0)], ids=str)
def town(request: pytest.FixtureRequest) -> Town:
    """People enough; too few; too few within reach."""
    seed, tight, radius_km = request.param
    instance = made(120, 14, tight=tight, seed=seed, radius_km=radius_km)
    plan = solve(instance)
    assert plan.status == "proven"
    assert plan.empty.any() == (seed > 1)
    return instance, plan, explanation(Why(instance, plan, frozenset()))


def parts(instance: Instance, plan: Solution) -> tuple[int, int]:
    """(half seats lost by weight, units of the filled ones)."""
    weight = instance.posts.weight
    stands_in = (plan.kind == BACKBONE) & ~instance.volunteers.backbone[plan.volunteer]
    lost = int((2 * plan.empty.sum(axis=1) * weight).sum() + weight[plan.post[stands_in]].sum())
    return lost, plan.objective - lost * (plan.seat_value // 2)


def more(town: Town, again: tuple[Instance, Solution]) -> float | None:
    """Kilometers that the other plan costs more, None where it loses seats."""
    lost, cost = parts(*town[:2])
    lost_again, cost_again = parts(*again)
    assert lost_again >= lost
    return (cost_again - cost) / 100 if lost_again == lost else None


def test_whoever_would_come_instead_costs_what_a_plan_without_the_person_costs_more(town: Town) -> None:
    instance, _, told = town

    for row in random.Random(0).sample(told["assign"], SAMPLE):  # noqa: S311  # which rows, no secret
        without = solve(instance, declined=frozenset([row["volunteer"]]))

        assert row["exact"]
        assert row["next_extra_km"] == more(town, (instance, without))


def test_a_price_is_what_a_plan_with_one_seat_more_costs_more(town: Town) -> None:
    instance, _, told = town

    for row in random.Random(0).sample(told["prices"], SAMPLE):  # noqa: S311  # which rows, no secret
        seats = instance.posts.seats.copy()
        seats[instance.posts.id.index(row["post"]), KINDS.index(row["kind"])] += 1
        wider = replace(instance, posts=replace(instance.posts, seats=seats))

        assert row["price_km"] == more(town, (wider, solve(wider)))


def test_more_seats_than_people_stay_empty_by_the_count_of_their_ring(town: Town) -> None:
    """Each shortage from the instance alone: who could fill a seat of the ring, and how many seats it has."""
    instance, plan, told = town
    people, posts = instance.volunteers, instance.posts
    far = instance.prices.radius or np.inf

    for ring in told["rings"]:
        kinds = [(posts.id.index(post), KINDS.index(kind)) for post, kind in ring["posts"]]
        able = np.zeros(len(people.id), dtype=np.bool_)
        for at, kind in kinds:
            near = instance.travel_units(people.community, np.full(len(able), at)) <= far
            skilled = (people.skills >> np.uint64(max(0, posts.skill[at])) & np.uint64(1)) > 0
            backbone = people.backbone | (not ring["in_full"])
            able |= (people.available > 0) & near & (np.ones_like(able), backbone, skilled)[kind]
        assert ring["people"] == able.sum()
        assert ring["seats"] == sum(int(posts.seats[kind]) for kind in kinds)
        assert ring["capacity"] <= ring["people"]
        assert sum(int(plan.empty[kind]) for kind in kinds) >= ring["seats"] - ring["capacity"]
    assert bool(told["rings"]) == bool(plan.empty.any())
