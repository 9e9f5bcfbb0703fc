"""Error pages say what happened, whether one's things are safe, and what to do next."""

from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.test import Client

from muster.toolkit.refusal import Refused

pytestmark = pytest.mark.django_db


def failing(error: Exception) -> object:
    """The front page, whose drawing ends with `error`."""
    return patch("muster.web.views.public.page", side_effect=error)


@pytest.mark.parametrize(
    "error, status, said",
    [
        (PermissionDenied(), 403, "This is not open to you"),
        (SuspiciousOperation(), 400, "This request could not be read"),
        (Refused("not_open", "This call-up is no longer open."), 409, "This call-up is no longer open."),
        (Refused("link_expired", "This link has expired.", {"status": 410}), 410, "This link has expired."),
    ],
)
@pytest.mark.logs_errors
def test_each_no_has_its_page(client, error, status, said):
    with failing(error):
        response = client.get("/", headers={"Accept-Language": "en"})

    assert response.status_code == status
    assert said in response.content.decode()


def test_a_missing_page_does_not_say_whether_it_exists(client):
    response = client.get("/desk/callups/ZZZZZZZZ/nothing/", headers={"Accept-Language": "en"})

    assert response.status_code == 404
    assert "There is no such page here for you" in response.content.decode()


def test_a_stale_form_is_told_to_load_again():
    response = Client(enforce_csrf_checks=True).post("/preferences/", headers={"Accept-Language": "en"})

    assert response.status_code == 403
    assert "This page has been open too long" in response.content.decode()


@pytest.mark.logs_errors
def test_a_bug_shows_a_number_that_the_log_has(caplog):
    client = Client(raise_request_exception=False)

    with failing(ValueError("bug")):
        response = client.get("/", headers={"Accept-Language": "en"})

    assert response.status_code == 500
    (number,) = [
        record.getMessage().split()[0]
        for record in caplog.records
        if record.name == "muster.web.views.errors"
    ]
    assert f"Number {number}." in response.content.decode()
    assert "bug" not in response.content.decode()


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
@pytest.mark.logs_errors
def test_without_a_database_a_page_tries_again_by_itself(error):
    client = Client(raise_request_exception=False)

    with failing(error):
        response = client.get("/")

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert response["Refresh"] == "30"


@pytest.mark.logs_errors
def test_a_form_is_never_sent_again_by_itself():
    client = Client(raise_request_exception=False)

    with patch("muster.web.views.public.url_has_allowed_host_and_scheme", side_effect=OperationalError):
        response = client.post("/preferences/", {"text": "large"})

    assert response.status_code == 503
    assert "Refresh" not in response


@pytest.mark.logs_errors
def test_the_broken_page_asks_neither_session_nor_database(django_assert_num_queries):
    client = Client(raise_request_exception=False)

    with failing(OperationalError("gone")), django_assert_num_queries(0):
        assert client.get("/").status_code == 503
