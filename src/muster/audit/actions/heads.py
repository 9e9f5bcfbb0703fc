"""The newest seal of each ledger, written down outside of the database.

The chain of seals shows every change but one: whoever owns the database can remove the last entries together with their
seals, and what is left holds. So the newest seal is also a line of a file that is only appended to, and copies of its lines
can be kept where the owner of the database does not write (deploy/backup.sh). A line that says more than the database holds
shows what is gone. Whoever owns database, data folder and all copies is not found; that takes a notary outside.
"""

from __future__ import annotations

import json
import logging
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.conf import settings

from muster.audit.actions import seals
from muster.audit.enums import Ledger
from muster.audit.models import Seal

FIELDS = ("ledger", "first_id", "last_id", "row_count", "algorithm", "digest")
TAIL = 4096  # bytes: several lines
BATCH = 1000

logger = logging.getLogger("muster.audit")


@dataclass(frozen=True)
class Gone:
    """A ledger that is not as it was written down, and up to which entry it was."""

    ledger: str
    last_id: int
    reason: str  # end_missing, seal_differs, line_forged


def write_down(folder: Path | None = None) -> int:
    """Append the newest seal of each ledger that is not written down yet; how many lines. Called after each sealing.

    A ledger without the seal of its last line is told to the log, and gets no line: one that grew again after its end was
    removed would bury what shows it.
    """
    where = folder or default_folder()
    written = 0
    for ledger in Ledger.values:
        path = where / f"{ledger}.jsonl"
        newest, last = _newest(ledger), _last_line(path)
        lost = _compared([last]) if last is not None else []
        if lost:
            facts = (ledger, lost[0].last_id, lost[0].reason)
            logger.error("%s was sealed up to %s and is not any more: %s", *facts)
        elif newest is not None and (last is None or newest.last_id > last.last_id):
            _append(path, _line(newest))
            logger.info("%s is sealed up to %s: %s", ledger, newest.last_id, newest.digest)
            written += 1
    return written


def missing(copies: Sequence[Path] = (), folder: Path | None = None) -> list[Gone]:
    """What the lines of the data folder, and of the copies that are named, say is gone or different, each seal once.

    Every line is compared: a ledger that was cut and grew again holds its newest seal and not those between. Raises
    OSError for a copy that cannot be read.
    """
    lines = _lines_of([*sorted((folder or default_folder()).glob("*.jsonl")), *copies])
    found: dict[Gone, None] = {}
    while batch := list(islice(lines, BATCH)):
        genuine = [line for line in batch if seals.is_genuine(line)]
        forged = [
            Gone(line.ledger, line.last_id, "line_forged") for line in batch if not seals.is_genuine(line)
        ]
        found |= dict.fromkeys([*forged, *_compared(genuine)])
    return list(found)


def lately_missing(folder: Path | None = None) -> list[Gone]:
    """The same from the last line of each ledger alone, for a page that is opened often."""
    where = folder or default_folder()
    last = (_last_line(where / f"{ledger}.jsonl") for ledger in Ledger.values)
    return _compared([line for line in last if line is not None])


def default_folder() -> Path:
    """Where this copy writes them down."""
    return Path(settings.VAR_DIR) / "heads"


def _compared(lines: Sequence[Seal]) -> list[Gone]:
    """Those of these lines whose seal the database does not hold, or holds otherwise; a query a ledger."""
    found = []
    for ledger in sorted({line.ledger for line in lines}):
        said = [line for line in lines if line.ledger == ledger]
        ids = [line.last_id for line in said]
        kept = {seal.last_id: seal for seal in Seal.objects.filter(ledger=ledger, last_id__in=ids)}
        for line in said:
            seal = kept.get(line.last_id)
            if seal is None:
                found.append(Gone(ledger, line.last_id, "end_missing"))
            elif (seal.digest, seal.row_count) != (line.digest, line.row_count):
                found.append(Gone(ledger, line.last_id, "seal_differs"))
    return found


def _newest(ledger: str) -> Seal | None:
    return Seal.objects.filter(ledger=ledger).order_by("-last_id").first()


def _line(one: Seal) -> bytes:
    said = {name: getattr(one, name) for name in FIELDS}
    return json.dumps({**said, "at": one.at.isoformat(), "mark": str(one.mark)}).encode() + b"\n"


def _read(line: str) -> Seal | None:
    """The seal that a line says; None for one that a crash broke off."""
    try:
        said = json.loads(line)
        facts = {name: said[name] for name in FIELDS}
        if not all(isinstance(fact, (int, str)) for fact in facts.values()):
            return None
        return Seal(**facts, at=datetime.fromisoformat(said["at"]), mark=uuid.UUID(said["mark"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _lines_of(files: Iterable[Path]) -> Iterator[Seal]:
    for path in files:
        with path.open(encoding="utf-8", errors="replace") as lines:
            yield from (one for one in map(_read, lines) if one is not None)


def _last_line(path: Path) -> Seal | None:
    """The newest line of a file that is whole and ours."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL))
            tail = file.read().decode(errors="replace")
    except FileNotFoundError:
        return None
    lines = tail.rpartition("\n")[0].split("\n")
    found = (one for one in map(_read, reversed(lines)) if one is not None)
    return next((one for one in found if seals.is_genuine(one)), None)


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line  # a crash broke the last one off
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
