"""After a change of keys or suite: every value sealed anew, nobody lost, nobody twice."""

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from muster.notifications.models import Message
from muster.people.actions import persons, reencrypt
from muster.people.models import Account, Person
from muster.toolkit.actor import SYSTEM
from tests.world import HERE

OLD, NEW = "k1:the first secret", "k2:the second secret"


def heads(table: str, column: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT left({column}, 7) FROM {table} WHERE {column} <> ''")  # noqa: S608 - our words
        return {row[0] for row in cursor.fetchall()}


def register(name: str = "刘芳", phone: str = "13712345678") -> Person:
    return persons.register(name=name, division_code=HERE, phone=phone, address="浆洗街12号", actor=SYSTEM)


@pytest.mark.django_db
def test_every_model_with_sealed_fields_is_covered() -> None:
    covered = {model: set(names) for model, names in reencrypt.sealed_fields()}

    assert covered[Person] == {"id_number", "phone", "address"}
    assert covered[Account] == {"totp_secret"}
    assert covered[Message] == {"address", "body"}


@pytest.mark.django_db
def test_change_of_key_and_suite_seals_everything_anew(settings: Settings) -> None:
    settings.FIELD_CIPHER, settings.FIELD_KEYS = "aes-256-gcm", OLD
    person = register()
    settings.FIELD_CIPHER, settings.FIELD_KEYS = "sm4-gcm", f"{NEW},{OLD}"

    assert list(reencrypt.reencrypt()) == [1]

    assert heads("people_person", "phone") == heads("people_person", "address") == {"1.s.k2."}
    assert Person.objects.get().phone == "+8613712345678"
    assert register().pk == person.pk
    assert list(reencrypt.reencrypt()) == []


@pytest.mark.django_db
def test_old_key_can_leave_after_sealing_and_indexing(settings: Settings) -> None:
    settings.FIELD_KEYS, settings.FIELD_INDEX_HASH = OLD, "sha256"
    person = register()
    register("王伟", "13888888888")
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    list(reencrypt.reencrypt())
    settings.FIELD_KEYS, settings.FIELD_INDEX_HASH = NEW, "sm3"

    assert list(reencrypt.reindex()) == [2]

    assert register().pk == person.pk
    assert Person.objects.count() == 2


@pytest.mark.django_db
def test_sealing_goes_batch_by_batch_and_reports(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FIELD_KEYS = OLD
    for number in range(5):
        register(f"志愿者{chr(0x4E00 + number)}", f"1371234567{number}")
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    monkeypatch.setattr(reencrypt, "BATCH", 2)

    assert list(reencrypt.reencrypt()) == [2, 4, 5]
    assert heads("people_person", "phone") == {"1.a.k2."}
