"""Addresses that open one thing without signing in: made, expired, taken back, of another kind, of somebody erased."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from muster.audit.models import Entry
from muster.callups import access
from muster.callups.access import VIEW_LINK
from muster.callups.actions import passes
from muster.callups.enums import PassKind
from muster.callups.models import CallUp, Post, ViewPass
from muster.people import links
from muster.people.models import Person
from muster.toolkit.refusal import Refused
from tests.browser.journeys import coming
from tests.callups.drafting import NOW, raised
from tests.callups.ground import me
from tests.world import World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def call_up(world: World) -> CallUp:
    return coming(world)


def token_of(found: ViewPass, until: datetime | None = None) -> str:
    return links.make(VIEW_LINK, found.code, expires_at=until or found.expires_at)


def opened(found: ViewPass, at: datetime, *kinds: PassKind) -> str:
    """ "" when the address opens the pass, else why not."""
    try:
        assert access.pass_of_link(token_of(found), at, *(kinds or tuple(PassKind))) == found
    except Refused as refused:
        return refused.code
    return ""


def calendar(world: World, cast: str = "volunteer", at: datetime = NOW) -> ViewPass:
    person = world.person(cast)
    return passes.my_calendar(person, actor=me(person), at=at)


def test_an_address_opens_until_its_end_and_not_a_second_longer(world: World) -> None:
    post = Post.objects.get(call_up=raised(world.actor("worker")))
    found = passes.wall(post, hours=12, actor=world.actor("worker"), at=NOW)
    end = NOW + timedelta(hours=12)

    assert found.expires_at == end
    assert opened(found, end - timedelta(seconds=1)) == ""
    assert opened(found, end) == "link_expired"


def test_an_address_that_was_taken_back_says_so_and_twice_is_as_good_as_once(world: World) -> None:
    found = calendar(world)

    for _time in range(2):
        passes.take_back(found, actor=me(world.person("volunteer")), at=NOW)

    assert opened(found, NOW) == "link_taken_back"
    assert Entry.objects.filter(verb="callups.pass.taken_back").count() == 1


def test_a_new_calendar_makes_the_address_before_useless(world: World) -> None:
    first, other = calendar(world), calendar(world, "worker")
    second = calendar(world, at=NOW + DAY)

    at = NOW + DAY
    assert [opened(one, at) for one in (first, other, second)] == ["link_taken_back", "", ""]


def test_the_calendar_of_somebody_who_was_erased_opens_nothing(world: World) -> None:
    found = calendar(world)
    Person.objects.filter(pk=world.person("volunteer").pk).update(erased_at=NOW)

    assert opened(found, NOW) == "link_taken_back"


def test_an_address_of_another_kind_or_purpose_is_none(world: World, client: Client) -> None:
    found = calendar(world, at=timezone.now())
    as_wall = reverse("callups:wall-show", args=[token_of(found)])
    as_offer = links.make("offer", found.code, expires_at=found.expires_at)

    assert client.get(as_wall).status_code == 404
    assert client.get(reverse("callups:feed-calendar", args=[as_offer])).status_code == 404
    assert client.get(reverse("callups:feed-calendar", args=["x" * 40])).status_code == 404


def test_the_code_alone_opens_nothing(world: World, client: Client) -> None:
    found, other = calendar(world, at=timezone.now()), calendar(world, "worker", at=timezone.now())
    swapped = token_of(found).replace(found.code, other.code)

    for token in (found.code, swapped):
        assert client.get(reverse("callups:feed-calendar", args=[token])).status_code == 404


def test_a_calendar_program_gets_the_calendar_and_a_plain_word_when_it_is_gone(
    world: World, client: Client
) -> None:
    found = calendar(world, at=timezone.now())
    where = reverse("callups:feed-calendar", args=[token_of(found)])

    first = client.get(where)
    passes.take_back(found, actor=me(found.person))
    gone = client.get(where)

    assert (first.status_code, first["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert first.content.startswith(b"BEGIN:VCALENDAR")
    assert "no-store" in first["Cache-Control"]
    assert first.cookies == {}
    assert (gone.status_code, gone["Content-Type"]) == (410, "text/plain; charset=utf-8")
    assert "已经撤回" in gone.content.decode()


def test_it_speaks_the_language_in_which_it_was_made(world: World, client: Client) -> None:
    mine = world.client_for("volunteer")
    mine.cookies["django_language"] = "en"
    mine.post("/my/calendar/")

    found = ViewPass.objects.get()
    body = client.get(reverse("callups:feed-calendar", args=[token_of(found)])).content

    assert found.language == "en"
    assert b"X-WR-CALNAME:My shifts" in body


class TestPages:
    def test_a_person_makes_sees_and_takes_back_the_own_address(self, world: World, client: Client) -> None:
        mine = world.client_for("volunteer")
        assert mine.post("/my/calendar/").status_code == 302

        found = ViewPass.objects.get()
        assert token_of(found) in mine.get("/my/calendar/").content.decode()
        other = world.client_for("worker")
        assert token_of(found) not in other.get("/my/calendar/").content.decode()
        assert other.post(f"/passes/{found.code}/take-back/").status_code == 404
        assert mine.post(f"/passes/{found.code}/take-back/")["Location"] == "/my/calendar/"
        assert token_of(found) not in mine.get("/my/calendar/").content.decode()

    def test_the_desk_makes_as_many_as_it_needs_and_takes_back_one(
        self, world: World, call_up: CallUp, client: Client
    ) -> None:
        desk = world.client_for("worker")
        page = reverse("callups:desk-callup-calendar", args=[call_up.code])
        assert [desk.post(page).status_code for _time in range(2)] == [302, 302]

        first, second = ViewPass.objects.order_by("pk")
        assert desk.post(f"/passes/{first.code}/take-back/")["Location"] == page
        statuses = [
            client.get(reverse("callups:feed-calendar", args=[token_of(one)])).status_code
            for one in (first, second)
        ]
        assert statuses == [410, 200]
        assert first.expires_at == call_up.ends_at + timedelta(days=7)

    @pytest.mark.parametrize(
        ("hours", "status"), [("12", 302), ("168", 302), ("169", 422), ("", 422), ("x", 422)]
    )
    def test_a_leader_says_how_long_the_screen_hangs(
        self, world: World, call_up: CallUp, hours: str, status: int
    ) -> None:
        post = Post.objects.get(call_up=call_up)
        page = reverse("callups:post-wall", args=[post.code])

        response = world.client_for("leader").post(page, {"hours": hours})

        assert response.status_code == status
        assert ViewPass.objects.count() == int(status == 302)

    def test_the_neighbor_makes_and_takes_back_nothing(self, world: World, call_up: CallUp) -> None:
        post = Post.objects.get(call_up=call_up)
        found = passes.wall(post, hours=12, actor=world.actor("worker"))
        neighbor = world.client_for("neighbor")

        answers = [
            neighbor.post(reverse("callups:post-wall", args=[post.code]), {"hours": "12"}),
            neighbor.post(reverse("callups:desk-callup-calendar", args=[call_up.code])),
            neighbor.post(f"/passes/{found.code}/take-back/"),
        ]

        assert [one.status_code for one in answers] == [404, 404, 404]
        assert ViewPass.objects.filter(revoked_at=None).count() == 1


def test_the_forms_of_all_three_pages_carry_their_token(world: World, call_up: CallUp) -> None:
    post = Post.objects.get(call_up=call_up)
    volunteer, worker = world.person("volunteer"), world.actor("worker")
    passes.my_calendar(volunteer, actor=me(volunteer))
    passes.call_up_calendar(call_up, actor=worker)
    passes.wall(post, hours=12, actor=worker)

    pages = [
        world.client_for("volunteer").get("/my/calendar/"),
        world.client_for("worker").get(reverse("callups:desk-callup-calendar", args=[call_up.code])),
        world.client_for("leader").get(reverse("callups:post-wall", args=[post.code])),
    ]

    for one in pages:
        words = one.content.decode()
        forms = words.split('<form class="card')[0].split("<form")[1:]
        assert any("take-back" in form and "csrfmiddlewaretoken" in form for form in forms)
