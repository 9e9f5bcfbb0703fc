"""From attendance to the register of hours; the only place where the two packages meet."""

from __future__ import annotations

from datetime import datetime

from muster.callups.models import Assignment, Attendance
from muster.records.actions import hours
from muster.records.models import ServiceRecord
from muster.records.rules import Times, weaker
from muster.toolkit.actor import Actor

SOURCE = "attendance"


def credit(assignment: Assignment, attendance: Attendance, *, at: datetime) -> ServiceRecord:
    """The record of this attendance, unconfirmed where nobody checked out."""
    post, call_up = assignment.shift.post, assignment.call_up
    return hours.credit(
        person=assignment.person,
        division_code=assignment.division_code,
        source_kind=SOURCE,
        source_code=assignment.code,
        service=hours.Service(
            title=call_up.title,
            place=f"{post.name} {post.place}".strip(),
            organizer=call_up.duty_holder,
            person_in_charge=post.leader.name if post.leader else "",
        ),
        times=_times(assignment, attendance),
        evidence=weaker(attendance.evidence_in, attendance.evidence_out or attendance.evidence_in),
        duty_kind=assignment.duty_kind,
        is_drill=call_up.is_drill,
        at=at,
    )


def confirm(
    assignment: Assignment, attendance: Attendance, *, reason: str, actor: Actor, at: datetime
) -> None:
    """Counts the minutes up to the end that a person in charge has set."""
    record = ServiceRecord.objects.get(source_kind=SOURCE, source_code=assignment.code)
    left_at = attendance.checked_out_at
    shift = assignment.shift
    times = Times(shift.starts_at, shift.ends_at, attendance.checked_in_at, None, set_out_at=left_at)
    hours.confirm(record, times=times, reason=reason, actor=actor, at=at)


def retract(assignment: Assignment, *, actor: Actor, at: datetime) -> None:
    """The check-out was taken back."""
    hours.retract(source_kind=SOURCE, source_code=assignment.code, actor=actor, at=at)


def _times(assignment: Assignment, attendance: Attendance) -> Times:
    shift = assignment.shift
    return Times(shift.starts_at, shift.ends_at, attendance.checked_in_at, attendance.checked_out_at)
