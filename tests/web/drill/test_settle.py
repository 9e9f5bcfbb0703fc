"""Waiting in a drill: for the jobs of one call-up, and for a database that is being started again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from muster.callups.models import CallUp, DispatchPart, DispatchRun
from muster.jobs import queue
from muster.notifications.actions import messages
from muster.notifications.actions.messages import Draft
from muster.web.drill import settle as waiting
from muster.web.drill.browser import Unexpected
from muster.web.drill.settle import patient, settle
from tests.web.drill.ground import drilled
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiet(world: World) -> CallUp:
    """A call-up whose jobs are all done."""
    call_up = drilled(world)
    queue.drain()
    return call_up


def pauses_of(call_up: CallUp, then: Callable[[], object] = queue.drain) -> int:
    """How often the drill paused until the call-up was settled; in a pause happens `then`."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        then()

    settle(call_up.code, sleep=sleep)
    return len(pauses)


def letter(call_up: CallUp, key: str = "k", kind: str = "call_up") -> None:
    draft = Draft(
        key, "offer", None, "+8615400000001", "来吗？", subject_kind=kind, subject_code=call_up.code
    )
    messages.post([draft])


def test_nothing_under_way_needs_no_pause(quiet: CallUp) -> None:
    assert pauses_of(quiet) == 0


@pytest.mark.parametrize("job", ["callups.top_up", "callups.thank_surplus"])
def test_a_job_of_the_call_up_is_waited_for(quiet: CallUp, job: str) -> None:
    queue.enqueue(job, call_up_id=quiet.pk)

    assert pauses_of(quiet) == 1
    assert queue.waiting(job) == []


@pytest.mark.parametrize(("is_confirmed", "pauses"), [(True, 1), (False, 0)])
def test_a_plan_that_is_being_carried_out_is_waited_for(
    quiet: CallUp, is_confirmed: bool, pauses: int
) -> None:
    now = timezone.now()
    run = DispatchRun.objects.create(
        division_code=quiet.division_code,
        state="ready",
        status="proven",
        input_digest="x",
        seconds=1,
        created_at=now,
        created_by_label="x",
        confirmed_at=now if is_confirmed else None,
    )
    part = DispatchPart.objects.create(run=run, call_up=quiet, seat_count=1)

    assert pauses_of(quiet, lambda: DispatchPart.objects.filter(pk=part.pk).update(done_at=now)) == pauses


def test_a_job_that_runs_is_waited_for_as_well(quiet: CallUp) -> None:
    queue.enqueue("callups.top_up", call_up_id=quiet.pk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE status = 'todo'")

    def end() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'doing'")

    assert pauses_of(quiet, end) == 1


def test_who_waits_long_looks_ever_more_seldom(quiet: CallUp) -> None:
    queue.enqueue("callups.top_up", call_up_id=quiet.pk)
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 9:
            queue.drain()

    settle(quiet.code, sleep=sleep)

    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0.02, 0.2)


def test_letters_about_the_call_up_are_waited_for(quiet: CallUp) -> None:
    letter(quiet)

    assert pauses_of(quiet) == 1


def test_what_belongs_to_others_is_not_waited_for(world: World, quiet: CallUp) -> None:
    other = drilled(world)
    queue.enqueue("callups.top_up", call_up_id=other.pk)
    letter(other, "of another call-up")
    letter(quiet, "about something else", kind="unit")

    assert pauses_of(quiet) == 0


def test_a_call_up_that_never_settles_is_named(quiet: CallUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", -1.0)
    queue.enqueue("callups.top_up", call_up_id=quiet.pk)

    with pytest.raises(Unexpected, match=f"the jobs of call-up {quiet.code} are not done"):
        pauses_of(quiet, lambda: None)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_question_is_asked_again_until_the_database_is_back(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "DATABASE_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(connection, "close", lambda: None)
    answers: list[Exception | int] = [error(), error(), 7]

    @patient
    def ask(number: int, *, other: int) -> int:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer + number + other

    assert ask(1, other=2) == 10
    assert answers == []


def test_a_database_that_stays_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", -1.0)
    monkeypatch.setattr(connection, "close", lambda: None)

    @patient
    def ask() -> None:
        raise OperationalError("gone")

    with pytest.raises(OperationalError, match="gone"):
        ask()


def test_a_mistake_is_not_asked_again() -> None:
    asked: list[int] = []

    @patient
    def ask() -> None:
        asked.append(1)
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        ask()
    assert asked == [1]
