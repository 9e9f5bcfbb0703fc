"""The leader's phone: the code, the list, who is new; and who may hold it."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from muster.audit.models import Disclosure
from muster.callups.actions import attendance, calls
from muster.callups.models import Assignment, Attendance, CallUp, Post, Scan, SupportIssue
from muster.callups.queries.presence import present
from muster.callups.rules.drafts import SeatsDraft
from muster.callups.views.check_in import SHOW_LINK
from muster.people import links
from muster.toolkit import server_clock
from tests.callups.drafting import draft, post, raised, shift
from tests.callups.ground import arrives, seated
from tests.world import World

pytestmark = pytest.mark.django_db


def running(world: World, seats: int = 4, **facts: object) -> CallUp:
    """A call-up whose shift began half an hour ago on the clock of the machine."""
    start = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=30)
    form = draft(
        posts=(post("北门", shift(SeatsDraft("general", seats), start=start), **facts),),
        reply_by=start - timedelta(hours=2),
    )
    return raised(world.actor("worker"), form, at=start - timedelta(hours=6))


def on_list(world: World, call_up: CallUp, number: int = 1) -> Assignment:
    return seated(world, world.volunteer(number), call_up, at=call_up.opened_at)


def url(name: str, where: Post) -> str:
    return reverse(f"callups:post-{name}", args=[where.code])


def tap(seat: Assignment, **facts: object) -> dict[str, object]:
    return {"seat": seat.code, "nonce": str(uuid4()), "shift": seat.shift.code, **facts}


@pytest.fixture
def leader(world: World) -> Client:
    return world.client_for("leader")


@pytest.mark.req("R9.3")
def test_the_page_shows_the_code_of_now_and_who_is_expected(world: World, leader: Client) -> None:
    seat = on_list(world, running(world))

    text = leader.get(url("detail", seat.shift.post)).content.decode()

    (digits,) = re.findall(r'id="digits">(\d{3} \d{3})<', text)
    attempt = {"post": seat.shift.post, "typed": digits, "at": timezone.now(), "person": seat.person}
    assert attendance.seen_code(**attempt)
    assert "志愿者1" in text
    assert "139****0001" in text
    assert "13900000001" not in text


def test_the_code_is_fetched_alone_and_never_kept(world: World, leader: Client) -> None:
    where = on_list(world, running(world)).shift.post

    answer = leader.get(url("code", where))

    assert "no-store" in answer["Cache-Control"]
    assert re.search(r'data-rotate-seconds="\d+"', answer.content.decode())


def test_a_tap_checks_in_and_another_out(world: World, leader: Client) -> None:
    seat = on_list(world, running(world))

    first = leader.post(url("check-in", seat.shift.post), tap(seat), follow=True)
    second = leader.post(url("check-out", seat.shift.post), tap(seat), follow=True)

    assert "st-arrived" in first.content.decode()
    assert "st-left" in second.content.decode()
    assert Attendance.objects.get().evidence_in == "leader"


def test_the_clock_of_the_phone_is_kept(world: World, leader: Client) -> None:
    seat = on_list(world, running(world))
    ahead = timezone.now() + timedelta(minutes=15)

    leader.post(url("check-in", seat.shift.post), tap(seat, clock=int(ahead.timestamp() * 1000)))

    assert abs(Scan.objects.get().skew_seconds - 900) <= 2


def test_the_same_tap_twice_counts_once(world: World, leader: Client) -> None:
    seat = on_list(world, running(world))
    page = leader.get(url("detail", seat.shift.post)).content.decode()
    (nonce,) = set(
        re.findall(rf'value="{seat.code}"><input type="hidden" name="nonce" value="([^"]+)"', page)
    )
    again = leader.get(url("detail", seat.shift.post)).content.decode()

    assert nonce in again
    for _tap in range(2):
        leader.post(url("check-in", seat.shift.post), tap(seat, nonce=nonce))
    assert Scan.objects.count() == 1


def test_after_a_refusal_the_next_tap_is_a_new_one(world: World, leader: Client) -> None:
    seat = on_list(world, running(world))
    where = seat.shift.post
    leader.post(url("check-out", where), tap(seat, nonce=_nonce(leader, seat)))

    answer = leader.post(url("check-in", where), tap(seat, nonce=_nonce(leader, seat)), follow=True)

    assert "st-arrived" in answer.content.decode()


def _nonce(leader: Client, seat: Assignment) -> str:
    page = leader.get(url("detail", seat.shift.post)).content.decode()
    return re.findall(rf'value="{seat.code}"><input type="hidden" name="nonce" value="([^"]+)"', page)[0]


def test_a_refusal_is_said_with_the_name(world: World, leader: Client) -> None:
    seat = on_list(world, running(world))

    text = leader.post(url("check-out", seat.shift.post), tap(seat), follow=True).content.decode()

    assert "toast-warn" in text


def test_a_tap_is_taken_back(world: World, leader: Client) -> None:
    seat = on_list(world, running(world))
    leader.post(url("check-in", seat.shift.post), tap(seat))

    leader.post(url("undo", seat.shift.post), tap(seat))

    assert Attendance.objects.count() == 0


def test_who_did_not_come_is_noted(world: World, leader: Client) -> None:
    seat = on_list(world, running(world))

    leader.post(url("absent", seat.shift.post), tap(seat))

    seat.refresh_from_db()
    assert seat.state == "absent"


@pytest.mark.req("R9.3")
def test_a_walk_up_takes_one_form(world: World, leader: Client) -> None:
    where = running(world).posts.get()
    form = {"name": "杨帆", "phone": "17712345096", "risk_confirmed": "on", "nonce": str(uuid4())}

    text = leader.post(url("walk-up", where), form, follow=True).content.decode()

    assert "杨帆" in text
    assert Attendance.objects.get().person.name == "杨帆"


@pytest.mark.parametrize(
    ("change", "status"), [({"risk_confirmed": ""}, 422), ({"name": ""}, 422), ({"phone": "1381234"}, 409)]
)
def test_a_walk_up_that_is_not_complete_comes_back(
    world: World, leader: Client, change: dict[str, str], status: int
) -> None:
    where = running(world).posts.get()
    form = {"name": "杨帆", "phone": "17712345096", "risk_confirmed": "on", "nonce": str(uuid4()), **change}

    answer = leader.post(url("walk-up", where), form)

    assert answer.status_code == status
    assert 'class="note note-bad"' in answer.content.decode()
    assert Attendance.objects.count() == 0


@pytest.mark.req("R2.15")
def test_what_is_handed_out_is_ticked_for_one_and_for_all(world: World, leader: Client) -> None:
    call_up = running(world)
    first, second = on_list(world, call_up, 1), on_list(world, call_up, 2)
    where = first.shift.post
    for seat in (first, second):
        leader.post(url("check-in", where), tap(seat))

    leader.post(url("support", where), {"kind": "ppe", "seat": first.code})
    leader.post(url("support", where), {"kind": "ppe"})
    leader.post(url("support", where), {"kind": "ppe", "seat": second.code, "back": "1"})

    issues = SupportIssue.objects.values_list("assignment", "kind", "giver")
    assert list(issues) == [(first.pk, "ppe", "community")]


def test_what_the_call_up_does_not_give_is_not_ticked(world: World, leader: Client) -> None:
    seat = on_list(world, running(world))
    leader.post(url("check-in", seat.shift.post), tap(seat))

    assert (
        leader.post(url("support", seat.shift.post), {"kind": "meals", "seat": seat.code}).status_code == 409
    )
    assert (
        leader.post(url("support", seat.shift.post), {"kind": "gold", "seat": seat.code}).status_code == 409
    )


def test_a_number_is_shown_for_a_call_and_the_person_can_read_who_looked(
    world: World, leader: Client
) -> None:
    seat = on_list(world, running(world))

    text = leader.post(url("phone", seat.shift.post), tap(seat)).content.decode()

    assert "tel:13900000001" in text
    row = Disclosure.objects.get()
    assert (row.person_id, row.field, row.purpose, row.actor_account_id) == (
        seat.person_id,
        "phone",
        "call_up",
        world.account("leader").pk,
    )


@pytest.mark.parametrize(
    ("language", "words"), [("en", "to reach you about a call-up"), ("zh-hans", "为召集的事联系你")]
)
def test_why_the_number_was_read_is_said_in_the_words_of_the_person(
    world: World, leader: Client, language: str, words: str
) -> None:
    call_up = running(world)
    seat = seated(world, call_up=call_up, at=call_up.opened_at)
    leader.post(url("phone", seat.shift.post), tap(seat))

    mine = world.client_for("volunteer").get("/my/disclosures/", headers={"accept-language": language})

    assert words in mine.content.decode()


def test_the_code_on_a_volunteers_phone_brings_him_up(world: World, leader: Client) -> None:
    seat = on_list(world, running(world))
    token = links.make(SHOW_LINK, seat.code, expires_at=timezone.now() + timedelta(hours=1))

    text = leader.get(url("detail", seat.shift.post), {"scan": token}).content.decode()

    assert f"<h2>{seat.person.name}</h2>" in text
    assert leader.get(url("detail", seat.shift.post), {"scan": "x" + token[1:]}).status_code == 409


def test_a_code_of_another_post_brings_nobody_up(world: World, leader: Client) -> None:
    seat = on_list(world, running(world))
    other = running(world).posts.get()
    token = links.make(SHOW_LINK, seat.code, expires_at=timezone.now() + timedelta(hours=1))

    assert leader.get(url("detail", other), {"scan": token}).status_code == 404


def test_the_list_costs_nothing_while_nothing_changes(world: World, leader: Client) -> None:
    seat = on_list(world, running(world))
    where = seat.shift.post
    now = timezone.now()
    # Within a minute, so that what the clock alone changes (what can still be taken back) stays the same.
    with server_clock.moved_to(now):
        first = leader.get(url("people", where))
        second = leader.get(url("people", where), headers={"if-none-match": first["ETag"]})
    arrives(seat, now)
    with server_clock.moved_to(now):
        third = leader.get(url("people", where), headers={"if-none-match": first["ETag"]})

    assert (first.status_code, second.status_code, third.status_code) == (200, 304, 200)


def test_the_page_costs_the_same_for_one_and_for_three(world: World, leader: Client) -> None:
    call_up = running(world)
    counts = []
    for number in (1, 2, 3):
        seat = on_list(world, call_up, number)
        leader.post(url("check-in", seat.shift.post), tap(seat))
        if number != 2:
            counts.append([_queries(leader, url("detail", seat.shift.post)), _queries(leader, "/post/")])

    assert counts[0] == counts[1]


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_a_post_with_two_shifts_shows_the_one_of_now(world: World, leader: Client) -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    spans = (
        shift(SeatsDraft("general", 1), start=now - timedelta(hours=1), hours=2),
        shift(SeatsDraft("general", 1), start=now + timedelta(hours=5), hours=2),
    )
    form = draft(posts=(post("北门", *spans),), reply_by=now - timedelta(minutes=1))
    call_up = raised(world.actor("worker"), form, at=now - timedelta(hours=6))
    where = call_up.posts.get()
    early, late = call_up.shifts.order_by("starts_at")

    assert leader.get(url("detail", where)).context["shift"] == early
    assert leader.get(url("detail", where), {"shift": late.code}).context["shift"] == late


def test_names_are_masked_long_after_the_shift(world: World, leader: Client) -> None:
    call_up = running(world)
    on_list(world, call_up)
    later = call_up.ends_at + timedelta(days=2)

    where = call_up.shifts.get()
    assert [line.name for line in present(where, call_up.starts_at).lines] == ["志愿者1"]
    assert "*" in present(where, later).lines[0].name


def test_who_leads_the_post_may_open_it_without_a_role(world: World) -> None:
    volunteer = world.person("volunteer")
    where = running(world, leader_id=volunteer.pk).posts.get()

    client = world.client_for("volunteer")

    assert client.get(url("detail", where)).status_code == 200
    assert client.get("/post/").status_code == 200


def test_the_list_of_posts_has_the_own_one_first(world: World) -> None:
    running(world)
    own = running(world, leader_id=world.person("leader").pk).posts.get()

    shifts = world.client_for("leader").get("/post/").context["shifts"]

    assert shifts[0].post == own
    assert len(shifts) == 2


def test_without_a_post_the_list_says_so(leader: Client) -> None:
    assert 'class="empty-m"' in leader.get("/post/").content.decode()


@pytest.mark.parametrize("page", ["detail", "code", "people"])
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("leader", 200),
        ("worker", 200),
        ("township_overseer", 200),
        ("county_overseer", 404),
        ("neighbor", 404),
        ("liaison", 404),
        ("volunteer", 404),
        ("guard", 404),
        ("auditor", 404),
        ("administrator", 404),
        ("stranger", 302),
    ],
)
def test_who_may_hold_the_leaders_phone(world: World, page: str, who: str, status: int) -> None:
    where = running(world).posts.get()

    assert world.client_for(who).get(url(page, where)).status_code == status


@pytest.mark.parametrize("who", ["neighbor", "volunteer", "liaison", "stranger"])
@pytest.mark.parametrize("deed", ["check-in", "check-out", "undo", "absent", "walk-up", "support", "phone"])
def test_nobody_else_writes_at_a_post(world: World, who: str, deed: str) -> None:
    seat = on_list(world, running(world))
    form = tap(seat, name="杨帆", phone="17712345096", risk_confirmed="on", kind="ppe")

    assert world.client_for(who).post(url(deed, seat.shift.post), form).status_code == 404
    assert (Attendance.objects.count(), Scan.objects.count(), Disclosure.objects.count()) == (0, 0, 0)


def test_a_seat_of_another_post_is_not_reached_through_this_one(world: World, leader: Client) -> None:
    seat = on_list(world, running(world))
    other = running(world).posts.get()

    assert leader.post(url("check-in", other), tap(seat)).status_code == 404


def test_a_post_that_was_stood_down_says_so(world: World, leader: Client) -> None:
    call_up = running(world)
    calls.stand_down(call_up, reason="水退了", actor=world.actor("worker"))

    assert "note-warn" in leader.get(url("detail", call_up.posts.get())).content.decode()
