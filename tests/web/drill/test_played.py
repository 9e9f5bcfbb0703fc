"""A whole drill of a village, played over the pages of the product: what its people did is what the database knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from muster.audit.models import Entry
from muster.callups.models import Assignment, Attendance, CallUp, Offer, Scan, Slot, UnitCall
from muster.notifications.models import Message
from muster.people.models import Person
from muster.records.models import ServiceRecord
from muster.web.drill import verdict
from muster.web.drill.play import Call
from muster.web.drill.verdict import Line
from tests.web.drill.ground import MINUTE
from tests.web.drill.stage import VILLAGE, Stage, stage

pytestmark = pytest.mark.django_db
IN_CODE, BY_LEADER = "code", "leader"


@dataclass
class Played:
    stage: Stage
    call: Call
    there: set[str]
    before: int  # requests before the morning

    @property
    def call_up(self) -> CallUp:
        return CallUp.objects.get(code=self.call.code)

    def seen(self) -> dict[str, Attendance]:
        """The presences by phone."""
        found = Attendance.objects.filter(assignment__call_up__code=self.call.code)
        return {one.person.phone: one for one in found.select_related("person", "assignment__offer")}


@pytest.fixture(scope="module")
def played(
    built_village: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Played]:
    """The drill with seed 7, played once for all tests here."""
    folder: Path = tmp_path_factory.mktemp("letters")
    with django_db_blocker.unblock(), override_settings(VAR_DIR=folder, DRILL_CLOCK=True):
        one = stage(7)
        call = one.opened()
        one.mustered(call)
        before = len(one.wires.asked)
        morning = one.attended(call)
        yield Played(one, call, set(morning.there), before)


@pytest.mark.req("R2.1", "R9.3")
def test_nothing_is_violated_and_nothing_lost(played: Played) -> None:
    assert verdict.violations_of([played.call]).none
    assert verdict.lost(played.call.acknowledged) == []
    assert {one.kind for one in played.call.acknowledged} == {"seat", "no", "in", "out"}


def test_the_funnel_narrows_step_by_step(played: Played) -> None:
    (line,) = verdict.lines_of([played.call])

    assert (line.code, line.needed) == (VILLAGE, 6)
    assert line.asked > line.accepted > 0
    assert line.assigned >= line.arrived >= line.stayed > 0
    assert line.needed >= line.stayed
    assert 0 < line.named <= line.pledged <= 3


def test_the_call_up_is_a_drill_in_the_words_of_its_purpose_as_well(played: Played) -> None:
    call_up = played.call_up

    assert call_up.is_drill
    assert call_up.purpose == "自动演练（种子 7）"
    assert call_up.state == "halted"
    assert call_up.starts_at.weekday() == 5 or call_up.starts_at == played.call.starts_at


def test_who_the_drill_thinks_was_there_was_there(played: Played) -> None:
    assert set(played.seen()) == played.there
    assert len(played.there) == Assignment.objects.filter(state="left").count() > 0


def test_everybody_came_and_went_at_the_minute_that_was_drawn(played: Played) -> None:
    drawn = played.stage.play.people
    call = played.call

    for phone, presence in played.seen().items():
        planned = drawn.presence(phone, call.key)
        assert planned is not None
        late = presence.checked_in_at - call.starts_at
        called_in = late >= 75 * MINUTE
        assert called_in or late == planned.arrives * MINUTE
        assert presence.checked_out_at == call.ends_at + planned.leaves * MINUTE


def test_who_stays_away_is_noted_as_absent(played: Played) -> None:
    drawn = played.stage.play.people
    absent = Assignment.objects.filter(call_up__code=played.call.code, state="absent")

    for seat in absent.select_related("person"):
        assert drawn.presence(seat.person.phone, played.call.key) is None
    assert not Assignment.objects.filter(call_up__code=played.call.code, state__in=["accepted", "ordered"])


def test_most_scan_the_code_and_the_leader_checks_in_the_others(played: Played) -> None:
    for phone, presence in played.seen().items():
        alone = presence.assignment.offer and played.stage.play.people.scans_alone(phone, played.call.key)
        assert ("code" in presence.evidence_in) == bool(alone)
        assert presence.evidence_out == presence.evidence_in
    assert Scan.objects.filter(result="accepted").count() == 2 * len(played.there)


def test_hours_are_credited_from_the_presence_and_marked(played: Played) -> None:
    records = ServiceRecord.objects.filter(person__attendances__assignment__call_up=played.call_up)

    assert records.count() == len(played.there)
    assert set(records.values_list("is_drill", flat=True)) == {True}
    assert all(0 < record.minutes <= 390 for record in records)


def test_units_named_people_of_their_own_reserve_team(played: Played) -> None:
    (call,) = UnitCall.objects.filter(call_up=played.call_up).select_related("unit__reserve_team")
    team = set(call.unit.reserve_team.members.values_list("person", flat=True))
    named = Offer.objects.filter(unit_call=call)

    assert set(named.values_list("person", flat=True)) <= team
    assert {offer.person.phone for offer in named.select_related("person")} == played.call.named
    assert set(named.values_list("wave", flat=True)) <= {0}
    assert call.pledged_headcount >= len(played.call.named)


def test_every_letter_says_that_it_is_a_drill_and_goes_to_the_file(played: Played) -> None:
    letters = Message.objects.filter(subject_code=played.call.code)

    assert letters.count() > 0
    assert set(letters.values_list("is_drill", "channel", "state")) == {(True, "file", "sent")}


def test_the_trail_names_each_deed_and_marks_it(played: Played) -> None:
    found = Entry.objects.filter(verb__startswith="callups.")
    verbs = Counter(found.values_list("verb", flat=True))

    assert set(found.values_list("is_drill", flat=True)) == {True}
    assert verbs["callups.call_up.raised"] == 1
    assert verbs["callups.attendance.checked_in"] == verbs["callups.attendance.checked_out"]
    assert verbs["callups.attendance.checked_in"] == len(played.there)
    assert verbs["callups.call_up.halted"] == verbs["callups.call_up.resumed"] + 1


def test_the_seats_are_taken_by_those_who_sit_there(played: Played) -> None:
    seated = Assignment.objects.filter(call_up=played.call_up, state__in=["accepted", "ordered", "left"])

    assert sum(Slot.objects.filter(call_up=played.call_up).values_list("taken", flat=True)) == seated.count()


def test_it_went_by_the_pages_that_real_people_use(played: Played) -> None:
    asked = Counter(
        (method, path.split("/")[1] + "/" + path.split("/")[2]) for method, path in played.stage.wires.asked
    )

    assert asked["POST", "desk/callups"] >= 4  # raised, halted, resumed, dispatched
    assert asked["POST", "unit/callups"] >= 2  # pledged, named
    assert (
        asked["POST", "my/o"]
        >= Offer.objects.filter(call_up=played.call_up, answered_at__isnull=False).count()
    )
    assert asked["POST", "sign-in/link"] == 3  # the worker, the liaison, the leader
    post = played.call_up.posts.order_by("pk")[0]
    taps = asked["POST", "my/check-in"] + asked["POST", f"post/{post.code}"]
    absent = Assignment.objects.filter(call_up=played.call_up, state="absent").count()
    assert taps == 2 * len(played.there) + absent


def test_the_director_knows_the_post_of_whoever_was_told_it(played: Played) -> None:
    posts = set(played.call_up.posts.values_list("code", flat=True))
    seated = {
        seat.person.phone
        for seat in Assignment.objects.filter(call_up=played.call_up, offer__isnull=False).select_related(
            "person"
        )
        if seat.state != "withdrawn"
    }

    assert set(played.call.posts.values()) <= posts
    assert set(played.call.posts) == seated


def test_the_line_adds_up_with_the_people(played: Played) -> None:
    (line,) = verdict.lines_of([played.call])
    people = Person.objects.filter(offers__call_up=played.call_up)

    assert line.asked == people.count()
    assert line.arrived == len(played.there)
    assert replace(line, minutes=0) == Line(
        line.code,
        6,
        line.pledged,
        len(played.call.named),
        line.asked,
        line.accepted,
        line.assigned,
        len(played.there),
        len(played.there),
        0,
    )
