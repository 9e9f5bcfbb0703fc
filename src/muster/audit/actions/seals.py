"""The hash chain over trail and disclosures, laid behind the writers so that none of them waits for another.

Ids are given out before their transactions commit, so a range of ids is final only when every transaction that could
still write into it has ended. The sealer therefore works in three calls: it notes the last id given out; then, when every
transaction that had such an id has its number, the snapshot; and when all transactions before that snapshot have ended,
it seals. A lock on the table would make every deed in the province wait for the longest one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from muster.audit.enums import Ledger
from muster.audit.models import Disclosure, Entry, Seal, Watermark
from muster.toolkit import crypto

MODELS: dict[str, type[Entry] | type[Disclosure]] = {Ledger.ENTRY: Entry, Ledger.DISCLOSURE: Disclosure}
ROWS_PER_SEAL = 10_000
CHUNK = 2000


@dataclass(frozen=True)
class Broken:
    """A seal that does not fit its rows or the seal before it."""

    ledger: str
    seal_id: int
    first_id: int
    last_id: int
    reason: str  # rows_changed, rows_missing, chain_broken, mark_forged


def seal(*, at: datetime | None = None) -> int:
    """Move each ledger one step on and seal what is final. Returns the number of rows sealed. Called once a minute."""
    at = at or timezone.now()
    return sum(_step(ledger, at) for ledger in Ledger.values)


def verify() -> list[Broken]:
    """Every seal that does not hold, oldest first; an empty list means that nothing sealed was changed."""
    return [broken for ledger in Ledger.values for broken in _verify(ledger)]


def is_genuine(one: Seal) -> bool:
    """Whether whoever has our key made this seal, and nobody changed it since."""
    return one.algorithm in crypto.INDEX_HASHES and hmac.compare_digest(one.mark.bytes, _mark(one).bytes)


def _step(ledger: str, at: datetime) -> int:
    with transaction.atomic():
        Watermark.objects.get_or_create(ledger=ledger, defaults={"last_id": 0})
        mark = Watermark.objects.select_for_update().get(ledger=ledger)
        oldest, following = _snapshot()
        if mark.snapshot is None:
            mark.snapshot = following
            mark.save()
            return 0
        if oldest < mark.snapshot:
            return 0
        sealed = _seal_up_to(ledger, mark.last_id, at)
        mark.last_id, mark.snapshot = _last_id_given_out(ledger), None
        mark.save()
        return sealed


def _snapshot() -> tuple[int, int]:
    """The oldest transaction still running, and the number that the next one will get (64 bits: they never wrap)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint"
            " FROM pg_current_snapshot() AS s"
        )
        oldest, following = cursor.fetchone()
    return oldest, following


def _last_id_given_out(ledger: str) -> int:
    table = MODELS[ledger]._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(%s, 'id')::regclass), 0)", [table]
        )
        return int(cursor.fetchone()[0])


def _seal_up_to(ledger: str, last_id: int, at: datetime) -> int:
    sealed = 0
    previous = Seal.objects.filter(ledger=ledger).order_by("-last_id").first()
    while True:
        first_id = previous.last_id + 1 if previous else 1
        ids = list(
            MODELS[ledger]
            .objects.filter(pk__gte=first_id, pk__lte=last_id)
            .order_by("pk")
            .values_list("pk", flat=True)[:ROWS_PER_SEAL]
        )
        if not ids:
            return sealed
        before = previous.digest if previous else ""
        algorithm = settings.FIELD_INDEX_HASH
        digest, count = _digest(ledger, first_id, ids[-1], before, algorithm)
        previous = Seal(
            ledger=ledger,
            first_id=first_id,
            last_id=ids[-1],
            row_count=count,
            algorithm=algorithm,
            digest=digest,
            at=at,
        )
        previous.mark = _mark(previous)
        previous.save(force_insert=True)
        sealed += count


def _mark(one: Seal) -> uuid.UUID:
    """Over everything that the seal says. By a key of its own: those of the fields change, and old seals must hold."""
    said = (
        one.ledger,
        one.first_id,
        one.last_id,
        one.row_count,
        one.digest,
        one.at.astimezone(UTC).isoformat(),
    )
    words = ":".join(map(str, said)).encode()
    return uuid.UUID(bytes=hmac.digest(settings.SEAL_KEY.encode(), words, one.algorithm)[:16])


def _digest(ledger: str, first_id: int, last_id: int, before: str, algorithm: str) -> tuple[str, int]:
    chain = hashlib.new(algorithm, before.encode())
    count = 0
    for line in _lines(MODELS[ledger], first_id, last_id):
        chain.update(line)
        count += 1
    return chain.hexdigest(), count


def _lines(model: type[Entry] | type[Disclosure], first_id: int, last_id: int) -> Iterator[bytes]:
    """Every row as one line of canonical JSON: the same row gives the same bytes for ever."""
    names = [field.attname for field in model._meta.concrete_fields]
    rows: Iterable[tuple[object, ...]] = (
        model.objects.filter(pk__gte=first_id, pk__lte=last_id).order_by("pk").values_list(*names)
    ).iterator(CHUNK)
    for row in rows:
        pairs = {name: _plain(value) for name, value in zip(names, row, strict=True)}
        yield json.dumps(pairs, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _plain(value: object) -> object:
    return value.timestamp() if isinstance(value, datetime) else value


def _verify(ledger: str) -> Iterator[Broken]:
    before, expected_first = "", 1
    for one in Seal.objects.filter(ledger=ledger).order_by("last_id"):
        if one.algorithm not in crypto.INDEX_HASHES:
            yield Broken(ledger, one.pk, one.first_id, one.last_id, "mark_forged")
            before, expected_first = one.digest, one.last_id + 1
            continue
        digest, count = _digest(ledger, one.first_id, one.last_id, before, one.algorithm)
        reason = ""
        if one.first_id != expected_first:
            reason = "chain_broken"
        elif count != one.row_count:
            reason = "rows_missing"
        elif digest != one.digest:
            reason = "rows_changed"
        elif not is_genuine(one):
            reason = "mark_forged"
        if reason:
            yield Broken(ledger, one.pk, one.first_id, one.last_id, reason)
        before, expected_first = one.digest, one.last_id + 1
