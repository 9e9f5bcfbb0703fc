"""The entry for a phone's calendar: as RFC 5545 has it, whatever people write into place and luggage."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.callups.models import Offer, Post
from muster.callups.queries.calendar import _escaped, _folded, calendar_of
from tests.callups.drafting import draft, offer_to, raised
from tests.callups.ground import seated
from tests.world import World

URL = "https://muster.example/my/o/abc/"


def unfolded(text: str) -> str:
    return text.replace("\r\n ", "")


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"])))
def test_a_long_line_is_folded_between_characters_and_reads_back(text: str) -> None:
    line = f"DESCRIPTION:{text}"

    folded = _folded(line)

    parts = folded.split("\r\n")
    assert unfolded(folded) == line
    assert all(len(part.encode()) <= 75 for part in parts)
    assert all(part.startswith(" ") for part in parts[1:])


@given(st.text(st.sampled_from("a,;\\\n\r北")))
def test_marks_of_the_format_are_escaped_and_read_back(text: str) -> None:
    escaped = _escaped(text)

    assert not {"\n", "\r"} & set(escaped)
    read, at = "", 0
    while at < len(escaped):
        if escaped[at] == "\\":
            at += 1
            read += "\n" if escaped[at] == "n" else escaped[at]
        else:
            assert escaped[at] not in ",;"
            read += escaped[at]
        at += 1
    assert read == text.replace("\r\n", "\n").replace("\r", "\n")


def entry(offer: Offer) -> dict[str, str]:
    """The lines of the event by name, unfolded; of the alarm only its trigger."""
    lines = unfolded(calendar_of(offer, URL)).split("\r\n")
    pairs = [line.partition(":") for line in lines]
    return {name: value for name, _colon, value in reversed(pairs)}


def whole(offer: Offer) -> Offer:
    rows = Offer.objects.select_related("call_up", "person", "slot__shift__post__leader")
    return rows.get(pk=offer.pk)


@pytest.mark.django_db
def test_the_entry_says_what_where_when_and_reminds_an_hour_before(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(2, bring="身份证;雨衣, 水\n手电"))
    Post.objects.update(place="锦里西苑,北门")
    seat = seated(world, call_up=call_up)

    found = entry(whole(seat.offer))

    assert found["DTSTART"] == f"{seat.shift.muster_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    assert found["DTEND"] == f"{seat.shift.ends_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    assert found["LOCATION"] == "锦里西苑\\,北门"
    assert found["DESCRIPTION"] == "身份证\\;雨衣\\, 水\\n手电"
    assert (found["URL"], found["TRIGGER"], found["UID"]) == (URL, "-PT1H", f"{seat.offer.code}@muster")


@pytest.mark.django_db
def test_the_same_seat_keeps_its_name_so_that_a_second_entry_replaces_the_first(world: World) -> None:
    offer = offer_to(raised(world.actor("worker")), world.person("volunteer"))

    before = entry(whole(offer))
    Post.objects.update(name="南门")
    after = entry(whole(offer))

    assert before["UID"] == after["UID"]
    assert (before["SUMMARY"] == after["SUMMARY"], after["LOCATION"]) == (False, "南门")


@pytest.mark.django_db
def test_a_body_ends_each_line_as_the_format_asks(world: World) -> None:
    offer = offer_to(raised(world.actor("worker")), world.person("volunteer"))

    body = calendar_of(whole(offer), URL)

    assert body.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert body.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert body.count("\n") == body.count("\r\n")
