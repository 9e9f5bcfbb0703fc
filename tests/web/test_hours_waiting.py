"""Hours that nobody has settled are on the desk's first page, with the button that leads to them."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.utils import timezone

from muster.records.enums import DutyKind, Evidence, RecordState
from muster.records.models import ServiceRecord
from muster.web.queries.today import ToDo, today
from tests.world import World

pytestmark = pytest.mark.django_db
SETTLE = "/desk/hours/"


@pytest.fixture(autouse=True)
def english(settings: LazySettings) -> None:
    settings.LANGUAGE_CODE = "en"


def make_waiting(world: World, count: int = 1, *, place: int = 0, **facts: object) -> None:
    """Records without a check-out, of the volunteer of the cast."""
    now = timezone.now()
    standard = {
        "person": world.person("volunteer"),
        "division_code": place or world.here,
        "source_kind": "attendance",
        "title": "门岗值守",
        "place": "北门",
        "organizer": "蜀汉街社区",
        "minutes": 0,
        "duty_kind": DutyKind.OFF_DUTY,
        "evidence": Evidence.CODE,
        "state": RecordState.UNCONFIRMED,
        "served_on": now.date(),
        "created_at": now,
        **facts,
    }
    first = ServiceRecord.objects.count()
    for number in range(first, first + count):
        ServiceRecord.objects.create(source_code=f"A{number}", **standard)


def hours_to_do(world: World, who: str = "worker") -> list[ToDo]:
    """What the desk of `who` has to do about hours."""
    to_do = today(world.actor(who), timezone.now()).to_do
    return [item for item in to_do if item.acts[0].url == SETTLE]


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 record of hours waits to be settled"), (3, "3 records of hours wait to be settled")],
)
def test_waiting_hours_are_counted_at_the_desk(world: World, count: int, said: str) -> None:
    make_waiting(world, count)

    (item,) = hours_to_do(world)

    assert item.title == said
    assert SETTLE in world.client_for("worker").get("/desk/").content.decode()


@pytest.mark.parametrize("state", [RecordState.CREDITED, RecordState.VOID])
def test_settled_hours_wait_for_nobody(world: World, state: str) -> None:
    make_waiting(world, state=state)

    assert hours_to_do(world) == []


def test_the_part_beyond_the_cap_waits_as_well(world: World) -> None:
    make_waiting(world, state=RecordState.NEEDS_APPROVAL, minutes=480)

    assert len(hours_to_do(world)) == 1


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("worker", True),
        ("township_overseer", True),
        ("neighbor", False),
        ("county_overseer", False),
        ("far_overseer", False),
        ("province_overseer", False),
    ],
)
def test_hours_wait_only_for_those_who_may_settle_them(world: World, who: str, *, sees: bool) -> None:
    make_waiting(world)

    assert bool(hours_to_do(world, who)) == sees


@pytest.mark.parametrize(
    ("who", "offered"),
    [("worker", True), ("township_overseer", True), ("county_overseer", False), ("auditor", False)],
)
def test_the_rail_leads_to_the_hours_of_those_who_settle_them(
    world: World, who: str, *, offered: bool
) -> None:
    home = world.client_for(who).get("/desk/", follow=True).content.decode()

    assert (f'href="{SETTLE}"' in home) == offered


def test_more_hours_than_anybody_reads_cost_no_more(world: World) -> None:
    make_waiting(world, 101)

    (item,) = hours_to_do(world)

    assert item.title.startswith("100 records")
