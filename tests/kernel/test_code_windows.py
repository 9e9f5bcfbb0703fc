"""The check-in code at the edges of its time, in every way of typing it, and without a clue for who guesses."""

from __future__ import annotations

import hmac
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from muster.kernel import codes

KEY = codes.derive_key(b"0123456789abcdef", "check-in", "K7M2QDXY")
# The first second of a step.
EDGE = 1_650_000_000 - 1_650_000_000 % 30


@pytest.mark.parametrize(
    ("typed_at", "accepted"),
    [
        (-31, False),
        (-30, True),
        (-1, True),
        (0, True),
        (29, True),
        (30, True),
        (59, True),
        (60, False),
        (89, False),
    ],
)
def test_a_code_is_taken_from_one_step_before_it_was_shown_to_one_step_after(
    typed_at: int, accepted: bool
) -> None:
    shown = codes.code_at(KEY, EDGE)

    assert codes.verify(KEY, shown, EDGE + typed_at) is accepted


@pytest.mark.parametrize("second", range(0, 30, 7))
def test_seconds_left_lead_to_the_next_code(second: int) -> None:
    left = codes.seconds_left(EDGE + second)

    assert left == 30 - second
    assert codes.step_of(EDGE + second + left) == codes.step_of(EDGE + second) + 1
    assert codes.step_of(EDGE + second + left - 1) == codes.step_of(EDGE + second)


def wide(code: str) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in code)


@pytest.mark.parametrize(
    "written",
    [
        lambda code: code,
        wide,
        lambda code: wide(code[:3]) + code[3:],
        lambda code: f"{code[:3]} {code[3:]}",
        lambda code: f"{code[:3]}\u3000{code[3:]}",
        lambda code: f"{code[:3]}\u00a0{code[3:]}",
        lambda code: f"{code[:3]}-{code[3:]}",
        lambda code: f"{code[:3]}·{code[3:]}",
        lambda code: "  ".join(code) + "\n",
    ],
    ids=["plain", "wide", "half wide", "blank", "wide blank", "no break", "hyphen", "dot", "spread"],
)
def test_people_write_digits_in_many_ways(written: Callable[[str], str]) -> None:
    assert codes.verify(KEY, written(codes.code_at(KEY, EDGE)), EDGE)


@given(st.text(max_size=12))
def test_what_is_not_the_code_is_refused_whatever_it_is(typed: str) -> None:
    now = codes.step_of(EDGE)
    right = {codes.code_at_step(KEY, step) for step in (now - 1, now, now + 1)}
    assume(codes.cleaned(typed) not in right)

    assert not codes.verify(KEY, typed, EDGE)
    assert codes.matching_step(KEY, typed, EDGE) is None


@given(st.text(max_size=12))
def test_cleaning_twice_is_cleaning_once_and_makes_no_digit_of_a_letter(typed: str) -> None:
    once = codes.cleaned(typed)

    assert codes.cleaned(once) == once
    assert sum(mark in "0123456789" for mark in once) == sum(
        mark in "0123456789０１２３４５６７８９" for mark in typed
    )


@pytest.mark.parametrize("digits", ["١٢٣٤٥٦", "१२३४५६", "𝟏𝟐𝟑𝟒𝟓𝟔", "①②③④⑤⑥", "一二三四五六"])
def test_digits_of_other_scripts_are_not_taken_for_ours(digits: str) -> None:
    assert codes.cleaned(digits) == digits
    assert not codes.verify(KEY, digits, EDGE)


@pytest.mark.parametrize("typed", ["right now", "one step ago", "wrong", "too short", ""])
def test_as_many_comparisons_are_made_for_a_wrong_code_as_for_a_right_one(
    monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    made = []
    compare = hmac.compare_digest

    def counted(one: bytes, other: bytes) -> bool:
        made.append(one)
        return compare(one, other)

    monkeypatch.setattr(codes.hmac, "compare_digest", counted)
    now = codes.code_at(KEY, EDGE)
    text = {
        "right now": now,
        "one step ago": codes.code_at(KEY, EDGE - 30),
        "wrong": "000000" if now != "000000" else "111111",
        "too short": now[:3],
    }.get(typed, "")

    codes.verify(KEY, text, EDGE)

    # The step before, the step after, and this one from both sides: none is skipped.
    assert len(made) == 4


@given(st.integers(0, 3), st.integers(-4, 4))
def test_tolerance_is_counted_in_whole_steps(tolerance: int, age: int) -> None:
    step = codes.step_of(EDGE) + age
    shown = codes.code_at_step(KEY, step)
    near = [codes.code_at_step(KEY, codes.step_of(EDGE) + one) for one in range(-tolerance, tolerance + 1)]

    assert codes.verify(KEY, shown, EDGE, tolerance=tolerance) == (shown in near)
    if abs(age) <= tolerance:
        assert codes.matching_step(KEY, shown, EDGE, tolerance=tolerance) == step


@pytest.mark.parametrize("unix", [0, 1, 29, 30])
def test_the_beginning_of_time_has_codes_too(unix: int) -> None:
    assert codes.verify(KEY, codes.code_at(KEY, unix), unix)
    assert not codes.verify(KEY, "x", unix)


@pytest.mark.parametrize(
    ("ahead", "seen"), [(0, 0), (29, 0), (30, 30), (-30, -30), (3_599, 3_570), (3_600, 3_600), (3_660, None)]
)
def test_a_leader_is_told_by_how_much_his_clock_is_off(ahead: int, seen: int | None) -> None:
    assert codes.diagnose(KEY, codes.code_at(KEY, EDGE + ahead), EDGE) == seen


def test_nobody_is_told_anything_about_a_code_of_another_post() -> None:
    other = codes.derive_key(b"0123456789abcdef", "check-in", "K7M2QDXZ")

    assert codes.diagnose(KEY, codes.code_at(other, EDGE), EDGE) is None


@pytest.mark.parametrize(
    ("seconds", "suspect"), [(0, False), (120, False), (121, True), (-120, False), (-121, True)]
)
def test_a_clock_is_suspect_beyond_two_minutes_either_way(seconds: int, suspect: bool) -> None:
    skew = codes.skew_of(EDGE + seconds, EDGE)

    assert (skew.seconds, skew.suspect) == (seconds, suspect)


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_two_purposes_share_a_key_only_if_they_are_the_same(one: list[str], other: list[str]) -> None:
    master = b"0123456789abcdef"

    assert (codes.derive_key(master, *one) == codes.derive_key(master, *other)) == (one == other)
    assert len(codes.derive_key(master, *one)) == 32


@pytest.mark.parametrize(("length", "refused"), [(15, True), (16, False), (0, True)])
def test_a_master_key_has_sixteen_bytes_at_least(length: int, refused: bool) -> None:
    if refused:
        with pytest.raises(ValueError, match="16 bytes"):
            codes.derive_key(b"k" * length, "check-in")
    else:
        assert codes.derive_key(b"k" * length, "check-in")
