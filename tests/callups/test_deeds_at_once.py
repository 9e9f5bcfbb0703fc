"""Two who press at the same moment: one deed is done, the other hears what became of it, and nothing is done twice."""

from __future__ import annotations

from uuid import uuid4

import pytest

from muster.audit.models import Entry
from muster.callups.actions import attendance, calls, dispatch, offers, orders, plans, pledges, support, waves
from muster.callups.models import (
    Assignment,
    Attendance,
    CallUp,
    DispatchRun,
    Offer,
    Pledge,
    Slot,
    SupportIssue,
    UnitCall,
)
from muster.notifications.models import Message
from muster.people.enums import ForceClass
from muster.people.models import Person
from muster.records.models import ServiceRecord
from tests.callups.dispatching import place
from tests.callups.drafting import NOW, START, draft, offer_to, raised
from tests.callups.ground import arrives, called, leaves, me, seated, seats_of, shift_of, waiting
from tests.callups.test_seats_race import at_once, world
from tests.world import HERE, World, make_person

__all__ = ["world"]
pytestmark = pytest.mark.django_db(transaction=True)


def ordered_slot(world: World, seats: int) -> Slot:
    call_up = raised(world.actor("worker"), draft(seats))
    return Slot.objects.select_related("call_up", "shift__post").get(call_up=call_up)


def two_who_wait(world: World) -> CallUp:
    """A call-up of two seats; the office people of the cast serve elsewhere."""
    Person.objects.filter(force_class__in=["full_time_worker", "other_regular"]).update(
        force_class=ForceClass.OTHER_AUXILIARY
    )
    call_up = raised(world.actor("worker"), draft(2))
    for number in (1, 2):
        waiting(call_up, world.volunteer(number))
    return call_up


@pytest.mark.req("R2.8")
def test_of_two_dispatchers_at_once_one_plan_is_carried_out(world: World) -> None:
    call_up = two_who_wait(world)
    dispatchers = [world.actor(name) for name in ("worker", "township_overseer")]
    runs = [plans.propose(call_up, actor=actor, at=NOW) for actor in dispatchers]

    outcomes = at_once(
        [
            lambda run=run, actor=actor: dispatch.confirm(run, actor=actor, at=NOW).seated
            for run, actor in zip(runs, dispatchers, strict=True)
        ]
    )

    assert sorted(map(str, outcomes)) == ["2", "dispatch_overtaken"]
    assert seats_of(call_up) == [(2, 0, 2)]
    assert Entry.objects.filter(verb="callups.dispatch.confirmed").count() == 1


def test_four_taps_at_once_of_one_dispatcher_are_one(world: World) -> None:
    call_up = two_who_wait(world)
    worker = world.actor("worker")
    run = plans.propose(call_up, actor=worker, at=NOW)

    outcomes = at_once([lambda: dispatch.confirm(run, actor=worker, at=NOW)] * 4)

    assert outcomes == [dispatch.Dispatched(seated=2)] * 4
    assert seats_of(call_up) == [(2, 0, 2)]
    assert Entry.objects.filter(verb="callups.dispatch.confirmed").count() == 1


def test_two_taps_at_once_for_a_plan_that_takes_long_wait_for_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_who_wait(world)
    monkeypatch.setattr(plans, "MOST_SECONDS_AT_ONCE", 0)
    overseer = world.actor("township_overseer")

    outcomes = at_once([lambda: plans.propose_over(place(), actor=overseer, at=NOW).pk] * 3)

    assert set(outcomes) == {DispatchRun.objects.get().pk}


@pytest.mark.req("R2.8")
def test_a_plan_over_the_township_and_one_of_the_community_at_once_seat_nobody_twice(world: World) -> None:
    call_up = two_who_wait(world)
    worker, overseer = world.actor("worker"), world.actor("township_overseer")
    alone = plans.propose(call_up, actor=worker, at=NOW)
    together = plans.propose_over(place(), actor=overseer, at=NOW)

    outcomes = at_once(
        [
            lambda: dispatch.confirm(alone, actor=worker, at=NOW).seated,
            lambda: dispatch.confirm(together, actor=overseer, at=NOW).seated,
        ]
    )

    assert sorted(map(str, outcomes)) == ["2", "dispatch_overtaken"]
    assert seats_of(call_up) == [(2, 0, 2)]


def test_a_call_up_stood_down_while_a_plan_is_confirmed_keeps_no_seat(world: World) -> None:
    call_up = two_who_wait(world)
    worker, overseer = world.actor("worker"), world.actor("township_overseer")
    run = plans.propose_over(place(), actor=overseer, at=NOW)

    at_once(
        [
            lambda: dispatch.confirm(run, actor=overseer, at=NOW).seated,
            lambda: calls.stand_down(call_up, reason="解除", actor=worker, at=NOW).total,
        ]
    )

    assert not Assignment.objects.exclude(state="stood_down").exists()
    assert seats_of(call_up) == [(2, 0, 0)]


def test_of_two_orders_at_once_for_the_last_seat_one_is_given(world: World) -> None:
    slot = ordered_slot(world, 1)
    people = [make_person(f"网格员{n}", f"1370000000{n}", HERE, ForceClass.GRID_WORKER) for n in (1, 2)]
    worker = world.actor("worker")

    outcomes = at_once(
        [lambda person=person: orders.order(person, slot, actor=worker, at=NOW).state for person in people]
    )

    assert sorted(map(str, outcomes)) == ["ordered", "seat_full"]
    assert Message.objects.filter(topic="ordered").count() == 1


def test_the_same_order_at_once_is_one_order(world: World) -> None:
    slot = ordered_slot(world, 3)
    person = make_person("网格员", "13700000001", HERE, ForceClass.GRID_WORKER)
    worker = world.actor("worker")

    outcomes = at_once([lambda: orders.order(person, slot, actor=worker, at=NOW).code] * 3)

    assert len(set(outcomes)) == 1
    assert seats_of(slot.call_up) == [(3, 0, 1)]


def test_a_pledge_and_answers_at_once_share_the_seats(world: World) -> None:
    call = called(world, draft(5, unit_ids=(world.unit.pk,)))
    asked = [offer_to(call.call_up, world.volunteer(number)) for number in range(4)]
    liaison = world.actor("liaison")

    at_once(
        [
            lambda: pledges.pledge(call, headcount=4, actor=liaison, at=NOW).seated,
            *(
                lambda offer=offer: (
                    offers.accept(offer, actor=me(offer.person), risk_confirmed=True, at=NOW).state
                )
                for offer in asked
            ),
        ]
    )

    ((seats, held, taken),) = seats_of(call.call_up)
    accepted = Offer.objects.filter(call_up=call.call_up, state="accepted").count()
    assert (taken, held) == (accepted, sum(Pledge.objects.values_list("held", flat=True)))
    assert held + taken == seats


def test_a_pledge_and_a_decline_at_once_leave_one_answer(world: World) -> None:
    call = called(world)
    liaison = world.actor("liaison")

    at_once(
        [
            lambda: pledges.pledge(call, headcount=3, actor=liaison, at=NOW),
            lambda: pledges.decline(call, reason="全员值班", actor=liaison, at=NOW),
        ]
    )

    found = UnitCall.objects.get(pk=call.pk)
    held = seats_of(call.call_up)[0][1]
    assert (found.state, found.pledged_headcount, held) in [("pledged", 3, 3), ("declined", 0, 0)]


def test_the_deadline_and_a_last_answer_at_once_lose_no_seat(world: World) -> None:
    call = called(world)
    pledges.pledge(call, headcount=4, actor=world.actor("liaison"), at=NOW)
    due = call.call_up.naming_due_at
    volunteer = offer_to(call.call_up, world.volunteer(1), reply_by=START)

    at_once(
        [
            lambda: pledges.release_unnamed_due(due),
            lambda: pledges.release_unnamed_due(due),
            lambda: offers.accept(volunteer, actor=me(volunteer.person), risk_confirmed=True, at=due).state,
        ]
    )

    assert seats_of(call.call_up) == [(6, 0, 1)]
    assert Entry.objects.filter(verb="callups.pledge.released").count() == 1


def test_a_tap_at_the_moment_of_a_stand_down_is_one_or_the_other(world: World) -> None:
    seat = seated(world)
    worker = world.actor("worker")

    outcomes = at_once(
        [
            lambda: arrives(seat).pk,
            lambda: calls.stand_down(seat.call_up, reason="解除", actor=worker, at=START).total,
        ]
    )

    seat.refresh_from_db()
    there = Attendance.objects.filter(assignment=seat).count()
    assert (seat.state, there) in [("arrived", 1), ("stood_down", 0)]
    assert (seat.state == "stood_down") == ("call_up_stood_down" in outcomes)
    assert Slot.objects.get().taken == there


def test_a_check_out_on_two_phones_at_once_credits_once(world: World) -> None:
    seat = seated(world)
    arrives(seat)

    outcomes = at_once([lambda: leaves(seat).pk, lambda: leaves(seat, device="another-phone").pk])

    assert "already_out" in outcomes
    assert ServiceRecord.objects.filter(source_code=seat.code).count() == 1
    assert Entry.objects.filter(verb="callups.attendance.checked_out").count() == 1


def test_taking_back_and_checking_out_at_once_end_in_a_state_that_holds(world: World) -> None:
    seat = seated(world)
    arrives(seat)
    leader = world.actor("leader")

    at_once(
        [
            lambda: attendance.undo(seat, actor=leader, nonce=uuid4(), device="post", at=START).state,
            lambda: leaves(seat, START).pk,
        ]
    )

    seat.refresh_from_db()
    there = Attendance.objects.filter(assignment=seat).count()
    # Taken back before the check-out, which then had nothing to end; or after it, which is then what was taken back.
    assert (seat.state, there) in [("accepted", 0), ("arrived", 1)]
    assert ServiceRecord.objects.filter(source_code=seat.code).exclude(state="void").count() == 0


def test_two_walk_ups_at_once_for_the_last_seat_fill_it_once(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    where, leader = shift_of(call_up), world.actor("leader")

    def adds(name: str, phone: str) -> object:
        facts = {"name": name, "phone": phone, "risk_confirmed": True, "device": "post"}
        return attendance.walk_up(where, actor=leader, nonce=uuid4(), at=START, **facts).evidence_in

    outcomes = at_once(
        [lambda: adds("杨帆", "17712345096"), lambda: adds("何苗", "17712345097")],
    )

    assert sorted(map(str, outcomes)) == ["leader", "post_full"]
    assert seats_of(call_up) == [(1, 0, 1)]


def test_things_handed_out_to_all_at_once_are_noted_once_each(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(3))
    for number in range(3):
        arrives(seated(world, world.volunteer(number), call_up))
    where, leader = shift_of(call_up), world.actor("leader")

    at_once([lambda: support.issue_to_present(where, ["ppe"], actor=leader, at=START)] * 2)

    assert SupportIssue.objects.count() == 3


def test_the_end_of_the_asking_is_told_once(world: World) -> None:
    call_up = raised(world.actor("worker"), draft(1))
    asked = [offer_to(call_up, world.volunteer(number)) for number in range(12)]
    offers.accept(asked[0], actor=me(asked[0].person), risk_confirmed=True, at=NOW)

    thanked = [int(str(told)) for told in at_once([lambda: waves.thank_surplus(call_up, at=NOW)] * 2)]

    assert min(thanked) == 0
    assert Message.objects.filter(topic="thanked").count() == sum(thanked)
    assert Entry.objects.filter(verb="callups.call_up.filled").count() == 1


def test_two_closers_and_a_last_check_out_leave_one_end(world: World) -> None:
    seat = seated(world)
    arrives(seat)
    call_up = seat.call_up
    late = call_up.ends_at

    outcomes = at_once(
        [
            lambda: calls.close(call_up, at=late),
            lambda: calls.close(call_up, at=late),
            lambda: leaves(seat, late).pk,
        ]
    )

    assert outcomes.count("already_done") == 1
    assert Assignment.objects.get().state == "left"
    assert Entry.objects.filter(verb="callups.call_up.closed").count() == 1
