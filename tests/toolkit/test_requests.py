"""The way to the door: strangers come back to the page they wanted, and never to a part of one or to another site."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from muster.toolkit.actor import Actor
from muster.toolkit.requests import sign_in_first

PAGE = "/desk/callups/K7M2QD3A/"


@sign_in_first
def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("what is behind the door")


def asked(path: str = PAGE, *, method: str = "get", by: Actor | None = None, **headers: str) -> HttpResponse:
    request: Any = getattr(RequestFactory(), method)(path, headers=headers)
    request.actor = by or Actor(label="")
    return view(request)


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_stranger_is_led_to_the_door_and_back(method: str) -> None:
    response = asked(f"{PAGE}?segment=missing&after=7", method=method)

    assert response.status_code == 302
    assert response["Location"] == (
        "/sign-in/?next=%2Fdesk%2Fcallups%2FK7M2QD3A%2F%3Fsegment%3Dmissing%26after%3D7"
    )


def test_whoever_is_signed_in_gets_the_page() -> None:
    assert asked(by=Actor(label="周敏", account_id=1)).content == b"what is behind the door"


def test_a_link_that_names_a_person_is_no_sign_in() -> None:
    """A volunteer's signed link sets the person and no account: it opens the one page it was made for."""
    assert asked(by=Actor(label="", person_id=1)).status_code == 302


def test_what_a_stranger_posts_meets_the_doors_of_the_view() -> None:
    assert asked(method="post").status_code == 200


@pytest.mark.parametrize(
    ("headers", "back"),
    [
        ({"HX-Current-URL": f"http://testserver{PAGE}?segment=missing"}, f"{PAGE}?segment=missing"),
        ({"Referer": f"http://testserver{PAGE}"}, PAGE),
        ({"HX-Current-URL": f"http://testserver{PAGE}", "Referer": "http://testserver/desk/"}, PAGE),
        ({"Referer": f"https://evil.example{PAGE}"}, f"{PAGE}live/"),
        ({"HX-Current-URL": "about:blank"}, f"{PAGE}live/"),
        ({}, f"{PAGE}live/"),
    ],
    ids=["htmx says", "a script's own fetch", "htmx knows better", "another site", "no page", "nothing said"],
)
def test_a_part_sends_the_whole_page_to_the_door(headers: dict[str, str], back: str) -> None:
    response = asked(f"{PAGE}live/", **{"HX-Request": "true"}, **headers)

    assert (response.status_code, response.content) == (204, b"")
    target = response["HX-Redirect"]
    assert target.replace("%2F", "/").replace("%3F", "?").replace("%3D", "=") == f"/sign-in/?next={back}"


def test_a_boosted_link_is_a_page_like_any_other() -> None:
    response = asked(**{"HX-Request": "true", "HX-Boosted": "true"})

    assert response.status_code == 302
