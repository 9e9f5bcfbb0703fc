"""The rotating code agrees with the published vectors, forgives one step and nothing more."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.kernel import codes

RFC_KEY = b"12345678901234567890123456789012"
MASTER = b"a master key of 32 bytes, or so.."
NOW = 1_650_000_000


# RFC 6238, appendix B, the SHA-256 rows.
@pytest.mark.parametrize(
    ("unix", "code"),
    [
        (59, "46119246"),
        (1111111109, "68084774"),
        (1111111111, "67062674"),
        (1234567890, "91819424"),
        (2000000000, "90698825"),
        (20000000000, "77737706"),
    ],
)
def test_codes_are_those_of_rfc_6238(unix: int, code: str) -> None:
    assert codes.code_at(RFC_KEY, unix, digits=8) == code
    assert codes.code_at(RFC_KEY, unix) == code[2:]


def test_code_stays_for_thirty_seconds_and_then_changes() -> None:
    start = NOW - NOW % 30

    assert {codes.code_at(RFC_KEY, start + second) for second in range(30)} == {codes.code_at(RFC_KEY, start)}
    assert codes.code_at(RFC_KEY, start + 30) != codes.code_at(RFC_KEY, start)
    assert (codes.seconds_left(start), codes.seconds_left(start + 29)) == (30, 1)


@pytest.mark.parametrize(("age", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_of_tolerance_and_no_more(age: int, accepted: bool) -> None:
    shown = codes.code_at_step(RFC_KEY, codes.step_of(NOW) + age)

    assert codes.verify(RFC_KEY, shown, NOW) is accepted
    assert codes.matching_step(RFC_KEY, shown, NOW) == (codes.step_of(NOW) + age if accepted else None)


def test_tolerance_can_be_closed() -> None:
    shown = codes.code_at(RFC_KEY, NOW - 30)

    assert not codes.verify(RFC_KEY, shown, NOW, tolerance=0)


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1} {2}", "{1}-{2}", "{3}"])
def test_what_people_type_is_understood(typed: str) -> None:
    code = codes.code_at(RFC_KEY, NOW)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)

    assert codes.verify(RFC_KEY, typed.format(code, code[:3], code[3:], wide), NOW)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\ud800", "0x1234", "🙂"])
def test_what_is_no_code_is_refused_and_breaks_nothing(typed: str) -> None:
    assert not codes.verify(RFC_KEY, typed, NOW)


def test_another_post_and_another_purpose_have_other_codes() -> None:
    keys = [
        codes.derive_key(MASTER, "check-in", "K7M2QD"),
        codes.derive_key(MASTER, "check-out", "K7M2QD"),
        codes.derive_key(MASTER, "check-in", "K7M2QE"),
        codes.derive_key(MASTER, "check-inK", "7M2QD"),
        codes.derive_key(MASTER[::-1], "check-in", "K7M2QD"),
    ]

    assert len({codes.code_at_step(key, 55_000_000, digits=9) for key in keys}) == len(keys)
    assert not codes.verify(keys[2], codes.code_at(keys[0], NOW), NOW)


def test_short_master_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        codes.derive_key(b"too short", "check-in")


def test_clock_fifteen_minutes_ahead_is_refused_and_explained() -> None:
    shown = codes.code_at(RFC_KEY, NOW + 900)

    assert not codes.verify(RFC_KEY, shown, NOW)
    assert codes.diagnose(RFC_KEY, shown, NOW) == 900
    assert codes.diagnose(RFC_KEY, shown, NOW, reach_minutes=10) is None
    assert codes.skew_of(NOW + 900, NOW) == codes.Skew(NOW, NOW + 900, 900, suspect=True)


def test_small_skew_is_no_cause_for_alarm() -> None:
    assert not codes.skew_of(NOW - 120, NOW).suspect
    assert codes.skew_of(NOW - 121, NOW).suspect


@given(st.binary(min_size=16, max_size=64), st.integers(0, 2**40), st.integers(-1, 1))
def test_every_code_within_tolerance_is_accepted(key: bytes, unix: int, drift: int) -> None:
    shown = codes.code_at_step(key, max(0, codes.step_of(unix) + drift))

    assert codes.verify(key, shown, unix)
    assert len(shown) == 6
    assert shown.isdecimal()


@given(st.binary(min_size=16, max_size=64), st.integers(0, 2**40))
def test_code_is_the_hmac_of_the_step(key: bytes, unix: int) -> None:
    digest = hmac.new(key, (unix // 30).to_bytes(8, "big"), hashlib.sha256).hexdigest()
    start = int(digest[-1], 16) * 2

    assert codes.code_at(key, unix) == f"{int(digest[start : start + 8], 16) % 2**31 % 10**6:06d}"
