"""What `muster serve` does before it opens its doors: it can fail, and it can be stopped."""

import os
import signal
import sys
from pathlib import Path

import pytest
from django.conf import settings

from config import postgres, serve
from config.postgres_server import DatabaseDown, Site, postmaster
from tests.config.ground import free_port

DEAD = "postgresql://nobody@127.0.0.1:9/none"


@pytest.fixture
def database() -> str:
    """A database that is there already, the one of the suite; these tests never come to write in it."""
    return os.environ.get("DATABASE_URL") or postgres.ensure(settings.VAR_DIR)


@pytest.fixture
def copy(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> serve.Copy:
    # Any Python program in the place of a command of Muster.
    monkeypatch.setattr(serve, "MUSTER", [sys.executable, "-c"])
    return serve.Copy(tmp_path, "127.0.0.1", free_port(), database)


def test_a_preparation_that_fails_opens_no_doors(copy: serve.Copy) -> None:
    assert serve.serve(copy, ["raise SystemExit(3)"]) == 1


def test_a_stop_while_it_prepares_ends_the_preparation_and_is_in_order(copy: serve.Copy) -> None:
    # It asks its supervisor to stop, as systemd would, and would go on for ten minutes.
    dawdle = (
        "import os, pathlib, signal, time;"
        f"pathlib.Path({str(copy.var / 'number')!r}).write_text(str(os.getpid()));"
        "os.kill(os.getppid(), signal.SIGTERM); time.sleep(600)"
    )

    assert serve.serve(copy, [dawdle]) == 0
    assert not Path(f"/proc/{(copy.var / 'number').read_text()}").exists()


def test_signals_mean_again_what_they_meant_before(copy: serve.Copy) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    serve.serve(copy, ["raise SystemExit(3)"])

    assert {number: signal.getsignal(number) for number in before} == before


def test_the_preparation_is_told_of_the_copy_and_of_no_other(copy: serve.Copy, database: str) -> None:
    tell = (
        "import os, pathlib;"
        f"pathlib.Path({str(copy.var / 'told')!r}).write_text("
        "'|'.join(os.environ[name] for name in ('MUSTER_VAR', 'PORT', 'DATABASE_URL'))); raise SystemExit(1)"
    )

    serve.serve(copy, [tell])

    assert (copy.var / "told").read_text() == f"{copy.var}|{copy.port}|{database}"


def test_a_database_that_does_not_answer_is_told_at_once(copy: serve.Copy) -> None:
    with pytest.raises(DatabaseDown, match="DATABASE_URL does not answer"):
        serve.serve(serve.Copy(copy.var, "127.0.0.1", copy.port, DEAD), ["raise AssertionError"])


def test_a_failed_preparation_leaves_no_database_running(tmp_path: Path, copy: serve.Copy) -> None:
    own = serve.Copy(tmp_path / "own", "127.0.0.1", copy.port)
    own.var.mkdir()

    assert serve.serve(own, ["raise SystemExit(3)"]) == 1

    assert postmaster(Site(own.var)) is None
    assert not Site(own.var).run.exists()


def test_the_lock_of_the_folder_is_free_after_a_failure(copy: serve.Copy) -> None:
    serve.serve(copy, ["raise SystemExit(3)"])

    with serve.alone(copy):
        assert (copy.var / "serve.lock").exists()


def test_a_folder_that_is_served_is_not_served_twice(copy: serve.Copy) -> None:
    with serve.alone(copy), pytest.raises(serve.CannotServe, match="MUSTER_VAR to another folder"):
        serve.serve(copy, ["raise AssertionError"])
