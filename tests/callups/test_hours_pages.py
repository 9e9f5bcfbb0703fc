"""Hours that wait for the person in charge, at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from muster.callups.actions import attendance
from muster.callups.forms.hours import ConfirmForm
from muster.callups.models import Assignment, CallUp
from muster.callups.rules.drafts import SeatsDraft
from muster.records.models import ServiceRecord
from muster.toolkit import server_clock
from tests.callups.drafting import START, draft, post, raised, shift
from tests.callups.ground import arrives, seated
from tests.records.test_hours import credited, times
from tests.world import World

pytestmark = pytest.mark.django_db
LATER = START + timedelta(hours=12)


def forgotten(
    world: World, number: int = 1, call_up: CallUp | None = None
) -> tuple[Assignment, ServiceRecord]:
    """Somebody who came at the start and never checked out."""
    seat = seated(world, world.volunteer(number), call_up)
    arrives(seat)
    attendance.close_shift_due(LATER)
    return seat, ServiceRecord.objects.get(source_code=seat.code)


def url(deed: str, record: ServiceRecord) -> str:
    return reverse(f"callups:desk-hours-{deed}", args=[record.code])


@pytest.fixture
def desk(world: World) -> Client:
    return world.client_for("worker")


@pytest.mark.req("R9.3")
def test_the_time_is_confirmed_with_a_reason(world: World, desk: Client) -> None:
    # A drill, because only a drill may play the day after the shift.
    _seat, record = forgotten(world, call_up=raised(world.actor("worker"), draft(is_drill=True)))

    assert record in [line.record for line in desk.get("/desk/hours/").context["lines"]]
    with server_clock.moved_to(LATER):
        answer = desk.post(url("confirm", record), {"left": "11:30", "reason": "带班记得"})

    record.refresh_from_db()
    assert (answer.status_code, record.minutes, record.state) == (302, 330, "credited")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"left": "25:00", "reason": "x"}, 422),
        ({"left": "", "reason": "x"}, 422),
        ({"left": "11:30", "reason": ""}, 422),
    ],
)
def test_a_form_that_cannot_be_read_comes_back(
    world: World, desk: Client, form: dict[str, str], status: int
) -> None:
    _seat, record = forgotten(world)

    assert desk.post(url("confirm", record), form).status_code == status


def test_a_night_shift_ends_on_the_next_day(world: World) -> None:
    night = START.replace(hour=20)
    call_up = raised(
        world.actor("worker"), draft(posts=(post("北门", shift(SeatsDraft("general", 2), start=night)),))
    )
    arrives(seated(world, world.volunteer(1), call_up), night)
    form = ConfirmForm({"left": "1:30", "reason": "记得"})
    assert form.is_valid()

    assert form.left_at(night) == night + timedelta(hours=5, minutes=30)


def test_what_is_beyond_the_limit_is_approved(world: World, desk: Client) -> None:
    record = credited(world, times(0, 600, long=600))

    assert desk.post(url("approve", record), {"reason": "换班人没到"}).status_code == 302
    record.refresh_from_db()
    assert (record.minutes, record.state) == (600, "credited")
    assert desk.post(url("approve", record), {"reason": "again"}).status_code == 409


def test_a_wrong_record_is_voided(world: World, desk: Client) -> None:
    record = credited(world)

    assert desk.post(url("void", record), {"void-reason": ""}).status_code == 422
    assert desk.post(url("void", record), {"void-reason": "签错了人"}).status_code == 302
    record.refresh_from_db()
    assert record.state == "void"


def test_nobody_decides_on_his_own_hours_at_the_desk(world: World, desk: Client) -> None:
    record = credited(world, times(0, 600, long=600), person=world.person("worker"))

    answer = desk.post(url("approve", record), {"reason": "我自己"})

    assert answer.status_code == 409
    record.refresh_from_db()
    assert record.state == "needs_approval"


def test_a_record_of_another_origin_has_no_attendance_to_confirm(world: World, desk: Client) -> None:
    record = credited(world, times(0, None), source_kind="course")

    assert desk.post(url("confirm", record), {"left": "11:30", "reason": "x"}).status_code == 404


def test_the_list_costs_the_same_for_one_and_for_three(world: World, desk: Client) -> None:
    call_up = raised(world.actor("worker"))
    counts = []
    for number in (1, 2, 3):
        forgotten(world, number, call_up)
        with CaptureQueriesContext(connection) as captured:
            desk.get("/desk/hours/")
        counts.append(len(captured))

    assert counts[0] == counts[2]


def test_an_empty_list_has_a_word(desk: Client) -> None:
    assert 'class="empty-m"' in desk.get("/desk/hours/").content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("worker", 200),
        ("township_overseer", 200),
        ("county_overseer", 404),
        ("leader", 404),
        ("liaison", 404),
        ("volunteer", 404),
        ("auditor", 404),
        ("administrator", 404),
        ("stranger", 302),
    ],
)
def test_who_decides_about_hours(world: World, who: str, status: int) -> None:
    record = credited(world)
    client = world.client_for(who)

    assert client.get("/desk/hours/").status_code == status
    assert client.get(url("detail", record)).status_code == status


@pytest.mark.parametrize("deed", ["confirm", "approve", "void"])
def test_the_neighbor_decides_nothing_here(world: World, deed: str) -> None:
    record = credited(world, times(0, 600, long=600))
    client = world.client_for("neighbor")

    assert client.get("/desk/hours/").context["lines"] == []
    assert client.get(url("detail", record)).status_code == 404
    assert (
        client.post(url(deed, record), {"reason": "x", "void-reason": "x", "left": "1:00"}).status_code == 404
    )
    record.refresh_from_db()
    assert record.state == "needs_approval"
