"""A worker that is killed in the middle of a dispatch: another one finishes the plan, and the telling of it, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from muster.callups.actions import dispatch, plans
from muster.callups.models import Assignment, DispatchPart, DispatchRun
from muster.notifications.models import Message
from tests.callups.dispatching import call_tomorrow, grid_worker, nobody_on_duty, place
from tests.jobs.workers import Start, killed, until, workers
from tests.world import HERE, NEXT_DOOR, World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a worker that is slow at the dispatch; all that are left are killed when the test ends."""
    with workers("tests.callups.slow_dispatch") as one:
        yield one


@pytest.fixture
def two_places(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call-up in each of two communities, with somebody for it; every dispatch is left to the worker."""
    nobody_on_duty()
    call_tomorrow(world, HERE, 1), call_tomorrow(world, NEXT_DOOR, 1)
    grid_worker(1), grid_worker(2, NEXT_DOOR)
    monkeypatch.setattr(plans, "MOST_SECONDS_AT_ONCE", 0.0)
    monkeypatch.setattr(dispatch, "MOST_SECONDS_AT_ONCE", 0.0)


@pytest.mark.req("R1.5")
@pytest.mark.usefixtures("two_places")
def test_a_dispatch_outlives_the_workers_that_are_killed_at_it(world: World, start: Start) -> None:
    overseer = world.actor("township_overseer")
    run = plans.propose_over(place(), actor=overseer)
    first = start()
    until(lambda: DispatchRun.objects.exclude(work_code="").exists())
    killed(first)
    half_planned = DispatchRun.objects.get().state

    second = start()
    until(lambda: DispatchRun.objects.get().state == "ready")
    run.refresh_from_db()
    dispatch.confirm(run, actor=overseer)
    until(lambda: DispatchPart.objects.exclude(done_at=None).count() == 1)
    killed(second)
    half_told = DispatchPart.objects.filter(done_at=None).count()

    start()
    until(lambda: dispatch.Dispatched.of(run).call_ups_to_do == 0)

    assert (half_planned, half_told) == ("planning", 1)
    assert DispatchRun.objects.count() == 1
    assert Assignment.objects.count() == 2
    assert Counter(Message.objects.filter(topic="ordered").values_list("person_id", flat=True)) == Counter(
        Assignment.objects.values_list("person_id", flat=True)
    )
