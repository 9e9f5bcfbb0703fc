"""The list of accounts by its two ways: few holders looked up, many met on a walk. Both must say the same."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.people.actions import accounts
from muster.people.enums import RoleKind
from muster.people.models import Person
from muster.people.queries import accounts as queries
from muster.people.queries.accounts import EVERYBODY, search_accounts
from muster.toolkit.actor import SYSTEM
from tests.world import HERE, World

SEARCHES = [
    {},
    {"role": "guard"},
    {"role": "unit_liaison"},
    {"role": "auditor"},
    {"role": EVERYBODY},
    {"text": "陈秀英"},
    {"text": "guard"},
    {"text": "13000000002"},
    {"text": "陈秀英", "role": "guard"},
]


def found(world: World, name: str, search: dict[str, str]) -> list[Person]:
    return search_accounts(world.actor(name), **search).rows


@pytest.mark.parametrize("search", SEARCHES, ids=str)
def test_few_and_many_holders_are_the_same_people_in_the_same_order(
    world: World, monkeypatch: pytest.MonkeyPatch, search: dict[str, str]
) -> None:
    # One who lives elsewhere and holds two roles here: on the list, and once.
    for kind in (RoleKind.GUARD, RoleKind.SHIFT_LEADER):
        accounts.grant(world.account("neighbor"), kind, division_code=HERE, actor=SYSTEM)
    names = ["worker", "township_overseer", "administrator", "neighbor"]
    looked_up = {name: found(world, name, search) for name in names}
    monkeypatch.setattr(queries, "FEW", 0)

    walked = {name: found(world, name, search) for name in names}

    assert walked == looked_up
    for rows in looked_up.values():
        assert len(rows) == len(set(rows))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("guard", ["guard"]),
        ("GUARD", ["guard"]),
        ("guar", []),
        ("neighbor", []),
        ("volunteer", ["volunteer"]),
    ],
)
def test_a_login_name_is_found_whole_and_inside_the_scope(
    world: World, text: str, expected: list[str]
) -> None:
    assert [person.account.login for person in found(world, "worker", {"text": text})] == expected


def test_a_login_name_that_is_somebodys_name_finds_both(world: World) -> None:
    namesake = accounts.create(world.volunteer(1), login="陈秀英", actor=SYSTEM)

    assert found(world, "worker", {"text": "陈秀英"}) == [world.person("volunteer"), namesake.person]


@pytest.mark.parametrize("few", [0, 2000], ids=["walked", "looked up"])
def test_the_cost_is_three_queries_whatever_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(queries, "FEW", few)
    actors = [world.actor(name) for name in ("worker", "administrator")]
    costs = []
    for actor in actors:
        with CaptureQueriesContext(connection) as captured:
            search_accounts(actor)
        costs.append(len(captured))

    assert costs == [3, 3]
