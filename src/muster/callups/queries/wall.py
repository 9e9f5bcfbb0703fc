"""What hangs on the wall of a post: who is on, who leaves soon, who comes. Half of each name, and no number."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from muster.callups.enums import AssignmentState, CallUpState
from muster.callups.models import Assignment, Post, Shift, Slot
from muster.people.rules import masked_name

# Whose shift ends so soon goes soon; whoever comes within half a day is shown.
SOON = timedelta(minutes=60)
AHEAD = timedelta(hours=12)
COMING = (AssignmentState.ACCEPTED, AssignmentState.ORDERED)


@dataclass(frozen=True)
class OnWall:
    """One person, by half of the name, and the moment that matters: the end where they are on, the muster where not."""

    name: str
    at: datetime
    is_over: bool = False  # that moment has passed


@dataclass(frozen=True)
class Wall:
    """The wall of a post at one moment.

    `needed` are the seats of the shift of now, or of the next one, and `missing` those of them that nobody has.
    """

    post: Post
    is_drill: bool
    is_over: bool
    shift: Shift | None
    needed: int
    missing: int
    on: list[OnWall]
    leaving: list[OnWall]
    coming: list[OnWall]

    def version(self) -> str:
        """Changes with whatever the wall shows."""
        facts = (
            self.is_over,
            self.needed,
            self.missing,
            self.shift and self.shift.pk,
            self.on,
            self.leaving,
            self.coming,
        )
        return hashlib.blake2b(repr(facts).encode(), digest_size=12).hexdigest()


def wall(post: Post, at: datetime) -> Wall:
    """The wall of `post`, which comes with its call-up; three queries, however many stand there.

    Somebody who is on is listed once: among those who leave when that is soon, else among those who are on.
    """
    shifts = list(post.shifts.filter(ends_at__gt=at - SOON).order_by("starts_at", "pk"))
    shift = next((one for one in shifts if one.ends_at > at), None)
    seats = list(
        Assignment.objects.filter(shift__in=shifts, state__in=[*COMING, AssignmentState.ARRIVED])
        .select_related("person", "shift")
        .order_by("shift__starts_at", "person__name", "pk")
    )
    here = [seat for seat in seats if seat.state == AssignmentState.ARRIVED]
    leaving = [seat for seat in here if seat.shift.ends_at <= at + SOON]
    coming = [
        seat
        for seat in seats
        if seat.state in COMING and seat.shift.ends_at > at and seat.shift.muster_at <= at + AHEAD
    ]
    needed = Slot.objects.filter(shift=shift).aggregate(seats=Sum("seats"))["seats"] if shift else 0
    is_over = post.call_up.state in (CallUpState.STOOD_DOWN, CallUpState.CLOSED)
    return Wall(
        post=post,
        is_drill=post.call_up.is_drill,
        is_over=is_over,
        shift=shift,
        needed=needed or 0,
        missing=(needed or 0) - sum(1 for seat in seats if seat.shift == shift),
        on=[_line(seat, seat.shift.ends_at, at) for seat in here if seat not in leaving],
        leaving=[_line(seat, seat.shift.ends_at, at) for seat in leaving],
        coming=[] if is_over else [_line(seat, seat.shift.muster_at, at) for seat in coming],
    )


def _line(seat: Assignment, moment: datetime, at: datetime) -> OnWall:
    return OnWall(masked_name(seat.person.name), moment, moment < at)
