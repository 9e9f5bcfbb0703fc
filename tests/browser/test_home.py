"""The first page of the desk and of the volunteer, with a morning under way."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from muster.callups.enums import AssignmentState, OfferState, UnitCallState
from muster.callups.models import Pledge, Slot, UnitCall
from muster.norms.enums import Mode
from muster.norms.models import ModeSwitch
from tests.web.ground import make_call_up, make_offer, make_seat, make_slot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def morning(transactional_db, world):
    """A call-up with a full and a short post, one unit that owes names, and an evening that has just been called."""
    now = timezone.now()
    ModeSwitch.objects.create(
        division_code=world.township,
        mode=Mode.EMERGENCY,
        level=3,
        ground="g",
        at=now - timedelta(days=2),
        actor_label="t",
    )
    call = make_call_up(world, title="清晨门岗", starts_at=now + timedelta(minutes=18, seconds=30))
    full = make_slot(call, post="锦里西苑·北门", seats=6)
    short = make_slot(call, post="南郊巷3号院·正门", seats=6, held=1)
    for number in range(9):
        state = AssignmentState.ARRIVED if number % 3 else AssignmentState.ACCEPTED
        make_seat(full if number < 6 else short, world.volunteer(number), state)
    pledged = UnitCall.objects.create(
        call_up=call,
        unit=world.unit,
        division_code=world.here,
        state=UnitCallState.PLEDGED,
        pledged_headcount=4,
        called_at=now,
        answer_due_at=now,
    )
    Pledge.objects.create(unit_call=pledged, slot=short, headcount=4, held=1)
    evening = make_slot(
        make_call_up(world, title="晚间核酸采样协助", starts_at=now + timedelta(hours=9)), seats=24
    )
    make_seat(evening, world.person("volunteer"))
    make_offer(short, world.person("volunteer"), OfferState.ASKED)
    return short


def test_the_desk_is_sound(visit, shoot, morning):
    page = visit("/desk/", by="worker")

    expect(page.locator("h1")).to_have_text("清晨门岗还差 3 人，18 分钟后开始")
    shoot(page, "desk-today")


def test_the_desk_at_night_in_large_text_is_sound(visit, shoot, morning):
    page = visit("/desk/", by="worker", theme="dark", text="large")

    shoot(page, "desk-today-dark-large")


def test_a_quiet_desk_is_sound(visit, shoot, transactional_db, world):
    page = visit("/desk/", by="worker")

    expect(page.locator("h1")).to_have_text("现在没有进行中的召集")
    shoot(page, "desk-quiet")


@pytest.mark.parametrize("look", [{}, {"text": "large"}, {"language": "en"}])
def test_the_volunteers_page_is_sound(visit, shoot, morning, look):
    page = visit("/my/", by="volunteer", **look)

    shoot(page, "-".join(["my-home", *look.values()]))


def test_the_desk_sees_an_arrival_without_a_touch(visit, morning, world):
    page = visit("/desk/", by="worker")

    make_seat(Slot.objects.get(pk=morning.pk), world.volunteer(99))

    expect(page.locator("h1")).to_have_text("清晨门岗还差 2 人，18 分钟后开始", timeout=15_000)


def test_a_phone_at_the_desk_reaches_every_page_and_the_door(visit, shoot, morning):
    page = visit("/desk/", by="worker", width=360)

    page.locator(".more > summary").click()

    menu = page.get_by_role("navigation", name="全部页面")
    expect(menu.get_by_role("link", name="平急与级别")).to_be_visible()
    shoot(page, "desk-more", widths=(360,))
    page.locator(".more").get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile("/sign-in/"))
