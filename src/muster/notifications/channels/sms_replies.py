"""Text messages that come in, from the same kind of provider that takes ours (`sms`): JSON over HTTP, signed.

The signature is the one that we send with: HMAC-SHA-256 over the time, a dot and the body, with a key of its own. A message
outside the window of the clock is refused, so that what somebody recorded is not played again a day later; within the window
the provider's id of the message makes it count once (`callups.actions.text_replies`).
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from muster.notifications.channels.sms import signature
from muster.toolkit.refusal import Refused

WINDOW = timedelta(minutes=5)
LONGEST_BODY = 4096
LONGEST_ID = 80
TIME_HEADER = "X-Muster-Time"
SIGNATURE_HEADER = "X-Muster-Signature"


@dataclass(frozen=True)
class Inbound:
    """One text message as the provider hands it over."""

    provider_id: str
    sender: str
    text: str


def opened(body: bytes, *, stamp: str, signed: str, key: str, at: datetime) -> Inbound:
    """The message in `body`, if the provider signed it at about this time.

    Refuses `reply_unsigned` for a signature that is not the key's, `reply_stale` outside of five minutes either way, and
    `reply_malformed` for what holds no id, sender and text.
    """
    # In bytes: of strings, only those in ASCII can be compared, and a header may hold others.
    genuine = hmac.compare_digest(signed.encode(), signature(body, stamp, key).encode())
    if not key or not genuine:
        raise Refused("reply_unsigned", _("This message was not signed with our key."))
    # No more digits than a time of this millennium has: a longer number is none, and would break the calendar.
    known = stamp.isascii() and stamp.isdigit() and len(stamp) <= 10
    if not known or abs(datetime.fromtimestamp(int(stamp), UTC) - at) > WINDOW:
        raise Refused("reply_stale", _("This message was signed too long ago, or by a clock that is wrong."))
    return _read(body)


def _read(body: bytes) -> Inbound:
    try:
        told = json.loads(body)
        fields = [told["id"], told["from"], told["text"]]
    except (ValueError, TypeError, KeyError) as error:
        raise _malformed() from error
    if not all(isinstance(field, str) for field in fields) or not 0 < len(fields[0]) <= LONGEST_ID:
        raise _malformed()
    if "\0" in fields[0]:
        raise _malformed()
    return Inbound(*fields)


def _malformed() -> Refused:
    return Refused("reply_malformed", _("This message has no id, sender and text."))
