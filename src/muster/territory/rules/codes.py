"""The 12-digit division code as a number. The level is always given: a code alone does not tell it (norms.md E.3)."""

from muster.territory.enums import Level

DIGITS = 12
# By level: what the codes of the divisions above it are multiples of, the nearest first.
_STEPS = {
    int(level): tuple(10 ** (DIGITS - above) for above in sorted(Level.values, reverse=True) if above < level)
    for level in Level
}


def range_of(code: int, level: int) -> tuple[int, int]:
    """The half-open range [low, high) of the codes of this division and of all places inside it."""
    high: int = code + 10 ** (DIGITS - level)
    return code, high


def ancestors_of(code: int, level: int) -> list[int]:
    """The codes of all divisions above this one, the nearest first."""
    return [code // step * step for step in _STEPS[level]]


def parent_of(code: int, level: int) -> int | None:
    """The code one level up; None above the province."""
    return next(iter(ancestors_of(code, level)), None)


def inside(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    """True if the code lies in one of the half-open ranges."""
    return any(low <= code < high for low, high in ranges)
