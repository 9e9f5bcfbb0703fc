"""The only way to an unmasked field of somebody else: it says who reads what, and why, before it answers."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from muster.audit.actions.disclosures import disclose
from muster.people.enums import SealedField
from muster.people.models import Person
from muster.toolkit.actor import Actor


def reveal(
    person: Person, *fields: str, actor: Actor, purpose: str, at: datetime | None = None
) -> dict[str, str]:
    """The clear values of phone, id_number or address. Writes a disclosure for each, which the person can read.

    One's own fields are one's own to read, and leave no line.
    """
    at = at or timezone.now()
    names = [SealedField(name) for name in fields]
    with transaction.atomic():
        if actor.person_id != person.pk:
            disclose(person.pk, *(name.value for name in names), actor=actor, purpose=purpose, at=at)
        return {name.value: getattr(person, name.value).removeprefix("+86") for name in names}
