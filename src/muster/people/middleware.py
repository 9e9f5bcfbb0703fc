"""Who acts in this request, and how long a session lasts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from muster.people.actions import sessions
from muster.people.actions.sessions import SECOND_FACTOR, SEEN_AT, SIGNED_IN_AT
from muster.people.enums import RoleKind
from muster.people.models import Account
from muster.people.queries.actors import actor_of
from muster.people.web_types import ActorRequest, to_the_door
from muster.toolkit.actor import Actor

# A write for each page read would double the load on the database; a minute more or less does not matter.
SEEN_STEP = timedelta(minutes=1)
IDLE = timedelta(minutes=30)
IDLE_ADMINISTRATOR = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
POLL = "Muster-Poll"
# Addresses that are nobody's without a session.
WORK = ("/desk/", "/unit/", "/post/", "/gate/")
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
            if not request.path.startswith(reverse("people:sign-in")):
                return to_the_door(request, ended="1")
        if _has_lapsed(request, asked.actor):
            return to_the_door(request, ended="1")
        return self.get_response(request)


def _actor(request: HttpRequest, address: str) -> Actor:
    if not isinstance(request.user, Account):
        return Actor(label="", address=address)
    return actor_of(
        request.user,
        timezone.localdate(),
        has_second_factor=bool(request.session.get(SECOND_FACTOR)),
        address=address,
    )


def _has_lapsed(request: HttpRequest, actor: Actor) -> bool:
    """Whether somebody who was here before sends a form of their work after the browser dropped the session.

    A stranger without the cookie of an earlier page meets the view's own door, which is shut.
    """
    was_here = settings.CSRF_COOKIE_NAME in request.COOKIES
    return not actor.account_id and request.method == "POST" and was_here and request.path.startswith(WORK)


def _has_ended(request: HttpRequest, actor: Actor) -> bool:
    session, now = request.session, timezone.now()
    if SIGNED_IN_AT not in session:
        sessions.begin(session, now, has_second_factor=False)
    idle = IDLE_ADMINISTRATOR if actor.has(*ADMINISTRATORS) else IDLE
    began_at, seen_at = (datetime.fromisoformat(session[key]) for key in (SIGNED_IN_AT, SEEN_AT))
    signed_out_at = getattr(request.user, "signed_out_at", None)
    if now - began_at >= ABSOLUTE or now - seen_at >= idle or (signed_out_at and began_at <= signed_out_at):
        return True
    # A page that looks for news by itself is no sign of somebody in front of it.
    if now - seen_at >= SEEN_STEP and POLL not in request.headers:
        session[SEEN_AT] = now.isoformat()
    return False
