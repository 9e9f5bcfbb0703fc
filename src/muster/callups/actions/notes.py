"""What the trail is told of a call-up, of an offer and of a seat in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from muster.audit.actions import trail
from muster.callups.models import Assignment, CallUp, Offer
from muster.toolkit.actor import Actor

KINDS: dict[type[CallUp | Offer | Assignment], str] = {
    CallUp: "call_up",
    Offer: "offer",
    Assignment: "assignment",
}


def note(
    verb: str,
    about: CallUp | Offer | Assignment,
    *,
    actor: Actor,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """One entry, at the place of the call-up and marked as its drill where it is one; codes and numbers only."""
    call_up = about if isinstance(about, CallUp) else about.call_up
    trail.record(
        verb,
        actor=actor,
        obj_kind=KINDS[type(about)],
        obj_code=about.code,
        division_code=call_up.division_code,
        at=at,
        detail=detail,
        is_drill=call_up.is_drill,
    )
