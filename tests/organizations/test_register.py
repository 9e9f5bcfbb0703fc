"""The register of a place: what a unit is entered with, how it is found, page by page, and by whom."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from muster.audit.models import Entry
from muster.organizations import access
from muster.organizations.actions import units
from muster.organizations.enums import UnitKind
from muster.organizations.forms import (
    CommunityLiaisonForm,
    ContactForm,
    LiaisonForm,
    PlanForm,
    UnitForm,
    UnlinkForm,
)
from muster.organizations.models import ResidentUnit
from muster.organizations.queries.units import units_listed
from muster.people.access import Need
from muster.toolkit.paging import SIZE, Page
from muster.toolkit.refusal import Refused
from tests.organizations.ground import plan_of, unit_of, uscc
from tests.world import FAR_COUNTY, World

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 3)


def listed(world: World, who: str = "worker", **facts: str) -> Page[ResidentUnit]:
    """The register as that one of the cast reads it."""
    return units_listed(
        access.units_visible_to(world.actor(who)), on=TODAY, reviewed_since=date(2025, 12, 3), **facts
    )


def test_blanks_around_the_facts_are_taken_off(world: World) -> None:
    unit = unit_of(world, 1, name="  蜀锦文创 ", address=" 锦里1号  ")

    assert (unit.name, unit.address) == ("蜀锦文创", "锦里1号")


@pytest.mark.parametrize(
    ("typed", "code"),
    [("91510107MA0000018", "uscc_length"), ("O" * 18, "uscc_characters"), (uscc(1)[:-1] + "0", "uscc_check")],
)
def test_a_unit_with_a_bad_code_is_not_entered(world: World, typed: str, code: str) -> None:
    before = ResidentUnit.objects.count()

    with pytest.raises(Refused) as refused:
        unit_of(world, 1, uscc=typed)

    assert refused.value.code == code
    assert ResidentUnit.objects.count() == before
    assert not Entry.objects.filter(verb="organizations.unit.created").exists()


@pytest.mark.parametrize("spelled", [str.lower, " ".join, lambda code: f"{code[:8]}-{code[8:]}"])
def test_the_same_code_spelled_otherwise_is_the_same_unit(world: World, spelled: object) -> None:
    assert callable(spelled)
    unit_of(world, 1)

    with pytest.raises(Refused) as refused:
        unit_of(world, 2, uscc=spelled(uscc(1)))

    assert refused.value.code == "unit_known"
    assert Entry.objects.filter(verb="organizations.unit.created").count() == 1


def test_a_refused_code_does_not_spoil_the_transaction_around_it(world: World) -> None:
    with transaction.atomic():
        unit_of(world, 1)
        with pytest.raises(Refused):
            unit_of(world, 1)
        unit_of(world, 2)

    assert ResidentUnit.objects.filter(uscc__in=[uscc(1), uscc(2)]).count() == 2


def test_the_code_and_the_community_of_a_unit_stay_when_its_facts_change(world: World) -> None:
    unit = unit_of(world, 1)

    units.update(
        unit,
        name="锦里影城",
        kind=UnitKind.SOCIAL_ORGANIZATION,
        address="锦里2号",
        headcount=5,
        declared_cadre_count=2,
        actor=world.actor("worker"),
    )

    unit.refresh_from_db()
    assert (unit.uscc, unit.division_code) == (uscc(1), world.here)
    assert (unit.name, unit.kind, unit.headcount, unit.declared_cadre_count) == (
        "锦里影城",
        "social_organization",
        5,
        2,
    )
    assert Entry.objects.get(verb="organizations.unit.updated").detail == {
        "fields": ["address", "declared_cadre_count", "headcount", "kind", "name"]
    }


def test_a_renamed_unit_is_found_by_its_new_name_only(world: World) -> None:
    unit = unit_of(world, 1, name="蜀锦文创")
    units.update(
        unit,
        name="巴蜀影城",
        kind=unit.kind,
        address=unit.address,
        headcount=unit.headcount,
        declared_cadre_count=0,
        actor=world.actor("worker"),
    )

    assert listed(world, text="文创").rows == []
    assert listed(world, text="bsyc").rows == [unit]


def test_a_unit_without_people_is_refused_by_the_database_on_change_too(world: World) -> None:
    unit = unit_of(world, 1)

    with pytest.raises(IntegrityError, match="unit_headcount_is_positive"), transaction.atomic():
        units.update(
            unit,
            name=unit.name,
            kind=unit.kind,
            address=unit.address,
            headcount=0,
            declared_cadre_count=0,
            actor=world.actor("worker"),
        )


@pytest.mark.parametrize("typed", [uscc(3), uscc(3).lower(), f" {uscc(3)} "])
def test_a_whole_code_finds_its_unit(world: World, typed: str) -> None:
    for number in (1, 2, 3):
        unit_of(world, number)

    assert [unit.uscc for unit in listed(world, text=typed).rows] == [uscc(3)]


def test_a_part_of_a_code_finds_nothing(world: World) -> None:
    unit_of(world, 3)

    assert listed(world, text=uscc(3)[:17]).rows == []


@pytest.mark.parametrize(
    ("who", "numbers"),
    [
        ("worker", [1]),
        ("neighbor", [2]),
        ("township_overseer", [1, 2]),
        ("county_overseer", [1, 2]),
        ("city_overseer", [1, 2]),
        ("province_overseer", [1, 2, 3]),
        ("far_overseer", [3]),
        ("auditor", []),
        ("administrator", []),
        ("guard", []),
        ("leader", []),
        ("volunteer", []),
        ("stranger", []),
    ],
)
def test_everybody_reads_the_units_of_his_own_places(world: World, who: str, numbers: list[int]) -> None:
    unit_of(world, 1)
    unit_of(world, 2, division_code=world.next_door)
    unit_of(world, 3, division_code=FAR_COUNTY + 100_001)

    codes = {unit.uscc for unit in listed(world, who, kind="enterprise").rows}

    assert codes == {uscc(number) for number in numbers}
    # Neither the name nor the code opens what the door keeps shut.
    for number in {1, 2, 3} - set(numbers):
        assert listed(world, who, text=uscc(number)).rows == []


def test_a_liaison_reads_his_unit_and_does_not_manage_it(world: World) -> None:
    unit_of(world, 1)

    seen = {need: list(access.units_visible_to(world.actor("liaison"), need)) for need in Need}

    assert seen == {Need.SEE: [world.unit], Need.OPERATE: [world.unit], Need.MANAGE: []}


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_one_query(world: World, count: int) -> None:
    for number in range(count):
        unit = unit_of(world, number)
        units.log_contact(unit, way="phone", note="例行", actor=world.actor("worker"))
        plan_of(world, unit, TODAY, date(2027, 12, 3))

    seen = access.units_visible_to(world.actor("worker"))
    with CaptureQueriesContext(connection) as captured:
        rows = units_listed(
            seen, on=TODAY, reviewed_since=date(2025, 12, 3), kind="enterprise", linked="no"
        ).rows
        assert all(row.has_valid_plan and row.last_contact_at for row in rows)

    assert (len(rows), len(captured)) == (count, 1)


def test_every_unit_is_on_exactly_one_page(world: World) -> None:
    made = ResidentUnit.objects.bulk_create(
        ResidentUnit(
            division_code=world.here,
            name=f"单位{number}",
            kind=UnitKind.ENTERPRISE,
            uscc=uscc(number),
            address="锦里",
            headcount=9,
        )
        for number in range(2 * SIZE + 3)
    )
    pages, after = [], ""
    while after is not None:
        page = listed(world, kind="enterprise", after=after)
        pages.append([unit.pk for unit in page.rows])
        after = page.next_cursor  # type: ignore[assignment]  # ends the loop

    assert [len(page) for page in pages] == [SIZE, SIZE, 3]
    assert sorted(pk for page in pages for pk in page) == sorted(unit.pk for unit in made)


UNIT = {
    "name": "蜀锦文创",
    "uscc": uscc(1),
    "kind": "enterprise",
    "division_code": "510107001001",
    "address": "锦里1号",
    "headcount": "60",
    "declared_cadre_count": "0",
}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"headcount": "1"}, None),
        ({"headcount": "200000"}, None),
        ({"declared_cadre_count": "0"}, None),
        ({"headcount": "0"}, "headcount"),
        ({"headcount": "200001"}, "headcount"),
        ({"headcount": "六十"}, "headcount"),
        ({"declared_cadre_count": "-1"}, "declared_cadre_count"),
        ({"declared_cadre_count": ""}, "declared_cadre_count"),
        ({"name": "锦" * 80}, None),
        ({"name": "锦" * 81}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "锦\x00里"}, "name"),
        ({"address": "锦" * 121}, "address"),
        ({"kind": "club"}, "kind"),
        ({"division_code": "510107001002"}, "division_code"),
        ({"division_code": ""}, "division_code"),
        ({"uscc": "9" * 31}, "uscc"),
    ],
)
def test_the_form_of_a_unit_takes_what_the_register_can_hold(
    change: dict[str, str], fault: str | None
) -> None:
    form = UnitForm({**UNIT, **change}, communities=[(510107001001, "蜀汉街社区")])

    assert list(form.errors) == ([fault] if fault else [])
    if fault is None:
        assert form.cleaned_data["division_code"] == 510107001001


PLAN = {"title": "预案", "approver": "王", "valid_from": "2026-01-01", "valid_to": "2027-01-01"}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"valid_to": "2026-01-02"}, None),
        ({"valid_to": "2026-01-01"}, "valid_to"),
        ({"valid_to": "2025-12-31"}, "valid_to"),
        ({"valid_to": "2026-02-30"}, "valid_to"),
        ({"valid_from": "昨天"}, "valid_from"),
        ({"approver": ""}, "approver"),
        ({"summary": "预" * 2000}, None),
        ({"summary": "预" * 2001}, "summary"),
    ],
)
def test_the_form_of_a_plan_takes_what_can_be_valid(change: dict[str, str], fault: str | None) -> None:
    assert list(PlanForm({**PLAN, **change}).errors) == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("form", "faults"),
    [
        (UnlinkForm({"reason": "装修"}), []),
        (UnlinkForm({"reason": " "}), ["reason"]),
        (UnlinkForm({"reason": "修" * 121}), ["reason"]),
        (ContactForm({"way": "visit", "note": "走访"}), []),
        (ContactForm({"way": "pigeon", "note": ""}), ["way", "note"]),
        (ContactForm({"way": "visit", "note": "访" * 201}), ["note"]),
        (LiaisonForm({"name": "杨帆", "phone": "17712345096"}), []),
        (LiaisonForm({"name": "", "phone": ""}), ["name", "phone"]),
        (CommunityLiaisonForm({"person": "K7M2QDXY"}), []),
        (CommunityLiaisonForm({"person": "1 OR 1=1"}), ["person"]),
    ],
)
def test_small_forms_say_which_field_is_wrong(form: object, faults: list[str]) -> None:
    assert hasattr(form, "errors")
    assert list(form.errors) == faults
