"""When the server is away: the page says that its figures may be old, what was filled in stays, and it comes back by itself."""

from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from muster.notifications.models import Message
from tests.browser.conftest import check
from tests.browser.journeys import coming

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OLD = "服务器没有回应"
LOST = "没有送到"


def let_fail(page: Page, address: str) -> None:
    """Marks the answers of that address as the ones that this test wants to be broken."""

    def passed_on(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "expected-failure": "1"})

    page.route(address, passed_on)


@pytest.fixture
def call_up(transactional_db, world):
    """A call-up under way with a message that failed."""
    made = coming(world, seats=2)
    Message.objects.create(
        send_key="k1",
        topic="offer",
        address="+8613812341234",
        title="社区请你帮忙",
        body="来吗？",
        subject_kind="call_up",
        subject_code=made.code,
        division_code=world.here,
        channel="sms",
        state="failed",
        error="http_422",
        created_at=made.opened_at,
        next_try_at=made.opened_at,
    )
    return made


def test_a_live_page_says_that_it_is_old_and_when_it_is_not_any_more(visit, call_up):
    page = visit(reverse("callups:desk-callup-detail", args=[call_up.code]), by="worker")
    expect(page.get_by_text(OLD)).to_be_hidden()

    page.context.set_offline(True)
    expect(page.get_by_text(OLD)).to_be_visible(timeout=40_000)
    page.context.set_offline(False)

    expect(page.get_by_text(OLD)).to_be_hidden(timeout=60_000)


def test_the_failed_messages_come_onto_the_page_and_are_sent_again(visit, shoot, call_up):
    page = visit(reverse("callups:desk-callup-detail", args=[call_up.code]), by="worker")

    page.get_by_role("link", name="看看没送到的").click()
    failed = page.locator("#failed-messages")
    expect(failed).to_contain_text("对方服务没有收 (http_422)")
    shoot(page, "desk-call-failed-messages")
    failed.get_by_role("button", name="重发").click()

    expect(failed.get_by_role("button")).to_have_count(0)
    assert Message.objects.get(send_key="k1").state != "failed"
    assert page.url.endswith(f"/{call_up.code}/")


def test_a_deed_that_met_no_server_is_said(visit, call_up):
    page = visit(reverse("callups:desk-callup-detail", args=[call_up.code]), by="worker")
    page.locator("a[hx-get*='messages']").click()
    button = page.locator("#failed-messages").get_by_role("button")
    expect(button).to_be_visible()

    page.context.set_offline(True)
    button.click()

    expect(page.get_by_text(LOST)).to_be_visible()
    assert Message.objects.get(send_key="k1").state == "failed"


@pytest.mark.logs_errors
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_without_a_database_says_so_and_offers_to_try_again(visit, call_up, language):
    page = visit("/", language=language)
    let_fail(page, "**/privacy/")

    with patch("muster.web.views.public.page", side_effect=OperationalError("gone")):
        page.goto("/privacy/")

    expected = "系统忙" if language == "zh-hans" else "The system is busy"
    expect(page.locator("h1")).to_contain_text(expected)
    check(page)
    page.unroute("**/privacy/")
    page.get_by_role("link", name="再试" if language == "zh-hans" else "Try again").click()
    expect(page.locator("h1")).to_have_text("隐私说明" if language == "zh-hans" else "Privacy notice")
