"""Where the work of each role begins: behind the door, and behind an address of the desk that is not theirs."""

from __future__ import annotations

import pytest

from muster.people.homes import home_of
from muster.people.models import Role
from tests.world import CAST, STRANGER, World

pytestmark = pytest.mark.django_db
HOMES = {
    "worker": "/desk/",
    "neighbor": "/desk/",
    "township_overseer": "/desk/",
    "county_overseer": "/desk/",
    "far_overseer": "/desk/",
    "city_overseer": "/desk/",
    "province_overseer": "/desk/",
    "liaison": "/unit/",
    "leader": "/post/",
    "guard": "/gate/",
    "auditor": "/desk/trail/",
    "administrator": "/desk/accounts/",
    "volunteer": "/my/",
}


def test_every_one_of_the_cast_has_a_home() -> None:
    assert set(HOMES) == set(CAST)


@pytest.mark.parametrize("name", HOMES)
def test_the_home_of_a_role_opens(world: World, name: str) -> None:
    answer = world.client_for(name).get("/desk/", follow=True)

    assert (answer.status_code, answer.request["PATH_INFO"]) == (200, HOMES[name])
    assert home_of(world.actor(name)) == HOMES[name]


@pytest.mark.parametrize("name", [*HOMES, STRANGER])
def test_the_front_page_leads_back_to_work_or_to_the_door(world: World, name: str) -> None:
    page = world.client_for(name).get("/").content.decode()

    assert ('href="/sign-in/"' in page) == (name == STRANGER)
    assert (f'class="btn btn-l" href="{HOMES.get(name)}"' in page) == (name in HOMES)


@pytest.mark.parametrize("address", ["/desk/", "/my/"])
def test_a_stranger_is_led_to_the_door_and_back(world: World, address: str) -> None:
    answer = world.client_for(STRANGER).get(f"{address}?after=7")

    assert answer.status_code == 302
    assert answer["Location"] == f"/sign-in/?next=%2F{address.strip('/')}%2F%3Fafter%3D7"


def test_whoever_has_two_roles_begins_at_the_desk(world: World) -> None:
    Role.objects.create(
        account=world.account("liaison"),
        kind="community_worker",
        division_code=world.here,
        valid_from=world.account("liaison").roles.get().valid_from,
        granted_by_label="t",
    )

    assert home_of(world.actor("liaison")) == "/desk/"


def test_a_role_that_is_over_opens_no_desk(world: World) -> None:
    Role.objects.filter(account=world.account("worker")).update(valid_to="2021-01-01")

    assert home_of(world.actor("worker")) == "/my/"
    assert world.client_for("worker").get("/desk/")["Location"] == "/my/"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
@pytest.mark.parametrize("address", ["/desk/", "/my/", "/"])
def test_a_first_page_is_only_read(world: World, address: str, method: str) -> None:
    assert getattr(world.client_for("worker"), method)(address).status_code == 405
