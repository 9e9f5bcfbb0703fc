"""A plan over a large place is a job: it shows how far it is, runs once however often it is begun, and outlives its worker."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from muster.audit.models import Entry
from muster.callups import jobs
from muster.callups.actions import calls, dispatch, plans
from muster.callups.models import Assignment, DispatchPart, DispatchRun
from muster.jobs import queue, sweeper
from muster.jobs.models import Run
from muster.jobs.progress import Progress
from muster.kernel import dispatch as kernel
from muster.people.models import Role
from tests.callups.dispatching import (
    call_here,
    call_next_door,
    grid_worker,
    nobody_on_duty,
    place,
    planned,
    sent,
)
from tests.callups.drafting import NOW
from tests.callups.refusals import nothing_done, refused
from tests.world import HERE, World

pytestmark = pytest.mark.django_db
JOB = "callups.plan_dispatch"


@pytest.fixture
def large(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on every plan is expected to take too long to wait for."""
    nobody_on_duty()
    monkeypatch.setattr(plans, "MOST_SECONDS_AT_ONCE", 0.0)


@pytest.mark.usefixtures("large")
def test_a_large_plan_is_left_to_a_job_and_is_the_same_plan(world: World) -> None:
    here = call_here(world, 1)
    person = grid_worker(1)

    run = planned(world)
    waits = (run.state, run.plan, run.seconds, queue.waiting(JOB))
    queue.drain()

    assert waits == ("planning", {}, None, [{"run_id": run.pk}])
    run.refresh_from_db()
    assert (run.state, run.status, sent(run)) == ("ready", "proven", {person.code: (here.pk, "order")})
    assert run.created_by == world.account("township_overseer")
    work = Run.objects.get(code=run.work_code)
    assert (work.kind, work.state, work.done, work.expected) == (JOB, "done", 1, 1)
    assert work.owner_account_id == world.account("township_overseer").pk


@pytest.mark.parametrize(("seconds", "state"), [(2.0, "ready"), (0.00001, "planning")])
def test_only_what_takes_longer_than_the_limit_is_left_to_a_job(
    world: World, monkeypatch: pytest.MonkeyPatch, seconds: float, state: str
) -> None:
    nobody_on_duty()
    monkeypatch.setattr(plans, "MOST_SECONDS_AT_ONCE", seconds)
    call_here(world, 1)
    grid_worker(1)

    assert planned(world).state == state


@pytest.mark.usefixtures("large")
def test_asking_again_while_it_is_planned_gets_the_same_run(world: World) -> None:
    call_here(world, 1)
    grid_worker(1)
    first = planned(world)

    with nothing_done():
        again = planned(world)
    other = planned(world, "worker", HERE)

    assert again == first
    assert other != first
    assert len(queue.waiting(JOB)) == 2


@pytest.mark.usefixtures("large")
def test_a_plan_that_never_came_keeps_nobody_from_asking_again(world: World) -> None:
    call_here(world, 1)
    grid_worker(1)
    first = planned(world)
    minutes = plans.GIVEN_UP_AFTER
    overseer = world.actor("township_overseer")

    soon = plans.propose_over(place(), actor=overseer, at=NOW + minutes - timedelta(seconds=1))
    later = plans.propose_over(place(), actor=overseer, at=NOW + minutes)

    assert soon == first
    assert later != first


@pytest.mark.usefixtures("large")
def test_a_real_plan_and_a_drill_are_planned_beside_each_other(world: World) -> None:
    call_here(world, 1)
    call_here(world, 1, is_drill=True)
    grid_worker(1)

    runs = {planned(world).pk, planned(world, is_drill=True).pk}

    assert len(runs) == 2


@pytest.mark.usefixtures("large")
def test_the_job_run_twice_plans_once(world: World) -> None:
    call_here(world, 1)
    grid_worker(1)
    run = planned(world)
    queue.drain()

    with nothing_done():
        jobs.plan_dispatch(run.pk)

    assert Entry.objects.filter(verb="callups.dispatch.planned").count() == 1
    assert DispatchPart.objects.filter(run=run).count() == 1


@pytest.mark.usefixtures("large")
def test_of_two_workers_at_the_same_plan_one_saves_it(world: World) -> None:
    call_here(world, 1)
    grid_worker(1)
    run = planned(world)
    overseer = world.actor("township_overseer")

    saved = [plans.work_out(run, actor=overseer, at=NOW) for _worker in range(2)]

    assert saved == [True, False]
    assert DispatchPart.objects.filter(run=run).count() == 1


@pytest.mark.usefixtures("large")
def test_a_plan_whose_worker_was_killed_is_taken_up_again(world: World) -> None:
    call_here(world, 1)
    grid_worker(1)
    run = planned(world)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = %s", [JOB])
    DispatchRun.objects.filter(pk=run.pk).update(work_code="HALFDONE")
    assert queue.drain() == 0

    returned = sweeper.sweep()
    queue.drain()

    run.refresh_from_db()
    assert (returned, run.state, len(run.plan["assignments"])) == (1, "ready", 1)
    assert Run.objects.get(code=run.work_code).state == "done"


@pytest.mark.usefixtures("large")
@pytest.mark.logs_errors
def test_a_plan_that_fails_its_recount_is_shown_to_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_here(world, 1)
    grid_worker(1)
    solve = kernel.solve

    def wrong(*given: Any, **facts: Any) -> kernel.Plan:
        plan = solve(*given, **facts)
        return replace(plan, filled_weight=plan.filled_weight + 1)

    run = planned(world)
    monkeypatch.setattr(kernel, "solve", wrong)
    queue.drain()

    run.refresh_from_db()
    assert (run.state, run.plan, run.parts.count()) == ("failed", {}, 0)
    assert run.failure != ""
    assert Run.objects.get(code=run.work_code).state == "failed"
    with refused("plan_not_ready"):
        dispatch.confirm(run, actor=world.actor("township_overseer"), at=NOW)


@pytest.mark.req("R2.8")
@pytest.mark.usefixtures("large")
def test_who_lost_the_office_while_it_was_planned_gets_no_plan(world: World) -> None:
    call_here(world, 1)
    grid_worker(1)
    run = planned(world)
    Role.objects.filter(account=world.account("township_overseer")).delete()

    queue.drain()

    run.refresh_from_db()
    assert (run.state, run.plan) == ("failed", {})


@pytest.mark.usefixtures("large")
def test_call_ups_that_ended_while_it_waited_are_not_planned(world: World) -> None:
    here, there = call_here(world, 1), call_next_door(world, 1)
    grid_worker(1)
    run = planned(world)
    calls.stand_down(here, reason="解除", actor=world.actor("worker"), at=NOW)

    queue.drain()

    run.refresh_from_db()
    assert set(run.parts.values_list("call_up", flat=True)) == {there.pk}


@pytest.mark.usefixtures("large")
def test_a_plan_that_is_not_ready_cannot_be_confirmed(world: World) -> None:
    call_here(world, 1)
    grid_worker(1)
    run = planned(world)

    with refused("plan_not_ready"):
        dispatch.confirm(run, actor=world.actor("township_overseer"), at=NOW)

    assert Assignment.objects.count() == 0


def test_what_one_plan_cannot_hold_is_refused_and_leaves_no_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody_on_duty()
    call_here(world, 1)
    grid_worker(1)
    monkeypatch.setattr(kernel.arrays, "MOST_SLOTS", 0)

    with refused("dispatch_too_large"), nothing_done():
        planned(world)


@pytest.mark.usefixtures("large")
def test_a_job_for_more_than_one_plan_can_hold_says_so_to_whoever_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_here(world, 1)
    grid_worker(1)
    run = planned(world)
    monkeypatch.setattr(kernel.arrays, "MOST_SLOTS", 0)

    queue.drain()

    run.refresh_from_db()
    work = Run.objects.get(code=run.work_code)
    assert (run.state, run.plan, work.state) == ("failed", {}, "failed")
    assert run.failure == work.message != ""


@pytest.mark.usefixtures("large")
def test_the_job_tells_round_by_round_how_close_the_plan_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_here(world, 2)
    grid_worker(1)
    run = planned(world)
    heard: list[str] = []
    advance = Progress.advance

    def listening(progress: Progress, rows: int = 1, message: str = "") -> None:
        heard.append(message)
        advance(progress, rows, message)

    monkeypatch.setattr(Progress, "advance", listening)
    queue.drain()

    run.refresh_from_db()
    rounds = [message for message in heard if message]
    assert rounds[-1] == "≤ 0.00 %"
    assert all(re.fullmatch(r"≤ \d+\.\d\d %", message) for message in rounds)
    assert Run.objects.get(code=run.work_code).message == "≤ 0.00 %"


@pytest.mark.parametrize("seconds", [0.0, plans.MOST_SOLVING_SECONDS])
def test_a_plan_is_stopped_after_a_while_and_says_how_good_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """The kernel stops by itself; here it hands over what it would have then: a bound below the price."""
    nobody_on_duty()
    call_here(world, 1)
    grid_worker(1)
    solve, limits = kernel.solve, []

    def stopped(*given: Any, time_limit: float, **facts: Any) -> kernel.Plan:
        limits.append(time_limit)
        plan = solve(*given, time_limit=time_limit, **facts)
        return replace(
            plan, status=kernel.Status.GAP, lower_bound_km=round(plan.objective_km - 0.25, 2), gap=0.125
        )

    monkeypatch.setattr(plans, "MOST_SOLVING_SECONDS", seconds)
    monkeypatch.setattr(kernel, "solve", stopped)
    run = planned(world)

    assert limits == [seconds]
    assert (run.state, run.status, run.gap) == ("ready", "gap", 0.125)
    assert run.objective is not None
    assert run.lower_bound == round(run.objective - 0.25, 2)


def test_a_proven_plan_costs_what_no_plan_can_cost_less_than(world: World) -> None:
    nobody_on_duty()
    call_here(world, 1)
    grid_worker(1)

    run = planned(world)

    assert (run.status, run.gap, run.lower_bound) == ("proven", 0.0, run.objective)


@pytest.mark.usefixtures("large")
def test_a_run_that_was_cleared_away_is_no_fault_of_the_job(world: World) -> None:
    call_here(world, 1)
    run = planned(world)
    run_id = run.pk
    run.delete()

    jobs.plan_dispatch(run_id)

    assert not DispatchRun.objects.exists()
