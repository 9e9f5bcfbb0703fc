"""The letter boxes of the simulated people: what the file channel wrote, read as it grows."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

ADDRESS = re.compile(r"https?://[^\s，。；、）]+")


@dataclass(frozen=True)
class Letter:
    """One message as it reached somebody."""

    code: str
    topic: str
    subject: str
    address: str
    body: str

    @property
    def link(self) -> str:
        """The first address in the text, or ""."""
        found = ADDRESS.search(self.body)
        return found.group() if found else ""


class Outbox:
    """All letters since the drill began, by what they are about. Each counts once, however often it was written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read_to: dict[Path, int] = {path: path.stat().st_size for path in folder.glob("*.jsonl")}
        self._seen: set[str] = set()
        self._letters: dict[tuple[str, str], list[Letter]] = defaultdict(list)
        self._lock = Lock()

    def about(self, subject: str, topic: str) -> Sequence[Letter]:
        """The letters of one topic about one thing, in the order of the addresses, which no timing changes."""
        with self._lock:
            for path in sorted(self._folder.glob("*.jsonl")):
                self._read(path)
            return sorted(self._letters[subject, topic], key=lambda letter: (letter.address, letter.code))

    def _read(self, path: Path) -> None:
        with path.open("rb") as file:
            file.seek(self._read_to.get(path, 0))
            fresh = file.read()
        whole = fresh.rfind(b"\n") + 1  # a line that is being written is read the next time
        self._read_to[path] = self._read_to.get(path, 0) + whole
        for line in fresh[:whole].splitlines():
            told = json.loads(line)
            if told["code"] not in self._seen:
                self._seen.add(told["code"])
                letter = Letter(told["code"], told["topic"], told["subject"], told["address"], told["body"])
                self._letters[letter.subject, letter.topic].append(letter)
