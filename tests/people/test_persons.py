"""People are on file once each; corrections and erasures leave a trail without personal data."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.audit.models import Entry
from muster.people.actions import persons
from muster.people.enums import ForceClass, Sex, VolunteerState
from muster.people.models import Consent, Person
from muster.people.rules import id_number_index, phone_index
from muster.toolkit.actor import SYSTEM, Actor
from tests.people.asking import refusal_of
from tests.people.test_identity import with_check
from tests.racing import at_once
from tests.world import HERE, NEXT_DOOR, World, make_divisions, make_unit

ID_NUMBER = with_check("51010719880808002")
OTHER_ID_NUMBER = with_check("51010719880808004")


def register(actor: Actor = SYSTEM, **facts: Any) -> Person:
    standard = {"name": "刘芳", "division_code": HERE, "phone": "13712345678"}
    return persons.register(actor=actor, **{**standard, **facts})


@pytest.mark.django_db
class TestRegister:
    def test_new_person_is_on_file_with_what_was_said(self) -> None:
        person = register(
            phone="+86 137 1234 5678",
            id_number=ID_NUMBER.lower(),
            address=" 浆洗街12号 ",
            force_class=ForceClass.GRID_WORKER,
            is_party_member=True,
            has_smartphone=False,
        )

        kept = Person.objects.get(pk=person.pk)
        assert (kept.name, kept.phone, kept.id_number) == ("刘芳", "+8613712345678", ID_NUMBER)
        assert (kept.birth_on, kept.sex, kept.address) == (date(1988, 8, 8), Sex.FEMALE, "浆洗街12号")
        assert (kept.force_class, kept.is_party_member, kept.has_smartphone) == ("grid_worker", True, False)
        assert kept.phone_index == phone_index("+8613712345678")
        assert kept.id_number_index == id_number_index(ID_NUMBER)

    def test_same_phone_and_name_is_the_same_person(self) -> None:
        first = register()

        assert register(phone="137-1234-5678", division_code=NEXT_DOOR).pk == first.pk
        assert Person.objects.get().division_code == HERE

    def test_same_identity_number_is_the_same_person_whatever_the_phone(self) -> None:
        first = register(id_number=ID_NUMBER)

        assert register(id_number=ID_NUMBER, phone="13888888888", name="刘方").pk == first.pk
        assert Person.objects.get().phone == "+8613712345678"

    def test_second_registration_fills_in_only_what_is_missing(self) -> None:
        unit = make_unit()
        first = register(address="旧址1号")

        second = register(id_number=ID_NUMBER, address="新址2号", unit=unit)

        assert second.pk == first.pk
        kept = Person.objects.get()
        assert (kept.address, kept.unit_id, kept.id_number) == ("旧址1号", unit.pk, ID_NUMBER)
        assert (kept.birth_on, kept.sex) == (date(1988, 8, 8), Sex.FEMALE)
        assert kept.id_number_index == id_number_index(ID_NUMBER)
        registered, completed = Entry.objects.order_by("id")
        assert (registered.verb, completed.verb) == ("people.person.registered", "people.person.completed")
        assert completed.detail == {"fields": ["birth_on", "id_number", "sex", "unit"]}

    def test_phone_of_somebody_of_another_name_is_refused(self) -> None:
        register()

        assert refusal_of(lambda: register(name="王伟")) == "phone_of_another"
        assert Person.objects.count() == 1

    def test_phone_of_somebody_with_another_identity_number_is_refused(self) -> None:
        register(id_number=ID_NUMBER)

        assert refusal_of(lambda: register(id_number=OTHER_ID_NUMBER)) == "phone_of_another"

    def test_numbers_of_two_people_are_refused(self) -> None:
        register(id_number=ID_NUMBER)
        register(name="王伟", phone="13888888888", id_number=OTHER_ID_NUMBER)

        code = refusal_of(lambda: register(id_number=ID_NUMBER, phone="13888888888"))

        assert code == "two_people"

    def test_birth_date_that_is_not_the_one_of_the_number_is_refused(self) -> None:
        code = refusal_of(lambda: register(id_number=ID_NUMBER, birth_on=date(1988, 8, 9)))

        assert code == "birth_differs"
        assert not Person.objects.exists()

    def test_people_without_any_number_are_not_mistaken_for_each_other(self) -> None:
        assert register(phone="").pk != register(phone="").pk

    def test_bad_number_leaves_nobody_on_file(self) -> None:
        assert refusal_of(lambda: register(phone="1371234")) == "phone_too_short"
        assert refusal_of(lambda: register(id_number="51010719880808002")) == "id_number_length"
        assert not Person.objects.exists()

    def test_trail_says_who_and_holds_no_personal_data(self) -> None:
        person = register(id_number=ID_NUMBER)

        entry = Entry.objects.get()
        assert (entry.verb, entry.object_code, entry.division_code) == (
            "people.person.registered",
            person.code,
            HERE,
        )
        for secret in ("刘芳", "13712345678", ID_NUMBER):
            assert secret not in str(entry.__dict__)


@pytest.mark.django_db(transaction=True)
def test_two_registrations_at_once_give_one_person() -> None:
    make_divisions()

    found = at_once([partial(register, id_number=ID_NUMBER)] * 8)

    assert found == [Person.objects.get()] * 8
    assert Entry.objects.filter(verb="people.person.registered").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["phone_index", "id_number_index"])
def test_database_itself_keeps_a_number_to_one_person(field: str) -> None:
    index = phone_index("+8613712345678")
    Person.objects.create(name="刘芳", division_code=HERE, **{field: index})

    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(name="王伟", division_code=HERE, **{field: index})


@pytest.mark.django_db
class TestCorrect:
    def test_changed_fields_and_their_indexes_move_together(self) -> None:
        person = register()

        persons.correct(person, actor=SYSTEM, name="刘芳芳", phone="13888888888", id_number=ID_NUMBER)

        kept = Person.objects.get()
        assert (kept.name, kept.phone, kept.id_number) == ("刘芳芳", "+8613888888888", ID_NUMBER)
        assert kept.phone_index == phone_index("+8613888888888")
        assert register(name="刘芳芳", phone="13888888888").pk == person.pk
        corrected = Entry.objects.get(verb="people.person.corrected")
        assert corrected.detail == {"fields": ["birth_on", "id_number", "name", "phone", "sex"]}

    def test_phone_of_somebody_else_is_refused_and_nothing_changes(self) -> None:
        register(name="王伟", phone="13888888888")
        person = register()

        code = refusal_of(lambda: persons.correct(person, actor=SYSTEM, name="新名字", phone="13888888888"))

        assert code == "phone_of_another"
        assert Person.objects.get(pk=person.pk).name == "刘芳"

    def test_phone_can_be_removed(self) -> None:
        person = register()

        persons.correct(person, actor=SYSTEM, phone="")

        kept = Person.objects.get()
        assert (kept.phone, kept.phone_index) == ("", None)

    def test_saying_the_same_again_leaves_no_trail(self) -> None:
        person = register()

        persons.correct(person, actor=SYSTEM, name="刘芳", phone="137 1234 5678")

        assert [entry.verb for entry in Entry.objects.all()] == ["people.person.registered"]

    def test_field_that_is_not_corrected_here_is_a_bug(self) -> None:
        with pytest.raises(TypeError, match="is_party_member"):
            persons.correct(register(), actor=SYSTEM, is_party_member=True)

    def test_moving_takes_the_volunteer_profile_along(self, world: World) -> None:
        person = world.person("volunteer")

        persons.correct(person, actor=world.actor("worker"), division_code=NEXT_DOOR)

        person.refresh_from_db()
        assert (person.division_code, person.volunteer.division_code) == (NEXT_DOOR, NEXT_DOOR)


@pytest.mark.django_db
def test_party_membership_leaves_no_word_in_the_trail() -> None:
    person = register()

    persons.set_party_membership(person, True, actor=SYSTEM)
    persons.set_party_membership(person, True, actor=SYSTEM)

    assert Person.objects.get().is_party_member
    entries = Entry.objects.filter(verb="people.person.corrected")
    assert [entry.detail for entry in entries] == [{"fields": ["sensitive"]}]
    assert not any("party" in str(entry.__dict__).lower() for entry in Entry.objects.all())


def test_erased_person_leaves_a_place_and_no_identity(world: World) -> None:
    person = world.person("liaison")
    Consent.objects.create(
        person=person,
        purpose="volunteer_service",
        version=1,
        legal_basis="consent",
        given_at=timezone.now(),
        given_through="page",
    )

    persons.erase(person, actor=world.actor("worker"))
    persons.erase(person, actor=world.actor("worker"))

    kept = Person.objects.select_related("account", "volunteer").get(pk=person.pk)
    assert (kept.name, kept.phone, kept.id_number, kept.address, kept.search_keys) == ("—", "", "", "", [])
    assert (kept.phone_index, kept.id_number_index, kept.birth_on) == (None, None, None)
    assert kept.erased_at is not None
    assert kept.volunteer.state == VolunteerState.LEFT
    assert not kept.account.is_active
    assert kept.account.login != "liaison"
    assert not kept.consents.filter(withdrawn_at=None).exists()
    assert Entry.objects.filter(verb="people.person.erased").count() == 1
