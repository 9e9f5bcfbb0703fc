"""Prices of long chains of moves: they may come to more than a seat was worth in the search, and are told all the same."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from muster.kernel.dispatch.pools.instance import (
    Communities,
    Horizon,
    Instance,
    Posts,
    Prices,
    Volunteers,
    units,
)
from muster.kernel.dispatch.pools.recount import violations
from muster.kernel.dispatch.pools.solution import Solution, solve
from muster.kernel.dispatch.pools.why import Why

WIDTH_KM = 10.0


def relay(many: int, **more_seats: int) -> Instance:
    """Posts at both ends of a street by turns, each asking for its own skill.

    Whoever stands at one could take the next as well, ten kilometers away; idle is one person, who could take the first.
    """
    ends = [at % 2 for at in range(many)]
    skills = [1, *(1 << at | 1 << at + 1 for at in range(many - 1)), 1 << many - 1]
    seats = np.zeros((many, 3), dtype=np.int32)
    seats[:, 2] = [1 + more_seats.get(f"post{at}", 0) for at in range(many)]
    everybody: dict[str, Any] = dict.fromkeys(("tier", "history"), [0] * (many + 1))
    return Instance.of(
        Communities(("far", "here"), [WIDTH_KM * 1000, 0.0], [0.0, 0.0]),
        Volunteers(
            ("idle", *(f"at{at}" for at in range(many))),
            [1, *(1 - end for end in ends)],
            backbone=[False] * (many + 1),
            skills=np.array(skills, dtype=np.uint64),
            available=np.ones(many + 1, dtype=np.uint64),
            max_shifts=[1] * (many + 1),
            patch=[-1] * (many + 1),
            **everybody,
        ),
        Posts(
            tuple(f"post{at}" for at in range(many)),
            [end * WIDTH_KM * 1000 for end in ends],
            [0.0] * many,
            [0] * many,
            seats,
            list(range(many)),
            [1] * many,
            [-1] * many,
        ),
        horizon=Horizon(),
        prices=Prices({"own": 0.0}, fairness_km=0.0),
        tiers=("own",),
        skills=tuple(f"skill{at:02d}" for at in range(many)),
    )


def kilometers_of(solution: Solution) -> float:
    assert solution.status == "proven"
    assert not solution.empty.any()
    return solution.objective / units(1.0)


@pytest.mark.parametrize("many", [2, 5, 8, 12])
def test_one_more_seat_at_the_end_of_a_relay_costs_every_move(many: int) -> None:
    instance = relay(many)
    last = f"post{many - 1}"

    plan, more = solve(instance), solve(relay(many, **{last: 1}))

    # Each of those before the last goes to the next post, ten kilometers on, and the one who was idle to the first.
    assert kilometers_of(more) - kilometers_of(plan) == WIDTH_KM * (many - 1)
    assert Why(instance, plan).price(last, "skilled") == WIDTH_KM * (many - 1)
    assert violations(instance, plan) == ()


def test_prices_along_a_relay_rise_by_the_way_to_the_next_post() -> None:
    why = Why(relay(9), solve(relay(9)))

    prices = [why.price(f"post{at}", "skilled") for at in range(9)]

    assert [then is not None and now is not None and then - now for now, then in pairwise(prices)] == [
        WIDTH_KM
    ] * 8


def test_whoever_stands_at_the_end_of_a_relay_has_a_next_best() -> None:
    (line,) = Why(relay(9), solve(relay(9))).why_me("at8")

    # Of the two at the first post either may stand there; the other is called for the second, and seven move on.
    assert (line.slot, line.next_moves) == ("post8", 7)
    assert line.next_person in {"idle", "at0"}
    assert line.next_extra_km == WIDTH_KM * 8
    assert line.exact
