"""What is left to do when people did not come, or went home without checking out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F
from django.utils.translation import gettext as _

from muster.callups.actions import offers
from muster.callups.actions.attendance import credits
from muster.callups.actions.attendance.presence import COMING, lock, record
from muster.callups.enums import AssignmentState
from muster.callups.models import Assignment, Attendance, Slot
from muster.callups.queries.presence import absent_due, open_due, window_of
from muster.callups.rules import presence
from muster.records.enums import Evidence
from muster.toolkit import server_clock
from muster.toolkit.actor import SYSTEM, Actor
from muster.toolkit.refusal import Refused


def mark_absent(assignment: Assignment, *, actor: Actor, at: datetime | None = None) -> None:
    """The person did not come; the seat is free at once and goes to who waits, else somebody new is asked.

    Whoever comes late after all can still check in while a seat is free. Refuses `still_on_the_way` and `not_expected`.
    """
    at = at or server_clock.now()
    with transaction.atomic():
        locked = lock(assignment)
        if locked.state not in COMING:
            raise Refused(
                "not_expected", _("This person is not expected here any more. Look at the list again.")
            )
        window = window_of(locked.shift)
        presence.refuse_absent_before(window, at)
        _note_absent(locked, actor, at)
    if at < window.ends_at:
        offers.pass_on(locked, at=at)


def close_shift_due(at: datetime) -> int:
    """Ends what is still open of shifts that are over: absent who never came, unconfirmed who never checked out.

    The minutes of an unconfirmed presence wait for the person in charge (norms.md B.4). Run again it changes nothing.
    Gives the number of seats that it closed.
    """
    closed = 0
    for assignment in absent_due(at):
        with transaction.atomic():
            locked = lock(assignment)
            if locked.state in COMING:
                _note_absent(locked, SYSTEM, at)
                closed += 1
    for assignment in open_due(at):
        with transaction.atomic():
            locked = lock(assignment)
            if locked.state == AssignmentState.ARRIVED and locked.attendance.during.upper is None:
                _leave_unconfirmed(locked, at)
                closed += 1
    return closed


def confirm_time(
    assignment: Assignment, *, left_at: datetime, reason: str, actor: Actor, at: datetime | None = None
) -> None:
    """The person in charge says until when somebody was there who did not check out, and why that is known.

    Refuses `reason_missing`, `not_unconfirmed` and `left_before_arrival`, and a time that is still to come.
    """
    at = at or server_clock.now()
    if not reason.strip():
        raise Refused(
            "reason_missing", _("Write how you know until when they were there. The volunteer can read it.")
        )
    with transaction.atomic():
        locked = lock(assignment)
        attendance = Attendance.objects.filter(assignment=locked, checked_out_at=None).first()
        if locked.state != AssignmentState.ARRIVED or attendance is None or attendance.during.upper is None:
            raise Refused(
                "not_unconfirmed", _("This time needs no confirmation, or somebody was faster. Look again.")
            )
        if not attendance.checked_in_at < left_at <= at:
            raise Refused(
                "left_before_arrival", _("The end lies between the check-in and now. Look at the time again.")
            )
        Attendance.objects.filter(pk=attendance.pk).update(
            checked_out_at=left_at,
            evidence_out=Evidence.MANUAL,
            during=DateTimeTZRange(attendance.checked_in_at, left_at),
        )
        attendance.refresh_from_db()
        Assignment.objects.filter(pk=locked.pk).update(state=AssignmentState.LEFT)
        locked.state = AssignmentState.LEFT
        credits.confirm(locked, attendance, reason=reason.strip(), actor=actor, at=at)
        record("callups.attendance.confirmed", locked, actor, at, {"left_at": left_at.isoformat()})


def _note_absent(locked: Assignment, actor: Actor, at: datetime) -> None:
    Assignment.objects.filter(pk=locked.pk, state__in=COMING).update(state=AssignmentState.ABSENT)
    Slot.objects.filter(pk=locked.slot_id, taken__gt=0).update(taken=F("taken") - 1)
    locked.state = AssignmentState.ABSENT
    record("callups.attendance.absent", locked, actor, at, {})


def _leave_unconfirmed(locked: Assignment, at: datetime) -> None:
    """The presence ends with the shift, so that it blocks no other; the minutes wait for a person to confirm them."""
    attendance = locked.attendance
    end = max(locked.shift.ends_at, attendance.checked_in_at)
    Attendance.objects.filter(pk=attendance.pk).update(during=DateTimeTZRange(attendance.checked_in_at, end))
    attendance.refresh_from_db()
    credits.credit(locked, attendance, at=at)
    record("callups.attendance.left_open", locked, SYSTEM, at, {})
