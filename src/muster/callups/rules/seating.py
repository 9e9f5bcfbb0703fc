"""Which of the kept seats each named person is asked for: the nearest where the home is known, else the emptiest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Position = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Chair:
    """Seats of one kind at one place: `free` of them."""

    key: int
    free: int
    lon: float | None = None
    lat: float | None = None


def seat_near(homes: Sequence[Position], chairs: Sequence[Chair]) -> list[int | None]:
    """The key of the chair for each home in order, None once all are taken; never more on a chair than are free.

    Greedy on purpose: it only says which post a person is asked for first, the dispatch improves on it.
    """
    left = {chair.key: chair.free for chair in chairs}
    places: list[int | None] = []
    for lon, lat in homes:
        open_chairs = [chair for chair in chairs if left[chair.key] > 0]
        if not open_chairs:
            places.append(None)
            continue
        known = [
            chair for chair in open_chairs if lon is not None and lat is not None and chair.lon is not None
        ]
        if known:
            best = min(known, key=lambda chair: _distance(lon, lat, chair))
        else:
            best = max(open_chairs, key=lambda chair: left[chair.key])
        left[best.key] -= 1
        places.append(best.key)
    return places


def _distance(lon: float | None, lat: float | None, chair: Chair) -> float:
    """Squared, in degrees of latitude; Sichuan lies near 30 degrees north, where a degree of longitude is 0.87 of that."""
    if lon is None or lat is None or chair.lon is None or chair.lat is None:
        return 0.0
    return ((lon - chair.lon) * 0.87) ** 2 + (lat - chair.lat) ** 2
