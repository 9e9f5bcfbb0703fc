"""The same drill again: lost answers and a broken proxy change nothing, and what was broken off leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest
from django.utils import timezone

from muster.audit.models import Entry
from muster.callups.models import (
    Assignment,
    Attendance,
    CallUp,
    DispatchRun,
    NeedItem,
    Offer,
    Pledge,
    Post,
    Scan,
    Slot,
    SupportItem,
    UnitCall,
)
from muster.notifications.models import Message
from muster.people.models import Person, ReportIn, VolunteerProfile
from muster.records.models import ServiceRecord
from muster.web.drill import cast, clearing, verdict
from muster.web.drill.browser import Unexpected
from muster.web.drill.morning import Morning
from muster.web.drill.play import Call
from muster.web.drill.verdict import Line
from tests.web.drill.stage import EVERYBODY_COMES, VILLAGE, Stage, stage

pytestmark = pytest.mark.django_db

LEFT = (
    *(CallUp, NeedItem, Post, Slot, SupportItem, UnitCall, Pledge, Offer, Assignment, DispatchRun),
    *(Attendance, Scan, ServiceRecord, Person, VolunteerProfile, ReportIn),
)


@dataclass(frozen=True)
class Outcome:
    """What came of a drill, but for its codes."""

    line: Line
    told: list[str]
    presences: list[tuple[str, Any, Any]]


def outcome(call: Call) -> Outcome:
    (line,) = verdict.lines_of([call])
    assert verdict.violations_of([call]).none
    assert verdict.lost(call.acknowledged) == []
    found = Attendance.objects.filter(assignment__call_up__code=call.code).select_related("person")
    presences = sorted((one.person.code, one.checked_in_at, one.checked_out_at) for one in found)
    return Outcome(line, sorted(one.kind for one in call.acknowledged), presences)


def counts() -> dict[str, int]:
    rows = {model.__name__: model._default_manager.count() for model in LEFT}
    return rows | {"Message": Message.objects.filter(subject_kind="call_up").count()}


def clear() -> int:
    return clearing.clear(VILLAGE, VILLAGE + 1)


@pytest.mark.slow
def test_played_again_over_bad_wires_it_comes_to_the_same(village: int) -> None:
    before = counts()
    undisturbed = outcome(stage(7).whole())
    assert clear() == 1
    assert counts() == before

    disturbed = stage(7, is_bad=True)

    assert outcome(disturbed.whole()) == undisturbed
    assert disturbed.play.server.faults > 30
    assert disturbed.play.server.requests > 2 * undisturbed.line.asked


def raised(one: Stage) -> None:
    one.opened()


def named(one: Stage) -> None:
    one.play.units(one.opened())


def answered(one: Stage) -> None:
    call = one.opened()
    one.play.units(call)
    one.play.answers(call)


def halfway_through_the_morning(one: Stage) -> None:
    call = one.opened()
    one.mustered(call)
    morning = Morning(one.play, call, one.play.enter(partial(cast.door_of_person, call.leader)))
    morning._arrivals(morning._expected(0, set()))
    assert Attendance.objects.filter(checked_out_at=None).exists()


@pytest.mark.parametrize("until", [raised, answered, halfway_through_the_morning])
def test_a_drill_that_was_broken_off_is_removed_whole(village: int, until: Callable[[Stage], None]) -> None:
    before = counts()

    until(stage(shares=EVERYBODY_COMES))
    assert CallUp.objects.filter(is_drill=True).count() == 1
    assert clear() == 1

    assert counts() == before
    assert clear() == 0


def test_the_trail_of_a_drill_stays_and_says_that_it_was_cleared(village: int) -> None:
    call = stage().opened()
    known = Entry.objects.count()

    clear()

    assert Entry.objects.count() == known + 1
    last = Entry.objects.order_by("-pk")[0]
    assert (last.verb, last.object_code, last.is_drill) == ("web.drill.cleared", call.code, True)


@pytest.mark.parametrize(
    "facts",
    [{"is_drill": False}, {"purpose": "社区自己组织的演练"}, {"division_code": VILLAGE + 1}],
    ids=["a real call-up", "a drill that people hold themselves", "another place"],
)
def test_nothing_else_is_cleared(village: int, facts: dict[str, object]) -> None:
    call = stage().opened()
    CallUp.objects.filter(code=call.code).update(**facts)
    before = counts()

    assert clear() == 0
    assert counts() == before


def test_a_need_that_a_real_call_up_cites_as_well_is_kept(village: int) -> None:
    call_up = CallUp.objects.get(code=stage().opened().code)
    need = call_up.needs.get()
    other = CallUp.objects.get(code=stage(8).opened().code)
    CallUp.objects.filter(pk=other.pk).update(is_drill=False)
    other.needs.add(need)

    assert clear() == 1

    assert list(NeedItem.objects.filter(pk=need.pk)) == [need]
    assert other.needs.count() == 2


def test_whom_a_unit_named_for_the_first_time_is_no_volunteer_after_the_clearing(village: int) -> None:
    team = Person.objects.filter(reserve_memberships__isnull=False)
    VolunteerProfile.objects.filter(person__in=team).delete()
    ReportIn.objects.filter(person__in=team).delete()
    one = stage(shares=EVERYBODY_COMES)
    named(one)
    assert VolunteerProfile.objects.filter(person__in=team).count() > 0
    assert ReportIn.objects.filter(person__in=team).count() > 0

    clear()

    assert VolunteerProfile.objects.filter(person__in=team).count() == 0
    assert ReportIn.objects.filter(person__in=team).count() == 0


def test_a_server_that_stays_away_ends_the_drill_with_the_address_that_failed(village: int) -> None:
    one = stage()
    call = one.opened()
    one.play.server.patience = 0.0
    one.wires.losses = ["refused"] * 10

    with pytest.raises(Unexpected, match=r"GET /desk/callups/.*: ConnectError for 0 s"):
        one.play.ask_more(call, one.worker)  # type: ignore[arg-type]  # opened() set it

    assert httpx.ConnectError.__name__ == "ConnectError"
    assert CallUp.objects.get(code=call.code).opened_at <= timezone.now()
