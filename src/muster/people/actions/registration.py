"""What a worker does at the desk with somebody in front of them: on file, agreed, enrolled, in one deed."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.people.access import RUNNERS
from muster.people.actions import consents, persons, volunteers
from muster.people.enums import ConsentPurpose
from muster.people.models import Person
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused


def register_at_desk(
    *,
    actor: Actor,
    division_code: int,
    is_volunteer: bool,
    has_agreed: bool,
    emergency_willing: str,
    guardian_name: str = "",
    at: datetime | None = None,
    **facts: Any,
) -> Person:
    """Register a person and, where they volunteer, keep their consent and their profile. All of it or nothing.

    Refuses what `persons.register` and `volunteers.enroll` refuse, `agreement_missing` for a volunteer who has not
    agreed, and `already_elsewhere` for somebody of a community that the actor does not run.
    """
    at = at or timezone.now()
    if is_volunteer and not has_agreed:
        raise Refused(
            "agreement_missing",
            _("A volunteer agrees first. Read the text to them, or let them read it, then tick it."),
        )
    with transaction.atomic():
        person = persons.register(division_code=division_code, actor=actor, at=at, **facts)
        if not actor.has(*RUNNERS, division_code=person.division_code):
            raise Refused(
                "already_elsewhere",
                _(
                    "This person is registered in another community already. They can serve here all the same."
                ),
            )
        if is_volunteer:
            consents.give(person, ConsentPurpose.VOLUNTEER_SERVICE, through="paper", actor=actor, at=at)
            volunteers.enroll(
                person, actor=actor, at=at, guardian_name=guardian_name, emergency_willing=emergency_willing
            )
    return person
