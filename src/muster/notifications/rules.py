"""Decisions about messages on plain values."""

import re
import zlib
from datetime import timedelta

ATTEMPTS = 6
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=30)
# Longer than any channel may take over one message: a claim older than this is a dead worker's.
LEASE = timedelta(minutes=2)
JITTER = 0.5
# The numbers of the demo (data/SOURCES.md): no operator gives this block to people.
MADE_UP_PHONE = re.compile(r"(?:\+?86)?154\d{8}")


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
