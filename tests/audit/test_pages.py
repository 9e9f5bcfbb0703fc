"""The trail as an auditor reads it."""

from typing import Any

import pytest
from django.utils import timezone

from muster.audit.actions import trail
from muster.toolkit.actor import Actor
from tests.world import EVERYBODY, World, shut

PAGE = "/desk/trail/"
WORKER = Actor(label="周敏", account_id=7)


def record(verb: str = "callups.call.closed", code: str = "K7M2QD3A", **changes: Any) -> None:
    facts: dict[str, Any] = {"actor": WORKER, "division_code": 510_107_001_001, "at": timezone.now()}
    trail.record(verb, obj_kind="call_up", obj_code=code, **{**facts, **changes})


@pytest.mark.django_db
@pytest.mark.parametrize("name", EVERYBODY)
def test_trail_is_for_auditors_only(world: World, name: str) -> None:
    assert world.client_for(name).get(PAGE).status_code == (200 if name == "auditor" else shut(name))


@pytest.mark.django_db
def test_trail_shows_the_deed_its_object_and_who(world: World) -> None:
    record(detail={"from": "open", "to": "closed"}, is_drill=True)

    page = world.client_for("auditor").get(PAGE).content.decode()

    for words in ("callups.call.closed", '召集 <span class="num">K7M2QD3A', "周敏", "到: 已结束", "演练"):
        assert words in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("verb=a.b.one", {"AAAA2222"}),
        ("object_code=bbbb-2222", {"BBBB2222"}),
        ("object_code=BBBB2222", {"BBBB2222"}),
        ("account=8", {"CCCC2222"}),
        ("verb=a.b.one&account=8", set()),
        ("account=no-number", {"AAAA2222", "BBBB2222", "CCCC2222"}),
    ],
)
def test_trail_is_narrowed(world: World, query: str, shown: set[str]) -> None:
    record("a.b.one", "AAAA2222")
    record("a.b.two", "BBBB2222")
    record("a.b.three", "CCCC2222", actor=Actor(label="何静", account_id=8))

    rows = world.client_for("auditor").get(f"{PAGE}?{query}").context["page"].rows

    assert {row.object_code for row in rows} == shown


@pytest.mark.django_db
def test_trail_is_paged_without_gap_or_repeat(world: World) -> None:
    for number in range(103):
        record(code=f"C{number:03}")
    client = world.client_for("auditor")

    seen, after = [], ""
    while after is not None:
        page = client.get(PAGE, {"after": after}).context["page"]
        seen += [row.object_code for row in page.rows]
        after = page.next_cursor

    assert seen == [f"C{number:03}" for number in reversed(range(103))]


@pytest.mark.django_db
def test_trail_costs_the_same_with_one_row_and_with_three(
    world: World, django_assert_max_num_queries: Any
) -> None:
    client = world.client_for("auditor")
    record()
    client.get(PAGE)
    with django_assert_max_num_queries(100) as one:
        client.get(PAGE)
    record(code="D2")
    record(code="D3")

    with django_assert_max_num_queries(100) as three:
        client.get(PAGE)

    assert len(three) == len(one) <= 12
