"""The channels against real servers on this machine."""

import json
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

import pytest
from apprise import Apprise
from django.conf import LazySettings
from django.utils import timezone

from muster.jobs import queue
from muster.notifications.actions import messages, sending
from muster.notifications.channels import email, group_bot, sms
from muster.notifications.channels.base import TryLater, Undeliverable
from muster.notifications.enums import MessageState
from muster.notifications.models import Message
from muster.notifications.rules import ATTEMPTS
from tests.notifications.ground import KEY, Mailbox, Provider, draft, sent_after

# Apprise loads all of its plugins, and one of them an old module of the standard library.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


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
    mailbox.answers["RCPT"] = answer
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
