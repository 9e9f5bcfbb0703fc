"""How pages look on a device: size of text, colors, language. Kept in cookies, so that the server draws it at once."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse

YEAR = 365 * 24 * 60 * 60
# What may be chosen, and the cookie that remembers it on this device.
CHOICES: dict[str, tuple[str, frozenset[str]]] = {
    "text": ("muster_text", frozenset({"normal", "large"})),
    "theme": ("muster_theme", frozenset({"light", "dark"})),
    "language": (settings.LANGUAGE_COOKIE_NAME, frozenset(code for code, _name in settings.LANGUAGES)),
}


def offered(wanted: Mapping[str, str]) -> dict[str, str]:
    """Those of the wishes that can be had."""
    return {name: wanted[name] for name, (_cookie, values) in CHOICES.items() if wanted.get(name) in values}


def remember(response: HttpResponse, request: HttpRequest, look: Mapping[str, str]) -> None:
    """Keeps `look` on the device for a year."""
    for name, value in offered(look).items():
        response.set_cookie(CHOICES[name][0], value, max_age=YEAR, samesite="Lax", secure=request.is_secure())


def remember_unchosen(response: HttpResponse, request: HttpRequest, look: Mapping[str, str]) -> None:
    """The same, but what was chosen on this device before stays."""
    unchosen = {name: value for name, value in look.items() if CHOICES[name][0] not in request.COOKIES}
    remember(response, request, unchosen)
