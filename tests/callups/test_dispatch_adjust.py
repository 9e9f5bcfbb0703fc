"""Adjusting a confirmed plan: what fell open is filled, few people move, and nobody learns of it by being forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from muster.callups.actions import attendance, calls, dispatch, offers, plans, seats
from muster.callups.enums import AssignmentState
from muster.callups.models import Assignment, CallUp, DispatchRun, Offer, Slot
from muster.callups.rules.drafts import SeatsDraft
from muster.notifications.models import Message
from muster.people.models import Person
from tests.callups.dispatching import (
    call_here,
    call_next_door,
    grid_worker,
    nobody_on_duty,
    planned,
    reported,
    sent,
)
from tests.callups.drafting import NOW, START, post, shift
from tests.callups.ground import me, waiting
from tests.callups.refusals import nothing_done, refused
from tests.world import HERE, World

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
GENERAL, BACKBONE = SeatsDraft("general", 1), SeatsDraft("backbone", 1)
# About five kilometers east of the middle of the community, where everybody else lives.
FAR_EAST = {"lon": 104.102, "lat": 30.65}
MIDDLE = {"lon": 104.05, "lat": 30.65}


@pytest.fixture(autouse=True)
def own_people_only(world: World) -> None:
    nobody_on_duty()


def confirmed(world: World) -> DispatchRun:
    run = planned(world)
    dispatch.confirm(run, actor=world.actor("township_overseer"), at=NOW)
    run.refresh_from_db()
    return run


def adjusted(world: World, run: DispatchRun) -> DispatchRun:
    return plans.adjust(run, actor=world.actor("township_overseer"), at=LATER)


def carried_out(world: World, run: DispatchRun) -> dispatch.Dispatched:
    return dispatch.confirm(run, actor=world.actor("township_overseer"), at=LATER)


def lines(run: DispatchRun) -> dict[str, tuple[str, str]]:
    """By person the post and where he was before; "new" for who was not sent before."""
    posts = dict(Slot.objects.values_list("pk", "shift__post__name"))
    return {
        line["person"]: (posts[line["slot"]], posts.get(line.get("was_at"), "new"))
        for line in run.plan["assignments"]
    }


def stands(world: World, run: DispatchRun) -> Any:
    return plans.how_it_stands(run, actor=world.actor("township_overseer"), at=LATER)


def gives_up(person: Person) -> None:
    """The seat of somebody is free again."""
    assert seats.release(Assignment.objects.get(person=person), state=AssignmentState.WITHDRAWN, at=NOW)


def seated_at(person: Person) -> list[tuple[str, str]]:
    rows = Assignment.objects.filter(person=person).order_by("pk")
    return list(rows.values_list("shift__post__name", "state"))


def north_and_south(world: World, **facts: Any) -> CallUp:
    """A general seat in the north and one for the backbone in the south."""
    return call_here(world, posts=(post("北门", shift(GENERAL)), post("南门", shift(BACKBONE))), **facts)


@pytest.mark.req("R1.5")
def test_the_seat_of_who_fell_out_is_filled_and_everybody_else_stays(world: World) -> None:
    here, there = call_here(world, 2), call_next_door(world, 1)
    staying, asked = grid_worker(1), reported(world, 50)
    elsewhere = grid_worker(2, there.division_code)
    run = confirmed(world)
    offers.decline(Offer.objects.get(person=asked), "work", actor=me(asked), at=NOW)
    fresh = grid_worker(3)

    fix = adjusted(world, run)
    done = carried_out(world, fix)

    assert sent(fix) == {
        staying.code: (here.pk, "order"),
        elsewhere.code: (there.pk, "order"),
        fresh.code: (here.pk, "order"),
    }
    assert lines(fix)[staying.code] == lines(fix)[elsewhere.code] == ("北门", "北门")
    assert fix.adjusts == run
    assert done == dispatch.Dispatched(ordered=1)
    assert [seated_at(person) for person in (staying, elsewhere, fresh)] == [[("北门", "ordered")]] * 3
    assert Message.objects.filter(person_id=staying.pk).count() == 1


def test_a_move_takes_back_one_order_and_gives_the_other_and_says_both(world: World) -> None:
    north_and_south(world)
    run = _with_two_of_the_backbone(world)
    mover = _at(run, "北门")
    gives_up(_at(run, "南门"))
    plain = grid_worker(3)

    fix = adjusted(world, run)
    done = carried_out(world, fix)

    assert lines(fix) == {mover.code: ("南门", "北门"), plain.code: ("北门", "new")}
    assert (done.moved, done.ordered, done.left_out) == (1, 1, ())
    assert seated_at(mover) == [("北门", "stood_down"), ("南门", "ordered")]
    assert seated_at(plain) == [("北门", "ordered")]
    topics = Message.objects.filter(person_id=mover.pk).order_by("pk").values_list("topic", flat=True)
    assert list(topics) == ["ordered", "released", "ordered"]
    assert set(Slot.objects.values_list("taken", flat=True)) == {1}


def test_who_was_asked_and_has_not_answered_is_asked_for_the_other_post(world: World) -> None:
    north_and_south(world)
    backbone, other = reported(world, 50, is_backbone=True), reported(world, 51, is_backbone=True)
    run = confirmed(world)
    mover, gone = (backbone, other) if lines(run)[backbone.code][0] == "北门" else (other, backbone)
    offers.decline(Offer.objects.get(person=gone), "work", actor=me(gone), at=NOW)
    plain = grid_worker(3)

    fix = adjusted(world, run)
    done = carried_out(world, fix)

    assert lines(fix) == {mover.code: ("南门", "北门"), plain.code: ("北门", "new")}
    assert (done.moved, done.ordered) == (1, 1)
    offer = Offer.objects.get(person=mover)
    assert (offer.state, offer.slot.shift.post.name) == ("asked", "南门")
    newest = Message.objects.filter(person_id=mover.pk).latest("pk")
    assert (newest.topic, "南门" in newest.body) == ("offer", True)
    answer = offers.accept(offer, actor=me(mover), risk_confirmed=True, at=LATER)
    assert answer.assignment is not None
    assert answer.assignment.slot_id == offer.slot_id


def test_nobody_is_moved_out_of_his_call_up(world: World) -> None:
    call_next_door(world, posts=(post("南门", shift(BACKBONE)),))
    north = call_here(world, posts=(post("北门", shift(GENERAL)),))
    run = _with_two_of_the_backbone(world)
    gives_up(_at(run, "南门"))
    grid_worker(3)

    fix = adjusted(world, run)

    assert sent(fix)[_at(run, "北门").code][0] == north.pk
    (empty,) = fix.plan["empties"]
    # The one who gave the seat up, and the one who is needed in the north.
    assert empty["excluded"] == [["asked_already", 1], ["promised_elsewhere", 1]]


@pytest.mark.parametrize(("km_away", "goes"), [(FAR_EAST, True), (MIDDLE, False)])
def test_an_order_is_taken_back_only_where_that_saves_more_than_its_price(
    world: World, km_away: dict[str, float], goes: bool
) -> None:
    """The waiting person lives at the post; to send him saves the tier, and five kilometers where the other one lives far."""
    here = call_here(world, posts=(post("北门", shift(GENERAL), **MIDDLE),))
    ordered = grid_worker(1, **km_away)
    run = confirmed(world)
    near = world.volunteer(1)
    Person.objects.filter(pk=near.pk).update(**MIDDLE)
    waiting(here, near)
    Slot.objects.update(taken=1)

    fix = adjusted(world, run)

    assert (near.code in lines(fix)) is goes
    assert [line["person"] for line in fix.plan["let_go"]] == ([ordered.code] if goes else [])
    if goes:
        done = carried_out(world, fix)
        assert (done.seated, done.left_out) == (1, ())
        assert seated_at(ordered) == [("北门", "stood_down")]
        assert Message.objects.filter(person_id=ordered.pk).latest("pk").topic == "released"


def test_who_was_asked_and_is_not_needed_any_more_is_thanked(world: World) -> None:
    here = call_here(world, posts=(post("北门", shift(GENERAL), **MIDDLE),))
    asked = reported(world, 50)
    Person.objects.filter(pk=asked.pk).update(**FAR_EAST)
    run = confirmed(world)
    near = world.volunteer(1)
    Person.objects.filter(pk=near.pk).update(**MIDDLE)
    waiting(here, near)

    carried_out(world, adjusted(world, run))

    assert Offer.objects.get(person=asked).state == "thanked"
    assert Message.objects.filter(person_id=asked.pk).latest("pk").topic == "thanked"
    assert seated_at(near) == [("北门", "accepted")]


def test_one_who_has_begun_meanwhile_keeps_all_moves_from_being_made(world: World) -> None:
    north_and_south(world)
    run = _with_two_of_the_backbone(world)
    mover = _at(run, "北门")
    gives_up(_at(run, "南门"))
    plain = grid_worker(3)
    fix = adjusted(world, run)
    Assignment.objects.filter(person=mover).update(state="arrived")

    done = carried_out(world, fix)

    assert (done.moved, done.ordered) == (0, 0)
    assert done.left_out == ((mover.code, "seat_changed"), (plain.code, "seat_full"))
    assert seated_at(mover) == [("北门", "arrived")]
    assert Message.objects.filter(topic="released").count() == 0


def test_who_did_not_come_is_counted_and_not_sent_again(world: World) -> None:
    call_here(world, 1)
    absent = grid_worker(1)
    run = confirmed(world)
    at = START + timedelta(minutes=40)
    attendance.mark_absent(Assignment.objects.get(person=absent), actor=world.actor("worker"), at=at)
    fresh = grid_worker(2)

    now = plans.how_it_stands(run, actor=world.actor("township_overseer"), at=at)
    fix = plans.adjust(run, actor=world.actor("township_overseer"), at=at)

    assert now is not None
    assert (now.fallen, now.open_again, now.has_changed) == ({"absent": 1}, 1, True)
    assert list(lines(fix)) == [fresh.code]


def test_how_a_plan_stands_counts_everybody_once(world: World) -> None:
    here = call_here(world, 5)
    no, silent, changed_mind, thinks = (reported(world, number) for number in (50, 51, 52, 53))
    grid_worker(1)
    run = confirmed(world)
    offers.decline(Offer.objects.get(person=no), "work", actor=me(no), at=NOW)
    Offer.objects.filter(person=silent).update(state="expired")
    yes = offers.accept(
        Offer.objects.get(person=changed_mind), actor=me(changed_mind), risk_confirmed=True, at=NOW
    )
    assert yes.assignment is not None
    offers.withdraw(Offer.objects.get(person=changed_mind), "unwell", actor=me(changed_mind), at=NOW)

    now = stands(world, run)

    assert now.fallen == {"declined": 2, "silent": 1}
    assert (now.open_again, set(now.promised)) == (3, {thinks.pk, Person.objects.get(name="网格员1").pk})
    assert Slot.objects.get(call_up=here).taken == 1


def test_a_plan_to_which_nothing_happened_has_nothing_to_adjust(world: World) -> None:
    call_here(world, 3)
    grid_worker(1)
    reported(world, 50)
    run = confirmed(world)

    now = stands(world, run)

    assert (now.fallen, now.open_again, now.has_changed) == ({}, 0, False)


def test_a_call_up_raised_since_is_part_of_the_adjustment(world: World) -> None:
    call_here(world, 1)
    ordered = grid_worker(1)
    run = confirmed(world)
    added = call_next_door(world, 1)
    fresh = grid_worker(2)

    now = stands(world, run)
    fix = adjusted(world, run)

    assert (now.open_again, now.has_changed) == (1, True)
    assert sent(fix)[fresh.code] == (added.pk, "order")
    assert lines(fix)[ordered.code] == ("北门", "北门")


def test_the_plan_of_one_call_up_is_adjusted_by_its_own_community(world: World) -> None:
    here = call_here(world, 2)
    call_next_door(world, 2)
    worker = world.actor("worker")
    asked = reported(world, 50)
    run = plans.propose(here, actor=worker, at=NOW)
    dispatch.confirm(run, actor=worker, at=NOW)
    run.refresh_from_db()
    offers.decline(Offer.objects.get(person=asked), "work", actor=me(asked), at=NOW)
    fresh = grid_worker(1)

    fix = plans.adjust(run, actor=worker, at=LATER)

    assert (fix.call_up, fix.division_code, sent(fix)) == (here, HERE, {fresh.code: (here.pk, "order")})


def test_an_adjustment_can_be_adjusted_again(world: World) -> None:
    call_here(world, 2)
    first, second = grid_worker(1), grid_worker(2)
    run = confirmed(world)
    gives_up(first)
    third = grid_worker(3)
    fix = adjusted(world, run)
    carried_out(world, fix)
    fix.refresh_from_db()
    gives_up(third)
    fourth = grid_worker(4)

    again = plans.adjust(fix, actor=world.actor("township_overseer"), at=LATER + timedelta(hours=1))

    assert lines(again) == {second.code: ("北门", "北门"), fourth.code: ("北门", "new")}


def test_few_people_move_where_a_new_plan_would_move_many(world: World) -> None:
    """Ten posts in a row, each guarded from 400 m away; the first one loses its guard and a person comes to the last."""
    row = [{"lon": 104.05 + 0.004 * number, "lat": 30.65} for number in range(10)]
    call_here(world, posts=tuple(post(f"{n}号门", shift(GENERAL), **at) for n, at in enumerate(row)))
    guards = [grid_worker(n, lon=at["lon"] + 0.001, lat=30.65) for n, at in enumerate(row)]
    run = confirmed(world)
    gives_up(guards[0])
    grid_worker(11, lon=row[9]["lon"] + 0.002, lat=30.65)

    fix = adjusted(world, run)

    moved = [person for person, (now, was) in lines(fix).items() if was not in (now, "new")]
    assert (len(lines(fix)), fix.plan["empties"], moved) == (10, [], [])


def test_only_a_confirmed_plan_is_adjusted(world: World) -> None:
    call_here(world)
    run = planned(world)

    with refused("plan_not_confirmed"):
        adjusted(world, run)


def test_when_all_is_over_there_is_nothing_to_adjust(world: World) -> None:
    here = call_here(world, 1)
    grid_worker(1)
    run = confirmed(world)
    calls.stand_down(here, reason="解除", actor=world.actor("worker"), at=NOW)

    with refused("nothing_to_dispatch"):
        adjusted(world, run)


def test_making_an_adjustment_tells_nobody(world: World) -> None:
    call_here(world, 1)
    run = confirmed(world) if grid_worker(1) else None
    assert run is not None
    before = (Message.objects.count(), Assignment.objects.count())

    with nothing_done():
        stands(world, run)
    adjusted(world, run)

    assert (Message.objects.count(), Assignment.objects.count()) == before


def _with_two_of_the_backbone(world: World) -> DispatchRun:
    for number in (1, 2):
        grid_worker(number, backbone=True)
    return confirmed(world)


def _at(run: DispatchRun, post_name: str) -> Person:
    """Whom the plan sent to that post."""
    code = next(person for person, (where, _was) in lines(run).items() if where == post_name)
    return Person.objects.get(code=code)
