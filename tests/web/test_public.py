"""The pages for everybody, and the switches that a device remembers."""

from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["web:home", "web:privacy"])
def test_a_public_page_opens_for_a_stranger_in_both_languages(client, name):
    chinese = client.get(reverse(name))
    english = client.get(reverse(name), headers={"Accept-Language": "en"})

    assert chinese.status_code == english.status_code == 200
    assert 'lang="zh-CN"' in chinese.content.decode()
    assert 'lang="en"' in english.content.decode()


@pytest.mark.parametrize("name", ["web:home", "web:privacy"])
def test_a_public_page_asks_the_database_nothing(client, name, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(reverse(name))


def test_the_notice_says_version_purposes_and_grounds(client):
    page = client.get(reverse("web:privacy"), headers={"Accept-Language": "en"}).content.decode()

    assert "Version 1, in force from" in page
    assert page.count("PIPL art. 13.1") == 2
    assert page.count("You may refuse or withdraw.") == 4


@pytest.mark.parametrize(
    "choice, cookie",
    [
        ({"text": "large"}, ("muster_text", "large")),
        ({"theme": "dark"}, ("muster_theme", "dark")),
        ({"language": "en"}, (settings.LANGUAGE_COOKIE_NAME, "en")),
    ],
)
def test_a_choice_is_remembered_and_leads_back(client, choice, cookie):
    response = client.post(reverse("web:preferences"), {**choice, "next": "/privacy/?x=1"})

    assert (response.status_code, response["Location"]) == (302, "/privacy/?x=1")
    assert response.cookies[cookie[0]].value == cookie[1]
    assert response.cookies[cookie[0]]["samesite"] == "Lax"


@pytest.mark.parametrize("choice", [{"text": "huge"}, {"theme": "<b>"}, {"language": "xx"}, {}])
def test_what_is_not_offered_is_ignored(client, choice):
    response = client.post(reverse("web:preferences"), choice)

    assert response.status_code == 302
    assert not response.cookies


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""]
)
def test_a_choice_never_leads_elsewhere(client, back):
    response = client.post(reverse("web:preferences"), {"text": "large", "next": back})

    assert response["Location"] == "/"


def test_preferences_take_no_get_and_no_foreign_form(client):
    assert client.get(reverse("web:preferences")).status_code == 405
    assert (
        Client(enforce_csrf_checks=True).post(reverse("web:preferences"), {"text": "large"}).status_code
        == 403
    )


@pytest.mark.parametrize(
    "cookies, expected",
    [
        ({"muster_theme": "dark"}, 'data-bs-theme="dark"'),
        ({"muster_theme": "light"}, 'data-bs-theme="light"'),
        ({"muster_theme": '"><script>'}, 'data-bs-theme="light"'),
        ({"muster_text": "large"}, ' class="elder">'),
    ],
)
def test_the_server_draws_what_the_device_chose(client, cookies, expected):
    for name, value in cookies.items():
        client.cookies[name] = value

    assert expected in client.get("/").content.decode()


def test_health_is_ok_while_the_database_answers(client):
    response = client.get(reverse("web:healthz"))

    assert (response.status_code, response.json()) == (200, {"status": "ok", "database": "ok"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.logs_errors
def test_health_is_down_without_the_database(client):
    with patch("muster.web.views.public.connection.cursor", side_effect=OperationalError):
        response = client.get(reverse("web:healthz"))

    assert (response.status_code, response.json()["status"]) == (503, "down")


def test_no_page_has_anything_inline(client):
    for address in ("/", "/privacy/", "/nothing-here/"):
        page = client.get(address).content.decode()

        assert "style=" not in page
        assert "<script>" not in page
        assert "onclick" not in page


@pytest.mark.parametrize("token", ["x" * 40, "no-such-link"])
def test_a_sign_in_link_that_is_none_shows_the_other_ways_in(client, token):
    answer = client.get(reverse("people:sign-in-link", args=[token]))
    page = answer.content.decode()

    assert answer.status_code == 409
    assert "这个登录链接不能用了" in page
    assert f'href="{reverse("people:sign-in")}"' in page
    assert f'href="{reverse("people:sign-in-password")}"' in page
