"""The door of oversight: a place is seen whole or not at all."""

import pytest
from django.http import Http404

from muster.oversight import access
from muster.people.enums import RoleKind
from muster.toolkit.actor import Actor, Grant
from tests.world import CITY, COUNTY, FAR_COUNTY, HERE, NEXT_DOOR, TOWNSHIP, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


def overseer(*places: tuple[str, int, int]) -> Actor:
    return Actor(label="t", grants=tuple(Grant(kind, low, high) for kind, low, high in places))


TOWNSHIP_OVERSEER = overseer((RoleKind.TOWNSHIP_OVERSEER, TOWNSHIP, TOWNSHIP + 1000))


def test_place_inside_is_seen() -> None:
    assert access.get_place(TOWNSHIP_OVERSEER, HERE).code == HERE
    assert access.get_place(TOWNSHIP_OVERSEER, TOWNSHIP).code == TOWNSHIP


@pytest.mark.parametrize("code", [510107001, 510107, 5101, 51])
def test_short_code_is_filled_up(code: int) -> None:
    province = overseer((RoleKind.PROVINCE_OVERSEER, 510_000_000_000, 520_000_000_000))

    assert access.get_place(province, code).code == int(str(code).ljust(12, "0"))


@pytest.mark.parametrize("code", [COUNTY, CITY, FAR_COUNTY, 510_107_002_000, 0, 1, 10**12])
def test_place_that_is_not_wholly_inside_is_not_seen(code: int) -> None:
    with pytest.raises(Http404):
        access.get_place(TOWNSHIP_OVERSEER, code)


def test_two_halves_do_not_make_a_whole() -> None:
    halves = overseer(
        (RoleKind.COMMUNITY_WORKER, HERE, HERE + 1), (RoleKind.COMMUNITY_WORKER, NEXT_DOOR, NEXT_DOOR + 1)
    )

    assert access.get_place(halves, HERE).code == HERE
    with pytest.raises(Http404):
        access.get_place(halves, TOWNSHIP)


@pytest.mark.parametrize(
    "kind",
    [
        RoleKind.AUDITOR,
        RoleKind.SYSTEM_ADMINISTRATOR,
        RoleKind.GUARD,
        RoleKind.SHIFT_LEADER,
        RoleKind.UNIT_LIAISON,
    ],
)
def test_role_that_oversees_nothing_sees_no_board(kind: str) -> None:
    actor = overseer((kind, 510_000_000_000, 520_000_000_000))

    with pytest.raises(Http404):
        access.get_place(actor, TOWNSHIP)
    with pytest.raises(Http404):
        access.own_place(actor)


def test_own_place_is_the_widest() -> None:
    both = overseer(
        (RoleKind.TOWNSHIP_OVERSEER, TOWNSHIP, TOWNSHIP + 1000),
        (RoleKind.COUNTY_OVERSEER, COUNTY, COUNTY + 1_000_000),
    )

    assert access.own_place(both).code == COUNTY


def test_own_place_of_a_worker_is_none(world: World) -> None:
    with pytest.raises(Http404):
        access.own_place(world.actor("worker"))


def test_own_place_that_is_no_division_any_more_is_none() -> None:
    with pytest.raises(Http404):
        access.own_place(overseer((RoleKind.TOWNSHIP_OVERSEER, 519_900_000_000, 519_900_001_000)))
