"""Checking in and out, and taking either back within five minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F
from django.utils.translation import gettext as _

from muster.callups.actions import offers, seats
from muster.callups.actions.attendance import credits
from muster.callups.actions.attendance.scans import Attempt, check_code, once
from muster.callups.actions.notes import note
from muster.callups.enums import AssignmentState, CallUpState, OfferState, ScanResult
from muster.callups.models import Assignment, Attendance, Offer, Scan, Slot, SupportIssue
from muster.callups.queries.presence import open_elsewhere, window_of
from muster.callups.rules import presence
from muster.norms import queries as norms
from muster.people.models import VolunteerProfile
from muster.toolkit import clock, server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

CHECK_IN, CHECK_OUT, UNDO, WALK_UP = "check_in", "check_out", "undo", "walk_up"
COMING = (AssignmentState.ACCEPTED, AssignmentState.ORDERED)
TWO_PLACES = "attendance_no_two_places_at_once"


def check_in(
    assignment: Assignment,
    *,
    actor: Actor,
    nonce: UUID,
    device: str,
    code: str = "",
    device_at: datetime | None = None,
    by_leader: bool = False,
    at: datetime | None = None,
) -> Attendance:
    """The person is there. `by_leader` says so, or the `code` on the leader's phone; both together prove more.

    Sent twice it answers once. Our clock counts, the device's is kept beside it. Refuses `too_early`, `shift_over`,
    `wrong_code`, `too_many_tries`, `already_in`, `already_out`, `seat_given_back`, `seat_given_away`, `call_up_stood_down`
    and `in_elsewhere`; each refusal is kept as a scan.
    """
    at = at or server_clock.now()
    attempt = _attempt(
        assignment, CHECK_IN, actor=actor, at=at, nonce=nonce, device=device, device_at=device_at
    )

    def deed() -> Assignment:
        locked = lock(assignment)
        if code or not by_leader:
            check_code(locked.shift.post, code, attempt)
        evidence = presence.evidence_of(by_code=bool(code), by_leader=by_leader)
        if locked.state == AssignmentState.ARRIVED:
            _strengthen(locked, evidence, actor, at)
            return locked
        _refuse_in(locked)
        presence.refuse_in_outside(window_of(locked.shift), at)
        arrive(locked, evidence=evidence, actor=actor, at=at, device_at=device_at)
        return locked

    return Attendance.objects.get(assignment=once(attempt, deed))


def check_out(
    assignment: Assignment,
    *,
    actor: Actor,
    nonce: UUID,
    device: str,
    code: str = "",
    device_at: datetime | None = None,
    by_leader: bool = False,
    at: datetime | None = None,
) -> Attendance:
    """The person leaves, and the minutes are credited. Proof and replay as for `check_in`.

    Refuses `wrong_code`, `too_many_tries`, `not_in`, `already_out` and `too_late_out`.
    """
    at = at or server_clock.now()
    attempt = _attempt(
        assignment, CHECK_OUT, actor=actor, at=at, nonce=nonce, device=device, device_at=device_at
    )

    def deed() -> Assignment:
        locked = lock(assignment)
        if code or not by_leader:
            check_code(locked.shift.post, code, attempt)
        if locked.state == AssignmentState.LEFT:
            raise Refused("already_out", out_words(locked))
        if locked.state != AssignmentState.ARRIVED:
            raise Refused(
                "not_in", _("There is no check-in for this shift yet. Check in first, or ask the leader.")
            )
        presence.refuse_out_outside(window_of(locked.shift), at)
        leave(
            locked,
            evidence=presence.evidence_of(by_code=bool(code), by_leader=by_leader),
            actor=actor,
            at=at,
            device_at=device_at,
        )
        return locked

    return Attendance.objects.get(assignment=once(attempt, deed))


def undo(
    assignment: Assignment,
    *,
    actor: Actor,
    nonce: UUID,
    device: str,
    at: datetime | None = None,
) -> Assignment:
    """Takes the last check-in, check-out or walk-up of this seat back, for five minutes.

    Refuses `nothing_to_undo` and `undo_too_late`.
    """
    at = at or server_clock.now()
    attempt = _attempt(assignment, UNDO, actor=actor, at=at, nonce=nonce, device=device)

    def deed() -> Assignment:
        locked = lock(assignment)
        last = locked.scans.filter(result=ScanResult.ACCEPTED).order_by("-pk").first()
        if last is None or last.deed == UNDO:
            raise Refused("nothing_to_undo", _("There is nothing to take back here."))
        minutes = int(norms.number("attendance.undo_minutes", locked.division_code))
        if at - last.at > timedelta(minutes=minutes):
            raise Refused(
                "undo_too_late",
                _(
                    "It can be taken back for %(minutes)s minutes only. The person in charge can correct the record."
                )
                % {"minutes": minutes},
            )
        if last.deed == CHECK_OUT:
            _undo_leave(locked, at, actor)
        else:
            _undo_arrive(locked, at, actor, last)
        return locked

    done = once(attempt, deed)
    if done.state == AssignmentState.WITHDRAWN and at < done.shift.ends_at:
        offers.pass_on(done, at=at)
    return done


def lock(assignment: Assignment) -> Assignment:
    """The assignment as it is now, after the call-up was held and its person locked."""
    seats.hold_call_up(assignment.call_up_id)
    seats.lock_person(assignment.person_id)
    return (
        Assignment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("call_up", "person", "shift__post__leader", "slot", "offer")
        .get(pk=assignment.pk)
    )


def arrive(
    locked: Assignment, *, evidence: str, actor: Actor, at: datetime, device_at: datetime | None = None
) -> Attendance:
    """Writes the presence. The caller has locked the assignment and looked at code and window."""
    elsewhere = open_elsewhere(locked, at)
    if elsewhere is not None:
        raise Refused(
            "in_elsewhere",
            _("Still checked in at %(post)s. Check out there first.") % {"post": elsewhere.shift.post.name},
        )
    if locked.state == AssignmentState.ABSENT:
        _take_seat_again(locked)
    moved = Assignment.objects.filter(pk=locked.pk, state=locked.state).update(state=AssignmentState.ARRIVED)
    if not moved:
        raise RuntimeError(f"assignment {locked.code} changed under its lock")
    locked.state = AssignmentState.ARRIVED
    try:
        attendance = Attendance.objects.create(
            assignment=locked,
            person=locked.person,
            shift=locked.shift,
            checked_in_at=at,
            device_in_at=device_at,
            evidence_in=evidence,
            during=DateTimeTZRange(at, None),
        )
    except IntegrityError as error:
        if TWO_PLACES not in str(error):
            raise
        raise Refused("in_elsewhere", _("Still checked in somewhere else. Check out there first.")) from error
    record("callups.attendance.checked_in", locked, actor, at, {"evidence": str(evidence)})
    return attendance


def leave(
    locked: Assignment, *, evidence: str, actor: Actor, at: datetime, device_at: datetime | None = None
) -> None:
    """Ends the presence at `at` and credits it. The caller has locked the assignment and looked at code and window."""
    attendance = locked.attendance
    Attendance.objects.filter(pk=attendance.pk).update(
        checked_out_at=at,
        device_out_at=device_at,
        evidence_out=evidence,
        during=DateTimeTZRange(attendance.checked_in_at, at),
    )
    attendance.refresh_from_db()
    Assignment.objects.filter(pk=locked.pk, state=AssignmentState.ARRIVED).update(state=AssignmentState.LEFT)
    locked.state = AssignmentState.LEFT
    if not locked.call_up.is_drill:  # nobody served, and the clock of a drill may show a day to come
        VolunteerProfile.objects.filter(person_id=locked.person_id).update(last_served_at=at)
    credits.credit(locked, attendance, at=at)
    record("callups.attendance.checked_out", locked, actor, at, {"evidence": str(evidence)})


def record(verb: str, assignment: Assignment, actor: Actor, at: datetime, detail: dict[str, object]) -> None:
    """One entry of the trail about one seat."""
    note(verb, assignment, actor=actor, at=at, detail={"post": assignment.shift.post.code, **detail})


def _attempt(assignment: Assignment, deed: str, **facts: Any) -> Attempt:
    facts["device"] = facts["device"][:40]
    return Attempt(post=assignment.shift.post, deed=deed, assignment=assignment, **facts)


def _refuse_in(locked: Assignment) -> None:
    if locked.state == AssignmentState.STOOD_DOWN or locked.call_up.state == CallUpState.STOOD_DOWN:
        raise Refused(
            "call_up_stood_down",
            _("This call-up was stood down. Nobody is needed any more; thank you for coming."),
        )
    if locked.state == AssignmentState.WITHDRAWN:
        raise Refused(
            "seat_given_back",
            _("This seat was given back. Tell the leader, who can add you again if there is room."),
        )
    if locked.state == AssignmentState.LEFT:
        raise Refused("already_out", out_words(locked))


def out_words(locked: Assignment) -> str:
    """That this person has left already, and when."""
    left_at = locked.attendance.checked_out_at
    return _("Checked out at %(time)s. There is nothing left to do; thank you.") % {
        "time": clock.face(left_at) if left_at else clock.face(locked.shift.ends_at)
    }


def _strengthen(locked: Assignment, evidence: str, actor: Actor, at: datetime) -> None:
    """A second proof of another kind makes the presence surer; one of the same kind is refused as `already_in`."""
    attendance = locked.attendance
    better = presence.stronger(attendance.evidence_in, evidence)
    if better is None:
        raise Refused(
            "already_in",
            _("Checked in since %(time)s. There is nothing left to do.")
            % {"time": clock.face(attendance.checked_in_at)},
        )
    Attendance.objects.filter(pk=attendance.pk).update(evidence_in=better)
    record("callups.attendance.strengthened", locked, actor, at, {"evidence": str(better)})


def _take_seat_again(locked: Assignment) -> None:
    """Somebody who was noted as absent comes after all: the seat must still be free."""
    if not Slot.objects.filter(pk=locked.slot_id, seats__gt=F("taken") + F("held")).update(
        taken=F("taken") + 1
    ):
        raise Refused(
            "seat_given_away",
            _("This seat was given to somebody else meanwhile. Ask the leader which post still needs help."),
        )


def _undo_arrive(locked: Assignment, at: datetime, actor: Actor, last: Scan) -> None:
    if locked.state != AssignmentState.ARRIVED:
        raise Refused("nothing_to_undo", _("There is nothing to take back here."))
    SupportIssue.objects.filter(assignment=locked).delete()
    Attendance.objects.filter(assignment=locked).delete()
    back = AssignmentState.ACCEPTED if locked.offer_id or locked.is_walk_up else AssignmentState.ORDERED
    Assignment.objects.filter(pk=locked.pk).update(state=back)
    locked.state = back
    # Whoever was on the list before he walked up stays on it.
    if last.deed == WALK_UP and locked.is_walk_up:
        seats.release(locked, state=AssignmentState.WITHDRAWN, at=at)
        locked.state = AssignmentState.WITHDRAWN
        Offer.objects.filter(assignment=locked).update(state=OfferState.WITHDRAWN, answered_at=at)
    record("callups.attendance.check_in_undone", locked, actor, at, {})


def _undo_leave(locked: Assignment, at: datetime, actor: Actor) -> None:
    attendance = locked.attendance
    credits.retract(locked, actor=actor, at=at)
    Attendance.objects.filter(pk=attendance.pk).update(
        checked_out_at=None,
        device_out_at=None,
        evidence_out="",
        during=DateTimeTZRange(attendance.checked_in_at, None),
    )
    Assignment.objects.filter(pk=locked.pk).update(state=AssignmentState.ARRIVED)
    locked.state = AssignmentState.ARRIVED
    record("callups.attendance.check_out_undone", locked, actor, at, {})
