"""How long something still takes, on plain values."""

from datetime import datetime, timedelta

from django.utils import timezone


def time_left(
    started_at: datetime | None, done: int, expected: int, now: datetime | None = None
) -> timedelta | None:
    """The time left at the rate so far; None where there is no rate or no end to reckon with."""
    if started_at is None or done <= 0 or expected <= done:
        return None
    return ((now or timezone.now()) - started_at) / done * (expected - done)
