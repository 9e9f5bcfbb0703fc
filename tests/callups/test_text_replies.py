"""People without a smartphone answer by text: the same deeds, the same fences, one outcome for each message."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.audit.models import Entry
from muster.callups.actions import calls, letters, reminders
from muster.callups.models import Assignment, CallUp, Offer, Slot, TextReply
from muster.callups.queries.tally import tally
from muster.notifications.models import Message
from muster.people.models import Person
from muster.people.rules import phone_index
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.callups.texting import answers_to, asked_by_text, deliver, texts, without_smartphone
from tests.world import World

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def old(world: World) -> Person:
    return without_smartphone(world)


@pytest.fixture
def call_up(world: World) -> CallUp:
    return raised(world.actor("worker"), draft(1))


def later(world: World, hours: int, **facts: object) -> CallUp:
    """Another call-up, so much later on."""
    seats = draft(1).posts[0].shifts[0].seats
    start = START + hours * HOUR
    posts = (post("南门", shift(*seats, start=start)),)
    return raised(world.actor("worker"), draft(1, posts=posts, reply_by=start - 2 * HOUR, **facts))


def state_of(offer: Offer) -> tuple[str, str]:
    offer.refresh_from_db()
    return offer.state, offer.answered_by


@pytest.mark.req("R9.2", "R4.8")
def test_the_question_says_the_risk_and_the_three_answers(call_up: CallUp, old: Person) -> None:
    offer = asked_by_text(call_up, old)

    body = Message.objects.get(person_id=old.pk).body
    assert call_up.risk_statement in body
    assert "回复 1 能来，2 来不了，3 请给我打电话" in body
    assert "/my/o/" in body and offer.code in body


def test_who_has_a_smartphone_gets_the_link_and_no_digits(world: World, call_up: CallUp) -> None:
    asked_by_text(call_up, world.volunteer(1))

    assert "回复 1" not in Message.objects.get().body


def test_where_no_replies_are_taken_nobody_is_asked_for_one(
    call_up: CallUp, old: Person, settings: pytest.FixtureRequest
) -> None:
    settings.SMS_REPLY_KEY = ""

    asked_by_text(call_up, old)

    assert "回复 1" not in Message.objects.get().body


@pytest.mark.req("R9.2", "R4.8")
def test_a_one_takes_the_seat_under_the_risk_that_was_texted(call_up: CallUp, old: Person) -> None:
    offer = asked_by_text(call_up, old)

    outcome = texts(old, "1", at=NOW + HOUR)

    assert (outcome, *state_of(offer)) == ("accepted", "accepted", "text")
    assert offer.risk_confirmed_at == NOW + HOUR
    assert Assignment.objects.get(offer=offer).person == old
    assert "北门" in answers_to(old)[0] and "05:40" in answers_to(old)[0]


def test_a_two_is_a_no_and_later_gives_the_seat_back(world: World, call_up: CallUp, old: Person) -> None:
    offer = asked_by_text(call_up, old)
    other = asked_by_text(call_up, without_smartphone(world, 2))

    texts(old, "1")
    assert (texts(old, "2"), *state_of(offer)) == ("withdrawn", "withdrawn", "text")
    assert (texts(other.person, "2"), *state_of(other)) == ("declined", "declined", "text")
    assert Slot.objects.get(call_up=call_up).taken == 0


def test_a_three_asks_for_a_call_and_changes_nothing(call_up: CallUp, old: Person) -> None:
    offer = asked_by_text(call_up, old)

    assert texts(old, "3") == "call_wanted"
    assert state_of(offer) == ("asked", "")
    assert TextReply.objects.get().offer == offer
    assert Entry.objects.filter(verb="callups.offer.call_wanted", object_code=offer.code).count() == 1
    assert "给你打电话" in answers_to(old)[0]


def test_it_stands_in_trail_and_funnel_like_any_other_answer(
    world: World, call_up: CallUp, old: Person
) -> None:
    by_text = asked_by_text(call_up, old)
    texts(old, "1")
    counted = tally(call_up).funnel()

    entry = Entry.objects.get(verb="callups.offer.accepted")
    assert (entry.object_code, entry.detail) == (by_text.code, {"state": "accepted", "way": "text"})
    assert (counted.accepted, counted.silent, counted.missing) == (1, 0, 0)


@pytest.mark.parametrize("times", [2, 5])
def test_the_same_message_again_counts_once_and_answers_once(
    call_up: CallUp, old: Person, times: int
) -> None:
    asked_by_text(call_up, old)

    outcomes = [texts(old, "1", provider_id="p-1", at=NOW + n * HOUR) for n in range(times)]

    assert outcomes == ["accepted"] * times
    assert (TextReply.objects.count(), len(answers_to(old))) == (1, 1)


def test_an_old_message_handed_in_again_does_not_undo_a_newer_one(call_up: CallUp, old: Person) -> None:
    offer = asked_by_text(call_up, old)
    texts(old, "2", provider_id="first")
    texts(old, "1", provider_id="second")

    assert texts(old, "2", provider_id="first") == "declined"
    assert state_of(offer) == ("accepted", "text")


def test_the_same_answer_twice_is_one_seat_and_one_word_back(call_up: CallUp, old: Person) -> None:
    asked_by_text(call_up, old)

    assert [texts(old, "1"), texts(old, "１。")] == ["accepted", "accepted"]
    assert Slot.objects.get(call_up=call_up).taken == 1
    assert len(answers_to(old)) == 1


def test_a_message_that_another_worker_has_is_left_to_it_and_taken_over_when_that_died(
    call_up: CallUp, old: Person
) -> None:
    offer = asked_by_text(call_up, old)
    TextReply.objects.create(
        provider_id="p-1", sender_index=phone_index(old.phone), received_at=NOW, claimed_at=NOW
    )

    with pytest.raises(Refused) as refused:
        texts(old, "1", provider_id="p-1", at=NOW + timedelta(seconds=59))
    assert refused.value.code == "reply_under_way"
    assert state_of(offer)[0] == "asked"
    assert texts(old, "1", provider_id="p-1", at=NOW + timedelta(seconds=60)) == "accepted"


def test_when_all_seats_are_taken_a_yes_waits_and_the_next_is_thanked(world: World, call_up: CallUp) -> None:
    people = [without_smartphone(world, number) for number in range(1, 5)]
    for person in people:
        asked_by_text(call_up, person)

    assert [texts(person, "1") for person in people] == ["accepted", "waiting", "waiting", "thanked"]
    assert "第 2 位" in answers_to(people[2])[0]
    assert "不用再答复" in answers_to(people[3])[0]


def test_a_yes_against_a_rule_gets_the_reason_of_the_page(world: World, old: Person) -> None:
    first = raised(world.actor("worker"), draft(1, task_kind="sampling_support"))
    asked_by_text(first, old)
    texts(old, "1")
    second = asked_by_text(later(world, 0), old)

    outcome = texts(old, "1")

    assert (outcome, *state_of(second)) == ("double_booked", "asked", "")
    assert "先把" in answers_to(old)[-1]


def test_after_a_stand_down_nothing_is_open(world: World, call_up: CallUp, old: Person) -> None:
    offer = asked_by_text(call_up, old)
    calls.stand_down(call_up, reason="雨停了。", actor=world.actor("worker"), at=NOW)

    assert texts(old, "1") == "nobody_asked"
    assert state_of(offer)[0] == "stood_down"


@pytest.mark.req("R9.2")
def test_who_was_sent_a_link_is_told_the_risk_before_a_one_counts(world: World, call_up: CallUp) -> None:
    person = world.volunteer(1)
    offer = asked_by_text(call_up, person)

    assert (texts(person, "1"), state_of(offer)) == ("risk_first", ("asked", ""))
    assert texts(person, "1") == "risk_first", "it is on its way and nobody can have read it"
    question = Message.objects.get(send_key=f"text:{offer.code}")
    assert call_up.risk_statement in question.body
    deliver()
    assert (texts(person, "1"), state_of(offer)) == ("accepted", ("accepted", "text"))


class TestSeveralQuestions:
    """A text names no question: it means the one that our last message was about."""

    def test_the_one_asked_last_is_meant_and_the_word_back_says_which(
        self, world: World, call_up: CallUp, old: Person
    ) -> None:
        first, second = asked_by_text(call_up, old), asked_by_text(later(world, 30), old)

        texts(old, "1")

        assert [state_of(first)[0], state_of(second)[0]] == ["asked", "accepted"]
        said = answers_to(old)[0]
        assert said.index("南门") < said.index("北门")

    def test_the_same_answer_again_means_the_same_question_again(
        self, world: World, call_up: CallUp, old: Person
    ) -> None:
        first, second = asked_by_text(call_up, old), asked_by_text(later(world, 30), old)

        assert [texts(old, "1"), texts(old, "1"), texts(old, "2")] == ["accepted", "accepted", "withdrawn"]
        assert [state_of(first)[0], state_of(second)[0]] == ["asked", "withdrawn"]

    def test_a_reminder_brings_the_other_one_up_again(
        self, world: World, call_up: CallUp, old: Person
    ) -> None:
        first, second = asked_by_text(call_up, old), asked_by_text(later(world, 30), old)
        texts(old, "1")
        soon = call_up.reply_by - timedelta(minutes=25)
        assert reminders.remind_unanswered(soon) == 1

        assert texts(old, "2", at=soon) == "declined"
        assert [state_of(first)[0], state_of(second)[0]] == ["declined", "accepted"]

    def test_a_word_of_thanks_asks_for_no_answer_so_the_open_question_is_meant(
        self, world: World, call_up: CallUp, old: Person
    ) -> None:
        open_one, full = asked_by_text(call_up, old), asked_by_text(later(world, 30), old)
        Offer.objects.filter(pk=full.pk).update(state="thanked")
        letters.thank(full.call_up, [full], at=NOW)
        deliver()

        assert texts(old, "1") == "accepted"
        assert (state_of(open_one)[0], state_of(full)[0]) == ("accepted", "thanked")

    def test_a_question_that_is_over_is_not_meant(self, world: World, call_up: CallUp, old: Person) -> None:
        open_one, over = asked_by_text(call_up, old), asked_by_text(later(world, 30), old)
        calls.close(over.call_up, at=NOW)

        assert texts(old, "2") == "declined"
        assert state_of(open_one)[0] == "declined"


class TestSaysNothing:
    """What a text message gives away about who is on file, and how often it is answered."""

    def test_a_stranger_and_somebody_without_a_question_read_the_same(
        self, world: World, old: Person
    ) -> None:
        assert [texts("+8613377770000", "1"), texts(old, "1")] == ["nobody_asked"] * 2

        told = Message.objects.filter(topic="text_reply").order_by("pk")
        assert len({(one.title, one.body, one.person_id, one.subject_code) for one in told}) == 1
        assert [one.address for one in told] == ["+8613377770000", old.phone]

    @pytest.mark.parametrize("sender", ["10086", "106900001234", "+447700900000", "", "\0", "女"])
    def test_a_sender_that_is_no_mobile_number_is_answered_like_any_stranger(
        self, world: World, sender: str
    ) -> None:
        assert texts(sender, "1") == "nobody_asked"

    def test_a_wrong_text_gets_one_helpful_word_a_day(self, call_up: CallUp, old: Person) -> None:
        offer = asked_by_text(call_up, old)

        outcomes = [texts(old, text) for text in ("什么时候", "12", "1或2", "")]

        assert outcomes == ["not_understood"] * 4
        assert len(answers_to(old)) == 1
        assert "1 能来" in answers_to(old)[0]
        assert state_of(offer) == ("asked", "")

    def test_the_next_day_it_gets_another(self, world: World, old: Person) -> None:
        asked_by_text(later(world, 48), old)

        texts(old, "?")
        texts(old, "?", at=NOW + 24 * HOUR)

        assert len(answers_to(old)) == 2

    def test_a_number_that_nobody_asked_is_answered_once_a_day(self, world: World) -> None:
        for _text in range(4):
            texts("13377770000", "1")
        texts("13377770000", "1", at=NOW + 24 * HOUR)

        assert Message.objects.filter(topic="text_reply").count() == 2

    def test_the_words_of_a_message_are_kept_nowhere(self, call_up: CallUp, old: Person) -> None:
        asked_by_text(call_up, old)
        texts(old, "我在医院，来不了")

        row = TextReply.objects.get()
        assert (row.answer, row.outcome) == ("", "not_understood")
        assert str(row.sender_index) not in old.phone

    def test_somebody_who_was_erased_is_a_stranger(self, call_up: CallUp, old: Person) -> None:
        asked_by_text(call_up, old)
        Person.objects.filter(pk=old.pk).update(erased_at=NOW)

        assert texts(old, "1") == "nobody_asked"


def test_an_offer_that_nobody_was_told_of_is_found_by_when_it_was_asked(
    world: World, call_up: CallUp, old: Person
) -> None:
    offer_to(call_up, old, asked_at=NOW - HOUR)
    second = offer_to(later(world, 30), old, asked_at=NOW)

    assert texts(old, "2") == "declined"
    assert state_of(second)[0] == "declined"
