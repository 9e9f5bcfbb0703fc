"""The ground under every test: a PostgreSQL of its own, and a suite that fails on what people overlook."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django
import pytest
from hypothesis import settings as hypothesis_settings

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from pytest_django import DjangoDbBlocker

    from tests.world import World

# Before Django reads its settings: tests never touch the data folder of a running copy.
os.environ.setdefault("MUSTER_VAR", str(Path(__file__).resolve().parents[1] / "var" / "test"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# WhiteNoise warns of a folder that only a running copy fills, and a warning fails the suite.
Path(os.environ["MUSTER_VAR"], "static").mkdir(parents=True, exist_ok=True)
# Here, because pytest-django looks for settings before it reads this file, and test modules import models.
django.setup()
# The same examples on every machine: a change is judged by what it changes, not by how busy the machine is. New examples
# are looked for with `make test ARGS="--hypothesis-profile=search"`.
hypothesis_settings.register_profile("suite", derandomize=True, database=None, deadline=None)
hypothesis_settings.register_profile("search", derandomize=False, print_blob=True, deadline=None)
hypothesis_settings.load_profile("suite")

SHOW_OUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""

# A plan that a test looks at must not hang on whether the server found time to count a table that is empty again.
COUNT_NOTHING = """
DO $$ DECLARE its_name text; BEGIN
  FOR its_name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() LOOP
    EXECUTE 'ALTER TABLE ' || its_name || ' SET (autovacuum_enabled = off)';
  END LOOP;
END $$
"""


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_logged_errors(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the code calls an error is one: the test fails, unless it is marked `logs_errors`."""
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    yield
    logging.getLogger().removeHandler(errors)
    if errors.lines and not request.node.get_closest_marker("logs_errors"):
        pytest.fail("Errors were logged:\n" + "\n".join(errors.lines), pytrace=False)


@pytest.fixture(autouse=True)
def first_language() -> None:
    """Every test begins in the first language: a request leaves its own in the thread that made it."""
    from django.utils import translation  # noqa: PLC0415 - not before MUSTER_VAR is set

    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> Iterator[None]:
    """The test database. At the end whoever still uses it is shown out, so that it can be dropped."""
    from django.db import connection, connections  # noqa: PLC0415 - not before MUSTER_VAR is set

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(COUNT_NOTHING)
    # A thread of the live server lives as long as the browser holds its line, far beyond the last request.
    connections.settings["default"]["CONN_MAX_AGE"] = 0
    yield
    # A test that cuts connections may have cut this one.
    connection.close()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(SHOW_OUT)


@pytest.fixture(autouse=True)
def no_jobs_left(request: pytest.FixtureRequest, django_db_blocker: "DjangoDbBlocker") -> Iterator[None]:
    """What a transactional test committed to the queue goes with it: its flush empties the tables of our models only."""
    marker = request.node.get_closest_marker("django_db")
    commits = (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & set(
        request.fixturenames
    )
    yield
    if commits:
        from django.db import connection  # noqa: PLC0415 - not before MUSTER_VAR is set

        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """A password hash is slow on purpose; the suite makes thousands."""
    from django.conf import settings  # noqa: PLC0415 - not before MUSTER_VAR is set

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def flushable_trail() -> None:
    """Transactional tests empty every table; the trail lets itself be emptied only so (audit migration 0002)."""
    from django.db.backends.signals import connection_created  # noqa: PLC0415 - not before MUSTER_VAR is set

    def allow(connection: "BaseDatabaseWrapper", **_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET muster.audit_flush = 'on'")

    connection_created.connect(allow, weak=False)


@pytest.fixture(autouse=True)
def fresh_norms() -> None:
    """Numbers are held in memory for some seconds; a test's own must not outlive it."""
    from muster.norms import queries  # noqa: PLC0415 - models cannot be imported before Django is set up

    queries.forget()


@pytest.fixture
def world(db: None) -> "World":
    """Two neighboring communities and one of each kind of actor (tests/world.py)."""
    from tests.world import make_world  # noqa: PLC0415 - models cannot be imported before Django is set up

    return make_world()
