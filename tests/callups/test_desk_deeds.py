"""What a worker presses on the page of a call-up, and what it answers: done, refused with a sentence, or not there at all."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from muster.callups.actions import calls, offers, waves
from muster.callups.actions.templates import load_templates
from muster.callups.models import Assignment, CallUp, DispatchRun, Offer
from muster.callups.rules.drafts import SeatsDraft
from muster.people.enums import ForceClass
from muster.people.models import Person, VolunteerProfile
from tests.callups.drafting import draft, offer_to, post, shift
from tests.callups.ground import me
from tests.callups.refusals import nothing_done
from tests.world import HERE, World, make_person

pytestmark = pytest.mark.django_db
DEEDS = ("ask-more", "halt", "resume", "stand-down", "dispatch")


def tomorrow() -> datetime:
    start = timezone.localtime() + timedelta(days=1)
    return start.replace(hour=8, minute=0, second=0, microsecond=0)


def raised(world: World, seats: int = 3, **facts: object) -> CallUp:
    """A call-up of tomorrow morning by the real clock, because pages read it."""
    form = draft(
        posts=(post("北门", shift(SeatsDraft("general", seats), start=tomorrow())),),
        reply_by=timezone.now() + timedelta(hours=4),
        **facts,
    )
    return calls.raise_call_up(actor=world.actor("worker"), form=form, request_key=uuid4())


def url(name: str, call_up: CallUp) -> str:
    return reverse(f"callups:desk-callup-{name}", args=[call_up.code])


def text(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def desk(world: World) -> Client:
    load_templates()
    Person.objects.filter(force_class__in=["full_time_worker", "other_regular"]).update(
        force_class=ForceClass.OTHER_AUXILIARY
    )
    return world.client_for("worker")


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("cast", ["neighbor", "county_overseer", "stranger"])
def test_nobody_else_presses_a_button_and_nothing_happens(world: World, deed: str, cast: str) -> None:
    call_up = raised(world)
    client = world.client_for(cast)

    with nothing_done():
        response = client.post(url(deed, call_up), {"reason": "不用来了"})

    assert response.status_code in (302, 404)


@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed != "stand-down"])
def test_looking_changes_nothing(world: World, desk: Client, deed: str) -> None:
    call_up = raised(world)

    with nothing_done():
        assert desk.get(url(deed, call_up)).status_code == 405
        assert desk.head(url("stand-down", call_up)).status_code == 200


@pytest.mark.parametrize(
    ("language", "asked", "stopped"),
    [("en", "being asked", "Asking has stopped"), ("zh-hans", "通知", "已停止通知")],
)
def test_each_press_is_answered_on_the_page_in_the_language_of_the_reader(
    world: World, desk: Client, language: str, asked: str, stopped: str
) -> None:
    call_up = raised(world)
    world.volunteer(1)
    headers = {"accept-language": language}

    after_asking = desk.post(url("ask-more", call_up), follow=True, headers=headers)
    after_halt = desk.post(url("halt", call_up), follow=True, headers=headers)

    assert asked in text(after_asking)
    assert stopped in text(after_halt)
    assert Offer.objects.filter(call_up=call_up).exists()


@pytest.mark.parametrize(
    ("deed", "before"),
    [
        ("ask-more", "halt"),
        ("halt", "halt"),
        ("resume", ""),
        ("ask-more", "close"),
        ("stand-down", "close"),
        ("dispatch", "close"),
    ],
)
def test_a_press_that_comes_too_late_says_so(world: World, desk: Client, deed: str, before: str) -> None:
    call_up = raised(world)
    if before:
        getattr(calls, before)(call_up, actor=world.actor("worker"))

    with nothing_done():
        response = desk.post(url(deed, call_up), {"reason": "不用来了"})

    assert response.status_code == 409
    assert response.templates[0].name == "web/public/refusal.html"


def test_a_press_from_the_page_itself_is_refused_as_a_toast(world: World, desk: Client) -> None:
    call_up = raised(world)

    response = desk.post(url("resume", call_up), headers={"HX-Request": "true"})

    assert (response.status_code, response.headers["HX-Reswap"]) == (409, "none")
    assert "muster:toast" in response.headers["HX-Trigger"]


@pytest.mark.parametrize("reason", ["", "   ", "长" * 201])
def test_a_stand_down_without_a_reason_that_fits_asks_again(world: World, desk: Client, reason: str) -> None:
    call_up = raised(world)

    with nothing_done():
        response = desk.post(url("stand-down", call_up), {"reason": reason})

    assert response.status_code == 422
    assert response.templates[0].name == "callups/desk/stand_down.html"


def test_the_page_before_a_stand_down_names_how_many_hear_of_it(world: World, desk: Client) -> None:
    call_up = raised(world)
    for number in (1, 2, 3):
        offer_to(call_up, world.volunteer(number))
    offer = Offer.objects.filter(call_up=call_up)[0]
    offers.accept(offer, actor=me(offer.person), risk_confirmed=True)

    page = desk.get(url("stand-down", call_up))
    done = desk.post(url("stand-down", call_up), {"reason": "提前解除"}, follow=True)

    assert page.context["people_count"] == 3
    assert "3" in text(done)
    assert "提前解除" in text(done)


def planned(world: World, desk: Client) -> tuple[CallUp, DispatchRun]:
    """A plan with a grid worker for a call-up of one post."""
    call_up = raised(world, 2)
    make_person("网格员甲", "13700000001", HERE, ForceClass.GRID_WORKER)
    response = desk.post(url("dispatch", call_up))
    run = DispatchRun.objects.get(call_up=call_up)
    assert response.headers["Location"] == reverse("callups:desk-dispatch-detail", args=[run.code])
    return call_up, run


@pytest.mark.req("R1.5")
def test_a_plan_shows_who_goes_where_and_why_seats_stay_empty_before_anything_is_done(
    world: World, desk: Client
) -> None:
    call_up, run = planned(world, desk)

    page = desk.get(reverse("callups:desk-dispatch-detail", args=[run.code]))

    (line,) = page.context["proposed"]
    assert (line.name, line.post) == ("网格员甲", "北门")
    assert [(empty.post, empty.seats) for empty in page.context["empty"]] == [("北门", 1)]
    assert page.context["empty"][0].why
    assert Assignment.objects.filter(call_up=call_up).count() == 0


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "1 of 2 open seats can be filled now"), ("zh-hans", "2")]
)
def test_the_head_of_a_plan_says_how_far_it_reaches(
    world: World, desk: Client, language: str, sentence: str
) -> None:
    _call_up, run = planned(world, desk)
    address = reverse("callups:desk-dispatch-detail", args=[run.code])

    page = desk.get(address, headers={"accept-language": language})

    assert sentence in page.context["sentence"]


@pytest.mark.req("R2.8")
def test_a_plan_is_done_when_the_worker_confirms_it_and_only_once(world: World, desk: Client) -> None:
    call_up, run = planned(world, desk)
    address = reverse("callups:desk-dispatch-confirm", args=[run.code])

    first = desk.post(address, follow=True, headers={"accept-language": "en"})
    with nothing_done():
        second = desk.post(address, follow=True, headers={"accept-language": "en"})

    seat = Assignment.objects.get(call_up=call_up)
    said = "0 seated, 1 ordered, 0 being asked. 0 could not be sent any more."
    assert (said in text(first), said in text(second)) == (True, True)
    assert second.redirect_chain == [(reverse("callups:desk-callup-detail", args=[call_up.code]), 302)]
    assert (seat.state, seat.authority_label) == ("ordered", world.actor("worker").label)


def test_a_plan_that_somebody_else_confirmed_says_who(world: World, desk: Client) -> None:
    _call_up, run = planned(world, desk)
    address = reverse("callups:desk-dispatch-confirm", args=[run.code])
    desk.post(address)

    second = world.client_for("township_overseer").post(address)

    assert second.status_code == 409
    assert world.actor("worker").label in text(second)


def test_a_confirmed_plan_has_no_button_any_more(world: World, desk: Client) -> None:
    _call_up, run = planned(world, desk)
    address = reverse("callups:desk-dispatch-detail", args=[run.code])
    confirm = reverse("callups:desk-dispatch-confirm", args=[run.code])
    assert confirm in desk.get(address).content.decode()

    desk.post(confirm)

    assert confirm not in desk.get(address).content.decode()


@pytest.mark.parametrize("cast", ["neighbor", "county_overseer", "leader", "liaison", "stranger"])
def test_a_plan_is_seen_and_confirmed_by_its_committees_only(world: World, desk: Client, cast: str) -> None:
    _call_up, run = planned(world, desk)
    client = world.client_for(cast)

    with nothing_done():
        seen = client.get(reverse("callups:desk-dispatch-detail", args=[run.code]))
        done = client.post(reverse("callups:desk-dispatch-confirm", args=[run.code]))

    assert {seen.status_code, done.status_code} <= {302, 404}


def test_a_plan_without_anybody_says_so_and_cannot_be_confirmed(world: World, desk: Client) -> None:
    call_up = raised(world)

    page = desk.post(url("dispatch", call_up), follow=True)

    assert (page.context["proposed"], page.context["may_confirm"]) == ([], False)
    assert page.context["empty"][0].seats == 3


def test_a_full_call_up_has_nothing_to_dispatch(world: World, desk: Client) -> None:
    call_up = raised(world, 1)
    offer = offer_to(call_up, world.volunteer(1))
    offers.accept(offer, actor=me(offer.person), risk_confirmed=True)

    page = desk.post(url("dispatch", call_up), follow=True, headers={"accept-language": "en"})

    assert page.context["sentence"] == "No seat is open: there is nothing to dispatch"


@pytest.mark.parametrize("after", ["", "0", "abc", "-1", "9" * 40, "٣", "1.5"])
def test_whatever_stands_in_the_address_the_page_opens(world: World, desk: Client, after: str) -> None:
    call_up = raised(world)

    for segment in ("all", "nonsense", "", "arrived'--"):
        page = desk.get(url("detail", call_up), {"after": after, "segment": segment})
        part = desk.get(url("live", call_up), {"after": after, "segment": segment})
        assert (page.status_code, part.status_code) == (200, 200), segment


@pytest.mark.parametrize("code", ["ZZZZZZZZ", "zzzz", "1"])
def test_a_call_up_that_is_not_there_is_not_found(desk: Client, code: str) -> None:
    for name in ("detail", "live", *DEEDS):
        address = reverse(f"callups:desk-callup-{name}", args=[code])
        response = desk.get(address) if name in ("detail", "live") else desk.post(address)
        assert response.status_code == 404, name


def test_why_somebody_was_asked_is_told_in_both_languages(world: World, desk: Client) -> None:
    VolunteerProfile.objects.update(state="paused")
    world.volunteer(1)
    call_up = raised(world)
    waves.ask_more(call_up, actor=world.actor("worker"))
    address = reverse("callups:desk-offer-why", args=[Offer.objects.get(call_up=call_up).code])

    in_english = desk.get(address, headers={"accept-language": "en"}).context["reasons"]
    in_chinese = desk.get(address, headers={"accept-language": "zh-hans"}).context["reasons"]

    assert len(in_english) == len(in_chinese) > 0
    assert all(not re.search("[\u4e00-\u9fff]", words) for words in in_english)
    assert all(re.search("[\u4e00-\u9fff]", words) for words in in_chinese)


@pytest.mark.parametrize(
    ("count", "past", "english"),
    [
        (0, False, "Nothing is under way now"),
        (1, False, "1 call-up is under way"),
        (3, False, "3 call-ups are under way"),
        (21, False, "More than 20 call-ups are under way"),
        (1, True, "Call-ups that are over"),
    ],
)
def test_the_list_says_in_one_sentence_what_is_under_way(
    world: World, desk: Client, count: int, past: bool, english: str
) -> None:
    one = raised(world) if count else None
    for _copy in range(count - 1):
        CallUp.objects.create(
            **{
                **{field.attname: getattr(one, field.attname) for field in CallUp._meta.concrete_fields[3:]},
                "request_key": uuid4(),
            }
        )

    page = desk.get("/desk/callups/", {"past": ""} if past else {}, headers={"accept-language": "en"})

    assert page.context["sentence"] == english


def test_what_is_over_moves_to_the_other_list(world: World, desk: Client) -> None:
    open_one, over = raised(world), raised(world)
    calls.close(over)

    running = desk.get("/desk/callups/").context["lines"]
    past = desk.get("/desk/callups/", {"past": ""}).context["lines"]

    assert [line.call_up for line in running] == [open_one]
    assert [line.call_up for line in past] == [over]


@pytest.mark.parametrize(
    ("cast", "in_full"),
    [
        ("worker", True),
        ("township_overseer", True),
        ("county_overseer", False),
        ("city_overseer", False),
        ("province_overseer", False),
    ],
)
def test_who_only_oversees_a_call_up_reads_masked_names(world: World, cast: str, in_full: bool) -> None:
    call_up = raised(world)
    offer = offer_to(call_up, world.person("volunteer"))
    client = world.client_for(cast)

    pages = [
        client.get(url("detail", call_up)),
        client.get(url("live", call_up)),
        client.get(reverse("callups:desk-offer-why", args=[offer.code])),
    ]

    for page in pages:
        assert ("陈秀英" in text(page), "陈*英" in text(page)) == (in_full, not in_full)


def test_who_asks_why_he_was_asked_reads_his_own_name(world: World) -> None:
    offer = offer_to(raised(world), world.person("volunteer"))

    page = world.client_for("volunteer").get(reverse("callups:desk-offer-why", args=[offer.code]))

    assert "陈秀英" in text(page)
