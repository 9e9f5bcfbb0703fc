"""Ringing people: the number for the one who dials, one call at a time, and each result noted once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from muster.audit.models import Disclosure, Entry
from muster.callups.actions import calls, offers, rings
from muster.callups.enums import AnswerWay, RingResult
from muster.callups.models import Assignment, CallUp, Offer, Ring, Slot
from muster.callups.queries.call_sheet import Sheet, sheet
from muster.callups.queries.roster import roster
from muster.callups.queries.tally import tally
from muster.notifications.models import Message
from muster.people.models import Person
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, START, draft, offer_to, raised
from tests.callups.ground import me
from tests.callups.texting import answers_to, asked_by_text, texts, without_smartphone
from tests.world import World

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def call_up(world: World) -> CallUp:
    return raised(world.actor("worker"), draft(2))


@pytest.fixture
def offer(world: World, call_up: CallUp) -> Offer:
    return offer_to(call_up, without_smartphone(world))


def dialed(world: World, offer: Offer, cast: str = "worker", at: datetime = NOW) -> Ring:
    return rings.dial(offer, actor=world.actor(cast), at=at)


def noted(world: World, ring: Ring, result: str, **facts: object) -> Ring:
    standard = {"at": ring.rung_at + MINUTE, "risk_confirmed": True}
    return rings.note_result(ring, RingResult(result), actor=world.actor("worker"), **{**standard, **facts})


def refusal(deed: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        deed()
    return refused.value.code


def on_sheet(world: World, call_up: CallUp, at: datetime = NOW, cast: str = "worker") -> Sheet:
    return sheet(call_up, at, world.account(cast).pk)


def names(found: Sheet) -> list[str]:
    return [line.name for line in found.lines]


def test_dialing_shows_the_number_and_puts_on_record_who_saw_it(world: World, offer: Offer) -> None:
    ring = dialed(world, offer)

    seen = Disclosure.objects.get(person_id=offer.person_id)
    assert rings.number_of(ring) == "13900000001"
    assert (seen.field, seen.purpose, seen.at) == ("phone", "call_up", NOW)
    assert seen.actor_account_id == world.account("worker").pk
    assert Entry.objects.filter(verb="callups.offer.rung", object_code=offer.code).count() == 1


def test_a_second_tap_is_the_same_call_and_no_second_look(world: World, offer: Offer) -> None:
    first, second = dialed(world, offer), dialed(world, offer, at=NOW + 9 * MINUTE)

    assert first == second
    assert Disclosure.objects.count() == 1


def test_nobody_is_rung_by_two_at_once_until_the_first_has_let_it_lie(world: World, offer: Offer) -> None:
    first = dialed(world, offer)

    assert refusal(lambda: dialed(world, offer, "township_overseer", NOW + 9 * MINUTE)) == "being_rung"
    second = dialed(world, offer, "township_overseer", NOW + 10 * MINUTE)
    first.refresh_from_db()
    assert (first.result, second.result, Disclosure.objects.count()) == ("unnoted", "", 2)
    assert refusal(lambda: noted(world, first, "no")) == "noted_already"


@pytest.mark.req("R4.8", "R9.2")
def test_a_yes_on_the_phone_is_a_seat_with_a_word_to_keep(
    world: World, call_up: CallUp, offer: Offer
) -> None:
    ring = noted(world, dialed(world, offer), "yes")

    offer.refresh_from_db()
    seat = Assignment.objects.get(offer=offer)
    assert (ring.result, offer.state, offer.answered_by) == ("yes", "accepted", "phone")
    assert (offer.risk_confirmed_at, seat.person) == (NOW + MINUTE, offer.person)
    assert "05:40" in answers_to(offer.person)[0]
    assert tally(call_up).funnel().accepted == 1
    entry = Entry.objects.get(verb="callups.offer.accepted")
    assert entry.detail == {"state": "accepted", "way": "phone"}


@pytest.mark.req("R9.2")
def test_without_the_risk_read_out_no_yes_is_noted_and_the_call_goes_on(world: World, offer: Offer) -> None:
    ring = dialed(world, offer)

    assert refusal(lambda: noted(world, ring, "yes", risk_confirmed=False)) == "risk_not_confirmed"
    ring.refresh_from_db()
    assert (ring.result, Slot.objects.get().taken) == ("", 0)
    assert noted(world, ring, "yes").result == "yes"


def test_a_no_has_its_reason_and_gives_back_what_was_taken(
    world: World, call_up: CallUp, offer: Offer
) -> None:
    noted(world, dialed(world, offer), "no", reason="family")
    offer.refresh_from_db()
    assert (offer.state, offer.reason, offer.answered_by) == ("declined", "family", "phone")

    seated = offer_to(call_up, world.volunteer(2))
    offers.accept(seated, actor=me(seated.person), risk_confirmed=True, at=NOW)
    noted(world, dialed(world, seated), "no", reason="unwell")
    seated.refresh_from_db()
    assert (seated.state, Slot.objects.get().taken) == ("withdrawn", 0)


@pytest.mark.parametrize("result", ["yes", "no", "not_reached", "later"])
def test_the_same_result_twice_is_noted_once_and_another_is_refused(
    world: World, offer: Offer, result: str
) -> None:
    ring = dialed(world, offer)
    again = noted(world, ring, result)
    other = "no" if result != "no" else "yes"

    assert noted(world, Ring.objects.get(pk=ring.pk), result).noted_at == again.noted_at
    assert refusal(lambda: noted(world, Ring.objects.get(pk=ring.pk), other)) == "noted_already"
    assert Entry.objects.filter(verb="callups.offer.ring_noted").count() == 1
    assert Message.objects.filter(topic="text_reply").count() == (1 if result == "yes" else 0)


def test_when_it_is_full_the_answer_on_the_phone_is_that_of_the_page(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    taken, late = offer_to(call_up, world.volunteer(1)), offer_to(call_up, world.volunteer(2))
    offers.accept(taken, actor=me(taken.person), risk_confirmed=True, at=NOW)

    noted(world, dialed(world, late), "yes")

    late.refresh_from_db()
    assert (late.state, late.answered_by) == ("waiting", "phone")
    assert "第 1 位" in answers_to(late.person)[0]


def test_nobody_is_rung_for_what_is_over_or_without_a_number(
    world: World, call_up: CallUp, offer: Offer
) -> None:
    Person.objects.filter(pk=offer.person_id).update(phone="")
    assert refusal(lambda: dialed(world, offer)) == "no_number"
    calls.close(call_up, at=NOW)
    assert refusal(lambda: dialed(world, offer)) == "call_up_over"
    assert Disclosure.objects.count() == 0


class TestSheet:
    """Whom the desk is offered, in which order, with which reasons."""

    def test_it_says_why_and_hides_the_number(self, world: World, call_up: CallUp) -> None:
        asked_by_text(call_up, without_smartphone(world))
        texts(world.volunteer(9), "3")
        person = Person.objects.get(name="志愿者1")
        texts(person, "3", at=NOW + 12 * MINUTE)

        line = on_sheet(world, call_up, NOW + 13 * MINUTE).lines[0]

        assert (line.name, line.phone, line.post_name) == ("志愿者1", "139****0001", "北门")
        assert line.reasons == ["12:12 回短信请我们打电话", "没有智能手机", "还没答复"]

    def test_who_wants_a_call_comes_before_who_cannot_be_reached_before_who_is_silent(
        self, world: World, call_up: CallUp
    ) -> None:
        for number in (1, 2, 3):
            asked_by_text(call_up, world.volunteer(number))
        Message.objects.filter(person_id=Person.objects.get(name="志愿者2").pk).update(state="failed")
        texts(Person.objects.get(name="志愿者3"), "3")

        found = on_sheet(world, call_up)

        assert names(found) == ["志愿者3", "志愿者2", "志愿者1"]
        assert (found.count, found.wishes, found.unreached) == (3, 1, 1)

    def test_a_near_deadline_goes_before_a_wish_that_has_time(self, world: World, call_up: CallUp) -> None:
        asked_by_text(call_up, world.volunteer(1))
        texts(Person.objects.get(name="志愿者1"), "3")
        offer_to(call_up, world.volunteer(2), reply_by=NOW + 20 * MINUTE)

        assert names(on_sheet(world, call_up)) == ["志愿者2", "志愿者1"]

    def test_who_was_called_as_wished_is_off_until_they_wish_it_again(
        self, world: World, call_up: CallUp
    ) -> None:
        offer = asked_by_text(call_up, without_smartphone(world))
        texts(offer.person, "3")
        noted(world, dialed(world, offer), "yes")
        assert names(on_sheet(world, call_up, NOW + 2 * MINUTE)) == []

        texts(offer.person, "3", at=NOW + 5 * MINUTE)

        assert names(on_sheet(world, call_up, NOW + 6 * MINUTE)) == ["志愿者1"]

    @pytest.mark.parametrize(("result", "minutes"), [("not_reached", 20), ("later", 30)])
    def test_who_was_not_reached_or_said_later_comes_back_in_time(
        self, world: World, call_up: CallUp, offer: Offer, result: str, minutes: int
    ) -> None:
        ring = noted(world, dialed(world, offer), result)
        assert ring.noted_at is not None
        due = ring.noted_at + minutes * MINUTE

        early = on_sheet(world, call_up, due - MINUTE)

        assert (names(early), early.resting) == ([], 1)
        assert names(on_sheet(world, call_up, due)) == ["志愿者1"]

    def test_after_three_calls_in_vain_nobody_is_bothered_again(
        self, world: World, call_up: CallUp, offer: Offer
    ) -> None:
        for number in range(3):
            noted(world, dialed(world, offer, at=NOW + number * 30 * MINUTE), "not_reached")

        found = on_sheet(world, call_up, NOW + 180 * MINUTE)

        assert (names(found), found.given_up) == ([], 1)

    def test_whom_a_colleague_is_ringing_is_not_offered_and_my_own_call_is(
        self, world: World, call_up: CallUp, offer: Offer
    ) -> None:
        dialed(world, offer)

        mine = on_sheet(world, call_up, NOW + MINUTE)
        theirs = on_sheet(world, call_up, NOW + MINUTE, "township_overseer")

        assert [(line.name, line.is_under_way) for line in mine.lines] == [("志愿者1", True)]
        assert (names(theirs), theirs.resting) == ([], 1)
        assert names(on_sheet(world, call_up, NOW + 10 * MINUTE, "township_overseer")) == ["志愿者1"]

    def test_when_all_seats_are_taken_only_who_asked_for_it_is_rung(self, world: World) -> None:
        call_up = raised(world.actor("worker"), draft(1))
        seated, silent, wishing = (asked_by_text(call_up, world.volunteer(n)) for n in (1, 2, 3))
        texts(wishing.person, "3")
        offers.accept(seated, actor=me(seated.person), risk_confirmed=True, at=NOW)

        assert names(on_sheet(world, call_up)) == ["志愿者3"]
        assert silent.state == "asked"

    def test_who_answered_who_has_no_number_and_who_was_erased_are_not_on_it(
        self, world: World, call_up: CallUp
    ) -> None:
        said_no, no_number, erased = (offer_to(call_up, world.volunteer(n)) for n in (1, 2, 3))
        offers.decline(said_no, "work", actor=me(said_no.person), at=NOW)
        Person.objects.filter(pk=no_number.person_id).update(phone="")
        Person.objects.filter(pk=erased.person_id).update(erased_at=NOW)

        assert on_sheet(world, call_up).count == 0

    def test_every_answer_is_counted_by_its_way(self, world: World, call_up: CallUp) -> None:
        by_page, by_phone = (offer_to(call_up, world.volunteer(n)) for n in (1, 2))
        by_text = asked_by_text(call_up, without_smartphone(world, 3))
        offers.accept(by_page, actor=me(by_page.person), risk_confirmed=True, at=NOW)
        noted(world, dialed(world, by_phone), "no")
        texts(by_text.person, "2")

        found = on_sheet(world, call_up)

        assert found.ways == {AnswerWay.PAGE: 1, AnswerWay.TEXT: 1, AnswerWay.PHONE: 1, AnswerWay.SPOT: 0}
        rows = roster(tally(call_up)).rows
        assert [row.way for row in rows] == ["", "电话答复", "短信答复"]

    def test_it_stays_short_and_counts_the_rest(
        self, world: World, call_up: CallUp, django_assert_num_queries: Callable[[int], object]
    ) -> None:
        for person in world.volunteers(30, 100):
            offer_to(call_up, person, reply_by=START)
        on_sheet(world, call_up)

        with django_assert_num_queries(7):
            found = on_sheet(world, call_up)

        assert (len(found.lines), found.count) == (20, 30)
