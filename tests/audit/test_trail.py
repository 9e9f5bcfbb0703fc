"""The trail and the disclosures: written with the deed, never changed, and empty of personal data."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from muster.audit import queries
from muster.audit.actions import disclosures, trail
from muster.audit.models import Destruction, Disclosure, Entry, Seal
from muster.toolkit.actor import Actor, Grant

AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
HERE = 510_107_001_001
WORKER = Actor(label="周敏（社区工作者）", account_id=7, person_id=70, address="10.0.0.8")


def record(verb: str = "callups.call.closed", **changes: Any) -> None:
    facts: dict[str, Any] = {
        "actor": WORKER,
        "obj_kind": "call_up",
        "obj_code": "K7M2QD3A",
        "division_code": HERE,
        "at": AT,
    }
    trail.record(verb, **{**facts, **changes})


@pytest.mark.django_db
def test_record_keeps_who_what_when_and_the_change() -> None:
    record(detail={"from": "open", "to": "closed"}, is_drill=True)

    entry = Entry.objects.get()
    assert (entry.verb, entry.at, entry.object_kind, entry.object_code) == (
        "callups.call.closed",
        AT,
        "call_up",
        "K7M2QD3A",
    )
    assert (entry.actor_label, entry.actor_account_id, entry.actor_person_id, entry.actor_address) == (
        "周敏（社区工作者）",
        7,
        70,
        "10.0.0.8",
    )
    assert (entry.division_code, entry.detail, entry.is_drill) == (
        HERE,
        {"from": "open", "to": "closed"},
        True,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "detail",
    [
        {"phone": "13812341234"},
        {"note": "来电 +8613812341234 请回"},
        {"before": {"id": "11010519491231002X"}},
        {"list": ["a", ["110105194912310021"]]},
    ],
)
def test_record_refuses_what_looks_like_personal_data(detail: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no personal data") as refused:
        record(detail=detail)

    assert "138" not in str(refused.value)
    assert Entry.objects.count() == 0


@pytest.mark.django_db
def test_record_takes_division_codes_counts_and_times() -> None:
    record(detail={"division": 510107001001, "count": 13812, "at": "2026-03-01T02:00:00+08:00"})

    assert Entry.objects.count() == 1


@pytest.mark.django_db
def test_record_many_keeps_the_order() -> None:
    trail.record_many(
        trail.Deed(f"callups.offer.{n}", WORKER, "offer", f"O{n}", HERE, AT)
        for n in ("asked", "accepted", "withdrawn")
    )

    assert list(Entry.objects.order_by("pk").values_list("object_code", flat=True)) == [
        "Oasked",
        "Oaccepted",
        "Owithdrawn",
    ]


@pytest.mark.django_db
def test_entry_falls_with_its_deed() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        record()
        raise RuntimeError("the deed failed")

    assert Entry.objects.count() == 0


def written(table: str) -> None:
    """One row in each of the tables that never change."""
    writers: dict[str, Callable[[], object]] = {
        "audit_entry": record,
        "audit_disclosure": lambda: disclosures.disclose(70, "phone", actor=WORKER, purpose="call", at=AT),
        "audit_seal": lambda: Seal.objects.create(
            ledger="entry",
            first_id=1,
            last_id=1,
            row_count=1,
            algorithm="sha256",
            digest="0" * 64,
            mark="00000000-0000-0000-0000-000000000000",
            at=AT,
        ),
        "audit_destruction": lambda: Destruction.objects.create(
            model_label="callups.Scan",
            data_class="emergency",
            ground="art. 85",
            older_than=AT,
            row_count=1,
            at=AT,
            actor_label="system",
        ),
    }
    writers[table]()


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["audit_entry", "audit_disclosure", "audit_seal", "audit_destruction"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET at = now()", "DELETE FROM {}", "SET LOCAL muster.audit_flush = 'off'; TRUNCATE {}"],
)
def test_database_refuses_to_change_what_was_written(table: str, statement: str) -> None:
    written(table)

    with (
        pytest.raises(IntegrityError, match="is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - a table of the list above
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_flush_of_the_tests_works_only_in_a_test_database() -> None:
    record()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('audit_refuse_change'::regproc)")
        (body,) = cursor.fetchone()
        assert "starts_with(current_database(), 'test_')" in body
        cursor.execute("SET LOCAL muster.audit_flush = 'on'; TRUNCATE audit_entry")
    assert Entry.objects.count() == 0


@pytest.mark.django_db
def test_disclose_writes_a_row_for_each_field_newest_first() -> None:
    disclosures.disclose(70, "phone", actor=WORKER, purpose="call_up", at=AT)
    disclosures.disclose(71, "phone", actor=WORKER, purpose="call_up", at=AT)
    disclosures.disclose(70, "id_number", "address", actor=WORKER, purpose="insurance", at=AT)

    rows = queries.disclosures_of(70).values_list("field", "purpose", "actor_label", "actor_account_id")
    assert list(rows) == [
        ("address", "insurance", "周敏（社区工作者）", 7),
        ("id_number", "insurance", "周敏（社区工作者）", 7),
        ("phone", "call_up", "周敏（社区工作者）", 7),
    ]


@pytest.mark.django_db
def test_disclose_refuses_without_a_purpose() -> None:
    with pytest.raises(ValueError, match="for a purpose"):
        disclosures.disclose(70, "phone", actor=WORKER, purpose="", at=AT)

    assert Disclosure.objects.count() == 0


def auditor(low: int, high: int) -> Actor:
    return Actor(label="auditor", account_id=1, grants=(Grant("auditor", low, high),))


@pytest.mark.django_db
def test_auditor_reads_the_entries_of_the_own_places_only() -> None:
    record("a.b.here")
    record("a.b.next_door", division_code=HERE + 1)
    record("a.b.nowhere", division_code=None)

    def verbs(actor: Actor) -> list[str]:
        return list(queries.entries_for_auditor(actor).values_list("verb", flat=True))

    assert verbs(auditor(HERE, HERE + 1)) == ["a.b.here"]
    assert verbs(auditor(510_000_000_000, 520_000_000_000)) == ["a.b.nowhere", "a.b.next_door", "a.b.here"]
    worker = Actor(label="w", grants=(Grant("community_worker", HERE, HERE + 1),))
    assert verbs(worker) == []
