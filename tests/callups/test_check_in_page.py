"""The volunteer's side: scan, tap, done; with a link, with an account, or with nothing but a number and six digits."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlparse
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from muster.callups.actions import letters
from muster.callups.models import Assignment, Attendance, Post, Scan
from muster.callups.rules.drafts import SeatsDraft
from muster.records.models import ServiceRecord
from muster.toolkit import server_clock
from muster.toolkit.refusal import Refused
from tests.callups.drafting import draft, post, raised, shift
from tests.callups.ground import arrives, code_at, seated
from tests.world import World

pytestmark = pytest.mark.django_db


def running(
    world: World, name: str = "北门", *, hours_from_now: float = -0.5, is_drill: bool = False
) -> Assignment:
    """The volunteer of the cast in a seat whose shift began half an hour ago on the clock of the machine."""
    start = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=hours_from_now)
    form = draft(
        posts=(post(name, shift(SeatsDraft("general", 3), start=start)),),
        reply_by=start - timedelta(hours=2),
        is_drill=is_drill,
    )
    call_up = raised(world.actor("worker"), form, at=start - timedelta(hours=6))
    return seated(world, call_up=call_up, at=call_up.opened_at)


def url(where: Post, deed: str = "") -> str:
    return reverse(f"callups:my-check-in{deed}", args=[where.code])


def form(where: Post, **facts: str) -> dict[str, str]:
    return {"nonce": str(uuid4()), "code": code_at(where, timezone.now()), "deed": "in", **facts}


@pytest.fixture
def phone(world: World) -> Client:
    """The volunteer's own phone, signed in."""
    return world.client_for("volunteer")


@pytest.mark.req("R9.3")
def test_the_scanned_code_leaves_one_tap(world: World, phone: Client) -> None:
    where = running(world).shift.post
    scanned = phone.get(url(where), {"c": code_at(where, timezone.now())}).content.decode()
    (proof,) = re.findall(r'name="proof" value="([^"]+)"', scanned)
    (nonce,) = set(re.findall(r'name="nonce" value="([^"]+)"', scanned))

    answer = phone.post(url(where, "-check"), {"nonce": nonce, "proof": proof, "deed": "in"}, follow=True)

    assert 'name="code"' not in scanned
    assert "st-arrived" in answer.content.decode()
    assert Attendance.objects.get().evidence_in == "code"


def test_the_proof_of_a_scan_is_good_for_five_minutes_for_one_person_at_one_post(
    world: World, phone: Client
) -> None:
    seat = running(world, is_drill=True)
    where = seat.shift.post
    now = timezone.now()
    page = phone.get(url(where), {"c": code_at(where, now)}).content.decode()
    (proof,) = re.findall(r'name="proof" value="([^"]+)"', page)
    other = seated(world, world.volunteer(2), seat.call_up, at=seat.call_up.opened_at)

    with pytest.raises(Refused, match="wrong_code"):
        arrives(other, now, code=proof)
    with pytest.raises(Refused, match="wrong_code"):
        arrives(seat, now + timedelta(minutes=6), code=proof)
    assert arrives(seat, now + timedelta(minutes=4), code=proof).evidence_in == "code"


def test_an_old_code_asks_for_the_digits(world: World, phone: Client) -> None:
    where = running(world).shift.post

    page = phone.get(
        url(where), {"c": code_at(where, timezone.now() - timedelta(minutes=5))}
    ).content.decode()

    assert 'name="code"' in page
    assert 'name="proof" value=' not in page


def test_typed_digits_count_with_a_space_and_in_full_width(world: World, phone: Client) -> None:
    where = running(world).shift.post
    digits = code_at(where, timezone.now())

    phone.post(url(where, "-check"), form(where, code=f"{digits[:3]} {digits[3:]}"))

    assert Attendance.objects.count() == 1


def test_checking_out_says_what_was_credited(world: World, phone: Client) -> None:
    where = running(world).shift.post
    phone.post(url(where, "-check"), form(where))

    text = phone.post(url(where, "-check"), form(where, deed="out"), follow=True).content.decode()

    assert "st-thanks" in text
    assert ServiceRecord.objects.count() == 1


@pytest.mark.parametrize("deed", ["in", "out"])
def test_the_same_form_twice_answers_the_same(world: World, phone: Client, deed: str) -> None:
    where = running(world).shift.post
    if deed == "out":
        phone.post(url(where, "-check"), form(where))
    same = form(where, deed=deed)

    answers = [phone.post(url(where, "-check"), same).status_code for _tap in range(2)]

    assert answers == [302, 302]
    assert Scan.objects.filter(nonce=same["nonce"]).count() == 1


def test_a_wrong_code_comes_back_with_a_new_try(world: World, phone: Client) -> None:
    where = running(world).shift.post
    wrong = form(where, code="000000" if code_at(where, timezone.now()) != "000000" else "111111")

    answer = phone.post(url(where, "-check"), wrong)

    text = answer.content.decode()
    assert answer.status_code == 409
    assert 'role="alert"' in text
    assert wrong["nonce"] not in text
    assert Scan.objects.get().refusal_code == "wrong_code"


def test_without_a_nonce_the_form_comes_back(world: World, phone: Client) -> None:
    where = running(world).shift.post

    assert phone.post(url(where, "-check"), {"code": "123456"}).status_code == 422


def test_too_early_says_when_and_is_kept(world: World, phone: Client) -> None:
    where = running(world, hours_from_now=5).shift.post

    answer = phone.post(url(where, "-check"), form(where))

    assert answer.status_code == 409
    assert Scan.objects.get().refusal_code == "too_early"


def test_the_opened_link_is_enough_at_the_post(world: World) -> None:
    seat = running(world)
    phone = Client()
    assert seat.offer is not None
    phone.get(urlparse(letters.offer_link(seat.offer)).path)

    phone.post(url(seat.shift.post, "-check"), form(seat.shift.post))

    assert Attendance.objects.get().person == seat.person


def test_a_number_and_the_digits_are_enough_without_link_or_account(world: World) -> None:
    seat = running(world)
    phone = Client()

    answer = phone.post(
        url(seat.shift.post, "-check"), form(seat.shift.post, phone="130 0000 0013"), follow=True
    )

    assert Attendance.objects.get().person == seat.person
    assert "st-arrived" in answer.content.decode()


def test_numbers_cannot_be_tried_from_afar(world: World) -> None:
    seat = running(world)
    stranger = Client()

    answers = {
        stranger.post(
            url(seat.shift.post, "-check"), form(seat.shift.post, phone=number, code="12345")
        ).content
        for number in ("13000000013", "13900000000")
    }

    assert {scan.refusal_code for scan in Scan.objects.all()} == {"wrong_code"}
    assert len({re.sub(rb'value="[^"]+"', b"", text) for text in answers}) == 1


def test_a_number_that_is_on_no_list_is_sent_to_the_leader(world: World) -> None:
    where = running(world).shift.post

    answer = Client().post(url(where, "-check"), form(where, phone="13911112222"))

    assert answer.status_code == 409
    scan = Scan.objects.get()
    assert (scan.refusal_code, scan.assignment, scan.post) == ("not_on_list", None, where)


def test_a_stranger_sees_the_form_and_nothing_of_the_people(world: World) -> None:
    seat = running(world)

    text = Client().get(url(seat.shift.post)).content.decode()

    assert 'name="phone"' in text
    assert seat.person.name not in text


def test_somebody_of_another_post_is_told_where_to_go(world: World, phone: Client) -> None:
    seat = running(world, "北门")
    other = running_elsewhere(world)

    answer = phone.post(url(other, "-check"), form(other))

    assert "北门" in answer.content.decode()
    assert Scan.objects.get().refusal_code == "wrong_post"
    assert seat.shift.post != other


def running_elsewhere(world: World) -> Post:
    start = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=30)
    spans = draft(
        posts=(post("南门", shift(SeatsDraft("general", 3), start=start)),),
        reply_by=start - timedelta(hours=2),
    )
    return raised(world.actor("worker"), spans, at=start - timedelta(hours=6)).posts.get()


def test_somebody_on_no_list_is_told_to_find_the_leader(world: World, phone: Client) -> None:
    other = running_elsewhere(world)

    answer = phone.post(url(other, "-check"), form(other))

    assert (answer.status_code, Scan.objects.get().refusal_code) == (409, "not_on_list")


def test_a_tap_by_mistake_is_taken_back(world: World, phone: Client) -> None:
    where = running(world).shift.post
    phone.post(url(where, "-check"), form(where))

    answer = phone.post(url(where, "-undo"), {"nonce": str(uuid4())})

    assert answer.status_code == 302
    assert Attendance.objects.count() == 0
    assert phone.post(url(where, "-undo"), {"nonce": str(uuid4())}).status_code == 409


def test_a_stranger_takes_nothing_back(world: World, phone: Client) -> None:
    where = running(world).shift.post
    phone.post(url(where, "-check"), form(where))

    assert Client().post(url(where, "-undo"), {"nonce": str(uuid4())}).status_code == 422
    assert Attendance.objects.count() == 1


def test_the_code_for_the_leaders_camera_opens_the_leaders_page(world: World, phone: Client) -> None:
    seat = running(world)
    my_code = phone.get(url(seat.shift.post)).context["my_code"]

    answer = world.client_for("leader").get(my_code)

    assert answer.context["scanned"] == seat


def test_a_cookie_of_another_hand_counts_for_nothing(world: World) -> None:
    seat = running(world)
    phone = Client()
    phone.cookies["muster_holder"] = f"{seat.person.code}:forged:forged"

    assert 'name="phone"' in phone.get(url(seat.shift.post)).content.decode()


def test_a_drill_checks_in_by_its_own_clock(world: World, phone: Client) -> None:
    seat = running(world, hours_from_now=30, is_drill=True)
    where = seat.shift.post

    with server_clock.moved_to(seat.shift.starts_at):
        answer = phone.post(
            url(where, "-check"),
            {"nonce": str(uuid4()), "code": code_at(where, seat.shift.starts_at), "deed": "in"},
        )

    assert answer.status_code == 302
    assert Attendance.objects.get().checked_in_at == seat.shift.starts_at


def test_an_unknown_post_is_not_found(phone: Client) -> None:
    assert phone.get("/my/check-in/NOWHERE1/").status_code == 404
