"""What a drill tells: the exact form of its JSON, the table on the terminal, and when it was good."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from muster.web.drill.report import show
from muster.web.drill.run import STEPS, Result, Stopwatch, day_of_drill
from muster.web.drill.verdict import Line, Violations

SOUND = Violations(0, 0, 0, 0)
LINES = [
    Line(510107001004, 18, 7, 7, 83, 24, 20, 18, 17, 6385),
    Line(510107001005, 6, 5, 4, 30, 8, 6, 6, 6, 1000),
]
RESULT = Result(
    division=510107001000,
    seed=7,
    names={510107001004: "洗面桥社区", 510107001005: "蜀汉街社区"},
    lines=LINES,
    violations=SOUND,
    lost=0,
    acknowledged=540,
    requests=2609,
    faults=3,
    seconds={"prepare": 0.25, "raise": 2.71, "total": 33.54},
)


def printed(result: Result, width: int = 140) -> str:
    out = io.StringIO()
    show(result, Console(file=out, width=width, force_terminal=False))
    return out.getvalue()


def test_json_has_the_form_that_was_agreed_on() -> None:
    told = json.loads(json.dumps(RESULT.as_dict()))

    assert list(told)[:6] == ["division", "seed", "communities", "totals", "violations", "acknowledged"]
    assert told == {
        "division": 510107001000,
        "seed": 7,
        "communities": [
            {
                "code": 510107001004,
                "needed": 18,
                "pledged": 7,
                "named": 7,
                "asked": 83,
                "accepted": 24,
                "assigned": 20,
                "arrived": 18,
                "stayed": 17,
                "minutes": 6385,
            },
            {
                "code": 510107001005,
                "needed": 6,
                "pledged": 5,
                "named": 4,
                "asked": 30,
                "accepted": 8,
                "assigned": 6,
                "arrived": 6,
                "stayed": 6,
                "minutes": 1000,
            },
        ],
        "totals": {
            "needed": 24,
            "pledged": 12,
            "named": 11,
            "asked": 113,
            "accepted": 32,
            "assigned": 26,
            "arrived": 24,
            "stayed": 23,
            "minutes": 7385,
        },
        "violations": {"overfilled": 0, "double_booked": 0, "ineligible": 0, "minutes_mismatch": 0},
        "acknowledged": {"told": 540, "lost": 0},
        "http": {"requests": 2609, "faults": 3},
        "seconds": {"prepare": 0.25, "raise": 2.71, "total": 33.54},
    }


@pytest.mark.parametrize("kind", ["overfilled", "double_booked", "ineligible", "minutes_mismatch"])
def test_a_single_violation_of_any_kind_is_not_good(kind: str) -> None:
    broken = replace(RESULT, violations=replace(SOUND, **{kind: 1}))

    assert RESULT.good
    assert not broken.good
    assert not broken.violations.none


def test_what_was_acknowledged_and_is_lost_is_not_good() -> None:
    assert not replace(RESULT, lost=1).good


def test_faults_that_were_survived_are_good() -> None:
    assert replace(RESULT, faults=1000).good


def test_the_table_has_a_line_for_each_community_and_their_sum() -> None:
    lines = [line.split() for line in printed(RESULT).splitlines()]

    assert ["洗面桥社区", "18", "7", "7", "83", "24", "20", "18", "17", "6,385"] in lines
    assert ["蜀汉街社区", "6", "5", "4", "30", "8", "6", "6", "6", "1,000"] in lines
    assert ["合计", "24", "12", "11", "113", "32", "26", "24", "23", "7,385"] in lines
    assert lines[0] == [
        "社区",
        "需要",
        "承诺",
        "在名单",
        "已通知",
        "能来",
        "有岗",
        "已到岗",
        "留到最后",
        "分钟",
    ]


def test_below_it_stands_what_was_violated_and_what_it_took() -> None:
    told = printed(replace(RESULT, violations=Violations(1, 2, 3, 4), lost=5))

    assert "超额岗位: 1  重复排班: 2  不合规人员: 3  时长不符: 4  已确认却丢失: 5" in told
    assert "共 2,609 次请求，3 次无应答，用时 34 秒。" in told


def test_a_narrow_terminal_still_shows_every_figure() -> None:
    told = printed(RESULT, width=80)

    assert "6,385" in told
    assert "7,385" in told


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_the_day_is_the_next_saturday_and_never_today(today: date) -> None:
    day = day_of_drill(today)

    assert day.weekday() == 5
    assert timedelta(0) < day - today <= timedelta(days=7)


def test_the_watch_adds_up_what_went_into_a_step() -> None:
    watch = Stopwatch()

    since = watch.note("raise", 0.0)
    first = watch.seconds["raise"]
    watch.note("raise", since)

    assert watch.seconds["raise"] >= first == since
    assert list(watch.seconds) == ["raise"]


def test_the_steps_are_those_of_a_muster_in_their_order() -> None:
    assert STEPS == ("raise", "pledge", "answer", "dispatch", "attend")
