"""The first page of a volunteer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from muster.callups.enums import AssignmentState, CallUpState, OfferState
from muster.records.enums import DutyKind, Evidence, RecordState
from muster.records.models import ServiceRecord
from muster.records.queries.hours import totals_of
from muster.web.queries.mine import mine
from tests.web.ground import make_call_up, make_offer, make_seat, make_slot
from tests.world import HERE, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def test_a_stranger_is_led_to_the_door_and_back(client):
    response = client.get("/my/")

    assert (response.status_code, response["Location"]) == (302, "/sign-in/?next=%2Fmy%2F")


def test_a_person_sees_the_next_shift_first(world):
    person = world.person("volunteer")
    far = make_slot(
        make_call_up(world, title="Far", starts_at=timezone.now() + timedelta(days=2)), post="Far gate"
    )
    near = make_slot(make_call_up(world, title="Near"), post="Near gate")
    make_seat(far, person)
    make_seat(near, person)

    page = world.client_for("volunteer").get("/my/").content.decode()

    assert "Near gate" in page
    assert "Far gate" not in page
    assert "/my/o/" in page


@pytest.mark.parametrize("state", [AssignmentState.WITHDRAWN, AssignmentState.ABSENT, AssignmentState.LEFT])
def test_a_seat_that_was_given_up_is_not_next(world, state):
    seat = make_seat(make_slot(make_call_up(world)), world.person("volunteer"))
    type(seat).objects.filter(pk=seat.pk).update(state=state, ended_at=timezone.now())

    assert mine(world.person("volunteer"), timezone.now()).seat is None


def test_open_questions_are_listed_and_old_ones_not(world):
    person = world.person("volunteer")
    make_offer(make_slot(make_call_up(world, title="Asked")), person)
    make_offer(make_slot(make_call_up(world, title="Waiting")), person, OfferState.WAITING)
    make_offer(make_slot(make_call_up(world, title="Too late", reply_by=timezone.now())), person)
    over = make_call_up(world, title="Over", state=CallUpState.CLOSED, closed_at=timezone.now())
    make_offer(make_slot(over), person)
    make_offer(make_slot(make_call_up(world, title="Another's")), world.volunteer(1))

    questions = mine(person, timezone.now()).questions

    assert {question.title: question.is_waiting for question in questions} == {
        "Asked": False,
        "Waiting": True,
    }


def make_record(world: World, minutes: int, **facts: object) -> None:
    now = timezone.now()
    standard = {
        "person": world.person("volunteer"),
        "division_code": HERE,
        "source_kind": "t",
        "source_code": str(ServiceRecord.objects.count()),
        "title": "门岗值守",
        "place": "北门",
        "organizer": "蜀汉街社区",
        "minutes": minutes,
        "duty_kind": DutyKind.OFF_DUTY,
        "evidence": Evidence.CODE,
        "state": RecordState.CREDITED,
        "served_on": now.date(),
        "created_at": now,
    }
    ServiceRecord.objects.create(**{**standard, **facts})


def test_hours_keep_duty_apart_and_leave_drills_out(world):
    make_record(world, 390)
    make_record(world, 60, duty_kind=DutyKind.ON_PAID_DUTY)
    make_record(world, 600, is_drill=True)
    make_record(world, 600, state=RecordState.UNCONFIRMED)

    seen = mine(world.person("volunteer"), timezone.now())

    assert (seen.minutes, seen.duty_minutes, len(seen.records)) == (390, 60, 3)
    page = world.client_for("volunteer").get("/my/").content.decode()
    assert "6.5" in page
    assert "and 1 hours on duty" in page


def test_the_first_page_and_the_page_of_hours_say_the_same_sum(world):
    make_record(world, 390)
    make_record(world, 480, state=RecordState.NEEDS_APPROVAL)
    make_record(world, 60, duty_kind=DutyKind.ON_PAID_DUTY, state=RecordState.NEEDS_APPROVAL)
    make_record(world, 600, state=RecordState.VOID)
    person = world.person("volunteer")

    seen, given = mine(person, timezone.now()), totals_of(person)

    assert (seen.minutes, seen.duty_minutes) == (given.service, given.on_duty) == (870, 60)
    client = world.client_for("volunteer")
    for address in ("/my/", "/my/records/"):
        assert "14.5" in client.get(address).content.decode()


def test_a_newcomer_is_told_what_will_come(world):
    page = world.client_for("volunteer").get("/my/").content.decode()

    assert "陈秀英, you have no shift ahead" in page
    assert "You are asked for help" not in page
