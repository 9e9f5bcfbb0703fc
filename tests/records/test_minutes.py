"""Minutes are exact: across midnight, to the second, at every limit, by the numbers of the place and of the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.norms.actions.settings import change
from muster.records.enums import DutyKind, RecordState
from muster.records.models import ServiceRecord
from muster.records.queries.hours import totals_of
from muster.records.rules import Times
from tests.records.test_hours import CHENGDU, START, credited, times
from tests.world import World

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 12, 3, 22, 0, tzinfo=CHENGDU)
SECOND = timedelta(seconds=1)


def night(come: datetime = NIGHT, go: datetime = NIGHT + timedelta(hours=6)) -> Times:
    """A shift from ten in the evening to four in the morning."""
    return Times(NIGHT, NIGHT + timedelta(hours=6), come, go)


def test_a_night_belongs_to_the_evening_on_which_it_began(world: World) -> None:
    record = credited(world, night())

    assert (record.minutes, record.served_on) == (360, date(2026, 12, 3))
    assert (record.during.lower, record.during.upper) == (NIGHT, NIGHT + timedelta(hours=6))


def test_who_came_after_midnight_served_on_the_day_after(world: World) -> None:
    record = credited(world, night(come=NIGHT + timedelta(hours=3)))

    assert (record.minutes, record.served_on) == (180, date(2026, 12, 4))


@pytest.mark.req("R9.3")
def test_the_day_after_a_night_begins_with_an_empty_cap(world: World) -> None:
    credited(world, night(), "night")
    morning = datetime(2026, 12, 4, 8, 0, tzinfo=CHENGDU)
    for number, start in enumerate((morning, morning + timedelta(hours=7))):
        end = start + timedelta(hours=6)
        credited(world, Times(start, end, start, end), f"day{number}")

    states = ServiceRecord.objects.order_by("served_on", "pk").values_list("served_on", "minutes", "state")

    # 360 of the night are of the day before: 720 of the next are exactly its cap.
    assert list(states) == [
        (date(2026, 12, 3), 360, "credited"),
        (date(2026, 12, 4), 360, "credited"),
        (date(2026, 12, 4), 360, "credited"),
    ]


def test_the_same_moments_in_another_zone_are_the_same_record(world: World) -> None:
    here = credited(world, night())
    there = credited(
        world,
        Times(*(moment.astimezone(UTC) for moment in (NIGHT, NIGHT + timedelta(hours=6)) * 2)),
        "A2",
        person=world.volunteer(1),
    )

    assert (there.minutes, there.served_on, there.during) == (here.minutes, here.served_on, here.during)


@pytest.mark.parametrize(
    ("in_seconds", "out_seconds", "minutes"),
    [(0, 0, 120), (59, 0, 120), (60, 0, 119), (0, -1, 119), (0, 59, 120), (0, 60, 121), (59, 59, 120)],
)
def test_seconds_are_dropped_at_both_ends_and_never_rounded_up(
    world: World, in_seconds: int, out_seconds: int, minutes: int
) -> None:
    come, go = START + timedelta(hours=1), START + timedelta(hours=3)

    record = credited(
        world,
        Times(START, START + timedelta(hours=6), come + in_seconds * SECOND, go + out_seconds * SECOND),
    )

    assert record.minutes == minutes


@pytest.mark.parametrize(
    ("come", "go", "minutes", "codes"),
    [
        (-15, 360, 375, []),
        (-16, 360, 375, ["before_shift_cut"]),
        (0, 375, 375, []),
        (0, 376, 375, ["after_shift_cut"]),
        (-16, 376, 390, ["before_shift_cut", "after_shift_cut"]),
        (374, 375, 1, []),
    ],
)
def test_the_grace_of_fifteen_minutes_ends_at_the_minute(
    world: World, come: int, go: int, minutes: int, codes: list[str]
) -> None:
    record = credited(world, times(come, go))

    assert (record.minutes, [line["code"] for line in record.reasons]) == (minutes, codes)


@pytest.mark.parametrize(
    ("come", "go", "code"),
    [
        (-60, -15, "outside_shift"),
        (375, 400, "outside_shift"),
        (120, 60, "out_before_in"),
        (120, 119, "out_before_in"),
    ],
)
def test_what_lies_outside_the_shift_or_backwards_is_void_and_says_so(
    world: World, come: int, go: int, code: str
) -> None:
    record = credited(world, times(come, go))

    assert (record.state, record.minutes, record.during) == (RecordState.VOID, 0, None)
    assert [line["code"] for line in record.reasons] == [code]
    assert totals_of(record.person).service == 0


@pytest.mark.parametrize(
    ("stayed", "minutes", "state"),
    [(479, 479, "credited"), (480, 480, "credited"), (481, 480, "needs_approval")],
)
def test_the_longest_record_ends_at_eight_hours_to_the_minute(
    world: World, stayed: int, minutes: int, state: str
) -> None:
    record = credited(world, times(0, stayed, long=600))

    assert (record.minutes, record.state) == (minutes, state)


@pytest.mark.parametrize(
    ("second", "minutes", "state"),
    [(239, 239, "credited"), (240, 240, "credited"), (241, 240, "needs_approval")],
)
def test_the_longest_day_ends_at_twelve_hours_to_the_minute(
    world: World, second: int, minutes: int, state: str
) -> None:
    credited(world, times(0, 480, long=480), "A1")

    record = credited(world, times(500, 500 + second, long=900), "A2")

    assert (record.minutes, record.state) == (minutes, state)


@pytest.mark.parametrize(
    ("other", "state"),
    [
        ({"duty_kind": DutyKind.ON_PAID_DUTY}, "credited"),
        ({"is_drill": True}, "credited"),
        ({}, "needs_approval"),
    ],
    ids=["paid duty", "drill", "service"],
)
def test_only_service_fills_the_cap_of_the_day(world: World, other: dict[str, object], state: str) -> None:
    credited(world, times(0, 480, long=480), "A1", **other)

    assert credited(world, times(500, 800, long=900), "A2").state == state


def test_paid_duty_has_no_cap_for_it_is_no_service(world: World) -> None:
    record = credited(world, times(0, 700, long=700), duty_kind=DutyKind.ON_PAID_DUTY)

    assert (record.state, record.minutes) == (RecordState.CREDITED, 700)


@pytest.mark.parametrize(("gap", "state"), [(0, "credited"), (1, "credited"), (-1, "void")])
def test_two_shifts_may_touch_and_not_overlap(world: World, gap: int, state: str) -> None:
    credited(world, times(0, 120), "A1")

    record = credited(world, times(120 + gap, 240), "A2")

    assert record.state == state


def test_the_shifts_of_two_people_do_not_stand_in_each_others_way(world: World) -> None:
    for number in range(3):
        record = credited(world, times(), f"A{number}", person=world.volunteer(number))
        assert record.state == RecordState.CREDITED


class TestNumbersOfAPlace:
    """A place may set its own numbers, from a day on."""

    def cap(self, world: World, value: int, place: int, valid_from: date | None = None) -> None:
        change(
            "hours.record_cap_minutes",
            value,
            division_code=place,
            reason="街道通知",
            actor=world.actor("county_overseer"),
            valid_from=valid_from or START.date(),
            at=START,
        )

    def test_a_cap_of_the_street_counts_in_its_communities_only(self, world: World) -> None:
        self.cap(world, 300, world.here)

        here = credited(world, times(0, 360), "A1")
        there = credited(world, times(0, 360), "A2", division_code=world.next_door, person=world.volunteer(1))

        assert (here.minutes, here.state) == (300, "needs_approval")
        assert (there.minutes, there.state) == (360, "credited")

    @pytest.mark.parametrize(("day", "minutes"), [(-1, 360), (0, 300), (1, 300)])
    def test_the_number_of_the_day_of_the_service_counts(self, world: World, day: int, minutes: int) -> None:
        self.cap(world, 300, world.here)

        # Credited on one day all three: what was served before the change keeps the number of its day.
        record = credited(world, times(0, 360, day=day), at=START + timedelta(days=2))

        assert record.minutes == minutes


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    come=st.integers(-3_000, 30_000),
    stayed=st.integers(0, 30_000),
    length=st.integers(1, 480),
)
def test_no_second_counts_that_was_not_attended_within_the_shift_and_its_grace(
    world: World, come: int, stayed: int, length: int
) -> None:
    ServiceRecord.objects.all().delete()
    end = START + timedelta(minutes=length)
    came, went = START + come * SECOND, START + (come + stayed) * SECOND

    record = credited(world, Times(START, end, came, went))

    inside = range(
        max(come // 60, -15),
        min((come + stayed) // 60, length + 15),
    )
    counted = min(len(inside), 480)
    assert record.minutes == counted
    assert record.minutes * 60 <= stayed + 59
    if record.during is not None:
        span = record.during.upper - record.during.lower
        assert span == timedelta(minutes=len(inside))
