"""The answer: one row for each filled seat, what it costs, and how far it can be from the best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from muster.kernel.dispatch.pools.instance import Incumbent, Ints, Longs

Status = Literal["proven", "gap"]


@dataclass(frozen=True, eq=False)
class Marginals:
    """What one more would cost or save at the end of the search, in units.

    `standing`: (volunteers,) the standing of each person, -1 for somebody who could take no seat; people of one standing
    come from one place with the same abilities and times. `standing_price`: (standings, periods), the cost of having one
    more person of that standing in that period, whoever must move for it. `seat_price`: (posts, 3), what filling one more
    seat would cost; -1 where a post has no seats of a kind. A person could be of use at a seat when
    the costs of the pair + his standing's price < the price of the seat.
    """

    standing: Ints
    standing_price: Longs
    seat_price: Longs


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
