"""A desk rings those whom no link reaches: whom next, the number by a tap, what they said by a tap, and the next."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from muster.callups.models import Assignment, Offer, Ring
from tests.browser.conftest import check
from tests.browser.journeys import Hand, coming
from tests.callups.texting import asked_by_text, texts, without_smartphone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def call_up(transactional_db, world):
    """Three people were asked: one wrote a 3, one has no smartphone, one is silent."""
    call_up = coming(world, seats=2)
    now = timezone.now()
    asked_by_text(call_up, world.volunteer(3), asked_at=now)
    asked_by_text(call_up, without_smartphone(world, 2), asked_at=now)
    wishing = asked_by_text(call_up, without_smartphone(world, 1), asked_at=now)
    texts(wishing.person, "3", at=now)
    return call_up


def sheet(visit, call_up, **look):
    return visit(reverse("callups:desk-callup-rings", args=[call_up.code]), by="worker", **look)


@pytest.mark.req("R4.8", "R9.2")
@pytest.mark.parametrize("width", [360, 1440])
def test_three_people_are_rung_with_two_taps_each(visit, shoot, world, call_up, width):
    hand = Hand(sheet(visit, call_up, width=width))
    page = hand.page
    check(page)
    expect(page.locator("ol.todo li b")).to_have_text(["志愿者1", "志愿者2", "志愿者3"])
    expect(page.locator("ol.todo li").first).to_contain_text("回短信请我们打电话")

    hand.tap(page.get_by_role("button", name="给志愿者1打电话"))
    expect(page.locator("a[href='tel:13900000001']")).to_be_visible()
    check(page)
    if width == 360:
        shoot(page, "desk-ring")
        page.set_viewport_size({"width": 360, "height": 780})
    hand.tap(page.get_by_role("button", name="念过了，能来"))

    expect(page.get_by_text("志愿者1：能来。")).to_be_visible()
    hand.tap(page.get_by_role("button", name="给志愿者2打电话"))
    hand.tap(page.get_by_role("button", name="没接通"))
    hand.tap(page.get_by_role("button", name="给志愿者3打电话"))
    hand.tap(page.get_by_role("button", name="顾家人"))

    expect(page.locator("h1")).to_have_text("现在没有人要打电话")
    check(page)
    assert hand.taps == 6
    assert sorted(Ring.objects.values_list("result", flat=True)) == ["no", "not_reached", "yes"]
    assert Assignment.objects.get().person.name == "志愿者1"
    assert set(Offer.objects.exclude(answered_by="").values_list("answered_by", flat=True)) == {"phone"}


def test_the_sheet_is_sound_in_english_and_in_the_dark(visit, shoot, call_up):
    shoot(sheet(visit, call_up), "desk-call-sheet")
    page = sheet(visit, call_up, width=360, language="en", theme="dark", text="large")

    check(page)
    expect(page.locator("h1")).to_have_text("3 people are still to be rung")


def test_the_call_up_leads_to_the_sheet(visit, call_up):
    page = visit(reverse("callups:desk-callup-detail", args=[call_up.code]), by="worker", width=360)

    page.get_by_role("link", name="电话单").click()

    expect(page.locator("ol.todo li")).to_have_count(3)
