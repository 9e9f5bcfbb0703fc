"""A word after a deed that outlives the redirect: kept in the session, shown once, with a way back where there is one."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.http import HttpRequest

KEY = "toasts"
ICONS = {"ok": "circle-check", "warn": "alert-triangle"}


@dataclass(frozen=True)
class Toast:
    """`undo_url` takes a POST that takes the deed back; `seconds` is how long that is open."""

    text: str
    tone: str = "ok"
    undo_url: str = ""
    seconds: int = 8

    @property
    def icon(self) -> str:
        return ICONS[self.tone]


def add(request: HttpRequest, text: str, *, tone: str = "ok", undo_url: str = "", seconds: int = 8) -> None:
    """Shows `text` on the next page or fragment that this session is given."""
    kept = request.session.get(KEY, [])
    request.session[KEY] = [*kept, asdict(Toast(str(text), tone, undo_url, seconds))]


def take(request: HttpRequest) -> list[Toast]:
    """The waiting toasts; after this they are gone. A request without a session has none."""
    session = getattr(request, "session", None)
    if session is None or KEY not in session:
        return []
    return [Toast(**kept) for kept in session.pop(KEY)]
