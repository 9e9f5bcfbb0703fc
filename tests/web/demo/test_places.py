"""Invented compounds, staff and units: sizes follow the community, names can be told apart, nothing is made twice."""

from collections import Counter

import pytest

from muster.organizations.enums import UnitKind
from muster.organizations.models import ResidentUnit
from muster.people.enums import ForceClass
from muster.people.models import Person, ReserveTeam
from muster.territory.models import Building, Compound, CompoundGate, Division
from muster.territory.rules.positions import KM_PER_DEGREE
from muster.web.demo import make_people
from muster.web.demo.places import MOST_GATES, SPREAD_KM, build_compounds, homes_of
from muster.web.demo.staff import build_staff, numbers_of
from muster.web.demo.units import build_units

from .conftest import AT, JINLI, VILLAGE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("street")]


def community(households: int, people: int = 0, code: int = JINLI) -> Division:
    place = Division.objects.get(code=code)
    place.household_count, place.population = households, people or households * 2
    place.save()
    return place


@pytest.mark.parametrize(("households", "compounds"), [(1, 1), (299, 1), (1250, 2), (6000, 10)])
def test_compounds_are_as_many_as_the_households_need(households: int, compounds: int) -> None:
    assert build_compounds(community(households), 7, at=AT) == compounds

    assert sum(Compound.objects.values_list("household_count", flat=True)) == households


def test_village_has_a_group_for_every_fifty_five_households() -> None:
    assert build_compounds(community(550, code=VILLAGE), 7, at=AT) == 10

    assert set(Compound.objects.values_list("kind", flat=True)) == {"courtyard"}


def test_names_of_compounds_are_told_apart() -> None:
    build_compounds(community(30_000), 7, at=AT)

    names = list(Compound.objects.values_list("name", flat=True))
    assert len(names) == len(set(names)) == 50


def test_gates_grow_with_the_households_up_to_four() -> None:
    build_compounds(community(30_000), 7, at=AT)

    for compound in Compound.objects.all():
        gates = list(compound.gates.order_by("pk").values_list("name", flat=True))
        assert gates == ["北门", "南门", "东门", "西门"][: len(gates)]
        assert 1 <= len(gates) <= MOST_GATES


def test_buildings_are_numbered_and_have_entrances() -> None:
    build_compounds(community(6000), 7, at=AT)

    assert Building.objects.filter(number="1 栋").count() == Compound.objects.count()
    assert min(Building.objects.values_list("entrance_count", flat=True)) >= 1
    assert max(Building.objects.values_list("floor_count", flat=True)) <= 33


def test_compounds_lie_near_their_community() -> None:
    place = community(6000)
    build_compounds(place, 7, at=AT)

    assert place.lat is not None
    for compound in Compound.objects.all():
        assert compound.lat is not None
        assert abs(compound.lat - place.lat) * KM_PER_DEGREE <= SPREAD_KM + 0.01


def test_community_without_a_position_has_compounds_without_one() -> None:
    place = community(1000)
    place.lon = place.lat = None
    build_compounds(place, 7, at=AT)

    assert set(Compound.objects.values_list("lon", "lat")) == {(None, None)}
    assert set(CompoundGate.objects.values_list("lon", "lat")) == {(None, None)}


def test_compounds_are_made_once() -> None:
    build_compounds(community(6000), 7, at=AT)

    assert build_compounds(community(9000), 7, at=AT) == 0


def test_volunteers_live_in_the_compounds() -> None:
    build_compounds(community(6000), 7, at=AT)
    homes = {home.name for home in homes_of(community(6000))}

    make_people(JINLI, 40, 7, at=AT)

    for person in Person.objects.all():
        assert any(person.address.startswith(f"{home} ") for home in homes)
        assert person.lon is not None


@pytest.mark.parametrize(
    ("force_class", "count"),
    [
        (ForceClass.COMMITTEE_MEMBER, 7),
        (ForceClass.FULL_TIME_WORKER, 18),
        (ForceClass.GRID_WORKER, 10),
        (ForceClass.GROUP_LEADER, 6),
        (ForceClass.SOCIAL_WORKER, 2),
    ],
)
def test_staff_of_ten_thousand_people_is_what_the_norms_say(force_class: str, count: int) -> None:
    assert numbers_of(community(4000, 10_000), 1.0)[force_class] == count


def test_staff_is_never_less_than_two_of_each() -> None:
    assert set(numbers_of(community(10, 20), 0.01).values()) == {2}


def test_gates_with_property_service_have_guards() -> None:
    place = community(12_000)
    build_compounds(place, 7, at=AT)
    gates = CompoundGate.objects.filter(compound__property_status__in=("managed", "partly")).count()

    assert numbers_of(place, 1.0)[ForceClass.PROPERTY_STAFF] == gates * 2


def test_staff_is_written_once() -> None:
    place = community(1000)

    assert build_staff(place, 7, 1.0, at=AT) == Person.objects.count()
    assert build_staff(place, 7, 1.0, at=AT) == 0


@pytest.mark.parametrize(("households", "units"), [(100, 3), (3500, 5), (90_000, 8)])
def test_units_are_as_many_as_the_community_is_large(households: int, units: int) -> None:
    place = community(households, 2000)
    build_staff(place, 7, 0.1, at=AT)

    assert build_units(place, 7, 0.1, at=AT) == units
    assert len(set(ResidentUnit.objects.values_list("name", flat=True))) == units


def test_first_three_units_are_of_the_three_kinds() -> None:
    place = community(100)
    build_staff(place, 7, 1.0, at=AT)
    build_units(place, 7, 1.0, at=AT)

    assert Counter(ResidentUnit.objects.values_list("kind", flat=True)) == dict.fromkeys(UnitKind.values, 1)


def test_village_has_one_unit_with_a_small_team() -> None:
    place = community(90, code=VILLAGE)
    build_staff(place, 7, 1.0, at=AT)

    assert build_units(place, 7, 1.0, at=AT) == 1
    assert 4 <= ReserveTeam.objects.get().members.count() <= 9


def test_units_are_made_once_even_if_one_is_missing() -> None:
    place = community(3500)
    build_staff(place, 7, 0.1, at=AT)
    build_units(place, 7, 0.1, at=AT)
    uscc = set(ResidentUnit.objects.values_list("uscc", flat=True))

    assert build_units(place, 7, 0.1, at=AT) == 0
    assert set(ResidentUnit.objects.values_list("uscc", flat=True)) == uscc


def test_community_without_a_worker_gets_no_unit() -> None:
    assert build_units(community(1000), 7, 1.0, at=AT) == 0
