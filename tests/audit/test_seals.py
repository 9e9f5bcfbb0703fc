"""The hash chain: nothing sealed can change unseen, and no writer waits for the sealer."""

from collections.abc import Iterator
from datetime import UTC, datetime
from time import monotonic

import psycopg
import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models import Max

from muster.audit.actions import seals, trail
from muster.audit.models import Entry, Seal
from muster.toolkit.actor import SYSTEM

AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def record(number: int) -> None:
    trail.record("a.b.done", actor=SYSTEM, obj_kind="thing", obj_code=f"T{number}", division_code=None, at=AT)


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


def _waiting() -> bool:
    last = Seal.objects.filter(ledger="entry").aggregate(last=Max("last_id"))["last"] or 0
    return Entry.objects.filter(pk__gt=last).exists()


def tamper(statement: str) -> None:
    """What only the owner of the database can do: switch the guard off and change a row."""
    with connection.cursor() as cursor:
        for table in ("audit_entry", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        for table in ("audit_entry", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def other() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A second writer with a transaction of its own."""
    parameters = connection.get_connection_params()
    second = psycopg.connect(
        **{
            key: parameters[key]
            for key in ("dbname", "user", "password", "host", "port")
            if parameters.get(key)
        }
    )
    yield second
    second.close()


INSERT = """INSERT INTO audit_entry (at, verb, actor_label, actor_address, object_kind, object_code, detail, is_drill)
            VALUES (now(), 'a.b.late', 'x', '', 'thing', 'LATE', '{}', false) RETURNING id"""


def test_seal_covers_every_row_once_and_verifies() -> None:
    for number in range(5):
        record(number)

    assert seal_all() == 5
    record(5)
    assert seal_all() == 1
    assert seal_all() == 0
    assert list(Seal.objects.order_by("pk").values_list("row_count", flat=True)) == [5, 1]
    assert seals.verify() == []


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_changed_row_is_found(settings: LazySettings, algorithm: str) -> None:
    settings.FIELD_INDEX_HASH = algorithm
    record(1)
    record(2)
    seal_all()

    tamper("UPDATE audit_entry SET object_code = 'X' WHERE object_code = 'T1'")

    assert [(broken.ledger, broken.reason) for broken in seals.verify()] == [("entry", "rows_changed")]
    assert Seal.objects.get().algorithm == algorithm


def test_removed_row_is_found() -> None:
    record(1)
    record(2)
    seal_all()

    tamper("DELETE FROM audit_entry WHERE object_code = 'T1'")

    assert [broken.reason for broken in seals.verify()] == ["rows_missing"]


def test_row_put_between_sealed_rows_is_found() -> None:
    record(1)
    record(2)
    seal_all()

    tamper("UPDATE audit_entry SET id = id + 1000 WHERE object_code = 'T2'")

    assert [broken.reason for broken in seals.verify()] == ["rows_missing"]


def test_seal_made_anew_inside_the_database_is_found() -> None:
    record(1)
    seal_all()
    record(2)
    seal_all()

    first = Seal.objects.order_by("pk").first()
    assert first is not None
    tamper("UPDATE audit_entry SET object_code = 'X' WHERE object_code = 'T1'")
    digest, _ = seals._digest("entry", first.first_id, first.last_id, "", first.algorithm)
    tamper(f"UPDATE audit_seal SET digest = '{digest}' WHERE id = {first.pk}")  # noqa: S608 - own values

    assert [broken.reason for broken in seals.verify()] == ["mark_forged", "rows_changed"]


def test_removed_seal_is_found() -> None:
    record(1)
    seal_all()
    record(2)
    seal_all()

    tamper("DELETE FROM audit_seal WHERE id = (SELECT min(id) FROM audit_seal)")

    assert [broken.reason for broken in seals.verify()] == ["chain_broken"]


def test_seal_waits_for_a_slow_writer_without_stopping_others(
    other: "psycopg.Connection[tuple[object, ...]]",
) -> None:
    record(1)
    other.execute(INSERT)  # has its id, has not committed
    record(2)

    assert sum(seals.seal(at=AT) for _ in range(6)) == 0
    record(3)
    other.commit()

    assert seal_all() == 4
    assert seals.verify() == []
