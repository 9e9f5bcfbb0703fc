"""Who is there: the list of a shift, and what of it is still open when the shift is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5
from zlib import crc32

from django.db.models import Count, F, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from muster.callups.enums import AssignmentState, ScanResult
from muster.callups.models import Assignment, Attendance, Post, Scan, Shift, Slot, SupportIssue, SupportItem
from muster.callups.rules import presence
from muster.norms import queries as norms
from muster.people.rules import masked_name, masked_phone
from muster.toolkit import clock
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

COMING = (AssignmentState.ACCEPTED, AssignmentState.ORDERED)
ON_LIST = (*COMING, AssignmentState.ARRIVED, AssignmentState.LEFT, AssignmentState.ABSENT)
BATCH = 500
MOST_SHIFTS = 100
AHEAD = timedelta(days=1)
CLOSING = timedelta(hours=3)
# What each state of a seat shows as on the leader's list (toolkit.marks).
KINDS = {
    AssignmentState.ACCEPTED: "accepted",
    AssignmentState.ORDERED: "accepted",
    AssignmentState.ARRIVED: "arrived",
    AssignmentState.LEFT: "left",
    AssignmentState.ABSENT: "absent",
}


@dataclass(frozen=True)
class Line:
    """One person on the list of a shift."""

    code: str
    name: str
    phone: str
    unit_name: str
    kind: str
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    can_undo: bool
    is_walk_up: bool
    is_unconfirmed: bool
    issued: frozenset[str]
    nonce: UUID


@dataclass(frozen=True)
class Presence:
    """The list of one shift with its counts. The four counts of seats do not overlap."""

    shift: Shift
    lines: Sequence[Line]
    seats: int
    support: Sequence[SupportItem] = field(default=())

    @property
    def arrived(self) -> int:
        """Who is or was there."""
        return sum(line.kind in ("arrived", "left") for line in self.lines)

    @property
    def here(self) -> int:
        """Who is there now."""
        return sum(line.kind == "arrived" for line in self.lines)

    @property
    def expected(self) -> int:
        """Who still has to come."""
        return sum(line.kind == "accepted" for line in self.lines)

    @property
    def gap(self) -> int:
        """Seats that nobody has."""
        return max(0, self.seats - self.arrived - self.expected)


def window_of(shift: Shift) -> presence.Window:
    """The times at which people may check in and out of this shift, by the norms of its place."""

    def minutes(key: str) -> int:
        return int(norms.number(key, shift.division_code))

    graces = presence.Graces(
        in_before=minutes("attendance.check_in_before_minutes"),
        out_after=minutes("attendance.check_out_after_minutes"),
        absent_after=minutes("attendance.absent_after_minutes"),
    )
    return presence.window_of(shift.muster_at, shift.starts_at, shift.ends_at, graces)


def present(shift: Shift, at: datetime, *, masked: bool = False) -> Presence:
    """The list of a shift in five queries, however long it is: who is expected first, then who is there, by name.

    Names are in full while the leader calls the roll, from a day before the muster until a day after the end; with
    `masked` never.
    """
    assignments = list(
        Assignment.objects.filter(shift=shift, state__in=ON_LIST)
        .select_related("person", "attendance", "unit_call__unit")
        .order_by("person__name", "pk")
    )
    ids = [row.pk for row in assignments]
    issued: dict[int, set[str]] = defaultdict(set)
    for assignment_id, kind in SupportIssue.objects.filter(assignment__in=ids).values_list(
        "assignment", "kind"
    ):
        issued[assignment_id].add(kind)
    in_full = not masked and shift.muster_at - AHEAD <= at <= shift.ends_at + AHEAD
    last = _last_scans(shift, ids)
    lines = [
        _line(row, issued.get(row.pk, set()), last.get(row.pk, _LastScans()), at, in_full)
        for row in assignments
    ]
    order = {"accepted": 0, "arrived": 1, "absent": 2, "left": 3}
    return Presence(
        shift=shift,
        lines=sorted(lines, key=lambda line: order[line.kind]),
        seats=Slot.objects.filter(shift=shift).aggregate(seats=Sum("seats"))["seats"] or 0,
        support=list(SupportItem.objects.filter(call_up=shift.call_up_id).order_by("kind")),
    )


def version_of(shift: Shift) -> str:
    """Changes with anything that `present` shows; one cheap query."""
    newest = Scan.objects.filter(post=shift.post_id).order_by("-pk").values_list("pk", flat=True).first()
    states = Assignment.objects.filter(shift=shift).order_by("pk").values_list("pk", "state")
    issued = SupportIssue.objects.filter(assignment__shift=shift).count()
    return f"{newest or 0}-{crc32(repr(list(states)).encode()):x}-{issued}"


def shifts_of(post: Post) -> list[Shift]:
    """The shifts of a post in their order."""
    return list(post.shifts.select_related("call_up", "post").order_by("starts_at"))


def shifts_to_lead(posts: QuerySet[Post], actor: Actor, at: datetime) -> list[Shift]:
    """The shifts of these posts that run now or within a day; those that the actor leads first, then by time."""
    shifts = list(
        Shift.objects.filter(
            post__in=posts,
            call_up__state__in=["open", "halted"],
            ends_at__gt=at - CLOSING,
            muster_at__lt=at + AHEAD,
        )
        .select_related("post__leader", "call_up")
        .order_by("starts_at", "post__position", "pk")[:MOST_SHIFTS]
    )
    return sorted(shifts, key=lambda shift: shift.post.leader_id != actor.person_id)


@dataclass(frozen=True)
class Heads:
    """How many of a shift are expected, and how many are there now."""

    expected: int = 0
    here: int = 0


def heads_of(shifts: Sequence[Shift]) -> dict[int, Heads]:
    """The heads of each of these shifts by its key, in one query; a shift for which nobody has a seat is left out."""
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    for shift_id, state, count in (
        Assignment.objects.filter(shift__in=shifts).values_list("shift", "state").annotate(Count("pk"))
    ):
        counted[shift_id][state] = count
    return {
        shift_id: Heads(
            expected=sum(by_state.get(state, 0) for state in COMING),
            here=by_state.get(AssignmentState.ARRIVED, 0),
        )
        for shift_id, by_state in counted.items()
    }


def next_seat(person_id: int, at: datetime) -> Assignment | None:
    """Where this person stands now, or next."""
    return (
        Assignment.objects.filter(
            person=person_id, state__in=(*COMING, AssignmentState.ARRIVED), shift__ends_at__gt=at
        )
        .select_related("shift__post__leader", "call_up", "offer")
        .order_by("shift__starts_at", "pk")
        .first()
    )


def seat_at(post: Post, code: str) -> Assignment:
    """The seat at this post with that code; 404 for the seat of another post."""
    seats = Assignment.objects.filter(shift__post=post, code=code, state__in=ON_LIST)
    return get_object_or_404(seats.select_related("shift__post", "call_up", "person", "offer"))


def shift_of_now(shifts: Sequence[Shift], at: datetime) -> Shift:
    """The shift whose people come and go now, else the next one, else the last."""
    for shift in shifts:
        if at < window_of(shift).closes_at:
            return shift
    return shifts[-1]


def open_elsewhere(assignment: Assignment, at: datetime) -> Attendance | None:
    """Where this person is checked in at this moment, but for this seat."""
    return (
        Attendance.objects.filter(person=assignment.person_id, during__contains=at)
        .exclude(assignment=assignment)
        .select_related("shift__post")
        .first()
    )


def slots_with_room_in(shift: Shift) -> list[Slot]:
    """The slots of a shift in which somebody could sit now; general seats first, scarce skills last."""
    return list(
        Slot.objects.filter(shift=shift, seats__gt=F("taken") + F("held"))
        .select_related("shift__post")
        .order_by("skill", "-kind", "pk")
    )


def posts_with_room(shift: Shift) -> list[tuple[str, int]]:
    """Other posts of the call-up with free seats at that time: name and number, the neediest first."""
    rows = (
        Slot.objects.filter(
            call_up=shift.call_up_id,
            shift__starts_at__lt=shift.ends_at,
            shift__ends_at__gt=shift.starts_at,
            seats__gt=F("taken") + F("held"),
        )
        .exclude(shift__post=shift.post_id)
        .values("shift__post__name")
        .annotate(free=Sum(F("seats") - F("taken") - F("held")))
        .order_by("-free", "shift__post__name")
    )
    return [(row["shift__post__name"], row["free"]) for row in rows]


def absent_due(at: datetime) -> list[Assignment]:
    """Seats of shifts that are over whose people never came."""
    return list(Assignment.objects.filter(state__in=COMING, shift__ends_at__lte=at).order_by("pk")[:BATCH])


def open_due(at: datetime) -> list[Assignment]:
    """Presences that are open although the time to check out is over."""
    # A day is more than any grace; the exact end is compared below, because the norm may differ by place.
    rows = Assignment.objects.filter(
        state=AssignmentState.ARRIVED, attendance__during__upper_inf=True, shift__ends_at__lte=at
    ).select_related("shift__post")
    return [row for row in rows.order_by("pk")[:BATCH] if at > window_of(row.shift).closes_at]


@dataclass(frozen=True)
class _LastScans:
    """What the scans of one seat say: the newest of all, and until when the newest that counted can be taken back."""

    newest: int = 0
    undo_until: datetime | None = None


def _last_scans(shift: Shift, ids: Sequence[int]) -> dict[int, _LastScans]:
    minutes = timedelta(minutes=int(norms.number("attendance.undo_minutes", shift.division_code)))
    last: dict[int, _LastScans] = {}
    scans = (
        Scan.objects.filter(assignment__in=ids)
        .order_by("pk")
        .values_list("assignment", "pk", "deed", "at", "result")
    )
    for assignment_id, pk, deed, at, result in scans:
        until = last[assignment_id].undo_until if assignment_id in last else None
        if result == ScanResult.ACCEPTED:
            until = None if deed == "undo" else at + minutes
        last[assignment_id] = _LastScans(pk, until)
    return last


def _line(row: Assignment, issued: set[str], last: _LastScans, at: datetime, in_full: bool) -> Line:
    attendance = getattr(row, "attendance", None)
    return Line(
        code=row.code,
        name=row.person.name if in_full else masked_name(row.person.name),
        phone=masked_phone(row.person.phone),
        unit_name=row.unit_call.unit.name if row.unit_call else "",
        kind=KINDS[AssignmentState(row.state)],
        checked_in_at=attendance.checked_in_at if attendance else None,
        checked_out_at=attendance.checked_out_at if attendance else None,
        can_undo=last.undo_until is not None and at <= last.undo_until,
        is_walk_up=row.is_walk_up,
        is_unconfirmed=bool(
            attendance and attendance.checked_out_at is None and attendance.during.upper is not None
        ),
        issued=frozenset(issued),
        nonce=_nonce(row, last.newest),
    )


def nonce_of(seat: Assignment) -> UUID:
    """The nonce of the next tap on this seat, as the list has it."""
    newest = seat.scans.order_by("-pk").values_list("pk", flat=True).first()
    return _nonce(seat, newest or 0)


def can_undo(seat: Assignment, at: datetime) -> bool:
    """True while the last scan of this seat can be taken back."""
    until = _last_scans(seat.shift, [seat.pk]).get(seat.pk, _LastScans()).undo_until
    return until is not None and at <= until


def _nonce(seat: Assignment, newest_scan: int) -> UUID:
    # The same for the same tap, however often the list was drawn meanwhile; another after each attempt.
    return uuid5(NAMESPACE_OID, f"{seat.code}-{newest_scan}")


def find_assignment(post: Post, person_id: int, at: datetime) -> Assignment | None:
    """The seat at this post that a person who scans its code means: the one of now, else the next, else the last.

    Seats that were given back or stood down are found as well, so that the refusal can say so.
    """
    rows = list(
        Assignment.objects.filter(shift__post=post, person=person_id)
        .select_related("shift__post", "call_up", "person")
        .order_by("shift__starts_at", "pk")
    )
    held = [row for row in rows if row.state in ON_LIST] or rows
    for row in held:
        if at < window_of(row.shift).closes_at and row.state != AssignmentState.LEFT:
            return row
    return held[-1] if held else None


def seat_elsewhere(post: Post, person_id: int, at: datetime) -> Assignment | None:
    """The seat at another post that this person should be at around now."""
    near = timedelta(hours=3)
    return (
        Assignment.objects.filter(
            Q(shift__muster_at__lte=at + near, shift__ends_at__gt=at), person=person_id, state__in=COMING
        )
        .exclude(shift__post=post)
        .select_related("shift__post")
        .order_by("shift__starts_at")
        .first()
    )


def why_not_here(post: Post, person_id: int, at: datetime) -> Refused:
    """Why somebody without a seat at this post cannot check in, and where to go instead."""
    elsewhere = seat_elsewhere(post, person_id, at)
    if elsewhere is not None:
        return Refused(
            "wrong_post",
            _("Your post is %(post)s, from %(time)s. Go there, or ask the leader here to add you.")
            % {"post": elsewhere.shift.post.name, "time": clock.face(elsewhere.shift.starts_at)},
        )
    return Refused(
        "not_on_list",
        _(
            "You are not on the list of this post. Tell the leader your name; it takes half a minute to add you."
        ),
    )
