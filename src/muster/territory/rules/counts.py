"""Head counts below the county, which the census does not give: the county's total shared out, exact to the person."""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from muster.territory.enums import DivisionKind

SPREAD = 0.5  # sigma of the lognormal size of communities
# Where the census names no rural or no urban people, a community weighs four villages (our assumption).
PLAIN_FACTOR = 4.0
LEAST = 0.25  # a prison, a reserve or a farm


@dataclass(frozen=True)
class Census:
    """What the census of 2020 says of one county."""

    population: int
    households: int
    urban: int
    rural: int

    def __add__(self, other: Census) -> Census:
        return Census(
            self.population + other.population,
            self.households + other.households,
            self.urban + other.urban,
            self.rural + other.rural,
        )


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """`total` shared out by weight with the largest remainders rounded up: the sum is exactly `total`."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    counts = [math.floor(value) for value in exact]
    remainders = sorted(range(len(exact)), key=lambda i: (counts[i] - exact[i], i))
    for index in remainders[: total - sum(counts)]:
        counts[index] += 1
    return counts


def weights_of(places: Sequence[tuple[int, str]], census: Census) -> list[float]:
    """The weight of each (code, kind) of one county: urban people live in communities, rural people in villages.

    Where villages were renamed communities in the list and not in the census (大邑县), its shares would make the few
    villages that are left the largest places; there they weigh as much as a community.
    """
    sizes = [_size(code) * (LEAST if kind == DivisionKind.OTHER else 1.0) for code, kind in places]
    urban = sum(size for size, (_, kind) in zip(sizes, places, strict=True) if kind == DivisionKind.COMMUNITY)
    rural = sum(sizes) - urban
    if not (urban and rural):
        return sizes
    is_mixed = census.urban > 0 and census.rural > 0
    factor = max(1.0, (census.urban / urban) / (census.rural / rural)) if is_mixed else PLAIN_FACTOR
    return [
        size * (factor if kind == DivisionKind.COMMUNITY else 1.0)
        for size, (_, kind) in zip(sizes, places, strict=True)
    ]


def _size(code: int) -> float:
    """A lognormal size that depends on the code only."""
    first, second = struct.unpack(">II", hashlib.sha256(f"v1|size|{code}".encode()).digest()[:8])
    normal = math.sqrt(-2 * math.log((first + 1) / 2**32)) * math.cos(2 * math.pi * second / 2**32)
    return math.exp(SPREAD * normal)
