"""The call-ups of a demo: raised, answered and attended through the real actions, and anew when they are over."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Count, F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.audit.models import Entry
from muster.callups.actions import calls
from muster.callups.enums import AssignmentState, CallUpState, OfferState, UnitCallState
from muster.callups.models import Assignment, Attendance, CallUp, Offer, Scan, Slot, UnitCall
from muster.norms.enums import Mode, ResponseLevel
from muster.norms.queries import mode_of
from muster.people.enums import ForceClass
from muster.people.models import Account, Person
from muster.records.enums import RecordState
from muster.records.models import ServiceRecord
from muster.territory.models import Division
from muster.toolkit.actor import SYSTEM
from muster.web.demo import DemoSummary, build, refresh
from muster.web.demo.motion import scenes_of

from .conftest import AT, JINLI, STREET, VILLAGE

pytestmark = pytest.mark.django_db
IN_MOTION = True
NEXT_DAY = AT + timedelta(days=1)


@pytest.fixture
def running(built: DemoSummary) -> CallUp:
    """The call-up of the demo that runs while it is built."""
    assert built.call_ups == 3
    return CallUp.objects.get(starts_at__lte=AT)


def test_one_call_up_runs_and_others_are_asking(running: CallUp) -> None:
    coming = CallUp.objects.filter(starts_at__gt=AT)

    assert running.division_code == JINLI
    assert running.starts_at <= AT < running.ends_at
    assert {call_up.division_code for call_up in coming} == {JINLI, VILLAGE}
    assert all(call_up.starts_at >= AT + timedelta(hours=3) for call_up in coming)


def test_nothing_is_a_drill_and_nothing_lies_in_the_future(running: CallUp) -> None:
    assert not CallUp.objects.filter(is_drill=True).exists()
    assert not CallUp.objects.filter(opened_at__gt=AT).exists()
    assert not Offer.objects.filter(answered_at__gt=AT).exists()
    assert not Attendance.objects.filter(checked_in_at__gt=AT).exists()
    assert not Entry.objects.filter(verb__startswith="callups.", at__gt=AT).exists()


def test_units_have_pledged_named_declined_and_kept_silent(running: CallUp) -> None:
    states = Counter(UnitCall.objects.filter(call_up=running).values_list("state", flat=True))

    assert states[UnitCallState.NAMED] >= 1
    assert states[UnitCallState.DECLINED] == 1


def test_people_have_accepted_declined_and_kept_silent(running: CallUp) -> None:
    states = Counter(Offer.objects.filter(call_up=running).values_list("state", flat=True))

    assert states[OfferState.ACCEPTED] > states[OfferState.DECLINED] > 0


def test_people_are_at_their_posts_by_the_code(running: CallUp) -> None:
    arrived = Assignment.objects.filter(call_up=running, state=AssignmentState.ARRIVED)

    assert arrived.exists()
    assert Attendance.objects.filter(assignment__in=arrived).count() == arrived.count()
    assert set(Scan.objects.values_list("result", flat=True)) == {"accepted"}


def test_no_seat_has_two_people_and_nobody_two_seats(running: CallUp) -> None:
    assert not Slot.objects.filter(seats__lt=F("taken") + F("held")).exists()
    doubled = Assignment.objects.values("person", "shift").annotate(count=Count("id")).filter(count__gt=1)
    assert not doubled.exists()


def test_answers_are_on_the_trail_under_the_name_of_who_gave_them(running: CallUp) -> None:
    accepted = Entry.objects.filter(verb="callups.offer.accepted")

    assert accepted.exists()
    assert not accepted.filter(actor_person_id=None).exists()


def test_only_those_who_may_be_asked_are(running: CallUp) -> None:
    classes = set(Offer.objects.values_list("person__force_class", flat=True))

    assert classes <= {ForceClass.VOLUNTEER, ForceClass.REPORTED_PERSON}


def test_township_is_in_emergency_at_level_three(running: CallUp) -> None:
    now = mode_of(JINLI, AT)

    assert (now.mode, now.level, now.division_code) == (Mode.EMERGENCY, ResponseLevel.III, STREET)


def test_second_build_raises_nothing_and_answers_nothing(running: CallUp) -> None:
    before = (CallUp.objects.count(), Offer.objects.count(), Scan.objects.count(), Entry.objects.count())

    summary = build(STREET, 7, at=AT + timedelta(minutes=10))

    assert summary.call_ups == 0
    assert (
        CallUp.objects.count(),
        Offer.objects.count(),
        Scan.objects.count(),
        Entry.objects.count(),
    ) == before


@pytest.mark.usefixtures("running")
def test_same_seed_gives_the_same_answers() -> None:
    first = sorted(Offer.objects.values_list("person__name", "state"))
    for model in (Scan, Attendance, Assignment, Offer, CallUp):
        model.objects.all().delete()

    build(STREET, 7, at=AT)

    assert sorted(Offer.objects.values_list("person__name", "state")) == first


@pytest.mark.parametrize(
    ("hour", "starts"),
    [
        (datetime(2026, 4, 15, 16, 16, tzinfo=UTC), "04-16 06:00"),  # 00:16 in Chengdu
        (datetime(2026, 4, 15, 19, 30, tzinfo=UTC), "04-17 06:00"),  # 03:30: too late for this morning
        (datetime(2026, 4, 16, 2, 0, tzinfo=UTC), "04-17 06:00"),
    ],
)
def test_call_for_the_morning_leaves_people_time(hour: datetime, starts: str) -> None:
    stage = Division(code=JINLI, short_name="锦里社区")
    village = Division(code=VILLAGE, short_name="花园村")

    dawn = next(scene for scene in scenes_of([stage, village], stage, 7, hour) if scene.title == "清晨门岗")

    assert f"{timezone.localtime(dawn.starts_at):%m-%d %H:%M}" == starts


@pytest.fixture
def before(built: DemoSummary) -> set[str]:
    """The codes of the call-ups that the build raised."""
    assert built.call_ups == 3
    return set(CallUp.objects.values_list("code", flat=True))


def running_at(at: datetime) -> list[CallUp]:
    return list(CallUp.objects.filter(state=CallUpState.OPEN, starts_at__lte=at, ends_at__gt=at))


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=10), timedelta(hours=5)])
def test_a_demo_that_is_alive_is_left_alone(before: set[str], later: timedelta) -> None:
    entries = Entry.objects.count()

    assert refresh(STREET, 7, at=AT + later) == 0
    assert set(CallUp.objects.values_list("code", flat=True)) == before
    assert Entry.objects.count() == entries


def test_looking_whether_a_demo_is_alive_is_cheap(before: set[str]) -> None:
    with CaptureQueriesContext(connection) as seen:
        refresh(STREET, 7, at=AT)

    assert len(seen) <= 12


def test_when_the_running_call_up_is_over_only_that_one_follows(before: set[str]) -> None:
    after_the_shift = AT + timedelta(hours=6, minutes=30)

    assert refresh(STREET, 7, at=after_the_shift) == 1

    (fresh,) = CallUp.objects.exclude(code__in=before)
    assert (fresh.title, fresh.division_code) == ("门岗值守", JINLI)
    assert fresh.starts_at <= after_the_shift < fresh.ends_at


def test_two_days_later_every_scene_is_played_anew(before: set[str]) -> None:
    assert refresh(STREET, 7, at=AT + timedelta(days=2)) == 3

    titles = Counter(CallUp.objects.values_list("title", flat=True))
    assert set(titles.values()) == {2}
    assert len(running_at(AT + timedelta(days=2))) == 1


def test_fresh_call_ups_are_answered_and_attended(before: set[str]) -> None:
    refresh(STREET, 7, at=NEXT_DAY)

    (running,) = (call_up for call_up in running_at(NEXT_DAY) if call_up.code not in before)
    states = set(Offer.objects.filter(call_up=running).values_list("state", flat=True))
    assert {OfferState.ACCEPTED, OfferState.DECLINED} <= states
    assert Assignment.objects.filter(call_up=running, state=AssignmentState.ARRIVED).exists()


def test_a_refreshed_demo_keeps_people_accounts_and_what_was(before: set[str]) -> None:
    people, accounts = Person.objects.count(), set(Account.objects.values_list("code", flat=True))

    refresh(STREET, 7, at=NEXT_DAY)

    assert Person.objects.count() == people
    assert set(Account.objects.values_list("code", flat=True)) == accounts
    assert before < set(CallUp.objects.values_list("code", flat=True))


def test_a_second_start_after_the_refresh_changes_nothing(before: set[str]) -> None:
    refresh(STREET, 7, at=NEXT_DAY)
    entries = Entry.objects.count()

    assert refresh(STREET, 7, at=NEXT_DAY + timedelta(minutes=20)) == 0
    assert Entry.objects.count() == entries


def test_what_a_visitor_stood_down_is_not_raised_again_at_once(before: set[str]) -> None:
    running = CallUp.objects.get(starts_at__lte=AT)
    calls.stand_down(running, reason="雨停了", actor=SYSTEM, at=AT)

    assert refresh(STREET, 7, at=AT + timedelta(minutes=5)) == 0
    assert refresh(STREET, 7, at=AT + timedelta(minutes=31)) == 1


def test_people_of_yesterday_have_gone_home_with_their_hours(before: set[str]) -> None:
    came = Attendance.objects.count()
    assert came > 0

    refresh(STREET, 7, at=NEXT_DAY)

    records = ServiceRecord.objects.filter(source_kind="attendance")
    states = Counter(records.values_list("state", flat=True))
    assert sum(states.values()) == came
    assert states[RecordState.CREDITED] > states[RecordState.UNCONFIRMED]
    assert all(record.minutes > 300 for record in records.filter(state=RecordState.CREDITED))
