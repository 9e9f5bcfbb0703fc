"""The answer: one row for each filled seat, what it costs, and how far it can be from the best."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from muster.kernel.dispatch.pools.instance import Incumbent, Instance, Ints, Longs
from muster.kernel.dispatch.pools.rest import rested
from muster.kernel.dispatch.pools.search import Limits, Outcome, Search, Tell

Status = Literal["proven", "gap"]


@dataclass(frozen=True, eq=False)
class Marginals:
    """What one more would cost or save at the end of the search, in units.

    `standing`: (volunteers,) the standing of each person, -1 for somebody who could take no seat; people of one standing
    come from one place with the same abilities and times. `standing_price`: (standings, periods), the cost of having one
    more person of that standing in that period, whoever must move for it. `seat_price`: (posts, 3), what filling one more
    seat would cost; -1 where a post has no seats of a kind. A person could be of use at a seat when
    the costs of the pair + his standing's price < the price of the seat. `seat_value`: what a seat of weight 1 was worth in
    these prices, which may be less than in the objective.
    """

    standing: Ints
    standing_price: Longs
    seat_price: Longs
    seat_value: int


@dataclass(frozen=True, eq=False)
class Solution:
    """A plan. `volunteer`, `post`, `kind`: positions, one row per filled seat, sorted by volunteer, then slot.

    `objective` and `lower_bound` in whole units, each empty seat counted at `seat_value` x weight and each backbone seat
    filled by an ordinary person at half of that; no plan can have an objective below `lower_bound`. `seat_value` is that of
    the prices, or higher where that would not have put filled seats before everything else. `empty`: (posts, 3) seats.
    """

    status: Status
    volunteer: Ints
    post: Ints
    kind: Ints
    objective: int
    lower_bound: int
    seat_value: int
    empty: Ints
    incumbent: Incumbent | None
    seconds: Mapping[str, float]
    marginals: Marginals | None = None

    @property
    def gap(self) -> float:
        """How far above the best plan this can be, as a share of its objective."""
        return (self.objective - self.lower_bound) / self.objective if self.objective else 0.0


def solve(
    instance: Instance,
    *,
    gap: float = 0.0,
    time_limit: float | None = None,
    incumbent: Incumbent | None = None,
    declined: Collection[str] = frozenset(),
    tell: Tell | None = None,
) -> Solution:
    """The plan that fills the most weight and, among all that do, costs the least; proven over every pair there is.

    Stops before the proof as soon as the certified gap is at most `gap`, or when another round would go beyond `time_limit`
    seconds (the first round always runs). `declined`: ids of people who may not be sent; unknown ids do not matter.
    `tell(stage, figures)` hears of every round. OverflowError where prices and weights lie so far apart that 64 bits cannot
    hold what would put filled seats first.
    """
    limits = Limits(gap, time_limit)
    absent = np.array(
        [at for at, name in enumerate(instance.volunteers.id) if name in declined], dtype=np.int32
    )
    search = Search(instance, incumbent, absent)
    outcome = search.run(limits, tell or _silence)
    if instance.horizon.rest_slots:
        outcome = rested(search, outcome, limits, tell or _silence)
    return solution_of(search, outcome, incumbent, {**search.seconds, "all": limits.spent()})


def solution_of(
    search: Search, outcome: Outcome, incumbent: Incumbent | None, seconds: Mapping[str, float]
) -> Solution:
    """The end of a search as a plan."""
    asks, groups, network = search.asks, outcome.groups, outcome.network
    seated = outcome.seated
    empty = np.zeros(asks.post_type.shape, dtype=np.int32)
    empty[asks.type_post, asks.type_kind] = outcome.empty
    seat_price = np.full(asks.post_type.shape, -1, dtype=np.int64)
    seat_price[asks.type_post, asks.type_kind] = outcome.prices[network.first_type :]
    return Solution(
        "proven" if outcome.proven else "gap",
        seated.volunteer,
        asks.type_post[seated.type],
        asks.type_kind[seated.type],
        outcome.objective,
        outcome.lower_bound,
        outcome.seat_value,
        empty,
        incumbent,
        seconds,
        Marginals(
            groups.of,
            np.where(network.leaf >= 0, outcome.prices[network.leaf], -1),
            seat_price,
            outcome.priced_value,
        ),
    )


def _silence(stage: str, figures: Mapping[str, float]) -> None:
    """For those who do not want to hear."""
