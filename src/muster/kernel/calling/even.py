"""How many people to ask so that enough say yes, and how likely people are to say yes.

Acceptances are counted as independent, each with the same probability, so their number is binomial. Asking too few
costs time in which seats stay empty; asking too many wears people out. The confidence says which of the two weighs more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice, repeat


@dataclass(frozen=True, slots=True)
class Wave:
    """`ask`: people to ask now. `expected`: acceptances to expect from them and from those still outstanding.

    `confidence`: probability that the seats are filled. `capped`: the cap was reached before the wanted confidence.
    """

    ask: int
    expected: float
    confidence: float
    capped: bool


@dataclass(frozen=True, slots=True)
class Prior:
    """What we believe before anybody has answered: a Beta distribution with the weight of `yes + no` answers.

    Basis D: 3 in 10 accept, with the weight of ten answers. Set it from a county's own history.
    """

    yes: float = 3.0
    no: float = 7.0

    def __post_init__(self) -> None:
        if self.yes <= 0 or self.no <= 0:
            raise ValueError("a prior needs some weight on yes and on no")


def acceptance(accepted: int, answered: int, prior: Prior) -> float:
    """Mean of the probability to accept after `answered` answers (or expiries), of which `accepted` were a yes."""
    if not 0 <= accepted <= answered:
        raise ValueError(f"{accepted} of {answered} cannot have accepted")
    return (prior.yes + accepted) / (prior.yes + prior.no + answered)


def fill_probability(seats: int, asked: int, accept_probability: float) -> float:
    """Probability that at least `seats` of `asked` people accept; exact but for rounding of floating point."""
    _refuse_improbable(accept_probability)
    if seats <= 0:
        return 1.0
    if asked < seats:
        return 0.0
    return next(islice(_filled_by(seats, accept_probability), asked - seats, None))


def wave_size(
    seats_free: int, accept_probability: float, confidence: float, *, outstanding: int = 0, cap: int = 10_000
) -> Wave:
    """The fewest people to ask so that P(acceptances >= `seats_free`) >= `confidence`.

    `outstanding`: people already asked who have not answered; they count, so fewer are asked now. Never more than `cap` now.
    """
    _refuse_improbable(accept_probability)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is not between 0 and 1")
    if seats_free < 0 or outstanding < 0 or cap < 0:
        raise ValueError("seats, outstanding offers and the cap cannot be below 0")
    needed = _fewest(seats_free, accept_probability, confidence, outstanding + cap)
    ask = max(0, needed - outstanding)
    reached = fill_probability(seats_free, outstanding + ask, accept_probability)
    return Wave(ask, (outstanding + ask) * accept_probability, reached, capped=reached < confidence)


def _fewest(seats: int, probability: float, confidence: float, limit: int) -> int:
    """Fewest askings, or the limit where that is not enough."""
    if seats == 0:
        return 0
    sizes = range(seats, limit + 1)
    return next(
        (n for n, filled in zip(sizes, _filled_by(seats, probability), strict=False) if filled >= confidence),
        limit,
    )


def _filled_by(seats: int, probability: float) -> Iterator[float]:
    """P(all seats filled) when `seats`, `seats` + 1, ... people are asked, without end.

    Summed over who takes the last seat (negative binomial): term by term, because the binomial's own terms underflow at
    a thousand seats, and by logarithms, for the same reason.
    """
    if probability in (0, 1):
        yield from repeat(float(probability))
    filled = 0.0
    for number in count(seats):
        ways = math.lgamma(number) - math.lgamma(seats) - math.lgamma(number - seats + 1)
        filled += math.exp(ways + seats * math.log(probability) + (number - seats) * math.log1p(-probability))
        yield min(1.0, filled)


def _refuse_improbable(probability: float) -> None:
    if not 0 <= probability <= 1:
        raise ValueError(f"{probability} is not a probability")
