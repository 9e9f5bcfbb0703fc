"""A community worker raises a call-up: from the first page to the sent message in a minute and a few taps."""

import re
import time

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from muster.callups.actions.templates import load_templates
from muster.callups.enums import CallUpState
from muster.callups.models import CallUp, Offer
from muster.territory.actions.compounds import GateDraft, create_compound
from muster.territory.models import Division
from muster.toolkit.actor import SYSTEM
from tests.browser.conftest import check
from tests.browser.journeys import Hand, asked, coming, press_twice, tab_to
from tests.world import HERE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_TAPS, MOST_SECONDS = 8, 60
NEW = "/desk/callups/new/"
DETAIL = re.compile(r"/desk/callups/[A-Z0-9]{8}/$")


@pytest.fixture
def community(transactional_db, world):
    """Templates, a compound with two gates, and people who can be asked."""
    load_templates()
    create_compound(
        Division.objects.get(code=HERE),
        name="锦里西苑",
        property_status="managed",
        household_count=900,
        gates=[GateDraft("北门", admits_vehicles=True), GateDraft("南门", admits_vehicles=False)],
        actor=SYSTEM,
    )
    for number in range(12):
        world.volunteer(number)
    return world


@pytest.mark.req("R1.4")
@pytest.mark.parametrize("width", [360, 1440])
def test_a_call_up_is_raised_within_a_minute_and_eight_taps(visit, community, width):
    hand = Hand(visit("/desk/", by="worker", width=width))
    began = time.monotonic()

    hand.tap(hand.page.get_by_role("link", name=re.compile("^发起")).locator("visible=true").last)
    hand.tap(hand.page.get_by_role("navigation", name="模板").get_by_role("link").nth(1))
    hand.tap(
        hand.page.get_by_role("button", name="增").or_(hand.page.locator("[data-step] button").nth(1)).first
    )
    hand.tap(hand.page.get_by_role("button", name="发出召集").locator("visible=true"))
    hand.page.wait_for_url(DETAIL)
    seconds = time.monotonic() - began

    (call_up,) = CallUp.objects.all()
    assert call_up.state == CallUpState.OPEN
    assert Offer.objects.filter(call_up=call_up).exists()
    assert hand.taps <= MOST_TAPS
    assert seconds <= MOST_SECONDS
    expect(hand.page.get_by_text("召集已发出")).to_be_visible()


def test_two_presses_of_send_raise_one_call_up(visit, community):
    page = visit(NEW, by="worker")

    press_twice(page.get_by_role("button", name="发出召集").locator("visible=true"))
    page.wait_for_url(DETAIL)

    assert CallUp.objects.count() == 1


def test_the_form_that_comes_back_from_the_history_leads_to_its_call_up(visit, community):
    page = visit(NEW, by="worker")
    send = page.get_by_role("button", name="发出召集").locator("visible=true")
    send.click()
    page.wait_for_url(DETAIL)
    raised_at = page.url

    page.go_back()
    send.click()
    page.wait_for_url(DETAIL)

    assert page.url == raised_at
    assert CallUp.objects.count() == 1
    expect(page.get_by_text("这张表已经发出过")).to_be_visible()


def test_a_second_form_with_the_same_content_asks_before_it_doubles(visit, shoot, community):
    page = visit(NEW, by="worker")
    send = page.get_by_role("button", name="发出召集").locator("visible=true")
    send.click()
    page.wait_for_url(DETAIL)

    page.goto(NEW)
    send.click()
    expect(page.get_by_role("link", name="打开已发出的那次")).to_be_visible()
    shoot(page, "call-up-raised-just-now")
    page.get_by_label("确实要再发一次").check()
    send.click()
    page.wait_for_url(DETAIL)

    assert CallUp.objects.count() == 2


def test_a_call_up_is_raised_without_a_mouse(visit, community):
    page = visit(NEW, by="worker")

    tab_to(page, page.get_by_role("button", name="发出召集").locator("visible=true"), most=120)
    page.keyboard.press("Enter")

    page.wait_for_url(DETAIL)
    assert CallUp.objects.count() == 1


def test_a_wrong_form_keeps_what_was_typed_and_takes_the_focus_to_what_is_wrong(visit, community):
    page = visit(NEW, by="worker")
    page.locator("main details > summary").first.click()
    page.locator("#id_title").fill("锦里西苑夜间值守")
    page.locator("#id_start_time").fill("25:99")

    page.get_by_role("button", name="发出召集").locator("visible=true").click()

    expect(page.locator(".note-bad")).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("锦里西苑夜间值守")
    assert page.locator("#id_start_time").get_attribute("aria-invalid") == "true"
    assert CallUp.objects.count() == 0
    check(page)


def test_the_number_to_ask_follows_the_seats(visit, community):
    page = visit(NEW, by="worker")
    before = page.locator("#sizing").inner_text()

    page.locator("[data-step] button").nth(1).click()

    expect(page.locator("#sizing")).not_to_have_text(before, timeout=15_000)


@pytest.mark.parametrize("look", [{}, {"theme": "dark", "text": "large"}, {"language": "en"}])
def test_the_form_is_sound(visit, shoot, community, look):
    page = visit(NEW, by="worker", **look)

    shoot(page, "-".join(["desk-call-new", *look.values()]))


def test_the_live_page_says_its_figures_in_words(visit, world, transactional_db):
    call_up = coming(world, seats=4)
    asked(call_up, world.person("volunteer"))
    page = visit(reverse("callups:desk-callup-detail", args=[call_up.code]), by="worker")

    expect(page.get_by_role("region", name="召集进度")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("4 个岗位.*缺 4")).first).to_be_visible()
    assert page.locator("h1").count() == 1
    assert page.get_by_role("main").count() == 1
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll('nav, [role=region], section[aria-labelledby]')]
          .filter((part) => !part.getAttribute('aria-label') && !part.getAttribute('aria-labelledby'))
          .map((part) => part.outerHTML.slice(0, 80))"""
    )
    assert unnamed == []
