"""A file under the data folder instead of a provider: what the demo sends, and what a drill's people read.

One line of JSON per message in `outbox/<day>.jsonl`. A worker that dies after writing and before saying so writes the line
again: readers take the first line of a code.
"""

import errno
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from muster.notifications.channels.base import Sendable

BATCH = 500


def outbox() -> Path:
    """The folder of the files."""
    return Path(settings.VAR_DIR) / "outbox"


def send(messages: Sequence[Sendable]) -> None:
    """Append all in one write, so that two workers never mix their lines."""
    folder = outbox()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = "".join(_line(message) for message in messages).encode()
    path = folder / f"{timezone.localdate()}.jsonl"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if os.write(descriptor, lines) < len(lines):
            # The disk is full: to call them sent would lose them.
            raise OSError(errno.ENOSPC, "the outbox took only a part")
    finally:
        os.close(descriptor)
    for message in messages:
        if message.topic in settings.MESSAGE_ECHO_TOPICS:
            sys.stdout.write(f"[{message.topic}] {message.address}  {message.body}\n")
    sys.stdout.flush()


def _line(message: Sendable) -> str:
    facts = {
        "at": timezone.now().isoformat(),
        "code": message.code,
        "topic": message.topic,
        "subject": f"{message.subject_kind} {message.subject_code}".strip(),
        "address": message.address,
        "title": message.title,
        "body": message.body,
        "is_drill": message.is_drill,
    }
    return json.dumps(facts, ensure_ascii=False) + "\n"
