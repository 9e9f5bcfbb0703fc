"""Decisions about a record: who may, in which state, once; and what a refusal leaves as it was."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.audit.models import Entry
from muster.people.access import Need
from muster.records import access
from muster.records.actions import hours
from muster.records.enums import MOVES, Evidence, RecordState
from muster.records.models import ServiceRecord
from muster.records.queries.hours import lines_of, totals_of, waiting_in
from muster.toolkit.refusal import Refused
from tests.records.test_hours import END, START, credited, times
from tests.world import FAR_COUNTY, World

pytestmark = pytest.mark.django_db


def facts_of(record: ServiceRecord) -> dict[str, object]:
    return ServiceRecord.objects.filter(pk=record.pk).values().get()


def in_state(world: World, state: str, **facts: object) -> ServiceRecord:
    """A record that came into that state by its own way."""
    match state:
        case RecordState.UNCONFIRMED:
            return credited(world, times(0, None), **facts)
        case RecordState.NEEDS_APPROVAL:
            return credited(world, times(0, 600, long=600), **facts)
        case RecordState.VOID:
            record = credited(world, **facts)
            hours.void(record, reason="签错了人", actor=world.actor("township_overseer"), at=END)
            return ServiceRecord.objects.get(pk=record.pk)
        case _:
            return credited(world, **facts)


def confirmed(record: ServiceRecord, world: World, who: str = "worker", reason: str = "看到他走") -> None:
    hours.confirm(record, times=times(0, None, set_out=300), reason=reason, actor=world.actor(who), at=END)


def approved(record: ServiceRecord, world: World, who: str = "worker", reason: str = "情况属实") -> None:
    hours.approve(record, reason=reason, actor=world.actor(who), at=END)


def voided(record: ServiceRecord, world: World, who: str = "worker", reason: str = "签错了人") -> None:
    hours.void(record, reason=reason, actor=world.actor(who), at=END)


Deed = Callable[..., None]
ALLOWED = {
    confirmed: {RecordState.UNCONFIRMED: "credited"},
    approved: {RecordState.NEEDS_APPROVAL: "credited"},
    voided: {
        RecordState.CREDITED: "void",
        RecordState.UNCONFIRMED: "void",
        RecordState.NEEDS_APPROVAL: "void",
    },
}
REFUSAL = {confirmed: "not_unconfirmed", approved: "not_waiting", voided: "void_already"}


@pytest.mark.req("R9.3")
@pytest.mark.parametrize("state", RecordState.values)
@pytest.mark.parametrize("deed", ALLOWED, ids=lambda deed: deed.__name__)
def test_a_decision_fits_the_state_or_changes_nothing(world: World, deed: Deed, state: str) -> None:
    record = in_state(world, state)
    before, entries = facts_of(record), Entry.objects.count()

    if state in ALLOWED[deed]:
        deed(record, world)
        assert facts_of(record)["state"] == ALLOWED[deed][RecordState(state)]
        assert ALLOWED[deed][RecordState(state)] in MOVES[state]
        assert Entry.objects.count() == entries + 1
    else:
        with pytest.raises(Refused) as refused:
            deed(record, world)
        assert refused.value.code == REFUSAL[deed]
        assert (facts_of(record), Entry.objects.count()) == (before, entries)


@pytest.mark.parametrize("deed", ALLOWED, ids=lambda deed: deed.__name__)
def test_a_second_tap_decides_nothing_twice(world: World, deed: Deed) -> None:
    record = in_state(world, next(iter(ALLOWED[deed])))
    deed(record, world)
    before, entries = facts_of(record), Entry.objects.count()

    with pytest.raises(Refused) as refused:
        deed(record, world)

    assert refused.value.code == REFUSAL[deed]
    assert (facts_of(record), Entry.objects.count()) == (before, entries)


@pytest.mark.parametrize("deed", ALLOWED, ids=lambda deed: deed.__name__)
def test_nobody_decides_on_his_own_hours_and_nothing_is_changed(world: World, deed: Deed) -> None:
    record = in_state(world, next(iter(ALLOWED[deed])), person=world.person("worker"))
    before, entries = facts_of(record), Entry.objects.count()

    with pytest.raises(Refused) as refused:
        deed(record, world)

    assert refused.value.code == "own_record"
    assert (facts_of(record), Entry.objects.count()) == (before, entries)
    deed(record, world, "township_overseer")
    assert facts_of(record) != before


def test_a_decision_says_who_and_why_and_the_trail_does_not_repeat_the_reason(world: World) -> None:
    record = in_state(world, RecordState.CREDITED)

    voided(record, world, reason="  他替别人签的到  ")

    (line,) = lines_of([ServiceRecord.objects.get(pk=record.pk)])
    with translation.override("en"):
        assert list(lines_of([ServiceRecord.objects.get(pk=record.pk)])[0].reasons) == [
            f"Voided by {world.actor('worker').label}: 他替别人签的到"
        ]
    assert line.kind == "stood"
    assert Entry.objects.get(verb="records.hours.voided").detail == {"minutes": 360}


def test_a_long_reason_is_cut_and_never_breaks_the_record(world: World) -> None:
    record = in_state(world, RecordState.CREDITED)

    voided(record, world, reason="错" * 5_000)

    assert len(ServiceRecord.objects.get(pk=record.pk).reasons[-1]["words"]) == 200


@pytest.mark.parametrize("reason", ["", " ", "\n\t"])
def test_a_void_without_a_reason_changes_nothing(world: World, reason: str) -> None:
    record = in_state(world, RecordState.CREDITED)
    before = facts_of(record)

    with pytest.raises(Refused) as refused:
        voided(record, world, reason=reason)

    assert (refused.value.code, facts_of(record)) == ("reason_missing", before)


def test_a_confirmed_record_is_as_sure_as_a_person_who_remembers(world: World) -> None:
    record = in_state(world, RecordState.UNCONFIRMED, evidence=Evidence.CODE_AND_LEADER)

    confirmed(record, world)

    assert facts_of(record)["evidence"] == Evidence.MANUAL


def test_an_end_before_the_arrival_cannot_be_confirmed_into_hours(world: World) -> None:
    record = in_state(world, RecordState.UNCONFIRMED)

    hours.confirm(
        record,
        times=times(60, None, set_out=30),
        reason="记错了",
        actor=world.actor("worker"),
        at=END,
    )

    after = facts_of(record)
    assert (after["state"], after["minutes"]) == (RecordState.VOID, 0)
    assert totals_of(record.person).service == 0


def test_a_voided_record_gives_its_time_free_for_another(world: World) -> None:
    wrong = credited(world, times(0, 360), "A1")
    overlapping = credited(world, times(60, 300), "A2")
    assert overlapping.state == RecordState.VOID
    voided(wrong, world)

    right = credited(world, times(60, 300), "A3")

    assert (right.state, right.minutes) == (RecordState.CREDITED, 240)
    assert totals_of(right.person).service == 240


class TestRetraction:
    """A check-out taken back within its few minutes: the record never was."""

    def retract(self, world: World, source: str = "A1") -> None:
        hours.retract(source_kind="attendance", source_code=source, actor=world.actor("worker"), at=END)

    def test_a_retracted_record_is_gone_and_the_trail_tells(self, world: World) -> None:
        record = credited(world)

        self.retract(world)

        assert not ServiceRecord.objects.exists()
        entry = Entry.objects.get(verb="records.hours.retracted")
        assert (entry.object_code, entry.detail) == (record.code, {"minutes": 360})

    def test_the_source_can_be_credited_anew(self, world: World) -> None:
        credited(world, times(0, 60))
        self.retract(world)

        again = credited(world, times(0, 360))

        assert (again.minutes, totals_of(again.person).service) == (360, 360)

    def test_nothing_is_retracted_twice_or_by_another_source(self, world: World) -> None:
        credited(world)
        self.retract(world, "A2")
        assert ServiceRecord.objects.count() == 1

        self.retract(world)
        self.retract(world)

        assert Entry.objects.filter(verb="records.hours.retracted").count() == 1


class TestDoors:
    """Who decides about the records of a place."""

    @pytest.mark.parametrize(
        ("who", "here", "next_door"),
        [
            ("worker", True, False),
            ("neighbor", False, True),
            ("township_overseer", True, True),
            ("county_overseer", False, False),
            ("province_overseer", False, False),
            ("far_overseer", False, False),
            ("liaison", False, False),
            ("leader", False, False),
            ("guard", False, False),
            ("auditor", False, False),
            ("administrator", False, False),
            ("volunteer", False, False),
            ("stranger", False, False),
        ],
    )
    def test_records_are_decided_by_who_runs_the_place(
        self, world: World, who: str, here: bool, next_door: bool
    ) -> None:
        records = {
            world.here: credited(world, times(0, None), "A1"),
            world.next_door: credited(
                world, times(0, None), "A2", division_code=world.next_door, person=world.volunteer(1)
            ),
        }
        actor = world.actor(who)

        for place, is_open in ((world.here, here), (world.next_door, next_door)):
            if is_open:
                assert access.get_record(actor, records[place].code) == records[place]
            else:
                with pytest.raises(Http404):
                    access.get_record(actor, records[place].code)
        expected = [
            records[place] for place, is_open in zip(records, (here, next_door), strict=True) if is_open
        ]
        assert waiting_in(access.records_visible_to(actor)).rows == expected

    @pytest.mark.parametrize("code", ["", "NOTHERE1", "' OR 1=1"])
    def test_a_record_that_is_not_there_looks_like_one_of_another_place(
        self, world: World, code: str
    ) -> None:
        for who in ("worker", "stranger"):
            with pytest.raises(Http404):
                access.get_record(world.actor(who), code)

    def test_those_above_may_see_what_they_may_not_decide(self, world: World) -> None:
        record = credited(world)

        assert access.get_record(world.actor("county_overseer"), record.code, Need.SEE) == record
        with pytest.raises(Http404):
            access.get_record(world.actor("county_overseer"), record.code, Need.MANAGE)

    def test_a_person_far_away_keeps_the_record_where_it_was_made(self, world: World) -> None:
        record = credited(world, person=world.volunteer(1, division_code=FAR_COUNTY))

        assert access.get_record(world.actor("worker"), record.code) == record
        with pytest.raises(Http404):
            access.get_record(world.actor("far_overseer"), record.code, Need.SEE)


def test_what_waits_is_listed_the_oldest_first_and_nothing_else(world: World) -> None:
    for number, state in enumerate(RecordState.values):
        in_state(world, state, source=f"A{number}", person=world.volunteer(number))
    late = credited(world, times(0, None, day=2), "late")
    early = credited(world, times(0, None, day=-2), "early", person=world.volunteer(9))

    rows = waiting_in(ServiceRecord.objects.all()).rows

    assert (rows[0], rows[-1]) == (early, late)
    assert {row.state for row in rows} == {RecordState.UNCONFIRMED, RecordState.NEEDS_APPROVAL}
    assert len(rows) == 4


def test_an_end_set_over_hours_that_count_already_is_void_even_days_later(world: World) -> None:
    credited(world)
    record = credited(world, times(0, None, day=4), "A2")

    confirmed(record, world)

    after = ServiceRecord.objects.get(pk=record.pk)
    assert (after.state, after.minutes, after.reasons[0]["code"]) == (RecordState.VOID, 0, "overlap")
    assert totals_of(world.person("volunteer")).service == 360


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_whatever_is_decided_in_any_order_no_minute_counts_that_was_not_attended(
    world: World, seed: int
) -> None:
    ServiceRecord.objects.all().delete()
    chance = random.Random(seed)  # noqa: S311 - the story of a test
    attended = 0
    for number in range(3):
        stayed = chance.choice([60, 480, 700])
        record = credited(
            world, times(0, stayed if chance.random() < 0.6 else None, day=2 * number, long=700), f"A{number}"
        )
        attended += stayed
        for deed in chance.choices([confirmed, approved, voided], k=3):
            before = ServiceRecord.objects.get(pk=record.pk)
            try:
                deed(record, world)
            except Refused:
                assert ServiceRecord.objects.get(pk=record.pk).state == before.state
            else:
                assert ServiceRecord.objects.get(pk=record.pk).state in MOVES[before.state]

    total = totals_of(world.person("volunteer"))
    # An end that a person in charge set is 300 minutes after the arrival.
    assert total.service <= attended + 3 * 300
    rows = ServiceRecord.objects.filter(state__in=["credited", "needs_approval"])
    assert total.service == sum(row.minutes for row in rows)
    assert all(row.during.upper - row.during.lower >= timedelta(minutes=row.minutes) for row in rows)
    assert all(row.served_on >= START.date() for row in rows)
