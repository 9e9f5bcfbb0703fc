"""What each role is offered: the rail, the tab bar and the phone's bar lead to pages that open, and to no others."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from muster.web.navigation import MY, RAIL, TABS
from tests.world import World

pytestmark = pytest.mark.django_db
WORKER = [
    "/desk/",
    "/desk/callups/",
    "/desk/dispatch/",
    "/desk/people/",
    "/desk/units/",
    "/desk/hours/",
    "/desk/mode/",
    "/desk/settings/",
    "/desk/accounts/",
]
OVERSEER = [
    "/desk/",
    "/desk/callups/",
    "/desk/dispatch/",
    "/desk/people/",
    "/desk/units/",
    "/desk/oversight/",
    "/desk/mode/",
    "/desk/settings/",
]
TOWNSHIP = [*OVERSEER[:5], "/desk/hours/", *OVERSEER[5:], "/desk/accounts/"]
RAILS = {
    "worker": WORKER,
    "neighbor": WORKER,
    "township_overseer": TOWNSHIP,
    "county_overseer": OVERSEER,
    "city_overseer": OVERSEER,
    "province_overseer": OVERSEER,
    "auditor": ["/desk/trail/"],
    "administrator": ["/desk/settings/", "/desk/accounts/"],
}

OWN = [place for place in MY if not place.kinds]


def rail_of(client: Client, address: str = "/desk/") -> list[str]:
    """The addresses of the rail on that page, in their order."""
    page = client.get(address, follow=True).content.decode()
    (rail,) = re.findall(
        r'<aside class="rail".*?</nav>|<div class="rail".*?</nav>|<nav class="rail".*?</nav>', page, re.S
    )[:1]
    return re.findall(r'href="(/[^"]*/)"', rail.split("<nav", 1)[-1])


@pytest.mark.parametrize("who", RAILS)
def test_the_rail_holds_what_the_role_works_with(world: World, who: str) -> None:
    assert rail_of(world.client_for(who)) == RAILS[who]


@pytest.mark.parametrize("who", RAILS)
def test_everything_that_is_offered_opens(world: World, who: str) -> None:
    client = world.client_for(who)

    answers = {url: client.get(url).status_code for url in rail_of(client)}

    assert set(answers.values()) == {200}, answers


@pytest.mark.parametrize("who", ["liaison", "leader", "guard", "volunteer", "worker"])
def test_everybody_has_the_four_pages_of_their_own(world: World, who: str) -> None:
    client = world.client_for(who)

    page = client.get("/my/").content.decode()

    for place in OWN:
        assert f'href="{place.url}"' in page
        assert client.get(place.url).status_code == 200


@pytest.mark.parametrize(("who", "work"), [("leader", ["/post/"]), ("guard", ["/gate/"]), ("volunteer", [])])
def test_the_bar_of_ones_own_leads_back_to_the_post_or_the_gate(
    world: World, who: str, work: list[str]
) -> None:
    client = world.client_for(who)

    page = client.get("/my/").content.decode()

    bar = re.findall(r'<a href="([^"]*)"', page[page.index("tabs-my") :].partition("</nav>")[0])
    assert bar == [*(place.url for place in OWN), *work]
    assert [client.get(url).status_code for url in work] == [200] * len(work)


@pytest.mark.parametrize("url", WORKER)
def test_the_page_one_is_on_is_marked_once_in_the_rail(world: World, url: str) -> None:
    page = world.client_for("worker").get(url).content.decode()
    rail = page[page.index("rail") : page.index("</nav>", page.index("rail"))]

    assert re.findall(
        r'href="([^"]+)"[^>]*aria-current="page"|aria-current="page"[^>]*href="([^"]+)"', rail
    ) in (
        [(url, "")],
        [("", url)],
    )


def test_the_bar_of_a_phone_has_five_places_with_the_call_in_the_middle() -> None:
    assert len(TABS) == 5
    assert [place.middle for place in TABS] == [False, False, True, False, False]
    assert TABS[2].url == "/desk/callups/new/"


def test_no_address_stands_twice_in_one_bar() -> None:
    for bar in (RAIL, TABS, MY):
        urls = [place.url for place in bar]

        assert len(set(urls)) == len(urls)
