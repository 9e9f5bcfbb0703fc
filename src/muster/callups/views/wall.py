"""The screen on the wall of a post, for whatever browser hangs there; opened by its address alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muster.callups import access
from muster.callups.enums import PassKind
from muster.callups.models import Post, ViewPass
from muster.callups.queries.wall import wall
from muster.toolkit import server_clock
from muster.toolkit.pages import live, page
from muster.toolkit.refusal import Refused

TEMPLATE = "callups/wall/wall.html"
WallView = Callable[[HttpRequest, str, Post], HttpResponse]


def opens(view: WallView) -> Callable[..., HttpResponse]:
    """Hands the post of the address to the view, in the language in which it was made; else says what became of it."""

    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        try:
            found = access.pass_of_link(token, server_clock.now(), PassKind.WALL)
        except Refused as refused:
            status = HTTPStatus.NOT_FOUND if refused.code == "link_forged" else HTTPStatus.GONE
            return page(request, "callups/wall/gone.html", {"refusal": refused.message}, status=status)
        with translation.override(found.language or settings.LANGUAGE_CODE):
            return view(request, token, _post_of(found))

    return opened


@never_cache
@require_safe
@opens
def show(request: HttpRequest, token: str, post: Post) -> HttpResponse:
    """The whole screen."""
    shown = wall(post, server_clock.now())
    return page(request, TEMPLATE, {"wall": shown, "token": token, "now": server_clock.now()})


@require_safe
@opens
def refresh(request: HttpRequest, token: str, post: Post) -> HttpResponse:
    """Its part that changes, once a minute at least because it shows the time; 304 while it is the same."""
    now = server_clock.now()
    shown = wall(post, now)
    version = f"{shown.version()}-{int(now.timestamp()) // 60}"
    return live(
        request, f"{TEMPLATE}#wall", lambda: {"wall": shown, "token": token, "now": now}, version=version
    )


def _post_of(found: ViewPass) -> Post:
    if found.post is None:
        raise RuntimeError(f"the pass {found.code} of a wall shows no post")
    return found.post
