"""Decisions about messages on plain values."""

import re
import zlib
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

ATTEMPTS = 6
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=30)
# Longer than any channel may take over one message: a claim older than this is a dead worker's.
LEASE = timedelta(minutes=2)
JITTER = 0.5
# The numbers of the demo (data/SOURCES.md): no operator gives this block to people.
MADE_UP_PHONE = re.compile(r"(?:\+?86)?154\d{8}")
REASONS = {
    "made_up_recipient": _("an invented person, whom nobody really tells"),
    "sms_url_not_set": _("no text message service is set up"),
    "service_not_allowed": _("this group service is not allowed here"),
    "no_address": _("no number or address is known"),
    "mail_address_wrong": _("the e-mail address is mistyped"),
    "address_not_understood": _("the address of the group is mistyped"),
}
REFUSED = re.compile(r"http_4\d\d|smtp_5\d\d")


def pause_after(attempts: int, code: str) -> timedelta:
    """How long to wait after the failed attempt number `attempts`: doubling, and spread by up to half as much again.

    The spread comes from the message's code, so that ten thousand that failed together do not return together, and the
    same message always waits the same.
    """
    base = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    spread = zlib.crc32(f"{code}:{attempts}".encode()) / 2**32
    return timedelta(seconds=base.total_seconds() * (1 + JITTER * spread))


def is_made_up(address: str) -> bool:
    """Whether an address belongs to the invented people of the demo and the drills."""
    return MADE_UP_PHONE.fullmatch(address) is not None


def masked_address(address: str) -> str:
    """An address as a list shows it: 138****1234, m***@example.org, wecombot://…"""
    scheme, found, _ = address.partition("://")
    if found:
        return f"{scheme}://…"
    name, found, domain = address.partition("@")
    if found:
        return f"{name[:1]}***@{domain}"
    digits = re.sub(r"^\+?86(?=1\d{10}$)", "", address)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 9 else "****"


def failure_words(error: str) -> str:
    """Why a message did not arrive, as a person reads it, with the code at the end for whoever mends it."""
    if not error:
        return ""
    usual = _("the service refused it") if REFUSED.fullmatch(error) else _("the service did not answer")
    return f"{REASONS.get(error, usual)} ({error})"
