"""Both forces stand at the posts as one team, in routine and in emergency (R1.3), at each kind of task (R2.9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from muster.callups.actions import dispatch, namings, offers, orders, plans
from muster.callups.enums import TaskKind
from muster.callups.models import Assignment, CallUp, Offer, Slot, UnitCall
from muster.callups.queries.my_call import my_call
from muster.callups.queries.presence import present
from muster.callups.queries.roster import roster
from muster.callups.queries.tally import tally
from muster.people.enums import AUXILIARY_FORCE, REGULAR_FORCE, ForceClass
from muster.people.models import Person, ReportIn
from muster.records.models import ServiceRecord
from tests.callups.drafting import NOW, START, draft, offer_to, raised
from tests.callups.ground import arrives, called, leaves, me, shift_of, waiting
from tests.callups.ground import roster as pasted
from tests.world import HERE, World, make_person, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_on_duty(world: World) -> None:
    """The office people of the cast serve elsewhere, so that a test counts its own people only."""
    Person.objects.filter(force_class__in=["full_time_worker", "other_regular"]).update(
        force_class=ForceClass.OTHER_AUXILIARY
    )


def reported(world: World, number: int) -> Person:
    person = world.volunteer(number)
    unit = make_unit("锦里商户联盟", uscc="91510107MA61TEST0X")
    Person.objects.filter(pk=person.pk).update(force_class=ForceClass.REPORTED_PERSON, unit=unit)
    ReportIn.objects.create(
        person=person,
        unit=unit,
        division_code=HERE,
        reported_on=NOW.date(),
        valid_to=NOW.date() + timedelta(days=30),
    )
    return person


def answers_all(call_up: CallUp) -> None:
    for offer in Offer.objects.filter(call_up=call_up, state="asked").select_related("person"):
        offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW)


@pytest.mark.req("R1.3", "R1.5")
@pytest.mark.parametrize(("mode", "level"), [("routine", 0), ("emergency", 3)])
def test_one_plan_makes_one_team_of_both_forces_in_either_mode(world: World, mode: str, level: int) -> None:
    call_up = raised(world.actor("worker"), draft(3, mode=mode, level=level))
    grid = make_person("网格员", "13700000001", HERE, ForceClass.GRID_WORKER)
    resident, sent = world.volunteer(1), reported(world, 2)
    waiting(call_up, resident)

    run = plans.propose(call_up, actor=world.actor("worker"), at=NOW)
    done = dispatch.confirm(run, actor=world.actor("worker"), at=NOW)
    answers_all(call_up)

    team = {row.name for row in roster(tally(call_up), segment="coming").rows}
    classes = set(Assignment.objects.filter(call_up=call_up).values_list("person__force_class", flat=True))
    assert (done.seated, done.ordered, done.asked, done.left_out) == (1, 1, 1, ())
    assert team == {grid.name, resident.name, sent.name}
    assert classes & set(REGULAR_FORCE)
    assert classes & set(AUXILIARY_FORCE)
    assert {line.name for line in present(shift_of(call_up), START).lines} == team


@pytest.mark.req("R1.3", "R2.8")
@pytest.mark.parametrize("force", REGULAR_FORCE)
def test_each_class_of_the_regular_force_stands_beside_volunteers_under_the_same_authority(
    world: World, force: ForceClass
) -> None:
    call_up = raised(world.actor("worker"), draft(2))
    volunteer = offer_to(call_up, world.volunteer(1))
    offers.accept(volunteer, actor=me(volunteer.person), risk_confirmed=True, at=NOW)
    slot = Slot.objects.select_related("shift__post", "call_up").get(call_up=call_up)
    orders.order(
        make_person("常态力量", "13700000001", HERE, force), slot, actor=world.actor("worker"), at=NOW
    )

    seats = Assignment.objects.filter(call_up=call_up).order_by("pk")

    assert [(seat.state, seat.duty_kind) for seat in seats] == [
        ("accepted", "off_duty"),
        ("ordered", "on_paid_duty"),
    ]
    assert {seat.authority_label for seat in seats} == {world.actor("worker").label}


TASKS = {
    TaskKind.SCAN_TEMPERATURE: ("扫码测温", "code scan and temperature"),
    TaskKind.REGISTRATION: ("人员登记", "person registration"),
    TaskKind.ORDER_KEEPING: ("秩序维护", "order keeping"),
    TaskKind.OTHER: ("其他", "other"),
}


@pytest.mark.req("R2.9")
@pytest.mark.parametrize("task", TASKS)
def test_a_reported_person_is_asked_for_the_task_and_does_it_with_a_result(
    world: World, task: TaskKind
) -> None:
    call = called(world, draft(1, task_kind=task, unit_ids=(world.unit.pk,)))
    namings.name_people(call, lines=pasted(1), actor=world.actor("liaison"), at=NOW)
    offer = Offer.objects.select_related("call_up", "person", "slot__shift__post__leader").get()

    told = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            told.append(my_call(offer, NOW).task)
    seat = offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW).assignment
    assert seat is not None
    arrives(seat)
    leaves(seat)

    assert tuple(told) == TASKS[task]
    done = Assignment.objects.filter(shift__post__task_kind=task, state="left")
    assert list(done.values_list("person__force_class", flat=True)) == [ForceClass.REPORTED_PERSON]
    assert ServiceRecord.objects.get(source_code=seat.code).minutes == 360


@pytest.mark.req("R2.14")
def test_a_unit_that_is_called_sees_who_was_called_who_said_yes_and_when_each_arrived(world: World) -> None:
    call: UnitCall = called(world)
    namings.name_people(call, lines=pasted(2), actor=world.actor("liaison"), at=NOW)
    quick, silent = Offer.objects.filter(unit_call=call).select_related("person").order_by("pk")
    seat = offers.accept(quick, actor=me(quick.person), risk_confirmed=True, at=NOW).assignment
    assert seat is not None
    arrives(seat, START - timedelta(minutes=15))

    quick.refresh_from_db()
    assert (quick.asked_at, quick.answered_at) == (NOW, NOW)
    assert seat.attendance.checked_in_at - quick.answered_at == timedelta(hours=17, minutes=45)
    assert (silent.state, silent.answered_at) == ("asked", None)
    counted = tally(call.call_up).unit_lines()[0].funnel
    assert (counted.named, counted.accepted, counted.arrived, counted.silent) == (2, 1, 1, 1)
