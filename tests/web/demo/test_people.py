"""Invented people: valid numbers that belong to nobody, ages and sexes of the census, never two with one number."""

import csv
from collections import Counter
from statistics import mean

import pytest

from muster.people.enums import ConsentPurpose, ForceClass, Sex, Willingness
from muster.people.models import Consent, Person, VolunteerProfile
from muster.people.rules import (
    age_on,
    id_number_index,
    name_keys,
    parse_id_number,
    parse_name,
    parse_phone,
    phone_index,
)
from muster.territory.actions.editions import data_folder
from muster.territory.models import Division
from muster.web.demo.census import bands, bands_of
from muster.web.demo.people import make_people, write_people
from muster.web.demo.portraits import BORN_BEFORE, Portrait, id_number_of, staff, volunteer

from .conftest import AT, JINLI, VILLAGE

WENCHUAN, XICHANG = 513221100001, 513401001001


def portraits(count: int, division_code: int = JINLI) -> list[Portrait]:
    return [
        volunteer(f"7|{division_code}|{n}", division_code, address="锦里西苑 1 栋", lon=None, lat=None)
        for n in range(count)
    ]


def test_same_key_is_the_same_person() -> None:
    assert portraits(50) == portraits(50)


def test_men_and_women_are_as_many_as_the_census_says() -> None:
    people = portraits(4000)

    male = sum(person.sex == Sex.MALE for person in people) / len(people)

    assert abs(male * 1000 - bands_of(JINLI).male_permille) < 25


def test_ages_are_those_of_people_who_may_volunteer() -> None:
    ages = [age_on(person.birth_on, BORN_BEFORE) for person in portraits(4000)]

    assert min(ages) >= 14
    assert max(ages) <= 75
    assert 0 < sum(age < 18 for age in ages) < 80
    assert 35 < mean(ages) < 45


def test_minor_has_a_guardian_and_is_not_in_the_emergency_pool() -> None:
    minors = [person for person in portraits(4000) if age_on(person.birth_on, BORN_BEFORE) < 18]

    assert minors
    for person in minors:
        assert person.volunteer is not None
        assert person.volunteer.guardian_name
        assert person.volunteer.emergency_willing != Willingness.YES
        assert not person.is_party_member


def test_emergency_pool_is_a_fifth_of_those_of_age_for_it() -> None:
    people = [person for person in portraits(4000) if 18 <= age_on(person.birth_on, BORN_BEFORE) < 60]

    willing = sum(person.volunteer.emergency_willing == Willingness.YES for person in people)  # type: ignore[union-attr]  # portraits of volunteers have offers

    assert 0.17 < willing / len(people) < 0.23


def test_names_follow_the_place() -> None:
    tibetan = " ".join(person.name for person in portraits(300, WENCHUAN))
    yi = " ".join(person.name for person in portraits(300, XICHANG))

    assert "卓玛" in tibetan
    assert "吉克·" in yi
    assert "·" not in " ".join(person.name for person in portraits(300))
    for person in portraits(50, XICHANG):
        assert parse_name(person.name) == person.name


def test_identity_numbers_are_valid_and_belong_to_a_whole_province() -> None:
    for person in portraits(200):
        number = parse_id_number(id_number_of(person, 0))

        assert number.value.startswith("510000")
        assert (number.birth_on, number.sex) == (person.birth_on, person.sex)


def test_staff_is_of_working_age_and_only_reported_persons_volunteer() -> None:
    worker = staff("w", JINLI, ForceClass.FULL_TIME_WORKER, address="")
    reported = staff("r", JINLI, ForceClass.REPORTED_PERSON, address="")

    assert worker.volunteer is None
    assert reported.volunteer is not None
    assert reported.volunteer.emergency_willing == Willingness.YES
    assert 23 <= age_on(worker.birth_on, BORN_BEFORE) <= 59


def test_bands_add_up_to_the_census() -> None:
    with (data_folder() / "population" / "sichuan_population.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["level"] == "county"]

    assert len(bands()) == len(rows) == 183
    for known in bands().values():
        assert known.children + known.adults + known.old + known.very_old == known.population


def test_volunteers_are_twelve_of_a_hundred_who_may() -> None:
    wuhou = bands_of(JINLI)

    assert wuhou.volunteers_among(10_000) == round(
        10_000 * wuhou.working_age * 0.94 / wuhou.population * 0.12
    )


@pytest.mark.django_db
def test_person_is_written_as_register_would_write_them() -> None:
    (written,) = write_people(portraits(1), at=AT)

    person = Person.objects.get(pk=written.pk)
    portrait = portraits(1)[0]
    assert (person.code, person.name, person.sex, person.birth_on) == (
        written.code,
        portrait.name,
        portrait.sex,
        portrait.birth_on,
    )
    assert person.address == "锦里西苑 1 栋"
    assert person.phone.startswith("+86154")
    assert parse_phone(person.phone).e164 == person.phone
    assert person.phone_index == phone_index(person.phone)
    assert person.id_number_index == id_number_index(person.id_number)
    assert person.search_keys == name_keys(person.name)
    assert person.is_synthetic
    assert person.created_at == AT
    assert person.erased_at is None


@pytest.mark.django_db
def test_name_with_a_dot_is_found_by_the_same_keys() -> None:
    written = write_people(portraits(40, XICHANG), at=AT)

    for person in Person.objects.filter(pk__in=[one.pk for one in written]):
        assert person.search_keys == name_keys(person.name)


@pytest.mark.django_db
def test_nothing_is_stored_in_the_clear() -> None:
    (written,) = write_people(portraits(1), at=AT)

    row = (
        Person.objects.filter(pk=written.pk)
        .extra(select={"raw": "phone || id_number || address"})
        .values("raw")[0]
    )

    assert "154" not in row["raw"].split(".")[0]
    assert "510000" not in row["raw"]
    assert "锦里" not in row["raw"]


@pytest.mark.django_db
def test_volunteer_comes_with_profile_and_consents() -> None:
    written = write_people(portraits(200), at=AT)

    profiles = VolunteerProfile.objects.in_bulk([person.pk for person in written], field_name="person_id")
    assert len(profiles) == 200
    limited = [person for person in written if person.portrait.volunteer.health_limits]  # type: ignore[union-attr]  # volunteers have offers
    assert limited
    for person in written:
        offers, profile = person.portrait.volunteer, profiles[person.pk]
        assert offers is not None
        assert (profile.availability, tuple(profile.skills)) == (offers.availability, offers.skills)
        assert (profile.state, profile.division_code) == ("active", JINLI)
        assert profile.asked_count == 0
    purposes = Counter(Consent.objects.values_list("purpose", flat=True))
    assert purposes == {
        ConsentPurpose.VOLUNTEER_SERVICE: 200,
        ConsentPurpose.HEALTH_LIMITS: len(limited),
    }


@pytest.mark.django_db
def test_number_that_somebody_has_is_drawn_again() -> None:
    first = write_people(portraits(3), at=AT)

    second = write_people(portraits(3), at=AT)

    people = Person.objects.in_bulk([person.pk for person in first + second])
    assert len({person.phone for person in people.values()}) == 6
    assert len({person.id_number for person in people.values()}) == 6
    assert len({person.code for person in people.values()}) == 6
    again = people[second[0].pk]
    assert parse_id_number(again.id_number).birth_on == portraits(1)[0].birth_on


@pytest.mark.django_db
def test_make_people_fills_a_place_up_and_no_further(street: Division) -> None:
    assert make_people(street.code, 120, 7, at=AT) == 120
    before = set(Person.objects.values_list("code", flat=True))

    assert make_people(street.code, 120, 7, at=AT) == 0
    assert make_people(street.code, 150, 7, at=AT) == 30
    assert before < set(Person.objects.values_list("code", flat=True))


@pytest.mark.django_db
def test_make_people_gives_the_same_people_for_the_same_seed(street: Division) -> None:
    make_people(street.code, 60, 7, at=AT)
    first = list(Person.objects.order_by("code").values_list("code", "name", "birth_on", "division_code"))
    Person.objects.all().delete()

    make_people(street.code, 60, 7, at=AT)

    assert (
        list(Person.objects.order_by("code").values_list("code", "name", "birth_on", "division_code"))
        == first
    )


@pytest.mark.django_db
def test_make_people_spreads_them_by_population(street: Division) -> None:
    make_people(street.code, 400, 7, at=AT)

    by_place = Counter(Person.objects.values_list("division_code", flat=True))
    assert by_place.keys() == {JINLI, VILLAGE}
    assert 8 <= by_place[VILLAGE] <= 50
    assert by_place.total() == 400
