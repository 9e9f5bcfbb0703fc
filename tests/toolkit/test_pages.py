"""How views answer: pages, fragments, refusals, and nothing at all while nothing changed."""

import json
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from muster.toolkit import pages, toasts
from muster.toolkit.middleware import POLICY, Refusals, SecurityHeaders
from muster.toolkit.refusal import Refused

TEMPLATE = "components/_skeleton.html"
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def request_with(**headers: str) -> HttpRequest:
    request = RequestFactory().get("/desk/callups/K7M2QD3A/", headers=headers)
    request.session = {}
    request.user = AnonymousUser()
    return request


def test_a_page_varies_with_what_asked_for_it():
    response = pages.page(request_with(), TEMPLATE)

    assert response.status_code == 200
    assert response["Vary"] == "HX-Request"


def test_a_fragment_brings_the_waiting_toasts():
    request = request_with(**FRAGMENT)
    toasts.add(request, "Told 22 people.", undo_url="/undo", seconds=120)

    response = pages.page(request, TEMPLATE)

    told = {"text": "Told 22 people.", "tone": "ok", "undo_url": "/undo", "seconds": 120}
    assert json.loads(response["HX-Trigger"]) == {"muster:toast": {"toasts": [told]}}
    assert toasts.take(request) == []


def test_a_whole_page_leaves_the_toasts_to_its_layout():
    request = request_with()
    toasts.add(request, "Told 22 people.")

    response = pages.page(request, TEMPLATE)

    assert "HX-Trigger" not in response
    assert len(toasts.take(request)) == 1


def test_a_boosted_page_is_no_fragment():
    assert pages.is_fragment(request_with(**FRAGMENT)) is True
    assert pages.is_fragment(request_with(**FRAGMENT, **{"HX-Boosted": "true"})) is False
    assert pages.is_fragment(request_with()) is False


def test_an_unchanged_fragment_costs_neither_query_nor_drawing():
    def dear() -> dict[str, object]:
        raise AssertionError("the context was made")

    response = pages.live(request_with(**{"If-None-Match": '"12-7"'}), TEMPLATE, dear, version="12-7")

    assert response.status_code == 304
    assert response.content == b""
    assert response["ETag"] == '"12-7"'


def test_compression_weakens_the_tag_and_it_still_fits():
    response = pages.live(request_with(**{"If-None-Match": 'W/"12-7"'}), TEMPLATE, dict, version="12-7")

    assert response.status_code == 304


def test_a_changed_fragment_is_drawn_and_never_kept_by_others():
    response = pages.live(request_with(**{"If-None-Match": '"12-6"'}), TEMPLATE, dict, version="12-7")

    assert response.status_code == 200
    assert b"skel" in response.content
    assert response["ETag"] == '"12-7"'
    assert response["Cache-Control"] == "private, no-cache"


def test_a_refusal_is_a_page_that_says_the_sentence():
    error = Refused("too_early", "You are 20 minutes early. Come back at 08:40.")

    response = Refusals(lambda _: HttpResponse()).process_exception(request_with(), error)

    assert response is not None
    assert response.status_code == 409
    assert "You are 20 minutes early. Come back at 08:40." in response.content.decode()


def test_a_refusal_of_a_fragment_is_a_toast_and_swaps_nothing():
    response = pages.refusal(request_with(**FRAGMENT), Refused("not_open", "This call-up is no longer open."))

    assert response.status_code == 409
    assert response["HX-Reswap"] == "none"
    assert response.content == b""
    sent = json.loads(response["HX-Trigger"])["muster:toast"]["toasts"]
    assert [(toast["text"], toast["tone"]) for toast in sent] == [("This call-up is no longer open.", "warn")]


def test_a_refusal_may_name_its_status():
    error = Refused("link_expired", "This link has expired.", {"status": 410})

    assert pages.refusal(request_with(), error).status_code == 410


def test_other_errors_pass_through():
    assert Refusals(lambda _: HttpResponse()).process_exception(request_with(), ValueError("bug")) is None


def test_every_answer_has_the_policy():
    response = SecurityHeaders(lambda _: HttpResponse())(request_with())

    assert response["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert (
        response["Permissions-Policy"] == "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"
    )
