"""The guard's phone: who is sent to his gates, the code that they scan, whom to call; and nothing that writes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from muster.audit.models import Disclosure, Entry
from muster.callups import access
from muster.callups.actions import attendance, calls
from muster.callups.models import Assignment, CallUp, Post, Scan
from muster.callups.rules.drafts import SeatsDraft
from muster.people.models import Role
from muster.territory.models import CompoundGate
from tests.callups.drafting import draft, post, raised, shift
from tests.callups.ground import arrives, seated
from tests.callups.raising_form import managed_compound
from tests.world import NEXT_DOOR, World

pytestmark = pytest.mark.django_db


def tonight(world: World, seats: int = 4, *, hours: float = 1, **facts: object) -> CallUp:
    """A call-up whose shift at the north gate begins in so many hours, by the clock of the machine."""
    start = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=hours)
    leader = world.person("leader").pk
    form = draft(
        **{
            "posts": (post("北门", shift(SeatsDraft("general", seats), start=start), leader_id=leader),),
            "reply_by": start - timedelta(minutes=30),
            **facts,
        }
    )
    author = "neighbor" if form.division_code == NEXT_DOOR else "worker"
    return raised(world.actor(author), form, at=start - timedelta(hours=6))


def on_list(world: World, call_up: CallUp, number: int = 1) -> Assignment:
    return seated(world, world.volunteer(number), call_up, at=call_up.opened_at)


def url(name: str, where: Post) -> str:
    return reverse(f"callups:gate-{name}", args=[where.code])


@pytest.fixture
def guard(world: World) -> Client:
    client = world.client_for("guard")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def text_of(client: Client, address: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(address).content.decode()))


def test_the_first_page_says_how_many_come_and_where(world: World, guard: Client) -> None:
    call_up = tonight(world)
    arrives(on_list(world, call_up, 1), timezone.now())
    on_list(world, call_up, 2)

    text = text_of(guard, "/gate/")

    assert "1 person is expected at your gates" in text
    assert "There: 1 · still to come: 1" in text
    assert "北门" in text


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Nobody is expected at your gates"), ("zh-hans", "你的关口暂时没有人要来")],
)
def test_a_quiet_night_is_said_in_words(guard: Client, language: str, words: str) -> None:
    guard.defaults["HTTP_ACCEPT_LANGUAGE"] = language

    assert words in text_of(guard, "/gate/")


def test_a_guard_who_stands_there_himself_sees_his_own_shift_first(world: World, guard: Client) -> None:
    call_up = tonight(world)
    seat = seated(world, world.person("guard"), call_up, at=call_up.opened_at)

    page = guard.get("/gate/").content.decode()

    assert "Your own shift" in page
    assert f'href="{reverse("callups:my-check-in", args=[seat.shift.post.code])}"' in page


@pytest.mark.req("R9.3")
def test_the_gate_shows_the_code_of_now(world: World, guard: Client) -> None:
    where = tonight(world).posts.get()

    for address in (url("detail", where), url("code", where)):
        answer = guard.get(address)
        (digits,) = re.findall(r'id="digits">(\d{3} \d{3})<', answer.content.decode())

        attempt = {"post": where, "typed": digits, "at": timezone.now(), "person": world.person("volunteer")}
        assert attendance.seen_code(**attempt)
        assert "no-store" in answer["Cache-Control"]
        assert f'data-rotate="{url("code", where)}"' in answer.content.decode()


def test_names_are_masked_and_no_number_is_shown(world: World, guard: Client) -> None:
    call_up = tonight(world)
    seated(world, call_up=call_up, at=call_up.opened_at)

    for page in ("detail", "people"):
        text = text_of(guard, url(page, call_up.posts.get()))
        assert "陈*英" in text
        assert "陈秀英" not in text
        assert not re.search(r"1\d{2}\*{4}\d{4}|1\d{10}", text)


def test_the_leader_can_be_called_and_reads_who_looked(world: World, guard: Client) -> None:
    where = tonight(world).posts.get()

    page = guard.post(url("leader", where)).content.decode()

    person = world.person("leader")
    row = Disclosure.objects.get()
    assert f"tel:{person.phone.removeprefix('+86')}" in page
    assert (row.person_id, row.field, row.purpose, row.actor_account_id) == (
        person.pk,
        "phone",
        "call_up",
        world.account("guard").pk,
    )


def test_a_post_without_a_leader_says_whom_to_call(world: World, guard: Client) -> None:
    where = tonight(world).posts.get()
    Post.objects.update(leader=None)

    answer = guard.post(url("leader", where))

    assert answer.status_code == 409
    assert "Nobody leads this post yet. Call the community." in answer.content.decode()
    assert "Nobody leads this post yet. Call the community." in text_of(guard, url("detail", where))
    assert not Disclosure.objects.exists()


def test_the_list_is_fetched_anew_only_when_it_changed(world: World, guard: Client) -> None:
    call_up = tonight(world)
    seat = on_list(world, call_up)
    address = url("people", call_up.posts.get())
    first = guard.get(address, headers={"HX-Request": "true"})
    unchanged = guard.get(address, headers={"HX-Request": "true", "If-None-Match": first["ETag"]})
    arrives(seat, timezone.now())

    changed = guard.get(address, headers={"HX-Request": "true", "If-None-Match": first["ETag"]})

    assert (first.status_code, unchanged.status_code, changed.status_code) == (200, 304, 200)


def test_only_posts_at_gates_of_his_place_and_of_tonight_are_there(world: World, guard: Client) -> None:
    gate = CompoundGate.objects.create(
        compound=managed_compound(), division_code=world.here, name="东门", lon=104.04, lat=30.64
    )
    delivery = shift(SeatsDraft("general", 2), start=timezone.now() + timedelta(hours=1))
    shown = {
        "work of a gate": tonight(world),
        "other work, mustered at a gate": tonight(
            world, task_kind="delivery", posts=(post("东门集合", delivery, gate_id=gate.pk),)
        ),
    }
    hidden = {
        "other work elsewhere": tonight(world, task_kind="delivery", posts=(post("食堂", delivery),)),
        "in two days": tonight(world, hours=48),
        "next door": tonight(world, division_code=NEXT_DOOR),
        "stood down": tonight(world),
    }
    calls.stand_down(hidden["stood down"], reason="雨停了", actor=world.actor("worker"), at=timezone.now())

    home = guard.get("/gate/").content.decode()

    opened = {
        what: guard.get(url("detail", call_up.posts.get())).status_code
        for what, call_up in {**shown, **hidden}.items()
    }
    listed = {what for what, one in {**shown, **hidden}.items() if url("detail", one.posts.get()) in home}
    assert listed == set(shown)
    assert opened == {**dict.fromkeys(shown, 200), **dict.fromkeys(hidden, 404)}


def test_the_shift_that_is_asked_for_is_shown(world: World, guard: Client) -> None:
    start = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=1)
    seats = SeatsDraft("general", 1)
    both = (shift(seats, start=start, hours=2), shift(seats, start=start + timedelta(hours=2), hours=2))
    where = tonight(world, posts=(post("北门", *both),)).posts.get()
    first, second = where.shifts.order_by("starts_at")

    assert guard.get(url("detail", where)).context["shift"] == first
    assert guard.get(url("detail", where), {"shift": second.code}).context["shift"] == second
    assert guard.get(url("detail", where), {"shift": "NOSUCHON"}).context["shift"] == first


@pytest.mark.parametrize("deed", ["check-in", "check-out", "undo", "absent", "walk-up", "support", "phone"])
def test_a_guard_writes_nothing_at_the_post(world: World, guard: Client, deed: str) -> None:
    seat = on_list(world, tonight(world))
    before = Entry.objects.count()

    answer = guard.post(
        reverse(f"callups:post-{deed}", args=[seat.shift.post.code]),
        {"seat": seat.code, "nonce": "1f3f5a0e-0000-4000-8000-000000000001", "kind": "ppe"},
    )

    assert answer.status_code == 404
    assert (Scan.objects.count(), Entry.objects.count()) == (0, before)


def test_a_role_that_is_over_opens_no_gate(world: World, guard: Client) -> None:
    where = tonight(world).posts.get()
    Role.objects.filter(account=world.account("guard")).update(valid_to=timezone.localdate())

    answers = [guard.get(address).status_code for address in ("/gate/", url("detail", where))]

    assert answers == [404, 404]
    assert not access.gate_posts_visible_to(world.actor("guard")).exists()


def test_the_first_page_costs_the_same_with_more_shifts(world: World, guard: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            guard.get("/gate/")
        return len(found)

    on_list(world, tonight(world), 1)
    queries()
    one = queries()
    for number in (2, 3):
        on_list(world, tonight(world), number)

    assert queries() == one
