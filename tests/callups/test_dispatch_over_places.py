"""One plan over a whole place: every community's people for every free seat, and the decision of whoever commands it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.audit.models import Entry
from muster.callups.actions import calls, dispatch, offers, plans
from muster.callups.models import Assignment, DispatchPart, DispatchRun, Offer
from muster.callups.rules.drafts import SeatsDraft
from muster.people.models import Person
from muster.territory.models import Division
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused
from tests.callups.dispatching import (
    call_here,
    call_next_door,
    emergency,
    grid_worker,
    nobody_on_duty,
    place,
    planned,
    reported,
    sent,
)
from tests.callups.drafting import NOW, post, shift
from tests.callups.ground import waiting
from tests.callups.refusals import nothing_done
from tests.world import COUNTY, HERE, NEXT_DOOR, TOWNSHIP, World

pytestmark = pytest.mark.django_db
NOBODY = Actor(label="")


@pytest.fixture(autouse=True)
def own_people_only(world: World) -> None:
    nobody_on_duty()


@pytest.mark.req("R1.5")
def test_one_plan_sends_the_people_of_each_community_where_they_are_missing(world: World) -> None:
    here, there = call_here(world, 2), call_next_door(world, 3)
    waits, lent = waiting(here, world.volunteer(1)), [grid_worker(number) for number in (1, 2)]
    own, asked = grid_worker(3, NEXT_DOOR), reported(world, 50)

    run = planned(world)

    assert sent(run)[waits.person.code] == (here.pk, "seat")
    assert sent(run)[own.code] == (there.pk, "order")
    assert {person.code for person in (*lent, asked)} < sent(run).keys()
    assert sorted(call_up for call_up, _way in sent(run).values()) == [here.pk] * 2 + [there.pk] * 3
    assert (run.status, run.gap, run.lower_bound) == ("proven", 0, run.objective)
    assert (run.people_count, run.seat_count, run.division_code, run.call_up) == (5, 5, TOWNSHIP, None)
    assert run.seconds is not None and run.input_digest
    assert (run.created_by, run.created_by_label) == (
        world.account("township_overseer"),
        world.actor("township_overseer").label,
    )
    assert dict(run.parts.values_list("call_up", "seat_count")) == {here.pk: 2, there.pk: 3}


@pytest.mark.req("R5.2")
def test_who_belongs_to_the_place_goes_before_a_neighbor_who_lives_as_near(world: World) -> None:
    here, there = call_here(world, 1), call_next_door(world, 1)
    ours, theirs = grid_worker(1), grid_worker(2, NEXT_DOOR)

    run = planned(world)

    assert sent(run) == {ours.code: (here.pk, "order"), theirs.code: (there.pk, "order")}


@pytest.mark.req("R5.2")
def test_of_two_who_could_be_lent_the_nearer_one_goes(world: World) -> None:
    """Both posts lie in the middle of their community; the far grid worker lives five kilometers off."""
    Division.objects.filter(code__in=[HERE, NEXT_DOOR]).update(lon=104.05, lat=30.65)
    call_next_door(world, 1)
    near = grid_worker(1, lon=104.051, lat=30.65)
    grid_worker(2, lon=104.102, lat=30.65)

    run = planned(world)

    (line,) = run.plan["assignments"]
    assert line["person"] == near.code
    assert line["km"] == pytest.approx(0.1, abs=0.01)


def test_nobody_is_planned_for_two_places(world: World) -> None:
    call_here(world, 3), call_next_door(world, 3)
    for number in range(4):
        grid_worker(number)

    run = planned(world)

    people = [line["person"] for line in run.plan["assignments"]]
    assert (len(people), len(set(people))) == (4, 4)
    assert sum(empty["seats"] for empty in run.plan["empties"]) == 2


def test_who_waits_at_one_call_up_is_asked_and_not_seated_at_another(world: World) -> None:
    here, there = call_here(world, 1), call_next_door(world, 1)
    first, second = waiting(here, world.volunteer(1)), waiting(here, world.volunteer(2))

    run = planned(world)

    ways = sorted(sent(run).values())
    assert ways == [(here.pk, "seat"), (there.pk, "ask")]
    assert set(sent(run)) == {first.person.code, second.person.code}


@pytest.mark.req("R2.8")
def test_people_of_a_place_out_of_command_are_not_planned(world: World) -> None:
    call_here(world, 3)
    grid_worker(1, NEXT_DOOR)
    reported(world, 50, NEXT_DOOR)

    run = planned(world, "worker", HERE)

    assert run.people_count == 0


@pytest.mark.req("R2.8")
@pytest.mark.parametrize(
    "cast",
    [
        "worker",
        "neighbor",
        "county_overseer",
        "far_overseer",
        "city_overseer",
        "liaison",
        "guard",
        "stranger",
    ],
)
def test_nobody_but_the_township_plans_over_a_township_in_routine_mode(world: World, cast: str) -> None:
    call_here(world)
    run = planned(world)

    for deed in (
        lambda: planned(world, cast),
        lambda: dispatch.confirm(run, actor=world.actor(cast), at=NOW),
        lambda: plans.adjust(run, actor=world.actor(cast), at=NOW),
    ):
        with nothing_done(), pytest.raises(Refused) as refused:
            deed()
        assert refused.value.code == "not_the_committees"


@pytest.mark.req("R2.8")
@pytest.mark.parametrize(("cast", "commands"), [("county_overseer", True), ("far_overseer", False)])
def test_in_an_emergency_the_county_commands_its_own_places(world: World, cast: str, commands: bool) -> None:
    call_here(world, 1)
    person = grid_worker(1)
    emergency()

    if not commands:
        with nothing_done(), pytest.raises(Refused, match="committees"):
            planned(world, cast, COUNTY)
        return
    run = planned(world, cast, COUNTY)
    dispatch.confirm(run, actor=world.actor(cast), at=NOW)

    seat = Assignment.objects.get()
    assert (seat.person, seat.authority_label) == (person, world.actor(cast).label)


@pytest.mark.req("R2.8")
def test_a_community_that_went_back_to_routine_is_out_of_command(world: World) -> None:
    here, there = call_here(world), call_next_door(world)
    emergency()
    emergency(NEXT_DOOR, "routine")
    grid_worker(1, NEXT_DOOR)

    run = planned(world, "county_overseer", COUNTY)

    assert set(run.parts.values_list("call_up", flat=True)) == {here.pk}
    assert there.pk not in {empty["call_up"] for empty in run.plan["empties"]}
    assert run.people_count == 0


def test_a_drill_and_a_real_call_up_are_never_in_one_plan(world: World) -> None:
    real, drill = call_here(world, 1), call_here(world, 1, is_drill=True)
    waiting(drill, world.volunteer(1))
    person = grid_worker(1)

    plan, rehearsal = planned(world), planned(world, is_drill=True)

    assert sent(plan) == {person.code: (real.pk, "order")}
    assert set(plan.parts.values_list("call_up", flat=True)) == {real.pk}
    assert set(rehearsal.parts.values_list("call_up", flat=True)) == {drill.pk}
    assert (plan.is_drill, rehearsal.is_drill) == (False, True)


def test_a_place_without_a_call_up_under_way_has_nothing_to_plan(world: World) -> None:
    calls.stand_down(call_here(world), reason="解除", actor=world.actor("worker"), at=NOW)

    with nothing_done(), pytest.raises(Refused) as refused:
        planned(world)

    assert refused.value.code == "nothing_to_dispatch"


@pytest.mark.req("R1.5", "R2.8")
def test_a_confirmed_plan_is_carried_out_for_each_call_up_by_name_of_who_decided(world: World) -> None:
    here, there = call_here(world, 2), call_next_door(world, 1)
    waits, asked = waiting(here, world.volunteer(1)), reported(world, 50)
    order = grid_worker(3, NEXT_DOOR)
    overseer = world.actor("township_overseer")

    run = planned(world)
    done = dispatch.confirm(run, actor=overseer, at=NOW)

    run.refresh_from_db()
    assert done == dispatch.Dispatched(seated=1, ordered=1, asked=1)
    seats = {seat.person_id: (seat.call_up, seat.authority_label) for seat in Assignment.objects.all()}
    assert seats == {waits.person_id: (here, overseer.label), order.pk: (there, overseer.label)}
    assert Offer.objects.get(person=asked).call_up == here
    assert (run.confirmed_at, run.confirmed_by) == (NOW, world.account("township_overseer"))
    entries = Entry.objects.filter(verb="callups.dispatch.confirmed").order_by("division_code")
    assert [(entry.division_code, entry.detail["call_up"]) for entry in entries] == [
        (HERE, here.code),
        (NEXT_DOOR, there.code),
    ]


def test_a_call_up_that_closed_meanwhile_is_left_out_and_the_others_go(world: World) -> None:
    here, there = call_here(world, 1), call_next_door(world, 1)
    waiting(here, world.volunteer(1))
    person = grid_worker(3, NEXT_DOOR)
    run = planned(world)
    calls.stand_down(here, reason="解除", actor=world.actor("worker"), at=NOW)

    done = dispatch.confirm(run, actor=world.actor("township_overseer"), at=NOW)

    assert done == dispatch.Dispatched(ordered=1, call_ups_left_out=((here.code, "call_up_over"),))
    assert Assignment.objects.get().person == person
    assert DispatchPart.objects.get(call_up=there).refusal == ""


def test_when_all_call_ups_are_over_nothing_is_confirmed(world: World) -> None:
    here = call_here(world, 1)
    waiting(here, world.volunteer(1))
    run = planned(world)
    calls.stand_down(here, reason="解除", actor=world.actor("worker"), at=NOW)

    with nothing_done(), pytest.raises(Refused) as refused:
        dispatch.confirm(run, actor=world.actor("township_overseer"), at=NOW)

    assert refused.value.code == "call_up_over"


def test_who_cannot_be_sent_any_more_is_left_out_alone(world: World) -> None:
    here, there = call_here(world, 1), call_next_door(world, 1)
    gone = waiting(here, world.volunteer(1))
    grid_worker(3, NEXT_DOOR)
    run = planned(world)
    offers.decline(gone, "work", actor=NOBODY, at=NOW)

    done = dispatch.confirm(run, actor=world.actor("township_overseer"), at=NOW)

    assert (done.ordered, done.left_out) == (1, ((gone.person.code, "not_waiting"),))
    assert Assignment.objects.get().call_up == there


def test_a_call_up_planned_and_confirmed_by_itself_meanwhile_is_left_out(world: World) -> None:
    here, there = call_here(world, 1), call_next_door(world, 1)
    waiting(here, world.volunteer(1))
    grid_worker(3, NEXT_DOOR)
    run = planned(world)
    alone = plans.propose(here, actor=world.actor("worker"), at=NOW)
    dispatch.confirm(alone, actor=world.actor("worker"), at=NOW + timedelta(minutes=1))

    done = dispatch.confirm(run, actor=world.actor("township_overseer"), at=NOW + timedelta(minutes=2))

    assert done == dispatch.Dispatched(ordered=1, call_ups_left_out=((here.code, "dispatch_overtaken"),))
    assert set(Assignment.objects.values_list("call_up", flat=True)) == {here.pk, there.pk}


def test_the_same_person_confirming_twice_gets_the_same_and_another_is_told_who_was_faster(
    world: World,
) -> None:
    emergency()
    here = call_here(world, 1)
    waiting(here, world.volunteer(1))
    run = planned(world)
    first = dispatch.confirm(run, actor=world.actor("township_overseer"), at=NOW)

    with nothing_done():
        again = dispatch.confirm(run, actor=world.actor("township_overseer"), at=NOW + timedelta(minutes=1))
    with nothing_done(), pytest.raises(Refused) as refused:
        dispatch.confirm(run, actor=world.actor("county_overseer"), at=NOW + timedelta(minutes=2))

    assert again == first == dispatch.Dispatched(seated=1)
    assert refused.value.code == "dispatch_overtaken"
    assert world.actor("township_overseer").label in refused.value.message


def test_what_a_cut_left_undone_is_done_when_the_same_person_confirms_again(world: World) -> None:
    here, there = call_here(world, 1), call_next_door(world, 1)
    waiting(here, world.volunteer(1))
    grid_worker(3, NEXT_DOOR)
    run = planned(world)
    DispatchRun.objects.filter(pk=run.pk).update(
        confirmed_at=NOW, confirmed_by=world.account("township_overseer"), confirmed_by_label="x"
    )

    done = dispatch.confirm(run, actor=world.actor("township_overseer"), at=NOW)

    assert done == dispatch.Dispatched(seated=1, ordered=1)
    assert set(Assignment.objects.values_list("call_up", flat=True)) == {here.pk, there.pk}


def test_the_same_facts_give_the_same_plan_and_the_same_digest(world: World) -> None:
    call_here(world, 3), call_next_door(world, 2)
    for number in range(6):
        grid_worker(number, (HERE, NEXT_DOOR)[number % 2])

    first, second = planned(world), planned(world)
    grid_worker(9)
    third = planned(world)

    assert (first.plan, first.input_digest) == (second.plan, second.input_digest)
    assert third.input_digest != first.input_digest


def test_skilled_seats_are_filled_across_communities(world: World) -> None:
    nursing = post("采样点", shift(SeatsDraft("skilled", 1, "nursing")))
    there = call_next_door(world, posts=(nursing,))
    here = call_here(world, 1)
    nurse = waiting(here, world.volunteer(1, skills=["nursing"]))
    plain = waiting(here, world.volunteer(2))

    run = planned(world)

    assert sent(run) == {nurse.person.code: (there.pk, "ask"), plain.person.code: (here.pk, "seat")}


@pytest.mark.parametrize(("mode", "is_asked"), [("routine", False), ("emergency", True)])
def test_quiet_hours_are_kept_unless_it_is_an_emergency(world: World, mode: str, is_asked: bool) -> None:
    """It is noon; the volunteer wants to hear nothing from eleven to one."""
    call_here(world, 1, mode=mode, level=0)
    person = reported(world, 50, quiet_from_minute=11 * 60, quiet_to_minute=13 * 60)

    assert (person.code in sent(planned(world))) is is_asked


@pytest.mark.parametrize("is_drill", [False, True])
def test_to_be_asked_by_a_plan_counts_as_a_call_unless_it_is_a_drill(world: World, is_drill: bool) -> None:
    call_here(world, 1, is_drill=is_drill)
    person = reported(world, 50)

    dispatch.confirm(planned(world, is_drill=is_drill), actor=world.actor("township_overseer"), at=NOW)

    profile = person.volunteer
    profile.refresh_from_db()
    assert (profile.asked_count, profile.last_asked_at) == ((0, None) if is_drill else (1, NOW))


def test_who_is_asked_late_has_time_to_answer(world: World) -> None:
    here = call_here(world, 1)
    person = reported(world, 50)
    late = here.reply_by + timedelta(minutes=1)
    overseer = world.actor("township_overseer")

    dispatch.confirm(plans.propose_over(place(), actor=overseer, at=late), actor=overseer, at=late)

    assert Offer.objects.get(person=person).reply_by > late


def test_a_person_without_a_phone_can_be_ordered_and_not_asked(world: World) -> None:
    call_here(world, 2)
    duty = grid_worker(1, phone="", phone_index=None)
    Person.objects.filter(pk=reported(world, 50).pk).update(phone="", phone_index=None)

    assert list(sent(planned(world))) == [duty.code]
