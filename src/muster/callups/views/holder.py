"""Who holds this phone: the one who signed in, else the one whose link was opened on it.

Volunteers have no account. Whoever opened the page of an offer is remembered in a signed cookie, so that the code at a post
can be scanned with any camera program. The cookie opens the pages of checking in and nothing else.
"""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from muster.people.models import Person
from muster.people.web_types import ActorRequest

COOKIE = "muster_holder"
KEPT = timedelta(days=7)
PATH = "/my/check-in/"


def remember(response: HttpResponse, person: Person, *, secure: bool) -> HttpResponse:
    """This phone belongs to that person from now on."""
    response.set_signed_cookie(
        COOKIE,
        person.code,
        salt=COOKIE,
        max_age=int(KEPT.total_seconds()),
        path=PATH,
        secure=secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def holder_of(request: ActorRequest) -> Person | None:
    """The person of this phone, if one is known."""
    if request.actor.person_id:
        return Person.objects.filter(pk=request.actor.person_id, erased_at=None).first()
    code = _remembered(request)
    return Person.objects.filter(code=code, erased_at=None).first() if code else None


def _remembered(request: HttpRequest) -> str:
    # A cookie that was tampered with or is too old counts as none.
    return str(request.get_signed_cookie(COOKIE, "", salt=COOKIE, max_age=int(KEPT.total_seconds())))
