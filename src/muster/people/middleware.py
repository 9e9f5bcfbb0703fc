"""Who acts in this request, and how long a session lasts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from muster.people.enums import RoleKind
from muster.people.models import Account
from muster.people.queries.actors import actor_of
from muster.people.web_types import ActorRequest
from muster.toolkit.actor import Actor

# The keys of a session. The time of sign-in is kept apart, because reading a page must not extend the absolute end.
SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
SECOND_FACTOR = "second_factor"
# A write for each page read would double the load on the database; a minute more or less does not matter.
SEEN_STEP = timedelta(minutes=1)
IDLE = timedelta(minutes=30)
IDLE_ADMINISTRATOR = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
ADMINISTRATORS = (RoleKind.SYSTEM_ADMINISTRATOR, RoleKind.AUDITOR)


class ActorMiddleware:
    """Sets `request.actor`; ends a session that was idle or open for too long (norms.md D.4)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = str(request.META.get("REMOTE_ADDR", ""))
        asked = cast(ActorRequest, request)
        asked.actor = _actor(request, address)
        if asked.actor.account_id and _has_ended(request, asked.actor):
            logout(request)
            asked.actor = Actor(label="", address=address)
        return self.get_response(request)


def begin_session(session: SessionBase, at: datetime, *, has_second_factor: bool) -> None:
    """Write into a fresh session when it began and how strong it is."""
    session[SIGNED_IN_AT] = session[SEEN_AT] = at.isoformat()
    session[SECOND_FACTOR] = has_second_factor


def _actor(request: HttpRequest, address: str) -> Actor:
    if not isinstance(request.user, Account):
        return Actor(label="", address=address)
    return actor_of(
        request.user,
        timezone.localdate(),
        has_second_factor=bool(request.session.get(SECOND_FACTOR)),
        address=address,
    )


def _has_ended(request: HttpRequest, actor: Actor) -> bool:
    session, now = request.session, timezone.now()
    if SIGNED_IN_AT not in session:
        begin_session(session, now, has_second_factor=False)
    idle = IDLE_ADMINISTRATOR if actor.has(*ADMINISTRATORS) else IDLE
    seen_at = datetime.fromisoformat(session[SEEN_AT])
    if now - datetime.fromisoformat(session[SIGNED_IN_AT]) >= ABSOLUTE or now - seen_at >= idle:
        return True
    if now - seen_at >= SEEN_STEP:
        session[SEEN_AT] = now.isoformat()
    return False
