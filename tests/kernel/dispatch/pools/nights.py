"""Questions in which rest matters, and what is known of them before the rule is kept."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from muster.kernel.dispatch.pools.instance import Horizon, Instance, Prices
from muster.kernel.dispatch.pools.made import made
from muster.kernel.dispatch.pools.rest_rows import Rows, rows_of
from muster.kernel.dispatch.pools.search import Limits, Outcome, Search
from muster.kernel.dispatch.pools.solution import Solution

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


def town() -> Instance:
    """Crowded enough that a plan without the rule breaks it."""
    return made(300, 60, days=3, shifts=3, tight=2.2, seed=4)


def silence(stage: str, figures: Mapping[str, float]) -> None:
    """Nobody listens."""


def before_rest(instance: Instance) -> tuple[Search, Outcome, Rows]:
    """The best plan without the rule, with people who lack rest."""
    search = Search(instance)
    outcome = search.run(Limits(), silence)
    rows = rows_of(search, outcome)
    assert len(rows.broken(outcome.flow)) > 0
    return search, outcome, rows
