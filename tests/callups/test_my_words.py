"""What a volunteer reads behind the link when things changed meanwhile: full, halted, closed, stood down, over, or not his."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from time_machine import travel

from muster.callups.access import OFFER_LINK
from muster.callups.actions import calls, offers
from muster.callups.models import Assignment, CallUp, Offer
from muster.callups.rules.answers import risk_mark
from muster.callups.rules.drafts import SeatsDraft
from muster.people import links
from muster.people.models import Person
from tests.callups.drafting import draft, offer_to, post, shift
from tests.callups.ground import arrives, me
from tests.callups.refusals import nothing_done
from tests.world import World

pytestmark = pytest.mark.django_db
RISK = "会接触进出居民，有感染风险。"


def tomorrow() -> datetime:
    start = timezone.localtime() + timedelta(days=1)
    return start.replace(hour=8, minute=0, second=0, microsecond=0)


def raised(world: World, seats: int = 2, **facts: object) -> CallUp:
    form = draft(
        posts=(post("北门", shift(SeatsDraft("general", seats), start=tomorrow())),),
        reply_by=timezone.now() + timedelta(hours=4),
        **facts,
    )
    return calls.raise_call_up(actor=world.actor("worker"), form=form, request_key=uuid4())


def asked(world: World, call_up: CallUp | None = None) -> Offer:
    return offer_to(call_up or raised(world), world.person("volunteer"), asked_at=timezone.now())


def link(offer: Offer) -> str:
    token = links.make(OFFER_LINK, offer.code, expires_at=timezone.now() + timedelta(days=30))
    return f"/my/o/{token}/"


def text(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def read(offer: Offer, language: str = "zh-hans") -> HttpResponse:
    return Client(headers={"accept-language": language}).get(link(offer))


def says(offer: Offer, answer: str, language: str = "zh-hans") -> HttpResponse:
    client = Client(headers={"accept-language": language})
    return client.post(f"{link(offer)}answer/", {"answer": answer, "risk": risk_mark(RISK)})


def yes(offer: Offer) -> Offer:
    offers.accept(offer, actor=me(offer.person), risk_confirmed=True)
    offer.refresh_from_db()
    return offer


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "候补"), ("en", "you are number 1 on the waiting list")]
)
def test_when_it_is_full_a_yes_becomes_a_place_on_the_waiting_list(
    world: World, language: str, words: str
) -> None:
    call_up = raised(world, 1)
    yes(offer_to(call_up, world.volunteer(1)))
    offer = asked(world, call_up)

    answered = says(offer, "yes", language)
    page = read(offer, language)

    assert (answered.status_code, page.templates[0].name) == (303, "callups/my/waiting.html")
    assert words in text(page)


def test_the_place_on_the_waiting_list_is_counted_by_who_came_first(world: World) -> None:
    call_up = raised(world, 1)
    yes(offer_to(call_up, world.volunteer(1)))
    yes(offer_to(call_up, world.volunteer(2)))
    offer = asked(world, call_up)
    says(offer, "yes")

    assert read(offer).context["call"].position == 2


def test_in_a_halted_call_up_whoever_was_asked_may_still_answer(world: World) -> None:
    offer = asked(world)
    calls.halt(offer.call_up, actor=world.actor("worker"))

    assert read(offer).templates[0].name == "callups/my/asked.html"
    assert says(offer, "yes").status_code == 303
    assert read(offer).templates[0].name == "callups/my/accepted.html"


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", "雨太大，今天不用来了"), ("en", "You need not come this time")],
)
@pytest.mark.parametrize("before", ["asked", "accepted", "waiting", "declined"])
def test_after_a_stand_down_everybody_reads_that_nobody_has_to_come(
    world: World, before: str, language: str, words: str
) -> None:
    offer = asked(world, raised(world, 1))
    if before == "accepted":
        yes(offer)
    if before == "waiting":
        yes(offer_to(offer.call_up, world.volunteer(1)))
        yes(offer)
    if before == "declined":
        offers.decline(offer, "work", actor=me(offer.person))
    calls.stand_down(offer.call_up, reason="雨太大，今天不用来了", actor=world.actor("worker"))

    page = read(offer, language)

    assert page.templates[0].name == "callups/my/stood_down.html"
    assert words in text(page)
    assert 'name="answer"' not in page.content.decode()


@pytest.mark.parametrize("answer", ["yes", "no-work"])
def test_an_answer_to_what_was_closed_changes_nothing_and_says_so(world: World, answer: str) -> None:
    offer = asked(world)
    calls.close(offer.call_up)
    offer.refresh_from_db()

    with nothing_done():
        response = says(offer, answer, "en")

    assert (response.status_code, response.templates[0].name) == (409, "callups/my/over.html")
    assert "This call-up is over. Thank you; we will ask you again." in text(response)


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "这班结束了，谢谢你"), ("en", "This shift is over, thank you")]
)
def test_after_the_shift_nobody_reads_see_you_there(world: World, language: str, words: str) -> None:
    offer = yes(asked(world))
    seat = Assignment.objects.select_related("shift__post").get(offer=offer)
    before_the_end, at_the_end = seat.shift.ends_at - timedelta(minutes=1), seat.shift.ends_at

    with travel(before_the_end, tick=False):
        assert read(offer, language).templates[0].name == "callups/my/accepted.html"
    with travel(at_the_end, tick=False):
        page = read(offer, language)

    assert page.templates[0].name == "callups/my/ended.html"
    assert words in text(page)
    assert f'href="/my/check-in/{seat.shift.post.code}/"' in page.content.decode()
    assert 'name="answer"' not in page.content.decode()


def test_who_was_at_the_post_when_it_was_stood_down_is_led_to_the_check_out(world: World) -> None:
    offer = yes(asked(world))
    seat = Assignment.objects.select_related("shift__post", "call_up", "person").get(offer=offer)
    arrives(seat, seat.shift.starts_at)
    calls.stand_down(offer.call_up, reason="已解除", actor=world.actor("worker"), at=seat.shift.starts_at)

    page = read(offer)

    assert page.templates[0].name == "callups/my/ended.html"
    assert f'href="/my/check-in/{seat.shift.post.code}/"' in page.content.decode()


@pytest.mark.parametrize(
    ("state", "template"),
    [
        ("asked", "over"),
        ("expired", "over"),
        ("declined", "over"),
        ("waiting", "over"),
        ("thanked", "thanked"),
    ],
)
def test_after_the_shift_a_question_is_none_any_more(world: World, state: str, template: str) -> None:
    call_up = raised(world)
    times = {"answered_at": timezone.now(), "waiting_since": timezone.now()}
    offer = offer_to(call_up, world.person("volunteer"), state=state, **times)

    with travel(call_up.ends_at, tick=False):
        page = read(offer)

    assert page.templates[0].name == f"callups/my/{template}.html"


def test_a_no_from_who_has_arrived_is_answered_with_what_to_do(world: World) -> None:
    offer = yes(asked(world))
    seat = Assignment.objects.select_related("shift__post", "call_up", "person").get(offer=offer)
    arrives(seat, seat.shift.starts_at)

    with nothing_done():
        response = says(offer, "no-unwell", "en")

    assert response.status_code == 409
    assert "Tell your leader, who checks you out." in text(response)


def test_a_seat_given_back_by_its_link_stays_given_back(world: World) -> None:
    offer = yes(asked(world))

    assert says(offer, "no-family").status_code == 303
    with nothing_done():
        again = says(offer, "yes", "en")

    assert (again.status_code, again.templates[0].name) == (409, "callups/my/withdrawn.html")
    assert "somebody else was asked" in text(again)


def test_a_rule_that_stands_against_it_is_said_kindly_and_the_question_stays(world: World) -> None:
    offer = asked(world)
    Person.objects.filter(pk=offer.person_id).update(birth_on=timezone.localdate() - timedelta(days=70 * 365))

    with nothing_done():
        response = says(offer, "yes", "en")

    assert (response.status_code, response.templates[0].name) == (409, "callups/my/asked.html")
    assert "The community can make an exception." in text(response)


def test_a_risk_statement_that_was_mended_meanwhile_has_to_be_read_anew(world: World) -> None:
    offer = asked(world)
    CallUp.objects.filter(pk=offer.call_up_id).update(risk_statement="夜间有雷雨，注意防电。")

    response = says(offer, "yes", "en")

    assert response.status_code == 409
    assert "read what to look out for before you answer" in text(response)
    assert "夜间有雷雨" in text(response)


@pytest.mark.parametrize(
    "token", ["x", "a" * 300, "%00", "..", "K7M2QD22", "%F0%9F%98%80"], ids=lambda token: token[:12]
)
@pytest.mark.parametrize("deed", ["", "answer/", "calendar.ics"])
def test_a_link_that_was_never_made_opens_nothing(
    world: World, client: Client, token: str, deed: str
) -> None:
    address = f"/my/o/{token}/{deed}"

    response = client.post(address, {"answer": "yes"}) if deed == "answer/" else client.get(address)

    assert response.status_code == 404


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "用手机号登录"), ("en", "Sign in with your phone number")]
)
def test_a_link_that_does_not_open_says_where_to_go(world: World, language: str, words: str) -> None:
    token = links.make(OFFER_LINK, asked(world).code, expires_at=timezone.now() - timedelta(seconds=1))

    page = Client(headers={"accept-language": language}).get(f"/my/o/{token}/")

    assert page.status_code == 410
    assert words in text(page)


def test_the_page_names_neither_the_person_nor_anybody_beside_the_leader(world: World) -> None:
    leader = world.person("leader")
    form = draft(
        posts=(post("北门", shift(SeatsDraft("general", 3), start=tomorrow()), leader_id=leader.pk),),
        reply_by=timezone.now() + timedelta(hours=4),
    )
    call_up = calls.raise_call_up(actor=world.actor("worker"), form=form, request_key=uuid4())
    yes(offer_to(call_up, world.volunteer(1)))
    offer = yes(asked(world, call_up))

    shown = text(read(offer))

    assert (leader.name in shown, str(leader.phone).removeprefix("+86") in shown) == (True, False)
    assert ("志愿者1" in shown, offer.person.name in shown) == (False, False)


@pytest.mark.parametrize(
    ("seats", "english"),
    [(1, ""), (2, "with 1 neighbor"), (3, "with 2 neighbors")],
    ids=["alone", "two", "three"],
)
def test_the_page_says_with_how_many_one_stands(world: World, seats: int, english: str) -> None:
    offer = asked(world, raised(world, seats))

    assert read(offer, "en").context["call"].company == english


def test_a_drill_is_marked_on_the_page(world: World) -> None:
    offer = asked(world, raised(world, is_drill=True))

    assert "Drill" in text(read(offer, "en"))
    assert "Drill" not in text(read(asked(world), "en"))
