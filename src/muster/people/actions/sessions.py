"""What a session knows: when it began, when it was last used, how strong it is."""

from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase

# The time of sign-in is kept apart, because reading a page must not put off the absolute end.
SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
SECOND_FACTOR = "second_factor"


def begin(session: SessionBase, at: datetime, *, has_second_factor: bool) -> None:
    """Write into a fresh session when it began and whether two factors opened it."""
    session[SIGNED_IN_AT] = session[SEEN_AT] = at.isoformat()
    session[SECOND_FACTOR] = has_second_factor
