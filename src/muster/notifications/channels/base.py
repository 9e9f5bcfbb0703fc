"""What the channels have in common. Each module has `BATCH` (how many it takes at once) and `send(messages)`.

`send` returns when all are out; it raises for the whole batch, so a channel that can fail for one message takes one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from muster.notifications.rules import is_made_up


class Undeliverable(Exception):
    """This message will never arrive so: a number that does not exist, a provider that refuses it."""


class TryLater(Exception):
    """It may work later: the provider is down, slow or asks to wait. `after` is its own word on how long."""

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Sendable(Protocol):
    """What a channel may read of a message."""

    code: str
    topic: str
    subject_kind: str
    subject_code: str
    channel: str
    address: str
    title: str
    body: str
    is_drill: bool
    is_synthetic: bool


def refuse_made_up(message: Sendable) -> None:
    """The last guard before a real provider: what a drill says, and what is said to made-up people, stays here."""
    if message.is_drill or message.is_synthetic or is_made_up(message.address):
        raise Undeliverable("made_up_recipient")
