"""Providers that are slow, half broken or wrongly set up: a message is tried again, or fails at once with its reason."""

import re
import resource
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone

from muster.jobs import queue
from muster.notifications.actions import messages, sending
from muster.notifications.channels import CHANNELS, email, file, sms
from muster.notifications.channels.base import TryLater, Undeliverable
from muster.notifications.enums import Channel, MessageState
from muster.notifications.models import Message
from muster.notifications.rules import LEASE, REASONS, failure_words
from tests.notifications.ground import Mailbox, Provider, draft, sent_after

pytestmark = [
    pytest.mark.django_db,
    # Apprise loads all of its plugins, and one of them an old module of the standard library.
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
]
SOURCE = Path(email.__file__).parent


def mail(address: str = "zhou@example.org") -> Message:
    return Message(code="K7M2QD3A", channel="email", address=address, title="t", body="b")


# Text messages


def test_a_provider_that_never_answers_is_tried_later(
    texting: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    texting.silent = True
    monkeypatch.setattr(sms, "TIMEOUT_SECONDS", 0.05)
    messages.post([draft()])

    assert sent_after() == (MessageState.QUEUED, 1, "ReadTimeout")


def test_no_channel_may_take_as_long_as_a_claim_lasts(settings: LazySettings) -> None:
    assert timedelta(seconds=sms.TIMEOUT_SECONDS) < LEASE
    assert timedelta(seconds=settings.EMAIL_TIMEOUT) < LEASE


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_provider_that_moved_is_not_followed(texting: Provider, status: int) -> None:
    texting.answers = [status]
    messages.post([draft()])

    assert sent_after() == (MessageState.FAILED, 1, f"http_{status}")
    assert len(texting.requests) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_kind_of_yes_is_one(texting: Provider, status: int) -> None:
    texting.answers = [status]
    messages.post([draft()])

    assert sent_after() == (MessageState.SENT, 1, "")


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("1", 0, 2),
        ("3600", 3599, 3601),
        ("999999", 3599, 3601),
        ("0", 14, 24),
        ("-5", 14, 24),
        ("soon", 14, 24),
        ("Sun, 01 Mar 2026 02:00:00 GMT", 14, 24),
        ("\xb2", 14, 24),
    ],
)
def test_a_pause_that_the_provider_asks_for_is_kept_within_reason(
    texting: Provider, asked: str, least: int, most: int
) -> None:
    texting.answers, texting.retry_after = [429], asked
    messages.post([draft()])
    sent_after()

    pause = (Message.objects.get().next_try_at - timezone.now()).total_seconds()
    assert least <= pause <= most


def test_when_the_provider_asks_to_wait_nothing_more_is_handed_to_it_until_then(texting: Provider) -> None:
    texting.answers, texting.retry_after = [202, 429], "120"
    messages.post([draft(f"key-{number}") for number in range(20)])
    queue.drain(until=timezone.now())

    stood = Message.objects.order_by("pk").values_list("state", "attempts")
    pauses = [
        (message.next_try_at - timezone.now()).total_seconds()
        for message in Message.objects.filter(state=MessageState.QUEUED)
    ]
    assert len(texting.requests) == 2, "not one more knocks"
    assert list(stood) == [("sent", 1), ("queued", 1), *[("queued", 0)] * 18]
    assert all(118 <= pause <= 121 for pause in pauses)

    waiting = list(Message.objects.filter(state=MessageState.QUEUED).values_list("pk", flat=True))
    Message.objects.update(next_try_at=timezone.now())
    assert sending.send(waiting) == 19
    attempts = Message.objects.order_by("pk").values_list("attempts", flat=True)
    assert list(attempts) == [1, 2, *[1] * 18]


def test_a_provider_that_asks_for_no_time_stops_nobody_else(texting: Provider) -> None:
    texting.answers = [503]
    messages.post([draft(f"key-{number}") for number in range(5)])
    queue.drain(until=timezone.now())

    states = list(Message.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["queued", "sent", "sent", "sent", "sent"]


def test_nobody_is_told_without_a_number(texting: Provider) -> None:
    messages.post([draft(address="")])

    assert sent_after() == (MessageState.FAILED, 1, "no_address")
    assert texting.requests == []


def test_another_key_than_the_providers_gives_another_signature() -> None:
    signed = sms.signature(b"{}", "1772330400", "key")

    assert signed != sms.signature(b"{}", "1772330400", "other")
    assert signed != sms.signature(b"{}", "1772330401", "key")
    assert signed != sms.signature(b"{ }", "1772330400", "key")
    assert re.fullmatch(r"[0-9a-f]{64}", signed)


# E-mail


@pytest.mark.parametrize(
    ("command", "answer", "outcome"),
    [
        ("RCPT", "550 no such user", "failed"),
        ("RCPT", "452 mailbox full", "queued"),
        ("DATA", "554 no thanks", "failed"),
        ("DATA", "451 later", "queued"),
        ("END", "552 too large", "failed"),
        ("END", "450 greylisted", "queued"),
        # Of the sender, not of the recipient: our settings can be mended.
        ("MAIL", "553 who are you", "queued"),
        ("EHLO", "421 closing", "queued"),
    ],
)
def test_the_server_decides_for_ever_of_the_recipient_and_for_now_of_us(
    mailbox: Mailbox, command: str, answer: str, outcome: str
) -> None:
    mailbox.answers = {command: answer, **({"HELO": answer} if command == "EHLO" else {})}
    messages.post([draft(channel="email", address="zhou@example.org")])

    state, attempts, error = sent_after()

    assert (state, attempts, error) == (outcome, 1, f"smtp_{answer[:3]}")
    assert mailbox.mails == []


def test_a_password_that_was_changed_loses_no_mail(mailbox: Mailbox, settings: LazySettings) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "muster", "old"
    mailbox.answers = {"EHLO": "250-hello\r\n250 AUTH PLAIN", "AUTH": "535 wrong password"}
    messages.post([draft(channel="email", address="zhou@example.org")])
    assert sent_after() == (MessageState.QUEUED, 1, "smtp_535")

    mailbox.answers["AUTH"] = "235 welcome"
    Message.objects.update(next_try_at=timezone.now())

    assert sent_after(hours=1)[0] == MessageState.SENT
    assert len(mailbox.mails) == 1


def test_a_server_without_encryption_gets_no_mail_where_it_is_asked_for(
    mailbox: Mailbox, settings: LazySettings
) -> None:
    settings.EMAIL_USE_TLS = True

    with pytest.raises(TryLater, match="SMTPNotSupportedError"):
        email.send([mail()])
    assert mailbox.mails == []


def test_a_greeting_that_is_no_mail_server_is_tried_later(mailbox: Mailbox) -> None:
    mailbox.answers = {"GREETING": "554 no service here"}

    with pytest.raises(TryLater, match="smtp_554"):
        email.send([mail()])


def test_mail_to_nobody_is_not_called_sent(mailbox: Mailbox) -> None:
    messages.post([draft(channel="email", address="")])

    assert sent_after() == (MessageState.FAILED, 1, "no_address")
    assert mailbox.mails == []


@pytest.mark.parametrize(
    "address", ["zhou@example.org\nBcc: all@example.org", "zhou@exa mple.org", "周敏", "a@b@c"]
)
def test_a_mistyped_address_fails_at_once_or_is_refused_by_the_server(mailbox: Mailbox, address: str) -> None:
    mailbox.answers = {"RCPT": "550 no such user"}

    with pytest.raises(Undeliverable):
        email.send([mail(address)])
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("title", "body", "subject"),
    [("", "明天来吗？", "明天来吗？"), ("", "x" * 99, "x" * 60), (" a\n b\t", "body", "a b")],
)
def test_a_mail_has_a_subject_whatever_the_message_has(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, title: str, body: str, subject: str
) -> None:
    sent: list[str] = []
    monkeypatch.setattr("django.core.mail.EmailMessage.send", lambda self: sent.append(self.subject) or 1)
    message = mail()
    message.title, message.body = title, body

    email.send([message])

    assert sent == [subject]


# The file


@pytest.fixture
def outbox(tmp_path: Path, settings: LazySettings) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path / "outbox"


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file of this process grows beyond two hundred bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_calls_nothing_sent(outbox: Path, small_disk: None) -> None:
    with pytest.raises(OSError, match="took only a part"):
        file.send([mail(), mail()])


@pytest.mark.logs_errors
def test_a_message_that_found_no_room_goes_out_when_there_is_some(outbox: Path) -> None:
    outbox.mkdir()
    outbox.chmod(0o700)
    # A folder of that name: nobody, root included, can write a file there.
    blocked = outbox / f"{timezone.localdate()}.jsonl"
    blocked.mkdir()
    messages.post([draft(channel="file")])
    assert sent_after() == (MessageState.QUEUED, 1, "IsADirectoryError")

    blocked.rmdir()
    Message.objects.update(next_try_at=timezone.now())

    assert sent_after(hours=1)[:2] == (MessageState.SENT, 2)


def test_lines_of_the_outbox_are_one_each_whatever_a_message_holds(outbox: Path) -> None:
    message = mail()
    message.body = 'two\nlines, "quotes", \u2028 and 召集'

    file.send([message, message])

    (path,) = outbox.iterdir()
    assert len(path.read_bytes().strip().split(b"\n")) == 2


# Every channel


def test_every_channel_has_its_module() -> None:
    assert set(CHANNELS) == set(Channel.values)


@pytest.mark.parametrize("channel", ["sms", "email", "group_bot"])
@pytest.mark.parametrize("mark", ["is_drill", "is_synthetic"])
def test_no_real_provider_is_reached_for_people_that_are_made_up(
    texting: Provider, mailbox: Mailbox, channel: str, mark: str
) -> None:
    message = Message(code="K7M2QD3A", channel=channel, address="zhou@example.org", body="b", **{mark: True})

    with pytest.raises(Undeliverable, match="made_up_recipient"):
        CHANNELS[channel].send([message])
    assert (texting.requests, mailbox.mails) == ([], [])


def test_every_reason_that_a_channel_gives_is_said_in_words() -> None:
    given = {
        reason
        for path in SOURCE.glob("*.py")
        for reason in re.findall(r'Undeliverable\("(\w+)"\)', path.read_text(encoding="utf-8"))
    }

    assert given == set(REASONS)
    for reason in given:
        assert failure_words(reason).endswith(f"({reason})")


def test_what_waits_for_a_provider_does_not_hold_up_another_channel(texting: Provider, outbox: Path) -> None:
    texting.answers = [503]
    messages.post([draft("slow"), draft("quick", channel="file")])

    queue.drain()

    assert dict(Message.objects.values_list("send_key", "state")) == {"slow": "queued", "quick": "sent"}
