"""Whom to ring next: decisions on plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

# Deadlines this near go before everything else; those a little farther before the rest.
AT_ONCE = timedelta(minutes=30)
SOON = timedelta(hours=2)
# So long nobody else is offered the person whose number is shown to somebody. Afterwards the call counts as not noted.
HELD = timedelta(minutes=10)


class Cause(IntEnum):
    """Why somebody is on the sheet, the strongest cause first."""

    WANTS_CALL = 0  # wrote a 3, or said "later" and it is later
    UNREACHED = 1  # no smartphone, or a message that failed
    SILENT = 2  # was asked, and has not answered
    TRIED = 3  # was rung and not reached


@dataclass(frozen=True)
class Callee:
    """One person who may have to be rung about one offer, as its rows tell."""

    offer_id: int
    reply_by: datetime
    wants_call_at: datetime | None = None  # since when; None where no wish is open
    is_unreached: bool = False
    tries: int = 0  # calls in vain since the last that reached them
    rests_until: datetime | None = None  # not before

    @property
    def cause(self) -> Cause:
        """The strongest cause to ring them."""
        if self.wants_call_at is not None:
            return Cause.WANTS_CALL
        if self.tries:
            return Cause.TRIED
        return Cause.UNREACHED if self.is_unreached else Cause.SILENT


def may_be_rung(callee: Callee, at: datetime, most_tries: int) -> bool:
    """False while they rest, and once they were rung in vain so often that the next call would only annoy."""
    rests = callee.rests_until is not None and at < callee.rests_until
    return not rests and callee.tries < most_tries


def order(callee: Callee, at: datetime) -> tuple[int, int, datetime, int, int]:
    """The smaller the earlier: how near the deadline is, then why, then the deadline itself.

    Who let it pass comes after those who can still be in time: a late yes counts only while a seat is free.
    """
    left = callee.reply_by - at
    in_time = left > timedelta(0)
    band = 0 if in_time and left <= AT_ONCE else 2 if left > SOON else 1
    return band, callee.cause, callee.reply_by, callee.tries, callee.offer_id
