"""The hash chain: nothing sealed can change unseen, and no writer waits for the sealer."""

from collections.abc import Iterator

import psycopg
import pytest
from django.conf import LazySettings
from django.db import connection

from muster.audit.actions import seals
from muster.audit.models import Seal
from tests.audit.ground import AT, record, seal_all, tamper

pytestmark = pytest.mark.django_db(transaction=True)


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
