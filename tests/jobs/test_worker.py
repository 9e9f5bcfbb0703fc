"""Real worker processes on the test database: what is enqueued gets done, whoever is killed meanwhile."""

import signal
from collections.abc import Iterator

import pytest
from django.db import connection

from muster.jobs import queue
from muster.jobs.models import Run
from tests.jobs import slow_work
from tests.jobs.workers import LIMIT_SECONDS, Start, killed, until, workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a worker; all that are left are killed when the test ends."""
    with workers("tests.jobs.slow_work") as one:
        yield one


def filled(name: str) -> int:
    return Run.objects.filter(code__startswith=name).exclude(code__endswith="END").count()


def ended(name: str) -> bool:
    return Run.objects.filter(code=f"{name}END").exists()


def test_killed_worker_loses_nothing_and_does_nothing_twice(start: Start) -> None:
    first = start()
    queue.enqueue("tests.fill", name="A")
    until(lambda: filled("A") >= 3)

    killed(first)
    at_death = filled("A")
    assert not ended("A")
    start()
    until(lambda: ended("A"))

    assert 3 <= at_death < slow_work.STEPS
    assert filled("A") == slow_work.STEPS
    workers = set(
        Run.objects.filter(code__startswith="A").exclude(message="").values_list("message", flat=True)
    )
    assert len(workers) == 2
    until(lambda: queue.waiting("tests.fill") == [])


def test_worker_asked_to_stop_ends_its_job_first(start: Start) -> None:
    worker = start()
    queue.enqueue("tests.fill", name="B")
    until(lambda: filled("B") >= 1)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=LIMIT_SECONDS) == 0
    assert ended("B")
    assert filled("B") == slow_work.STEPS


def test_worker_survives_a_database_that_cuts_its_connections(start: Start) -> None:
    worker = start()
    queue.enqueue("tests.fill", name="C")
    until(lambda: ended("C"))

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    queue.enqueue("tests.fill", name="D")
    until(lambda: ended("D"))

    assert worker.poll() is None
    assert filled("D") == slow_work.STEPS
