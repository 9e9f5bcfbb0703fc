"""The request as views see it, once the middleware has found out who acts."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode

from muster.toolkit.actor import Actor
from muster.toolkit.pages import is_fragment


class ActorRequest(HttpRequest):
    """A request with its actor; `muster.people.middleware.ActorMiddleware` makes every request one."""

    actor: Actor


def sign_in_first(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages of people who are signed in: a stranger signs in and comes back, whatever is behind the address.

    What a stranger posts still meets the view's own door, which is shut to them.
    """

    @wraps(view)
    def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.account_id or request.method not in ("GET", "HEAD"):
            return view(request, *args, **kwargs)
        return to_the_door(request)

    return guarded


def to_the_door(request: HttpRequest, **said: str) -> HttpResponse:
    """To the sign-in page, which leads back to what was asked for; `said` are further parameters of its address."""
    url = f"{settings.LOGIN_URL}?{urlencode({'next': _asked_for(request), **said})}"
    if not is_fragment(request):
        return HttpResponseRedirect(url)
    # A script that asked for a part would put the whole sign-in page into it.
    return HttpResponse(status=204, headers={"HX-Redirect": url})


def _asked_for(request: HttpRequest) -> str:
    """The page that somebody is on: a part is no page, and what a form posts to is none either."""
    if not is_fragment(request) and request.method in ("GET", "HEAD"):
        return request.get_full_path()
    shown = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    if shown.netloc != request.get_host():
        return request.path
    return f"{shown.path}?{shown.query}" if shown.query else shown.path
