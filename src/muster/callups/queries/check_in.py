"""What a volunteer sees at a post, and who is meant by a phone number typed there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from muster.callups.enums import AssignmentState
from muster.callups.models import Assignment, Attendance, Post
from muster.callups.queries.presence import COMING, can_undo, window_of
from muster.people.models import Person
from muster.people.rules import parse_phone, phone_index
from muster.records.models import ServiceRecord
from muster.toolkit.refusal import Refused

IN, OUT, LEFT, NONE = "in", "out", "left", "none"


@dataclass(frozen=True)
class CheckInPage:
    """How the seat stands: `face` says whether to come in, to go out, or that all is done."""

    face: str
    seat: Assignment | None
    opens_at: datetime | None = None
    is_early: bool = False
    attendance: Attendance | None = None
    minutes: int | None = None
    waits_for_confirmation: bool = False
    can_undo: bool = False


def check_in_page(post: Post, person: Person | None, seat: Assignment | None, at: datetime) -> CheckInPage:
    """The page of one person at one post."""
    if person is None or seat is None:
        return CheckInPage(NONE, None)
    window = window_of(seat.shift)
    if seat.state in COMING or seat.state == AssignmentState.ABSENT:
        return CheckInPage(IN, seat, opens_at=window.opens_at, is_early=at < window.opens_at)
    attendance = Attendance.objects.filter(assignment=seat).first()
    if seat.state == AssignmentState.ARRIVED and attendance is not None:
        ended = attendance.during.upper is not None
        return CheckInPage(
            LEFT if ended else OUT,
            seat,
            attendance=attendance,
            waits_for_confirmation=ended,
            can_undo=can_undo(seat, at),
        )
    record = ServiceRecord.objects.filter(source_kind="attendance", source_code=seat.code).first()
    return CheckInPage(
        LEFT if attendance else IN,
        seat,
        attendance=attendance,
        minutes=record.minutes if record else None,
        waits_for_confirmation=record is not None and record.state in ("unconfirmed", "needs_approval"),
        can_undo=attendance is not None and can_undo(seat, at),
    )


def holder_by_phone(post: Post, typed: str) -> Person:
    """The person on the list of this post who has that number; refuses `not_on_list` and what is no number."""
    phone = parse_phone(typed)
    person = Person.objects.filter(
        phone_index=phone_index(phone.e164), erased_at=None, assignments__shift__post=post
    ).first()
    if person is None:
        raise Refused(
            "not_on_list",
            _(
                "This number is not on the list of this post. Tell the leader your name; it takes half a minute to add you."
            ),
        )
    return person
