"""Seats: taken one by one under the lock of their row, so that two people never get the last one.

Lock order everywhere: the call-up, its offer, the person, the slot. Whoever takes or frees a seat for a person holds that
person's row, so nobody is seated twice at once; the exclusion constraint is the second fence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

from django.db import IntegrityError, connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Field
from django.utils.translation import gettext as _

from muster.callups.enums import AssignmentState, CallUpState
from muster.callups.models import Assignment, Offer, Pledge, Slot, UnitCall
from muster.people.models import Person
from muster.records.enums import DutyKind
from muster.toolkit.prepared import Prepared
from muster.toolkit.refusal import Refused

# Many hold it at once. Who ends a call-up takes FOR UPDATE: it waits for those who are at it, then nobody new gets in.
# A wave takes FOR NO KEY UPDATE, which keeps out other waves and lets people answer meanwhile.
_HOLD = "SELECT state FROM callups_callup WHERE id = %s FOR KEY SHARE"
_LOCK_PERSON = "SELECT id FROM people_person WHERE id = %s FOR NO KEY UPDATE"
_TAKE = """
WITH free AS (
    UPDATE callups_slot SET taken = taken + 1 WHERE id = %s AND taken + held < seats RETURNING seats, held, taken
), seated AS (
    INSERT INTO callups_assignment ({names}) SELECT {values} FROM free RETURNING id
)
SELECT seated.id, free.seats, free.held, free.taken FROM seated, free
"""
DOUBLE_BOOKINGS = ("assignment_no_double_booking", "assignment_once_per_person_and_shift")


def hold_call_up(call_up_id: int) -> CallUpState:
    """The state of the call-up, which nobody can end until this transaction does."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [call_up_id])
        return CallUpState(cursor.fetchone()[0])


def lock_person(person_id: int) -> None:
    """Nobody else seats or unseats this person until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_PERSON, [person_id])


@contextmanager
def no_double_booking() -> Iterator[None]:
    """Turns the fence of the database into a sentence; outside `atomic`, whose transaction it has broken."""
    try:
        yield
    except IntegrityError as error:
        if not any(name in str(error) for name in DOUBLE_BOOKINGS):
            raise
        raise Refused(
            "double_booked", _("There is another post at that time already. Give that one back first.")
        ) from error


def claim(
    slots: Sequence[Slot],
    person: Person,
    *,
    authority: str,
    at: datetime,
    offer: Offer | None = None,
    unit_call: UnitCall | None = None,
    state: AssignmentState = AssignmentState.ACCEPTED,
    duty_kind: str = DutyKind.OFF_DUTY,
    is_walk_up: bool = False,
    exception_reason: str = "",
) -> Assignment | None:
    """A seat in the first of `slots` that has one free, or None where all are full. The caller holds the person's row.

    `authority` says who of the community committees dispatched (R2.8). The slot of the seat tells afterwards how full it is.
    """
    for slot in slots:
        seat = _seat(
            slot,
            person,
            offer=offer,
            unit_call=unit_call,
            state=state,
            duty_kind=duty_kind,
            is_walk_up=is_walk_up,
            authority_label=authority,
            assigned_at=at,
            exception_reason=exception_reason,
        )
        if _take(seat):
            return seat
    return None


def claim_held(
    pledge: Pledge,
    slot: Slot,
    person: Person,
    *,
    authority: str,
    at: datetime,
    offer: Offer | None = None,
    duty_kind: str = DutyKind.OFF_DUTY,
) -> Assignment | None:
    """One of the seats that `pledge` holds for its unit, or None where none is held any more. `slot` is the pledge's."""
    if not Pledge.objects.filter(pk=pledge.pk, held__gt=0).update(held=F("held") - 1):
        return None
    if not Slot.objects.filter(pk=slot.pk, held__gt=0).update(held=F("held") - 1, taken=F("taken") + 1):
        raise RuntimeError(f"pledge {pledge.pk} holds a seat that slot {slot.pk} does not know of")
    seat = _seat(
        slot,
        person,
        offer=offer,
        unit_call_id=pledge.unit_call_id,
        state=AssignmentState.ACCEPTED,
        duty_kind=duty_kind,
        authority_label=authority,
        assigned_at=at,
    )
    seat.save(force_insert=True)
    return seat


def release(assignment: Assignment, *, state: AssignmentState, at: datetime, reason: str = "") -> bool:
    """Takes the person off the seat and frees it; False where the person is not on it any more or has arrived."""
    expected = Assignment.objects.filter(
        pk=assignment.pk, state__in=[AssignmentState.ACCEPTED, AssignmentState.ORDERED]
    )
    if not expected.update(state=state, ended_at=at, end_reason=reason):
        return False
    Slot.objects.filter(pk=assignment.slot_id, taken__gt=0).update(taken=F("taken") - 1)
    return True


def _take(seat: Assignment) -> bool:
    """A free seat of its slot and its own row, in one statement: both are there or neither. False where the slot is full."""
    with connection.cursor() as cursor:
        values = [getattr(seat, field.attname) for field in _columns()]
        _taking().execute(cursor, [seat.slot_id, *values])
        row = cursor.fetchone()
    if row is None:
        return False
    seat.pk, seat.slot.seats, seat.slot.held, seat.slot.taken = row
    seat._state.adding = False
    return True


@cache
def _columns() -> list[Field[Any, Any]]:
    # What the database fills in by itself is left to it.
    return [
        field
        for field in Assignment._meta.concrete_fields
        if not field.primary_key and not field.has_db_default()
    ]


@cache
def _taking() -> Prepared:
    """The row of the seat is made only where the update of the slot found a free one, under the lock of its row."""
    names = ", ".join(str(field.column) for field in _columns())
    values = ", ".join(f"%s::{field.cast_db_type(connection)}" for field in _columns())
    return Prepared("take_seat", _TAKE.format(names=names, values=values))


def _seat(slot: Slot, person: Person, **facts: Any) -> Assignment:
    """The row of the seat, not yet written."""
    shift = slot.shift
    return Assignment(
        call_up_id=slot.call_up_id,
        shift=shift,
        slot=slot,
        person=person,
        division_code=shift.division_code,
        during=DateTimeTZRange(shift.starts_at, shift.ends_at),
        **facts,
    )
