"""A night at a gate: the guard shows the code, a volunteer scans it, and the list says so; the leader is a tap away."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from muster.audit.models import Disclosure
from muster.callups.models import Assignment, Post
from tests.browser.journeys import Hand, running
from tests.callups.ground import code_at, seated

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [{}, {"theme": "dark"}, {"text": "large"}, {"language": "en"}]


@pytest.fixture
def shift(transactional_db, world):
    """A shift of three seats that began half an hour ago; the volunteer of the cast is expected, and somebody leads."""
    call_up = running(world, seats=3)
    Post.objects.filter(call_up=call_up).update(leader=world.person("leader"))
    return seated(world, call_up=call_up, at=call_up.opened_at).shift


def test_a_guard_signs_in_to_his_gates_and_opens_one(visit, shift):
    hand = Hand(visit("/desk/", by="guard", width=360))
    expect(hand.page.get_by_role("heading", level=1)).to_have_text("你的关口还有 1 人要来")

    hand.tap(hand.page.get_by_role("link", name="打开 北门"))

    expect(hand.page.locator("#digits")).to_be_visible()
    expect(hand.page.get_by_text("陈*英")).to_be_visible()
    assert hand.taps == 1


@pytest.mark.req("R9.3")
def test_the_code_of_the_gate_checks_in_and_the_list_renews_itself(visit, shift):
    gate = visit(reverse("callups:gate-detail", args=[shift.post.code]), by="guard", width=360)
    expect(gate.get_by_text("在岗 0 · 还没到 1")).to_be_visible()
    scanned = (
        f"{reverse('callups:my-check-in', args=[shift.post.code])}?c={code_at(shift.post, timezone.now())}"
    )
    hand = Hand(visit(scanned, by="volunteer", width=360))

    hand.tap(hand.page.get_by_role("button", name="我到了"))

    expect(gate.get_by_text("在岗 1 · 还没到 0")).to_be_visible(timeout=20_000)
    assert Assignment.objects.get().state == "arrived"


def test_the_leader_is_a_tap_away(visit, world, shift):
    gate = visit(reverse("callups:gate-detail", args=[shift.post.code]), by="guard", width=360)

    gate.get_by_role("button", name="给带班打电话").click()

    number = world.person("leader").phone.removeprefix("+86")
    expect(gate.get_by_role("link", name=number)).to_have_attribute("href", f"tel:{number}")
    assert Disclosure.objects.get().person_id == world.person("leader").pk


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", ["home", "post"])
def test_the_pages_of_the_gate_are_sound(visit, shoot, shift, name, look):
    address = "/gate/" if name == "home" else reverse("callups:gate-detail", args=[shift.post.code])
    shoot(visit(address, by="guard", width=360, **look), "-".join(["gate", name, *look.values()]))
