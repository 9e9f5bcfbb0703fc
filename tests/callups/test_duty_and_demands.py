"""Whether an hour is paid time or volunteer time (AMB-17), and what a post asks of a body (R2.6)."""

from __future__ import annotations

from datetime import datetime

import pytest

from muster.callups.enums import TaskKind
from muster.callups.rules.demands import TASK_DEMANDS, demands_of
from muster.callups.rules.duty import duty_kind_of
from muster.kernel.spans import Span, minute_of
from muster.people.enums import AUXILIARY_FORCE, REGULAR_FORCE, ForceClass, HealthLimit
from muster.records.enums import DutyKind
from tests.callups.drafting import CHENGDU

OFFICE = (9 * 60, 18 * 60)
WEDNESDAY, FRIDAY, SATURDAY, SUNDAY = (2, 4, 5, 6)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """That day of December 2026 on the clock of the place."""
    return datetime(2026, 12, day, hour, minute, tzinfo=CHENGDU)


def span(start: datetime, end: datetime) -> Span:
    return Span(minute_of(start), minute_of(end))


@pytest.mark.parametrize(
    ("begins", "duty"),
    [
        pytest.param(at(WEDNESDAY, 8, 59), DutyKind.OFF_DUTY, id="a minute before the office opens"),
        pytest.param(at(WEDNESDAY, 9), DutyKind.ON_PAID_DUTY, id="as it opens"),
        pytest.param(at(WEDNESDAY, 17, 59), DutyKind.ON_PAID_DUTY, id="the last minute"),
        pytest.param(at(WEDNESDAY, 18), DutyKind.OFF_DUTY, id="as it closes"),
        pytest.param(at(WEDNESDAY, 0), DutyKind.OFF_DUTY, id="at midnight"),
        pytest.param(at(FRIDAY, 12), DutyKind.ON_PAID_DUTY, id="on Friday"),
        pytest.param(at(SATURDAY, 12), DutyKind.OFF_DUTY, id="on Saturday"),
        pytest.param(at(SUNDAY, 12), DutyKind.OFF_DUTY, id="on Sunday"),
    ],
)
def test_who_is_sent_in_office_hours_is_on_paid_duty(begins: datetime, duty: DutyKind) -> None:
    sent = duty_kind_of(
        ForceClass.REPORTED_PERSON, is_sent_by_unit=True, begins=begins, office_minutes=OFFICE
    )
    by_himself = duty_kind_of(
        ForceClass.REPORTED_PERSON, is_sent_by_unit=False, begins=begins, office_minutes=OFFICE
    )

    assert (sent, by_himself) == (duty, DutyKind.OFF_DUTY)


@pytest.mark.parametrize("force", REGULAR_FORCE)
def test_the_regular_force_is_paid_day_and_night(force: ForceClass) -> None:
    kinds = {
        duty_kind_of(force, is_sent_by_unit=sent, begins=begins, office_minutes=OFFICE)
        for sent in (True, False)
        for begins in (at(WEDNESDAY, 12), at(WEDNESDAY, 2), at(SUNDAY, 12))
    }

    assert kinds == {DutyKind.ON_PAID_DUTY}


@pytest.mark.parametrize("force", AUXILIARY_FORCE)
def test_nobody_of_the_auxiliary_force_is_on_duty_by_himself(force: ForceClass) -> None:
    kind = duty_kind_of(force, is_sent_by_unit=False, begins=at(WEDNESDAY, 12), office_minutes=OFFICE)

    assert kind == DutyKind.OFF_DUTY


@pytest.mark.req("R2.6")
@pytest.mark.parametrize("task", TaskKind)
def test_every_task_says_what_it_asks_of_a_body(task: TaskKind) -> None:
    by_day = demands_of(task, span(at(2, 8), at(2, 12)), full_protection=False)

    assert by_day == TASK_DEMANDS[task]
    assert by_day <= {*HealthLimit.values, "no_full_protection"}


@pytest.mark.parametrize(
    ("start", "end", "is_night"),
    [
        pytest.param(at(2, 6), at(2, 12), False, id="the morning"),
        pytest.param(at(2, 5, 59), at(2, 11, 59), True, id="from a minute before six"),
        pytest.param(at(2, 18), at(3, 0), False, id="until midnight"),
        pytest.param(at(2, 18, 1), at(3, 0, 1), True, id="a minute past midnight"),
        pytest.param(at(2, 22), at(3, 4), True, id="across midnight"),
        pytest.param(at(6, 20), at(7, 2), True, id="from Sunday to Monday"),
    ],
)
def test_only_the_hours_after_midnight_are_night_work(start: datetime, end: datetime, is_night: bool) -> None:
    asked = demands_of(TaskKind.OTHER, span(start, end), full_protection=False)

    assert ("no_night" in asked) is is_night


def test_full_protection_is_asked_for_beside_all_else() -> None:
    night = span(at(2, 22), at(3, 4))

    assert demands_of(TaskKind.DELIVERY, night, full_protection=True) == {
        "no_stairs",
        "no_lifting",
        "no_night",
        "no_full_protection",
    }
