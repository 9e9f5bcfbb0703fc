"""The arithmetic and the words of marks that tell a state: levels, seats, fill bars, trends. Plain values in and out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# kind: icon, word. The kinds are what a person sees; which state of the domain shows as which is the domain's say.
STATES: dict[str, tuple[str, str | Promise]] = {
    "asked": ("send", _("Asked")),
    "silent": ("clock", _("No answer yet")),
    "named": ("user-check", _("Named")),
    "accepted": ("check", _("Accepted")),
    "arrived": ("map-pin-check", _("Arrived")),
    "wait": ("hourglass", _("Standby")),
    "declined": ("x", _("Cannot come")),
    "absent": ("user-x", _("Did not arrive")),
    "gap": ("alert-triangle", _("Short")),
    "stood": ("flag-off", _("Stood down")),
    "left": ("logout", _("Left")),
    "bad": ("ban", _("Not eligible")),
    "thanks": ("heart", _("Thanked")),
    "early": ("clock", _("Still early")),
}

NOTES = {
    "warn": "alert-triangle",
    "ok": "circle-check",
    "thanks": "heart",
    "bad": "ban",
    "info": "info-circle",
}

NUMERALS = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ"}
LEVEL_COLORS: dict[int, str | Promise] = {1: _("red"), 2: _("orange"), 3: _("yellow"), 4: _("blue")}

# Beyond this many seats single marks are no longer counted by eye; a bar says it better.
MOST_SEAT_MARKS = 60


@dataclass(frozen=True)
class Bar:
    """One rectangle of a fill bar, in percent of its width."""

    css: str
    start: str
    width: str


def percent(part: float, whole: float) -> str:
    """`part` of `whole` as an SVG length, never beyond the frame; of nothing it is nothing."""
    if whole <= 0:
        return "0%"
    return f"{min(100.0, max(0.0, part / whole * 100)):.4g}%"


def fill(needed: int, pledged: int, named: int, accepted: int, arrived: int) -> tuple[list[Bar], str]:
    """The bars of a funnel, widest first, and where the line of the need stands ("" where no pledge exceeds it).

    The bars lie on each other: arrived within accepted within named within pledged. A step that is larger than the one
    before it (people who came without a list) widens the frame, it is not cut.
    """
    widest = max(needed, pledged, named, accepted, arrived)
    firmest = max(pledged, named, accepted, arrived)
    bars = [
        Bar(css, "0", percent(count, widest))
        for css, count in (("f1", pledged), ("f2", named), ("f3", accepted), ("f4", arrived))
        if count > 0
    ]
    if firmest < needed:
        bars.insert(0, Bar("fg", percent(firmest, widest), percent(needed - firmest, widest)))
        return bars, ""
    return bars, percent(needed, widest) if firmest > needed else ""


def trend(values: Sequence[float], target: float | None = None) -> tuple[str, str, tuple[str, str] | None]:
    """Points of a 96 by 28 trend line, the height of the target ("" without one) and the last point (None if empty)."""
    if not values:
        return "", "", None
    known = [*values, target] if target is not None else list(values)
    low, high = min(known), max(known)
    room = (high - low) or 1.0

    def height(value: float) -> str:
        return f"{26 - (value - low) / room * 24:.1f}"

    steps = max(1, len(values) - 1)
    points = [(f"{index / steps * 92 + 2:.1f}", height(value)) for index, value in enumerate(values)]
    line = " ".join(f"{x},{y}" for x, y in points)
    return line, height(target) if target is not None else "", points[-1]
