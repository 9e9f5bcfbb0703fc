"""The overseer of a township: two units cannot come, one plan over both communities, the decision, and a small adjustment."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from muster.callups import jobs
from muster.callups.access import ORDER_LINK
from muster.callups.actions import dispatch, pledges
from muster.callups.models import Assignment, CallUp, DispatchRun, Offer, UnitCall
from muster.people import links
from muster.people.models import Role
from tests.browser.journeys import Hand, coming, link_to, press_twice
from tests.callups.dispatching import grid_worker, nobody_on_duty, reported
from tests.callups.drafting import draft, post, raised, shift
from tests.world import NEXT_DOOR, SINCE, make_unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BOARD = "/desk/dispatch/"


@pytest.fixture
def two_units(transactional_db, world):
    """Two communities whose every seat a unit has pledged; both units are the liaison's."""
    nobody_on_duty()
    second = make_unit("武侯第二医院", uscc="12510107450716218M", division_code=NEXT_DOOR)
    Role.objects.create(
        account=world.account("liaison"),
        kind="unit_liaison",
        unit=second,
        valid_from=SINCE,
        granted_by_label="x",
    )
    here = coming(world, seats=4, unit_ids=(world.unit.pk,), unit_headcount=4)
    begins = here.starts_at
    form = draft(
        posts=(post("东门", shift(*draft(4).posts[0].shifts[0].seats, start=begins)),),
        division_code=NEXT_DOOR,
        title="东门值守",
        reply_by=here.reply_by,
        unit_ids=(second.pk,),
        unit_headcount=4,
    )
    raised(world.actor("neighbor"), form, at=timezone.now())
    calls = list(UnitCall.objects.select_related("call_up").order_by("pk"))
    for call in calls:
        pledges.pledge(call, headcount=4, actor=world.actor("liaison"))
    for number in range(3):
        grid_worker(number)
    grid_worker(9, NEXT_DOOR)
    for number in (50, 51):
        reported(world, number)
    return calls


def order_to(seat):
    """The address in the message to whoever was ordered."""
    token = links.make(ORDER_LINK, seat.code, expires_at=seat.call_up.ends_at)
    return reverse("callups:my-order", args=[token])


def closes(visit, call):
    """The liaison says that nobody can come after all."""
    page = visit(reverse("callups:unit-call", args=[call.code]), by="liaison", width=360)
    page.get_by_text("这次来不了").click()
    page.locator("#id_reason").fill("全员在岗")
    page.get_by_role("button", name="告诉社区").click()
    page.wait_for_load_state()


@pytest.mark.req("R1.5", "R2.8")
def test_a_shortage_is_planned_decided_and_adjusted(visit, shoot, world, two_units):
    page = visit(BOARD, by="township_overseer")
    expect(page.locator("h1")).to_have_text("没有空位，不用调度")
    for call in two_units:
        closes(visit, call)

    page.reload()
    expect(page.locator("h1")).to_have_text("2 个召集还空 8 个岗位")
    shoot(page, "dispatch-board")
    hand = Hand(page)
    hand.tap(page.get_by_role("button", name="统一排 8 个空位"))

    expect(page.locator("h1")).to_have_text("8 个空位，现在能补上 6 个")
    expect(page.get_by_text("已证明最优：")).to_be_visible()
    row = page.locator("tr", has_text="七道堰社区")
    expect(row.locator("td")).to_have_text(["4", "1", "1", "2", "0"])
    missing = page.locator("#dispatch-empty")
    expect(
        missing.get_by_text(re.compile(r"能来这里和附近几处的有 \d 人，这几处一共要 \d 人"))
    ).to_be_visible()
    expect(missing.get_by_text(re.compile("抢同一批人的岗位：(北门|东门)"))).to_be_visible()
    page.get_by_role("link", name=re.compile("东门值守")).click()
    expect(page.get_by_text("从蜀汉街社区支援").first).to_be_visible()
    shoot(page, "dispatch-plan")
    page.get_by_label("姓名或手机号").fill("网格员0")
    page.get_by_role("button", name="查原因").click()
    expect(page.locator("main li").get_by_text(re.compile("TA|按规定"))).to_be_visible()
    shoot(page, "dispatch-why-not")
    page.get_by_role("link", name="回到方案").click()

    hand.tap(page.get_by_role("button", name="确认调度 6 人"))
    expect(page.get_by_text("到现在没有变化")).to_be_visible()
    assert hand.taps == 2
    assert (Assignment.objects.count(), Offer.objects.filter(state="asked").count()) == (4, 2)
    shoot(page, "dispatch-confirmed")
    ordered = visit(order_to(Assignment.objects.filter(state="ordered").order_by("pk")[0]), width=360)
    expect(ordered.get_by_text("你属于常态力量")).to_be_visible()
    shoot(ordered, "my-order", widths=(360,))

    offer = Offer.objects.filter(state="asked").order_by("pk")[0]
    theirs = visit(link_to(offer), width=360)
    expect(theirs.get_by_text("七道堰社区缺人")).to_be_visible()
    theirs.get_by_role("button", name="要上班").click()
    grid_worker(10, NEXT_DOOR)
    page.reload()
    expect(page.get_by_text("1 人来不了，空出 1 个岗位")).to_be_visible()
    hand.tap(page.get_by_role("button", name="调整方案"))

    expect(page.get_by_text(re.compile("换岗 0 人，不动 5 人"))).to_be_visible()
    shoot(page, "dispatch-adjusted")
    press_twice(page.get_by_role("button", name="确认调度 1 人"))
    expect(page.get_by_text("到现在没有变化")).to_be_visible()
    assert Assignment.objects.filter(state="ordered").count() == 5
    assert DispatchRun.objects.exclude(confirmed_at=None).count() == 2

    short = CallUp.objects.get(pk=DispatchRun.objects.latest("pk").plan["empties"][0]["call_up"])
    page.goto(reverse("callups:desk-callup-detail", args=[short.code]))
    expect(page.get_by_role("heading", name="为什么补不满")).to_be_visible()
    shoot(page, "call-short")


def test_a_long_confirmation_tells_how_far_it_is_and_ends_by_itself(
    visit, shoot, world, two_units, monkeypatch
):
    for call in two_units:
        pledges.decline(call, reason="全员在岗", actor=world.actor("liaison"))
    monkeypatch.setattr(dispatch, "MOST_SECONDS_AT_ONCE", 0.0)
    page = visit(BOARD, by="township_overseer")
    page.get_by_role("button", name="统一排 8 个空位").click()
    press_twice(page.get_by_role("button", name="确认调度 6 人"))

    expect(page.get_by_text("6 人已安排 0 人，2 个召集办完 0 个")).to_be_visible()
    shoot(page, "dispatch-carrying")
    jobs.carry_out_dispatch(DispatchRun.objects.get().pk)

    expect(page.get_by_text("到现在没有变化")).to_be_visible()
    assert (Assignment.objects.count(), Offer.objects.filter(state="asked").count()) == (4, 2)


def test_without_scripts_a_plan_that_waits_leads_on_by_a_link(browser, live_server, world, two_units):
    run = DispatchRun.objects.create(
        division_code=world.township,
        created_at=timezone.now(),
        created_by=world.account("township_overseer"),
        created_by_label="x",
    )
    session = world.client_for("township_overseer").cookies["sessionid"].value
    context = browser.new_context(base_url=str(live_server), java_script_enabled=False, locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": session, "url": str(live_server)}])
    page = context.new_page()

    page.goto(reverse("callups:desk-dispatch-detail", args=[run.code]))
    page.get_by_role("link", name="看最新进度").click()
    expect(page.get_by_role("heading", name="正在排方案")).to_be_visible()
    DispatchRun.objects.filter(pk=run.pk).update(state="failed", failure="算不出来。")
    page.reload()
    page.get_by_role("button", name="重新排一次").click()

    expect(page.get_by_role("heading", name="这个方案")).to_be_visible()
    context.close()


@pytest.mark.parametrize("look", [{"theme": "dark"}, {"text": "large"}, {"language": "en"}])
def test_the_pages_of_the_dispatch_are_sound(visit, shoot, world, two_units, look):
    for call in two_units:
        pledges.decline(call, reason="全员在岗", actor=world.actor("liaison"))
    page = visit(BOARD, by="township_overseer", **look)
    shoot(page, "-".join(["dispatch-board", *look.values()]))

    page.locator("form[action='/desk/dispatch/plan/'] button").click()

    expect(page.locator("#dispatch-parts")).to_be_visible()
    shoot(page, "-".join(["dispatch-plan", *look.values()]))
