"""The rotating check-in code: six digits from an HMAC over the time step (RFC 6238 with SHA-256, D 30 s).

The server's clock decides. A device's time is kept as evidence and never used to accept a code; `skew_of` says how far
it is off and `diagnose` tells a leader, and only a leader, that the clock of the phone that showed a code is wrong.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

STEP_SECONDS = 30
DIGITS = 6
TOLERANCE_STEPS = 1
SUSPECT_SKEW_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Skew:
    """A device's clock beside the server's. `seconds` > 0: the device runs ahead. Credit by `server_unix` only."""

    server_unix: int
    device_unix: int
    seconds: int
    suspect: bool


def derive_key(master: bytes, *parts: str) -> bytes:
    """Key for one purpose, such as ("check-in", post code): knowing it says nothing about another post's key.

    Parts are joined with their lengths, so ("ab", "c") and ("a", "bc") differ. Refuses a master under 16 bytes.
    """
    if len(master) < 16:
        raise ValueError("a check-in master key needs at least 16 bytes")
    framed = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hmac.new(master, b"muster/codes\x00" + framed, hashlib.sha256).digest()


def step_of(unix: int, step_seconds: int = STEP_SECONDS) -> int:
    """Number of the time step that holds this second of Unix time."""
    return unix // step_seconds


def code_at_step(key: bytes, step: int, digits: int = DIGITS) -> str:
    """Code of one time step, zero-padded."""
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha256).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def code_at(key: bytes, unix: int, *, step_seconds: int = STEP_SECONDS, digits: int = DIGITS) -> str:
    """Code shown at this second of Unix time."""
    return code_at_step(key, step_of(unix, step_seconds), digits)


def seconds_left(unix: int, step_seconds: int = STEP_SECONDS) -> int:
    """Seconds until the next code, 1 to `step_seconds`."""
    return step_seconds - unix % step_seconds


def cleaned(typed: str) -> str:
    """What a person typed as digits: full-width digits become ASCII, spaces and hyphens go; nothing else is guessed."""
    narrow = "".join(chr(ord(mark) - 0xFEE0) if "０" <= mark <= "９" else mark for mark in typed)
    return "".join(mark for mark in narrow if not mark.isspace() and mark not in "-·")


def matching_step(
    key: bytes,
    typed: str,
    unix: int,
    *,
    tolerance: int = TOLERANCE_STEPS,
    step_seconds: int = STEP_SECONDS,
    digits: int = DIGITS,
) -> int | None:
    """Step whose code was typed, among now ± tolerance, the nearest to now first; None when there is none.

    Every candidate is compared in constant time and none is skipped, so the time taken tells nothing.
    """
    given = cleaned(typed).encode("utf-8", "surrogatepass")
    now = step_of(unix, step_seconds)
    found: int | None = None
    for distance in range(tolerance, -1, -1):
        for step in (now - distance, now + distance):
            if step >= 0 and hmac.compare_digest(code_at_step(key, step, digits).encode(), given):
                found = step
    return found


def verify(key: bytes, typed: str, unix: int, *, tolerance: int = TOLERANCE_STEPS) -> bool:
    """True when the typed code belongs to the server's present step or one of its `tolerance` neighbors."""
    return matching_step(key, typed, unix, tolerance=tolerance) is not None


def diagnose(key: bytes, typed: str, unix: int, *, reach_minutes: int = 60) -> int | None:
    """Seconds by which the clock that made this code is ahead (negative: behind); None when it is not our code.

    For the leader's own page. Never answer a scanner with it: it would turn wrong guesses into tomorrow's codes.
    """
    step = matching_step(key, typed, unix, tolerance=reach_minutes * 60 // STEP_SECONDS)
    return None if step is None else (step - step_of(unix)) * STEP_SECONDS


def skew_of(device_unix: int, server_unix: int, *, suspect_seconds: int = SUSPECT_SKEW_SECONDS) -> Skew:
    """How far a device's clock is off, and whether that is worth telling its owner (D: more than 2 minutes)."""
    seconds = device_unix - server_unix
    return Skew(server_unix, device_unix, seconds, abs(seconds) > suspect_seconds)
