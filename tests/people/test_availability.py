"""The week that a volunteer offers: from the boxes on the phone to the shift across midnight that it allows or not."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.kernel.spans import ALWAYS, PERIODS_A_DAY, Span, minute_of, period_bit, week_allows
from muster.people.actions import skills, volunteers
from muster.people.enums import Period
from muster.people.models import VolunteerProfile
from muster.people.queries.profiles import DAYS, week_of
from tests.people.asking import refusal_of, text
from tests.world import World

PROFILE = "/my/profile/"
MONDAY = date(2026, 3, 2)
SUNDAY = date(2026, 3, 8)
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture
def catalog(db: None) -> None:
    skills.load_skills()


def slot(weekday: int, period: Period) -> str:
    return str(weekday * PERIODS_A_DAY + period)


def shift(day: date, start: str, end: str) -> Span:
    """From clock to clock; an end that is not later is on the next day."""
    first, last = (datetime.combine(day, time.fromisoformat(clock)) for clock in (start, end))
    return Span(minute_of(first), minute_of(last if last > first else last + timedelta(days=1)))


def offered(world: World, *chosen: str) -> int:
    """The week on file after the volunteer ticked these boxes and no other."""
    response = world.client_for("volunteer").post(PROFILE, {"week": list(chosen), "emergency_willing": "yes"})
    assert response.status_code == 302
    return VolunteerProfile.objects.get(person=world.person("volunteer")).availability


@pytest.mark.req("R4.7")
@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize(
    ("chosen", "span", "may"),
    [
        ([(0, Period.EVENING), (1, Period.NIGHT)], shift(MONDAY, "22:00", "06:00"), True),
        ([(0, Period.EVENING)], shift(MONDAY, "22:00", "06:00"), False),
        ([(1, Period.NIGHT)], shift(MONDAY, "22:00", "06:00"), False),
        ([(0, Period.EVENING)], shift(MONDAY, "18:00", "00:00"), True),
        ([(1, Period.NIGHT)], shift(MONDAY + timedelta(days=1), "00:00", "06:00"), True),
        ([(0, Period.EVENING), (1, Period.NIGHT)], shift(MONDAY, "22:00", "06:01"), False),
        ([(6, Period.EVENING), (0, Period.NIGHT)], shift(SUNDAY, "23:30", "00:30"), True),
        ([(6, Period.EVENING), (6, Period.NIGHT)], shift(SUNDAY, "23:30", "00:30"), False),
        ([(0, Period.MORNING)], shift(MONDAY, "06:00", "12:00"), True),
        ([(0, Period.MORNING)], shift(MONDAY, "05:59", "12:00"), False),
        ([(0, Period.MORNING)], shift(MONDAY + timedelta(days=7), "08:00", "11:00"), True),
        ([], shift(MONDAY, "08:00", "09:00"), False),
    ],
    ids=[
        "both sides of midnight",
        "only the evening",
        "only the night after",
        "up to midnight",
        "from midnight on",
        "a minute into the morning",
        "from Sunday into Monday",
        "the night before Sunday is another one",
        "exactly the quarter",
        "a minute before it",
        "every week alike",
        "nothing offered",
    ],
)
def test_a_shift_is_within_the_week_or_not(
    world: World, chosen: list[tuple[int, Period]], span: Span, may: bool
) -> None:
    week = offered(world, *(slot(*one) for one in chosen))

    assert week_allows(week, span) == may


@pytest.mark.usefixtures("catalog")
def test_every_box_is_a_quarter_of_its_own(world: World) -> None:
    boxes = [slot(day, period) for day in range(DAYS) for period in Period]

    assert len(set(boxes)) == 28
    assert offered(world, *boxes) == ALWAYS
    assert offered(world) == 0


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize("week", [["28"], ["-1"], ["x"], ["1", "1x"]])
def test_a_box_that_is_none_keeps_the_week_and_what_was_ticked(world: World, week: list[str]) -> None:
    before = offered(world, "3", "4")

    response = world.client_for("volunteer").post(PROFILE, {"week": week, "quiet_from_minute": "22:00"})

    assert response.status_code == 422
    assert 'value="22:00"' in text(response)
    assert VolunteerProfile.objects.get(person=world.person("volunteer")).availability == before


@calm
@given(st.integers(0, ALWAYS))
def test_the_table_shows_exactly_what_is_on_file(availability: int) -> None:
    rows = week_of(availability).rows

    shown = sum(
        period_bit(*divmod(one.value, PERIODS_A_DAY))
        for _period, slots in rows
        for one in slots
        if one.is_free
    )
    assert shown == availability
    assert [period for period, _slots in rows] == list(Period)


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize(("language", "words"), [("zh-hans", ["夜", "上午"]), ("en", ["night", "morning"])])
def test_each_box_is_named_for_who_cannot_see_the_table(
    world: World, language: str, words: list[str]
) -> None:
    client = world.client_for("volunteer")
    client.cookies["django_language"] = language

    page = text(client.get(PROFILE))

    for word in words:
        assert word in page


class TestQuietHours:
    def change(self, world: World, **facts: Any) -> VolunteerProfile:
        return volunteers.update_profile(
            world.person("volunteer").volunteer, actor=world.actor("volunteer"), **facts
        )

    @pytest.mark.parametrize(
        ("first", "last"),
        [(0, 1439), (1320, 420), (0, 0), (1439, 0)],
        ids=["a day", "a night", "none", "last minute"],
    )
    def test_they_may_lie_across_midnight(self, world: World, first: int, last: int) -> None:
        kept = self.change(world, quiet_from_minute=first, quiet_to_minute=last)

        assert (kept.quiet_from_minute, kept.quiet_to_minute) == (first, last)

    def test_one_end_is_changed_beside_the_one_on_file(self, world: World) -> None:
        self.change(world, quiet_from_minute=1320, quiet_to_minute=420)

        kept = self.change(world, quiet_to_minute=480)

        assert (kept.quiet_from_minute, kept.quiet_to_minute) == (1320, 480)

    def test_one_end_cannot_be_taken_away_alone(self, world: World) -> None:
        self.change(world, quiet_from_minute=1320, quiet_to_minute=420)

        assert refusal_of(lambda: self.change(world, quiet_from_minute=None)) == "quiet_hours_wrong"
        kept = VolunteerProfile.objects.get(person=world.person("volunteer"))
        assert (kept.quiet_from_minute, kept.quiet_to_minute) == (1320, 420)

    def test_both_ends_can_be_taken_away(self, world: World) -> None:
        self.change(world, quiet_from_minute=1320, quiet_to_minute=420)

        kept = self.change(world, quiet_from_minute=None, quiet_to_minute=None)

        assert (kept.quiet_from_minute, kept.quiet_to_minute) == (None, None)

    @pytest.mark.usefixtures("catalog")
    @pytest.mark.parametrize("typed", ["24:00", "12:60", "7h", "7.30", "-1:00", "noon"])
    def test_a_clock_that_is_none_stands_there_as_it_was_typed(self, world: World, typed: str) -> None:
        response = world.client_for("volunteer").post(
            PROFILE, {"quiet_from_minute": typed, "quiet_to_minute": "07:00"}
        )

        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["quiet_from_minute"]
        assert f'value="{typed}"' in text(response)
        assert 'value="07:00"' in text(response)
