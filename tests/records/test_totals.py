"""The one sum of hours: what counts in which state, and that every page tells the same."""

from __future__ import annotations

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.records.actions import hours
from muster.records.enums import MOVES, DutyKind, RecordState
from muster.records.models import ServiceRecord
from muster.records.queries.hours import Totals, service_minutes, totals_of
from muster.web.queries.mine import mine
from tests.records.test_hours import END, START, credited, times
from tests.world import World

pytestmark = pytest.mark.django_db


def totals(world: World, name: str = "volunteer") -> Totals:
    return totals_of(world.person(name))


def test_somebody_without_a_record_has_given_nothing(world: World) -> None:
    assert totals(world) == Totals(service=0, on_duty=0, drill=0, times=0, waiting=0)


def test_a_record_beyond_the_limit_counts_up_to_it_and_with_the_rest_when_that_is_approved(
    world: World,
) -> None:
    record = credited(world, times(0, 600, long=600))
    assert totals(world) == Totals(service=480, on_duty=0, drill=0, times=1, waiting=1)

    hours.approve(record, reason="换班人没到", actor=world.actor("worker"), at=END)

    assert totals(world) == Totals(service=600, on_duty=0, drill=0, times=1, waiting=0)


def test_a_record_without_a_check_out_counts_when_it_is_confirmed(world: World) -> None:
    record = credited(world, times(0, None))
    assert totals(world) == Totals(service=0, on_duty=0, drill=0, times=0, waiting=1)

    hours.confirm(
        record, times=times(0, None, set_out=200), reason="看到他走", actor=world.actor("worker"), at=END
    )

    assert totals(world) == Totals(service=200, on_duty=0, drill=0, times=1, waiting=0)


def test_a_confirmed_record_may_still_go_over_the_limit_and_then_waits_again(world: World) -> None:
    record = credited(world, times(0, None, long=600))

    hours.confirm(
        record,
        times=times(0, None, long=600, set_out=600),
        reason="值到交班",
        actor=world.actor("worker"),
        at=END,
    )

    record.refresh_from_db()
    assert (record.state, record.minutes) == (RecordState.NEEDS_APPROVAL, 480)
    assert totals(world) == Totals(service=480, on_duty=0, drill=0, times=1, waiting=1)
    hours.approve(record, reason="情况属实", actor=world.actor("worker"), at=END)
    assert totals(world).service == 600


def test_a_void_record_counts_nowhere(world: World) -> None:
    for number, facts in enumerate(({}, {"duty_kind": DutyKind.ON_PAID_DUTY}, {"is_drill": True})):
        record = credited(world, times(day=number), f"A{number}", **facts)
        hours.void(record, reason="签错了人", actor=world.actor("worker"), at=END)

    assert totals(world) == Totals(service=0, on_duty=0, drill=0, times=0, waiting=0)


def test_a_drill_of_paid_staff_is_a_drill_and_no_duty(world: World) -> None:
    credited(world, is_drill=True, duty_kind=DutyKind.ON_PAID_DUTY)

    assert totals(world) == Totals(service=0, on_duty=0, drill=360, times=0, waiting=0)


def test_a_drill_without_a_check_out_waits_and_counts_nothing(world: World) -> None:
    credited(world, times(0, None), is_drill=True)

    assert totals(world) == Totals(service=0, on_duty=0, drill=0, times=0, waiting=1)


def test_the_records_of_others_are_not_in_the_sum(world: World) -> None:
    credited(world, person=world.volunteer(1))

    assert totals(world).service == 0


@pytest.mark.parametrize("state", RecordState.values)
@pytest.mark.parametrize("duty", DutyKind.values)
@pytest.mark.parametrize("is_drill", [False, True], ids=["real", "drill"])
def test_every_page_tells_the_same_minutes(world: World, state: str, duty: str, is_drill: bool) -> None:
    credited(world)
    other = credited(world, times(day=1), "A2", duty_kind=duty, is_drill=is_drill)
    ServiceRecord.objects.filter(pk=other.pk).update(state=state)
    client = world.client_for("volunteer")

    told = totals(world)

    home = mine(world.person("volunteer"), timezone.now())
    assert (home.minutes, home.duty_minutes) == (told.service, told.on_duty)
    assert client.get("/my/records/").context["totals"] == told
    assert client.get("/my/").context["mine"].minutes == told.service
    fair = service_minutes([world.person("volunteer").pk], START.date())
    assert fair == {world.person("volunteer").pk: told.service}


def test_fairness_looks_at_volunteer_time_since_its_day_only(world: World) -> None:
    person = world.person("volunteer")
    credited(world, times(day=0), "A0")
    credited(world, times(day=1), "A1")
    credited(world, times(day=2), "A2", is_drill=True)
    credited(world, times(day=3), "A3", duty_kind=DutyKind.ON_PAID_DUTY)

    since = [service_minutes([person.pk], times(day=day).starts_at.date()) for day in range(3)]

    assert since == [{person.pk: 720}, {person.pk: 360}, {}]
    assert service_minutes([], START.date()) == {}


STATES = st.sampled_from(
    [RecordState.CREDITED, RecordState.NEEDS_APPROVAL, RecordState.UNCONFIRMED, RecordState.VOID]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(STATES, st.booleans(), st.booleans(), st.integers(0, 900)), max_size=8))
def test_the_sums_are_the_sums_of_the_rows(
    world: World, rows: list[tuple[RecordState, bool, bool, int]]
) -> None:
    ServiceRecord.objects.all().delete()
    ServiceRecord.objects.bulk_create(
        ServiceRecord(
            person=world.person("volunteer"),
            division_code=world.here,
            source_kind="t",
            source_code=str(number),
            title="门岗",
            place="北门",
            organizer="社区",
            minutes=minutes,
            duty_kind=DutyKind.ON_PAID_DUTY if paid else DutyKind.OFF_DUTY,
            evidence="code",
            state=state,
            is_drill=drill,
            served_on=START.date(),
            created_at=END,
        )
        for number, (state, paid, drill, minutes) in enumerate(rows)
    )
    counted = [row for row in rows if row[0] in (RecordState.CREDITED, RecordState.NEEDS_APPROVAL)]

    told = totals(world)

    assert told.drill == sum(minutes for _, _, drill, minutes in counted if drill)
    assert told.on_duty == sum(minutes for _, paid, drill, minutes in counted if paid and not drill)
    assert told.service == sum(minutes for _, paid, drill, minutes in counted if not paid and not drill)
    assert told.times == sum(1 for _, paid, drill, _ in counted if not paid and not drill)
    assert told.waiting == sum(
        1 for row in rows if row[0] in (RecordState.UNCONFIRMED, RecordState.NEEDS_APPROVAL)
    )


def test_the_table_of_moves_knows_every_state_and_ends_at_void() -> None:
    assert set(MOVES) == set(RecordState.values)
    reached = {to for moves in MOVES.values() for to in moves}
    assert reached == set(RecordState.values) - {RecordState.UNCONFIRMED}
    assert all(RecordState.VOID in moves for state, moves in MOVES.items() if state != RecordState.VOID)
