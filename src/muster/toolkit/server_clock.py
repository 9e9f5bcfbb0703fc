"""What time it is, for whoever is at a post. A drill may move this clock for itself, and for nothing else.

A drill plays a morning in a minute, so the people of its call-ups say at what time they are doing what they do: in the header
`Muster-Drill-Clock`, signed with a key that only this copy has. Three fences keep that out of real work: the header counts
only where the settings allow it, the signature is checked, and while the clock is moved the trail refuses every deed that is
not marked as a drill, which undoes the deed. Why so: docs/decisions/0004.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone

HEADER = "Muster-Drill-Clock"
_moved: ContextVar[datetime | None] = ContextVar("moved", default=None)


class Forged(Exception):
    """A time that this copy has not signed."""


def now() -> datetime:
    """The time of the server; within a request of a drill, the time that the drill is playing."""
    return _moved.get() or timezone.now()


def is_moved() -> bool:
    """True within a request of a drill that plays another time."""
    return _moved.get() is not None


@contextmanager
def moved_to(at: datetime) -> Iterator[None]:
    """The clock shows `at` while this lasts."""
    token = _moved.set(at)
    try:
        yield
    finally:
        _moved.reset(token)


def sign(at: datetime) -> str:
    """The header that moves the clock to `at`, to the second."""
    stamp = str(int(at.timestamp()))
    return f"{stamp}.{_signature(stamp)}"


def read(header: str) -> datetime:
    """The time that `sign` wrote; raises Forged for anything else."""
    stamp, _, signature = header.partition(".")
    # In bytes: of strings, only those in ASCII can be compared, and a header may hold others.
    genuine = hmac.compare_digest(signature.encode(), _signature(stamp).encode())
    if not stamp.isascii() or not stamp.isdigit() or not genuine:
        raise Forged
    return datetime.fromtimestamp(int(stamp), UTC)


class DrillClock:
    """Moves the clock for one request, if the settings allow it and the header is ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        header = request.headers.get(HEADER)
        if header is None or not settings.DRILL_CLOCK:
            return self.get_response(request)
        try:
            at = read(header)
        except Forged:
            return HttpResponseBadRequest("drill clock")
        with moved_to(at):
            return self.get_response(request)


def _signature(stamp: str) -> str:
    return hmac.new(settings.LINK_KEY.encode(), f"drill-clock.{stamp}".encode(), "sha256").hexdigest()
