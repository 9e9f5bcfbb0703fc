"""Error pages: what happened, whether the person's things are safe, what to do next. Used by config.urls."""

from __future__ import annotations

import logging
import secrets
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from muster.toolkit.pages import page

log = logging.getLogger(__name__)

RETRY_SECONDS = 30


def _page(request: HttpRequest, status: int, icon: str, title: str, text: str) -> HttpResponse:
    error = {"icon": icon, "title": title, "text": text}
    return page(request, "web/public/error.html", {"error": error}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        400,
        "alert-circle",
        _("This request could not be read"),
        _("Nothing was changed. Go back, look at what was filled in and send it again."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        403,
        "lock",
        _("This is not open to you"),
        _(
            "Nothing was changed. If it belongs to your work, ask the duty officer of your township for the role."
        ),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request,
        403,
        "clock",
        _("This page has been open too long"),
        _("Nothing was sent. Go back, load the page again and send once more."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        404,
        "map-2",
        _("There is no such page here for you"),
        _("The address may be mistyped, or it belongs to another community. Start again from the home page."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Draws without session and database, since either may be what failed. No database is 503 and tries again."""
    unavailable = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    number = f"E-{secrets.token_hex(3).upper()}"
    log.error("%s %s %s", number, request.method, request.path)
    error = {
        "icon": "cloud-off",
        "title": _("The system is busy; this was not done"),
        "text": _("What was saved before is safe. Try again in half a minute.")
        if unavailable
        else _(
            "What was saved before is safe. Try once more; if it happens again, name this number to your community."
        ),
        "number": number,
        "retry": request.path if request.method == "GET" else "",
    }
    response = HttpResponse(
        render_to_string("web/public/broken.html", {"error": error}), status=503 if unavailable else 500
    )
    if unavailable:
        response["Retry-After"] = str(RETRY_SECONDS)
        if request.method == "GET":
            response["Refresh"] = str(RETRY_SECONDS)
    return response
