"""The terminal of whoever started Muster, for a demo on one machine."""

import sys
from collections.abc import Sequence

from muster.notifications.channels.base import Sendable

BATCH = 200


def send(messages: Sequence[Sendable]) -> None:
    """Print each message with its address: this channel is for made-up people only, as the settings say."""
    for message in messages:
        sys.stdout.write(f"[{message.topic}] {message.address}  {message.title}  {message.body}\n")
    sys.stdout.flush()
