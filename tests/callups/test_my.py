"""The page behind the link: every face of an offer, answers without account or JavaScript, and links that open nothing."""

from __future__ import annotations

import gzip
import re
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.callups.access import OFFER_LINK
from muster.callups.actions import calls, offers, waves
from muster.callups.enums import OfferState
from muster.callups.models import Assignment, CallUp, Offer, Slot
from muster.callups.queries.words import BAR_WORDS, bar_words, kept_out_words, why_empty, why_me
from muster.callups.rules.answers import refusal_words, risk_mark, standing_bars
from muster.callups.rules.drafts import CallUpDraft, SeatsDraft
from muster.kernel.dispatch import EmptyCode
from muster.kernel.dispatch.words import WHY_NOT
from muster.kernel.eligibility import Bar
from muster.people import links
from muster.toolkit.actor import Actor
from tests.callups.drafting import draft, offer_to, post, shift
from tests.world import World

pytestmark = pytest.mark.django_db
NOBODY = Actor(label="")
RISK = "会接触进出居民，有感染风险。"


def tomorrow() -> datetime:
    start = timezone.localtime() + timedelta(days=1)
    return start.replace(hour=8, minute=0, second=0, microsecond=0)


def soon(seats: int = 3, **facts: object) -> CallUpDraft:
    """A call-up of tomorrow morning by the real clock, because pages read it."""
    start = tomorrow()
    standard = {
        "posts": (
            post("锦里西苑·北门", shift(SeatsDraft("general", seats), start=start), lon=104.04, lat=30.64),
        ),
        "reply_by": timezone.now() + timedelta(hours=4),
        "bring": "身份证和手机",
    }
    return draft(seats, **{**standard, **facts})


def raised(world: World, form: CallUpDraft | None = None) -> CallUp:
    return calls.raise_call_up(actor=world.actor("worker"), form=form or soon(), request_key=uuid4())


def asked(world: World, call_up: CallUp | None = None, cast: str = "volunteer", **facts: object) -> Offer:
    return offer_to(call_up or raised(world), world.person(cast), **{"asked_at": timezone.now(), **facts})


def link(offer: Offer, days: int = 3) -> str:
    token = links.make(OFFER_LINK, offer.code, expires_at=timezone.now() + timedelta(days=days))
    return f"/my/o/{token}/"


def answer(client: Client, offer: Offer, value: str, risk: str | None = None) -> tuple[int, str]:
    mark = risk_mark(RISK) if risk is None else risk
    response = client.post(f"{link(offer)}answer/", {"answer": value, "risk": mark})
    return response.status_code, response.headers.get("Location", "")


def text(content: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content.decode()))


@pytest.mark.req("R9.2", "R9.6", "R2.1")
def test_the_question_says_who_when_where_why_risk_and_who_provides(world: World, client: Client) -> None:
    offer = asked(
        world, why={"reasons": [{"code": "distance", "km": 0.32}, {"code": "last_asked", "days": 12}]}
    )

    response = client.get(link(offer))

    words = text(response.content)
    assert response.status_code == 200
    for said in (
        "蜀汉街社区",
        "锦里西苑·北门",
        "08:00–14:00",
        RISK,
        "身份证和手机",
        "蜀汉街社区居民委员会",
        "320",
        "12",
    ):
        assert said in words
    assert f'name="risk" value="{risk_mark(RISK)}"' in response.content.decode()
    assert response.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_one_tap_takes_the_seat_and_comes_back_to_the_page(world: World, client: Client) -> None:
    offer = asked(world)

    status, location = answer(client, offer, "yes")

    page = client.get(location)
    assert status == 303
    assert Assignment.objects.get(offer=offer).state == "accepted"
    assert page.templates[0].name == "callups/my/accepted.html"
    assert "calendar.ics" in page.content.decode()


def test_the_phone_that_opened_the_page_checks_its_owner_in_at_the_post(world: World, client: Client) -> None:
    offer = asked(world)
    answer(client, offer, "yes")
    post_code = Assignment.objects.get(offer=offer).shift.post.code

    page = client.get(link(offer))
    at_the_post = client.get(f"/my/check-in/{post_code}/")

    assert f'href="/my/check-in/{post_code}/"' in page.content.decode()
    assert at_the_post.context["person"] == offer.person


def test_the_same_tap_twice_answers_the_same(world: World, client: Client) -> None:
    offer = asked(world)

    assert [answer(client, offer, "yes")[0] for _tap in range(2)] == [303, 303]
    assert Slot.objects.get().taken == 1


@pytest.mark.parametrize("reason", ["work", "unwell", "family", "away", "other"])
def test_a_no_is_one_tap_with_its_reason(world: World, client: Client, reason: str) -> None:
    offer = asked(world)

    status, location = answer(client, offer, f"no-{reason}")

    offer.refresh_from_db()
    assert (status, offer.state, offer.reason) == (303, OfferState.DECLINED, reason)
    assert client.get(location).templates[0].name == "callups/my/declined.html"


@pytest.mark.req("R9.2")
@pytest.mark.parametrize("risk", ["", "0" * 16])
def test_a_yes_under_other_words_than_the_risk_shown_is_refused(
    world: World, client: Client, risk: str
) -> None:
    offer = asked(world)

    assert answer(client, offer, "yes", risk)[0] == 409
    assert Assignment.objects.count() == 0


@pytest.mark.parametrize("value", ["", "maybe", "no-", "no-boredom"])
def test_an_answer_that_is_none_brings_the_page_back(world: World, client: Client, value: str) -> None:
    offer = asked(world)

    response = client.post(f"{link(offer)}answer/", {"answer": value})

    offer.refresh_from_db()
    assert (response.status_code, offer.state) == (422, OfferState.ASKED)
    assert response.templates[0].name == "callups/my/asked.html"


def test_no_cookie_and_no_token_of_a_form_is_needed(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    offer = asked(world)

    response = strict.post(f"{link(offer)}answer/", {"answer": "yes", "risk": risk_mark(RISK)})

    assert response.status_code == 303
    assert response.cookies == {}


@pytest.mark.parametrize(
    ("path", "status"),
    [("", 410), ("answer/", 410), ("calendar.ics", 410)],
)
def test_an_expired_link_says_so_and_does_nothing(
    world: World, client: Client, path: str, status: int
) -> None:
    offer = asked(world)
    address = f"{link(offer, days=-1)}{path}"

    response = client.post(address, {"answer": "yes"}) if path == "answer/" else client.get(address)

    offer.refresh_from_db()
    assert (response.status_code, offer.state) == (status, OfferState.ASKED)
    assert response.templates[0].name == "callups/my/link.html"


def test_a_changed_link_opens_nothing(world: World, client: Client) -> None:
    first, second = asked(world), asked(world)
    forged = link(first).replace(first.code, second.code)

    assert client.get(forged).status_code == 404
    assert client.post(f"{forged}answer/", {"answer": "yes"}).status_code == 404
    assert set(Offer.objects.values_list("state", flat=True)) == {OfferState.ASKED}


def test_a_link_for_another_purpose_opens_nothing(world: World, client: Client) -> None:
    offer = asked(world)
    token = links.make("sign_in", offer.code, expires_at=timezone.now() + timedelta(days=1))

    assert client.get(f"/my/o/{token}/").status_code == 404


@pytest.mark.parametrize("cast", ["neighbor", "worker", "leader"])
def test_the_link_of_somebody_else_is_refused_on_a_device_where_i_am_signed_in(
    world: World, cast: str
) -> None:
    offer = asked(world)
    mine, other = world.client_for("volunteer"), world.client_for(cast)

    assert (mine.get(link(offer)).status_code, other.get(link(offer)).status_code) == (200, 403)
    assert other.post(f"{link(offer)}answer/", {"answer": "yes"}).status_code == 403
    assert Offer.objects.get().state == OfferState.ASKED


def faces(world: World) -> dict[str, Offer]:
    """One offer for each face of the page."""
    full = raised(world, soon(1))
    made = {"accepted": offer_to(full, world.volunteer(1)), "waiting": offer_to(full, world.volunteer(2))}
    for offer in made.values():
        offers.accept(offer, actor=NOBODY, risk_confirmed=True)
    made["thanked"] = offer_to(full, world.volunteer(3), state=OfferState.THANKED)
    roomy = raised(world)
    made["asked"] = offer_to(roomy, world.volunteer(4))
    made["declined"] = offer_to(roomy, world.volunteer(5))
    offers.decline(made["declined"], "work", actor=NOBODY)
    made["withdrawn"] = offer_to(roomy, world.volunteer(6))
    offers.accept(made["withdrawn"], actor=NOBODY, risk_confirmed=True)
    offers.withdraw(made["withdrawn"], "unwell", actor=NOBODY)
    stood = raised(world)
    made["stood_down"] = offer_to(stood, world.volunteer(7))
    calls.stand_down(stood, reason="锦里西苑已提前解除管控。", actor=world.actor("worker"))
    over = raised(world)
    made["over"] = offer_to(over, world.volunteer(8))
    calls.close(over)
    return made


@pytest.mark.parametrize(
    "face", ["asked", "accepted", "waiting", "declined", "withdrawn", "thanked", "stood_down", "over"]
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_state_has_its_face_in_both_languages(world: World, face: str, language: str) -> None:
    client = Client(headers={"accept-language": language})

    response = client.get(link(faces(world)[face]))

    assert response.status_code == 200
    assert response.templates[0].name == f"callups/my/{face}.html"
    buttons = {"asked", "waiting", "accepted", "declined"}
    assert ('name="answer"' in response.content.decode()) == (face in buttons)


@pytest.mark.parametrize("face", ["asked", "accepted"])
def test_the_page_and_all_it_loads_first_stay_within_thirty_kilobytes(world: World, face: str) -> None:
    client = Client()
    page = client.get(link(faces(world)[face])).content
    loaded = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js|svg))"', page.decode())

    parts = [page, *(Path(str(finders.find(name))).read_bytes() for name in dict.fromkeys(loaded))]
    assert sum(len(gzip.compress(part)) for part in parts) < 30 * 1024
    assert len(loaded) >= 4


def test_a_late_question_says_that_a_yes_still_counts(world: World, client: Client) -> None:
    offer = asked(world, state=OfferState.EXPIRED, reply_by=timezone.now() - timedelta(hours=1))

    assert client.get(link(offer)).templates[0].name == "callups/my/asked.html"
    assert answer(client, offer, "yes")[0] == 303


def test_leaving_the_waiting_list_is_a_no(world: World, client: Client) -> None:
    offer = faces(world)["waiting"]

    assert answer(client, offer, "no-other")[0] == 303
    offer.refresh_from_db()
    assert (offer.state, offer.waiting_since) == (OfferState.DECLINED, None)


def test_an_answer_after_the_stand_down_shows_that_nobody_has_to_come(world: World, client: Client) -> None:
    offer = faces(world)["stood_down"]

    response = client.post(f"{link(offer)}answer/", {"answer": "yes", "risk": risk_mark(RISK)})

    assert (response.status_code, response.templates[0].name) == (409, "callups/my/stood_down.html")
    assert "锦里西苑已提前解除管控。" in text(response.content)


def test_the_seat_that_was_got_is_shown_and_not_the_one_that_was_asked_for(
    world: World, client: Client
) -> None:
    start = tomorrow()
    both = tuple(post(name, shift(SeatsDraft("general", 1), start=start)) for name in ("北门", "南门"))
    call_up = raised(world, soon(posts=both))
    north = Slot.objects.order_by("pk")[0]
    offers.accept(offer_to(call_up, world.volunteer(1), north), actor=NOBODY, risk_confirmed=True)
    offer = offer_to(call_up, world.volunteer(2), north)
    answer(client, offer, "yes")

    assert "南门" in text(client.get(link(offer)).content)
    assert "LOCATION:南门" in client.get(f"{link(offer)}calendar.ics").content.decode()


def test_the_calendar_entry_runs_from_muster_to_end(world: World, client: Client) -> None:
    offer = faces(world)["accepted"]

    response = client.get(f"{link(offer)}calendar.ics")

    body = response.content.decode()
    seat = Assignment.objects.get(offer=offer)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"DTSTART;TZID=Asia/Shanghai:{timezone.localtime(seat.shift.muster_at):%Y%m%dT%H%M%S}" in body
    assert f"DTEND;TZID=Asia/Shanghai:{timezone.localtime(seat.shift.ends_at):%Y%m%dT%H%M%S}" in body
    assert f"UID:{offer.code}@muster" in body
    assert max(len(line.encode()) for line in body.split("\r\n")) <= 75


def test_saying_yes_takes_few_queries(world: World, client: Client) -> None:
    offer = asked(world)
    address = f"{link(offer)}answer/"
    client.post(f"{link(asked(world, cast='leader'))}answer/", {"answer": "yes", "risk": risk_mark(RISK)})

    with CaptureQueriesContext(connection) as counted:
        response = client.post(address, {"answer": "yes", "risk": risk_mark(RISK)})

    own = [query["sql"] for query in counted if "SAVEPOINT" not in query["sql"]]
    assert response.status_code == 303
    assert len(own) <= 12, "\n".join(own)


def test_reading_the_page_takes_few_queries(world: World, client: Client) -> None:
    offer = asked(world)
    client.get(link(offer))

    with CaptureQueriesContext(connection) as counted:
        client.get(link(offer))

    assert len(counted) <= 6


def test_a_wave_gives_reasons_that_the_page_says(world: World, client: Client) -> None:
    call_up = raised(world)
    waves.ask_more(call_up, actor=world.actor("worker"), headcount=1)
    offer = Offer.objects.get(call_up=call_up)

    assert "近 30 天没叫过你" in text(client.get(link(offer)).content)


def test_every_rule_has_its_words(world: World) -> None:
    rules = [*Bar, "quiet_hours", "no_phone", *(code for code in WHY_NOT if code in BAR_WORDS)]

    assert all(bar_words(code) for code in rules)
    assert all(refusal_words(bar) for bar in standing_bars(tuple(Bar)))


def test_every_way_to_stay_empty_has_its_words(world: World) -> None:
    figures = {
        "seats": 2,
        "qualified": 1,
        "ring_people": 3,
        "ring_seats": 5,
        "excluded": [["not_insured", 3], ["too_far", 1]],
    }

    sentences = {code: why_empty({"code": code.value, **figures}) for code in EmptyCode}

    assert len(set(sentences.values())) == len(EmptyCode)
    assert kept_out_words(figures["excluded"]) == "3 人没有保险，1 人离得太远"
    assert (
        why_empty({"code": "nobody_qualified", **figures, "excluded": []})
        != sentences[EmptyCode.NOBODY_QUALIFIED]
    )


def test_reasons_without_meaning_for_the_person_are_left_out(world: World) -> None:
    why = {
        "reasons": [
            {"code": "tier", "tier": 0},
            {"code": "distance", "km": 25.0},
            {"code": "last_asked", "days": 0},
        ]
    }

    assert why_me(why) == []
    assert why_me({}) == []
