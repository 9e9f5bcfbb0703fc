"""Instances small enough to try every plan, and what every plan would cost, straight from the meaning of the prices."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import strategies as st

from muster.kernel.dispatch.pools import instance as tables
from muster.kernel.dispatch.pools.instance import UNITS_PER_KM, Horizon, Incumbent, Instance, Prices
from muster.kernel.dispatch.pools.solution import Solution

TIERS = ("city", "own")
SKILLS = ("driver", "nurse")
PATCHES = ("a", "b")


def instance_of(facts: dict[str, Any]) -> Instance:
    """From rows of plain values; `volunteers` and `posts` in the order of the columns after the id."""
    people, posts, pairs = facts["volunteers"], facts["posts"], facts.get("pairs")
    columns = [list(column) for column in zip(*people, strict=True)] or [[] for _ in range(9)]
    seats = [list(column) for column in zip(*posts, strict=True)] or [[] for _ in range(8)]
    x_m, y_m = zip(*facts["communities"], strict=True)
    return Instance.of(
        tables.Communities(tuple(f"c{at}" for at in range(len(x_m))), list(x_m), list(y_m)),
        tables.Volunteers(tuple(columns[0]), *columns[1:]),
        tables.Posts(tuple(seats[0]), *(seats[1:4]), np.array(seats[4]).reshape(-1, 3), *seats[5:]),
        horizon=facts["horizon"],
        prices=facts["prices"],
        tiers=TIERS,
        skills=SKILLS,
        patches=PATCHES,
        pairs=None if pairs is None else tables.Pairs(*(list(column) for column in zip(*pairs, strict=True))),
        terms=None if facts.get("terms") is None else terms_of(facts["terms"], columns_of=list(seats[0])),
    )


def terms_of(rows: list[dict[str, int | None]], columns_of: list[str]) -> tables.Terms:
    """For each community what single posts are to its people, by id: units on top, or None where they may not be sent."""
    table = [[row.get(post, 0) for post in columns_of] for row in rows]
    sorts = sorted({tuple(row) for row in table}, key=repr)
    closed = int(tables.CLOSED)
    units = [[closed if amount is None else amount for amount in sort] for sort in sorts]
    return tables.Terms(
        [sorts.index(tuple(row)) for row in table],  # type: ignore[arg-type]  # what numpy can read is enough
        np.array(units, dtype=np.int32).reshape(-1, len(columns_of)),
    )


@st.composite
def facts(draw: st.DrawFn, people: int = 5, posts: int = 3, *, roomy: bool = False) -> dict[str, Any]:
    """Few people, few posts, every rule and price now and then."""
    shape = draw(st.sampled_from([(1, 1), (1, 2), (2, 1), (2, 2), (3, 1)]))
    horizon = Horizon(*shape, one_per_day=draw(st.booleans()))
    where = st.integers(0, 9).map(lambda at: at * 700.0)
    slots = horizon.slots
    kilometers = st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0])
    communities = draw(st.lists(st.tuples(where, where), min_size=1, max_size=3))
    patch = st.integers(-1, 1)
    volunteer = st.tuples(
        st.integers(0, len(communities) - 1),
        st.integers(0, 1),
        st.booleans(),
        st.integers(0, 3),
        st.integers(0, (1 << slots) - 1) if not roomy else st.just((1 << slots) - 1),
        st.integers(0, 3),
        st.integers(0, 2),
        patch,
    )
    post = st.tuples(
        where,
        where,
        st.integers(0, slots - 1),
        st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 1)),
        st.integers(0, 1),
        st.integers(1, 3),
        patch,
    )
    drawn = draw(st.lists(volunteer, min_size=1, max_size=people))
    asked = draw(st.lists(post, min_size=1, max_size=posts))
    pair = st.tuples(
        st.integers(0, len(drawn) - 1),
        st.integers(0, len(asked) - 1),
        st.integers(0, 90).map(lambda u: u / 10),
    )
    pairs = draw(st.none() | st.lists(pair, min_size=1, max_size=6, unique_by=lambda row: row[:2]))
    calling = {"own": draw(kilometers), "city": draw(kilometers)}
    posted = st.sampled_from([f"p{at}" for at in range(len(asked))])
    apart = st.sampled_from([None, 40, -_unit(min(calling.values()))])
    terms = draw(
        st.none()
        | st.lists(
            st.dictionaries(posted, apart, max_size=2), min_size=len(communities), max_size=len(communities)
        )
    )
    prices = Prices(
        calling,
        fairness_km=draw(kilometers),
        patch_km=draw(kilometers),
        seat_km=draw(st.sampled_from([0.3, 5.0, 1000.0])),
        radius_km=draw(st.sampled_from([None, 2.0, 5.0])),
        keep_km=draw(kilometers),
        backbone_fallback=draw(st.booleans()),
        pairs_only=pairs is not None and draw(st.booleans()),
    )
    return {
        "communities": communities,
        "volunteers": [(f"v{at}", *row) for at, row in enumerate(drawn)],
        "posts": [(f"p{at}", *row) for at, row in enumerate(asked)],
        "pairs": pairs,
        "terms": terms,
        "horizon": horizon,
        "prices": prices,
    }


def incumbents(given: dict[str, Any]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Some (person, post) that a plan before may have had."""
    row = st.tuples(
        st.sampled_from([row[0] for row in given["volunteers"]]),
        st.sampled_from([row[0] for row in given["posts"]]),
    )
    return st.lists(row, max_size=4)


def _unit(km: float) -> int:
    return round(km * UNITS_PER_KM)


def pair_cost(instance: Instance, v: int, p: int, kept: set[tuple[int, int]] | None) -> int | None:
    """Travel, patch and keep of one pair, None when it is not allowed; `kept` is the incumbent, None without one."""
    people, posts, prices = instance.volunteers, instance.posts, instance.prices
    home = int(people.community[v])
    travel = _unit(
        math.hypot(
            instance.communities.x_m[home] - posts.x_m[p], instance.communities.y_m[home] - posts.y_m[p]
        )
        / 1000
    )
    listed = False
    if instance.pairs is not None:
        for by, to, km in zip(
            instance.pairs.volunteer.tolist(),
            instance.pairs.post.tolist(),
            instance.pairs.km.tolist(),
            strict=True,
        ):
            if (by, to) == (v, p):
                travel, listed = _unit(km), True
    if prices.pairs_only and not listed:
        return None
    if prices.radius_km is not None and travel > _unit(prices.radius_km):
        return None
    more = 0 if instance.terms is None else int(instance.terms.units[instance.terms.of[home], p])
    if more == tables.CLOSED:
        return None
    own, there = int(people.patch[v]), int(posts.patch[p])
    away = own >= 0 and there >= 0 and own != there
    new = kept is not None and (v, p) not in kept
    return travel + more + (_unit(prices.patch_km) if away else 0) + (_unit(prices.keep_km) if new else 0)


def seat_halves(instance: Instance, v: int, p: int, kind: int) -> int | None:
    """Half seat values lost when the person takes such a seat, None when he may not."""
    people, posts = instance.volunteers, instance.posts
    if kind == 0 or (kind == 1 and people.backbone[v]):
        return 0
    if kind == 1:
        return int(posts.weight[p]) if instance.prices.backbone_fallback else None
    return 0 if int(people.skills[v]) >> int(posts.skill[p]) & 1 else None


def step_cost(instance: Instance, v: int, seats: int) -> int:
    """Tier and fairness of so many seats."""
    people, prices = instance.volunteers, instance.prices
    tier = _unit(prices.tier_km[instance.tiers[people.tier[v]]])
    h = int(people.history[v])
    return sum(tier + _unit(prices.fairness_km) * (2 * (h + k) + 1) for k in range(seats))


def may_together(instance: Instance, v: int, posts: tuple[int, ...]) -> bool:
    """Whether one person may have seats at all these posts."""
    slots = [int(instance.posts.slot[p]) for p in posts]
    free = all(int(instance.volunteers.available[v]) >> slot & 1 for slot in slots)
    periods = [slot // instance.horizon.shifts if instance.horizon.one_per_day else slot for slot in slots]
    rests = not any(first in slots and then in slots for first, then in instance.horizon.rest_slots)
    once = len(set(periods)) == len(periods)
    return free and once and rests and len(posts) <= instance.volunteers.max_shifts[v]


def best_by_hand(
    instance: Instance, kept: set[tuple[int, int]] | None = None, absent: frozenset[int] = frozenset()
) -> tuple[int, int]:
    """(half seat values lost, cost of the filled seats) of the best plan, by trying everything."""
    seats = instance.posts.seats
    kinds = [(p, kind) for p, kind in zip(*(at.tolist() for at in np.nonzero(seats)), strict=True)]
    weights = [2 * int(instance.posts.weight[p]) for p, _ in kinds]
    choices: list[list[tuple[tuple[int, ...], int, int]]] = []
    for v in range(len(instance.volunteers.id)):
        mine: list[tuple[tuple[int, ...], int, int]] = []
        for many in range(len(kinds) + 1 if v not in absent else 1):
            for taken in combinations(range(len(kinds)), many):
                if not may_together(instance, v, tuple(kinds[at][0] for at in taken)):
                    continue
                costs = [pair_cost(instance, v, kinds[at][0], kept) for at in taken]
                lost = [seat_halves(instance, v, *kinds[at]) for at in taken]
                if None in costs or None in lost:
                    continue
                gained = sum(weights[at] for at in taken) - sum(half or 0 for half in lost)
                mine.append((taken, gained, sum(cost or 0 for cost in costs) + step_cost(instance, v, many)))
        choices.append(mine)

    @cache
    def best(v: int, left: tuple[int, ...]) -> tuple[int, int]:
        if v == len(choices):
            return 0, 0
        found = []
        for taken, gained, cost in choices[v]:
            rest = list(left)
            for at in taken:
                rest[at] -= 1
            if min(rest, default=0) >= 0:
                more = best(v + 1, tuple(rest))
                found.append((more[0] - gained, more[1] + cost))
        return min(found)

    all_seats = tuple(int(seats[p, kind]) for p, kind in kinds)
    lost, cost = best(0, all_seats)
    return lost + sum(weight * many for weight, many in zip(weights, all_seats, strict=True)), cost


def recounted(
    instance: Instance, solution: Solution, kept: set[tuple[int, int]] | None = None
) -> tuple[int, int]:
    """(half seat values lost, cost of the filled seats) of a plan, row by row; AssertionError when a rule is broken."""
    rows = list(zip(solution.volunteer.tolist(), solution.post.tolist(), solution.kind.tolist(), strict=True))
    assert rows == sorted(rows, key=lambda row: (row[0], instance.posts.slot[row[1]]))
    left = instance.posts.seats.copy()
    lost = cost = 0
    for v in {row[0] for row in rows}:
        mine = [row for row in rows if row[0] == v]
        assert may_together(instance, v, tuple(p for _, p, _ in mine))
        cost += step_cost(instance, v, len(mine))
    for v, p, kind in rows:
        travel, halves = pair_cost(instance, v, p, kept), seat_halves(instance, v, p, kind)
        assert travel is not None
        assert halves is not None
        cost, lost = cost + travel, lost + halves
        left[p, kind] -= 1
    assert (left >= 0).all()
    assert (left == solution.empty).all()
    lost += 2 * int((left * instance.posts.weight[:, None]).sum())
    return lost, cost


def incumbent_of(instance: Instance, rows: list[tuple[str, str]]) -> tuple[Incumbent, set[tuple[int, int]]]:
    """The same rows for the engine and for the oracle."""
    incumbent = Incumbent.of(instance, rows)
    return incumbent, set(zip(incumbent.volunteer.tolist(), incumbent.post.tolist(), strict=True))


def with_prices(given: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The same facts at other prices."""
    return given | {"prices": replace(given["prices"], **changes)}
