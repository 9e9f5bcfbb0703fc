"""What the desk says before anything is sent: so many asked fill the seats with this certainty, at most so many are asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.kernel.calling import counts
from muster.kernel.calling.normal import Floats


@dataclass(frozen=True, slots=True)
class Size:
    """ "Asking `ask` fills `seats` with `chance`; at most `most` are asked."

    `expected`: yeses to expect from `ask`; `low` and `high`: between which their number lies with 90 %.
    `most`: the fewest that fill the seats with `most_chance`, the end of the list where that never comes; `reaches`: whether
    `ask` fills them with the wanted confidence at all.
    """

    seats: int
    ask: int
    chance: float
    expected: float
    low: int
    high: int
    most: int
    most_chance: float
    reaches: bool


def size(
    seats: int,
    ranked: Floats,
    confidence: float,
    *,
    doubt: float = 0.0,
    most_confidence: float = 0.999,
    cap: int | None = None,
) -> Size:
    """Sizes a call-up for `seats` from the chances of a yes in time of those who may be asked, first to be asked first.

    More seats never ask fewer; nobody beyond `cap` is asked. ValueError for seats below 0 or confidences out of order.
    """
    if seats < 0 or not 0 < confidence <= most_confidence < 1:
        raise ValueError("seats cannot be below 0, and the confidence for the cap is not the smaller one")
    ranked = ranked[:cap]
    if seats == 0 or not len(ranked):
        return Size(seats, 0, float(seats == 0), 0.0, 0, 0, 0, float(seats == 0), seats == 0)
    counts.refuse_improbable(ranked)
    filled = counts.filled_by(seats, ranked, doubt)
    ask, most = (int(np.searchsorted(filled, wanted)) for wanted in (confidence, most_confidence))
    reaches = ask < len(ranked)
    ask, most = min(ask + 1, len(ranked)), min(most + 1, len(ranked))
    asked = ranked[:ask]
    reached = counts.tails(asked, doubt)
    return Size(
        seats=seats,
        ask=ask,
        chance=float(filled[ask - 1]),
        expected=float(asked.sum()),
        low=int(np.flatnonzero(reached >= 0.95)[-1]),
        high=int(np.flatnonzero(reached >= 0.05)[-1]),
        most=most,
        most_chance=float(filled[most - 1]),
        reaches=reaches,
    )
