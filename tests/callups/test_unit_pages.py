"""The liaison's pages: how many, who, and who is there; without a script as well."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from muster.callups.actions import namings, offers
from muster.callups.models import Assignment, Offer, UnitCall
from muster.callups.rules.drafts import SeatsDraft
from muster.people.enums import ForceClass
from muster.people.models import Person, ReserveTeam, ReserveTeamMember
from tests.callups.drafting import draft, offer_to, post, raised, shift
from tests.callups.ground import arrives, called, lets_the_unit_know, me, roster, seats_of
from tests.world import World, make_person, make_unit

pytestmark = pytest.mark.django_db


def soon(hours: int = 20) -> datetime:
    """A full hour that is still to come on the clock of the machine, which the pages look at."""
    return (timezone.now() + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)


def call_of(world: World, seats: int = 6, **facts: object) -> UnitCall:
    """A call to the unit of the cast that can be answered now."""
    start = soon()
    form = draft(
        posts=(post("北门", shift(SeatsDraft("general", seats), start=start)),),
        reply_by=start - timedelta(hours=2),
        unit_ids=(world.unit.pk,),
        unit_headcount=4,
        **facts,
    )
    return UnitCall.objects.select_related("call_up", "unit").get(
        call_up=raised(world.actor("worker"), form, at=timezone.now())
    )


def named_and_coming(call: UnitCall, world: World) -> Assignment:
    namings.name_people(call, lines="杨帆 17712345096", actor=world.actor("liaison"))
    offer = Offer.objects.select_related("person").get(unit_call=call)
    seat = offers.accept(offer, actor=me(offer.person), risk_confirmed=True).assignment
    assert seat is not None
    return seat


def reserve_team(world: World, members: int) -> None:
    """The unit of the cast keeps so many people in reserve."""
    team = ReserveTeam.objects.create(
        unit=world.unit, division_code=world.here, name="预备队", leader=world.person("liaison")
    )
    for number in range(members):
        member = make_person(
            f"队员{number}", f"1580000000{number}", world.here, ForceClass.REPORTED_PERSON, world.unit
        )
        ReserveTeamMember.objects.create(team=team, person=member, joined_on="2026-01-01")


def url(name: str, call: UnitCall) -> str:
    return reverse(f"callups:unit-call{name}", args=[call.code])


@pytest.fixture
def browser(world: World) -> Client:
    return world.client_for("liaison")


@pytest.mark.req("R2.1")
def test_the_page_says_who_calls_for_how_many_and_until_when(world: World, browser: Client) -> None:
    call = call_of(world)

    text = browser.get(url("", call)).content.decode()

    assert "蜀汉街社区" in text
    assert 'name="headcount"' in text
    assert 'value="4"' in text
    assert call.call_up.risk_statement in text
    assert call.call_up.duty_holder in text


@pytest.mark.parametrize(("missing", "reserve", "start"), [(6, 0, 6), (2, 9, 2), (6, 3, 3), (6, 1, 1)])
def test_the_form_starts_with_what_is_missing_or_the_reserve_has(
    world: World, browser: Client, missing: int, reserve: int, start: int
) -> None:
    call = call_of(world, missing)
    UnitCall.objects.filter(pk=call.pk).update(asked_headcount=0)
    if reserve:
        reserve_team(world, reserve)

    text = browser.get(url("", call)).content.decode()

    assert f'data-sum-of="pledge">{start}</b>' in text


def test_the_form_never_starts_with_nobody(world: World, browser: Client) -> None:
    call = call_of(world, 1)
    UnitCall.objects.filter(pk=call.pk).update(asked_headcount=0)
    volunteer = world.person("volunteer")
    offers.accept(offer_to(call.call_up, volunteer), actor=me(volunteer), risk_confirmed=True)

    text = browser.get(url("", call)).content.decode()

    assert 'data-sum-of="pledge">1</b>' in text


def test_a_pledge_is_kept_and_the_page_says_so(world: World, browser: Client) -> None:
    call = call_of(world)

    answer = browser.post(url("-pledge", call), {"headcount": "3"}, follow=True)

    assert answer.redirect_chain == [(url("", call), 302)]
    assert seats_of(call.call_up) == [(6, 3, 0)]
    assert 'role="status"' in answer.content.decode()


@pytest.mark.parametrize(
    ("headcount", "status"), [("", 422), ("viele", 422), ("-1", 422), ("0", 409), ("999", 409)]
)
def test_a_bad_number_comes_back_with_its_reason(
    world: World, browser: Client, headcount: str, status: int
) -> None:
    call = call_of(world)

    answer = browser.post(url("-pledge", call), {"headcount": headcount})

    assert answer.status_code == status
    assert 'class="err"' in answer.content.decode()
    assert seats_of(call.call_up) == [(6, 0, 0)]


def test_more_than_there_are_seats_is_said_plainly(world: World, browser: Client) -> None:
    call = call_of(world, 2)

    text = browser.post(url("-pledge", call), {"headcount": "5"}, follow=True).content.decode()

    assert 'class="note note-warn"' in text


def test_a_decline_with_its_reason(world: World, browser: Client) -> None:
    call = call_of(world)

    assert browser.post(url("-decline", call), {"reason": ""}).status_code == 422
    assert browser.post(url("-decline", call), {"reason": "今天都在值班"}).status_code == 302
    call.refresh_from_db()
    assert (call.state, call.decline_reason) == ("declined", "今天都在值班")


@pytest.mark.req("R2.4")
def test_a_good_list_is_taken_and_shown(world: World, browser: Client) -> None:
    call = call_of(world)

    answer = browser.post(url("-names", call), {"lines": "杨帆 17712345096\n孙雪 18612342214"}, follow=True)

    text = answer.content.decode()
    assert "杨帆" in text
    assert "177****5096" in text
    assert "17712345096" not in text
    assert Offer.objects.filter(unit_call=call).count() == 2


@pytest.mark.req("R2.4")
def test_bad_lines_come_back_with_the_whole_text_and_the_good_ones_stay(
    world: World, browser: Client
) -> None:
    call = call_of(world)
    typed = "姓名\t手机\n杨帆\t17712345096\n郑凯\t1380000"

    answer = browser.post(url("-names", call), {"lines": typed})

    text = answer.content.decode()
    assert (answer.status_code, Offer.objects.filter(unit_call=call).count()) == (200, 1)
    assert "郑凯\t1380000" in text
    assert '<td class="r num">3</td>' in text


@pytest.mark.parametrize(("lines", "status"), [("", 422), ("   \n", 409)])
def test_an_empty_list_is_refused(world: World, browser: Client, lines: str, status: int) -> None:
    call = call_of(world)

    assert browser.post(url("-names", call), {"lines": lines}).status_code == status


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", "没有同意告诉单位到没到岗"), ("en", "has not agreed that the unit is told who came")],
)
def test_who_arrived_is_a_number_where_nobody_agreed_to_more(
    world: World, browser: Client, language: str, words: str
) -> None:
    call = call_of(world)
    arrives(named_and_coming(call, world), call.call_up.starts_at)

    page = browser.get(url("", call), headers={"accept-language": language})
    polled = browser.get(url("-people", call), headers={"accept-language": language}).content.decode()

    assert page.context["shown"].arrived == 1
    for shown in (page.content.decode(), polled):
        assert (words in shown, "st-arrived" in shown, "st-accepted" in shown) == (True, False, True)


def test_who_arrived_is_seen(world: World, browser: Client) -> None:
    call = call_of(world)
    seat = named_and_coming(call, world)
    lets_the_unit_know(seat.person)
    arrives(seat, call.call_up.starts_at)

    assert "st-arrived" in browser.get(url("", call)).content.decode()


def test_the_list_costs_nothing_while_nothing_changes(world: World, browser: Client) -> None:
    call = call_of(world)
    namings.name_people(call, lines=roster(2), actor=world.actor("liaison"))
    first = browser.get(url("-people", call))

    second = browser.get(url("-people", call), headers={"if-none-match": first["ETag"]})
    namings.name_people(call, lines=roster(3), actor=world.actor("liaison"))
    third = browser.get(url("-people", call), headers={"if-none-match": first["ETag"]})

    assert (first.status_code, second.status_code, third.status_code) == (200, 304, 200)


def test_pages_cost_the_same_for_one_and_for_three_people_and_calls(world: World, browser: Client) -> None:
    counts = []
    for size, more in ((1, 1), (3, 2)):
        call = [call_of(world) for _number in range(more)][-1]
        namings.name_people(call, lines=roster(size, first=size * 10), actor=world.actor("liaison"))
        counts.append([_queries(browser, url("", call)), _queries(browser, reverse("callups:unit-home"))])

    assert counts[0] == counts[1]


def _queries(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return len(captured)


def test_the_reserve_team_says_who_can_be_called(world: World, browser: Client) -> None:
    call = call_of(world)
    reserve_team(world, 3)

    response = browser.get(url("", call))

    reserve = response.context["shown"].reserve
    assert (reserve.members, reserve.resting, reserve.elsewhere, reserve.callable) == (3, 0, 0, 3)


def test_after_the_deadline_there_is_no_form(world: World, browser: Client) -> None:
    call = call_of(world)
    type(call.call_up).objects.filter(pk=call.call_up_id).update(naming_due_at=timezone.now())

    text = browser.get(url("", call)).content.decode()

    assert 'name="headcount"' not in text
    assert 'name="lines"' not in text


def test_the_list_of_calls_is_empty_with_a_word(browser: Client) -> None:
    assert 'class="empty-m"' in browser.get(reverse("callups:unit-home")).content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("liaison", 200),
        ("worker", 200),
        ("township_overseer", 200),
        ("county_overseer", 404),
        ("neighbor", 404),
        ("leader", 404),
        ("guard", 404),
        ("volunteer", 404),
        ("auditor", 404),
        ("administrator", 404),
        ("stranger", 302),
    ],
)
@pytest.mark.parametrize("page", ["", "-people"])
def test_who_may_open_the_call_of_a_unit(world: World, who: str, status: int, page: str) -> None:
    call = call_of(world)

    assert world.client_for(who).get(url(page, call)).status_code == status


@pytest.mark.parametrize("who", ["neighbor", "leader", "volunteer", "stranger", "county_overseer"])
@pytest.mark.parametrize("deed", ["-pledge", "-decline", "-names"])
def test_nobody_else_answers_for_a_unit(world: World, who: str, deed: str) -> None:
    call = call_of(world)
    people = Person.objects.count()

    answer = world.client_for(who).post(url(deed, call), {"headcount": 2, "reason": "x", "lines": roster(1)})

    assert answer.status_code == 404
    call.refresh_from_db()
    assert (call.state, Person.objects.count()) == ("called", people)


def test_the_liaison_of_another_unit_sees_nothing(world: World) -> None:
    call = call_of(world)
    other = make_unit("别的单位", uscc="91110000600037341L")
    UnitCall.objects.filter(pk=call.pk).update(unit=other)

    assert world.client_for("liaison").get(url("", call)).status_code == 404


def test_a_get_changes_nothing(world: World, browser: Client) -> None:
    call = called(world)

    for deed in ("-pledge", "-decline", "-names"):
        assert browser.get(url(deed, call)).status_code == 405


def test_a_file_pasted_as_text_is_refused_in_words_and_stays_in_the_box(
    world: World, browser: Client
) -> None:
    call = call_of(world)

    answer = browser.post(url("-names", call), {"lines": "PK\x03\x04\x00word/document.xml"})

    assert answer.status_code == 422
    assert "这是一个文件，不是名单" in answer.content.decode()
    assert "word/document.xml" in answer.content.decode()
    assert not Offer.objects.filter(unit_call=call).exists()
