"""A unit sees how things stand in its community (R2.11): its mode, what it called for lately, and nobody's name."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from muster.callups.actions import calls
from muster.callups.queries.situation import LATEST, situations_of
from muster.norms.actions import modes
from muster.norms.enums import Mode, ResponseLevel
from tests.callups.drafting import NOW, draft, raised
from tests.callups.ground import seated
from tests.world import COUNTY, HERE, NEXT_DOOR, World

pytestmark = pytest.mark.django_db
HOME = reverse("callups:unit-home")


def shown(client: Client, language: str = "en") -> str:
    page = client.get(HOME, headers={"accept-language": language}).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def browser(world: World) -> Client:
    return world.client_for("liaison")


def declare(world: World, place: int = COUNTY) -> None:
    modes.switch(
        place,
        mode=Mode.EMERGENCY,
        level=ResponseLevel.III,
        ground="区指挥部第7号令",
        hazard="epidemic",
        actor=world.actor("county_overseer"),
        at=timezone.now(),
    )


@pytest.mark.req("R2.11")
def test_the_liaison_sees_mode_level_ground_and_what_was_called_for(world: World, browser: Client) -> None:
    declare(world)
    call_up = raised(world.actor("worker"), draft(3, title="北门值守"))
    seated(world, world.person("volunteer"), call_up)

    with translation.override("zh-hans"):
        text = shown(browser, "zh-hans")

    assert "蜀汉街社区" in text
    assert "区指挥部第7号令" in text
    assert "北门值守" in text
    assert "要 3 人，已有 1 人" in text
    assert "陈秀英" not in text


@pytest.mark.req("R2.11")
def test_a_switch_back_and_a_stand_down_reach_the_unit_with_their_reasons(
    world: World, browser: Client
) -> None:
    declare(world)
    call_up = raised(world.actor("worker"), draft(title="北门值守"))
    calls.stand_down(call_up, reason="封控已提前解除", actor=world.actor("worker"), at=timezone.now())
    modes.switch(
        COUNTY,
        mode=Mode.ROUTINE,
        ground="区指挥部第9号令",
        actor=world.actor("county_overseer"),
        at=timezone.now(),
    )

    text = shown(browser, "zh-hans")

    assert "封控已提前解除" in text
    assert ("区指挥部第9号令" in text, "区指挥部第7号令" in text) == (True, False)


def test_before_anything_happened_the_page_says_so(browser: Client) -> None:
    text = shown(browser, "zh-hans")

    assert "社区还没有召集过人。" in text


def test_only_the_communities_of_the_own_units_are_shown(world: World) -> None:
    raised(world.actor("neighbor"), draft(division_code=NEXT_DOOR, title="邻居的事"))

    (here,) = situations_of([HERE], NOW)
    (there,) = situations_of([NEXT_DOOR], NOW)

    assert ([line.call_up.title for line in here.latest], here.community) == ([], "蜀汉街社区")
    assert [line.call_up.title for line in there.latest] == ["邻居的事"]
    assert "邻居的事" not in shown(world.client_for("liaison"))


def test_drills_are_no_news_and_the_newest_stand_first(world: World) -> None:
    for number in range(LATEST + 1):
        raised(world.actor("worker"), draft(title=f"召集{number}"))
    raised(world.actor("worker"), draft(title="演习", is_drill=True))

    (here,) = situations_of([HERE, HERE], NOW)

    assert [line.call_up.title for line in here.latest] == ["召集3", "召集2", "召集1"]


def test_the_page_costs_the_same_for_one_call_up_and_for_three(world: World, browser: Client) -> None:
    costs = []
    for count in (1, 2):
        for _each in range(count):
            raised(world.actor("worker"))
        with CaptureQueriesContext(connection) as counted:
            assert browser.get(HOME).status_code == 200
        costs.append(len(counted))

    assert costs[0] == costs[1]
