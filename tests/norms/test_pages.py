"""The pages of numbers and modes: who reads, who sets, who switches."""

from typing import Any

import pytest
from django.utils import timezone

from muster.norms import queries
from muster.norms.actions import settings
from muster.norms.enums import Mode, ResponseLevel
from muster.norms.models import ModeSwitch, Setting
from muster.toolkit.actor import SYSTEM
from tests.world import COUNTY, EVERYBODY, FAR_COUNTY, HERE, NEXT_DOOR, TOWNSHIP, World, shut

pytestmark = pytest.mark.django_db

LIST = "/desk/settings/"
CHANGE = "/desk/settings/shift.minutes_max/"
MODE = "/desk/mode/"
TOWNSHIP_UP = {"township_overseer", "county_overseer", "city_overseer", "province_overseer"}
COUNTY_UP = TOWNSHIP_UP - {"township_overseer"}
ANY_COUNTY_UP = {*COUNTY_UP, "far_overseer"}


def form(**changes: Any) -> dict[str, Any]:
    return {
        "value": "300",
        "valid_from": str(timezone.localdate()),
        "valid_to": "",
        "reason": "高温橙色预警",
        **changes,
    }


@pytest.mark.parametrize("name", EVERYBODY)
def test_numbers_are_read_by_desks_and_administrators(world: World, name: str) -> None:
    may = {"worker", "neighbor", "administrator", *TOWNSHIP_UP, "far_overseer"}

    assert world.client_for(name).get(LIST).status_code == (200 if name in may else shut(name))


@pytest.mark.parametrize("name", EVERYBODY)
def test_numbers_of_a_place_are_read_by_those_over_it(world: World, name: str) -> None:
    may = {"worker", "administrator", *TOWNSHIP_UP}

    assert world.client_for(name).get(f"{LIST}?place={HERE}").status_code == (
        200 if name in may else shut(name)
    )


@pytest.mark.parametrize("name", EVERYBODY)
def test_numbers_are_set_by_the_county_and_above(world: World, name: str) -> None:
    answer = world.client_for(name).post(f"{CHANGE}?place={COUNTY}", form())

    assert answer.status_code == (302 if name in COUNTY_UP else 404)
    assert Setting.objects.filter(changed_by_label__gt="").count() == (1 if name in COUNTY_UP else 0)


@pytest.mark.parametrize("place", ["abc", "1", "５１０１０７００１００１", "510107001001x"])
def test_place_that_is_none_is_not_found(world: World, place: str) -> None:
    assert world.client_for("worker").get(LIST, {"place": place}).status_code == 404


def test_unknown_number_is_not_found(world: World) -> None:
    assert world.client_for("county_overseer").get("/desk/settings/no.such/").status_code == 404


def test_page_shows_value_unit_basis_source_and_who_changed_it(world: World) -> None:
    world.client_for("county_overseer").post(f"{CHANGE}?place={COUNTY}", form())

    page = world.client_for("worker").get(LIST).content.decode()

    for words in (
        "一班最长时间",
        "分钟",
        "高温橙色预警",
        "武侯",
        "通知第 5 部分",
        ">N</span>",
        ">L</span>",
    ):
        assert words in page
    assert "蜀汉街社区有 1 个数值与默认不同" in page
    assert "谢文涛" in page
    assert "修改" not in page


def test_page_says_when_no_number_differs_and_reads_times_and_shares(world: World) -> None:
    page = world.client_for("worker").get(LIST).content.decode()

    assert "蜀汉街社区都用默认值。" in page
    assert ">22:00</b>" in page
    assert '>90</b> <span class="t2 sm">%</span>' in page
    assert "1320" not in page


def test_time_of_day_is_changed_as_a_clock_shows_it(world: World) -> None:
    overseer = world.client_for("county_overseer")
    address = f"/desk/settings/night.from_minute/?place={COUNTY}"

    shown = overseer.get(address).content.decode()
    answer = overseer.post(address, form(value="21:30"))

    assert 'value="22:00"' in shown
    assert "「夜班从几点起（未成年人不排）」：22:00" in shown
    assert answer.status_code == 302
    assert queries.number("night.from_minute", HERE) == 1290


def test_law_is_quoted_in_the_words_of_the_page(world: World) -> None:
    answer = world.client_for("county_overseer").post(
        f"/desk/settings/coverage.building_head_target/?place={COUNTY}", form(value="80")
    )

    assert answer.status_code == 422
    assert "100 %" in answer.content.decode()


def test_change_counts_at_once_for_what_lies_below(world: World) -> None:
    world.client_for("county_overseer").post(f"{CHANGE}?place={COUNTY}", form())

    assert queries.number("shift.minutes_max", HERE) == 300
    assert queries.number("shift.minutes_max", FAR_COUNTY) == 360


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": "300.5"}, "同类的数字"),
        ({"reason": ""}, 'name="reason"'),
        ({"value": "many"}, 'name="value"'),
        ({"valid_to": "2020-01-01"}, "结束日在开始日之前"),
    ],
)
def test_change_that_cannot_be_comes_back_with_the_form(
    world: World, changes: dict[str, str], words: str
) -> None:
    answer = world.client_for("county_overseer").post(f"{CHANGE}?place={COUNTY}", form(**changes))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    assert Setting.objects.filter(changed_by_label__gt="").count() == 0


def test_list_costs_the_same_however_many_numbers_are_changed(
    world: World, django_assert_max_num_queries: Any
) -> None:
    client = world.client_for("county_overseer")
    client.get(LIST)
    queries.forget()
    with django_assert_max_num_queries(100) as none:
        client.get(LIST)
    for key in ("no_show", "relief", "call.confidence"):
        settings.change(key, 0.5, division_code=COUNTY, reason="x", actor=SYSTEM)

    with django_assert_max_num_queries(100) as three:
        client.get(LIST)

    assert len(three) == len(none) <= 14


@pytest.mark.parametrize("name", EVERYBODY)
def test_mode_is_switched_by_those_over_the_place(world: World, name: str) -> None:
    may = name in {"worker", *TOWNSHIP_UP}
    facts = {"mode": "emergency", "level": "0", "hazard": "flood", "ground": "区指挥部通知 12 号"}

    answer = world.client_for(name).post(f"{MODE}?place={HERE}", facts)

    assert answer.status_code == (302 if may else 404)
    assert queries.mode_of(HERE).mode == (Mode.EMERGENCY if may else Mode.ROUTINE)
    assert queries.mode_of(NEXT_DOOR).mode == Mode.ROUTINE


@pytest.mark.parametrize("name", EVERYBODY)
def test_mode_page_opens_for_desks(world: World, name: str) -> None:
    may = {"worker", "neighbor", *TOWNSHIP_UP, "far_overseer"}

    assert world.client_for(name).get(MODE).status_code == (200 if name in may else shut(name))


@pytest.mark.req("R1.4")
def test_switch_shows_who_when_why_and_for_which_place(world: World) -> None:
    world.client_for("township_overseer").post(
        f"{MODE}?place={TOWNSHIP}",
        {"mode": "emergency", "level": "0", "hazard": "flood", "ground": "街道通知 3 号"},
    )

    page = world.client_for("worker").get(MODE).content.decode()

    assert "蜀汉街社区现在是应急状态" in page
    for words in ("街道通知 3 号", "罗建国", "浆洗街"):
        assert words in page


def test_level_is_offered_to_the_county_and_refused_to_the_community(world: World) -> None:
    assert 'type="radio" name="level"' not in world.client_for("worker").get(MODE).content.decode()
    assert 'type="radio" name="level"' in world.client_for("county_overseer").get(MODE).content.decode()
    facts = {"mode": "emergency", "level": "2", "hazard": "", "ground": "区指挥部通知 12 号"}

    by_community = world.client_for("worker").post(f"{MODE}?place={HERE}", facts)
    by_county = world.client_for("county_overseer").post(f"{MODE}?place={COUNTY}", facts)

    assert (by_community.status_code, by_county.status_code) == (422, 302)
    assert "由县级及以上宣布" in by_community.content.decode()
    assert (ModeSwitch.objects.count(), queries.mode_of(HERE).level) == (1, ResponseLevel.II)


def test_pages_are_in_english_too(world: World) -> None:
    client = world.client_for("county_overseer")
    page = client.get(LIST, headers={"Accept-Language": "en"}).content.decode()

    assert "Longest shift" in page
    assert "一班最长时间" not in page
