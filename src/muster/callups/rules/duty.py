"""Is this hour volunteer time or paid time (AMB-17)."""

from __future__ import annotations

from datetime import datetime

from muster.people.enums import REGULAR_FORCE
from muster.records.enums import DutyKind

SATURDAY = 5


def duty_kind_of(
    force_class: str, *, is_sent_by_unit: bool, begins: datetime, office_minutes: tuple[int, int]
) -> DutyKind:
    """Paid duty for the regular force, and for whom a unit sends in its office hours; volunteer time for all others.

    `begins` is local; `office_minutes` are the minutes of a working day in which a unit's people are at work.
    """
    if force_class in REGULAR_FORCE:
        return DutyKind.ON_PAID_DUTY
    minute = begins.hour * 60 + begins.minute
    at_work = begins.weekday() < SATURDAY and office_minutes[0] <= minute < office_minutes[1]
    return DutyKind.ON_PAID_DUTY if is_sent_by_unit and at_work else DutyKind.OFF_DUTY
