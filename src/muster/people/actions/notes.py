"""What the trail is told of an account and of a person."""

from __future__ import annotations

from datetime import datetime

from muster.audit.actions import trail
from muster.people.models import Account, Person
from muster.toolkit.actor import Actor


def note(verb: str, about: Account | Person, *, actor: Actor, at: datetime, **detail: object) -> None:
    """One entry, at the place where the person belongs; `detail` is codes and numbers only."""
    person = about.person if isinstance(about, Account) else about
    trail.record(
        verb,
        actor=actor,
        obj_kind="account" if isinstance(about, Account) else "person",
        obj_code=about.code,
        division_code=person.division_code,
        at=at,
        detail=detail,
    )
