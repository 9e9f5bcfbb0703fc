"""Every no in both languages: it says what happened, that nothing was changed or lost, and where to go."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from muster.toolkit.refusal import Refused
from tests.house.reading import CHINESE, read
from tests.world import World

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "zh-hans")
BROKEN = {
    "400": (SuspiciousOperation(), "This request could not be read"),
    "403": (PermissionDenied(), "This is not open to you"),
    "409": (None, ""),
    "500": (ValueError("bug"), "The system is busy; this was not done"),
    "503": (OperationalError("gone"), "The system is busy; this was not done"),
}


def client_in(language: str) -> Client:
    client = Client(raise_request_exception=False)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def said_in(language: str, text: str) -> str:
    with translation.override(language):
        return gettext(text)


def is_in(language: str, html: str) -> bool:
    """Whether the page is of that language alone; the brand and the switch of languages aside."""
    pieces = [piece for piece in read(html) if piece not in {"召集", "Muster", "English", "简体中文"}]
    chinese = [piece for piece in pieces if CHINESE.search(piece)]
    return not chinese if language == "en" else len(chinese) > len(pieces) / 2


@pytest.mark.logs_errors
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", ["400", "403", "500", "503"])
def test_a_failure_is_said_in_the_language_of_the_reader(language: str, status: str) -> None:
    error, title = BROKEN[status]

    with patch("muster.web.views.public.page", side_effect=error):
        answer = client_in(language).get("/privacy/")

    html = answer.content.decode()
    assert answer.status_code == int(status)
    assert said_in(language, title) in html
    assert is_in(language, html)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ["/nothing/", "/desk/callups/ZZZZZZZZ/", "/my/o/forged-link/"])
def test_a_page_that_is_not_there_is_said_in_the_language_of_the_reader(
    world: World, language: str, address: str
) -> None:
    client = world.client_for("worker")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    answer = client.get(address)

    assert answer.status_code == 404
    assert f'lang="{"en" if language == "en" else "zh-CN"}"' in answer.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_keeps_its_sentence_and_says_it_once(language: str) -> None:
    sentence = said_in(language, "This call-up is no longer open.")

    with patch("muster.web.views.public.page", side_effect=Refused("not_open", sentence)):
        answer = client_in(language).get("/privacy/")

    assert answer.status_code == 409
    assert answer.content.decode().count(sentence) >= 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_form_says_each_fault_beside_its_field_and_once_above(world: World, language: str) -> None:
    client = world.client_for("worker")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    answer = client.post("/desk/units/new/", {"name": "", "headcount": "0"})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert html.count('aria-invalid="true"') >= 3
    described = re.findall(r'aria-describedby="([^"]+)"', html)
    assert all(f'id="{part}"' in html for each in described for part in each.split())
    assert is_in(language, "".join(re.findall(r'<div class="note note-bad".*?</ul>', html, re.DOTALL)))


@pytest.mark.logs_errors
@pytest.mark.parametrize("address", ["/", "/privacy/"])
def test_a_failure_tells_nothing_of_its_inside(address: str) -> None:
    with patch("muster.web.views.public.page", side_effect=ValueError("secret 13812341234 /srv/muster")):
        html = client_in("en").get(address).content.decode()

    for inner in ("secret", "13812341234", "/srv", "Traceback", "ValueError"):
        assert inner not in html


@pytest.mark.parametrize(("address", "status"), [("/preferences/", 405), ("/healthz", 200)])
def test_what_is_no_page_is_still_answered_in_order(client: Client, address: str, status: int) -> None:
    assert client.get(address).status_code == status


@pytest.mark.logs_errors
def test_a_lost_database_is_unwell_and_says_nothing_more(client: Client) -> None:
    with patch(
        "muster.web.views.public.connection.cursor", side_effect=OperationalError("host db-7 port 5432")
    ):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (503, {"status": "down", "database": "no answer"})
    assert b"db-7" not in answer.content
