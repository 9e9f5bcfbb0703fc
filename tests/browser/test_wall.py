"""The screen on the wall: made on the leader's phone, read from afar, up to date by itself, and gone when taken back."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from muster.callups.models import Post
from tests.browser.conftest import check
from tests.browser.journeys import Hand, running
from tests.callups.ground import arrives, seated

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def post(transactional_db, world):
    """A post of three seats: one is on, one is on the way, one is missing."""
    call_up = running(world, seats=3)
    arrives(seated(world, world.person("guard"), call_up, at=call_up.opened_at), timezone.now())
    seated(world, world.person("volunteer"), call_up, at=call_up.opened_at)
    return Post.objects.get(call_up=call_up)


def made(visit, post):
    """The leader's page once the address is made, and the path of the screen."""
    hand = Hand(visit(reverse("callups:post-wall", args=[post.code]), by="leader", width=360))
    check(hand.page)
    hand.tap(hand.page.get_by_role("button", name="建一个地址"))
    address = hand.page.locator("ul.calls a").get_attribute("href")
    assert hand.taps == 1
    return hand.page, urlsplit(address).path


def test_the_screen_follows_the_post_by_itself_and_ends_when_it_is_taken_back(visit, shoot, world, post):
    leader, path = made(visit, post)
    check(leader)
    screen = visit(path, width=1920)
    expect(screen.locator("h1")).to_have_text("北门")
    expect(screen.get_by_role("region", name="在岗").locator("li b")).to_have_text(["彭*海"])
    expect(screen.get_by_role("region", name="要来的").locator("li b")).to_have_text(["陈*英"])
    expect(screen.get_by_text("还差 1 人")).to_be_visible()
    shoot(screen, "wall", widths=(360, 1920))

    screen.context.set_offline(True)
    expect(screen.get_by_role("status")).to_contain_text("连不上了")
    arrives(seated_of(post), timezone.now())
    screen.context.set_offline(False)

    expect(screen.get_by_role("region", name="在岗").locator("li")).to_have_count(2)
    expect(screen.get_by_role("status")).to_be_hidden()
    leader.get_by_role("button", name="撤回").click()
    expect(leader.get_by_text("地址已撤回")).to_be_visible()
    screen.reload()
    expect(screen.locator("h1")).to_have_text("这块屏不再显示内容")


def seated_of(post):
    """The one on the way."""
    return (
        post.shifts.get().assignments.select_related("shift__post", "call_up", "person").get(state="accepted")
    )


def test_a_person_makes_a_calendar_of_their_own(visit, world, post):
    page = visit("/my/calendar/", by="volunteer", width=360)
    check(page)

    page.get_by_role("button", name="建我的地址").click()

    address = page.locator("ul.calls a").get_attribute("href")
    check(page)
    body = page.request.get(urlsplit(address).path).text()
    assert body.startswith("BEGIN:VCALENDAR")
    assert "LOCATION:北门" in body


def test_the_desk_makes_a_calendar_of_the_call_up(visit, shoot, post):
    page = visit(reverse("callups:desk-callup-detail", args=[post.call_up.code]), by="worker")
    page.get_by_role("link", name="日历").click()
    page.get_by_role("button", name="建一个地址").click()

    expect(page.locator("ul.calls li")).to_have_count(1)
    shoot(page, "desk-callup-calendar")
