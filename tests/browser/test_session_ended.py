"""A session that ended while somebody typed: the door opens again, and what was typed is there."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from muster.callups.actions.templates import load_templates
from muster.callups.models import CallUp, Offer, UnitCall
from tests.browser.journeys import coming
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEPT = "你刚才填的内容还在，看一眼再发。"
NAMES = "吴用 13911112222\n林冲 13911113333"


@pytest.fixture
def unit_call(transactional_db, world):
    call_up = coming(world, seats=6, unit_ids=(world.unit.pk,), unit_headcount=4)
    return UnitCall.objects.get(call_up=call_up)


def sends_without_a_session(page: Page, button: str) -> None:
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name=button).locator("visible=true").first.click()
    page.wait_for_url("**/sign-in/**")


def signs_in_again(page: Page, world: World, name: str) -> None:
    """As the door does it: a new session, and on to the address that it was told."""
    door = urlsplit(page.url)
    session = world.client_for(name).cookies[settings.SESSION_COOKIE_NAME].value
    base = f"{door.scheme}://{door.netloc}"
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base}])
    page.goto(parse_qs(door.query)["next"][0])


def test_a_list_sent_into_a_dead_session_is_there_after_signing_in(visit, world, unit_call):
    address = reverse("callups:unit-call", args=[unit_call.code])
    page = visit(address, by="liaison", width=360)
    page.locator("#id_lines").fill(NAMES)

    sends_without_a_session(page, "交名单")
    assert Offer.objects.filter(unit_call=unit_call).count() == 0
    signs_in_again(page, world, "liaison")

    expect(page.get_by_text(KEPT)).to_be_visible()
    expect(page.locator("#id_lines")).to_have_value(NAMES)
    page.get_by_role("button", name="交名单").click()
    expect(page.get_by_text("已通知").first).to_be_visible()
    assert Offer.objects.filter(unit_call=unit_call).count() == 2
    page.goto(address)
    expect(page.locator("#id_lines")).to_have_value("")


@pytest.mark.usefixtures("transactional_db")
def test_a_call_up_sent_into_a_dead_session_is_there_after_signing_in(visit, world):
    load_templates()
    page = visit("/desk/callups/new/", by="worker")
    page.locator("#id_start_time").fill("07:30")
    page.locator("form.cols summary").first.click()
    page.locator("#id_title").fill("打了很久的标题")

    sends_without_a_session(page, "发出召集")
    signs_in_again(page, world, "worker")

    expect(page.get_by_text(KEPT)).to_be_visible()
    expect(page.locator("#id_title")).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("打了很久的标题")
    expect(page.locator("#id_start_time")).to_have_value("07:30")
    assert not CallUp.objects.exists()


def test_what_was_sent_well_does_not_come_back_after_a_later_door(visit, world, unit_call):
    address = reverse("callups:unit-call", args=[unit_call.code])
    page = visit(address, by="liaison", width=360)
    page.locator("#id_lines").fill(NAMES)
    page.get_by_role("button", name="交名单").click()
    expect(page.get_by_text("已通知").first).to_be_visible()

    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.goto(address)
    page.wait_for_url("**/sign-in/**")
    signs_in_again(page, world, "liaison")

    expect(page.locator("#id_lines")).to_have_value("")
    assert page.get_by_text(KEPT).count() == 0
