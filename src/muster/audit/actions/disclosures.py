"""Writing down who read whose unmasked fields."""

from collections.abc import Iterable
from datetime import datetime

from muster.audit.models import Disclosure
from muster.toolkit.actor import Actor


def disclose(person_id: int, *fields: str, actor: Actor, purpose: str, at: datetime) -> None:
    """One row for each field shown. Call it in the transaction that reads the field; a purpose is required."""
    disclose_many([(person_id, field) for field in fields], actor=actor, purpose=purpose, at=at)


def disclose_many(shown: Iterable[tuple[int, str]], *, actor: Actor, purpose: str, at: datetime) -> None:
    """The same for a list of people: pairs of person id and field."""
    if not purpose:
        raise ValueError("an unmasked field is shown for a purpose")
    Disclosure.objects.bulk_create(
        Disclosure(
            at=at,
            actor_account_id=actor.account_id,
            actor_label=actor.label[:120],
            person_id=person_id,
            field=field,
            purpose=purpose,
        )
        for person_id, field in shown
    )
