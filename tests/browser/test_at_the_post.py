"""A morning at a post: the code on the leader's phone, people who scan it or type it, one who walks up, and going home."""

import re
import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from muster.callups.enums import AssignmentState
from muster.callups.models import Assignment, Attendance
from muster.records.models import ServiceRecord
from tests.browser.conftest import check
from tests.browser.journeys import Hand, link_to, press_twice, running
from tests.callups.ground import arrives, code_at, seated

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_SECONDS_OF_A_WALK_UP = 30


@pytest.fixture
def shift(transactional_db, world):
    """A shift of three seats that began half an hour ago; the volunteer of the cast has one of them."""
    call_up = running(world, seats=3)
    seat = seated(world, call_up=call_up, at=call_up.opened_at)
    return seat.shift


def leader_of(visit, shift, **look):
    return visit(reverse("callups:post-detail", args=[shift.post.code]), by="leader", width=360, **look)


def check_in_at(shift, **query):
    address = reverse("callups:my-check-in", args=[shift.post.code])
    return f"{address}?c={query['c']}" if query else address


def state_of(name):
    return Assignment.objects.get(person__name=name).state


@pytest.mark.req("R9.3")
def test_the_code_on_the_page_is_the_one_of_now_and_changes(visit, shift):
    page = leader_of(visit, shift)
    shown = page.locator("#digits").inner_text().replace(" ", "")
    now = timezone.now()

    assert shown in {code_at(shift.post, now), code_at(shift.post, now - timedelta(seconds=30))}
    expect(page.locator("#digits")).not_to_have_text(re.compile(f"{shown[:3]} ?{shown[3:]}"), timeout=45_000)


@pytest.mark.req("R9.3")
def test_a_scanned_code_leaves_one_tap_and_the_leader_sees_who_came(visit, world, shift):
    leader = leader_of(visit, shift)
    scanned = check_in_at(shift, c=code_at(shift.post, timezone.now()))
    hand = Hand(visit(scanned, by="volunteer", width=360))

    hand.tap(hand.page.get_by_role("button", name="我到了"))

    expect(hand.page.locator("h1")).to_contain_text("签到")
    assert (hand.taps, state_of("陈秀英")) == (1, AssignmentState.ARRIVED)
    row = leader.locator("li", has_text="陈秀英")
    expect(row.get_by_text("已到岗")).to_be_visible(timeout=20_000)


def test_a_number_and_six_digits_do_where_there_is_no_camera_and_no_account(visit, world, shift):
    seated(world, world.volunteer(7), shift.call_up, at=shift.call_up.opened_at)
    hand = Hand(visit(check_in_at(shift), width=360))

    hand.type(hand.page.get_by_label("手机号"), "139 0000 0007")
    hand.type(hand.page.locator("#id_code"), code_at(shift.post, timezone.now()))
    hand.tap(hand.page.get_by_role("button", name="我到了"))

    hand.page.wait_for_load_state()
    assert (hand.taps, state_of("志愿者7")) == (3, AssignmentState.ARRIVED)


def test_a_wrong_code_is_said_and_lets_nobody_in(visit, world, shift):
    page = visit(check_in_at(shift), by="volunteer", width=360)

    page.locator("#id_code").fill("000001" if code_at(shift.post, timezone.now()) != "000001" else "000002")
    page.get_by_role("button", name="我到了").click()

    expect(page.get_by_role("alert").or_(page.locator(".err")).first).to_be_visible()
    assert state_of("陈秀英") == AssignmentState.ACCEPTED
    check(page)


@pytest.mark.req("R9.3")
def test_somebody_who_walks_up_is_in_within_half_a_minute(visit, shift):
    page = leader_of(visit, shift)
    hand, began = Hand(page), time.monotonic()

    hand.type(page.locator("#id_name"), "杨帆")
    hand.type(page.locator("#id_phone"), "17712345096")
    hand.tap(page.locator("#id_risk_confirmed"))
    hand.tap(page.get_by_role("button", name="加上并签到"))
    expect(page.locator("li", has_text="杨帆")).to_be_visible()

    assert time.monotonic() - began < MOST_SECONDS_OF_A_WALK_UP
    assert (hand.taps, state_of("杨帆")) == (4, AssignmentState.ARRIVED)


def test_the_leader_checks_in_takes_back_and_checks_in_again(visit, shift):
    page = leader_of(visit, shift)

    press_twice(page.get_by_role("button", name="给 陈秀英 签到"))
    back = page.get_by_role("button", name="撤回 陈秀英")
    expect(back).to_be_visible()
    assert state_of("陈秀英") == AssignmentState.ARRIVED
    back.click()
    expect(page.get_by_role("button", name="给 陈秀英 签到")).to_be_visible()
    assert (state_of("陈秀英"), Attendance.objects.count()) == (AssignmentState.ACCEPTED, 0)


def test_going_home_credits_the_time(visit, world, shift):
    seat = Assignment.objects.get(person=world.person("volunteer"))
    arrives(seat, timezone.now() - timedelta(minutes=20))
    page = visit(check_in_at(shift, c=code_at(shift.post, timezone.now())), by="volunteer", width=360)

    page.get_by_role("button", name="我要下岗了").click()

    expect(page.locator("h1")).to_have_text("今天谢谢你")
    record = ServiceRecord.objects.get(person=world.person("volunteer"))
    assert 15 <= record.minutes <= 25


def test_the_link_of_the_message_leads_to_the_check_in(visit, world, shift):
    seat = Assignment.objects.select_related("offer").get(person=world.person("volunteer"))
    page = visit(link_to(seat.offer), width=360)

    page.locator(".dock a").click()

    expect(page.get_by_role("button", name="我到了")).to_be_visible()


@pytest.mark.parametrize("look", [{}, {"theme": "dark"}, {"text": "large"}, {"language": "en"}])
def test_the_leaders_page_is_sound(visit, shoot, world, shift, look):
    arrives(Assignment.objects.get(person=world.person("volunteer")), timezone.now())
    seated(world, world.volunteer(8), shift.call_up, at=shift.call_up.opened_at)

    shoot(leader_of(visit, shift, **look), "-".join(["post", *look.values()]))
