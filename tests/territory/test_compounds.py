"""Compounds with their gates and buildings: what is made, what is refused, what the trail says."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from muster.audit.models import Entry
from muster.territory.actions.compounds import (
    BuildingDraft,
    GateDraft,
    create_building,
    create_compound,
    create_gate,
)
from muster.territory.actions.load import load_divisions
from muster.territory.enums import PropertyStatus
from muster.territory.models import Building, Compound, CompoundGate, Division
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

from .conftest import MakeEdition

pytestmark = pytest.mark.django_db

AT = datetime(2026, 4, 16, 2, 0, tzinfo=UTC)
WORKER = Actor(label="Chen Xiuying, community worker")


@pytest.fixture
def jinli(make_edition: MakeEdition) -> Division:
    rows = [
        "510000000000,四川省,province",
        "510100000000,成都市,city",
        "510107000000,武侯区,county",
        "510107001000,浆洗街街道,town",
        "510107001006,锦里社区居委会,community",
    ]
    load_divisions(edition=make_edition(date(2023, 6, 30), rows))
    return Division.objects.get(code=510107001006)


def west_court(jinli: Division) -> Compound:
    return create_compound(
        jinli,
        name="锦里西苑",
        property_status=PropertyStatus.MANAGED,
        address="浆洗街 12 号",
        household_count=640,
        lon=104.04,
        lat=30.64,
        gates=[GateDraft("北门", admits_vehicles=True), GateDraft("南门", lon=104.05, lat=30.63)],
        buildings=[BuildingDraft("1 栋", entrance_count=2, floor_count=18)],
        actor=WORKER,
        at=AT,
    )


def test_compound_comes_with_gates_and_buildings(jinli: Division) -> None:
    compound = west_court(jinli)

    gates = list(
        compound.gates.order_by("pk").values_list("name", "admits_vehicles", "lon", "lat", "division_code")
    )
    assert gates == [
        ("北门", True, 104.04, 30.64, 510107001006),
        ("南门", False, 104.05, 30.63, 510107001006),
    ]
    building = compound.buildings.get()
    assert (building.number, building.entrance_count, building.floor_count) == ("1 栋", 2, 18)
    assert building.division_code == 510107001006


def test_compound_leaves_its_trail(jinli: Division) -> None:
    compound = west_court(jinli)

    entry = Entry.objects.get(verb="territory.compound.created")
    assert (entry.object_code, entry.division_code, entry.at) == (compound.code, 510107001006, AT)
    assert entry.actor_label == WORKER.label
    assert entry.detail == {"gates": 2, "buildings": 1}


def test_second_compound_of_the_name_is_refused_and_changes_nothing(jinli: Division) -> None:
    west_court(jinli)

    with pytest.raises(Refused) as refusal:
        west_court(jinli)

    assert refusal.value.code == "compound_exists"
    assert Compound.objects.count() == 1
    assert Entry.objects.filter(verb="territory.compound.created").count() == 1


def test_compound_of_a_street_is_refused(jinli: Division) -> None:
    street = Division.objects.get(code=510107001000)

    with pytest.raises(Refused) as refusal:
        create_compound(street, name="锦里西苑", property_status=PropertyStatus.NONE, actor=WORKER, at=AT)

    assert refusal.value.code == "not_a_community"
    assert not Compound.objects.exists()


def test_compound_of_a_community_that_ended_is_refused(jinli: Division) -> None:
    jinli.valid_to = date(2024, 1, 1)
    jinli.save()

    with pytest.raises(Refused) as refusal:
        create_compound(jinli, name="锦里西苑", property_status=PropertyStatus.NONE, actor=WORKER, at=AT)

    assert refusal.value.code == "not_a_community"


def test_two_gates_of_one_name_are_refused_with_the_whole_compound(jinli: Division) -> None:
    with pytest.raises(Refused) as refusal:
        create_compound(
            jinli,
            name="锦里西苑",
            property_status=PropertyStatus.NONE,
            gates=[GateDraft("北门"), GateDraft("北门")],
            actor=WORKER,
            at=AT,
        )

    assert refusal.value.code == "gate_exists"
    assert not Compound.objects.exists()


def test_gate_is_added_once(jinli: Division) -> None:
    compound = west_court(jinli)

    gate = create_gate(compound, GateDraft("东门"), actor=WORKER, at=AT)
    with pytest.raises(Refused) as refusal:
        create_gate(compound, GateDraft("东门"), actor=WORKER, at=AT)

    assert refusal.value.code == "gate_exists"
    assert (gate.lon, gate.lat) == (104.04, 30.64)
    assert CompoundGate.objects.count() == 3
    assert Entry.objects.get(verb="territory.gate.created").object_code == gate.code


def test_building_is_added_once(jinli: Division) -> None:
    compound = west_court(jinli)

    create_building(compound, BuildingDraft("2 栋"), actor=WORKER, at=AT)
    with pytest.raises(Refused) as refusal:
        create_building(compound, BuildingDraft("2 栋"), actor=WORKER, at=AT)

    assert refusal.value.code == "building_exists"
    assert Building.objects.count() == 2
    assert Entry.objects.get(verb="territory.building.created").detail == {"number": "2 栋"}


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (Compound, "compound_name_once_per_community"),
        (CompoundGate, "gate_name_once_per_compound"),
        (Building, "building_number_once_per_compound"),
    ],
)
def test_database_keeps_names_apart(jinli: Division, model: type, name: str) -> None:
    west_court(jinli)
    twin = model.objects.order_by("pk").first()
    twin.pk = None
    if hasattr(twin, "code"):
        twin.code = "TWINTWIN"

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        twin.save()


def test_compound_without_gates_is_a_place_all_the_same(jinli: Division) -> None:
    compound = create_compound(
        jinli, name="锦里老院", kind="courtyard", property_status=PropertyStatus.NONE, actor=WORKER, at=AT
    )

    assert (compound.kind, compound.gates.count(), compound.buildings.count()) == ("courtyard", 0, 0)
    assert Entry.objects.get(verb="territory.compound.created").detail == {"gates": 0, "buildings": 0}


def test_two_buildings_of_one_number_are_refused_with_the_whole_compound(jinli: Division) -> None:
    with pytest.raises(Refused) as refusal:
        create_compound(
            jinli,
            name="锦里西苑",
            property_status=PropertyStatus.NONE,
            gates=[GateDraft("北门")],
            buildings=[BuildingDraft("1 栋"), BuildingDraft("1 栋")],
            actor=WORKER,
            at=AT,
        )

    assert refusal.value.code == "building_exists"
    assert not Compound.objects.exists()
    assert not CompoundGate.objects.exists()
    assert not Entry.objects.filter(verb="territory.compound.created").exists()


def test_names_of_two_compounds_do_not_meet(jinli: Division) -> None:
    west = west_court(jinli)
    east = create_compound(
        jinli,
        name="锦里东苑",
        property_status=PropertyStatus.PARTLY,
        gates=[GateDraft("北门")],
        buildings=[BuildingDraft("1 栋")],
        actor=WORKER,
        at=AT,
    )

    assert west.gates.filter(name="北门").get() != east.gates.filter(name="北门").get()
    assert Building.objects.filter(number="1 栋").count() == 2


def test_a_refused_gate_leaves_no_trail(jinli: Division) -> None:
    compound = west_court(jinli)

    with pytest.raises(Refused):
        create_gate(compound, GateDraft("北门"), actor=WORKER, at=AT)
    with pytest.raises(Refused):
        create_building(compound, BuildingDraft("1 栋"), actor=WORKER, at=AT)

    assert not Entry.objects.filter(
        verb__in=["territory.gate.created", "territory.building.created"]
    ).exists()
    assert (compound.gates.count(), compound.buildings.count()) == (2, 1)


def test_a_compound_gone_takes_its_gates_and_buildings_along(jinli: Division) -> None:
    west_court(jinli).delete()

    assert (CompoundGate.objects.count(), Building.objects.count()) == (0, 0)
