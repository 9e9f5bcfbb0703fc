"""A volunteer answers by the link of the message: one tap, no account, and nothing that a second tap could undo."""

import re

import pytest
from playwright.sync_api import expect

from muster.callups.actions import calls, offers
from muster.callups.enums import AnswerReason, AssignmentState, OfferState
from muster.callups.models import Assignment, Offer, Slot
from tests.browser.conftest import check
from tests.browser.journeys import Hand, asked, coming, link_to, press_twice, tab_to
from tests.callups.ground import me

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
YES = re.compile("^我能来$")


@pytest.fixture
def offer(transactional_db, world):
    """The volunteer of the cast, asked for one of two seats."""
    return asked(coming(world, seats=2), world.person("volunteer"))


def seats(offer):
    """(taken, assignments of this person that count)."""
    taken = Slot.objects.get(pk=offer.slot_id).taken
    return taken, Assignment.objects.filter(person=offer.person, state=AssignmentState.ACCEPTED).count()


@pytest.mark.req("R2.5")
def test_one_tap_is_a_yes(visit, offer):
    hand = Hand(visit(link_to(offer), width=360))

    hand.tap(hand.page.get_by_role("button", name=YES))

    expect(hand.page.locator("h1")).to_have_text("说好了，一会儿见")
    assert (hand.taps, *seats(offer)) == (1, 1, 1)


def test_an_impatient_thumb_takes_one_seat_and_gives_none_back(visit, offer):
    page = visit(link_to(offer), width=360)

    press_twice(page.get_by_role("button", name=YES))

    expect(page.locator("h1")).to_have_text("说好了，一会儿见")
    assert seats(offer) == (1, 1)


def test_a_page_that_was_left_open_answers_as_the_first_one_did(visit, offer):
    first, second = visit(link_to(offer), width=360), visit(link_to(offer), width=360)

    first.get_by_role("button", name=YES).click()
    expect(first.locator("h1")).to_have_text("说好了，一会儿见")
    second.get_by_role("button", name=YES).click()

    expect(second.locator("h1")).to_have_text("说好了，一会儿见")
    assert seats(offer) == (1, 1)


@pytest.mark.parametrize(("words", "reason"), [("要上班", "work"), ("不舒服", "unwell")])
def test_one_tap_is_a_no_with_its_reason(visit, offer, words, reason):
    hand = Hand(visit(link_to(offer), width=360))

    hand.tap(hand.page.get_by_role("button", name=words))

    expect(hand.page.locator("h1")).not_to_have_text("请你帮忙")
    offer.refresh_from_db()
    assert (hand.taps, offer.state, offer.reason) == (1, OfferState.DECLINED, reason)


def test_a_seat_is_given_back_with_two_taps_and_falls_free(visit, offer):
    offers.accept(offer, actor=me(offer.person), risk_confirmed=True)
    hand = Hand(visit(link_to(offer), width=360))

    hand.tap(hand.page.get_by_text("来不了了怎么办"))
    hand.tap(hand.page.get_by_role("form", name="让出岗位").get_by_role("button", name="顾家人"))

    hand.page.wait_for_load_state()
    offer.refresh_from_db()
    assert (hand.taps, offer.state, *seats(offer)) == (2, OfferState.WITHDRAWN, 0, 0)


def test_an_answer_needs_no_mouse(visit, offer):
    page = visit(link_to(offer), width=360)

    presses = tab_to(page, page.get_by_role("button", name=YES))
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("说好了，一会儿见")
    assert presses <= 15
    assert seats(offer) == (1, 1)


@pytest.mark.usefixtures("offer")
def test_the_skip_link_comes_first_and_leads_to_the_content(visit, offer):
    page = visit(link_to(offer), width=360)

    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


def answered(offer, state, world):
    """The offer brought into that state by the deeds that lead there."""
    person = me(offer.person)
    if state == "accepted":
        offers.accept(offer, actor=person, risk_confirmed=True)
    elif state == "waiting":
        for number in range(2):
            other = asked(offer.call_up, world.volunteer(number))
            offers.accept(other, actor=me(other.person), risk_confirmed=True)
        offers.accept(offer, actor=person, risk_confirmed=True)
    elif state == "declined":
        offers.decline(offer, AnswerReason.UNWELL, actor=person)
    elif state == "withdrawn":
        offers.accept(offer, actor=person, risk_confirmed=True)
        offers.withdraw(offer, AnswerReason.FAMILY, actor=person)
    elif state == "thanked":
        Offer.objects.filter(pk=offer.pk).update(state=OfferState.THANKED)
    elif state == "stood-down":
        calls.stand_down(offer.call_up, reason="雨停了", actor=world.actor("worker"))


STATES = ["asked", "accepted", "waiting", "declined", "withdrawn", "thanked", "stood-down"]


@pytest.mark.parametrize("state", STATES)
def test_the_page_is_sound_in_every_state(visit, shoot, world, offer, state):
    answered(offer, state, world)

    page = visit(link_to(offer), width=360)

    assert page.locator("h1").count() == 1
    shoot(page, f"my-call-{state}", widths=(360,))


@pytest.mark.parametrize("look", [{"theme": "dark"}, {"text": "large"}, {"language": "en"}])
@pytest.mark.parametrize("state", ["asked", "accepted"])
def test_the_question_and_the_yes_are_sound_in_every_look(visit, world, offer, state, look):
    answered(offer, state, world)

    page = visit(link_to(offer), width=360, **look)

    check(page)


def test_the_buttons_say_what_they_do_without_the_page_around_them(visit, offer):
    page = visit(link_to(offer), width=360)

    names = page.get_by_role("form", name="答复").get_by_role("button").all_inner_texts()

    assert len(names) == 5
    for reason in ("要上班", "不舒服", "顾家人"):
        expect(page.get_by_role("button", name=re.compile(f"来不了.*{reason}"))).to_be_visible()
    assert page.get_by_role("button", name=YES).get_attribute("aria-describedby") == "risk"
    expect(page.locator("#risk")).to_be_visible()
