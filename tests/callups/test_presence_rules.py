"""When people may check in and out, to the second, and the sentence for each time when they may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from muster.callups.rules.presence import (
    Graces,
    Window,
    evidence_of,
    refuse_absent_before,
    refuse_in_outside,
    refuse_out_outside,
    skew_seconds,
    stronger,
    window_of,
)
from muster.records.enums import Evidence
from muster.toolkit.refusal import Refused
from tests.callups.drafting import START

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
GRACES = Graces(in_before=60, out_after=120, absent_after=30)
END = START + 6 * HOUR
WINDOW = window_of(START - 20 * MINUTE, START, END, GRACES)


def code_of(check: Callable[[Window, datetime], None], at: datetime, window: Window = WINDOW) -> str:
    try:
        check(window, at)
    except Refused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(
    ("at", "code"),
    [
        pytest.param(START - HOUR - SECOND, "too_early", id="a second before it opens"),
        pytest.param(START - HOUR, "", id="as it opens"),
        pytest.param(START, "", id="at the start"),
        pytest.param(END - SECOND, "", id="a second before the end"),
        pytest.param(END, "shift_over", id="at the end"),
    ],
)
def test_checking_in_is_open_from_an_hour_before_the_start_to_the_end(at: datetime, code: str) -> None:
    assert code_of(refuse_in_outside, at) == code


@pytest.mark.parametrize(
    ("at", "code"),
    [
        pytest.param(START, "", id="during the shift"),
        pytest.param(END + 2 * HOUR, "", id="at the end of the grace"),
        pytest.param(END + 2 * HOUR + SECOND, "too_late_out", id="a second later"),
    ],
)
def test_checking_out_is_open_until_two_hours_after_the_end(at: datetime, code: str) -> None:
    assert code_of(refuse_out_outside, at) == code


@pytest.mark.parametrize(
    ("at", "code"),
    [
        pytest.param(START, "still_on_the_way", id="at the start"),
        pytest.param(
            START + 30 * MINUTE - SECOND, "still_on_the_way", id="a second before the grace is over"
        ),
        pytest.param(START + 30 * MINUTE, "", id="as the grace is over"),
    ],
)
def test_nobody_is_absent_within_half_an_hour(at: datetime, code: str) -> None:
    assert code_of(refuse_absent_before, at) == code


def test_a_muster_before_the_usual_hour_opens_the_check_in_earlier() -> None:
    early = window_of(START - 90 * MINUTE, START, END, GRACES)

    assert early.opens_at == START - 90 * MINUTE
    assert code_of(refuse_in_outside, START - 90 * MINUTE, early) == ""


def test_in_a_shift_shorter_than_the_grace_absence_waits_for_the_end_and_no_longer() -> None:
    short = window_of(START, START, START + 10 * MINUTE, GRACES)

    assert short.absent_from == START + 10 * MINUTE
    assert code_of(refuse_absent_before, START + 10 * MINUTE - SECOND, short) == "still_on_the_way"


@given(
    muster=st.integers(0, 180),
    length=st.integers(1, 720),
    graces=st.builds(Graces, st.integers(0, 240), st.integers(0, 240), st.integers(0, 240)),
)
def test_the_times_of_a_window_follow_each_other_whatever_the_norms(
    muster: int, length: int, graces: Graces
) -> None:
    window = window_of(START - muster * MINUTE, START, START + length * MINUTE, graces)

    assert window.opens_at <= window.starts_at < window.ends_at <= window.closes_at
    assert window.starts_at <= window.absent_from <= window.ends_at


@pytest.mark.parametrize(
    ("early", "english", "chinese"),
    [
        pytest.param(SECOND, "You are 1 minute early. Come back at 05:00.", "1 分钟", id="one second"),
        pytest.param(MINUTE, "You are 1 minute early. Come back at 05:00.", "1 分钟", id="one minute"),
        pytest.param(61 * SECOND, "You are 2 minutes early. Come back at 05:00.", "2 分钟", id="and a bit"),
        pytest.param(119 * MINUTE, "You are 119 minutes early. Come back at 05:00.", "119 分钟", id="119"),
        pytest.param(
            2 * HOUR, "It is too early to check in. Come back today 05:00.", "05:00", id="two hours"
        ),
        pytest.param(
            6 * HOUR,
            "It is too early to check in. Come back tomorrow 05:00.",
            "明天",
            id="the evening before",
        ),
    ],
)
def test_who_is_early_hears_how_early_and_when_to_come_back(
    early: timedelta, english: str, chinese: str
) -> None:
    at = START - HOUR - early
    with translation.override("en"), pytest.raises(Refused) as in_english:
        refuse_in_outside(WINDOW, at)
    with translation.override("zh-hans"), pytest.raises(Refused) as in_chinese:
        refuse_in_outside(WINDOW, at)

    assert in_english.value.message == english
    assert chinese in in_chinese.value.message


def test_who_comes_on_the_next_day_hears_on_which_day_the_shift_ended() -> None:
    with translation.override("en"), pytest.raises(Refused) as refused:
        refuse_in_outside(WINDOW, END + 24 * HOUR)

    assert "yesterday 12:00" in refused.value.message


def test_a_shift_across_midnight_says_tomorrow_where_it_means_it() -> None:
    night = window_of(START + 16 * HOUR, START + 16 * HOUR, START + 22 * HOUR, GRACES)  # 22:00 to 04:00

    with translation.override("en"), pytest.raises(Refused) as late:
        refuse_out_outside(night, night.closes_at + SECOND)
    with translation.override("en"), pytest.raises(Refused) as early:
        refuse_absent_before(night, night.starts_at)

    assert "until today 06:00" in late.value.message
    assert "until today 22:30" in early.value.message


@pytest.mark.parametrize(
    ("by_code", "by_leader", "evidence"),
    [
        (True, False, Evidence.CODE),
        (False, True, Evidence.LEADER),
        (True, True, Evidence.CODE_AND_LEADER),
    ],
)
def test_how_well_a_presence_is_proven(by_code: bool, by_leader: bool, evidence: Evidence) -> None:
    assert evidence_of(by_code=by_code, by_leader=by_leader) == evidence


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        pytest.param(
            Evidence.CODE, Evidence.LEADER, Evidence.CODE_AND_LEADER, id="the leader confirms a scan"
        ),
        pytest.param(
            Evidence.LEADER, Evidence.CODE, Evidence.CODE_AND_LEADER, id="a scan confirms the leader"
        ),
        pytest.param(Evidence.CODE, Evidence.CODE, None, id="two scans are one"),
        pytest.param(Evidence.LEADER, Evidence.LEADER, None, id="two taps are one"),
        pytest.param(Evidence.CODE_AND_LEADER, Evidence.CODE, None, id="there is nothing above both"),
    ],
)
def test_only_a_proof_of_another_kind_makes_it_surer(before: str, now: str, after: Evidence | None) -> None:
    assert stronger(before, now) == after


@pytest.mark.parametrize(
    ("ahead", "seconds"),
    [
        pytest.param(15 * MINUTE, 900, id="a quarter of an hour ahead"),
        pytest.param(-90 * SECOND, -90, id="behind"),
        pytest.param(timedelta(milliseconds=499), 0, id="less than half a second"),
        pytest.param(timedelta(0), 0, id="the same"),
    ],
)
def test_the_clock_of_a_phone_is_measured_against_ours(ahead: timedelta, seconds: int) -> None:
    assert skew_seconds(START + ahead, START) == seconds
    assert skew_seconds(None, START) is None
