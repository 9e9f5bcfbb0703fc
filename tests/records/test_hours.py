"""Hours: once per source, never more than was attended, and every line says why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.audit.models import Entry
from muster.kernel.hours import LineCode
from muster.records.actions import hours
from muster.records.enums import MOVES, DutyKind, Evidence, RecordState
from muster.records.models import ServiceRecord
from muster.records.queries.hours import records_of, service_minutes, totals_of
from muster.records.rules import Times, reason_words, weaker
from muster.toolkit.refusal import Refused
from tests.world import World

pytestmark = pytest.mark.django_db

CHENGDU = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 12, 3, 6, 0, tzinfo=CHENGDU)
END = START + timedelta(hours=6)
SERVICE = hours.Service("门岗值守", "北门", "蜀汉街社区居民委员会", "曹勇")


def times(
    come: int = 0, go: int | None = 360, *, day: int = 0, long: int = 360, set_out: int | None = None
) -> Times:
    """A shift of `long` minutes on that day; minutes after its start at which the person came and went."""
    start = START + timedelta(days=day)

    def moment(minute: int | None) -> datetime | None:
        return None if minute is None else start + timedelta(minutes=minute)

    return Times(
        start, start + timedelta(minutes=long), start + timedelta(minutes=come), moment(go), moment(set_out)
    )


def credited(world: World, when: Times | None = None, source: str = "A1", **facts: Any) -> ServiceRecord:
    standard = {
        "person": world.person("volunteer"),
        "division_code": world.here,
        "source_kind": "attendance",
        "source_code": source,
        "service": SERVICE,
        "evidence": Evidence.CODE,
        "at": END,
    }
    return hours.credit(times=when or times(), **{**standard, **facts})


@pytest.mark.req("R9.3")
def test_a_record_has_what_order_67_asks_for(world: World) -> None:
    record = credited(world)

    assert (record.title, record.place, record.organizer, record.person_in_charge) == (
        "门岗值守",
        "北门",
        "蜀汉街社区居民委员会",
        "曹勇",
    )
    assert (record.served_on, record.minutes, record.state) == (START.date(), 360, RecordState.CREDITED)
    assert (record.during.lower, record.during.upper) == (START, END)


@pytest.mark.req("R9.3")
def test_a_source_is_credited_once(world: World) -> None:
    first = credited(world)

    again = credited(world, times(0, 120))

    assert (again.pk, again.minutes) == (first.pk, 360)
    assert ServiceRecord.objects.count() == 1


def test_two_records_of_a_source_cannot_be_written_at_all(world: World) -> None:
    record = credited(world)
    record.pk, record.code = None, "ANOTHER1"

    with pytest.raises(IntegrityError, match="record_once_per_source"), transaction.atomic():
        record.save(force_insert=True)


def test_two_credited_spans_of_a_person_cannot_overlap(world: World) -> None:
    record = credited(world)
    record.pk, record.code, record.source_code = None, "ANOTHER1", "A2"

    with pytest.raises(IntegrityError, match="record_no_overlap_of_a_person"), transaction.atomic():
        record.save(force_insert=True)


@pytest.mark.parametrize(
    ("come", "go", "minutes", "reasons"),
    [
        (-10, 365, 375, []),
        (-40, 400, 390, [("before_shift_cut", 25), ("after_shift_cut", 25)]),
        (60, 180, 120, []),
    ],
)
def test_minutes_are_cut_to_the_shift_with_its_grace_and_it_is_said(
    world: World, come: int, go: int, minutes: int, reasons: list[tuple[str, int]]
) -> None:
    record = credited(world, times(come, go))

    assert record.minutes == minutes
    assert [(line["code"], line["minutes"]) for line in record.reasons] == reasons


@pytest.mark.req("R9.3")
def test_without_a_check_out_nothing_is_credited_until_confirmed(world: World) -> None:
    record = credited(world, times(0, None))

    assert (record.state, record.minutes, totals_of(record.person).service) == (RecordState.UNCONFIRMED, 0, 0)
    hours.confirm(
        record, times=times(0, None, set_out=300), reason="带班记得", actor=world.actor("worker"), at=END
    )

    record.refresh_from_db()
    assert (record.state, record.minutes, record.evidence) == (RecordState.CREDITED, 300, Evidence.MANUAL)
    assert [line["code"] for line in record.reasons] == ["out_by_leader", "confirmed"]


def test_a_record_is_confirmed_once(world: World) -> None:
    record = credited(world)

    with pytest.raises(Refused) as refused:
        hours.confirm(
            record, times=times(0, None, set_out=300), reason="x", actor=world.actor("worker"), at=END
        )

    assert refused.value.code == "not_unconfirmed"


@pytest.mark.req("R2.7")
def test_paid_duty_is_kept_apart_from_volunteer_time(world: World) -> None:
    credited(world, times(), "A1", duty_kind=DutyKind.ON_PAID_DUTY)
    credited(world, times(day=1), "A2")

    totals = totals_of(world.person("volunteer"))

    assert (totals.service, totals.on_duty, totals.drill, totals.times) == (360, 360, 0, 1)
    assert service_minutes([world.person("volunteer").pk], START.date()) == {
        world.person("volunteer").pk: 360
    }


def test_a_drill_is_practice_and_enters_no_total_of_service(world: World) -> None:
    record = credited(world, is_drill=True)

    totals = totals_of(record.person)
    assert (record.minutes, totals.service, totals.on_duty, totals.drill) == (360, 0, 0, 360)
    assert [line["code"] for line in record.reasons] == ["drill"]


def test_what_goes_over_eight_hours_waits_for_approval(world: World) -> None:
    record = credited(world, times(0, 600, long=600))

    assert (record.state, record.minutes) == (RecordState.NEEDS_APPROVAL, 480)
    hours.approve(record, reason="换班人没到", actor=world.actor("worker"), at=END)

    record.refresh_from_db()
    assert (record.state, record.minutes) == (RecordState.CREDITED, 600)
    assert [(line["code"], line["minutes"]) for line in record.reasons] == [
        ("approved", 120),
        ("confirmed", 0),
    ]


def test_a_day_has_twelve_hours(world: World) -> None:
    credited(world, times(0, 480, long=480), "A1")

    record = credited(world, times(500, 860, long=900), "A2")

    assert (record.state, record.minutes) == (RecordState.NEEDS_APPROVAL, 240)
    assert totals_of(record.person).service == 720


def test_nobody_decides_on_his_own_hours(world: World) -> None:
    worker = world.actor("worker")
    record = credited(world, times(0, None), person=world.person("worker"))

    for deed in (
        lambda: hours.confirm(record, times=times(0, None, set_out=9), reason="x", actor=worker, at=END),
        lambda: hours.approve(record, reason="x", actor=worker, at=END),
        lambda: hours.void(record, reason="x", actor=worker, at=END),
    ):
        with pytest.raises(Refused) as refused:
            deed()
        assert refused.value.code == "own_record"


def test_a_wrong_record_is_voided_with_a_reason_and_stays_readable(world: World) -> None:
    record = credited(world)

    hours.void(record, reason="签错了人", actor=world.actor("worker"), at=END)

    record.refresh_from_db()
    assert (record.state, record.minutes, totals_of(record.person).service) == (RecordState.VOID, 360, 0)
    assert record.reasons[-1]["words"] == "签错了人"
    assert credited(world, times(day=0), "A2").minutes == 360


@pytest.mark.parametrize(("reason", "code"), [(" ", "reason_missing"), ("错", "void_already")])
def test_voiding_is_refused_without_reason_and_twice(world: World, reason: str, code: str) -> None:
    record = credited(world)
    if code == "void_already":
        hours.void(record, reason="错", actor=world.actor("worker"), at=END)

    with pytest.raises(Refused) as refused:
        hours.void(record, reason=reason, actor=world.actor("worker"), at=END)

    assert refused.value.code == code


def test_a_record_that_waits_for_nothing_is_not_approved(world: World) -> None:
    with pytest.raises(Refused) as refused:
        hours.approve(credited(world), reason="x", actor=world.actor("worker"), at=END)

    assert refused.value.code == "not_waiting"


def test_what_overlaps_an_earlier_record_counts_nothing(world: World) -> None:
    credited(world)

    record = credited(world, times(120, 480, long=600), "A2")

    assert (record.state, record.minutes) == (RecordState.VOID, 0)
    assert [line["code"] for line in record.reasons] == ["overlap"]


def test_every_credit_leaves_its_line_on_the_trail(world: World) -> None:
    record = credited(world)

    entry = Entry.objects.get(verb="records.hours.credited")
    assert (entry.object_code, entry.detail) == (record.code, {"state": "credited", "minutes": 360})


def test_the_records_of_a_person_come_newest_first_and_page_by_page(world: World) -> None:
    made = [credited(world, times(day=day), f"A{day}") for day in range(60)]

    first = records_of(world.person("volunteer"))
    second = records_of(world.person("volunteer"), after=first.next_cursor or "")

    assert [row.pk for row in [*first.rows, *second.rows]] == [row.pk for row in reversed(made)]
    assert (len(first.rows), second.next_cursor) == (50, None)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(-90, 500), st.integers(1, 900), st.integers(60, 700), st.booleans(), st.booleans()
        ),
        min_size=1,
        max_size=6,
    )
)
def test_credited_minutes_equal_attendance_by_rule(
    world: World, days: list[tuple[int, int, int, bool, bool]]
) -> None:
    ServiceRecord.objects.all().delete()
    expected = {"service": 0, "on_duty": 0, "drill": 0}
    for day, (come, stayed, long, paid, drill) in enumerate(days):
        go = come + stayed
        credited(
            world,
            times(come, go, day=day * 2, long=long),
            f"A{day}",
            duty_kind=DutyKind.ON_PAID_DUTY if paid else DutyKind.OFF_DUTY,
            is_drill=drill,
        )
        inside = max(0, min(go, long + 15) - max(come, -15))
        kind = "drill" if drill else "on_duty" if paid else "service"
        expected[kind] += min(inside, 480) if kind == "service" else inside

    totals = totals_of(world.person("volunteer"))

    assert {"service": totals.service, "on_duty": totals.on_duty, "drill": totals.drill} == expected


def test_every_reason_has_a_sentence() -> None:
    facts = {"minutes": 5, "by": "周敏", "words": "记得"}
    with translation.override("en"):
        sentences = [reason_words({"code": code, **facts}) for code in [*LineCode, "confirmed", "voided"]]

    assert all(sentence.endswith((".", "记得")) for sentence in sentences)


def test_a_record_is_as_sure_as_its_weaker_end() -> None:
    assert weaker(Evidence.CODE_AND_LEADER, Evidence.LEADER) == Evidence.LEADER
    assert weaker(Evidence.MANUAL, Evidence.CODE) == Evidence.MANUAL


def test_a_void_record_goes_nowhere() -> None:
    assert MOVES[RecordState.VOID] == frozenset()
