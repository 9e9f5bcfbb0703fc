"""What callers of messages rely on: told once, with the deed or not at all, and every end is counted."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from muster.audit.models import Entry
from muster.jobs import queue
from muster.notifications import queries, rules
from muster.notifications.actions import messages, sending
from muster.notifications.enums import MOVES, MessageState
from muster.notifications.models import Message, Preference
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused
from tests.notifications.ground import draft

pytestmark = pytest.mark.django_db
ABOUT = {"subject_kind": "call_up", "subject_code": "K7M2QD3A"}
WORKER = Actor(label="worker", account_id=7)


@pytest.fixture(autouse=True)
def outbox(tmp_path: Any, settings: LazySettings) -> None:
    settings.VAR_DIR = tmp_path
    settings.MESSAGE_CHANNEL = "file"


def local(key: str = "a", **more: Any) -> messages.Draft:
    return draft(key, channel="file", **more)


def posted(state: str = MessageState.QUEUED, **facts: Any) -> Message:
    messages.post([local(**facts)])
    when = {"sent_at": timezone.now()} if state == MessageState.SENT else {}
    Message.objects.update(state=state, **when)
    return Message.objects.get()


# Posting


def test_a_deed_that_fails_tells_nobody() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        messages.post([local()])
        raise RuntimeError("the deed failed")

    assert Message.objects.count() == 0
    assert queue.waiting() == []


def test_one_call_with_one_key_twice_tells_once() -> None:
    assert messages.post([local("a"), local("a")]) == 1
    assert Message.objects.count() == 1


def test_of_old_and_new_only_the_new_are_written_and_sent() -> None:
    messages.post([local("a"), local("b")])
    queue.drain()

    assert messages.post([local("b"), local("c"), local("a"), local("d")]) == 2

    new = set(Message.objects.filter(send_key__in=["c", "d"]).values_list("pk", flat=True))
    (job,) = queue.waiting("notifications.send_messages")
    assert set(job["ids"]) == new


def test_a_key_that_was_canceled_is_not_told_by_posting_again() -> None:
    messages.post([local(**ABOUT)])
    messages.cancel("call_up", "K7M2QD3A")

    assert messages.post([local(**ABOUT)]) == 0
    queue.drain()
    assert Message.objects.get().state == MessageState.CANCELED


def test_nothing_to_post_makes_no_job() -> None:
    assert messages.post([]) == 0
    assert queue.waiting() == []


@pytest.mark.parametrize("channel", ["pigeon", "SMS", " "])
def test_a_channel_that_is_none_writes_nothing(channel: str) -> None:
    with pytest.raises(ValueError, match="is not a valid Channel"):
        messages.post([local("good"), draft("bad", channel=channel)])

    assert Message.objects.count() == 0


def test_posting_costs_the_same_for_one_and_for_five_hundred(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(20) as one:
        messages.post([draft("first", channel=None)])
    with django_assert_max_num_queries(20) as many:
        messages.post([draft(f"k{number}", channel=None) for number in range(500)])

    assert len(many) == len(one)


def test_text_and_number_stand_sealed_and_open_again() -> None:
    messages.post([local(address="+8613812341234")])

    message = Message.objects.get()
    assert (message.address, message.body) == ("+8613812341234", "明天来吗？")
    assert message.masked_address == "138****1234"


# Preferences


def test_a_preference_that_is_no_channel_is_refused_and_nothing_changes() -> None:
    messages.prefer(1, "email")

    with pytest.raises(ValueError, match="pigeon"):
        messages.prefer(1, "pigeon")
    assert Preference.objects.get().channel == "email"


def test_a_preference_taken_back_leaves_the_choice_to_the_copy() -> None:
    messages.prefer(1, "email")
    messages.prefer(1, "")
    messages.prefer(1, "")

    messages.post([draft(channel=None)])

    assert Message.objects.get().channel == "file"


def test_a_preference_of_one_topic_taken_back_leaves_the_general_one() -> None:
    messages.prefer(1, "email")
    messages.prefer(1, "sms", topic="offer")
    messages.prefer(1, "", topic="offer")

    messages.post([draft(channel=None)])

    assert Message.objects.get().channel == "email"


# Calling back


@pytest.mark.parametrize("state", MessageState.values)
def test_only_what_waits_can_be_called_back(state: str) -> None:
    message = posted(state, **ABOUT)

    assert messages.cancel("call_up", "K7M2QD3A") == (state == MessageState.QUEUED)

    message.refresh_from_db()
    assert message.state == (MessageState.CANCELED if state == MessageState.QUEUED else state)


@pytest.mark.parametrize(("kind", "code"), [("unit", "K7M2QD3A"), ("call_up", "OTHER234"), ("", "")])
def test_another_subject_is_not_called_back(kind: str, code: str) -> None:
    posted(**ABOUT)

    assert messages.cancel(kind, code) == 0
    assert Message.objects.get().state == MessageState.QUEUED


# Sending anew


@pytest.mark.parametrize("state", [state for state in MessageState.values if state != MessageState.FAILED])
def test_only_a_failed_message_is_sent_anew(state: str) -> None:
    message = posted(state)
    jobs = len(queue.waiting())

    with pytest.raises(Refused) as refusal:
        messages.resend(message, actor=WORKER)

    assert refusal.value.code == "not_failed"
    assert Message.objects.get().state == state
    assert Entry.objects.count() == 0
    assert len(queue.waiting()) == jobs


def test_a_message_sent_anew_has_all_its_attempts_again() -> None:
    message = posted(MessageState.FAILED)
    Message.objects.update(attempts=rules.ATTEMPTS, error="http_503")

    messages.resend(message, actor=WORKER)

    message.refresh_from_db()
    assert (message.state, message.attempts, message.error, message.failure) == ("queued", 0, "", "")


def test_sending_anew_is_in_the_trail_without_the_number() -> None:
    message = posted(MessageState.FAILED, division_code=510_107_001_001, is_drill=True)

    messages.resend(message, actor=WORKER)

    entry = Entry.objects.get()
    assert (entry.object_code, entry.division_code, entry.is_drill) == (message.code, 510_107_001_001, True)
    assert "138" not in str(entry.detail)


# Workers


@pytest.mark.parametrize("state", [state for state in MessageState.values if state != MessageState.QUEUED])
def test_a_job_that_comes_twice_sends_only_what_waits(state: str) -> None:
    message = posted(state)

    assert sending.send([message.pk]) == 0
    assert Message.objects.get().state == state


@pytest.mark.parametrize(
    ("early", "sent"), [(sending.EARLY, 1), (sending.EARLY + timedelta(milliseconds=1), 0)]
)
def test_a_message_that_was_put_off_is_claimed_a_moment_early_at_most(early: timedelta, sent: int) -> None:
    message = posted()
    now = timezone.now()
    Message.objects.update(next_try_at=now + early)

    assert sending.send([message.pk], at=now) == sent


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.FAILED, MessageState.CANCELED])
def test_a_sweep_leaves_what_has_ended(state: str) -> None:
    posted(state)

    assert sending.sweep(at=timezone.now() + timedelta(days=9)) == 0
    assert Message.objects.get().state == state


def test_a_sweep_takes_no_more_than_a_handful_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    messages.post([local(f"k{number}") for number in range(5)])
    queue.drain(limit=0)
    monkeypatch.setattr(sending, "SWEEP", 2)
    monkeypatch.setattr(queue, "is_busy", lambda _name: False)

    assert sending.sweep(at=timezone.now() + timedelta(hours=1)) == 2


def test_ids_of_messages_that_are_gone_are_no_fault() -> None:
    message = posted()
    Message.objects.all().delete()

    assert sending.send([message.pk, 999_999_999]) == 0


# Counting


def test_a_subject_that_nobody_was_told_of_has_every_state_with_nothing() -> None:
    assert queries.delivery_counts("call_up", "NONE2345") == dict.fromkeys(MessageState.values, 0)


def test_counts_add_up_and_cost_one_query(django_assert_num_queries: Any) -> None:
    messages.post([local(f"k{number}", **ABOUT) for number in range(5)])
    for number, state in enumerate(MessageState.values):
        Message.objects.filter(send_key=f"k{number}").update(state=state, sent_at=timezone.now())

    with django_assert_num_queries(1):
        counts = queries.delivery_counts("call_up", "K7M2QD3A")

    assert counts == dict.fromkeys(MessageState.values, 1)


# Rules and promises


def test_every_move_ends_in_a_state_and_ends_are_final() -> None:
    assert set(MOVES) == set(MessageState.values)
    for ends in MOVES.values():
        assert ends <= set(MessageState.values)
    assert {state for state, ends in MOVES.items() if not ends} == {"sent", "canceled"}


@pytest.mark.parametrize(
    ("facts", "promise"),
    [
        ({"state": "lost"}, "message_state_is_known"),
        ({"state": "sent", "sent_at": None}, "message_sent_has_its_time"),
    ],
)
def test_the_database_keeps_the_promises_of_a_message(facts: dict[str, Any], promise: str) -> None:
    posted()

    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        Message.objects.update(**facts)


digits = st.integers(0, 10**8 - 1)


@given(number=digits, prefix=st.sampled_from(["", "86", "+86"]))
def test_every_number_of_the_demo_is_known_as_made_up(number: int, prefix: str) -> None:
    assert rules.is_made_up(f"{prefix}154{number:08d}") is True
    assert rules.is_made_up(f"{prefix}138{number:08d}") is False
    assert rules.is_made_up(f"{prefix}154{number:08d}0") is False


@given(address=st.text(min_size=1, max_size=30))
def test_no_address_is_ever_shown_whole(address: str) -> None:
    shown = rules.masked_address(address)

    assert shown != address
    assert "***" in shown or shown.endswith("://…")


@given(attempts=st.integers(1, 30), code=st.text("ABC234", min_size=8, max_size=8))
def test_a_pause_grows_and_has_its_end(attempts: int, code: str) -> None:
    pause = rules.pause_after(attempts, code)

    assert rules.FIRST_PAUSE <= pause <= rules.LONGEST_PAUSE * (1 + rules.JITTER)
    assert pause == rules.pause_after(attempts, code)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("error", ["http_404", "smtp_550", "http_503", "ReadTimeout", *rules.REASONS])
def test_a_reason_is_a_sentence_in_both_languages_with_its_code_at_the_end(language: str, error: str) -> None:
    with translation.override(language):
        said = rules.failure_words(error)

    words, _, code = said.rpartition(" ")
    assert code == f"({error})"
    assert words.isascii() is (language == "en")


def test_no_failure_has_no_words() -> None:
    assert rules.failure_words("") == ""
