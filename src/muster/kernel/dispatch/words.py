"""Every code that dispatch can answer with, and the figures that come with it: the contract for whoever writes sentences.

A test of that package should ask for a sentence for each key here.
"""

from __future__ import annotations

from muster.kernel.dispatch.answers import (
    NO_SEATS_LEFT,
    NOT_BACKBONE,
    SKILL_MISSING,
    TOO_FAR,
    WINDOW_NOT_OFFERED,
    EmptyCode,
    NotCode,
)

WHY_ME: dict[str, tuple[str, ...]] = {
    "promise_kept": (),
    "has_skill": ("skill",),
    "is_backbone": (),
    "stands_in": (),
    "distance": ("km",),
    "last_asked": ("days",),
    "recent_calls": ("calls",),
    "tier": ("tier",),
    "nobody_else": (),
    "next_best": ("person", "extra_km", "moves"),
}

WHY_EMPTY: dict[str, tuple[str, ...]] = {
    EmptyCode.NOBODY_QUALIFIED: ("seats", "holders", "excluded"),
    EmptyCode.NOBODY_IN_REACH: ("seats", "holders", "radius_km", "nearest_km"),
    EmptyCode.FEWER_QUALIFIED_THAN_SEATS: (
        "seats",
        "qualified",
        "ring_people",
        "ring_seats",
        "ring_slots",
        "excluded",
    ),
    EmptyCode.TAKEN_BY_HIGHER_WEIGHT: ("seats", "qualified", "higher"),
    EmptyCode.KEPT_FOR_REST: ("seats", "qualified", "resting"),
    EmptyCode.COULD_BE_FILLED: ("seats", "qualified"),
}

WHY_NOT: dict[str, tuple[str, ...]] = {
    NotCode.ASSIGNED: ("km",),
    NotCode.OTHERS_CHEAPER: ("km", "extra_km"),
    NotCode.NEEDED_ELSEWHERE: ("km", "extra_km", "placed_at"),
    NotCode.NO_SEATS_TO_FILL: ("km",),
    NotCode.UNKNOWN_PERSON: (),
    WINDOW_NOT_OFFERED: (),
    NOT_BACKBONE: (),
    SKILL_MISSING: (),
    TOO_FAR: ("km",),
    NO_SEATS_LEFT: (),
}
