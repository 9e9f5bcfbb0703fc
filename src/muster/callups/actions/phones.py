"""Calling somebody who is expected: the number is shown for that, and who looked stays on record."""

from __future__ import annotations

from datetime import datetime

from muster.audit.actions.disclosures import disclose
from muster.callups.models import Assignment
from muster.people.enums import ReadingPurpose, SealedField
from muster.toolkit import server_clock
from muster.toolkit.actor import Actor


def phone_of(assignment: Assignment, *, actor: Actor, at: datetime | None = None) -> str:
    """The number of the person in this seat; the person can read who asked for it, and when."""
    at = at or server_clock.now()
    person = assignment.person
    if actor.person_id != person.pk:
        disclose(person.pk, SealedField.PHONE, actor=actor, purpose=ReadingPurpose.CALL_UP, at=at)
    return str(person.phone).removeprefix("+86")
