"""The queue as the rest of Muster sees it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate import jobs as library
from procrastinate.contrib.django import app

from muster.jobs import queue, sweeper
from muster.toolkit.refusal import Refused

DONE: list[Any] = []


@queue.task("tests.note")
def note(what: str) -> None:
    DONE.append(what)


@queue.task("tests.note_and_follow")
def note_and_follow(what: str) -> None:
    DONE.append(what)
    queue.enqueue("tests.note", what=f"after {what}")


@queue.task("tests.fail")
def fail(what: str) -> None:
    DONE.append(what)
    raise RuntimeError(what)


@queue.task("tests.note_first", priority=queue.URGENT)
def note_first(what: str) -> None:
    DONE.append(what)


@queue.periodic("tests.by_the_clock", "0 4 * * *")
def by_the_clock() -> None:
    DONE.append("clock")


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    DONE.clear()
    yield
    DONE.clear()


@pytest.mark.django_db
def test_job_is_enqueued_and_run_once() -> None:
    queue.enqueue("tests.note", what="a")
    assert DONE == []

    assert (queue.drain(), queue.drain()) == (1, 0)
    assert DONE == ["a"]


@pytest.mark.django_db
def test_jobs_run_by_priority_then_in_order_and_followers_too() -> None:
    queue.enqueue("tests.note_and_follow", what="1")
    queue.enqueue_many("tests.note", [{"what": "2"}, {"what": "3"}])
    queue.enqueue("tests.note_first", what="first")
    queue.enqueue_many("tests.note", [{"what": "second"}], priority=queue.URGENT)

    assert queue.drain() == 6
    assert DONE == ["first", "second", "1", "2", "3", "after 1"]


@pytest.mark.django_db
def test_job_falls_with_the_deed_that_asked_for_it() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        queue.enqueue("tests.note", what="a")
        raise RuntimeError("the deed failed")

    assert queue.drain() == 0


@pytest.mark.django_db
def test_unknown_job_is_refused_where_it_is_asked_for() -> None:
    with pytest.raises(KeyError):
        queue.enqueue("tests.no_such_job")


@pytest.mark.django_db
def test_job_put_off_waits_for_its_time() -> None:
    due = timezone.now() + timedelta(hours=1)
    queue.enqueue_at("tests.note", due, what="later")

    assert queue.drain() == 0
    assert queue.drain(until=due) == 1
    assert DONE == ["later"]


@pytest.mark.django_db
def test_enqueue_once_keeps_one_job_per_key_waiting() -> None:
    assert queue.enqueue_once("tests.note", "k", what="a") is True
    assert queue.enqueue_once("tests.note", "k", what="b") is False
    assert queue.enqueue_once("tests.note", "other", what="c") is True
    queue.drain()
    assert queue.enqueue_once("tests.note", "k", what="d") is True

    queue.drain()
    assert DONE == ["a", "c", "d"]


@pytest.mark.django_db
def test_failing_job_raises_in_drain_and_stays() -> None:
    queue.enqueue("tests.fail", what="x")

    with pytest.raises(RuntimeError, match="x"):
        queue.drain()
    assert queue.waiting("tests.fail") == [{"what": "x"}]


@pytest.mark.django_db
def test_periodic_job_is_registered_with_its_cron() -> None:
    crons = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}

    assert crons["tests.by_the_clock"] == "0 4 * * *"
    assert crons["jobs.sweep_stalled"] == "* * * * * */10"
    app.tasks["tests.by_the_clock"].func(timestamp=0)
    assert DONE == ["clock"]


def job(attempts: int) -> library.Job:
    return library.Job(
        id=1, queue="default", lock=None, queueing_lock=None, task_name="tests.fail", attempts=attempts
    )


def test_back_off_doubles_spreads_and_ends() -> None:
    back_off = queue.BackOff(attempts=8)
    for attempts, pause in ((0, 2), (1, 4), (4, 32)):
        decision = back_off.get_retry_decision(exception=RuntimeError(), job=job(attempts))
        assert decision is not None
        assert decision.retry_at is not None
        waits = (decision.retry_at - datetime.now(UTC)).total_seconds()
        assert pause - 1 <= waits <= pause * 1.5 + 1

    assert back_off.get_retry_decision(exception=RuntimeError(), job=job(7)) is None


def test_refusal_is_an_answer_and_is_not_tried_again() -> None:
    assert queue.BackOff(8).get_retry_decision(exception=Refused("not_open", "Closed."), job=job(0)) is None


def doing(*, heartbeat_age: float | None, attempts: int = 0) -> int:
    """A job that runs at a worker last heard of `heartbeat_age` seconds ago; None is a worker whose row is gone."""
    queue.enqueue("tests.note", what="a")
    with connection.cursor() as cursor:
        worker = None
        if heartbeat_age is not None:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - make_interval(secs => %s)) RETURNING id",
                [heartbeat_age],
            )
            (worker,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s RETURNING id",
            [worker, attempts],
        )
        (job_id,) = cursor.fetchone()
    return int(job_id)


def status(job_id: int) -> tuple[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status, attempts FROM procrastinate_jobs WHERE id = %s", [job_id])
        found: tuple[str, int] = cursor.fetchone()
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("heartbeat_age", [sweeper.DEAD_AFTER_SECONDS + 5, None])
def test_sweep_puts_back_what_a_dead_or_pruned_worker_left(heartbeat_age: float | None) -> None:
    job_id = doing(heartbeat_age=heartbeat_age)

    assert (sweeper.sweep(), sweeper.sweep()) == (1, 0)
    assert status(job_id) == ("todo", 1)
    queue.drain()
    assert DONE == ["a"]


@pytest.mark.django_db
def test_sweep_leaves_a_living_workers_job_alone() -> None:
    job_id = doing(heartbeat_age=1)

    assert sweeper.sweep() == 0
    assert status(job_id) == ("doing", 0)


@pytest.mark.django_db
@pytest.mark.logs_errors
def test_sweep_gives_up_on_a_job_that_kills_its_workers() -> None:
    job_id = doing(heartbeat_age=None, attempts=sweeper.DEATHS_ALLOWED - 1)

    assert sweeper.sweep() == 0
    assert status(job_id)[0] == "failed"


@pytest.mark.django_db
def test_finished_jobs_are_forgotten_after_three_days() -> None:
    queue.enqueue("tests.note", what="old")
    queue.drain()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '4 days'")
    queue.enqueue("tests.note", what="new")
    queue.drain()

    app.tasks["jobs.forget_finished"].func(timestamp=0)

    with connection.cursor() as cursor:
        cursor.execute("SELECT args ->> 'what' FROM procrastinate_jobs")
        assert cursor.fetchall() == [("new",)]
