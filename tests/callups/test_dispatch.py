"""Dispatch and orders: the machine proposes with reasons, the committees decide, and a volunteer is never ordered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from muster.audit.models import Entry
from muster.callups.actions import calls, dispatch, offers, orders, plans
from muster.callups.enums import OfferState
from muster.callups.models import Assignment, DispatchRun, Offer, Slot
from muster.callups.queries.words import why_empty
from muster.callups.rules.drafts import SeatsDraft
from muster.notifications.models import Message
from muster.people.enums import ForceClass
from muster.people.models import Person, ReportIn
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.callups.ground import waiting
from tests.callups.refusals import nothing_done, refused
from tests.world import World, make_person

pytestmark = pytest.mark.django_db
NOBODY = Actor(label="")


@pytest.fixture(autouse=True)
def nobody_on_duty(world: World) -> None:
    """The office people of the cast serve elsewhere, so that a test counts its own people only."""
    Person.objects.filter(force_class__in=["full_time_worker", "other_regular"]).update(
        force_class=ForceClass.OTHER_AUXILIARY
    )


def regular(number: int = 1, **facts: object) -> Person:
    person = make_person(f"网格员{number}", f"138{number:08d}", 510_107_001_001, ForceClass.GRID_WORKER)
    Person.objects.filter(pk=person.pk).update(**facts)
    person.refresh_from_db()
    return person


def reported(world: World, number: int = 50) -> Person:
    """Reported in by a unit, with a volunteer record (R2.7)."""
    person = world.volunteer(number)
    Person.objects.filter(pk=person.pk).update(force_class=ForceClass.REPORTED_PERSON, unit=world.unit)
    ReportIn.objects.create(
        person=person,
        unit=world.unit,
        division_code=world.here,
        reported_on=date(2026, 12, 1),
        valid_to=date(2026, 12, 31),
    )
    person.refresh_from_db()
    return person


@pytest.mark.req("R1.5")
def test_one_plan_over_both_forces_with_reasons_for_every_line(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(5))
    waits = waiting(call_up, world.volunteer(1))
    grid, sent = regular(), reported(world)

    run = plans.propose(call_up, actor=world.actor("worker"), at=NOW)

    lines = {line["person"]: line for line in run.plan["assignments"]}
    assert {code: line["way"] for code, line in lines.items()} == {
        waits.person.code: "seat",
        grid.code: "order",
        sent.code: "ask",
    }
    assert all(line["reasons"] for line in lines.values())
    assert (run.status, run.people_count, run.seat_count, run.confirmed_at) == ("proven", 3, 5, None)
    assert [(empty["seats"], empty["code"]) for empty in run.plan["empties"]] == [
        (2, "fewer_qualified_than_seats")
    ]
    assert why_empty(run.plan["empties"][0])
    assert Assignment.objects.count() == 0


@pytest.mark.req("R1.5", "R2.8")
def test_a_confirmed_plan_seats_orders_and_asks_by_name_of_who_dispatched(world: World) -> None:
    worker = world.actor("township_overseer")
    call_up = raised(world.actor("worker"), draft(5))
    waits = waiting(call_up, world.volunteer(1))
    grid, sent = regular(), reported(world)
    run = plans.propose(call_up, actor=worker, at=NOW)

    done = dispatch.confirm(run, actor=worker, at=NOW)

    run.refresh_from_db()
    seats = {seat.person_id: seat for seat in Assignment.objects.all()}
    assert done == dispatch.Dispatched(seated=1, ordered=1, asked=1)
    assert {pk: (s.state, s.duty_kind) for pk, s in seats.items()} == {
        waits.person_id: ("accepted", "off_duty"),
        grid.pk: ("ordered", "on_paid_duty"),
    }
    assert {seat.authority_label for seat in seats.values()} == {worker.label}
    assert Offer.objects.get(person=sent).state == OfferState.ASKED
    assert Slot.objects.get().taken == 2
    assert (run.confirmed_at, run.confirmed_by_label) == (NOW, worker.label)
    topics = dict(Message.objects.values_list("person_id", "topic"))
    assert topics == {waits.person_id: "promoted", grid.pk: "ordered", sent.pk: "offer"}
    assert Entry.objects.get(verb="callups.dispatch.confirmed").actor_label == worker.label


@pytest.mark.req("R2.8")
@pytest.mark.parametrize(
    "cast",
    ["neighbor", "county_overseer", "liaison", "leader", "guard", "volunteer", "administrator", "stranger"],
)
def test_nobody_but_the_committees_and_their_township_dispatches(world: World, cast: str) -> None:
    call_up = raised(world.actor("worker"))
    waiting(call_up, world.volunteer(1))
    grid = regular()
    run = plans.propose(call_up, actor=world.actor("worker"), at=NOW)

    codes = []
    for deed in (
        lambda: plans.propose(call_up, actor=world.actor(cast), at=NOW),
        lambda: dispatch.confirm(run, actor=world.actor(cast), at=NOW),
        lambda: orders.order(grid, Slot.objects.get(), actor=world.actor(cast), at=NOW),
    ):
        with pytest.raises(Refused) as refused:
            deed()
        codes.append(refused.value.code)

    assert codes == ["not_the_committees"] * 3
    assert Assignment.objects.count() == 0


def test_the_second_of_two_dispatchers_is_told_who_was_faster(world: World) -> None:
    first, second = world.actor("worker"), world.actor("township_overseer")
    call_up = raised(first)
    waiting(call_up, world.volunteer(1))
    runs = [plans.propose(call_up, actor=actor, at=NOW) for actor in (first, second)]
    dispatch.confirm(runs[0], actor=first, at=NOW + timedelta(minutes=1))

    refusals = []
    for run in (runs[1], runs[0]):
        with pytest.raises(Refused) as refused:
            dispatch.confirm(run, actor=second, at=NOW + timedelta(minutes=2))
        refusals.append(refused.value)

    assert [refusal.code for refusal in refusals] == ["dispatch_overtaken"] * 2
    assert all(first.label in refusal.message and "12:01" in refusal.message for refusal in refusals)
    assert DispatchRun.objects.exclude(confirmed_at=None).count() == 1
    assert Assignment.objects.count() == 1


def test_the_same_plan_confirmed_again_is_answered_as_the_first_time(world: World) -> None:
    worker = world.actor("worker")
    call_up = raised(worker, draft(1))
    gone, stays = waiting(call_up, world.volunteer(1)), waiting(call_up, world.volunteer(2))
    run = plans.propose(call_up, actor=worker, at=NOW)
    planned = {line["person"] for line in run.plan["assignments"]}
    offers.decline(gone if gone.person.code in planned else stays, "work", actor=NOBODY, at=NOW)
    first = dispatch.confirm(run, actor=worker, at=NOW)

    with nothing_done():
        again = dispatch.confirm(run, actor=worker, at=NOW + timedelta(minutes=1))
    calls.close(call_up)
    with nothing_done():
        when_over = dispatch.confirm(run, actor=worker, at=NOW + timedelta(hours=1))

    assert first.left_out == (((planned.pop()), "not_waiting"),)
    assert first == again == when_over


@pytest.mark.parametrize("has_account", [True, False])
def test_of_two_plans_of_one_dispatcher_the_second_is_refused_without_naming_him(
    world: World, has_account: bool
) -> None:
    worker = world.actor("worker")
    actor = worker if has_account else replace(worker, account_id=None)
    call_up = raised(worker)
    waiting(call_up, world.volunteer(1))
    runs = [plans.propose(call_up, actor=actor, at=NOW) for _page in range(2)]
    dispatch.confirm(runs[0], actor=actor, at=NOW + timedelta(minutes=1))

    with translation.override("en"), refused("dispatch_overtaken") as no:
        dispatch.confirm(runs[1], actor=actor, at=NOW + timedelta(minutes=2))

    # Without an account nobody knows that the two are one.
    assert no.value.message.startswith("You confirmed another plan at 12:01.") == has_account
    assert (worker.label in no.value.message) != has_account


def test_a_plan_made_after_the_last_one_may_be_confirmed(world: World) -> None:
    worker = world.actor("worker")
    call_up = raised(worker)
    waiting(call_up, world.volunteer(1))
    dispatch.confirm(plans.propose(call_up, actor=worker, at=NOW), actor=worker, at=NOW)
    waiting(call_up, world.volunteer(2))
    later = NOW + timedelta(minutes=5)

    done = dispatch.confirm(plans.propose(call_up, actor=worker, at=later), actor=worker, at=later)

    assert done.seated == 1


def test_who_left_the_waiting_list_meanwhile_is_left_out_and_the_others_go(world: World) -> None:
    worker = world.actor("worker")
    call_up = raised(worker)
    gone, stays = waiting(call_up, world.volunteer(1)), waiting(call_up, world.volunteer(2))
    run = plans.propose(call_up, actor=worker, at=NOW)
    offers.decline(gone, "work", actor=NOBODY, at=NOW)

    done = dispatch.confirm(run, actor=worker, at=NOW)

    assert (done.seated, done.left_out) == (1, ((gone.person.code, "not_waiting"),))
    assert Assignment.objects.get().person == stays.person


def test_seats_that_were_taken_meanwhile_are_not_filled_twice(world: World) -> None:
    worker = world.actor("worker")
    call_up = raised(worker, draft(1))
    waits = waiting(call_up, world.volunteer(1))
    run = plans.propose(call_up, actor=worker, at=NOW)
    offers.accept(offer_to(call_up, world.volunteer(2)), actor=NOBODY, risk_confirmed=True, at=NOW)

    done = dispatch.confirm(run, actor=worker, at=NOW)

    assert done.left_out == ((waits.person.code, "seat_full"),)
    assert Slot.objects.get().taken == 1


@pytest.mark.req("R2.6")
def test_rules_hold_for_the_regular_force_as_well(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(2))
    old = regular(1, birth_on=date(1960, 1, 1))
    fit = regular(2)

    run = plans.propose(call_up, actor=world.actor("worker"), at=NOW)

    assert [line["person"] for line in run.plan["assignments"]] == [fit.code]
    with pytest.raises(Refused) as refused:
        orders.order(old, Slot.objects.get(), actor=world.actor("worker"), at=NOW)
    assert refused.value.code == "above_emergency_age"


def test_people_whose_report_in_is_over_or_whose_unit_was_called_are_not_planned(world: World) -> None:
    lapsed = reported(world, 50)
    ReportIn.objects.filter(person=lapsed).update(valid_to=date(2026, 12, 1))
    called = raised(world.actor("worker"), draft(unit_ids=(world.unit.pk,)))
    reported(world, 51)

    run = plans.propose(called, actor=world.actor("worker"), at=NOW)

    assert run.people_count == 0


def test_skilled_and_backbone_seats_are_planned_for_those_who_fit(world: World) -> None:
    seats = (SeatsDraft("backbone", 1), SeatsDraft("skilled", 1, "nursing"))
    call_up = raised(world.actor("worker"), draft(posts=(post("北门", shift(*seats)),)))
    nurse = waiting(call_up, world.volunteer(1, skills=["nursing"]))
    backbone = waiting(call_up, world.volunteer(2, is_backbone=True))
    waiting(call_up, world.volunteer(3))

    run = plans.propose(call_up, actor=world.actor("worker"), at=NOW)
    done = dispatch.confirm(run, actor=world.actor("worker"), at=NOW)

    assert done.seated == 2
    assert dict(Assignment.objects.values_list("person_id", "slot__kind")) == {
        nurse.person_id: "skilled",
        backbone.person_id: "backbone",
    }


def test_a_plan_for_a_call_up_that_is_over_is_not_carried_out(world: World) -> None:
    worker = world.actor("worker")
    call_up = raised(worker)
    waiting(call_up, world.volunteer(1))
    run = plans.propose(call_up, actor=worker, at=NOW)
    calls.stand_down(call_up, reason="解除", actor=worker, at=NOW)

    with pytest.raises(Refused) as refused:
        dispatch.confirm(run, actor=worker, at=NOW)

    assert refused.value.code == "call_up_over"


@pytest.mark.parametrize(
    "force", [ForceClass.GRID_WORKER, ForceClass.COMMITTEE_MEMBER, ForceClass.PROPERTY_STAFF]
)
def test_an_order_to_the_regular_force_or_staff_on_duty_is_paid_duty(world: World, force: str) -> None:
    person = regular(1, force_class=force)
    call_up = raised(world.actor("worker"))

    seat, again = (
        orders.order(person, Slot.objects.get(), actor=world.actor("worker"), at=NOW) for _twice in range(2)
    )

    assert seat == again
    assert (seat.state, seat.duty_kind, seat.authority_label) == (
        "ordered",
        "on_paid_duty",
        world.actor("worker").label,
    )
    assert Slot.objects.get(call_up=call_up).taken == 1
    assert Message.objects.get(topic="ordered").person_id == person.pk


@pytest.mark.parametrize(
    "force",
    [ForceClass.VOLUNTEER, ForceClass.REPORTED_PERSON, ForceClass.SOCIAL_WORKER, ForceClass.OTHER_AUXILIARY],
)
def test_a_volunteer_is_never_ordered(world: World, force: str) -> None:
    person = world.volunteer(1)
    Person.objects.filter(pk=person.pk).update(force_class=force)
    person.refresh_from_db()
    raised(world.actor("worker"))

    with pytest.raises(Refused) as refused:
        orders.order(person, Slot.objects.get(), actor=world.actor("worker"), at=NOW)

    assert refused.value.code == "volunteer_not_ordered"
    assert Assignment.objects.count() == 0


def test_the_database_knows_no_order_in_free_time(world: World) -> None:
    raised(world.actor("worker"))
    seat = orders.order(regular(), Slot.objects.get(), actor=world.actor("worker"), at=NOW)

    with pytest.raises(IntegrityError, match="assignment_ordered_is_paid_duty"), transaction.atomic():
        Assignment.objects.filter(pk=seat.pk).update(duty_kind="off_duty")


def test_rules_that_may_be_set_aside_are_set_aside_with_a_reason_that_is_kept(world: World) -> None:
    worker, person = world.actor("worker"), regular()
    raised(worker)
    orders.order(person, Slot.objects.get(), actor=worker, at=NOW)
    evening = draft(posts=(post("南门", shift(SeatsDraft("general", 1), start=START + timedelta(hours=10))),))
    slot = Slot.objects.get(call_up=raised(worker, evening))

    with pytest.raises(Refused) as refused:
        orders.order(person, slot, actor=worker, at=NOW)
    seat = orders.order(person, slot, actor=worker, exception_reason="无人可替，社区书记同意", at=NOW)

    assert refused.value.code == "second_shift_that_day"
    assert seat.exception_reason == "无人可替，社区书记同意"


def test_no_reason_sets_a_double_booking_aside(world: World) -> None:
    worker, person = world.actor("worker"), regular()
    raised(worker)
    orders.order(person, Slot.objects.get(), actor=worker, at=NOW)
    other = Slot.objects.get(call_up=raised(worker))

    with pytest.raises(Refused) as refused:
        orders.order(person, other, actor=worker, exception_reason="都要去", at=NOW)

    assert refused.value.code == "double_booked"


@pytest.mark.parametrize(
    ("seats", "code"), [(("general", 1, ""), "seat_full"), (("skilled", 1, "nursing"), "skill_missing")]
)
def test_an_order_needs_a_free_seat_that_the_person_fits(
    world: World, seats: tuple[str, int, str], code: str
) -> None:
    raised(world.actor("worker"), draft(posts=(post("北门", shift(SeatsDraft(*seats))),)))
    slot = Slot.objects.get()
    if code == "seat_full":
        orders.order(regular(1), slot, actor=world.actor("worker"), at=NOW)

    with pytest.raises(Refused) as refused:
        orders.order(regular(2), slot, actor=world.actor("worker"), at=NOW)

    assert refused.value.code == code


def test_a_backbone_seat_is_not_for_everybody_on_duty(world: World) -> None:
    raised(world.actor("worker"), draft(posts=(post("北门", shift(SeatsDraft("backbone", 1))),)))

    with pytest.raises(Refused) as refused:
        orders.order(regular(), Slot.objects.get(), actor=world.actor("worker"), at=NOW)

    assert refused.value.code == "seat_not_for_this_person"


def test_the_same_facts_give_the_same_plan(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(3))
    for number in range(6):
        waiting(call_up, world.volunteer(number))

    first, second = (plans.propose(call_up, actor=world.actor("worker"), at=NOW) for _twice in range(2))

    assert (first.plan, first.input_digest) == (second.plan, second.input_digest)
