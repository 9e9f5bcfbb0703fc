"""The entries for a calendar: as RFC 5545 has them, read back by a reader of the format, and nobody else in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from muster.callups.actions import calls, offers
from muster.callups.enums import OfferState
from muster.callups.models import CallUp, Offer, Post, Shift
from muster.callups.queries.calendar import (
    _calendar,
    _Entry,
    calendar_of,
    calendar_of_call_up,
    calendar_of_person,
)
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.callups.ground import me, seated
from tests.world import World

URL = "https://muster.example/my/o/abc/"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def events(body: bytes) -> list[Event]:
    return Calendar.from_ical(body).walk("VEVENT")


def event(offer: Offer) -> Event:
    """The only entry of an offer."""
    rows = Offer.objects.select_related("call_up", "person")
    (found,) = events(calendar_of(rows.get(pk=offer.pk), URL))
    return found


@given(
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=200),
    st.text(st.sampled_from('a,;\\\n北:"^'), max_size=120),
)
def test_whatever_is_typed_reads_back_and_no_line_is_too_long(name: str, bring: str) -> None:
    call_up = CallUp(bring=bring)
    place = Post(name=name, place=name)
    span = Shift(muster_at=START, ends_at=START + timedelta(hours=6), post=place, call_up=call_up)

    body = _calendar("x", [_Entry("K7M2QD", span, "CONFIRMED", NOW)])

    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert body.count(b"\n") == body.count(b"\r\n")
    (found,) = events(body)
    assert str(found["LOCATION"]) == name
    assert str(found.get("DESCRIPTION", "")) == bring


@pytest.mark.django_db
class TestOneOffer:
    def test_it_says_what_where_when_and_reminds_an_hour_before(self, world: World) -> None:
        call_up = raised(world.actor("worker"), draft(2, bring="身份证;雨衣, 水\n手电"))
        Post.objects.update(place="锦里西苑,北门")
        seat = seated(world, call_up=call_up)

        found = event(seat.offer)

        assert found["DTSTART"].dt == seat.shift.muster_at
        assert found["DTSTART"].params["TZID"] == "Asia/Shanghai"
        assert found["DTEND"].dt == seat.shift.ends_at
        assert (found["LOCATION"], found["URL"]) == ("锦里西苑,北门", URL)
        assert found["DESCRIPTION"] == "身份证;雨衣, 水\n手电"
        assert found["UID"] == f"{seat.offer.code}@muster"
        (alarm,) = found.walk("VALARM")
        assert alarm["TRIGGER"].dt == timedelta(hours=-1)

    def test_the_same_seat_keeps_its_name_so_that_a_second_entry_replaces_the_first(
        self, world: World
    ) -> None:
        offer = offer_to(raised(world.actor("worker")), world.person("volunteer"))

        before = event(offer)
        Post.objects.update(name="南门")
        after = event(offer)

        assert before["UID"] == after["UID"]
        assert (before["SUMMARY"] == after["SUMMARY"], after["LOCATION"]) == (False, "南门")

    @pytest.mark.parametrize(
        ("state", "status"),
        [
            ("asked", "TENTATIVE"),
            ("expired", "TENTATIVE"),
            ("waiting", "TENTATIVE"),
            ("declined", "CANCELLED"),
            ("withdrawn", "CANCELLED"),
            ("thanked", "CANCELLED"),
            ("stood_down", "CANCELLED"),
        ],
    )
    def test_each_state_has_its_status(self, world: World, state: str, status: str) -> None:
        offer = offer_to(raised(world.actor("worker")), world.person("volunteer"))
        Offer.objects.update(state=OfferState(state), waiting_since=NOW, answered_at=NOW)

        found = event(offer)

        assert (found["STATUS"], found["SEQUENCE"]) == (status, int(status == "CANCELLED"))
        assert len(found.walk("VALARM")) == int(status != "CANCELLED")

    def test_a_stand_down_cancels_what_was_agreed(self, world: World) -> None:
        seat = seated(world)
        assert event(seat.offer)["STATUS"] == "CONFIRMED"

        calls.stand_down(seat.call_up, reason="雨停了。", actor=world.actor("worker"), at=NOW)

        found = event(seat.offer)
        assert (found["STATUS"], found["SEQUENCE"], found["DTSTAMP"].dt) == ("CANCELLED", 1, NOW)


@pytest.mark.django_db
class TestFeeds:
    def test_a_person_finds_all_seats_of_their_own_and_no_others(self, world: World) -> None:
        call_up = raised(world.actor("worker"), draft(3))
        mine = seated(world, call_up=call_up)
        seated(world, world.volunteer(1), call_up)

        body = calendar_of_person(mine.person, NOW)

        assert [found["UID"] for found in events(body)] == [f"{mine.offer.code}@muster"]
        assert Calendar.from_ical(body)["X-WR-CALNAME"] == "我的班次"
        for secret in ("志愿者1", mine.person.name, "138", "139", "周敏"):
            assert secret not in body.decode()

    def test_a_seat_that_was_given_back_stays_and_is_canceled(self, world: World) -> None:
        seat = seated(world)
        later = NOW + timedelta(hours=1)
        offers.withdraw(seat.offer, "unwell", actor=me(seat.person), at=later)

        (found,) = events(calendar_of_person(seat.person, later))

        assert (found["STATUS"], found["DTSTAMP"].dt, found["SEQUENCE"]) == ("CANCELLED", later, 1)
        assert "unwell" not in calendar_of_person(seat.person, later).decode()

    def test_a_month_after_the_end_a_seat_is_left_out(self, world: World) -> None:
        seat = seated(world)
        end = seat.shift.ends_at + timedelta(days=31)

        assert len(events(calendar_of_person(seat.person, end - timedelta(seconds=1)))) == 1
        assert events(calendar_of_person(seat.person, end)) == []

    def test_nobody_has_an_empty_calendar_that_is_none(self, world: World) -> None:
        body = calendar_of_person(world.person("volunteer"), NOW)

        assert body.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
        assert events(body) == []

    def test_a_call_up_shows_each_shift_once_however_many_stand_there(self, world: World) -> None:
        seats = draft(2).posts[0].shifts[0].seats
        posts = (
            post("北门", shift(*seats), shift(*seats, start=START + timedelta(hours=6))),
            post("南门", shift(*seats)),
        )
        call_up = raised(world.actor("worker"), draft(2, posts=posts))
        seated(world, call_up=call_up)

        body = calendar_of_call_up(call_up)

        found = events(body)
        assert sorted(str(one["LOCATION"]) for one in found) == ["北门", "北门", "南门"]
        assert {str(one["STATUS"]) for one in found} == {"CONFIRMED"}
        assert len({str(one["UID"]) for one in found}) == 3
        assert "陈秀英" not in body.decode()
        calls.stand_down(call_up, reason="雨停了。", actor=world.actor("worker"), at=NOW)
        call_up.refresh_from_db()
        assert {str(one["STATUS"]) for one in events(calendar_of_call_up(call_up))} == {"CANCELLED"}

    def test_times_stand_in_the_zone_of_the_place_which_is_written_out(self, world: World) -> None:
        body = calendar_of_call_up(raised(world.actor("worker")))

        assert b"DTSTART;TZID=Asia/Shanghai:20261203T054000" in body
        (zone,) = Calendar.from_ical(body).walk("VTIMEZONE")
        assert zone["TZID"] == "Asia/Shanghai"
        assert zone.to_tz().utcoffset(START.replace(tzinfo=None)) == timedelta(hours=8)

    def test_a_drill_is_marked_in_each_entry(self, world: World) -> None:
        call_up = raised(world.actor("worker"), draft(2, is_drill=True))

        assert all(str(one["SUMMARY"]).startswith("【演练】") for one in events(calendar_of_call_up(call_up)))

    @pytest.mark.parametrize("seats", [1, 3])
    def test_the_calendar_of_a_person_costs_the_same_for_one_seat_and_for_three(
        self, world: World, seats: int, django_assert_num_queries: Callable[[int], object]
    ) -> None:
        person = world.person("volunteer")
        for day in range(seats):
            start = START + timedelta(days=day)
            form = draft(1, posts=(post("北门", shift(*draft(1).posts[0].shifts[0].seats, start=start)),))
            seated(world, person, raised(world.actor("worker"), form))

        with django_assert_num_queries(1):
            assert len(events(calendar_of_person(person, NOW))) == seats
