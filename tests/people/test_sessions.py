"""How a session ends: idle, after twelve hours, by signing out; and what does not keep it alive."""

from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from muster.audit.models import Entry
from muster.people.actions import accounts
from muster.people.actions.sessions import SEEN_AT
from muster.people.models import Account, Person
from muster.toolkit.actor import SYSTEM
from tests.people.asking import text
from tests.people.test_sign_in_pages import PASSWORD, PASSWORD_URL, is_in
from tests.world import World


class TestSession:
    def at(self, moment: datetime) -> Any:
        return mock.patch("django.utils.timezone.now", return_value=moment)

    @pytest.mark.parametrize(
        ("name", "minutes"), [("worker", 30), ("volunteer", 30), ("administrator", 15), ("auditor", 15)]
    )
    def test_idle_session_ends_and_leads_back(self, world: World, name: str, minutes: int) -> None:
        client, now = world.client_for(name), timezone.now()

        with self.at(now + timedelta(minutes=minutes, seconds=-5)):
            assert client.get("/privacy/").status_code == 200
            assert is_in(client)
        with self.at(now + timedelta(minutes=2 * minutes, seconds=5)):
            ended = client.get("/desk/people/?after=x")

        assert ended["Location"] == "/sign-in/?next=%2Fdesk%2Fpeople%2F%3Fafter%3Dx&ended=1"
        assert not is_in(client)
        assert "role=" in text(client.get(ended["Location"]))

    def test_session_ends_after_twelve_hours_of_work(self, world: World) -> None:
        client, now = world.client_for("worker"), timezone.now()

        for minutes in range(0, 12 * 60, 20):
            with self.at(now + timedelta(minutes=minutes)):
                client.get("/privacy/")
        assert is_in(client)
        with self.at(now + timedelta(hours=12)):
            client.get("/privacy/")

        assert not is_in(client)

    def test_page_that_asks_for_news_by_itself_keeps_no_session_alive(self, world: World) -> None:
        client, now = world.client_for("worker"), timezone.now()

        with self.at(now + timedelta(minutes=20)):
            client.get("/privacy/", headers={"Muster-Poll": "1"})
        with self.at(now + timedelta(minutes=31)):
            ended = client.get("/privacy/", headers={"HX-Request": "true"})

        assert (ended.status_code, ended["HX-Redirect"]) == (204, "/sign-in/?next=%2Fprivacy%2F&ended=1")

    def test_reading_within_a_minute_writes_nothing(self, world: World) -> None:
        client = world.client_for("worker")
        before = client.session[SEEN_AT]

        client.get("/privacy/")

        assert client.session[SEEN_AT] == before

    def test_signing_out_ends_the_session_on_the_server(self, world: World) -> None:
        client = world.client_for("worker")
        stolen = Client()
        stolen.cookies["sessionid"] = client.cookies["sessionid"].value

        done = client.post("/sign-out/")

        assert done["Location"] == "/sign-in/?left=1"
        assert not is_in(client)
        assert not is_in(stolen)
        assert Entry.objects.filter(verb="people.account.signed_out").count() == 1

    def test_signing_out_is_not_a_link(self, world: World) -> None:
        client = world.client_for("worker")

        assert client.get("/sign-out/").status_code == 405
        assert is_in(client)

    def test_signing_in_again_takes_a_new_key(self, world: World, client: Client) -> None:
        accounts.set_password(world.account("worker"), PASSWORD, actor=SYSTEM)
        client.post(PASSWORD_URL, {"login": "worker", "password": PASSWORD})
        first = client.session.session_key

        client.post(PASSWORD_URL, {"login": "worker", "password": PASSWORD})

        assert client.session.session_key != first

    def test_erased_person_is_out_at_once(self, world: World) -> None:
        client = world.client_for("worker")
        Person.objects.filter(pk=world.person("worker").pk).update(erased_at=timezone.now())
        Account.objects.filter(login="worker").update(is_active=False)

        client.get("/privacy/")

        assert world.account("worker").roles.count() == 1
        assert client.get("/desk/people/")["Location"] == "/sign-in/?next=%2Fdesk%2Fpeople%2F"
