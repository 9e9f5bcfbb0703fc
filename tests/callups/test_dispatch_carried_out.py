"""Confirming a large plan: claimed at once, carried out by a job that may be asked for twice, cut off, and begun again."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from muster.audit.models import Entry
from muster.callups import jobs
from muster.callups.actions import calls, dispatch, plans
from muster.callups.models import Assignment, CallUp, DispatchPart, DispatchRun, Offer
from muster.jobs import queue, sweeper
from muster.jobs.models import Run
from muster.notifications.models import Message
from muster.people.models import Role
from tests.callups.dispatching import (
    call_here,
    call_next_door,
    call_tomorrow,
    desk,
    grid_worker,
    nobody_on_duty,
    plan_of,
    planned,
    reported,
    text,
    url,
)
from tests.callups.drafting import NOW
from tests.callups.refusals import nothing_done, refused
from tests.world import HERE, NEXT_DOOR, World

__all__ = ["desk"]
pytestmark = pytest.mark.django_db
JOB = "callups.carry_out_dispatch"


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on every plan is expected to take too long to wait for."""
    monkeypatch.setattr(dispatch, "MOST_SECONDS_AT_ONCE", 0.0)


def over_two(world: World) -> DispatchRun:
    """A plan of two call-ups: one orders, the other orders and asks."""
    nobody_on_duty()
    call_here(world, 1), call_next_door(world, 2)
    grid_worker(1), grid_worker(2, NEXT_DOOR)
    reported(world, 50, NEXT_DOOR)
    return planned(world)


def confirmed(world: World, run: DispatchRun, cast: str = "township_overseer") -> dispatch.Dispatched:
    return dispatch.confirm(run, actor=world.actor(cast), at=NOW)


def what_people_heard() -> Counter[str]:
    return Counter(Message.objects.exclude(topic="unit_called").values_list("topic", flat=True))


@pytest.mark.usefixtures("long")
def test_a_long_plan_is_claimed_at_once_and_carried_out_by_a_job(world: World) -> None:
    run = over_two(world)

    first = confirmed(world, run)
    done_at_once = Assignment.objects.count()
    waits = queue.waiting(JOB)
    queue.drain()

    assert (first.call_ups_to_do, done_at_once, waits) == (2, 0, [{"run_id": run.pk}])
    assert (run.confirmed_at, run.confirmed_by) == (NOW, world.account("township_overseer"))
    after = dispatch.Dispatched.of(run)
    assert (after.ordered, after.asked, after.call_ups_to_do) == (2, 1, 0)
    work = Run.objects.get(kind=JOB)
    assert (work.state, work.done, work.expected) == ("done", 3, 3)
    assert work.owner_account_id == world.account("township_overseer").pk


def test_a_job_does_exactly_what_the_request_does(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = confirmed(world, over_two(world))
    seats = set(Assignment.objects.values_list("person", "slot", "state", "authority_label"))
    heard = what_people_heard()
    Offer.objects.all().delete()
    Assignment.objects.all().delete()
    Message.objects.all().delete()
    CallUp.objects.update(waves_sent=0)
    for call_up in CallUp.objects.all():
        call_up.slots.update(taken=0)
    DispatchRun.objects.all().delete()
    monkeypatch.setattr(dispatch, "MOST_SECONDS_AT_ONCE", 0.0)

    again = planned(world)
    confirmed(world, again)
    queue.drain()

    assert dispatch.Dispatched.of(again) == at_once
    assert set(Assignment.objects.values_list("person", "slot", "state", "authority_label")) == seats
    assert what_people_heard() == heard


@pytest.mark.usefixtures("long")
def test_two_taps_ask_for_one_job_and_do_it_once(world: World) -> None:
    run = over_two(world)

    for _tap in range(2):
        confirmed(world, run)
    waits = len(queue.waiting(JOB))
    queue.drain()

    assert waits == 1
    assert (Assignment.objects.count(), Offer.objects.count()) == (2, 1)
    assert what_people_heard() == {"ordered": 2, "offer": 1}


@pytest.mark.usefixtures("long")
def test_the_job_run_again_changes_nothing(world: World) -> None:
    run = over_two(world)
    confirmed(world, run)
    queue.drain()

    with nothing_done():
        jobs.carry_out_dispatch(run.pk)
        confirmed(world, run)

    assert queue.waiting(JOB) == []
    assert Run.objects.filter(kind=JOB).count() == 1


@pytest.mark.usefixtures("long")
def test_a_worker_killed_half_way_is_gone_on_from_where_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = over_two(world)
    confirmed(world, run)
    carry_out_part = dispatch._carry_out_part
    seen: list[int] = []

    def dies_at_the_second(run: DispatchRun, part_id: int, *given: Any) -> None:
        seen.append(part_id)
        if len(seen) == 2:
            raise SystemExit
        carry_out_part(run, part_id, *given)

    monkeypatch.setattr(dispatch, "_carry_out_part", dies_at_the_second)
    with pytest.raises(SystemExit):
        jobs.carry_out_dispatch(run.pk)
    half = (Assignment.objects.count(), dispatch.Dispatched.of(run).call_ups_to_do)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = %s", [JOB])
    monkeypatch.setattr(dispatch, "_carry_out_part", carry_out_part)

    returned = sweeper.sweep()
    queue.drain()

    assert (half, returned) == ((1, 1), 1)
    assert dispatch.Dispatched.of(run).call_ups_to_do == 0
    assert what_people_heard() == {"ordered": 2, "offer": 1}
    assert Entry.objects.filter(verb="callups.dispatch.confirmed").count() == 2


def test_a_request_that_is_cut_off_is_finished_by_a_job(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = over_two(world)
    with monkeypatch.context() as cut:
        cut.setattr(dispatch, "carry_out", lambda *_given, **_facts: None)
        confirmed(world, run)

    soon = queue.drain(until=NOW + dispatch.RESCUED_AFTER - timedelta(seconds=1))
    left = dispatch.Dispatched.of(run).call_ups_to_do
    queue.drain(until=NOW + dispatch.RESCUED_AFTER)

    assert (soon, left) == (0, 2)
    assert dispatch.Dispatched.of(run).call_ups_to_do == 0
    assert what_people_heard() == {"ordered": 2, "offer": 1}


def test_a_short_plan_is_done_in_the_request_and_its_job_finds_nothing(world: World) -> None:
    run = over_two(world)

    done = confirmed(world, run)
    queue.drain(until=NOW + dispatch.RESCUED_AFTER)

    assert (done.ordered, done.asked, done.call_ups_to_do) == (2, 1, 0)
    assert what_people_heard() == {"ordered": 2, "offer": 1}
    assert not Run.objects.filter(kind=JOB).exists()


@pytest.mark.usefixtures("long")
def test_of_two_people_the_second_hears_at_once_who_was_faster(world: World) -> None:
    run = over_two(world)
    other = planned(world, "worker", HERE)
    confirmed(world, run)

    with refused("dispatch_overtaken") as said:
        dispatch.confirm(other, actor=world.actor("worker"), at=NOW)
    queue.drain()

    assert "罗建国" in said.value.message
    assert Assignment.objects.count() == 2


@pytest.mark.usefixtures("long")
def test_a_call_up_that_is_stood_down_while_it_waits_is_left_out(world: World) -> None:
    run = over_two(world)
    confirmed(world, run)
    here = CallUp.objects.get(division_code=HERE)
    calls.stand_down(here, reason="解除", actor=world.actor("worker"), at=NOW)

    queue.drain()

    done = dispatch.Dispatched.of(run)
    assert done.call_ups_left_out == ((here.code, "call_up_over"),)
    assert (done.ordered, done.asked) == (1, 1)


@pytest.mark.req("R2.8")
@pytest.mark.usefixtures("long")
def test_what_was_decided_in_office_is_done_in_that_name(world: World) -> None:
    run = over_two(world)
    label = world.actor("township_overseer").label
    confirmed(world, run)
    Role.objects.filter(account=world.account("township_overseer")).delete()

    queue.drain()

    assert set(Assignment.objects.values_list("authority_label", flat=True)) == {label}
    assert dispatch.Dispatched.of(run).call_ups_to_do == 0


@pytest.mark.usefixtures("long")
def test_a_plan_is_not_adjusted_before_it_is_carried_out(world: World) -> None:
    run = over_two(world)
    confirmed(world, run)
    overseer = world.actor("township_overseer")

    with refused("plan_under_way"), nothing_done():
        plans.adjust(run, actor=overseer, at=NOW)
    queue.drain()

    assert plans.adjust(run, actor=overseer, at=NOW).adjusts == run


def test_a_run_that_was_cleared_away_is_no_fault_of_the_job(world: World) -> None:
    jobs.carry_out_dispatch(987_654)

    assert not Run.objects.filter(kind=JOB).exists()


def test_nobody_carries_out_a_plan_that_nobody_confirmed(world: World) -> None:
    run = over_two(world)

    with nothing_done():
        jobs.carry_out_dispatch(run.pk)

    assert Assignment.objects.count() == 0


@pytest.mark.usefixtures("long")
def test_the_page_tells_how_far_it_is_and_leads_on_when_it_is_over(world: World, desk: Client) -> None:
    call_tomorrow(world, HERE, 1), call_tomorrow(world, NEXT_DOOR, 1)
    grid_worker(1), grid_worker(2, NEXT_DOOR)
    run = plan_of(desk)
    poll = {"HX-Request": "true"}

    answer = desk.post(url("confirm", run), follow=True)
    first = desk.get(url("live", run), headers=poll)
    unchanged = desk.get(url("live", run), headers={**poll, "If-None-Match": first["ETag"]})
    part = DispatchPart.objects.filter(run=run).order_by("pk")[0]
    dispatch._carry_out_part(run, part.pk, world.actor("township_overseer"), timezone.now())
    half = desk.get(url("live", run), headers={**poll, "If-None-Match": first["ETag"]})
    queue.drain()
    over = desk.get(url("live", run), headers=poll)

    assert answer.redirect_chain == [(url("detail", run), 302)]
    assert "0 of 2 people, 0 of 2 call-ups" in text(answer)
    assert "it goes on by itself" in text(answer)
    assert f'data-live="{url("live", run)}"' in answer.content.decode()
    assert url("adjust", run) not in answer.content.decode()
    assert (first.status_code, unchanged.status_code) == (200, 304)
    assert "1 of 2 people, 1 of 2 call-ups" in text(half)
    assert over["HX-Redirect"] == url("detail", run)
    assert "It stands as it was confirmed." in text(desk.get(url("detail", run)))


@pytest.mark.usefixtures("long")
def test_what_stands_still_carries_the_button_that_moves_it(
    world: World, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_tomorrow(world, HERE, 1)
    grid_worker(1)
    run = plan_of(desk)
    desk.post(url("confirm", run))
    fresh = desk.get(url("detail", run))
    DispatchRun.objects.filter(pk=run.pk).update(confirmed_at=timezone.now() - timedelta(seconds=61))

    still = desk.get(url("detail", run))
    monkeypatch.setattr(dispatch, "MOST_SECONDS_AT_ONCE", 2.0)
    desk.post(url("confirm", run))

    assert url("confirm", run) not in fresh.content.decode()
    assert "Nothing has moved for a minute." in text(still)
    assert url("confirm", run) in still.content.decode()
    assert dispatch.Dispatched.of(run).ordered == 1
