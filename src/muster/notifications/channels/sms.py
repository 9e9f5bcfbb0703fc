"""Text messages through any provider that takes JSON over HTTP.

The request is signed with the shared key, so that the provider (or the gateway in front of it) knows us and that nothing was
changed on the way; `Idempotency-Key` is the message's code, so that a repeat after a crash is not delivered twice.
"""

import hmac
import json
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus

import httpx
from django.conf import settings
from django.utils import timezone

from muster.notifications.channels.base import Sendable, TryLater, Undeliverable, refuse_made_up

BATCH = 1
# Well under the lease of a claim (rules.LEASE).
TIMEOUT_SECONDS = 10.0
BUSY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


def send(messages: Sequence[Sendable]) -> None:
    """Hand each message to the provider. 2xx is sent; 408, 425, 429 and 5xx are tried later; all else is final."""
    for message in messages:
        refuse_made_up(message)
        _send(message)


def signature(body: bytes, stamp: str, key: str) -> str:
    """HMAC-SHA-256 over the time and the body, as the receiving side computes it too."""
    return hmac.new(key.encode(), stamp.encode() + b"." + body, "sha256").hexdigest()


def _send(message: Sendable) -> None:
    if not settings.SMS_URL:
        raise Undeliverable("sms_url_not_set")
    if not message.address:
        raise Undeliverable("no_address")
    body = json.dumps(
        {"to": message.address, "text": message.body, "sender": settings.SMS_SENDER, "id": message.code},
        ensure_ascii=False,
    ).encode()
    stamp = str(int(timezone.now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": message.code,
        "X-Muster-Time": stamp,
        "X-Muster-Signature": signature(body, stamp, settings.SMS_KEY),
    }
    try:
        response = httpx.post(settings.SMS_URL, content=body, headers=headers, timeout=TIMEOUT_SECONDS)
    except httpx.TransportError as error:
        raise TryLater(type(error).__name__) from error
    if response.status_code in BUSY or response.is_server_error:
        raise TryLater(f"http_{response.status_code}", _asked_pause(response))
    if not response.is_success:
        raise Undeliverable(f"http_{response.status_code}")


def _asked_pause(response: httpx.Response) -> timedelta | None:
    seconds = response.headers.get("Retry-After", "")
    return timedelta(seconds=min(int(seconds), 3600)) if seconds.isascii() and seconds.isdigit() else None
