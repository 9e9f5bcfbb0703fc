"""How a view answers: a whole page or one fragment of it, and fragments that cost nothing while nothing changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags, quote_etag

from muster.toolkit import toasts
from muster.toolkit.refusal import Refused


def is_fragment(request: HttpRequest) -> bool:
    """True if a script asks for a part of the page it already shows."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def page(
    request: HttpRequest, template: str, context: Mapping[str, object] | None = None, status: int = 200
) -> HttpResponse:
    """Renders `template`, which may name a part of a page ("callups/desk/call.html#row").

    Waiting toasts travel with a fragment in its HX-Trigger header; a whole page shows them itself.
    """
    response = render(request, template, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    if is_fragment(request) and (waiting := toasts.take(request)):
        response["HX-Trigger"] = json.dumps(
            {"muster:toast": {"toasts": [asdict(toast) for toast in waiting]}}
        )
    return response


def live(
    request: HttpRequest, template: str, context: Callable[[], Mapping[str, object]], *, version: str
) -> HttpResponse:
    """A fragment that a page polls. While `version` is the one the page has, nothing is queried or rendered (304).

    `version` must change with anything the fragment shows; it is made from a cheap query, `context` from the dear ones.
    """
    etag = quote_etag(version)
    # Compression on the way makes the tag a weak one; for a fragment the weak comparison is the right one.
    held = {tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))}
    if etag in held:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = page(request, template, context())
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def refusal(request: HttpRequest, error: Refused) -> HttpResponse:
    """How a no reaches the person: over the page as a toast where a script asked, else a page that says what to do next.

    The status is 409 unless `error.detail["status"]` says otherwise (410 for a link that has expired).
    """
    status = int(str(error.detail.get("status", 409)))
    if is_fragment(request):
        toasts.add(request, error.message, tone="warn")
        response = page(request, "components/_nothing.html", status=status)
        response["HX-Reswap"] = "none"
        return response
    return page(request, "web/public/refusal.html", {"error": error}, status=status)
