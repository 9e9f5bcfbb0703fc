"""Accounts, roles, liaisons and reserve teams: who may entrust whom with what, and until when."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.audit.models import Entry
from muster.people.actions import accounts, units
from muster.people.enums import ForceClass, LiaisonSide, RoleKind
from muster.people.models import Account, Liaison, Person, Role
from muster.toolkit.actor import SYSTEM
from muster.toolkit.refusal import Refused
from tests.people.asking import refusal_of
from tests.world import CITY, COUNTY, HERE, NEXT_DOOR, PROVINCE, TOWNSHIP, World, make_person, make_unit


def colleague(world: World, digits: str = "13712345678", name: str = "刘芳") -> Person:
    return make_person(name, digits, HERE, ForceClass.REPORTED_PERSON, unit=world.unit)


def test_account_is_made_once_per_person(world: World) -> None:
    person = colleague(world)

    first = accounts.create(person, actor=SYSTEM)
    again = accounts.create(person, actor=SYSTEM, login="other")

    assert first.pk == again.pk
    assert first.login == person.code.lower()
    assert not first.has_usable_password()


def test_login_name_is_taken_once(world: World) -> None:
    assert (
        refusal_of(lambda: accounts.create(colleague(world), actor=SYSTEM, login=" Worker ")) == "login_taken"
    )


@pytest.mark.parametrize("password", ["short1", "1234567890", "password123"])
def test_weak_password_is_refused(world: World, password: str) -> None:
    code = refusal_of(lambda: accounts.set_password(world.account("worker"), password, actor=SYSTEM))

    assert code == "password_weak"
    assert not Account.objects.get(login="worker").has_usable_password()


def test_good_password_is_kept_as_a_hash_and_noted(world: World) -> None:
    accounts.set_password(world.account("worker"), "浣花溪 evening boat", actor=SYSTEM)

    account = Account.objects.get(login="worker")
    assert account.check_password("浣花溪 evening boat")
    assert "boat" not in account.password
    assert Entry.objects.filter(verb="people.account.password_set").count() == 1


@pytest.mark.parametrize(
    ("granter", "kind", "place", "code"),
    [
        ("administrator", RoleKind.COMMUNITY_WORKER, HERE, ""),
        ("administrator", RoleKind.COUNTY_OVERSEER, COUNTY, ""),
        ("worker", RoleKind.SHIFT_LEADER, HERE, ""),
        ("worker", RoleKind.GUARD, HERE, ""),
        ("township_overseer", RoleKind.SHIFT_LEADER, HERE, ""),
        ("worker", RoleKind.COMMUNITY_WORKER, HERE, "role_not_yours_to_give"),
        ("worker", RoleKind.SHIFT_LEADER, NEXT_DOOR, "role_not_yours_to_give"),
        ("neighbor", RoleKind.SHIFT_LEADER, HERE, "role_not_yours_to_give"),
        ("county_overseer", RoleKind.TOWNSHIP_OVERSEER, TOWNSHIP, "role_not_yours_to_give"),
        ("auditor", RoleKind.SYSTEM_ADMINISTRATOR, PROVINCE, "role_not_yours_to_give"),
        ("volunteer", RoleKind.GUARD, HERE, "role_not_yours_to_give"),
        ("administrator", RoleKind.COMMUNITY_WORKER, TOWNSHIP, "role_level"),
        ("administrator", RoleKind.COUNTY_OVERSEER, CITY, "role_level"),
        ("administrator", RoleKind.UNIT_LIAISON, HERE, "role_place"),
    ],
)
def test_role_is_given_by_those_who_may(world: World, granter: str, kind: str, place: int, code: str) -> None:
    account = accounts.create(colleague(world), actor=SYSTEM)
    refused = ""
    try:
        accounts.grant(account, kind, division_code=place, actor=world.actor(granter))
    except Refused as error:
        refused = error.code

    assert refused == code
    assert account.roles.filter(kind=kind, division_code=place).exists() == (code == "")


def test_administrator_of_a_county_gives_nothing_over_the_city(world: World) -> None:
    Role.objects.filter(account=world.account("administrator")).update(division_code=COUNTY)
    account = accounts.create(colleague(world), actor=SYSTEM)
    administrator = world.actor("administrator")

    accounts.grant(account, RoleKind.COUNTY_OVERSEER, division_code=COUNTY, actor=administrator)
    code = refusal_of(
        lambda: accounts.grant(account, RoleKind.CITY_OVERSEER, division_code=CITY, actor=administrator)
    )

    assert code == "role_not_yours_to_give"


def test_nobody_gives_or_takes_their_own_roles(world: World) -> None:
    administrator, account = world.actor("administrator"), world.account("administrator")

    given = refusal_of(
        lambda: accounts.grant(account, RoleKind.COMMUNITY_WORKER, division_code=HERE, actor=administrator)
    )
    taken = refusal_of(lambda: accounts.revoke(account.roles.get(), actor=administrator))

    assert (given, taken) == ("role_over_oneself", "role_over_oneself")


def test_role_given_twice_is_one(world: World) -> None:
    account, administrator = accounts.create(colleague(world), actor=SYSTEM), world.actor("administrator")

    for _ in range(2):
        accounts.grant(account, RoleKind.COMMUNITY_WORKER, division_code=HERE, actor=administrator)

    assert account.roles.count() == 1
    assert Entry.objects.filter(verb="people.role.granted").count() == 1


def test_revoked_role_ends_at_once(world: World) -> None:
    assert world.actor("worker").has(RoleKind.COMMUNITY_WORKER)

    accounts.revoke(world.account("worker").roles.get(), actor=world.actor("administrator"))

    assert world.actor("worker").grants == ()
    assert world.account("worker").roles.get().valid_to == timezone.localdate()


def test_role_given_and_revoked_on_one_day_leaves_only_its_trail(world: World) -> None:
    account = accounts.create(colleague(world), actor=SYSTEM)
    role = accounts.grant(account, RoleKind.GUARD, division_code=HERE, actor=world.actor("worker"))

    accounts.revoke(role, actor=world.actor("worker"))
    accounts.revoke(role, actor=world.actor("worker"))

    assert not account.roles.exists()
    assert list(Entry.objects.filter(verb__startswith="people.role.").values_list("verb", flat=True)) == [
        "people.role.granted",
        "people.role.revoked",
    ]


def test_role_cannot_end_before_it_begins(world: World) -> None:
    code = refusal_of(
        lambda: accounts.grant(
            world.account("volunteer"),
            RoleKind.GUARD,
            division_code=HERE,
            valid_from=date(2030, 3, 2),
            valid_to=date(2030, 3, 2),
            actor=world.actor("worker"),
        )
    )

    assert code == "role_dates"


@pytest.mark.parametrize(
    "facts",
    [
        {"division_code": None, "valid_to": None},
        {"division_code": HERE, "valid_to": date(2020, 1, 1)},
    ],
)
def test_database_itself_refuses_roles_without_place_or_time(world: World, facts: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Role.objects.create(
            account=world.account("volunteer"),
            kind=RoleKind.GUARD,
            valid_from=date(2020, 1, 1),
            granted_by_label="test",
            **facts,
        )


def test_closed_account_acts_no_more(world: World) -> None:
    accounts.close(world.account("worker"), actor=world.actor("administrator"))

    world.account("worker").refresh_from_db()
    assert world.actor("worker").grants == ()


@pytest.mark.req("R2.10")
def test_unit_has_one_liaison_a_side_and_the_role_goes_along(world: World) -> None:
    worker, successor = world.actor("worker"), colleague(world)
    before = world.account("liaison")

    units.appoint_liaison(world.unit, successor, LiaisonSide.UNIT, actor=worker)
    units.appoint_liaison(world.unit, successor, LiaisonSide.UNIT, actor=worker)
    units.appoint_liaison(world.unit, world.person("worker"), LiaisonSide.COMMUNITY, actor=worker)

    in_office = Liaison.objects.filter(unit=world.unit, ended_on=None).values_list("side", "person__name")
    assert set(in_office) == {("unit", "刘芳"), ("community", "周敏")}
    assert successor.account.roles.get().kind == RoleKind.UNIT_LIAISON
    assert not before.roles.filter(valid_to=None).exists()


def test_liaison_of_the_unit_is_one_of_its_people(world: World) -> None:
    code = refusal_of(
        lambda: units.appoint_liaison(
            world.unit, world.person("volunteer"), LiaisonSide.UNIT, actor=world.actor("worker")
        )
    )

    assert code == "not_of_unit"


@pytest.mark.req("R2.12")
def test_reserve_team_is_exactly_those_named_last(world: World) -> None:
    liaison = world.actor("liaison")
    people = [colleague(world, f"1371234567{n}", f"队员{chr(0x4E00 + n)}") for n in range(4)]

    units.form_reserve_team(world.unit, name="突击队", leader=people[0], members=people[1:3], actor=liaison)
    team = units.form_reserve_team(
        world.unit, name="突击队", leader=people[3], members=[people[0], people[3]], actor=liaison
    )

    assert world.unit.reserve_team.pk == team.pk
    assert team.leader == people[3]
    assert {member.person for member in team.members.all()} == {people[0], people[3]}


def test_reserve_team_takes_nobody_of_another_unit(world: World) -> None:
    other = make_unit("成都市第二中学", uscc="12510107450716225H")
    stranger = make_person("王伟", "13812345678", HERE, ForceClass.REPORTED_PERSON, unit=other)

    code = refusal_of(
        lambda: units.form_reserve_team(
            world.unit, name="突击队", leader=colleague(world), members=[stranger], actor=SYSTEM
        )
    )

    assert code == "not_of_unit"


@pytest.mark.parametrize("days", [-1, 0])
def test_database_itself_keeps_one_liaison_in_office(world: World, days: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Liaison.objects.create(
            unit=world.unit,
            division_code=HERE,
            person=world.person("worker"),
            side="unit",
            began_on=timezone.localdate() + timedelta(days=days),
        )
