"""A liaison pledges a number, names people by a pasted list, and sees who is there; then the board shows it."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from muster.callups.enums import UnitCallState
from muster.callups.models import Offer, UnitCall
from tests.browser.conftest import check
from tests.browser.journeys import Hand, coming, press_twice, running, tab_to
from tests.callups.ground import arrives, seated
from tests.world import TOWNSHIP

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GOOD = "杨帆 17712345096\n许佳 17712345097"
BAD = "王芳 1771234"
PLEDGE = re.compile(r"^承诺 \d")


@pytest.fixture
def unit_call(transactional_db, world):
    """The unit of the cast, called for four people of six seats."""
    call_up = coming(world, seats=6, unit_ids=(world.unit.pk,), unit_headcount=4)
    return UnitCall.objects.get(call_up=call_up)


def page_of(visit, unit_call, **look):
    return visit(reverse("callups:unit-call", args=[unit_call.code]), by="liaison", **{"width": 360, **look})


@pytest.mark.req("R2.4")
def test_a_number_is_pledged_before_anybody_is_named(visit, unit_call):
    hand = Hand(page_of(visit, unit_call))
    stepper = hand.page.locator("[data-step]").first

    hand.tap(stepper.get_by_role("button").last)
    hand.tap(hand.page.get_by_role("button", name=PLEDGE))

    expect(hand.page.get_by_text("你们承诺了 5 人")).to_be_visible()
    unit_call.refresh_from_db()
    assert (hand.taps, unit_call.state, unit_call.pledged_headcount) == (2, UnitCallState.PLEDGED, 5)


def test_two_presses_pledge_once(visit, unit_call):
    page = page_of(visit, unit_call)

    press_twice(page.get_by_role("button", name=PLEDGE))

    expect(page.get_by_text("你们承诺了 4 人")).to_be_visible()
    unit_call.refresh_from_db()
    assert unit_call.pledged_headcount == 4


@pytest.mark.req("R2.4")
def test_a_pasted_list_keeps_what_is_good_and_says_what_is_not(visit, unit_call):
    page = page_of(visit, unit_call)

    page.locator("#id_lines").fill(f"{GOOD}\n{BAD}")
    page.get_by_role("button", name="交名单").click()

    row = page.locator("tr", has_text="王芳")
    expect(row).to_contain_text("3")
    expect(row.locator(".bad")).to_be_visible()
    expect(page.locator("#id_lines")).to_have_value(re.compile("王芳"))
    named = Offer.objects.filter(unit_call=unit_call).values_list("person__name", flat=True)
    assert sorted(named) == ["杨帆", "许佳"]
    check(page)


def test_the_mended_list_is_sent_again_and_nobody_is_asked_twice(visit, unit_call):
    page = page_of(visit, unit_call)
    page.locator("#id_lines").fill(f"{GOOD}\n{BAD}")
    page.get_by_role("button", name="交名单").click()
    expect(page.locator("tr", has_text="王芳")).to_be_visible()

    page.locator("#id_lines").fill(f"{GOOD}\n{BAD}5678")
    page.get_by_role("button", name="交名单").click()

    expect(page.get_by_text("王芳")).to_be_visible()
    assert Offer.objects.filter(unit_call=unit_call).count() == 3


def test_the_page_counts_the_lines_while_they_are_typed(visit, unit_call):
    page = page_of(visit, unit_call)

    page.locator("#id_lines").fill(f"{GOOD}\n{BAD}")

    expect(page.locator("[data-roster-count]")).to_have_text("共 3 行，1 行要改")


def test_a_unit_says_no_with_its_reason(visit, unit_call):
    page = page_of(visit, unit_call)

    page.get_by_text("这次来不了").click()
    page.locator("#id_reason").fill("都在值班")
    page.get_by_role("button", name="告诉社区").click()

    page.wait_for_load_state()
    unit_call.refresh_from_db()
    assert (unit_call.state, unit_call.decline_reason) == (UnitCallState.DECLINED, "都在值班")


def test_a_liaison_needs_no_mouse(visit, unit_call):
    page = page_of(visit, unit_call, width=1440)

    tab_to(page, page.get_by_role("button", name=PLEDGE))
    page.keyboard.press("Enter")

    expect(page.get_by_text("你们承诺了 4 人")).to_be_visible()


@pytest.mark.parametrize("look", [{}, {"theme": "dark"}, {"text": "large"}, {"language": "en"}])
def test_the_page_of_a_call_is_sound(visit, shoot, unit_call, look):
    shoot(page_of(visit, unit_call, **look), "-".join(["unit-call", *look.values()]))


def test_the_board_counts_what_happened_and_renews_itself(visit, world, transactional_db):
    call_up = running(world, seats=3)
    seat = seated(world, call_up=call_up, at=call_up.opened_at)
    board = visit(reverse("oversight:board-place-show", args=[TOWNSHIP]), by="township_overseer")
    funnel = board.locator("#board-funnel")
    before = funnel.inner_text()

    arrives(seat, call_up.starts_at)

    expect(funnel).not_to_have_text(before, timeout=30_000)
