"""Rows of trail and disclosures, sealed; and what only the owner of the database could do to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic

from django.db import connection
from django.db.models import Max

from muster.audit.actions import disclosures, seals, trail
from muster.audit.models import Disclosure, Entry, Seal
from muster.toolkit.actor import SYSTEM

AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
TABLES = ("audit_entry", "audit_disclosure", "audit_seal")
LEDGERS = (("entry", Entry), ("disclosure", Disclosure))


def record(number: int) -> None:
    trail.record("a.b.done", actor=SYSTEM, obj_kind="thing", obj_code=f"T{number}", division_code=None, at=AT)


def disclose(number: int) -> None:
    disclosures.disclose(number, "phone", actor=SYSTEM, purpose="call", at=AT)


def seal_all() -> int:
    """Rounds of the sealer until each row is sealed.

    A row is final when every transaction of the cluster that began before it has ended, and those of the tests that run
    beside this one in databases of their own are among them: so it takes as many rounds as they need.
    """
    sealed = sum(seals.seal(at=AT) for _ in range(6))
    given_up_at = monotonic() + 60
    while monotonic() < given_up_at and _waiting():
        sealed += seals.seal(at=AT)
    return sealed


def seal_now() -> int:
    """Seal what is there without waiting for writers: a plain test is one transaction, which never ends for the sealer."""
    return sum(seals._seal_up_to(ledger, _last(model), AT) for ledger, model in LEDGERS)


def _last(model: type[Entry] | type[Disclosure]) -> int:
    return model.objects.aggregate(last=Max("pk"))["last"] or 0


def _waiting() -> bool:
    return any(
        model.objects.filter(
            pk__gt=Seal.objects.filter(ledger=ledger).aggregate(last=Max("last_id"))["last"] or 0
        ).exists()
        for ledger, model in LEDGERS
    )


@contextmanager
def unguarded() -> Iterator[None]:
    """The triggers that refuse changes are off while this lasts."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def tamper(statement: str) -> None:
    """What only the owner of the database can do: switch the guard off and change a row."""
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(statement)


def found() -> list[tuple[str, str]]:
    """What `verify` says: ledger and reason of each seal that does not hold."""
    return [(broken.ledger, broken.reason) for broken in seals.verify()]
