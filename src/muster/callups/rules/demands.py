"""What a post asks of a body, in the codes of the limits that people tell us about (R2.6)."""

from __future__ import annotations

from muster.callups.enums import TaskKind
from muster.kernel.spans import Span, periods_touched

NO_NIGHT = "no_night"
NO_STANDING = "no_standing"
NO_STAIRS = "no_stairs"
NO_LIFTING = "no_lifting"
NO_CONTACT = "no_contact"
NO_FULL_PROTECTION = "no_full_protection"

TASK_DEMANDS: dict[str, frozenset[str]] = {
    TaskKind.SCAN_TEMPERATURE: frozenset({NO_STANDING, NO_CONTACT}),
    TaskKind.REGISTRATION: frozenset({NO_CONTACT}),
    TaskKind.ORDER_KEEPING: frozenset({NO_STANDING}),
    TaskKind.SAMPLING_SUPPORT: frozenset({NO_STANDING, NO_CONTACT}),
    TaskKind.SCREENING: frozenset({NO_STAIRS, NO_CONTACT}),
    TaskKind.DELIVERY: frozenset({NO_STAIRS, NO_LIFTING}),
    TaskKind.EVACUATION: frozenset({NO_STAIRS, NO_LIFTING}),
    TaskKind.SHELTER: frozenset({NO_LIFTING}),
    TaskKind.OTHER: frozenset(),
}
# The quarters of each day from 00 to 06, as kernel.spans numbers them.
_NIGHTS = sum(1 << (day * 4) for day in range(7))


def demands_of(task_kind: str, during: Span, *, full_protection: bool) -> frozenset[str]:
    """The limits that rule a person out of this work at this time."""
    asked = TASK_DEMANDS[task_kind]
    if periods_touched(during) & _NIGHTS:
        asked |= {NO_NIGHT}
    if full_protection:
        asked |= {NO_FULL_PROTECTION}
    return asked
