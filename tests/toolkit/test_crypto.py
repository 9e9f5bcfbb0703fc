"""Sealed fields: both suites, rotation, and everything that must not open."""

import re
import uuid

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from pytest_django.fixtures import Settings

from muster.people.enums import ForceClass
from muster.people.models import Person
from muster.toolkit import crypto
from muster.toolkit.crypto import Unreadable
from tests.world import HERE, make_person

PLACE = "people_person.phone"
SUITES = [("aes-256-gcm", "sha256"), ("sm4-gcm", "sm3")]


@pytest.fixture(params=SUITES, ids=["aes", "sm4"])
def suite(request: pytest.FixtureRequest, settings: Settings) -> str:
    settings.FIELD_CIPHER, settings.FIELD_INDEX_HASH = request.param
    settings.FIELD_KEYS = "k1:first secret of the tests"
    return str(request.param[0])


@pytest.mark.parametrize("clear", ["+8613812341234", "陈秀英", "𬴂", "x" * 5000])
def test_sealed_value_opens_in_its_place(suite: str, clear: str) -> None:
    stored = crypto.encrypt(clear, place=PLACE)

    assert crypto.decrypt(stored, place=PLACE) == clear
    assert clear not in stored


def test_sealed_value_tells_not_even_that_two_are_equal(suite: str) -> None:
    assert crypto.encrypt("same", place=PLACE) != crypto.encrypt("same", place=PLACE)


def test_sealed_value_moved_to_another_column_does_not_open(suite: str) -> None:
    stored = crypto.encrypt("+8613812341234", place=PLACE)

    with pytest.raises(Unreadable):
        crypto.decrypt(stored, place="people_person.address")


def test_sealed_value_changed_in_any_one_character_does_not_open(suite: str) -> None:
    stored = crypto.encrypt("13812341234", place=PLACE)

    for place, character in enumerate(stored):
        for other in {"A", "B", "!", "s", "a", "2"} - {character}:
            changed = stored[:place] + other + stored[place + 1 :]
            # The last character of base64 may carry unused bits; what matters is that no other text comes out.
            try:
                assert crypto.decrypt(changed, place=PLACE) == "13812341234"
                assert place == len(stored.rstrip("=")) - 1
            except Unreadable:
                pass


@pytest.mark.parametrize(
    "stored", ["", "plain", "1.a.k1.", "1.a.k1.AAAA", "1.x.k1." + "A" * 60, "2.a.k1." + "A" * 60]
)
def test_text_that_was_never_sealed_does_not_open(suite: str, stored: str) -> None:
    with pytest.raises(Unreadable):
        crypto.decrypt(stored, place=PLACE)


def test_old_values_stay_readable_when_a_new_key_writes(suite: str, settings: Settings) -> None:
    old = crypto.encrypt("13812341234", place=PLACE)
    settings.FIELD_KEYS = "k2:second secret,k1:first secret of the tests"

    new = crypto.encrypt("13812341234", place=PLACE)

    assert (old.split(".")[2], new.split(".")[2]) == ("k1", "k2")
    assert crypto.decrypt(old, place=PLACE) == crypto.decrypt(new, place=PLACE) == "13812341234"
    assert not old.startswith(crypto.current_head())
    assert new.startswith(crypto.current_head())


def test_value_whose_key_left_the_ring_does_not_open(suite: str, settings: Settings) -> None:
    old = crypto.encrypt("13812341234", place=PLACE)
    settings.FIELD_KEYS = "k2:second secret"

    with pytest.raises(Unreadable):
        crypto.decrypt(old, place=PLACE)


def test_values_of_one_suite_stay_readable_under_the_other(settings: Settings) -> None:
    settings.FIELD_CIPHER = "aes-256-gcm"
    western = crypto.encrypt("13812341234", place=PLACE)
    settings.FIELD_CIPHER = "sm4-gcm"
    chinese = crypto.encrypt("13812341234", place=PLACE)

    assert (western.split(".")[1], chinese.split(".")[1]) == ("a", "s")
    assert crypto.decrypt(western, place=PLACE) == crypto.decrypt(chinese, place=PLACE) == "13812341234"


def test_index_finds_equal_values_of_one_purpose_only(suite: str) -> None:
    index = crypto.blind_index("+8613812341234", purpose="phone")

    assert index == crypto.blind_index("+8613812341234", purpose="phone")
    assert index != crypto.blind_index("+8613812341234", purpose="id_number")
    assert index != crypto.blind_index("+8613812341235", purpose="phone")
    assert isinstance(index, uuid.UUID)


def test_index_survives_a_new_writing_key(suite: str, settings: Settings) -> None:
    before = crypto.blind_index("+8613812341234", purpose="phone")
    settings.FIELD_KEYS = "k2:second secret,k1:first secret of the tests"

    assert crypto.blind_index("+8613812341234", purpose="phone") == before


def test_index_is_keyed(suite: str, settings: Settings) -> None:
    before = crypto.blind_index("+8613812341234", purpose="phone")
    settings.FIELD_KEYS = "k1:the secret of another copy"

    assert crypto.blind_index("+8613812341234", purpose="phone") != before


@pytest.mark.django_db
def test_database_never_holds_the_clear_value(suite: str) -> None:
    person = make_person("陈秀英", "13812341234", HERE, ForceClass.VOLUNTEER)

    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, p::text FROM people_person p WHERE id = %s", [person.pk])
        stored, row = cursor.fetchone()

    assert re.fullmatch(r"1\.[as]\.k1\.[\w=-]+", stored)
    assert "13812341234" not in row
    assert Person.objects.get(pk=person.pk).phone == "+8613812341234"


@pytest.mark.django_db
def test_sealed_field_cannot_be_looked_for_by_mistake() -> None:
    make_person("陈秀英", "13812341234", HERE, ForceClass.VOLUNTEER)

    with pytest.raises(FieldError, match="blind index"):
        Person.objects.filter(phone="+8613812341234").exists()
    assert Person.objects.filter(id_number="").count() == 1
