"""Two at once: a source is credited once, the cap of a day holds, a decision is made once."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from muster.audit.models import Entry
from muster.records.actions import hours
from muster.records.models import ServiceRecord
from tests.callups.test_seats_race import world
from tests.racing import at_once
from tests.records.test_hours import END, credited, times
from tests.world import World

__all__ = ["world"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_an_attendance_that_two_close_at_once_is_one_record(world: World) -> None:
    codes = at_once([lambda: credited(world).code] * 4)

    assert len(set(codes)) == 1
    assert ServiceRecord.objects.get().minutes == 360
    assert Entry.objects.filter(verb="records.hours.credited").count() == 1


def test_two_shifts_of_a_day_closed_at_once_see_each_other_for_the_cap(world: World) -> None:
    at_once(
        [
            lambda: credited(world, times(0, 480, long=480), "A1").minutes,
            lambda: credited(world, times(500, 900, long=900), "A2").minutes,
        ]
    )

    rows = ServiceRecord.objects.order_by("source_code")
    assert rows.aggregate(Sum("minutes"))["minutes__sum"] == 720
    assert sorted(rows.values_list("state", flat=True)) == ["credited", "needs_approval"]


def test_two_places_that_claim_the_same_hours_get_them_once(world: World) -> None:
    at_once([lambda: credited(world, source="A1").state, lambda: credited(world, source="A2").state])

    assert sorted(ServiceRecord.objects.values_list("state", "minutes")) == [("credited", 360), ("void", 0)]


def test_an_approval_that_two_give_at_once_counts_once(world: World) -> None:
    record = credited(world, times(0, 600, long=600))
    deed = lambda: hours.approve(record, reason="属实", actor=world.actor("worker"), at=END)  # noqa: E731 - three times the same

    outcomes = at_once([deed, deed, deed])

    assert sorted(map(str, outcomes)) == ["None", "not_waiting", "not_waiting"]
    assert ServiceRecord.objects.get().minutes == 600


def test_a_void_and_an_approval_at_once_leave_one_of_the_two(world: World) -> None:
    record = credited(world, times(0, 600, long=600))
    worker = world.actor("worker")

    outcomes = at_once(
        [
            lambda: hours.approve(record, reason="属实", actor=worker, at=END),
            lambda: hours.void(record, reason="签错了人", actor=worker, at=END),
        ]
    )

    after = ServiceRecord.objects.get()
    # The void may come second: an approved record can still be wrong. An approval never comes after a void.
    assert after.state == "void"
    assert sorted(map(str, outcomes)) in (["None", "None"], ["None", "not_waiting"])
