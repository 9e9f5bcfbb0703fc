"""Signed links: a subject and an end, for one purpose, without a row in the database.

A token is 28 characters of signature and end, then the subject's code. It ends with a letter or a digit, because chat
programs cut trailing punctuation off an address.
"""

import base64
import binascii
import hmac
import re
from datetime import UTC, datetime

from django.conf import settings
from django.utils.translation import gettext as _

from muster.toolkit.refusal import Refused

SIGNATURE_BYTES = 16
END_BYTES = 5
HEAD_LENGTH = 28
CODE = re.compile(r"[0-9A-Za-z]{1,40}")


def make(purpose: str, subject_code: str, *, expires_at: datetime) -> str:
    """A token that `read` accepts for the same `purpose` until `expires_at`. Safe in a URL as it is."""
    if not CODE.fullmatch(subject_code):
        raise ValueError(f"Not a code: {subject_code!r}")
    end = int(expires_at.timestamp()).to_bytes(END_BYTES, "big")
    return base64.urlsafe_b64encode(_signature(purpose, subject_code, end) + end).decode() + subject_code


def read(purpose: str, token: str, at: datetime) -> str:
    """The code of the subject that `make` signed; refuses `link_forged` and `link_expired`."""
    head, subject_code = token[:HEAD_LENGTH], token[HEAD_LENGTH:]
    try:
        raw = base64.b64decode(head, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    signature, end = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    known = len(end) == END_BYTES and CODE.fullmatch(subject_code) is not None
    if not known or not hmac.compare_digest(signature, _signature(purpose, subject_code, end)):
        raise Refused(
            "link_forged", _("This link is not complete. Open it again from the message you received.")
        )
    if at >= datetime.fromtimestamp(int.from_bytes(end, "big"), UTC):
        raise Refused("link_expired", _("This link has expired. Ask the community to send you a new one."))
    return subject_code


def _signature(purpose: str, subject_code: str, end: bytes) -> bytes:
    message = b"\0".join([purpose.encode(), subject_code.encode(), end])
    return hmac.digest(settings.LINK_KEY.encode(), message, "sha256")[:SIGNATURE_BYTES]
