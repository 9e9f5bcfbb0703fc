"""What an action may rely on when it hands work to the queue: it falls with the deed, runs in order, and is tried again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from procrastinate import jobs as library
from procrastinate.contrib.django import app

from muster.jobs import queue, sweeper
from muster.jobs.models import Run
from muster.jobs.progress import Progress
from muster.jobs.rules import time_left
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

DONE: list[Any] = []
NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


@queue.task("tests.keep")
def keep(what: str) -> None:
    DONE.append(what)


@queue.task("tests.keep_a_row")
def keep_a_row(code: str, *, then_fail: bool = False) -> None:
    Run.objects.create(code=code, kind="kept")
    if then_fail:
        raise RuntimeError(code)


@queue.task("tests.break_a_promise")
def break_a_promise() -> None:
    Run.objects.create(kind="broken", state="lost")


@queue.task("tests.take_anything")
def take_anything(**facts: Any) -> None:
    DONE.append(facts)


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    DONE.clear()
    yield
    DONE.clear()


# Enqueueing is a part of the deed


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["one", "many", "once", "later"])
def test_a_deed_that_fails_leaves_no_job_behind(how: str) -> None:
    ways = {
        "one": lambda: queue.enqueue("tests.keep", what="a"),
        "many": lambda: queue.enqueue_many("tests.keep", [{"what": "a"}, {"what": "b"}]),
        "once": lambda: queue.enqueue_once("tests.keep", "k", what="a"),
        "later": lambda: queue.enqueue_at("tests.keep", timezone.now(), what="a"),
    }

    with pytest.raises(RuntimeError), transaction.atomic():
        ways[how]()
        raise RuntimeError("the deed failed")

    assert queue.waiting() == []


@pytest.mark.django_db
def test_a_key_is_free_again_when_the_deed_that_took_it_failed() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        assert queue.enqueue_once("tests.keep", "k", what="a") is True
        raise RuntimeError("the deed failed")

    assert queue.enqueue_once("tests.keep", "k", what="b") is True
    assert queue.waiting("tests.keep") == [{"what": "b"}]


@pytest.mark.django_db
def test_a_second_asking_does_not_spoil_the_deed_around_it() -> None:
    queue.enqueue_once("tests.keep", "k", what="a")

    with transaction.atomic():
        assert queue.enqueue_once("tests.keep", "k", what="b") is False
        Run.objects.create(kind="after")

    assert Run.objects.get().kind == "after"


@pytest.mark.django_db
def test_one_key_of_two_jobs_is_two_keys() -> None:
    assert queue.enqueue_once("tests.keep", "k", what="a") is True
    assert queue.enqueue_once("tests.take_anything", "k", what="a") is True


@pytest.mark.django_db
def test_thousands_of_jobs_are_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert queue.enqueue_many("tests.keep", ({"what": str(n)} for n in range(2_000))) == 2_000


@pytest.mark.django_db
def test_no_rows_are_no_jobs() -> None:
    assert queue.enqueue_many("tests.keep", []) == 0
    assert queue.waiting() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts",
    [
        {"ids": [1, 2, 3]},
        {"text": "补召 2 人", "nothing": None, "share": 0.5, "yes": True},
        {"deep": {"list": [{"a": []}]}},
        {"big": 2**62},
        {},
    ],
)
def test_a_job_gets_its_facts_as_they_were_given(facts: dict[str, Any]) -> None:
    queue.enqueue("tests.take_anything", **facts)

    assert queue.waiting() == [facts]
    queue.drain()
    assert [facts] == DONE


# Draining


@pytest.mark.django_db
def test_a_job_that_fails_undoes_what_it_did_and_spoils_nothing_else() -> None:
    queue.enqueue("tests.keep_a_row", code="AAAA2222", then_fail=True)

    with pytest.raises(RuntimeError):
        queue.drain()

    assert Run.objects.count() == 0
    assert queue.waiting() == [{"code": "AAAA2222", "then_fail": True}]


@pytest.mark.django_db
def test_a_broken_promise_of_the_database_is_told_and_the_queue_goes_on() -> None:
    queue.enqueue("tests.break_a_promise")
    with pytest.raises(IntegrityError, match="run_state_is_known"):
        queue.drain()

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    queue.enqueue("tests.keep", what="still here")
    assert queue.drain() == 1


@pytest.mark.django_db
def test_no_more_run_than_the_limit_allows() -> None:
    queue.enqueue_many("tests.keep", [{"what": str(n)} for n in range(5)])

    assert queue.drain(limit=3) == 3
    assert DONE == ["0", "1", "2"]
    assert len(queue.waiting()) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("early", "ran"), [(timedelta(0), 1), (timedelta(seconds=1), 0)])
def test_a_job_put_off_is_due_at_its_moment_and_not_before(early: timedelta, ran: int) -> None:
    due = timezone.now() + timedelta(days=1)
    queue.enqueue_at("tests.keep", due, what="a")

    assert queue.drain(until=due - early) == ran


@pytest.mark.django_db
def test_a_job_put_off_does_not_hold_up_those_behind_it() -> None:
    queue.enqueue_at("tests.keep", timezone.now() + timedelta(days=1), what="later")
    queue.enqueue("tests.keep", what="now")

    assert queue.drain() == 1
    assert DONE == ["now"]


# Is anybody working on it?


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "scheduled", "busy"),
    [
        ("todo", "NULL", True),
        ("todo", "now() - interval '1 second'", True),
        ("todo", "now() + interval '1 minute'", False),
        ("doing", "NULL", True),
        ("succeeded", "NULL", False),
        ("failed", "NULL", False),
    ],
)
def test_a_job_is_busy_while_it_runs_or_is_due(status: str, scheduled: str, busy: bool) -> None:
    queue.enqueue("tests.keep", what="a")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE procrastinate_jobs SET status = '{status}', scheduled_at = {scheduled}")  # noqa: S608 - ours

    assert queue.is_busy("tests.keep") is busy
    assert queue.is_busy("tests.take_anything") is False


# Trying again


def decision(attempts: int, error: BaseException, of: int = queue.ATTEMPTS) -> float | None:
    """Seconds until the next try, or None where there is none."""
    job = library.Job(id=1, queue="q", lock=None, queueing_lock=None, task_name="t", attempts=attempts)
    found = queue.BackOff(of).get_retry_decision(exception=error, job=job)
    if found is None:
        return None
    assert found.retry_at is not None
    return (found.retry_at - datetime.now(UTC)).total_seconds()


@given(attempts=st.integers(0, 40), of=st.integers(1, 50))
def test_tries_end_exactly_at_their_number_and_no_pause_exceeds_a_quarter_of_an_hour(
    attempts: int, of: int
) -> None:
    pause = decision(attempts, RuntimeError(), of)

    assert (pause is None) is (attempts + 1 >= of)
    if pause is not None:
        least = min(queue.FIRST_PAUSE_SECONDS * 2**attempts, queue.LONGEST_PAUSE_SECONDS)
        assert least - 1 <= pause <= least * 1.5 + 1


@given(attempts=st.integers(0, 40))
def test_a_refusal_is_never_tried_again(attempts: int) -> None:
    assert decision(attempts, Refused("not_open", "Closed."), of=99) is None


def test_every_job_is_tried_again_and_work_by_the_clock_is_not() -> None:
    by_the_clock = {one.task.name for one in app.periodic_registry.periodic_tasks.values()}

    for name, task in app.tasks.items():
        if name.startswith(("builtin", "procrastinate", "tests.")):
            continue
        strategy = task.retry_strategy
        assert isinstance(strategy, queue.BackOff), name
        assert (strategy.attempts == 1) is (name in by_the_clock), name


def test_work_by_the_clock_waits_once_however_late_the_worker_is() -> None:
    for one in app.periodic_registry.periodic_tasks.values():
        assert one.task.queueing_lock == one.task.name


# Jobs of dead workers


def left_by(age: float | None, count: int) -> None:
    """`count` jobs that run at a worker last heard of `age` seconds ago."""
    with connection.cursor() as cursor:
        worker = None
        if age is not None:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - make_interval(secs => %s)) RETURNING id",
                [age],
            )
            (worker,) = cursor.fetchone()
        queue.enqueue_many("tests.keep", [{"what": f"{age}"} for _ in range(count)])
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE status = 'todo'", [worker]
        )


@pytest.mark.django_db
def test_only_the_jobs_of_the_dead_come_back() -> None:
    left_by(1, 2)
    left_by(sweeper.DEAD_AFTER_SECONDS + 60, 3)
    left_by(None, 1)

    assert sweeper.sweep() == 4
    assert queue.drain() == 4
    assert sorted(DONE) == sorted([f"{sweeper.DEAD_AFTER_SECONDS + 60}"] * 3 + ["None"])


@pytest.mark.django_db
def test_a_sweep_of_nothing_changes_nothing() -> None:
    queue.enqueue("tests.keep", what="waits")

    assert sweeper.sweep() == 0
    assert queue.waiting() == [{"what": "waits"}]


@pytest.mark.django_db
def test_a_job_that_came_back_counts_its_deaths_until_it_is_given_up() -> None:
    left_by(None, 1)

    for _ in range(sweeper.DEATHS_ALLOWED - 2):
        assert sweeper.sweep() == 1
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")

    with connection.cursor() as cursor:
        cursor.execute("SELECT attempts FROM procrastinate_jobs")
        assert cursor.fetchone() == (sweeper.DEATHS_ALLOWED - 2,)


# Progress


@given(done=st.integers(-5, 2000), expected=st.integers(-5, 2000), minutes=st.integers(0, 600))
def test_time_left_is_never_negative_and_never_guessed(done: int, expected: int, minutes: int) -> None:
    left = time_left(NOW, done, expected, NOW + timedelta(minutes=minutes))

    if done <= 0 or expected <= done:
        assert left is None
    else:
        assert left is not None
        assert left >= timedelta(0)
        assert abs(left / timedelta(minutes=1) - minutes / done * (expected - done)) < 1e-3


def test_work_that_has_not_begun_has_no_time_left() -> None:
    assert time_left(None, 5, 10) is None


@pytest.mark.django_db
def test_a_long_message_is_cut_not_refused() -> None:
    with Progress.start("tests.long") as progress:
        progress.finish("很" * 500)

    assert Run.objects.get().message == "很" * 200


@pytest.mark.django_db
def test_work_that_ended_itself_is_not_ended_again() -> None:
    with pytest.raises(RuntimeError), Progress.start("tests.ended") as progress:
        progress.fail("the file is not there")
        raise RuntimeError

    assert (Run.objects.get().state, Run.objects.get().message) == ("failed", "the file is not there")


@pytest.mark.django_db
def test_progress_that_cannot_be_written_inside_a_deed_fails_the_deed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    progress = Progress.start("tests.inside")

    def gone(*_: object, **__: object) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(Run, "save", gone)
    with pytest.raises(OperationalError), transaction.atomic():
        progress.finish()


@pytest.mark.django_db
def test_a_run_belongs_to_whoever_began_it() -> None:
    mine = Progress.start("tests.mine", actor=Actor(label="w", account_id=7), division_code=510_107_001_001)

    assert (mine.run.owner_account_id, mine.run.division_code, mine.run.state) == (
        7,
        510_107_001_001,
        "running",
    )
    assert len(mine.run.code) == 8
