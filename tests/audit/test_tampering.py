"""Each way to change what was sealed shows, whichever row, field or seal it touches, and in both ledgers."""

import io
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from rich.console import Console

from config import deeds
from muster.audit.actions import seals
from muster.audit.models import Disclosure, Entry, Seal
from tests.audit.ground import disclose, found, record, seal_now, tamper

pytestmark = pytest.mark.django_db

ENTRY_CHANGES = {
    "at": "at + interval '1 second'",
    "verb": "'a.b.undone'",
    "actor_label": "'somebody else'",
    "actor_account_id": "99",
    "actor_person_id": "99",
    "actor_address": "'10.0.0.9'",
    "object_kind": "'other'",
    "object_code": "'X'",
    "division_code": "510107001001",
    "detail": """'{"to": "closed"}'""",
    "is_drill": "true",
}
DISCLOSURE_CHANGES = {
    "at": "at - interval '1 microsecond'",
    "actor_account_id": "99",
    "actor_label": "'somebody else'",
    "person_id": "person_id + 1",
    "field": "'address'",
    "purpose": "'none'",
}


@pytest.fixture
def sealed() -> None:
    """Two seals over each ledger: three rows, then two."""
    for number in range(3):
        record(number)
        disclose(number)
    seal_now()
    for number in range(3, 5):
        record(number)
        disclose(number)
    seal_now()


def test_every_field_of_the_ledgers_is_tried_here() -> None:
    for model, changes in ((Entry, ENTRY_CHANGES), (Disclosure, DISCLOSURE_CHANGES)):
        assert {field.attname for field in model._meta.concrete_fields} == {"id", *changes}


@pytest.mark.parametrize("field", ENTRY_CHANGES)
def test_a_change_of_any_field_of_an_entry_is_found(sealed: None, field: str) -> None:
    assert found() == []

    tamper(f"UPDATE audit_entry SET {field} = {ENTRY_CHANGES[field]} WHERE object_code = 'T1'")  # noqa: S608 - ours

    assert found() == [("entry", "rows_changed")]


@pytest.mark.parametrize("field", DISCLOSURE_CHANGES)
def test_a_change_of_any_field_of_a_disclosure_is_found(sealed: None, field: str) -> None:
    tamper(f"UPDATE audit_disclosure SET {field} = {DISCLOSURE_CHANGES[field]} WHERE person_id = 1")  # noqa: S608 - ours

    assert found() == [("disclosure", "rows_changed")]


def test_two_rows_that_changed_places_are_found(sealed: None) -> None:
    first, second = Entry.objects.order_by("pk").values_list("pk", flat=True)[:2]

    tamper(
        "UPDATE audit_entry a SET object_code = b.object_code FROM audit_entry b"  # noqa: S608 - own numbers
        f" WHERE (a.id, b.id) IN (({first}, {second}), ({second}, {first}))"
    )

    assert found() == [("entry", "rows_changed")]


@pytest.mark.parametrize("which", ["min", "max"])
@pytest.mark.parametrize("ledger", ["entry", "disclosure"])
def test_a_removed_row_is_found_at_either_end(sealed: None, ledger: str, which: str) -> None:
    tamper(f"DELETE FROM audit_{ledger} WHERE id = (SELECT {which}(id) FROM audit_{ledger})")  # noqa: S608 - ours

    assert found() == [(ledger, "rows_missing")]


def test_a_row_put_into_a_gap_of_a_sealed_range_is_found() -> None:
    record(1)
    with connection.cursor() as cursor:
        # A deed that failed leaves such a gap.
        cursor.execute("SELECT nextval(pg_get_serial_sequence('audit_entry', 'id'))")
        (gap,) = cursor.fetchone()
    record(2)
    seal_now()
    assert found() == []

    tamper(
        "INSERT INTO audit_entry (id, at, verb, actor_label, actor_address, object_kind, object_code, detail, is_drill)"  # noqa: S608 - own number
        f" SELECT {gap}, at, verb, actor_label, actor_address, object_kind, 'LATE', detail, is_drill"
        " FROM audit_entry LIMIT 1"
    )

    assert found() == [("entry", "rows_missing")]


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ("at = at - interval '1 day'", ["mark_forged"]),
        ("mark = '00000000-0000-0000-0000-000000000000'", ["mark_forged"]),
        ("algorithm = 'none'", ["mark_forged"]),
        ("algorithm = 'sm3'", ["rows_changed"]),
        ("row_count = row_count + 1", ["rows_missing"]),
        ("digest = repeat('0', 64)", ["rows_changed", "rows_changed"]),
        ("first_id = first_id + 1", ["chain_broken"]),
        ("last_id = last_id - 1", ["rows_missing", "chain_broken"]),
    ],
)
def test_a_change_of_any_field_of_a_seal_is_found(sealed: None, change: str, reasons: list[str]) -> None:
    tamper(
        f"UPDATE audit_seal SET {change}"  # noqa: S608 - a change of the list above
        " WHERE id = (SELECT min(id) FROM audit_seal WHERE ledger = 'entry')"
    )

    assert found() == [("entry", reason) for reason in reasons]


def test_seals_of_the_two_ledgers_cannot_be_exchanged(sealed: None) -> None:
    tamper(
        "UPDATE audit_seal a SET digest = b.digest, mark = b.mark FROM audit_seal b"
        " WHERE a.first_id = b.first_id AND a.ledger = 'entry' AND b.ledger = 'disclosure'"
    )

    assert {ledger for ledger, _ in found()} == {"entry"}


def test_whoever_has_the_rows_and_another_key_makes_no_seal_that_holds(
    sealed: None, settings: LazySettings
) -> None:
    tamper("UPDATE audit_entry SET object_code = 'X' WHERE object_code = 'T4'")
    tamper("DELETE FROM audit_seal WHERE id = (SELECT max(id) FROM audit_seal WHERE ledger = 'entry')")
    genuine, settings.SEAL_KEY = settings.SEAL_KEY, "guessed-by-the-forger"
    seal_now()
    settings.SEAL_KEY = genuine

    assert found() == [("entry", "mark_forged")]


def test_a_new_key_of_the_fields_leaves_the_seals_of_before_whole(
    sealed: None, settings: LazySettings
) -> None:
    settings.FIELD_KEYS = "k9:quite-another-secret"
    settings.FIELD_INDEX_HASH = "sm3"

    assert found() == []
    record(9)
    assert seal_now() == 1
    assert found() == []
    assert set(Seal.objects.values_list("algorithm", flat=True)) == {"sha256", "sm3"}


def test_a_long_ledger_is_sealed_in_links_of_one_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "ROWS_PER_SEAL", 2)
    monkeypatch.setattr(seals, "CHUNK", 1)
    for number in range(5):
        record(number)

    assert seal_now() == 5

    links = list(Seal.objects.order_by("pk"))
    assert [one.row_count for one in links] == [2, 2, 1]
    assert [one.first_id for one in links[1:]] == [one.last_id + 1 for one in links[:-1]]
    assert found() == []
    tamper(f"DELETE FROM audit_seal WHERE id = {links[1].pk}")  # noqa: S608 - own number
    assert found() == [("entry", "chain_broken")]


def test_nothing_to_seal_makes_no_seal() -> None:
    assert seal_now() == 0
    assert Seal.objects.count() == 0
    assert found() == []


def said_by_the_command() -> tuple[bool, str]:
    screen = io.StringIO()
    good: bool = deeds.verify_trail(Console(file=screen, width=200))
    return good, screen.getvalue()


def test_the_command_says_how_much_is_sealed(sealed: None) -> None:
    assert said_by_the_command() == (True, "4 seals over 10 rows, 0 do not hold.\n")


def test_the_command_names_the_range_that_does_not_hold(sealed: None) -> None:
    first: Any = Seal.objects.filter(ledger="entry").order_by("pk").first()
    tamper("UPDATE audit_entry SET object_code = 'X' WHERE object_code = 'T1'")

    good, said = said_by_the_command()

    assert good is False
    assert f"entry {first.first_id}–{first.last_id}: rows_changed (seal {first.pk})" in said
    assert said.endswith("1 do not hold.\n")


def test_the_command_has_something_to_say_of_an_empty_trail() -> None:
    assert said_by_the_command() == (True, "0 seals over 0 rows, 0 do not hold.\n")
