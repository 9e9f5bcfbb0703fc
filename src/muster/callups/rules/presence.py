"""When people may check in and out, and the sentence for each time when they may not. Plain values in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.records.enums import Evidence
from muster.toolkit import clock
from muster.toolkit.refusal import Refused

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Window:
    """The times of one shift as attendance sees them. Each may lie on another day than the next."""

    opens_at: datetime  # the first moment to check in
    starts_at: datetime
    ends_at: datetime  # the last moment to check in
    closes_at: datetime  # the last moment to check out
    absent_from: datetime  # from here on somebody who is not there did not come


@dataclass(frozen=True, slots=True)
class Graces:
    """Minutes around a shift; the numbers come from norms (D, norms.md B.4)."""

    in_before: int
    out_after: int
    absent_after: int


def window_of(muster_at: datetime, starts_at: datetime, ends_at: datetime, graces: Graces) -> Window:
    """The window of a shift."""
    return Window(
        opens_at=min(muster_at, starts_at - graces.in_before * MINUTE),
        starts_at=starts_at,
        ends_at=ends_at,
        closes_at=ends_at + graces.out_after * MINUTE,
        absent_from=min(starts_at + graces.absent_after * MINUTE, ends_at),
    )


def refuse_in_outside(window: Window, at: datetime) -> None:
    """Refuses `too_early` with the time to come back, and `shift_over`."""
    if at < window.opens_at:
        raise Refused("too_early", _early_words(window.opens_at - at, window.opens_at, at))
    if at >= window.ends_at:
        raise Refused(
            "shift_over",
            _("This shift ended at %(time)s. If you were there, tell the leader, who can note it.")
            % {"time": clock.when(window.ends_at, at)},
        )


def refuse_out_outside(window: Window, at: datetime) -> None:
    """Refuses `too_late_out`: what was not checked out in time is confirmed by the person in charge."""
    if at > window.closes_at:
        raise Refused(
            "too_late_out",
            _(
                "Checking out was open until %(time)s. The person in charge confirms your time; it is not lost."
            )
            % {"time": clock.when(window.closes_at, at)},
        )


def refuse_absent_before(window: Window, at: datetime) -> None:
    """Refuses `still_on_the_way` before the grace is over."""
    if at < window.absent_from:
        raise Refused(
            "still_on_the_way",
            _("They may still be on the way. Wait until %(time)s, or call them.")
            % {"time": clock.when(window.absent_from, at)},
        )


def evidence_of(*, by_code: bool, by_leader: bool) -> Evidence:
    """How well a presence is proven by what is there."""
    if by_code and by_leader:
        return Evidence.CODE_AND_LEADER
    return Evidence.LEADER if by_leader else Evidence.CODE


def stronger(before: str, now: str) -> Evidence | None:
    """The evidence after a second proof of another kind; None where the second adds nothing."""
    if {before, now} == {Evidence.CODE, Evidence.LEADER}:
        return Evidence.CODE_AND_LEADER
    return None


def skew_seconds(device_at: datetime | None, at: datetime) -> int | None:
    """How far the clock of a phone runs ahead of ours; negative when behind. Kept, never used to decide."""
    return None if device_at is None else round((device_at - at).total_seconds())


def _early_words(left: timedelta, opens_at: datetime, at: datetime) -> str:
    minutes = -(-int(left.total_seconds()) // 60)
    if minutes >= 120:
        return _("It is too early to check in. Come back %(time)s.") % {"time": clock.when(opens_at, at)}
    return ngettext(
        "You are %(count)s minute early. Come back at %(time)s.",
        "You are %(count)s minutes early. Come back at %(time)s.",
        minutes,
    ) % {"count": minutes, "time": clock.face(opens_at)}
