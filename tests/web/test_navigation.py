"""Where one can go: only to addresses that exist, and only to those of one's role."""

import pytest
from django.test import RequestFactory

from muster.people.enums import RoleKind
from muster.toolkit.actor import Actor, Grant
from muster.web import navigation
from muster.web.navigation import Place

PLACES = (
    Place("/", "home", "Front"),
    Place("/privacy/", "lock", "Notice", (RoleKind.AUDITOR,)),
    Place("/nowhere/", "x", "Nowhere"),
)


def actor(kind: str) -> Actor:
    return Actor(label="t", account_id=1, grants=(Grant(kind, 1, 2),))


def labels(path: str, who: Actor | None) -> list[str]:
    return [str(item.label) for item in navigation._items(PLACES, path, who)]


def test_an_address_that_does_not_exist_is_not_offered():
    assert labels("/", actor(RoleKind.COMMUNITY_WORKER)) == ["Front"]


def test_an_address_of_another_role_is_not_offered():
    assert labels("/", actor(RoleKind.AUDITOR)) == ["Notice"]
    assert labels("/", None) == []


@pytest.mark.parametrize("path, current", [("/", "/"), ("/other/", "/"), ("/privacy/more/", "/privacy/")])
def test_the_longest_address_that_begins_the_path_is_current(path, current):
    places = (Place("/", "home", "Front", ()), Place("/privacy/", "lock", "Notice", ()))

    assert [item.url for item in navigation._items(places, path, None) if item.current] == [current]


@pytest.mark.django_db
def test_the_desk_says_whose_it_is(world):
    request = RequestFactory().get("/desk/")
    request.user = world.account("worker")
    request.actor = world.actor("worker")

    desk = navigation.DeskNavigation.of(request)

    assert (desk.me, desk.me_initial, desk.place) == ("周敏", "周", "蜀汉街社区")


@pytest.mark.django_db
def test_nobody_has_no_name_and_no_place():
    request = RequestFactory().get("/desk/")

    desk = navigation.DeskNavigation.of(request)

    assert (desk.me, desk.me_initial, desk.place, desk.items) == ("", "", "", [])


@pytest.mark.parametrize(("name", "bars"), [("worker", 1), ("auditor", 0), ("administrator", 0)])
def test_no_empty_bar_stands_at_the_foot_of_a_phone(world, name, bars):
    page = world.client_for(name).get("/desk/", follow=True).content.decode()

    assert page.count('class="rail"') == 1
    assert page.count('class="tabbar"') == bars
