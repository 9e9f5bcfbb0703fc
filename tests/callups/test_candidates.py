"""Who can be asked at all, in which order of nearness, and the facts that rules and solver are given about them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from math import hypot

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from muster.callups.models import CallUp, Slot
from muster.callups.queries import candidates, fitness, standing
from muster.callups.rules.drafts import SeatsDraft
from muster.kernel.eligibility import Bar
from muster.kernel.spans import ALWAYS, DAY
from muster.norms import queries as norms
from muster.people.enums import VolunteerState
from muster.people.models import Person, VolunteerProfile
from muster.territory.models import Division
from tests.callups.drafting import CHENGDU, NOW, START, draft, offer_to, post, raised, shift
from tests.callups.ground import seated
from tests.world import HERE, NEXT_DOOR, World

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def only_these(world: World) -> None:
    """The cast is not on call, so that a test counts its own people only."""
    VolunteerProfile.objects.update(state=VolunteerState.PAUSED)


def pool(call_up: CallUp, wanted: int = 1, at: datetime = NOW) -> candidates.Pool:
    return candidates.pool_of(call_up, standing.slots_with_room(call_up.pk), wanted=wanted, at=at)


def routine(world: World, **facts: object) -> CallUp:
    return raised(world.actor("worker"), draft(**{"mode": "routine", "level": 0, **facts}))


def local(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, 2, hour, minute, tzinfo=CHENGDU)


@pytest.mark.parametrize(
    ("quiet", "at", "is_quiet"),
    [
        pytest.param((22 * 60, 7 * 60), local(21, 59), False, id="a minute before"),
        pytest.param((22 * 60, 7 * 60), local(22), True, id="as it begins"),
        pytest.param((22 * 60, 7 * 60), local(0), True, id="at midnight"),
        pytest.param((22 * 60, 7 * 60), local(6, 59), True, id="the last minute"),
        pytest.param((22 * 60, 7 * 60), local(7), False, id="as it ends"),
        pytest.param((12 * 60, 14 * 60), local(11, 59), False, id="before the rest at noon"),
        pytest.param((12 * 60, 14 * 60), local(13), True, id="the rest at noon"),
        pytest.param((12 * 60, 14 * 60), local(14), False, id="after the rest at noon"),
        pytest.param((0, 0), local(0), False, id="no hours at all"),
        pytest.param((22 * 60, None), local(23), False, id="half a wish is none"),
    ],
)
def test_quiet_hours_are_kept_to_the_minute(
    world: World, quiet: tuple[int, int | None], at: datetime, is_quiet: bool
) -> None:
    world.volunteer(1, quiet_from_minute=quiet[0], quiet_to_minute=quiet[1])

    found = pool(routine(world), at=at)

    assert (dict(found.kept_out), len(found.people)) == (({"quiet_hours": 1}, 0) if is_quiet else ({}, 1))


@pytest.mark.parametrize(
    "away",
    [
        pytest.param({"state": VolunteerState.PAUSED}, id="paused"),
        pytest.param({"state": VolunteerState.LEFT}, id="left"),
        pytest.param({"division_code": HERE - 1000}, id="of another township"),
    ],
)
def test_who_is_not_on_call_is_not_even_counted(world: World, away: dict[str, object]) -> None:
    person = world.volunteer(1)
    VolunteerProfile.objects.filter(person=person).update(**away)
    call_up = routine(world)

    found = pool(call_up)

    assert (candidates.count_of(call_up), found.people, found.kept_out) == (0, [], {})


@pytest.mark.parametrize("state", ["asked", "declined", "expired", "thanked"])
def test_who_was_asked_is_not_asked_again_whatever_came_of_it(world: World, state: str) -> None:
    call_up, elsewhere = routine(world), routine(world)
    offer_to(call_up, world.volunteer(1), state=state, answered_at=NOW)

    assert (len(pool(call_up).people), len(pool(elsewhere).people)) == (0, 1)


def test_an_erased_person_is_on_no_list(world: World) -> None:
    person = world.volunteer(1)
    Person.objects.filter(pk=person.pk).update(erased_at=NOW)

    assert pool(routine(world)).people == []


@pytest.mark.parametrize(("wanted", "tiers"), [(1, [0, 0]), (2, [0, 0]), (3, [0, 0, 1])])
def test_neighbors_are_looked_at_only_where_the_own_are_too_few(
    world: World, wanted: int, tiers: list[int]
) -> None:
    for number in (1, 2):
        world.volunteer(number)
    world.volunteer(3, division_code=NEXT_DOOR)

    assert [person.tier for person in pool(routine(world), wanted=wanted).people] == tiers


def test_what_people_did_lately_counts_thirty_days_and_no_drill(world: World) -> None:
    person = world.volunteer(1)
    real = [routine(world) for _each in range(3)]
    drill = routine(world, is_drill=True)
    for call_up, days in zip([*real, drill], (1, 30, 31, 1), strict=True):
        offer_to(call_up, person, asked_at=NOW - timedelta(days=days))
    VolunteerProfile.objects.filter(person=person).update(last_asked_at=NOW - timedelta(days=1, hours=1))

    (found,) = pool(routine(world)).people

    assert (found.recent_calls, found.days_since_asked) == (2, 1)


def test_a_rule_against_one_seat_leaves_the_other(world: World) -> None:
    person = world.volunteer(1, availability=ALWAYS & ~(0b1111 << 3 * 4))  # never on a Thursday
    posts = (
        post("北门", shift(SeatsDraft("general", 1))),
        post("南门", shift(SeatsDraft("general", 1), start=START + timedelta(days=1))),
    )
    call_up = routine(world, posts=posts)

    found = pool(call_up)

    north = Slot.objects.get(shift__post__name="北门")
    excluded = [(row.person, row.code, row.slot) for row in found.exclusions]
    assert (len(found.people), found.kept_out) == (1, {})
    assert excluded == [(person.code, "not_available", candidates.slot_id(north.pk))]


def test_skills_and_trainings_both_count_as_skills(world: World) -> None:
    world.volunteer(1, skills=["driving"], trainings=["first_aid"], is_backbone=True)

    (found,) = pool(routine(world)).people

    assert (found.skills, found.backbone) == ({"driving", "first_aid"}, True)


def test_without_a_position_of_the_community_everybody_stands_at_its_middle(world: World) -> None:
    call_up = routine(world)
    assert candidates.origin_of(call_up) == (0.0, 0.0)

    Division.objects.filter(code=HERE).update(lon=104.04, lat=30.64)
    assert candidates.origin_of(call_up) == (104.04, 30.64)
    assert candidates.meters(None, 30.0, (104.04, 30.64)) == (0.0, 0.0)


@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_meters_are_right_within_a_city(east: float, north: float) -> None:
    origin = (104.0, 30.5)

    x, y = candidates.meters(origin[0] + east, origin[1] + north, origin)

    assert (x >= 0) == (east >= 0) or abs(x) < 1
    # A degree of latitude is 111 km, one of longitude 96 km at 30.5 degrees north.
    assert hypot(x, y) == pytest.approx(hypot(east * 95_900, north * 111_300), rel=0.01, abs=1)


def test_names_of_slots_sort_as_their_numbers() -> None:
    numbers = [9, 10, 99, 100, 123_456_789]

    assert sorted(candidates.slot_id(number) for number in reversed(numbers)) == [
        candidates.slot_id(number) for number in numbers
    ]


@pytest.mark.parametrize(
    ("until", "insured"),
    [
        pytest.param(None, False, id="no policy"),
        pytest.param(date(2026, 12, 2), False, id="until the day before"),
        pytest.param(date(2026, 12, 3), True, id="until the day itself"),
    ],
)
def test_a_policy_counts_to_the_end_of_its_last_day(world: World, until: date | None, insured: bool) -> None:
    call_up = routine(world, support=())
    person = world.volunteer(1, insured_until=until)
    slot = standing.slots_with_room(call_up.pk)[0]

    found = fitness.bars_between(person, slot, call_up, norms.rules_for(HERE))

    assert (Bar.NOT_INSURED in found) is not insured


def test_who_is_sent_on_duty_needs_no_will_no_week_and_no_policy(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(support=()))
    person = world.volunteer(1, availability=0, emergency_willing="no")
    slot = standing.slots_with_room(call_up.pk)[0]
    rules = norms.rules_for(HERE)

    as_volunteer = fitness.bars_between(person, slot, call_up, rules)
    on_duty = fitness.bars_between(person, slot, call_up, rules, is_on_duty=True)

    assert set(as_volunteer) == {Bar.NOT_WILLING_IN_EMERGENCY, Bar.NOT_AVAILABLE, Bar.NOT_INSURED}
    assert on_duty == ()


def test_without_a_date_of_birth_somebody_has_to_vouch(world: World) -> None:
    person = world.volunteer(1)
    Person.objects.filter(pk=person.pk).update(birth_on=None)
    person.refresh_from_db()
    today = timezone.localdate()

    unknown = fitness.candidate_of(person, person.volunteer, ())
    person.volunteer.adult_vouched_by_label = "邓小雨"
    vouched = fitness.candidate_of(person, person.volunteer, ())

    assert unknown.born_on == today
    assert today.year - vouched.born_on.year == fitness.VOUCHED_YEARS
    assert fitness.candidate_of(person, None, ()).born_on == today


@pytest.mark.parametrize(
    ("gap", "is_seen"),
    [(timedelta(days=7), True), (timedelta(days=7, hours=1), False)],
    ids=["a week", "more"],
)
def test_seats_within_a_week_before_are_looked_at(world: World, gap: timedelta, is_seen: bool) -> None:
    seat = seated(world)
    starts = seat.shift.ends_at + gap - timedelta(seconds=1)

    found = fitness.busy_spans([seat.person_id], starts, starts + HOUR)

    assert bool(found) is is_seen


@pytest.mark.parametrize("state", ["withdrawn", "stood_down", "absent"])
def test_a_seat_that_is_not_held_keeps_nobody_busy(world: World, state: str) -> None:
    seat = seated(world)
    type(seat).objects.filter(pk=seat.pk).update(state=state, ended_at=NOW)

    assert fitness.busy_spans([seat.person_id], START, START + HOUR) == {}


def test_a_shift_across_midnight_is_one_span_of_local_minutes() -> None:
    start = datetime(2026, 12, 2, 22, 0, tzinfo=CHENGDU)

    span = fitness.span_of(start, start + 6 * HOUR)

    assert (span.end - span.start, span.start % DAY, span.end % DAY) == (360, 22 * 60, 4 * 60)


def test_a_seat_is_risky_where_nobody_insures_everybody(world: World) -> None:
    insured, own = routine(world), routine(world, support=())
    free = routine(world, support=(), needs_insurance=False)

    risky = [
        fitness.task_of(standing.slots_with_room(call_up.pk)[0], call_up).risky
        for call_up in (insured, own, free)
    ]

    assert risky == [False, True, False]
