"""Who acts in a request: as strong as the sign-in was, from where it came, and only as long as the session holds."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.audit.models import Entry
from muster.people.actions import accounts, sessions
from muster.people.actions.sessions import SECOND_FACTOR, SEEN_AT, SIGNED_IN_AT
from muster.people.models import Account
from muster.toolkit.actor import SYSTEM
from tests.people.asking import text
from tests.world import STRANGER, World

LIST = "/desk/people/"
START = datetime(2026, 3, 2, 8, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as moving:
        yield moving


def weak(world: World, name: str) -> Client:
    """Signed in by a code on the phone only."""
    client = Client()
    client.force_login(world.account(name), backend=settings.AUTHENTICATION_BACKENDS[-1])
    session = client.session
    sessions.begin(session, timezone.now(), has_second_factor=False)
    session.save()
    return client


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


class TestStrength:
    @pytest.mark.parametrize(
        ("name", "page"),
        [
            ("township_overseer", LIST),
            ("county_overseer", LIST),
            ("auditor", "/desk/trail/"),
            ("administrator", "/desk/accounts/"),
        ],
    )
    def test_a_back_office_role_sleeps_until_the_second_factor(
        self, world: World, name: str, page: str
    ) -> None:
        client = weak(world, name)

        assert client.get(page).status_code == 404
        assert client.get("/my/").status_code == 200
        assert world.client_for(name).get(page).status_code == 200

    @pytest.mark.parametrize(
        ("name", "page"), [("worker", LIST), ("leader", "/post/"), ("liaison", "/unit/")]
    )
    def test_who_works_on_the_spot_needs_one_proof(self, world: World, name: str, page: str) -> None:
        assert weak(world, name).get(page).status_code == 200

    def test_a_session_that_does_not_say_how_strong_it_is_is_weak(self, world: World) -> None:
        client = Client()
        client.force_login(world.account("administrator"), backend=settings.AUTHENTICATION_BACKENDS[-1])

        assert client.get("/desk/accounts/").status_code == 404
        assert client.session[SECOND_FACTOR] is False
        assert SIGNED_IN_AT in client.session


class TestEnd:
    @pytest.mark.parametrize(("seconds", "is_in"), [(-1, True), (0, False), (1, False)])
    def test_it_ends_in_the_minute_of_idleness_itself(
        self, world: World, clock: time_machine.Traveller, seconds: int, is_in: bool
    ) -> None:
        client = world.client_for("worker")
        clock.move_to(START + minutes(30) + timedelta(seconds=seconds))

        assert (client.get(LIST).status_code == 200) == is_in

    def test_signing_out_everywhere_spares_what_begins_in_the_next_moment(
        self, world: World, clock: time_machine.Traveller
    ) -> None:
        before = world.client_for("worker")
        accounts.end_sessions(world.account("worker"), actor=SYSTEM)
        same_moment = world.client_for("worker")
        clock.shift(timedelta(microseconds=1))
        after = world.client_for("worker")

        assert [one.get(LIST).status_code for one in (before, same_moment, after)] == [302, 302, 200]

    def test_a_form_that_was_sent_too_late_does_nothing_and_leads_back_to_its_page(
        self, world: World, clock: time_machine.Traveller
    ) -> None:
        client = world.client_for("worker")
        clock.move_to(START + minutes(31))

        response = client.post("/desk/people/new/", {"name": "刘芳"})

        assert response["Location"] == "/sign-in/?next=%2Fdesk%2Fpeople%2Fnew%2F&ended=1"
        assert not Entry.objects.exists()

    @pytest.mark.parametrize(
        ("address", "came_from", "back"),
        [
            ("/desk/people/new/", "http://testserver/desk/people/new/?unit=1", "/desk/people/new/?unit=1"),
            (
                "/unit/callups/K7M2QD3A/names/",
                "http://testserver/unit/callups/K7M2QD3A/",
                "/unit/callups/K7M2QD3A/",
            ),
            ("/post/K7M2QD3A/walk-up/", "http://elsewhere.example/post/", "/post/K7M2QD3A/walk-up/"),
            ("/gate/K7M2QD3A/leader/", "http://testserver/gate/K7M2QD3A/", "/gate/K7M2QD3A/"),
            ("/desk/people/new/", "", "/desk/people/new/"),
        ],
    )
    def test_a_form_sent_after_the_browser_dropped_the_session_leads_to_the_door_and_back_to_its_page(
        self, world: World, address: str, came_from: str, back: str
    ) -> None:
        client = world.client_for("worker")
        client.cookies.clear()
        client.cookies[settings.CSRF_COOKIE_NAME] = "of an earlier page"

        response = client.post(address, {"name": "刘芳"}, headers={"Referer": came_from})

        assert response.status_code == 302
        assert parse_qs(urlsplit(response["Location"]).query) == {"next": [back], "ended": ["1"]}

    @pytest.mark.parametrize("address", ["/desk/people/new/", "/unit/callups/K7M2QD3A/names/"])
    def test_a_stranger_who_was_never_here_finds_a_wall(self, world: World, address: str) -> None:
        assert world.client_for(STRANGER).post(address, {"name": "刘芳"}).status_code == 404

    def test_the_page_that_asked_for_a_part_is_led_to_the_door_as_a_whole(
        self, world: World, clock: time_machine.Traveller
    ) -> None:
        client = world.client_for("worker")
        clock.move_to(START + minutes(31))

        response = client.get(
            "/desk/", headers={"HX-Request": "true", "Referer": "http://testserver/desk/callups/"}
        )

        assert (response.status_code, response.content) == (204, b"")
        assert response["HX-Redirect"] == "/sign-in/?next=%2Fdesk%2Fcallups%2F&ended=1"

    def test_the_door_says_that_it_was_for_lack_of_use_in_both_languages(
        self, world: World, clock: time_machine.Traveller
    ) -> None:
        client = world.client_for("worker")
        clock.move_to(START + minutes(31))
        door = client.get(LIST)["Location"]
        client.cookies["django_language"] = "en"
        english = text(client.get(door))
        client.cookies["django_language"] = "zh-hans"

        assert english != text(client.get(door))
        assert 'role="' in english

    def test_nobody_is_ended_twice_on_the_door_itself(
        self, world: World, clock: time_machine.Traveller
    ) -> None:
        client = world.client_for("worker")
        clock.move_to(START + minutes(31))

        assert client.get("/sign-in/").status_code == 200


class TestSeen:
    @pytest.mark.parametrize(("seconds", "is_written"), [(59, False), (60, True)])
    def test_being_seen_is_written_once_a_minute(
        self, world: World, clock: time_machine.Traveller, seconds: int, is_written: bool
    ) -> None:
        client = world.client_for("worker")
        before = client.session[SEEN_AT]
        clock.shift(timedelta(seconds=seconds))

        client.get("/privacy/")

        assert (client.session[SEEN_AT] != before) == is_written

    def test_a_page_that_polls_all_night_does_not_count_as_somebody(
        self, world: World, clock: time_machine.Traveller
    ) -> None:
        client = world.client_for("worker")
        for _ in range(29):
            clock.shift(minutes(1))
            assert client.get(LIST, headers={"Muster-Poll": "1"}).status_code == 200
        clock.shift(minutes(1))

        assert client.get(LIST, headers={"Muster-Poll": "1"}).status_code == 302


def test_the_trail_says_from_which_address(world: World) -> None:
    client = Client(REMOTE_ADDR="10.1.2.3")
    client.cookies = world.client_for("worker").cookies

    client.post(f"/desk/people/{world.person('volunteer').code}/state/", {"state": "paused"})

    assert Entry.objects.get(verb="people.volunteer.state_changed").actor_address == "10.1.2.3"


def test_a_stranger_costs_the_database_nothing(world: World) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert Client().get(LIST).status_code == 302

    assert len(queries) == 0


def test_a_locked_account_is_a_stranger_at_once(world: World) -> None:
    client = world.client_for("worker")
    Account.objects.filter(login="worker").update(is_active=False)

    assert client.get(LIST)["Location"] == "/sign-in/?next=%2Fdesk%2Fpeople%2F"
