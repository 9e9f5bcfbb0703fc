"""Chance that is the same each time: every draw follows from the key of what it is drawn for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import accumulate
from struct import unpack
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Draws:
    """A stream of draws for one key, such as (seed, community, "volunteer", 17)."""

    __slots__ = ("_key", "_round", "_words")

    def __init__(self, *key: object) -> None:
        self._key = "|".join(["v1", *map(str, key)])
        self._round = 0
        self._words: list[int] = []

    def below(self, count: int) -> int:
        """A whole number from 0 up to `count`, which it never is; `count` stays far below 2**32."""
        if not self._words:
            digest = sha256(f"{self._key}|{self._round}".encode()).digest()
            self._words = list(unpack(">8I", digest))
            self._round += 1
        return self._words.pop() * count >> 32

    def wide(self, count: int) -> int:
        """As `below`, for a `count` of up to 2**64."""
        return (self.below(1 << 32) << 32 | self.below(1 << 32)) * count >> 64

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both of them possible."""
        return low + self.below(high - low + 1)

    def chance(self, percent: float) -> bool:
        """True in that many of a hundred cases."""
        return self.below(1_000_000) < percent * 10_000

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of the things, each as likely as the others."""
        return things[self.below(len(things))]


class Urn(Generic[Thing]):
    """Things with weights, to draw from again and again."""

    def __init__(self, weights: Mapping[Thing, int]) -> None:
        self._things = [thing for thing, weight in weights.items() if weight > 0]
        self._bounds = list(accumulate(weight for weight in weights.values() if weight > 0))

    def draw(self, draws: Draws) -> Thing:
        """One thing, as often as its weight says."""
        return self._things[bisect_right(self._bounds, draws.below(self._bounds[-1]))]
