"""The demo of a street: everything is there once, in the numbers of the census, by the same actions as real things."""

from collections import Counter

import pytest
from django.apps import apps

from muster.audit.models import Entry
from muster.organizations.enums import UnitKind
from muster.organizations.models import ContingencyPlan, ResidentUnit, UnitContact
from muster.organizations.rules import is_contact_fresh, is_linked, parse_uscc
from muster.people.enums import REGULAR_FORCE, ConsentPurpose, ForceClass, LiaisonSide, RoleKind
from muster.people.models import (
    Account,
    Consent,
    Liaison,
    Person,
    ReportIn,
    ReserveTeam,
    Role,
    VolunteerProfile,
)
from muster.territory.enums import PropertyStatus
from muster.territory.models import Building, Compound, CompoundGate, Division
from muster.web.demo import DemoSummary, build
from muster.web.demo.cast import stage_of
from muster.web.demo.census import bands_of
from muster.web.demo.draws import Draws
from muster.web.demo.places import compound_name, group_name
from muster.web.demo.units import uscc_of

from .conftest import AT, JINLI, STREET, VILLAGE

pytestmark = pytest.mark.django_db


def everything() -> dict[str, int]:
    """How many rows each table of ours has."""
    return {
        model._meta.label: model.objects.count()
        for model in apps.get_models()
        if "muster" in model.__module__
    }


def test_build_says_what_it_made(built: DemoSummary) -> None:
    assert (built.name, built.communities, built.stage_code) == ("浆洗街街道", 2, JINLI)
    assert built.compounds == Compound.objects.count()
    assert built.units == ResidentUnit.objects.count()
    assert built.volunteers == Person.objects.filter(force_class=ForceClass.VOLUNTEER).count()
    assert built.is_new


def test_second_build_changes_nothing(built: DemoSummary) -> None:
    rows = everything()

    second = build(STREET, 7, in_motion=False, at=AT)

    assert not second.is_new
    assert second.accounts == built.accounts
    assert everything() == rows


@pytest.mark.usefixtures("built")
def test_build_that_was_broken_off_is_finished_by_the_next() -> None:
    rows = everything()
    Person.objects.filter(division_code=VILLAGE, force_class=ForceClass.VOLUNTEER).delete()

    summary = build(STREET, 7, in_motion=False, at=AT)

    assert summary.volunteers > 0
    assert everything() == rows


@pytest.mark.usefixtures("built")
def test_households_of_the_compounds_add_up_to_the_community() -> None:
    for place in Division.objects.filter(code__in=[JINLI, VILLAGE]):
        compounds = Compound.objects.filter(division_code=place.code)
        assert sum(compound.household_count for compound in compounds) == place.household_count


@pytest.mark.usefixtures("built")
def test_city_compound_has_gates_and_buildings_and_a_village_one_way_in() -> None:
    for compound in Compound.objects.filter(division_code=JINLI):
        assert 1 <= compound.gates.count() <= 4
        assert compound.gates.filter(admits_vehicles=True).count() == 1
        assert compound.buildings.count() >= 1
    assert CompoundGate.objects.filter(division_code=VILLAGE).count() == 1
    assert not Building.objects.filter(division_code=VILLAGE).exists()
    assert set(Compound.objects.filter(division_code=VILLAGE).values_list("property_status", flat=True)) == {
        PropertyStatus.NONE
    }


def test_compounds_and_groups_are_named_as_people_name_them() -> None:
    assert [compound_name("锦里社区", number) for number in (0, 1, 14)] == [
        "锦里西苑",
        "锦里东苑",
        "锦里西苑 2 期",
    ]
    assert [group_name(number) for number in (0, 8, 9, 10, 19, 20)] == [
        "一组",
        "九组",
        "十组",
        "十一组",
        "二十组",
        "二十一组",
    ]


@pytest.mark.req("R2.3", "R2.12", "R2.13")
@pytest.mark.usefixtures("built")
def test_units_of_three_kinds_are_linked_with_team_and_plan() -> None:
    units = list(ResidentUnit.objects.filter(division_code=JINLI))
    assert {unit.kind for unit in units} == set(UnitKind.values)
    for unit in units:
        assert parse_uscc(unit.uscc).kind == unit.kind
        assert is_linked(unit.linked_at, unit.unlinked_at)
        team = ReserveTeam.objects.get(unit=unit)
        assert team.members.filter(person=team.leader).count() == 1
        assert team.members.count() >= 3
        plan = ContingencyPlan.objects.get(unit=unit)
        assert plan.valid_from <= AT.date() < plan.valid_to


@pytest.mark.req("R2.10")
@pytest.mark.usefixtures("built")
def test_units_have_liaisons_on_both_sides_and_a_fresh_contact() -> None:
    for unit in ResidentUnit.objects.all():
        sides = Counter(Liaison.objects.filter(unit=unit, ended_on=None).values_list("side", flat=True))
        assert sides == {LiaisonSide.UNIT: 1, LiaisonSide.COMMUNITY: 1}
        assert is_contact_fresh(UnitContact.objects.filter(unit=unit).latest("at").at, AT, 30)


@pytest.mark.req("R2.7")
@pytest.mark.usefixtures("built")
def test_every_reported_person_is_a_volunteer_too() -> None:
    reported = Person.objects.filter(force_class=ForceClass.REPORTED_PERSON)
    assert reported.exists()
    assert reported.filter(volunteer__isnull=True).count() == 0
    assert ReportIn.objects.filter(valid_to__gt=AT.date()).count() == reported.count()
    assert reported.filter(unit__isnull=True).count() == 0


@pytest.mark.usefixtures("built")
def test_most_reported_people_and_nobody_else_let_their_unit_know_that_they_came() -> None:
    agreed = Consent.objects.filter(purpose=ConsentPurpose.UNIT_SHARING)
    reported = Person.objects.filter(force_class=ForceClass.REPORTED_PERSON)

    assert set(agreed.values_list("person__force_class", "version")) == {(ForceClass.REPORTED_PERSON, 2)}
    assert reported.count() / 2 < agreed.count() < reported.count()


@pytest.mark.req("R1.1", "R1.2")
@pytest.mark.usefixtures("built")
def test_every_community_has_its_regular_and_auxiliary_force() -> None:
    for code in (JINLI, VILLAGE):
        classes = set(Person.objects.filter(division_code=code).values_list("force_class", flat=True))
        assert set(REGULAR_FORCE) - {ForceClass.OTHER_REGULAR} <= classes
        assert {ForceClass.REPORTED_PERSON, ForceClass.PROPERTY_STAFF, ForceClass.SOCIAL_WORKER} <= classes
        assert ForceClass.VOLUNTEER in classes


@pytest.mark.usefixtures("built")
def test_volunteers_are_as_many_as_the_census_lets_expect() -> None:
    found = VolunteerProfile.objects.filter(
        division_code=JINLI, person__force_class=ForceClass.VOLUNTEER
    ).count()
    assert found == bands_of(JINLI).volunteers_among(3000)


def test_there_is_an_account_for_every_role(built: DemoSummary) -> None:
    assert built.accounts.keys() == {*RoleKind.values, "volunteer"}
    for role, code in built.accounts.items():
        held = set(Account.objects.get(code=code).roles.values_list("kind", flat=True))
        assert held == (set() if role == "volunteer" else {role})


@pytest.mark.usefixtures("built")
def test_every_community_has_its_worker() -> None:
    workers = Role.objects.filter(kind=RoleKind.COMMUNITY_WORKER).values_list("division_code", flat=True)
    assert sorted(workers) == [JINLI, VILLAGE]


@pytest.mark.usefixtures("built")
def test_overseers_stand_over_the_places_above() -> None:
    places = dict(Role.objects.filter(kind__endswith="_overseer").values_list("kind", "division_code"))
    assert places == {
        RoleKind.TOWNSHIP_OVERSEER: 510107001000,
        RoleKind.COUNTY_OVERSEER: 510107000000,
        RoleKind.CITY_OVERSEER: 510100000000,
        RoleKind.PROVINCE_OVERSEER: 510000000000,
    }


@pytest.mark.usefixtures("built")
def test_nobody_in_the_demo_is_real() -> None:
    assert not Person.objects.filter(is_synthetic=False).exists()
    for person in Person.objects.all()[:50]:
        assert person.phone.startswith("+86154")
        assert person.id_number.startswith("510000")


@pytest.mark.usefixtures("built")
def test_build_leaves_the_trail_of_its_actions_without_names_or_numbers() -> None:
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {
        "territory.compound.created",
        "organizations.unit.created",
        "organizations.unit.linked",
        "people.liaison.appointed",
        "people.role.granted",
    } <= verbs


def test_stage_is_the_community_of_a_typical_size() -> None:
    places = [Division(code=code, household_count=count) for code, count in ((1, 9000), (2, 3246), (3, 2016))]

    assert stage_of(places).code == 2


@pytest.mark.parametrize("authority", ["11", "12", "51", "52", "91"])
def test_social_credit_codes_pass_both_checks(authority: str) -> None:
    for number in range(50):
        assert parse_uscc(uscc_of(Draws(authority, number), authority)).value.startswith(authority + "510000")
