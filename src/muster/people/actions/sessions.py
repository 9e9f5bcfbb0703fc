"""What a session knows: when it began, when it was last used, how strong it is."""

from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from muster.audit.actions import trail
from muster.people.models import Account
from muster.toolkit.actor import Actor

# The time of sign-in is kept apart, because reading a page must not put off the absolute end.
SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
SECOND_FACTOR = "second_factor"


def begin(session: SessionBase, at: datetime, *, has_second_factor: bool) -> None:
    """Write into a fresh session when it began and whether two factors opened it."""
    session[SIGNED_IN_AT] = session[SEEN_AT] = at.isoformat()
    session[SECOND_FACTOR] = has_second_factor


def note(verb: str, account: Account, *, actor: Actor, at: datetime | None = None) -> None:
    """Write into the trail that somebody came or went."""
    trail.record(
        verb,
        actor=actor,
        obj_kind="account",
        obj_code=account.code,
        division_code=account.person.division_code,
        at=at or timezone.now(),
    )
