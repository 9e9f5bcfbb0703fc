"""Messages: told once, sent by jobs, called back, sent anew."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from muster.audit.models import Entry
from muster.jobs import queue
from muster.notifications import queries, rules
from muster.notifications.actions import messages, sending
from muster.notifications.actions.messages import Draft
from muster.notifications.enums import MessageState
from muster.notifications.models import Message
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

pytestmark = pytest.mark.django_db

WORKER = Actor(label="worker", account_id=7)


@pytest.fixture(autouse=True)
def outbox(tmp_path: Path, settings: LazySettings) -> Path:
    settings.VAR_DIR = tmp_path
    settings.MESSAGE_CHANNEL = "file"
    return tmp_path / "outbox"


def draft(key: str = "offer:A", **changes: Any) -> Draft:
    facts: dict[str, Any] = {
        "send_key": key,
        "topic": "offer",
        "person_id": 70,
        "address": "+8613812341234",
        "title": "社区请你帮忙",
        "body": "明天 06:00 西门，来吗？",
        "subject_kind": "call_up",
        "subject_code": "K7M2QD3A",
        "division_code": 510_107_001_001,
    }
    return Draft(**{**facts, **changes})


def lines(outbox: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for path in sorted(outbox.glob("*.jsonl")) for line in path.read_text().splitlines()
    ]


def test_posted_message_is_queued_then_sent_once(outbox: Path) -> None:
    assert messages.post([draft()]) == 1
    assert Message.objects.get().state == MessageState.QUEUED
    assert lines(outbox) == []

    queue.drain()

    message = Message.objects.get()
    assert (message.state, message.attempts, message.error) == (MessageState.SENT, 1, "")
    assert message.sent_at is not None
    (line,) = lines(outbox)
    assert (line["code"], line["topic"], line["address"]) == (message.code, "offer", "+8613812341234")
    assert (line["title"], line["body"], line["is_drill"]) == (
        "社区请你帮忙",
        "明天 06:00 西门，来吗？",
        False,
    )


def test_outbox_is_readable_by_its_owner_only(outbox: Path) -> None:
    messages.post([draft()])
    queue.drain()

    (path,) = outbox.iterdir()
    assert (path.stat().st_mode & 0o777, outbox.stat().st_mode & 0o777) == (0o600, 0o700)


def test_same_send_key_tells_nobody_twice(outbox: Path) -> None:
    assert messages.post([draft("a"), draft("a"), draft("b")]) == 2
    assert messages.post([draft("b"), draft("c")]) == 1
    assert messages.post([draft("a"), draft("b"), draft("c")]) == 0

    queue.drain()
    assert len(lines(outbox)) == 3


def test_address_and_body_are_sealed_in_the_database() -> None:
    messages.post([draft()])

    with connection.cursor() as cursor:
        cursor.execute("SELECT address, body FROM notifications_message")
        address, body = cursor.fetchone()
    assert (address.startswith("1.a."), body.startswith("1.a.")) == (True, True)


def test_code_that_is_taken_does_not_lose_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    messages.post([draft("first")])
    taken = Message.objects.get().code
    codes = iter([taken, "FRESH234"])
    monkeypatch.setattr(messages, "new_code", lambda: next(codes))

    assert messages.post([draft("second")]) == 1

    assert Message.objects.get(send_key="second").code == "FRESH234"


@pytest.mark.parametrize(
    ("preferences", "asked", "expected"),
    [
        ({}, None, "console"),
        ({"": "email"}, None, "email"),
        ({"": "email", "offer": "sms"}, None, "sms"),
        ({"thanks": "sms"}, None, "console"),
        ({"": "email"}, "sms", "sms"),
    ],
)
def test_channel_is_the_drafts_then_the_persons_then_the_copys(
    settings: LazySettings, preferences: dict[str, str], asked: str | None, expected: str
) -> None:
    settings.MESSAGE_CHANNEL = "console"
    for topic, channel in preferences.items():
        messages.prefer(70, channel, topic=topic)

    messages.post([draft(channel=asked)])

    assert Message.objects.get().channel == expected


def test_preference_is_of_one_person_and_can_change() -> None:
    messages.prefer(71, "sms")
    messages.prefer(70, "sms")
    messages.prefer(70, "email")

    messages.post([draft("a", person_id=70), draft("b", person_id=71), draft("c", person_id=None)])

    assert list(Message.objects.order_by("send_key").values_list("channel", flat=True)) == [
        "email",
        "sms",
        "file",
    ]


@pytest.mark.parametrize(
    "made_up", [{"is_drill": True}, {"is_synthetic": True}, {"address": "+8615412345678"}]
)
@pytest.mark.parametrize("channel", ["sms", "email", "group_bot"])
def test_what_is_made_up_goes_to_the_file_whatever_is_asked(
    outbox: Path, made_up: dict[str, Any], channel: str
) -> None:
    messages.post([draft("a", channel=channel, **made_up), draft("b", channel="console", **made_up)])

    assert list(Message.objects.order_by("send_key").values_list("channel", flat=True)) == ["file", "console"]
    queue.drain()
    assert len(lines(outbox)) == 1


def test_console_channel_prints(capsys: pytest.CaptureFixture[str]) -> None:
    messages.post([draft(channel="console")])
    queue.drain()

    assert "明天 06:00 西门，来吗？" in capsys.readouterr().out


def test_sign_in_code_of_the_file_channel_is_printed_too(capsys: pytest.CaptureFixture[str]) -> None:
    messages.post([draft("a", topic="sign_in_code", body="482913"), draft("b", body="nobody waits for this")])
    queue.drain()

    printed = capsys.readouterr().out
    assert ("482913" in printed, "nobody waits" in printed) == (True, False)


def test_urgent_message_goes_before_ten_thousand_others(outbox: Path) -> None:
    messages.post([draft(f"a{n}") for n in range(3)])
    messages.post([draft("code", topic="sign_in")], urgent=True)

    queue.drain(limit=1)

    assert [line["topic"] for line in lines(outbox)] == ["sign_in"]


def test_jobs_take_five_hundred_each() -> None:
    messages.post([draft(f"k{n}") for n in range(1001)])

    assert [len(job["ids"]) for job in queue.waiting("notifications.send_messages")] == [500, 500, 1]


def test_message_of_a_day_that_a_drill_plays_leaves_now(outbox: Path) -> None:
    messages.post([draft(is_drill=True)], at=timezone.now() + timedelta(days=3))

    queue.drain()

    assert Message.objects.get().state == MessageState.SENT


def test_canceled_message_is_not_sent(outbox: Path) -> None:
    messages.post(
        [
            draft("a"),
            draft("b", topic="reminder"),
            draft("c", subject_code="OTHER234"),
            draft("d", topic="reminder"),
        ]
    )

    assert messages.cancel("call_up", "K7M2QD3A", topic="reminder") == 2
    assert messages.cancel("call_up", "K7M2QD3A") == 1
    assert messages.cancel("call_up", "K7M2QD3A") == 0
    queue.drain()

    assert dict(Message.objects.values_list("send_key", "state")) == {
        "a": "canceled",
        "b": "canceled",
        "c": "sent",
        "d": "canceled",
    }
    assert len(lines(outbox)) == 1


def test_delivery_counts_name_every_state() -> None:
    messages.post([draft("a"), draft("b"), draft("c", subject_code="OTHER234")])
    Message.objects.filter(send_key="a").update(state=MessageState.FAILED)

    assert queries.delivery_counts("call_up", "K7M2QD3A") == {
        "queued": 1,
        "sending": 0,
        "sent": 0,
        "failed": 1,
        "canceled": 0,
    }


def test_failed_message_is_sent_anew_once(outbox: Path) -> None:
    messages.post([draft()])
    message = Message.objects.get()
    Message.objects.update(state=MessageState.FAILED, attempts=6, error="http_400")
    assert list(queries.failed(Message.objects.all())) == [message]

    messages.resend(message, actor=WORKER)
    with pytest.raises(Refused) as refused:
        messages.resend(message, actor=WORKER)
    assert refused.value.code == "not_failed"
    queue.drain()

    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == (MessageState.SENT, 1, "")
    assert len(lines(outbox)) == 1
    entry = Entry.objects.get()
    assert (entry.verb, entry.object_code, entry.actor_account_id) == (
        "notifications.message.resent",
        message.code,
        7,
    )


def test_messages_to_a_person_newest_first() -> None:
    messages.post([draft("a"), draft("b", person_id=71), draft("c")])

    assert [message.send_key for message in queries.messages_to(70)] == ["c", "a"]


def test_worker_that_died_after_its_claim_is_followed_by_another(outbox: Path) -> None:
    messages.post([draft()])
    queue.drain(limit=0)
    now = timezone.now()
    assert sending._claim([Message.objects.get().pk], now)  # and then it was killed

    assert sending.send([Message.objects.get().pk]) == 0
    assert sending.sweep(at=now + rules.LEASE - timedelta(seconds=1)) == 0
    assert sending.sweep(at=now + rules.LEASE + timedelta(seconds=1)) == 1
    queue.drain(until=now + timedelta(hours=1))
    sending.send([Message.objects.get().pk], at=now + timedelta(hours=1))

    message = Message.objects.get()
    assert (message.state, message.attempts) == (MessageState.SENT, 2)
    assert len(lines(outbox)) == 1


def test_message_whose_job_is_gone_is_taken_up_when_no_job_waits(outbox: Path) -> None:
    messages.post([draft("a")])
    later = timezone.now() + timedelta(hours=1)
    assert sending.sweep(at=later) == 0

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert sending.sweep(at=later) == 1

    queue.drain()
    assert Message.objects.get().state == MessageState.SENT


def test_claim_that_ran_out_does_not_overwrite_the_next_one() -> None:
    messages.post([draft()])
    message = Message.objects.get()
    first, second = (datetime(2099, 1, 1, hour, tzinfo=UTC) for hour in (1, 2))
    sending._claim([message.pk], first)
    Message.objects.update(state=MessageState.QUEUED)
    sending._claim([message.pk], second)

    sending._fail([message], "too late", first)

    message.refresh_from_db()
    assert (message.state, message.claimed_at, message.error) == (MessageState.SENDING, second, "")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+8613812341234", "138****1234"),
        ("13812341234", "138****1234"),
        ("zhou.min@example.org", "z***@example.org"),
        ("wecombot://secret-key/", "wecombot://…"),
        ("110", "****"),
        ("", "****"),
    ],
)
def test_address_is_masked(address: str, shown: str) -> None:
    assert rules.masked_address(address) == shown


def test_pause_doubles_spreads_and_stays_the_same() -> None:
    pauses = [rules.pause_after(attempts, "K7M2QD3A") for attempts in range(1, 6)]

    for attempts, pause in enumerate(pauses):
        base = rules.FIRST_PAUSE * 2**attempts
        assert base <= pause <= base * 1.5
    assert rules.pause_after(30, "K7M2QD3A") <= rules.LONGEST_PAUSE * 1.5
    assert rules.pause_after(1, "K7M2QD3A") == pauses[0]
    assert len({rules.pause_after(1, f"C{n}") for n in range(50)}) == 50
