"""For which seats the people of a wave are asked."""

from __future__ import annotations

from collections.abc import Mapping


def spread(total: int, free: Mapping[int, int]) -> dict[int, int]:
    """`total` people over slots in proportion to their free seats, by largest remainder; full slots get nobody."""
    seats = sum(free.values())
    if seats == 0:
        return dict.fromkeys(free, 0)
    shares = {slot: total * count / seats for slot, count in free.items()}
    given = {slot: int(share) for slot, share in shares.items()}
    left = total - sum(given.values())
    by_remainder = sorted(shares, key=lambda slot: (given[slot] - shares[slot], slot))
    for slot in by_remainder[:left]:
        given[slot] += 1
    return given
