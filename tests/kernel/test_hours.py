"""Minutes are those of the rule, each deduction has its line, and no record can be stretched."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.kernel.hours import (
    Credit,
    Earlier,
    HoursRules,
    Line,
    LineCode,
    Occasion,
    Presence,
    Verdict,
    credit,
)
from muster.kernel.spans import DAY, Span

RULES = HoursRules()
NOON = 100 * DAY + 12 * 60
SHIFT = Span(NOON, NOON + 240)
WHOLE = Presence(SHIFT, NOON, NOON + 240)


def test_whole_shift_is_credited_without_a_word() -> None:
    assert credit(WHOLE, RULES) == Credit(Verdict.CREDITED, 240, 0, 240, SHIFT, ())


@pytest.mark.parametrize(
    ("check_in", "check_out", "minutes", "lines"),
    [
        (-15, 240, 255, ()),
        (-16, 240, 255, (Line(LineCode.BEFORE_SHIFT_CUT, 1),)),
        (0, 255, 255, ()),
        (0, 300, 255, (Line(LineCode.AFTER_SHIFT_CUT, 45),)),
        (-60, 600, 270, (Line(LineCode.BEFORE_SHIFT_CUT, 45), Line(LineCode.AFTER_SHIFT_CUT, 345))),
        (30, 200, 170, ()),
    ],
)
def test_time_outside_the_shift_and_its_grace_is_cut(
    check_in: int, check_out: int, minutes: int, lines: tuple[Line, ...]
) -> None:
    counted = credit(Presence(SHIFT, NOON + check_in, NOON + check_out), RULES)

    assert (counted.minutes, counted.lines) == (minutes, lines)


def test_breaks_are_taken_off_once_and_only_inside_the_counted_time() -> None:
    breaks = (
        Span(NOON + 60, NOON + 90),
        Span(NOON + 80, NOON + 100),
        Span(NOON + 230, NOON + 400),
        Span(0, 500),
    )

    counted = credit(replace(WHOLE, breaks=breaks), RULES)

    assert (counted.minutes, counted.lines) == (190, (Line(LineCode.BREAK, 50),))


def test_shift_across_midnight_is_one_record_of_the_evening() -> None:
    night = Span(NOON + 600, NOON + 960)

    counted = credit(Presence(night, night.start, night.end), RULES, [Earlier(Span(NOON, NOON + 480), 480)])

    assert (counted.minutes, counted.over) == (240, 120)
    assert counted.lines == (Line(LineCode.OVER_DAILY_CAP, 120),)


def test_missing_check_out_yields_nothing_until_the_leader_sets_the_end() -> None:
    open_end = replace(WHOLE, check_out=None)

    unsettled = credit(open_end, RULES)
    settled = credit(replace(open_end, out_by_leader=NOON + 200), RULES)

    assert unsettled == Credit(Verdict.UNCONFIRMED, 0, 0, 0, None, (Line(LineCode.MISSING_CHECK_OUT),))
    assert (settled.verdict, settled.minutes) == (Verdict.CREDITED, 200)
    assert settled.lines == (Line(LineCode.OUT_BY_LEADER, 200),)


def test_a_real_check_out_beats_what_the_leader_wrote() -> None:
    counted = credit(replace(WHOLE, out_by_leader=NOON + 60), RULES)

    assert (counted.minutes, counted.lines) == (240, ())


def test_missing_check_in_is_unconfirmed() -> None:
    assert credit(replace(WHOLE, check_in=None), RULES).lines == (Line(LineCode.MISSING_CHECK_IN),)


@pytest.mark.parametrize(
    ("check_in", "check_out", "code"),
    [
        (100, 99, LineCode.OUT_BEFORE_IN),
        (100, 100, LineCode.OUTSIDE_SHIFT),
        (-90, -20, LineCode.OUTSIDE_SHIFT),
        (256, 300, LineCode.OUTSIDE_SHIFT),
    ],
)
def test_what_cannot_be_is_refused(check_in: int, check_out: int, code: LineCode) -> None:
    counted = credit(Presence(SHIFT, NOON + check_in, NOON + check_out), RULES)

    assert (counted.verdict, counted.minutes, counted.lines) == (Verdict.REFUSED, 0, (Line(code),))


def test_nobody_is_in_two_places_and_back_to_back_is_fine() -> None:
    overlapping = credit(WHOLE, RULES, [Earlier(Span(NOON - 60, NOON + 1), 61)])
    touching = credit(
        WHOLE, RULES, [Earlier(Span(NOON - 60, NOON), 60), Earlier(Span(NOON + 240, NOON + 300), 60)]
    )

    assert (overlapping.verdict, overlapping.lines) == (Verdict.REFUSED, (Line(LineCode.OVERLAP),))
    assert (touching.verdict, touching.minutes) == (Verdict.CREDITED, 240)


def test_more_than_eight_hours_in_one_record_waits_for_approval() -> None:
    long = Span(NOON - 300, NOON + 240)
    presence = Presence(long, long.start, long.end)

    waiting = credit(presence, RULES)
    approved = credit(replace(presence, approved=True), RULES)

    assert (waiting.verdict, waiting.minutes, waiting.over) == (Verdict.NEEDS_APPROVAL, 480, 60)
    assert waiting.lines == (Line(LineCode.OVER_RECORD_CAP, 60),)
    assert (approved.verdict, approved.minutes, approved.over) == (Verdict.CREDITED, 540, 0)
    assert approved.lines == (Line(LineCode.APPROVED, 60),)


def test_more_than_twelve_hours_on_a_day_waits_for_approval() -> None:
    day = [Earlier(Span(NOON - 720, NOON - 240), 480), Earlier(Span(NOON - 200, NOON - 50), 150)]
    day_before = [Earlier(Span(NOON - DAY, NOON - DAY + 480), 480)]

    counted = credit(WHOLE, RULES, day + day_before)

    assert (counted.minutes, counted.over) == (90, 150)
    assert counted.lines == (Line(LineCode.OVER_DAILY_CAP, 150),)


def test_day_that_is_already_over_the_cap_leaves_nothing() -> None:
    counted = credit(WHOLE, RULES, [Earlier(Span(NOON - 720, NOON - 1), 900)])

    assert (counted.minutes, counted.over, counted.verdict) == (0, 240, Verdict.NEEDS_APPROVAL)


@pytest.mark.parametrize("occasion", [Occasion.DRILL, Occasion.TRAINING, Occasion.ON_PAID_DUTY])
def test_what_is_not_service_is_kept_and_never_certified(occasion: Occasion) -> None:
    counted = credit(replace(WHOLE, occasion=occasion), RULES)

    assert (counted.verdict, counted.minutes, counted.over, counted.attended) == (
        Verdict.NOT_SERVICE,
        0,
        0,
        240,
    )
    assert counted.lines == (Line(LineCode(occasion.value), 240),)


def test_paid_duty_counts_only_where_the_rules_say_so() -> None:
    rules = HoursRules(count_on_paid_duty=True)

    assert credit(replace(WHOLE, occasion=Occasion.ON_PAID_DUTY), rules).minutes == 240
    assert credit(replace(WHOLE, occasion=Occasion.DRILL), rules).minutes == 0


minutes = st.integers(0, 3 * DAY)
spans = st.builds(lambda start, length: Span(start, start + length), minutes, st.integers(1, DAY))
presences = st.builds(
    Presence,
    shift=spans,
    check_in=st.none() | minutes,
    check_out=st.none() | minutes,
    breaks=st.lists(spans, max_size=3).map(tuple),
    occasion=st.sampled_from(Occasion),
    out_by_leader=st.none() | minutes,
    approved=st.booleans(),
)
rule_sets = st.builds(HoursRules, st.integers(0, 60), st.integers(0, 600), st.integers(0, 900), st.booleans())
earlier_records = st.lists(st.builds(Earlier, spans, st.integers(0, 600)), max_size=3)


@given(presences, rule_sets, earlier_records)
def test_no_record_is_stretched(presence: Presence, rules: HoursRules, earlier: list[Earlier]) -> None:
    counted = credit(presence, rules, earlier)

    assert counted.attended <= presence.shift.minutes + 2 * rules.grace_minutes
    assert min(counted.minutes, counted.over, counted.attended) >= 0
    assert counted.minutes + counted.over in (0, counted.attended)
    assert presence.approved or counted.minutes <= min(rules.record_cap_minutes, rules.daily_cap_minutes)
    assert (counted.during is None) == (counted.verdict in (Verdict.REFUSED, Verdict.UNCONFIRMED))
    if counted.during is not None:
        assert not any(counted.during.overlaps(record.during) for record in earlier)


@given(presences, rule_sets, earlier_records)
def test_lines_account_for_every_minute_between_the_scans(
    presence: Presence, rules: HoursRules, earlier: list[Earlier]
) -> None:
    counted = credit(presence, rules, earlier)
    said = {line.code: line.minutes for line in counted.lines}

    if counted.during is not None and presence.check_in is not None:
        check_out = presence.check_out if presence.check_out is not None else presence.out_by_leader
        assert check_out is not None
        cut = said.get(LineCode.BEFORE_SHIFT_CUT, 0) + said.get(LineCode.AFTER_SHIFT_CUT, 0)
        assert check_out - presence.check_in == counted.attended + cut + said.get(LineCode.BREAK, 0)
        assert counted.over == said.get(LineCode.OVER_RECORD_CAP, 0) + said.get(LineCode.OVER_DAILY_CAP, 0)


@given(presences, rule_sets)
def test_minutes_equal_counting_them_one_by_one(presence: Presence, rules: HoursRules) -> None:
    counted = credit(presence, rules)
    out = presence.check_out if presence.check_out is not None else presence.out_by_leader

    first, last = presence.shift.start - rules.grace_minutes, presence.shift.end + rules.grace_minutes
    here = (
        []
        if presence.check_in is None or out is None
        else range(max(presence.check_in, first), min(out, last))
    )
    worked = [m for m in here if not any(pause.start <= m < pause.end for pause in presence.breaks)]

    assert counted.attended == len(worked)
