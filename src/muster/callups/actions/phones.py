"""Calling somebody who is expected, or who leads: the number is shown for that, and who looked stays on record."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from muster.audit.actions.disclosures import disclose
from muster.callups.models import Assignment, Post
from muster.people.enums import ReadingPurpose, SealedField
from muster.people.models import Person
from muster.toolkit import server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused


def phone_of(assignment: Assignment, *, actor: Actor, at: datetime | None = None) -> str:
    """The number of the person in this seat; the person can read who asked for it, and when."""
    return _number(assignment.person, actor, at or server_clock.now())


def phone_of_leader(post: Post, *, actor: Actor, at: datetime | None = None) -> str:
    """The number of whoever leads this post, for a guard who needs somebody to decide. Refuses `no_leader`."""
    if post.leader is None:
        raise Refused("no_leader", _("Nobody leads this post yet. Call the community."))
    return _number(post.leader, actor, at or server_clock.now())


def _number(person: Person, actor: Actor, at: datetime) -> str:
    if actor.person_id != person.pk:
        disclose(person.pk, SealedField.PHONE, actor=actor, purpose=ReadingPurpose.CALL_UP, at=at)
    return str(person.phone).removeprefix("+86")
