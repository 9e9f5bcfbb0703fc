"""How Muster says no: raised, with a stable code and a sentence that tells the person what to do next."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """A deed that is not done. `code` is stable and documented; `message` is for the person; `detail` for the page."""

    def __init__(self, code: str, message: str, detail: Mapping[str, object] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.detail = dict(detail or {})
