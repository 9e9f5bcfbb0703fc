"""Who gets through the doors of people: place by place, day by day, and never a hint about the rest."""

from datetime import date, timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from muster.people import access
from muster.people.access import Need
from muster.people.enums import RoleKind
from muster.people.models import Person, Role
from muster.people.queries import actor_of
from muster.territory.models import Division
from muster.toolkit.actor import SYSTEM
from tests.world import EVERYBODY, HERE, NEXT_DOOR, STRANGER, TOWNSHIP, World

SEES = {"worker", "township_overseer", "county_overseer", "city_overseer", "province_overseer"}
RUNS = {"worker", "township_overseer"}


def opens(world: World, name: str, code: str, need: Need) -> bool:
    try:
        access.get_person(world.actor(name), code, need)
    except Http404:
        return False
    return True


@pytest.mark.parametrize("name", EVERYBODY)
def test_person_is_seen_and_run_only_by_those_over_the_place(world: World, name: str) -> None:
    code = world.person("volunteer").code

    assert opens(world, name, code, Need.SEE) == (name in SEES)
    assert opens(world, name, code, Need.OPERATE) == (name in RUNS)
    assert opens(world, name, code, Need.MANAGE) == (name in RUNS)


def test_neighbor_reaches_his_own_people_and_none_of_ours(world: World) -> None:
    theirs = world.volunteer(1, division_code=NEXT_DOOR)

    assert opens(world, "neighbor", theirs.code, Need.MANAGE)
    assert not opens(world, "worker", theirs.code, Need.SEE)


def test_forbidden_and_missing_are_the_same_answer(world: World) -> None:
    with pytest.raises(Http404) as forbidden:
        access.get_person(world.actor("neighbor"), world.person("volunteer").code)
    with pytest.raises(Http404) as missing:
        access.get_person(world.actor("neighbor"), "NOSUCHCO")

    assert str(forbidden.value) == str(missing.value) == ""


def test_erased_person_is_behind_no_door(world: World) -> None:
    person = world.person("volunteer")
    Person.objects.filter(pk=person.pk).update(erased_at=timezone.now())

    assert not opens(world, "worker", person.code, Need.SEE)


def test_visible_people_are_those_of_the_range(world: World) -> None:
    ours = {person.division_code for person in access.people_visible_to(world.actor("worker"))}
    township = {person.division_code for person in access.people_visible_to(world.actor("township_overseer"))}

    assert ours == {HERE}
    assert township == {HERE, NEXT_DOOR, TOWNSHIP}


def test_ranges_q_without_a_role_lets_no_row_through(world: World) -> None:
    for actor in (world.actor(STRANGER), world.actor("volunteer"), SYSTEM):
        assert not Person.objects.filter(access.ranges_q(actor, *RoleKind.values)).exists()


def test_require_asks_for_the_kind_and_for_the_place(world: World) -> None:
    worker = world.actor("worker")

    access.require(worker, RoleKind.COMMUNITY_WORKER, division_code=HERE)
    with pytest.raises(Http404):
        access.require(worker, RoleKind.COMMUNITY_WORKER, division_code=NEXT_DOOR)
    with pytest.raises(Http404):
        access.require(worker, RoleKind.AUDITOR)


def test_liaison_holds_a_grant_over_the_unit_and_over_no_place(world: World) -> None:
    liaison = world.actor("liaison")

    access.require(liaison, RoleKind.UNIT_LIAISON, unit_id=world.unit.pk)
    assert liaison.ranges(RoleKind.UNIT_LIAISON) == ()
    with pytest.raises(Http404):
        access.require(liaison, RoleKind.UNIT_LIAISON, unit_id=world.unit.pk + 1)


def test_role_counts_from_its_first_day_and_not_on_its_last(world: World) -> None:
    account = world.account("volunteer")
    Role.objects.create(
        account=account,
        kind=RoleKind.COMMUNITY_WORKER,
        division_code=HERE,
        valid_from=date(2026, 3, 2),
        valid_to=date(2026, 3, 9),
        granted_by_label="test",
    )

    on = {day: bool(actor_of(account, date(2026, 3, day)).grants) for day in (1, 2, 8, 9)}

    assert on == {1: False, 2: True, 8: True, 9: False}


def test_closed_account_has_no_grants(world: World) -> None:
    account = world.account("worker")
    account.is_active = False

    assert actor_of(account, timezone.localdate()).grants == ()


def test_role_over_an_unknown_place_grants_nothing(world: World) -> None:
    Role.objects.filter(account=world.account("worker")).update(division_code=110_101_001_001)

    actor = world.actor("worker")

    assert not actor.has(RoleKind.COMMUNITY_WORKER, division_code=110_101_001_001)
    assert actor.ranges(RoleKind.COMMUNITY_WORKER) == ()


def test_role_outlives_a_reform_that_ends_its_division(world: World) -> None:
    Division.objects.filter(code=HERE).update(
        valid_to=timezone.localdate() - timedelta(days=1), replaced_by=NEXT_DOOR
    )

    assert world.actor("worker").ranges(RoleKind.COMMUNITY_WORKER) == ((HERE, HERE + 1),)


@pytest.mark.parametrize("name", ["township_overseer", "county_overseer", "auditor", "administrator"])
def test_back_office_role_is_asleep_without_the_second_factor(world: World, name: str) -> None:
    weak = actor_of(world.account(name), timezone.localdate(), has_second_factor=False)

    assert weak.grants == ()
    assert weak.person_id == world.person(name).pk


def test_label_names_office_holders_and_hides_volunteers(world: World) -> None:
    assert world.actor("volunteer").label == world.person("volunteer").code
    assert world.actor("worker").label.startswith("周敏（蜀汉街社区 ")


def test_actor_costs_one_query_of_roles(world: World, django_assert_num_queries: object) -> None:
    account = world.account("worker")

    with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django's fixture has no type
        actor_of(account, timezone.localdate())
