"""The register of resident units: entered once, bound to its community, spoken with, prepared."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone, translation

from muster.audit.models import Entry
from muster.organizations import access, rules
from muster.organizations.actions import units
from muster.organizations.enums import ContactWay, UnitKind
from muster.organizations.models import ContingencyPlan, ResidentUnit
from muster.organizations.queries import units as queries
from muster.people.access import RUNNERS, SEERS, Need
from muster.people.enums import RoleKind
from muster.toolkit.refusal import Refused
from tests.world import World, make_unit

pytestmark = pytest.mark.django_db
USCC = "91110000600037341L"


def create(world: World, name: str = "蜀锦文创公司", uscc: str = USCC, **facts: object) -> ResidentUnit:
    standard = {
        "division_code": world.here,
        "kind": UnitKind.ENTERPRISE,
        "address": "锦里中路1号",
        "headcount": 60,
        "actor": world.actor("worker"),
    }
    return units.create(name=name, uscc=uscc, **{**standard, **facts})


@pytest.mark.req("R2.3")
def test_a_unit_is_entered_with_its_code_address_and_headcount(world: World) -> None:
    unit = create(world, uscc=" 9111 0000 6000 3734 1l")

    assert (unit.uscc, unit.kind, unit.address, unit.headcount) == (USCC, "enterprise", "锦里中路1号", 60)
    assert not rules.is_linked(unit.linked_at, unit.unlinked_at)
    assert Entry.objects.get(verb="organizations.unit.created").object_code == unit.code


def test_a_unit_is_entered_once(world: World) -> None:
    create(world)

    with translation.override("en"), pytest.raises(Refused) as refused:
        create(world, "另一个名字")

    assert (refused.value.code, refused.value.message) == (
        "unit_known",
        "蜀锦文创公司 has this code and is on your list already. Open it there.",
    )


def test_a_unit_of_another_community_is_not_named(world: World) -> None:
    create(world, division_code=world.next_door)

    with pytest.raises(Refused) as refused:
        create(world)

    assert refused.value.code == "unit_known"
    assert "蜀锦" not in refused.value.message


def test_a_unit_without_people_cannot_be(world: World) -> None:
    with pytest.raises(IntegrityError, match="unit_headcount_is_positive"), transaction.atomic():
        create(world, headcount=0)


@pytest.mark.req("R2.3")
def test_a_unit_is_linked_unlinked_and_linked_again(world: World) -> None:
    unit, worker, now = create(world), world.actor("worker"), timezone.now()

    units.link(unit, actor=worker, at=now)
    with pytest.raises(Refused, match="already_linked"):
        units.link(unit, actor=worker, at=now)
    units.unlink(unit, reason="搬走了", actor=worker, at=now + timedelta(days=1))
    with pytest.raises(Refused, match="not_linked"):
        units.unlink(unit, reason="搬走了", actor=worker, at=now + timedelta(days=2))
    units.link(unit, actor=worker, at=now + timedelta(days=3))

    unit.refresh_from_db()
    assert rules.is_linked(unit.linked_at, unit.unlinked_at)


@pytest.mark.req("R2.10")
def test_a_contact_is_logged_with_who_and_how(world: World) -> None:
    unit = create(world)

    contact = units.log_contact(
        unit, way=ContactWay.PHONE, note="确认预备队名单", actor=world.actor("worker")
    )

    assert queries.newest_contacts(unit) == [contact]
    assert (contact.way, contact.by_account_id) == ("phone", world.account("worker").pk)


@pytest.mark.parametrize(("days", "fresh"), [(0, True), (30, True), (31, False)])
def test_a_contact_is_fresh_for_thirty_days(days: int, fresh: bool) -> None:
    now = timezone.now()

    assert rules.is_contact_fresh(now - timedelta(days=days), now, 30) is fresh
    assert not rules.is_contact_fresh(None, now, 30)


@pytest.mark.req("R2.13")
def test_plans_are_numbered_and_the_valid_ones_are_found(world: World) -> None:
    unit = create(world)
    today = date(2026, 12, 3)
    dates = [
        (date(2024, 1, 1), date(2027, 1, 1)),
        (date(2026, 6, 1), date(2027, 6, 1)),
        (date(2027, 1, 1), date(2028, 1, 1)),
    ]
    for begin, end in dates:
        units.add_plan(
            unit, title="预案", approver="王主任", valid_from=begin, valid_to=end, actor=world.actor("worker")
        )

    valid = queries.plans_in_force(today, rules.reviewed_since(today, 12))

    assert list(ContingencyPlan.objects.order_by("version").values_list("version", flat=True)) == [1, 2, 3]
    assert [plan.version for plan in valid] == [2]


def test_a_plan_that_ends_before_it_begins_is_refused(world: World) -> None:
    with pytest.raises(Refused) as refused:
        units.add_plan(
            create(world),
            title="预案",
            approver="王",
            valid_from=date(2026, 1, 2),
            valid_to=date(2026, 1, 2),
            actor=world.actor("worker"),
        )

    assert refused.value.code == "plan_dates"


@pytest.mark.parametrize(
    ("on", "months", "since"),
    [
        (date(2026, 12, 3), 12, date(2025, 12, 3)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 15), 2, date(2025, 11, 15)),
    ],
)
def test_months_are_counted_back_by_the_calendar(on: date, months: int, since: date) -> None:
    assert rules.reviewed_since(on, months) == since


def test_only_what_changed_is_noted(world: World) -> None:
    unit = create(world)
    facts = {"kind": unit.kind, "address": unit.address, "headcount": 61, "declared_cadre_count": 0}

    units.update(unit, name=unit.name, actor=world.actor("worker"), **facts)
    unit.refresh_from_db()
    units.update(unit, name=unit.name, actor=world.actor("worker"), **facts)

    assert [entry.detail for entry in Entry.objects.filter(verb="organizations.unit.updated")] == [
        {"fields": ["headcount"]}
    ]


LISTED = {"on": date(2026, 12, 3), "reviewed_since": date(2025, 12, 3)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("文创", True),
        ("蜀", True),
        ("shujin", True),
        ("sjwc", True),
        (USCC, True),
        ("公安", False),
        ("·", False),
    ],
)
def test_a_unit_is_found_by_part_of_its_name_its_pinyin_and_its_code(
    world: World, text: str, found: bool
) -> None:
    unit = create(world)

    page = queries.units_listed(ResidentUnit.objects.all(), text=text, **LISTED)

    assert (unit in page.rows) is found


def test_the_list_is_narrowed_by_kind_and_link(world: World) -> None:
    unit = create(world)

    def names(**facts: str) -> list[str]:
        return [row.name for row in queries.units_listed(ResidentUnit.objects.all(), **LISTED, **facts).rows]

    assert names(kind="enterprise") == [unit.name]
    assert names(linked="yes") == [world.unit.name]
    assert names(linked="no") == [unit.name]


def test_the_list_costs_one_query_at_one_and_at_three_rows(
    world: World, django_assert_num_queries: object
) -> None:
    for count in (1, 3):
        if count == 3:
            create(world)
            make_unit("锦里商户联盟", uscc="91350100M000100Y43")
        with django_assert_num_queries(1):  # type: ignore[operator]  # a fixture of pytest-django
            assert len(queries.units_listed(ResidentUnit.objects.all(), **LISTED).rows) == count


@pytest.mark.parametrize(
    ("who", "need", "open_"),
    [
        ("worker", Need.MANAGE, True),
        ("township_overseer", Need.MANAGE, True),
        ("county_overseer", Need.SEE, True),
        ("county_overseer", Need.MANAGE, False),
        ("province_overseer", Need.SEE, True),
        ("liaison", Need.SEE, True),
        ("liaison", Need.OPERATE, True),
        ("liaison", Need.MANAGE, False),
        ("neighbor", Need.SEE, False),
        ("far_overseer", Need.SEE, False),
        ("leader", Need.SEE, False),
        ("guard", Need.SEE, False),
        ("auditor", Need.SEE, False),
        ("administrator", Need.SEE, False),
        ("volunteer", Need.SEE, False),
        ("stranger", Need.SEE, False),
    ],
)
def test_the_door_of_a_unit(world: World, who: str, need: Need, open_: bool) -> None:
    if open_:
        assert access.get_unit(world.actor(who), world.unit.code, need) == world.unit
    else:
        with pytest.raises(Http404):
            access.get_unit(world.actor(who), world.unit.code, need)


def test_the_liaison_of_another_unit_sees_nothing(world: World) -> None:
    other = create(world)

    with pytest.raises(Http404):
        access.get_unit(world.actor("liaison"), other.code)


def test_this_floor_spells_roles_and_needs_as_people_does() -> None:
    assert set(access.RUNNERS) == {str(kind) for kind in RUNNERS}
    assert set(access.SEERS) == {str(kind) for kind in SEERS}
    assert (access.LIAISON, access.SEE) == (RoleKind.UNIT_LIAISON, Need.SEE)
