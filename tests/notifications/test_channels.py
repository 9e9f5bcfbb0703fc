"""The channels against real servers on this machine."""

import json
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from apprise import Apprise
from django.conf import LazySettings
from django.utils import timezone

from muster.jobs import queue
from muster.notifications.actions import messages, sending
from muster.notifications.actions.messages import Draft
from muster.notifications.channels import email, group_bot, sms
from muster.notifications.channels.base import TryLater, Undeliverable
from muster.notifications.enums import MessageState
from muster.notifications.models import Message
from muster.notifications.rules import ATTEMPTS

# Apprise loads all of its plugins, and one of them an old module of the standard library.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
KEY = "shared-with-the-provider"


@dataclass
class Provider:
    """A provider of text messages on the loopback; `answers` are its next status codes, then always 202."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    retry_after: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def provider() -> Iterator[Provider]:
    state = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.requests.append({"headers": dict(self.headers), "body": body})
            self.send_response(state.answers.pop(0) if state.answers else 202)
            if state.retry_after:
                self.send_header("Retry-After", state.retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: a request is no line of the test's output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        state.url = f"http://127.0.0.1:{server.server_port}/send"
        yield state
        server.shutdown()


@pytest.fixture
def texting(provider: Provider, settings: LazySettings) -> Provider:
    settings.SMS_URL, settings.SMS_KEY, settings.SMS_SENDER = provider.url, KEY, "召集"
    return provider


def draft(key: str = "a", channel: str = "sms", address: str = "+8613812341234", **more: Any) -> Draft:
    return Draft(
        send_key=key,
        topic="offer",
        person_id=1,
        address=address,
        title="社区请你帮忙",
        body="明天来吗？",
        channel=channel,
        **more,
    )


def sent_after(hours: int = 0) -> tuple[str, int, str]:
    """Run what is due by then; the state, attempts and error of the only message."""
    queue.drain(until=timezone.now() + timedelta(hours=hours))
    message = Message.objects.get()
    return message.state, message.attempts, message.error


@pytest.mark.django_db
def test_text_message_is_handed_over_signed_with_its_code_as_key(texting: Provider) -> None:
    messages.post([draft()])

    assert sent_after() == (MessageState.SENT, 1, "")
    (request,) = texting.requests
    code = Message.objects.get().code
    assert json.loads(request["body"]) == {
        "to": "+8613812341234",
        "text": "明天来吗？",
        "sender": "召集",
        "id": code,
    }
    headers = request["headers"]
    assert headers["Idempotency-Key"] == code
    assert headers["X-Muster-Signature"] == sms.signature(request["body"], headers["X-Muster-Time"], KEY)


@pytest.mark.django_db
@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_provider_that_is_busy_is_tried_later_with_the_same_key(texting: Provider, status: int) -> None:
    texting.answers = [status]
    messages.post([draft()])

    assert sent_after() == (MessageState.QUEUED, 1, f"http_{status}")
    due = Message.objects.get().next_try_at
    assert timedelta(seconds=10) < due - timezone.now() < timedelta(seconds=25)

    Message.objects.update(next_try_at=timezone.now())
    assert sent_after(hours=1) == (MessageState.SENT, 2, "")
    assert len({request["headers"]["Idempotency-Key"] for request in texting.requests}) == 1


@pytest.mark.django_db
def test_provider_says_itself_when_to_come_again(texting: Provider) -> None:
    texting.answers, texting.retry_after = [429], "120"
    messages.post([draft()])
    sent_after()

    assert (
        timedelta(seconds=110) < Message.objects.get().next_try_at - timezone.now() < timedelta(seconds=121)
    )


@pytest.mark.django_db
@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_refusal_of_the_provider_is_final_and_visible(texting: Provider, status: int) -> None:
    texting.answers = [status]
    messages.post([draft()])

    assert sent_after() == (MessageState.FAILED, 1, f"http_{status}")
    assert sent_after(hours=24) == (MessageState.FAILED, 1, f"http_{status}")


@pytest.mark.django_db
def test_attempts_end(texting: Provider) -> None:
    texting.answers = [503] * 20
    messages.post([draft()])
    message = Message.objects.get()
    for hour in range(ATTEMPTS + 2):
        sending.send([message.pk], at=timezone.now() + timedelta(hours=hour))

    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == (MessageState.FAILED, ATTEMPTS, "http_503")
    assert len(texting.requests) == ATTEMPTS


@pytest.mark.django_db
def test_provider_that_is_down_is_tried_later(settings: LazySettings) -> None:
    settings.SMS_URL, settings.SMS_KEY = "http://127.0.0.1:9/send", KEY
    messages.post([draft()])

    assert sent_after() == (MessageState.QUEUED, 1, "ConnectError")


@pytest.mark.django_db
def test_without_a_provider_the_message_fails_and_says_why(settings: LazySettings) -> None:
    settings.SMS_URL = ""
    messages.post([draft()])

    assert sent_after() == (MessageState.FAILED, 1, "sms_url_not_set")


@pytest.mark.django_db
def test_one_bad_number_does_not_stop_the_others(texting: Provider) -> None:
    texting.answers = [202, 422, 503, 202]
    messages.post([draft(key) for key in "abcd"])
    queue.drain()

    states = [state for _, state in Message.objects.order_by("pk").values_list("send_key", "state")]
    assert states == ["sent", "failed", "queued", "sent"]


@pytest.mark.django_db
@pytest.mark.parametrize("made_up", [{"is_drill": True}, {"is_synthetic": True}, {"address": "15412345678"}])
def test_last_guard_keeps_made_up_people_from_a_real_provider(
    texting: Provider, made_up: dict[str, Any]
) -> None:
    messages.post([draft(**made_up)])
    # As if the first guard, in post(), had been passed.
    Message.objects.update(channel="sms")

    assert sent_after() == (MessageState.FAILED, 1, "made_up_recipient")
    assert texting.requests == []


@pytest.mark.django_db
@pytest.mark.logs_errors
def test_fault_in_a_channel_is_tried_later_and_tells_no_address(
    texting: Provider, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> None:
        raise KeyError("+8613812341234")

    monkeypatch.setattr(sms, "send", broken)
    messages.post([draft()])

    assert sent_after() == (MessageState.QUEUED, 1, "KeyError")
    assert "1381234" not in caplog.text


class Mailbox(socketserver.ThreadingTCPServer):
    """As much of SMTP as a client needs to hand over a mail; `refusal` answers RCPT."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), MailSession)
        self.refusal = ""
        self.mails: list[tuple[str, bytes]] = []


class MailSession(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.say("220 ready")
        recipient = ""
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].upper()
            if word.startswith("RCPT"):
                recipient = line.partition("<")[2].rstrip(">")
                self.say(self.server.refusal or "250 ok")
            elif word == "DATA":
                self.say("354 go on")
                mail = b""
                while not mail.endswith(b"\r\n.\r\n"):
                    mail += self.rfile.readline()
                self.server.mails.append((recipient, mail.removesuffix(b".\r\n")))
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def mailbox(settings: LazySettings) -> Iterator[Mailbox]:
    with Mailbox() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        settings.DEFAULT_FROM_EMAIL = "Muster <muster@community.example>"
        yield server
        server.shutdown()


@pytest.mark.django_db
def test_mail_reaches_the_server(mailbox: Mailbox) -> None:
    messages.post([draft(channel="email", address="zhou@example.org")])

    assert sent_after() == (MessageState.SENT, 1, "")
    ((recipient, text),) = mailbox.mails
    mail = message_from_bytes(text)
    assert recipient == "zhou@example.org"
    assert str(make_header(decode_header(mail["Subject"]))) == "社区请你帮忙"
    assert mail["Message-ID"] == f"<{Message.objects.get().code}@community.example>"
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().strip() == "明天来吗？"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [("550 no such user", "failed", "smtp_550"), ("450 mailbox busy", "queued", "smtp_450")],
)
def test_mail_server_refuses_for_ever_or_for_now(
    mailbox: Mailbox, answer: str, state: str, error: str
) -> None:
    mailbox.refusal = answer
    messages.post([draft(channel="email", address="nobody@example.org")])

    assert sent_after() == (state, 1, error)


@pytest.mark.django_db
def test_mail_server_that_is_down_is_tried_later(mailbox: Mailbox, settings: LazySettings) -> None:
    settings.EMAIL_PORT = 9
    messages.post([draft(channel="email", address="zhou@example.org")])

    assert sent_after() == (MessageState.QUEUED, 1, "ConnectionRefusedError")


def test_mail_subject_is_one_line(mailbox: Mailbox) -> None:
    message = Message(
        code="K7M2QD3A", channel="email", address="a@example.org", title="one\nBcc: b@example.org", body="x"
    )

    email.send([message])

    ((_, text),) = mailbox.mails
    assert message_from_bytes(text)["Bcc"] is None


@pytest.mark.django_db
def test_group_bot_posts_into_its_group(provider: Provider, settings: LazySettings) -> None:
    settings.GROUP_BOT_SERVICES = ["json"]
    messages.post([draft(channel="group_bot", address=provider.url.replace("http://", "json://"))])

    assert sent_after() == (MessageState.SENT, 1, "")
    (request,) = provider.requests
    posted = json.loads(request["body"])
    assert (posted["title"], posted["message"]) == ("社区请你帮忙", "明天来吗？")


@pytest.mark.django_db
def test_group_bot_that_fails_is_tried_later(provider: Provider, settings: LazySettings) -> None:
    settings.GROUP_BOT_SERVICES, provider.answers = ["json"], [500]
    messages.post([draft(channel="group_bot", address=provider.url.replace("http://", "json://"))])

    assert sent_after() == (MessageState.QUEUED, 1, "group_bot_failed")


def bot_message(address: str) -> Message:
    return Message(code="K7M2QD3A", channel="group_bot", address=address, title="t", body="b")


def test_group_bot_goes_only_where_the_settings_allow(provider: Provider) -> None:
    with pytest.raises(Undeliverable, match="service_not_allowed"):
        group_bot.send([bot_message(provider.url.replace("http://", "json://"))])

    assert provider.requests == []


@pytest.mark.logs_errors
def test_group_bot_with_half_an_address_fails_at_once() -> None:
    with pytest.raises(Undeliverable, match="address_not_understood"):
        group_bot.send([bot_message("wecombot://")])


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("wecombot://0123456789abcdef0123456789abcdef/", "WeCom Bot"),
        ("dingtalk://0123456789abcdef0123456789abcdef/", "DingTalk"),
        ("feishu://0123456789abcdef/", "Feishu"),
    ],
)
def test_group_bots_of_the_three_services_are_understood(
    address: str, service: str, settings: LazySettings
) -> None:
    assert address.partition("://")[0] in settings.GROUP_BOT_SERVICES
    bot = Apprise.instantiate(address)
    assert bot is not None
    assert str(bot.service_name).startswith(service)


def test_try_later_carries_its_pause() -> None:
    assert TryLater("busy", timedelta(seconds=3)).after == timedelta(seconds=3)
