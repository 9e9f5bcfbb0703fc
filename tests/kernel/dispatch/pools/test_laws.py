"""What holds for every plan: bounds, order of the input, more people, the assignment problem as a special case."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from muster.kernel.dispatch.pools import search, sketch
from muster.kernel.dispatch.pools.instance import Horizon, Instance, Prices, units
from muster.kernel.dispatch.pools.search import Limits, Search
from muster.kernel.dispatch.pools.solution import Solution, solution_of, solve
from tests.kernel.dispatch.pools import tiny

NO_COSTS = Prices({"own": 0.0, "city": 0.0}, fairness_km=0.0, patch_km=0.0)


def town(people: int, posts: int, seed: int, **prices: Any) -> dict[str, Any]:
    """People in communities all over a square of 20 km, most posts in one corner of it."""
    chance = random.Random(seed)  # noqa: S311 - an instance, no secret
    there = lambda most: chance.randrange(most * 1000) + 0.5  # noqa: E731 - a word for a draw
    return {
        "communities": [(there(20), there(20)) for _ in range(max(2, people // 2))],
        "volunteers": [
            (
                f"v{at:04}",
                chance.randrange(max(2, people // 2)),
                chance.randrange(2),
                chance.random() < 0.2,
                chance.randrange(4),
                1,
                1,
                chance.randrange(3),
                chance.randrange(-1, 2),
            )
            for at in range(people)
        ],
        "posts": [
            (
                f"p{at:04}",
                there(6),
                there(6),
                0,
                (chance.randrange(3), int(chance.random() < 0.5), int(chance.random() < 0.4)),
                chance.randrange(2),
                1 + chance.randrange(3),
                chance.randrange(-1, 2),
            )
            for at in range(posts)
        ],
        "horizon": Horizon(),
        "prices": Prices({"own": 0.0, "city": 4.0}, **prices),
    }


def best_by_assignment(instance: Instance) -> tuple[int, int]:
    """(half seat values lost, cost) by SciPy over a dense table of people and seats, for one slot."""
    people, posts = range(len(instance.volunteers.id)), instance.posts
    seats = [
        (p, kind) for p in range(len(posts.id)) for kind in range(3) for _ in range(int(posts.seats[p, kind]))
    ]
    value = 10**9
    empty = [2 * int(posts.weight[p]) for p, _ in seats]
    table = np.full((len(seats), len(people) + len(seats)), 10**15)
    for row, (p, kind) in enumerate(seats):
        table[row, len(people) + row] = value * empty[row]
        for v in people:
            cost, halves = tiny.pair_cost(instance, v, p, None), tiny.seat_halves(instance, v, p, kind)
            if cost is not None and halves is not None:
                table[row, v] = cost + tiny.step_cost(instance, v, 1) + value * halves
    lost, cost = divmod(int(table[linear_sum_assignment(table)].sum()), value)
    return lost, cost


@pytest.mark.parametrize(
    ("people", "posts", "seed", "prices"),
    [
        (90, 40, 1, {}),
        (60, 40, 2, {}),
        (60, 40, 3, {"radius_km": 7.0}),
        (60, 50, 4, {"seat_km": 3.0}),
        (70, 30, 5, {"backbone_fallback": False, "radius_km": 9.0}),
    ],
)
@pytest.mark.parametrize("sketched", [False, True])
def test_few_columns_at_a_time_end_in_the_best_plan(
    monkeypatch: pytest.MonkeyPatch,
    *,
    people: int,
    posts: int,
    seed: int,
    prices: dict[str, Any],
    sketched: bool,
) -> None:
    monkeypatch.setattr(search, "FIRST_COLUMNS", 1)
    monkeypatch.setattr(search, "MORE_COLUMNS", 1)
    if sketched:
        monkeypatch.setattr(sketch, "PLACES", 4)
        monkeypatch.setattr(sketch, "POSTS", 8)
    instance = tiny.instance_of(town(people, posts, seed, **prices))
    heard: list[tuple[str, Mapping[str, float]]] = []

    solution = solve(instance, tell=lambda stage, figures: heard.append((stage, figures)))

    best = best_by_assignment(instance)
    assert tiny.recounted(instance, solution) == best
    assert solution.status == "proven"
    rounds = [figures for stage, figures in heard if stage == "round"]
    assert len(rounds) > 1
    assert rounds[-1]["objective"] == solution.objective
    assert ("sketch" in dict(heard)) is sketched


@settings(max_examples=40)
@given(tiny.facts(), st.randoms(use_true_random=False))
def test_order_of_the_input_changes_nothing(facts: dict[str, Any], chance: random.Random) -> None:
    new_people = chance.sample(range(len(facts["volunteers"])), len(facts["volunteers"]))
    new_posts = chance.sample(range(len(facts["posts"])), len(facts["posts"]))
    pairs = facts["pairs"] and [(new_people.index(v), new_posts.index(p), km) for v, p, km in facts["pairs"]]
    shuffled = facts | {
        "volunteers": [facts["volunteers"][at] for at in new_people],
        "posts": [facts["posts"][at] for at in new_posts],
        "pairs": pairs and chance.sample(pairs, len(pairs)),
    }

    one, other = solve(tiny.instance_of(facts)), solve(tiny.instance_of(shuffled))

    assert rows(one) == rows(other)
    assert (one.objective, one.lower_bound) == (other.objective, other.lower_bound)


def rows(solution: Solution) -> list[tuple[int, ...]]:
    """The plan as plain rows."""
    return list(
        zip(*(part.tolist() for part in (solution.volunteer, solution.post, solution.kind)), strict=True)
    )


@settings(max_examples=60)
@given(tiny.facts())
def test_one_more_person_makes_no_plan_worse(facts: dict[str, Any]) -> None:
    fewer = facts | {"volunteers": facts["volunteers"][1:], "pairs": None}
    more = facts | {"pairs": None}
    for case in (fewer, more):
        case["prices"] = replace(facts["prices"], pairs_only=False)

    without, with_one_more = solve(tiny.instance_of(fewer)), solve(tiny.instance_of(more))

    if without.seat_value == with_one_more.seat_value:
        assert with_one_more.objective <= without.objective
    assert tiny.recounted(tiny.instance_of(more), with_one_more) <= tiny.recounted(
        tiny.instance_of(fewer), without
    )


@pytest.mark.parametrize("seed", range(3))
def test_assignment_problems_through_pairs_reach_their_optimum(seed: int) -> None:
    # Costs 1 to 100 for each of n x n pairs, like the public assignment instances.
    many = 40
    costs = np.random.default_rng(seed).integers(1, 101, (many, many))
    pairs = [(v, p, float(costs[v, p])) for v in range(many) for p in range(many)]
    facts = {
        "communities": [(0.0, 0.0)],
        "volunteers": [(f"v{v:03}", 0, 0, False, 0, 1, 1, 0, -1) for v in range(many)],
        "posts": [(f"p{p:03}", 0.0, 0.0, 0, (1, 0, 0), -1, 1, -1) for p in range(many)],
        "pairs": pairs,
        "horizon": Horizon(),
        "prices": replace(NO_COSTS, pairs_only=True),
    }
    facts["volunteers"], facts["posts"] = facts["volunteers"][::-1], facts["posts"][::-1]

    solution = solve(tiny.instance_of(facts))

    assert solution.objective == units(1.0) * int(costs[linear_sum_assignment(costs)].sum())
    assert solution.status == "proven"


@settings(max_examples=60)
@given(tiny.facts())
def test_nobody_could_save_anything_at_the_prices_of_the_end(facts: dict[str, Any]) -> None:
    instance = tiny.instance_of(facts | {"pairs": None, "prices": replace(facts["prices"], pairs_only=False)})

    solution = solve(instance)

    marginals = solution.marginals
    assert marginals is not None
    taken = set(rows(solution))
    for v, standing in enumerate(marginals.standing.tolist()):
        for p, kind in zip(*(at.tolist() for at in np.nonzero(instance.posts.seats)), strict=True):
            cost, halves = tiny.pair_cost(instance, v, p, None), tiny.seat_halves(instance, v, p, kind)
            slot = int(instance.posts.slot[p])
            if (
                standing < 0
                or cost is None
                or halves is None
                or not int(instance.volunteers.available[v]) >> slot & 1
            ):
                continue
            period = int(instance.horizon.period_of[slot])
            whole = cost + halves * (solution.seat_value // 2)
            saving = marginals.seat_price[p, kind] - marginals.standing_price[standing, period] - whole
            assert saving == 0 if (v, p, kind) in taken else saving <= 0


@settings(max_examples=60)
@given(st.data())
def test_forbidding_and_running_again_equals_never_having_been_available(data: st.DataObject) -> None:
    facts = data.draw(tiny.facts())
    instance = tiny.instance_of(facts)
    engine = Search(instance)
    first = engine.run(Limits(), lambda stage, figures: None)
    shut = data.draw(
        st.lists(st.integers(0, max(0, len(first.seated.volunteer) - 1)), max_size=2, unique=True)
    )
    shut = shut if len(first.seated.volunteer) else []
    who = first.seated.volunteer[shut]
    slot = instance.posts.slot[engine.asks.type_post[first.seated.type[shut]]]

    engine.forbid(who, slot)
    again = solution_of(engine, engine.run(Limits(), lambda stage, figures: None), None, {})

    people = [list(row) for row in facts["volunteers"]]
    for v, s in zip(who.tolist(), slot.tolist(), strict=True):
        people[v][5] &= ~(1 << s)
    fresh = tiny.instance_of(facts | {"volunteers": [tuple(row) for row in people]})
    assert tiny.recounted(fresh, again) == tiny.best_by_hand(fresh)


def test_a_gap_or_a_time_limit_ends_the_search_with_a_bound_that_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "FIRST_COLUMNS", 2)
    monkeypatch.setattr(search, "MORE_COLUMNS", 2)
    instance = tiny.instance_of(town(120, 40, 7))
    best = solve(instance)

    loose, hasty = solve(instance, gap=0.5), solve(instance, time_limit=0.0)

    for stopped in (loose, hasty):
        assert stopped.status == "gap"
        assert stopped.lower_bound <= best.objective < stopped.objective
        tiny.recounted(instance, stopped)
    assert 0 < loose.gap <= 0.5
    assert best.gap == 0.0


def test_a_seat_value_too_small_to_come_first_is_raised() -> None:
    far = {
        "communities": [(0.0, 0.0)],
        "volunteers": [("v0", 0, 1, False, 0, 1, 1, 0, -1)],
        "posts": [("p0", 50_000.0, 0.0, 0, (1, 0, 0), -1, 1, -1)],
        "horizon": Horizon(),
        "prices": replace(NO_COSTS, seat_km=10.0),
    }
    heard: list[str] = []

    solution = solve(
        tiny.instance_of(far),
        tell=lambda stage, figures: heard.append(stage) if stage != "flow" else None,
    )

    assert rows(solution) == [(0, 0, 0)]
    assert solution.objective == units(50.0)
    assert solution.seat_value > units(50.0)
    assert heard == ["columns", "round", "seat_value", "round"]


def test_nobody_and_nothing_to_do_are_plans_too() -> None:
    nobody = tiny.instance_of(town(20, 5, 1) | {"volunteers": []})
    nothing = tiny.instance_of(town(20, 5, 1) | {"posts": []})

    assert solve(nobody).empty.tolist() == nobody.posts.seats.tolist()
    assert solve(nothing).objective == 0
    assert [solve(case).status for case in (nobody, nothing)] == ["proven", "proven"]


def test_listed_pairs_may_be_cheaper_or_dearer_than_the_distance() -> None:
    base = town(3, 1, 3) | {
        "communities": [(0.0, 0.0)],
        "volunteers": [(f"v{at}", 0, 1, False, 0, 1, 1, 0, -1) for at in range(3)],
        "posts": [("p0", 10_000.0, 0.0, 0, (1, 0, 0), -1, 1, -1)],
        "prices": NO_COSTS,
    }

    def sent(pairs: list[tuple[int, int, float]], **prices: Any) -> tuple[list[int], int]:
        facts = base | {"pairs": pairs, "prices": replace(NO_COSTS, **prices)}
        solution = solve(tiny.instance_of(facts))
        return solution.volunteer.tolist(), solution.objective

    assert sent([(0, 0, 12.0), (1, 0, 3.0)]) == ([1], units(3.0))
    assert sent([(0, 0, 12.0), (1, 0, 11.0)]) == ([2], units(10.0))
    assert sent([(0, 0, 12.0), (1, 0, 11.0)], pairs_only=True) == ([1], units(11.0))
    assert sent([(v, 0, 12.0) for v in range(3)], radius_km=11.0) == ([], units(1000.0))
    assert sent([(1, 0, 3.0)], radius_km=9.0) == ([1], units(3.0))


@pytest.mark.req("R5.2")
def test_the_nearest_go_and_nobody_beyond_the_radius() -> None:
    facts = {
        "communities": [(9000.0, 0.0), (2000.0, 0.0), (5000.0, 0.0)],
        "volunteers": [(f"v{at}", at, 1, False, 0, 1, 1, 0, -1) for at in range(3)],
        "posts": [("p0", 0.0, 0.0, 0, (1, 0, 0), -1, 1, -1)],
        "horizon": Horizon(),
        "prices": NO_COSTS,
    }
    three_seats = facts | {"posts": [("p0", 0.0, 0.0, 0, (3, 0, 0), -1, 1, -1)]}

    assert rows(solve(tiny.instance_of(facts))) == [(1, 0, 0)]
    near = solve(tiny.instance_of(tiny.with_prices(three_seats, radius_km=6.0)))
    assert near.volunteer.tolist() == [1, 2]
    assert near.empty.tolist() == [[1, 0, 0]]


def test_people_who_stand_by_their_patch_are_worth_a_way() -> None:
    facts = {
        "communities": [(1000.0, 0.0), (1800.0, 0.0)],
        "volunteers": [("v0", 0, 1, False, 0, 1, 1, 0, 0), ("v1", 1, 1, False, 0, 1, 1, 0, 1)],
        "posts": [("p0", 0.0, 0.0, 0, (1, 0, 0), -1, 1, 1)],
        "horizon": Horizon(),
        "prices": NO_COSTS,
    }

    sent = [
        solve(tiny.instance_of(tiny.with_prices(facts, patch_km=km))).volunteer.tolist() for km in (0.7, 0.9)
    ]

    assert sent == [[0], [1]]


def test_time_is_told_by_stage() -> None:
    solution = solve(tiny.instance_of(town(30, 10, 1)))

    assert set(solution.seconds) == {"columns", "flow", "round", "all"}
    assert 0 < solution.seconds["flow"] <= solution.seconds["round"] <= solution.seconds["all"]
