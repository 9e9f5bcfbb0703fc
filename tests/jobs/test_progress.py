"""Long work tells how far it is, on a page and on a terminal."""

import io

import psycopg
import pytest
from django.db import connection
from rich.console import Console

from muster.jobs.models import Run
from muster.jobs.progress import Progress
from muster.toolkit.actor import Actor

pytestmark = pytest.mark.django_db


def facts(progress: Progress) -> tuple[str, int, int, str]:
    run = Run.objects.get(pk=progress.run.pk)
    return run.state, run.done, run.expected, run.message


def test_progress_runs_from_start_to_finish() -> None:
    progress = Progress.start(
        "territory.load", expected=10, actor=Actor(label="w", account_id=7), division_code=51
    )
    assert facts(progress) == ("running", 0, 10, "")
    assert (progress.run.owner_account_id, progress.run.division_code) == (7, 51)

    progress.advance(4, "half way")
    progress.advance(6)
    progress.finish()

    assert facts(progress) == ("done", 10, 10, "half way")
    assert Run.objects.get().ended_at is not None


def test_progress_as_a_context_ends_by_itself() -> None:
    with Progress.start("a.b") as progress:
        progress.expect(3)
        progress.advance(3)

    assert facts(progress) == ("done", 3, 3, "")


def test_progress_fails_with_the_work_and_keeps_what_was_done() -> None:
    with pytest.raises(KeyError), Progress.start("a.b", expected=9) as progress:
        progress.advance(2)
        raise KeyError("personal data must not get into the row")

    assert facts(progress) == ("failed", 2, 9, "KeyError")


def test_progress_writes_seldom(django_assert_max_num_queries: object) -> None:
    progress = Progress.start("a.b", expected=10_000)

    with django_assert_max_num_queries(20):  # type: ignore[operator]  # pytest-django exports no type for it
        for _ in range(10_000):
            progress.advance()

    progress.finish()
    assert facts(progress) == ("done", 10_000, 10_000, "")


def test_terminal_shows_rows_and_rate() -> None:
    screen = io.StringIO()
    progress = Progress.start(
        "load", expected=40, terminal=Console(file=screen, width=100, force_terminal=True)
    )
    progress.advance(20)
    progress.advance(20)
    progress.finish("loaded")

    shown = screen.getvalue()
    assert "40/40" in shown
    assert "loaded" in shown


@pytest.mark.django_db(transaction=True)
def test_progress_outlives_a_database_that_is_gone_for_a_moment() -> None:
    progress = Progress.start("a.b", expected=2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (mine,) = cursor.fetchone()
    parameters = connection.get_connection_params()
    known = {
        key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if parameters.get(key)
    }
    with psycopg.connect(**known) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [mine])

    progress._write()
    progress.advance(2)
    progress.finish()

    assert facts(progress) == ("done", 2, 2, "")
