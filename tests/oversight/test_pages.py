"""The wall and the desk of oversight: who may see which, what they show, and what a poll costs."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client

from muster.callups.actions import calls
from muster.people.models import Person, ReportIn
from tests.callups.drafting import NOW
from tests.world import COUNTY, EVERYBODY, FAR_COUNTY, HERE, NEXT_DOOR, PROVINCE, TOWNSHIP, World, shut

from .conftest import Scene

pytestmark = pytest.mark.django_db

OVERSEERS = {"township_overseer", "county_overseer", "city_overseer", "province_overseer"}
# place -> who sees its board and its desk page; everybody else must get 404, a stranger the way to sign in.
SEEN_BY = {
    TOWNSHIP: OVERSEERS,
    COUNTY: OVERSEERS - {"township_overseer"},
    PROVINCE: {"province_overseer"},
    HERE: OVERSEERS | {"worker"},
    NEXT_DOOR: OVERSEERS | {"neighbor"},
    FAR_COUNTY: {"province_overseer", "far_overseer"},
}


@pytest.mark.parametrize("address", ["/board/{}/", "/desk/oversight/{}/"])
@pytest.mark.parametrize("code", SEEN_BY)
def test_place_is_seen_by_those_above_it_and_by_nobody_beside_it(
    world: World, code: int, address: str
) -> None:
    for name in EVERYBODY:
        response = world.client_for(name).get(address.format(code))

        expected = 200 if name in SEEN_BY[code] else shut(name)
        assert (name, response.status_code) == (name, expected)


def test_own_desk_is_for_overseers_only(world: World) -> None:
    for name in EVERYBODY:
        response = world.client_for(name).get("/desk/oversight/")

        expected = 200 if name in OVERSEERS | {"far_overseer"} else shut(name)
        assert (name, response.status_code) == (name, expected)


@pytest.mark.parametrize(
    "address", ["/board/510199000000/", "/board/1/", "/board/9999999999999999/", "/desk/oversight/51/1/"]
)
def test_place_that_does_not_exist_looks_like_one_that_is_not_yours(world: World, address: str) -> None:
    assert world.client_for("province_overseer").get(address).status_code == 404


def test_short_code_of_a_township_opens_its_board(world: World) -> None:
    assert world.client_for("township_overseer").get("/board/510107001/").status_code == 200


@pytest.fixture
def noon() -> Iterator[None]:
    """The moment of the scene, so that a session that begins in it is young."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def wall(noon: None, scene: Scene) -> Client:
    return scene.world.client_for("township_overseer")


def test_wall_shows_the_figures(wall: Client) -> None:
    text = wall.get(f"/board/{TOWNSHIP}/").content.decode()

    assert '<strong class="num">13</strong>' in text
    assert "蜀汉街" in text
    assert 'data-live="/board/510107001000/"' in text
    assert "data-live-stays" in text


@pytest.mark.usefixtures("noon")
def test_wall_without_a_call_up_says_so(world: World) -> None:
    text = world.client_for("township_overseer").get(f"/board/{TOWNSHIP}/", headers={"accept-language": "en"})

    assert "No call-up is under way." in text.content.decode()
    assert "No shift is planned." in text.content.decode()


@pytest.mark.parametrize(
    ("language", "said", "unsaid"),
    [
        (
            "zh-hans",
            ["需要", "承诺", "名单", "接受", "到岗", "缺 11", "接下来四个班"],
            ["Needed", "Pledged", "Accepted", "Arrived", "Shortages", "missing"],
        ),
        (
            "en",
            ["Needed", "Pledged", "Named", "Accepted", "Arrived", "11 missing", "The next four shifts"],
            ["需要", "承诺", "名单", "到岗", "接下来四个班"],
        ),
    ],
)
@pytest.mark.usefixtures("noon")
def test_wall_speaks_one_language_at_a_time(
    scene: Scene, language: str, said: list[str], unsaid: list[str]
) -> None:
    client = scene.world.client_for("township_overseer")
    address = f"/board/{TOWNSHIP}/"

    for headers in ({}, {"HX-Request": "true"}):
        text = client.get(address, headers={"accept-language": language, **headers}).content.decode()
        assert [words for words in said if words not in text] == []
        assert [words for words in unsaid if words in text] == []


def test_poll_gives_the_parts_only(wall: Client) -> None:
    text = wall.get(f"/board/{TOWNSHIP}/", headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in text
    for part in ("funnel", "reserves", "units", "plan", "windows", "shortages", "log"):
        assert f'id="board-{part}"' in text


def test_poll_costs_nothing_until_something_changes(scene: Scene, wall: Client) -> None:
    first = wall.get(f"/board/{TOWNSHIP}/", headers={"HX-Request": "true"})
    tag = first["ETag"]

    again = wall.get(f"/board/{TOWNSHIP}/", headers={"HX-Request": "true", "If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")

    calls.halt(scene.next_door, actor=scene.world.actor("neighbor"), at=NOW)
    changed = wall.get(f"/board/{TOWNSHIP}/", headers={"HX-Request": "true", "If-None-Match": tag})
    assert changed.status_code == 200


def test_wall_shows_nobody_by_name_who_was_asked(scene: Scene, wall: Client) -> None:
    text = wall.get(f"/board/{TOWNSHIP}/").content.decode()

    assert "志愿者1" not in text
    assert scene.world.person("volunteer").name not in text


@pytest.mark.usefixtures("noon")
def test_desk_of_the_overseer_lists_places_and_call_ups(scene: Scene) -> None:
    text = scene.world.client_for("county_overseer").get("/desk/oversight/").content.decode()

    assert f'href="/desk/oversight/{TOWNSHIP}/"' in text
    for call_up in (scene.here, scene.next_door, scene.drill):
        assert f'href="/desk/callups/{call_up.code}/"' in text


@pytest.mark.usefixtures("noon")
def test_desk_of_the_overseer_costs_the_same_with_more_call_ups(
    scene: Scene, django_assert_max_num_queries: object
) -> None:
    assert callable(django_assert_max_num_queries)
    client = scene.world.client_for("township_overseer")
    client.get("/desk/oversight/")

    with django_assert_max_num_queries(22):
        client.get("/desk/oversight/")


def test_pages_answer_only_to_reading(world: World) -> None:
    client = world.client_for("township_overseer")

    assert client.post(f"/board/{TOWNSHIP}/").status_code == 405
    assert client.post("/desk/oversight/").status_code == 405


@pytest.mark.req("R2.5")
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["20 people or more", "fewer than 5 people"]), ("zh-hans", ["20 人以上", "少于 5 人"])],
)
def test_desk_of_the_overseer_counts_cadres_and_points_at_none(
    world: World, language: str, words: list[str]
) -> None:
    reported = world.volunteer(1)
    Person.objects.filter(pk=reported.pk).update(is_party_member=True)
    ReportIn.objects.create(
        person=reported,
        unit=world.unit,
        division_code=HERE,
        reported_on=date(2026, 1, 1),
        valid_to=date(9999, 1, 1),
    )
    client = world.client_for("township_overseer")

    text = client.get("/desk/oversight/", headers={"accept-language": language}).content.decode()

    assert [word for word in words if word not in text] == []
    assert reported.name not in text
