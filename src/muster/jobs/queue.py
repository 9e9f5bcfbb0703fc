"""The one door to the queue. Nothing else in Muster knows that it is procrastinate's (docs/decisions/0002).

A job is enqueued through Django's connection, so it is committed or rolled back with the deed that asks for it. A worker that
dies gives its jobs back to the others, so every job may run more than once: it takes ids, looks at the state, and claims.
"""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from django.utils import timezone
from procrastinate import RetryDecision, exceptions
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy

from muster.toolkit.refusal import Refused

Work = TypeVar("Work", bound=Callable[..., Any])

ATTEMPTS = 8
FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 600.0
# Before everything else, for what a person waits for in front of the screen (a sign-in code).
URGENT = 10
USUAL = 0
LATER = -10


class BackOff(BaseRetryStrategy):
    """Again after 2, 4, 8 … seconds, at most 10 minutes, each time up to half as long again, so that a crowd spreads out.

    A refusal is an answer and not a fault: the same question would get it again.
    """

    def __init__(self, attempts: int) -> None:
        self.attempts = attempts

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, Refused) or job.attempts + 1 >= self.attempts:
            return None
        pause = min(FIRST_PAUSE_SECONDS * 2**job.attempts, LONGEST_PAUSE_SECONDS)
        return RetryDecision(retry_in={"seconds": pause * random.uniform(1, 1.5)})  # noqa: S311 - spread, no secret


def task(name: str, *, attempts: int = ATTEMPTS, priority: int = USUAL) -> Callable[[Work], Work]:
    """Make a function a job called `name` (`app.verb_object`). The function itself stays callable as it was."""

    def register(work: Work) -> Work:
        app.task(name=name, retry=BackOff(attempts), priority=priority)(work)
        return work

    return register


def periodic(name: str, cron: str, *, attempts: int = 1) -> Callable[[Work], Work]:
    """Make a function without arguments a job that runs by the clock: five fields, or six with seconds last.

    One run at a time waits; a run that was missed while no worker lived is not made up for, so the work looks at what is
    due and not at what the hour is.
    """

    def register(work: Work) -> Work:
        def run(timestamp: int) -> None:
            work()

        deferred = app.task(name=name, retry=BackOff(attempts), queueing_lock=name)(run)
        app.periodic(cron=cron, periodic_id=name)(deferred)
        return work

    return register


def enqueue(task_name: str, **arguments: Any) -> None:
    """Run the job soon, once this transaction is committed. An unknown name is a KeyError."""
    _deferrer(task_name).defer(**arguments)


def enqueue_at(task_name: str, at: datetime, **arguments: Any) -> None:
    """Run the job not before `at`."""
    _deferrer(task_name, schedule_at=at).defer(**arguments)


def enqueue_many(task_name: str, rows: Iterable[Mapping[str, Any]], *, priority: int | None = None) -> int:
    """One job for each row of arguments, in one statement. Returns how many."""
    ids = _deferrer(task_name, **({} if priority is None else {"priority": priority})).batch_defer(
        *map(dict, rows)
    )
    return len(ids)


def enqueue_once(task_name: str, key: str, **arguments: Any) -> bool:
    """Run the job, unless one with this key is waiting already. True if it was enqueued."""
    try:
        with transaction.atomic():
            _deferrer(task_name, queueing_lock=f"{task_name}:{key}").defer(**arguments)
    except exceptions.AlreadyEnqueued:
        return False
    return True


def drain(*, until: datetime | None = None, limit: int = 10_000) -> int:
    """Run every job that is due, and those that they enqueue, here and now. For tests and commands.

    `until` counts as now for jobs that were put off. A job that fails raises here, and stays in the queue as it was.
    Returns how many ran.
    """
    ran = 0
    while ran < limit and (claimed := _claim(until or timezone.now())):
        job_id, name, arguments = claimed
        # In a test the whole queue lives in one transaction, which a failed statement would spoil.
        shelter = transaction.atomic() if connection.in_atomic_block else contextlib.nullcontext()
        try:
            with shelter:
                app.tasks[name].func(**arguments)
        except BaseException:
            _set(job_id, "todo")
            raise
        _set(job_id, "succeeded")
        ran += 1
    return ran


def waiting(task_name: str | None = None) -> list[dict[str, Any]]:
    """The arguments of the jobs that wait, in the order in which they will run. For tests and the health page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args FROM procrastinate_jobs WHERE status = 'todo' AND (%s::text IS NULL OR task_name = %s)"
            " ORDER BY priority DESC, id",
            [task_name, task_name],
        )
        return [_loaded(arguments) for (arguments,) in cursor.fetchall()]


def is_busy(task_name: str) -> bool:
    """True if a job of this name runs or is due."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE task_name = %s AND (status = 'doing'"
            " OR status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())))",
            [task_name],
        )
        return bool(cursor.fetchone()[0])


def _deferrer(task_name: str, **options: Any) -> Any:
    return app.tasks[task_name].configure(**options)


def _claim(now: datetime) -> tuple[int, str, dict[str, Any]] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = ("
            " SELECT id FROM procrastinate_jobs"
            " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %s)"
            " ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED)"
            " RETURNING id, task_name, args",
            [now],
        )
        row = cursor.fetchone()
    return (row[0], row[1], _loaded(row[2])) if row else None


def _set(job_id: int, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, job_id])


def _loaded(arguments: Any) -> dict[str, Any]:
    return json.loads(arguments) if isinstance(arguments, str) else dict(arguments)
