"""Who plays: the communities that have somebody to run them, and nobody who is real."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from muster.callups.models import UnitCall
from muster.people.enums import ForceClass, RoleKind
from muster.people.models import Account, Person, ReserveTeam, ReserveTeamMember, Role
from muster.territory.models import Division
from muster.toolkit.refusal import Refused
from muster.web.drill import cast
from muster.web.drill.cast import Community, Member
from tests.callups.ground import called
from tests.world import COUNTY, FAR_COUNTY, PROVINCE, World, make_person

pytestmark = pytest.mark.django_db


def codes(division: int) -> list[int]:
    return [one.code for one in cast.communities_of(division)]


def test_every_community_with_a_worker_plays_in_the_order_of_the_codes(world: World) -> None:
    assert cast.communities_of(world.township) == [
        Community(world.here, "蜀汉街社区", world.township),
        Community(world.next_door, "七道堰社区", world.township),
    ]
    assert codes(world.here) == [world.here]
    assert codes(COUNTY) == codes(PROVINCE) == [world.here, world.next_door]


def closed(world: World) -> None:
    Account.objects.filter(pk=world.account("neighbor").pk).update(is_active=False)


def gone(world: World) -> None:
    Role.objects.filter(account=world.account("neighbor")).delete()


def another_office(world: World) -> None:
    Role.objects.filter(account=world.account("neighbor")).update(kind=RoleKind.GUARD)


@pytest.mark.parametrize("happens", [closed, gone, another_office])
def test_a_community_that_nobody_runs_does_not_play(world: World, happens: Callable[[World], None]) -> None:
    happens(world)

    assert codes(world.township) == [world.here]
    with pytest.raises(Refused) as refused:
        codes(world.next_door)
    assert refused.value.code == "nobody_here"


@pytest.mark.parametrize(
    "division", [519_999_000_000, 510_107_001_999, 0], ids=["county", "community", "none"]
)
def test_a_division_that_is_none_is_refused(world: World, division: int) -> None:
    for question in (cast.communities_of, cast.is_empty):
        with pytest.raises(Refused) as refused:
            question(division)
        assert refused.value.code == "no_such_division"


def test_a_division_that_was_is_refused_as_well(world: World) -> None:
    Division.objects.filter(code=FAR_COUNTY).update(valid_to=timezone.localdate() - timedelta(days=1))

    with pytest.raises(Refused) as refused:
        cast.communities_of(FAR_COUNTY)

    assert refused.value.code == "no_such_division"


@pytest.mark.parametrize("lives", ["here", "next_door"], ids=["in the community", "in the same township"])
def test_where_real_people_are_on_file_no_drill_answers_for_them(world: World, lives: str) -> None:
    real = make_person("真人", "13700000001", getattr(world, lives), ForceClass.VOLUNTEER)
    Person.objects.filter(pk=real.pk).update(is_synthetic=False)

    with pytest.raises(Refused) as refused:
        cast.communities_of(world.here)
    assert refused.value.code == "real_people"

    Person.objects.filter(pk=real.pk).update(erased_at=timezone.now())
    assert codes(world.here) == [world.here]


def test_a_division_is_empty_while_a_community_with_households_has_nobody(world: World) -> None:
    Division.objects.filter(code__in=[world.here, world.next_door]).update(household_count=100)
    assert not cast.is_empty(world.township)

    gone(world)
    assert cast.is_empty(world.township)
    assert cast.is_empty(world.next_door)
    assert not cast.is_empty(world.here)

    # Where no household is known nobody is invented either, so nothing is missing.
    Division.objects.filter(code=world.next_door).update(household_count=0)
    assert not cast.is_empty(world.township)


def test_real_people_are_found_before_others_are_invented_beside_them(world: World) -> None:
    Division.objects.filter(code__in=[world.here, world.next_door]).update(household_count=100)
    Person.objects.filter(pk=world.person("volunteer").pk).update(is_synthetic=False)

    with pytest.raises(Refused) as refused:
        cast.is_empty(world.next_door)

    assert refused.value.code == "real_people"


def test_the_door_of_a_worker_signs_in_who_runs_the_community(world: World) -> None:
    client = world.client_for("stranger")
    door = cast.worker_door(Community(world.here, "", world.township))

    assert client.get(door).status_code == 200
    client.post(door)

    assert client.session["_auth_user_id"] == str(world.account("worker").pk)


def test_each_door_opens_once(world: World) -> None:
    doors = [cast.door_of_person(world.person("leader").code) for _ in range(2)]

    assert len(set(doors)) == 2
    assert world.client_for("stranger").post(doors[0]).status_code == 302
    assert world.client_for("stranger").post(doors[0]).status_code == 409
    assert world.client_for("stranger").post(doors[1]).status_code == 302


def test_who_has_no_account_yet_gets_one_with_the_first_door(world: World) -> None:
    person = world.volunteer(7)
    assert not Account.objects.filter(person=person).exists()

    cast.door_of_phone(person.phone)
    cast.door_of_phone(person.phone)

    assert Account.objects.filter(person=person).count() == 1


def test_a_team_is_listed_without_its_liaison_in_the_order_of_the_phones(world: World) -> None:
    unit_call: UnitCall = called(world)
    members = [world.volunteer(number) for number in (3, 1, 2)]
    team = ReserveTeam.objects.create(
        unit=world.unit, division_code=world.here, name="预备队", leader=members[0]
    )
    for person in (*members, world.person("liaison")):
        ReserveTeamMember.objects.create(team=team, person=person, joined_on=timezone.localdate())

    found = cast.team_of(world.person("liaison").phone, unit_call.code)

    assert found == [Member(f"志愿者{number}", f"+86139{number:08d}") for number in (1, 2, 3)]


def test_names_are_found_by_phone_and_strangers_left_out(world: World) -> None:
    first, second = world.volunteer(1), world.volunteer(2)

    assert cast.names_of([second.phone, first.phone, "+8613912345678"]) == {
        first.phone: "志愿者1",
        second.phone: "志愿者2",
    }
    assert cast.names_of([]) == {}
