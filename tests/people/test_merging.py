"""One human being, one row: who counts as the same at registering, correcting and pasting, and who is refused."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.audit.models import Entry
from muster.organizations.models import ResidentUnit
from muster.people.actions import persons, rosters, volunteers
from muster.people.enums import ForceClass, VolunteerState, Willingness
from muster.people.models import Person, ReportIn, VolunteerProfile
from muster.people.queries import search_people
from muster.people.rules import parse_id_number, parse_name, parse_phone
from muster.toolkit.actor import SYSTEM, Actor
from tests.people.asking import refusal_of
from tests.people.test_identity import with_check
from tests.racing import at_once
from tests.world import HERE, NEXT_DOOR, World, make_divisions, make_unit

MINE, THEIRS = with_check("51010719880808002"), with_check("51010719880808004")
PHONE, OTHER_PHONE = "13712345678", "13812345678"


def register(**facts: Any) -> Person:
    return persons.register(
        **{"name": "刘芳", "division_code": HERE, "phone": PHONE, "actor": SYSTEM, **facts}
    )


@pytest.mark.django_db
class TestRegistering:
    @pytest.mark.parametrize(
        ("on_file", "said", "outcome"),
        [
            ({}, {}, "same"),
            ({}, {"phone": "+86 137-1234-5678"}, "same"),
            ({}, {"phone": "１３７１２３４５６７８"}, "same"),
            ({}, {"name": " 刘芳 "}, "same"),
            ({}, {"division_code": NEXT_DOOR}, "same"),
            ({}, {"id_number": MINE}, "same"),
            ({}, {"phone": OTHER_PHONE}, "new"),
            ({}, {"phone": ""}, "new"),
            ({}, {"name": "刘方"}, "phone_of_another"),
            ({"id_number": MINE}, {"id_number": MINE, "phone": OTHER_PHONE}, "same"),
            ({"id_number": MINE}, {"id_number": MINE.lower(), "phone": ""}, "same"),
            ({"id_number": MINE}, {"id_number": MINE, "name": "刘方芳", "phone": ""}, "same"),
            ({"id_number": MINE}, {"id_number": THEIRS, "phone": ""}, "new"),
            ({"id_number": MINE}, {"id_number": THEIRS}, "phone_of_another"),
            ({"id_number": MINE, "phone": ""}, {}, "new"),
        ],
        ids=lambda value: (
            None if isinstance(value, str) else ",".join(f"{k}={v}" for k, v in value.items()) or "as is"
        ),
    )
    def test_who_is_the_same(self, on_file: dict[str, Any], said: dict[str, Any], outcome: str) -> None:
        first = register(**on_file)

        if outcome in ("same", "new"):
            assert (register(**said).pk == first.pk) == (outcome == "same")
        else:
            assert refusal_of(partial(register, **said)) == outcome
        assert Person.objects.count() == (2 if outcome == "new" else 1)

    def test_a_number_that_was_given_up_is_free_for_the_next(self) -> None:
        """Carriers give a number to somebody else after some months."""
        first = register()
        persons.correct(first, actor=SYSTEM, phone=OTHER_PHONE)

        second = register(name="王伟")

        assert second.pk != first.pk
        assert register(phone=OTHER_PHONE).pk == first.pk

    def test_somebody_erased_is_nobody_to_be_found(self) -> None:
        first = register(id_number=MINE)
        persons.erase(first, actor=SYSTEM)

        second = register(id_number=MINE)

        assert second.pk != first.pk
        assert Person.objects.get(pk=first.pk).name == "—"

    def test_being_registered_next_door_moves_nobody(self) -> None:
        first = register(address="浆洗街12号")

        register(division_code=NEXT_DOOR, address="新址1号", force_class=ForceClass.GRID_WORKER)

        kept = Person.objects.get()
        assert (kept.pk, kept.division_code, kept.address, kept.force_class) == (
            first.pk,
            HERE,
            "浆洗街12号",
            ForceClass.VOLUNTEER,
        )

    def test_membership_said_once_is_kept_and_is_named_nowhere(self) -> None:
        register()

        register(is_party_member=True)
        register(is_party_member=False)

        assert Person.objects.get().is_party_member
        assert Entry.objects.get(verb="people.person.completed").detail == {"fields": ["sensitive"]}

    def test_a_registration_that_adds_nothing_leaves_no_line(self) -> None:
        register()
        register()

        assert [entry.verb for entry in Entry.objects.all()] == ["people.person.registered"]


@pytest.mark.django_db
class TestCorrecting:
    def test_two_people_cannot_be_made_one_by_a_correction(self) -> None:
        register(id_number=MINE)
        other = register(name="王伟", phone=OTHER_PHONE)

        changes: list[dict[str, Any]] = [{"phone": PHONE}, {"id_number": MINE}]
        for change in changes:
            assert refusal_of(partial(persons.correct, other, actor=SYSTEM, **change)) == "phone_of_another"
        kept = Person.objects.get(pk=other.pk)
        assert (kept.phone, kept.id_number) == (f"+86{OTHER_PHONE}", "")

    def test_another_identity_number_brings_its_own_birth_and_sex(self) -> None:
        person = register(id_number=MINE)
        man = with_check("51010719750101003")

        kept = persons.correct(person, actor=SYSTEM, id_number=man)

        assert (kept.birth_on, kept.sex) == (date(1975, 1, 1), "male")

    def test_a_birth_date_against_the_identity_number_is_refused(self) -> None:
        person = register(id_number=MINE)

        code = refusal_of(partial(persons.correct, person, actor=SYSTEM, birth_on=date(1990, 1, 1)))

        assert code == "birth_differs"

    def test_a_corrected_name_is_found_by_its_new_parts_only(self, world: World) -> None:
        person = register(name="刘芳草")
        persons.correct(person, actor=SYSTEM, name="何芳芷")

        worker = world.actor("worker")
        assert person in search_people(worker, text="芳芷").rows
        assert person not in search_people(worker, text="芳草").rows


def entry(name: str = "刘芳", phone: str = PHONE, id_number: str = "") -> rosters.Entry:
    return rosters.Entry(
        name=parse_name(name),
        phone=parse_phone(phone),
        id_number=parse_id_number(id_number) if id_number else None,
    )


class TestPasting:
    def paste(self, world: World, *entries: rosters.Entry, days: int = 7, **facts: Any) -> list[Person]:
        now = timezone.now()
        return rosters.report_in_all(
            entries,
            **{
                "unit": world.unit,
                "division_code": HERE,
                "valid_to": timezone.localdate(now) + timedelta(days=days),
                "is_synthetic": True,
                "actor": world.actor("liaison"),
                "at": now,
                **facts,
            },
        )

    @pytest.mark.req("R2.7")
    def test_everybody_on_the_list_is_a_volunteer_afterwards(self, world: World) -> None:
        people = self.paste(world, *(entry(f"队员{chr(0x4E00 + n)}", f"1371234000{n}") for n in range(5)))

        assert VolunteerProfile.objects.filter(person__in=people, state=VolunteerState.ACTIVE).count() == 5
        assert {person.force_class for person in people} == {ForceClass.REPORTED_PERSON}

    def test_the_order_of_the_list_is_kept_among_known_and_new(self, world: World) -> None:
        known = world.volunteer(1)

        people = self.paste(
            world,
            entry("赵一", "13712340001"),
            entry("志愿者", "13900000001"),
            entry("钱二", "13712340002"),
        )

        assert [person.name for person in people] == ["赵一", known.name, "钱二"]
        assert people[1].pk == known.pk

    def test_somebody_is_known_by_identity_number_when_the_phone_is_new(self, world: World) -> None:
        known = register(id_number=MINE)

        (person,) = self.paste(world, entry(phone=OTHER_PHONE, id_number=MINE))

        assert person.pk == known.pk
        assert person.phone == f"+86{PHONE}"

    def test_the_same_list_twice_is_one_with_the_later_end(self, world: World) -> None:
        for days in (7, 7, 30, 14):
            self.paste(world, entry(), days=days)

        report = ReportIn.objects.get(person__phone_index=Person.objects.get(name="刘芳").phone_index)
        assert report.valid_to == timezone.localdate() + timedelta(days=30)
        assert Entry.objects.filter(verb="people.report_in.recorded").count() == 2

    def test_a_list_invents_no_will(self, world: World) -> None:
        (person,) = self.paste(world, entry())

        profile = VolunteerProfile.objects.get(person=person)
        assert (profile.emergency_willing, profile.willingness_at) == (Willingness.UNKNOWN, None)

    def test_whoever_has_left_is_not_brought_back_by_a_list(self, world: World) -> None:
        known = world.volunteer(1)
        volunteers.set_state(known.volunteer, VolunteerState.LEFT, actor=SYSTEM)

        self.paste(world, entry("志愿者", "13900000001"))

        assert VolunteerProfile.objects.get(person=known).state == VolunteerState.LEFT

    def test_who_sends_answers_for_the_age_that_nobody_knows(self, world: World) -> None:
        unknown, known = self.paste(world, entry(), entry("王伟", OTHER_PHONE, MINE))

        by = {
            profile.person_id: profile.adult_vouched_by_label
            for profile in VolunteerProfile.objects.filter(person__in=[unknown, known])
        }
        assert by[unknown.pk] == world.actor("liaison").label
        assert by[known.pk] == ""

    def test_somebody_of_another_unit_stays_with_it(self, world: World) -> None:
        other = make_unit("成都市第二中学", uscc="12510107450716225H")
        known = world.volunteer(1)
        Person.objects.filter(pk=known.pk).update(unit=other)

        self.paste(world, entry("志愿者", "13900000001"))

        assert Person.objects.get(pk=known.pk).unit == other
        assert ReportIn.objects.get(person=known).unit == world.unit

    def test_one_and_thirty_cost_the_same(self, world: World) -> None:
        costs = []
        for count, first in ((1, 100), (30, 200)):
            entries = [
                entry(f"队员{chr(0x4E00 + n)}", f"13712340{n:03d}") for n in range(first, first + count)
            ]
            with CaptureQueriesContext(connection) as queries:
                self.paste(world, *entries)
            costs.append(len(queries))

        assert costs[0] == costs[1]


@pytest.mark.django_db(transaction=True)
def test_two_lists_with_the_same_new_people_at_once_make_each_of_them_once() -> None:
    make_divisions()
    unit: ResidentUnit = make_unit()
    entries = [entry(f"队员{chr(0x4E00 + n)}", f"1371234000{n}") for n in range(4)]

    def paste() -> list[int]:
        found = rosters.report_in_all(
            entries,
            unit=unit,
            division_code=HERE,
            valid_to=timezone.localdate(),
            is_synthetic=True,
            actor=Actor(label="test"),
            at=timezone.now(),
        )
        return [person.pk for person in found]

    first, second = at_once([paste, paste])

    assert first == second
    assert Person.objects.count() == VolunteerProfile.objects.count() == ReportIn.objects.count() == 4
