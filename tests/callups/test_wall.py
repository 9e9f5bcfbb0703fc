"""The screen on the wall of a post: who is on, who leaves soon, who comes, and no more of anybody than half a name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from muster.callups.access import VIEW_LINK
from muster.callups.actions import calls, passes
from muster.callups.models import CallUp, Post, ViewPass
from muster.callups.queries.wall import Wall, wall
from muster.people import links
from tests.browser.journeys import running
from tests.callups.drafting import NOW, START, draft, post, raised, shift
from tests.callups.ground import arrives, leaves, seated
from tests.world import World, make_person, make_profile

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def call_up(world: World) -> CallUp:
    """Two shifts, from 06:00 to 12:00 and from 12:00 to 18:00, with two seats each."""
    seats = draft(2).posts[0].shifts[0].seats
    shifts = (shift(*seats), shift(*seats, start=START + 6 * HOUR))
    return raised(world.actor("worker"), draft(2, posts=(post("北门", *shifts),)))


def shown(call_up: CallUp, at: datetime) -> Wall:
    return wall(Post.objects.select_related("call_up").get(call_up=call_up), at)


def columns(call_up: CallUp, at: datetime) -> tuple[list[str], list[str], list[str]]:
    found = shown(call_up, at)
    return tuple([one.name for one in part] for part in (found.on, found.leaving, found.coming))


def test_each_person_stands_in_one_column_and_moves_on_with_the_hours(world: World, call_up: CallUp) -> None:
    first, second = call_up.shifts.order_by("starts_at")
    early = seated(world, world.person("volunteer"), call_up, first.slots.get())
    seated(world, world.person("leader"), call_up, second.slots.get())

    assert columns(call_up, START - HOUR) == ([], [], ["陈*英", "曹*"])
    arrives(early)
    assert columns(call_up, START + MINUTE) == (["陈*英"], [], ["曹*"])
    assert columns(call_up, START + 5 * HOUR) == ([], ["陈*英"], ["曹*"])
    late = shown(call_up, START + 6 * HOUR + 5 * MINUTE)
    assert ([one.name for one in late.leaving], late.leaving[0].is_over) == (["陈*英"], True)
    leaves(early, START + 6 * HOUR + 6 * MINUTE)
    assert columns(call_up, START + 6 * HOUR + 7 * MINUTE) == ([], [], ["曹*"])


def test_who_comes_tomorrow_is_not_shown_today(world: World, call_up: CallUp) -> None:
    first = call_up.shifts.order_by("starts_at")[0]
    seated(world, call_up=call_up, slot=first.slots.get())

    assert columns(call_up, first.muster_at - 12 * HOUR)[2] == ["陈*英"]
    assert columns(call_up, first.muster_at - 12 * HOUR - MINUTE)[2] == []


def test_it_says_how_many_are_missing_of_the_shift_of_now(world: World, call_up: CallUp) -> None:
    first, second = call_up.shifts.order_by("starts_at")
    seated(world, world.person("leader"), call_up, second.slots.get())
    assert shown(call_up, START).missing == 2, "who comes later fills no seat of now"
    arrives(seated(world, call_up=call_up, slot=first.slots.get()))

    now = shown(call_up, START + MINUTE)

    assert (now.shift, now.needed, now.missing) == (first, 2, 1)
    next_one = shown(call_up, START + 7 * HOUR)
    assert (next_one.shift, next_one.missing) == (second, 1)


def test_somebody_who_was_stood_down_or_gave_the_seat_back_is_gone(world: World, call_up: CallUp) -> None:
    seated(world, call_up=call_up, slot=call_up.shifts.order_by("starts_at")[0].slots.get())
    calls.stand_down(call_up, reason="雨停了。", actor=world.actor("worker"), at=NOW)

    found = shown(call_up, START)

    assert (found.is_over, found.on, found.leaving, found.coming) == (True, [], [], [])


def test_the_version_changes_with_what_is_shown_and_with_nothing_else(world: World, call_up: CallUp) -> None:
    before = shown(call_up, START - HOUR).version()
    assert shown(call_up, START - HOUR + MINUTE).version() == before

    seated(world, call_up=call_up, slot=call_up.shifts.order_by("starts_at")[0].slots.get())

    assert shown(call_up, START - HOUR).version() != before


@pytest.mark.parametrize("people", [1, 3])
def test_it_costs_the_same_for_one_and_for_three(
    world: World, people: int, django_assert_num_queries: Callable[[int], object]
) -> None:
    call_up = raised(world.actor("worker"), draft(3))
    for number in range(people):
        seated(world, world.volunteer(number), call_up)
    post_of = Post.objects.select_related("call_up").get(call_up=call_up)

    with django_assert_num_queries(3):
        assert len(wall(post_of, START - HOUR).coming) == people


class TestScreen:
    @pytest.fixture
    def where(self, world: World) -> str:
        """The address of the screen of a post where one is on and one is missing."""
        person = make_person("欧阳建国", "13912345678", world.here, "volunteer")
        make_profile(person)
        call_up = running(world, seats=2)
        seat = seated(world, person, call_up, at=call_up.opened_at)
        arrives(seat, timezone.now())
        with translation.override("zh-hans"):
            found = passes.wall(seat.shift.post, hours=24, actor=world.actor("leader"))
        token = links.make(VIEW_LINK, found.code, expires_at=found.expires_at)
        return reverse("callups:wall-show", args=[token])

    def test_it_shows_half_a_name_and_nothing_else_of_anybody(self, where: str, client: Client) -> None:
        words = client.get(where).content.decode()

        assert "欧**国" in words
        assert "还差 1 人" in words
        for secret in ("欧阳", "建国", "1391234", "5678", "csrf"):
            assert secret not in words

    def test_an_old_television_gets_neither_modules_nor_inline_script(
        self, where: str, client: Client
    ) -> None:
        page = client.get(where)
        words = page.content.decode()

        assert 'type="module"' not in words
        assert '<meta http-equiv="refresh" content="30">' in words
        assert page.cookies == {}

    def test_while_nothing_changes_the_part_costs_a_304(self, where: str, client: Client) -> None:
        first = client.get(f"{where}live/", headers={"HX-Request": "true"})

        second = client.get(f"{where}live/", headers={"HX-Request": "true", "If-None-Match": first["ETag"]})

        assert first.content.decode().lstrip().startswith('<div class="w-top">')
        assert second.status_code in {200, 304}, "the minute may just have turned"
        assert second.status_code == 304 or second["ETag"] != first["ETag"]

    def test_it_speaks_the_language_of_whoever_made_it_on_any_television(
        self, where: str, client: Client
    ) -> None:
        page = client.get(where, headers={"Accept-Language": "en"})

        assert '<html lang="zh-CN">' in page.content.decode()

    @pytest.mark.parametrize("path", ["", "live/"])
    def test_taken_back_it_shows_nothing_any_more_and_says_so(
        self, where: str, world: World, client: Client, path: str
    ) -> None:

        passes.take_back(ViewPass.objects.get(), actor=world.actor("leader"))

        gone = client.get(f"{where}{path}")

        assert gone.status_code == 410
        assert "欧" not in gone.content.decode()
        assert "已经撤回" in gone.content.decode()
