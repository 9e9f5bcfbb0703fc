"""Sealed columns of people: what a thief of the database reads, what a forger achieves, and a change of keys half-way."""

import base64
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from muster.people.actions import persons, reencrypt
from muster.people.models import Account, Person
from muster.people.queries import search_people
from muster.people.rules import id_number_index, phone_index
from muster.toolkit import crypto
from muster.toolkit.actor import SYSTEM
from muster.toolkit.crypto import Unreadable
from tests.people.test_identity import with_check
from tests.world import HERE, World, make_divisions

OLD, NEW = "k1:the first secret", "k2:the second secret"
BOTH = f"{NEW},{OLD}"
PLACE = "people_person.phone"
SUITES = {"aes": ("aes-256-gcm", "sha256"), "sm4": ("sm4-gcm", "sm3")}
ID_NUMBER = with_check("51010719880808002")
calm = hypothesis_settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(params=SUITES)
def suite(request: pytest.FixtureRequest, settings: Settings) -> str:
    settings.FIELD_CIPHER, settings.FIELD_INDEX_HASH = SUITES[request.param]
    settings.FIELD_KEYS = OLD
    return str(request.param)


def register(number: int = 0, **facts: Any) -> Person:
    return persons.register(
        **{
            "name": f"志愿者{chr(0x4E00 + number)}",
            "division_code": HERE,
            "phone": f"1371234{number:04d}",
            "address": f"浆洗街{number + 1}号",
            "actor": SYSTEM,
            **facts,
        }
    )


def stored(person: Person, column: str = "phone") -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM people_person WHERE id = %s", [person.pk])  # noqa: S608 - our word
        return str(cursor.fetchone()[0])


def store(person: Person, column: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE people_person SET {column} = %s WHERE id = %s", [value, person.pk])  # noqa: S608 - our word


def heads() -> list[str]:
    """What the phones begin with: version, suite and key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT left(phone, 7) FROM people_person WHERE phone <> '' ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


class TestOneValue:
    @calm
    @given(clear=st.text(min_size=1, max_size=200))
    def test_any_text_comes_back_as_it_was(self, suite: str, clear: str) -> None:
        try:
            clear.encode()
        except UnicodeEncodeError:
            return

        assert crypto.decrypt(crypto.encrypt(clear, place=PLACE), place=PLACE) == clear

    @calm
    @given(place=st.integers(0, 38), bit=st.integers(0, 7))
    def test_one_turned_bit_anywhere_is_found_out(self, suite: str, place: int, bit: int) -> None:
        """Nonce, text and tag of eleven digits are 39 bytes; not one of them can be changed unseen."""
        sealed = crypto.encrypt("13712345678", place=PLACE)
        head, body = sealed.rsplit(".", 1)
        raw = bytearray(base64.urlsafe_b64decode(body))
        assert len(raw) == 39
        raw[place] ^= 1 << bit

        with pytest.raises(Unreadable):
            crypto.decrypt(f"{head}.{base64.urlsafe_b64encode(raw).decode()}", place=PLACE)

    @pytest.mark.parametrize("length", [0, 11, 12, 27, 28, 38])
    def test_a_value_cut_short_is_found_out(self, suite: str, length: int) -> None:
        head, body = crypto.encrypt("13712345678", place=PLACE).rsplit(".", 1)
        cut = base64.urlsafe_b64encode(base64.urlsafe_b64decode(body)[:length]).decode()

        with pytest.raises(Unreadable):
            crypto.decrypt(f"{head}.{cut}", place=PLACE)

    def test_the_suite_cannot_be_talked_down(self, suite: str) -> None:
        """The letter of the suite says how to open; under the other one the tag does not fit."""
        sealed = crypto.encrypt("13712345678", place=PLACE)
        other = {"a": "s", "s": "a"}[sealed[2]]

        with pytest.raises(Unreadable):
            crypto.decrypt(f"1.{other}{sealed[3:]}", place=PLACE)

    def test_a_thousand_nonces_are_a_thousand(self, suite: str) -> None:
        bodies = {crypto.encrypt("x", place=PLACE).rsplit(".", 1)[1] for _ in range(1000)}

        nonces = {base64.urlsafe_b64decode(body)[: crypto.NONCE_BYTES] for body in bodies}
        assert len(nonces) == 1000

    def test_what_cannot_be_opened_is_not_named_in_the_error(self, suite: str) -> None:
        with pytest.raises(Unreadable) as caught:
            crypto.decrypt("1.a.k1.13712345678", place=PLACE)

        assert "13712345678" not in str(caught.value)


@pytest.mark.django_db
class TestForger:
    """Somebody who may write to the database and has no key."""

    def test_a_phone_moved_into_the_address_is_not_shown(self, suite: str) -> None:
        person = register()
        store(person, "address", stored(person))

        with pytest.raises(Unreadable):
            Person.objects.get(pk=person.pk)

    def test_a_number_written_in_the_clear_is_not_shown(self, suite: str) -> None:
        person = register()
        store(person, "phone", "+8613800000000")

        with pytest.raises(Unreadable):
            Person.objects.get(pk=person.pk)

    def test_a_phone_of_somebody_else_shows_but_does_not_find(self, suite: str) -> None:
        """The seal binds the column, the index binds the person: calls and searches still reach the right one."""
        first, second = register(0), register(1)
        store(second, "phone", stored(first))

        assert register(1).pk == second.pk
        assert Person.objects.get(phone_index=phone_index("+8613712340000")) == first

    def test_a_secret_of_an_authenticator_is_no_phone(self, suite: str) -> None:
        person = register()
        account = Account.objects.create(login="one", person=person, totp_secret="JBSWY3DPEHPK3PXP")
        with connection.cursor() as cursor:
            cursor.execute("SELECT totp_secret FROM people_account WHERE id = %s", [account.pk])
            store(person, "phone", cursor.fetchone()[0])

        with pytest.raises(Unreadable):
            Person.objects.get(pk=person.pk)


@pytest.mark.django_db
class TestThief:
    def test_a_copy_of_the_table_tells_no_number_and_not_who_lives_together(self, suite: str) -> None:
        register(0, id_number=ID_NUMBER, address="浆洗街12号")
        register(1, address="浆洗街12号")

        with connection.cursor() as cursor:
            cursor.execute("SELECT p::text FROM people_person p")
            rows = [row[0] for row in cursor.fetchall()]
            cursor.execute("SELECT count(DISTINCT address) FROM people_person")
            assert cursor.fetchone()[0] == 2
        for secret in ("1371234", "浆洗街", ID_NUMBER, ID_NUMBER[6:14] + ID_NUMBER[14:17]):
            assert not any(secret in row for row in rows)

    def test_an_index_is_no_hash_that_can_be_tried_out(self, suite: str, settings: Settings) -> None:
        """All numbers of the country are hashed in minutes; without the key none of them is the one in the column."""
        person = register()
        ours = person.phone_index

        settings.FIELD_KEYS = "k1:a guess"

        assert phone_index("+8613712340000") != ours

    def test_phone_and_identity_number_do_not_share_an_index(self, suite: str) -> None:
        assert phone_index(ID_NUMBER) != id_number_index(ID_NUMBER)


@pytest.mark.django_db
class TestChangeOfKeys:
    @pytest.fixture(autouse=True)
    def small_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reencrypt, "BATCH", 2)

    @pytest.fixture
    def half_way(self, suite: str, settings: Settings) -> Iterator[list[Person]]:
        """Five people under the old key; the run that seals them anew is stopped after its first batch."""
        people = [register(number) for number in range(5)]
        settings.FIELD_KEYS = BOTH
        running = reencrypt.reencrypt()
        assert next(running) == 2
        del running
        yield people

    def test_stopped_half_way_everybody_is_still_read_and_found(
        self, half_way: list[Person], world: World
    ) -> None:
        keys = [head.split(".")[2] for head in heads()[:5]]

        assert keys == ["k2", "k2", "k1", "k1", "k1"]
        for number, person in enumerate(half_way):
            assert Person.objects.get(pk=person.pk).phone == f"+861371234{number:04d}"
            assert register(number).pk == person.pk
            found = search_people(world.actor("worker"), text=f"1371234{number:04d}").rows
            assert found == [person]

    def test_started_again_it_does_the_rest_and_nothing_twice(self, half_way: list[Person]) -> None:
        before = [stored(person) for person in half_way[:2]]

        assert list(reencrypt.reencrypt()) == [2, 3]

        assert {head.split(".")[2] for head in heads()} == {"k2"}
        assert [stored(person) for person in half_way[:2]] == before
        assert list(reencrypt.reencrypt()) == []

    def test_what_a_working_copy_writes_meanwhile_is_new_already(self, half_way: list[Person]) -> None:
        person = half_way[4]
        persons.correct(person, actor=SYSTEM, phone="13888888888")

        assert list(reencrypt.reencrypt()) == [2, 3]

        assert Person.objects.get(pk=person.pk).phone == "+8613888888888"

    def test_a_batch_that_fails_leaves_its_rows_as_they_were(
        self, half_way: list[Person], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = [stored(person) for person in half_way]

        def fail(*_args: object, **_kwargs: object) -> None:
            raise OSError("the disk is full")

        with monkeypatch.context() as broken, pytest.raises(OSError, match="disk"):
            broken.setattr(Person, "save", fail)
            list(reencrypt.reencrypt())

        assert [stored(person) for person in half_way] == before

    def test_after_it_the_old_key_may_go(self, half_way: list[Person], settings: Settings) -> None:
        list(reencrypt.reencrypt())
        settings.FIELD_KEYS = NEW
        assert list(reencrypt.reindex()) == [2, 4, 5]

        for number, person in enumerate(half_way):
            assert Person.objects.get(pk=person.pk).address == f"浆洗街{number + 1}号"
            assert register(number).pk == person.pk

    def test_an_index_made_anew_finds_whoever_has_no_phone_too(self, suite: str, settings: Settings) -> None:
        person = register(0, phone="", id_number=ID_NUMBER)
        settings.FIELD_KEYS = BOTH
        list(reencrypt.reencrypt())
        settings.FIELD_KEYS = NEW

        list(reencrypt.reindex())

        kept = Person.objects.get(pk=person.pk)
        assert (kept.phone_index, kept.id_number_index) == (None, id_number_index(ID_NUMBER))
        assert register(0, id_number=ID_NUMBER).pk == person.pk


@pytest.mark.django_db(transaction=True)
def test_sealing_waits_for_a_row_that_somebody_holds(settings: Settings) -> None:
    """It passed over such rows and ended: then the old key left the ring, and with it what was in them."""
    make_divisions()
    settings.FIELD_KEYS = OLD
    person = register()
    settings.FIELD_KEYS = BOTH
    held, may_go = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            Person.objects.select_for_update().get(pk=person.pk)
            held.set()
            may_go.wait(timeout=30)
        connection.close()

    done: list[int] = []

    def seal() -> None:
        done.extend(reencrypt.reencrypt())
        connection.close()

    holder, sealer = Thread(target=hold), Thread(target=seal)
    holder.start()
    assert held.wait(timeout=30)
    sealer.start()
    sealer.join(timeout=0.3)
    assert sealer.is_alive()
    may_go.set()
    for thread in (holder, sealer):
        thread.join(timeout=30)

    assert done == [1]
    assert heads() == ["1.a.k2."]
