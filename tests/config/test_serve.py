"""`muster serve` comes up by itself, gets over the death of each of its parts, and leaves nothing behind."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from config import postgres, serve
from config.postgres_server import Site, postmaster

SOURCE = Path(serve.__file__).parents[1]
# Of a machine that others keep busy; a quiet one needs a twentieth.
PATIENCE_SECONDS = 300
Answer = TypeVar("Answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _muster(var: Path, port: int, *arguments: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, "-m", "config.cli", *arguments],
        env={**environment, "MUSTER_VAR": str(var), "PORT": str(port), "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _until(what: Callable[[], Answer]) -> Answer:
    """The first true answer; a deadline instead of a pause, since only the machine's load decides how long it takes."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while not (answer := what()):
        assert time.monotonic() < limit, "it did not come about"
    return answer


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def _children(parent: int, word: str) -> set[int]:
    """The children of `parent` that run `word`."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            mother = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if mother == parent and word in (process / "cmdline").read_text().split("\0"):
                found.add(int(process.name))
        except OSError:
            continue
    return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    var = tmp_path_factory.mktemp("copy")
    yield var, _free_port()
    postgres.stop(var)


# The two that start a copy of their own come first: all share one data folder, whose first start takes longest.


@pytest.mark.slow
def test_ctrl_c_leaves_nothing_behind(place: tuple[Path, int]) -> None:
    var, port = place
    copy = _muster(var, port, "serve")
    assert copy.stdout
    _until(lambda: f"http://127.0.0.1:{port}" in (copy.stdout.readline() if copy.stdout else ""))
    parts = _children(copy.pid, "granian") | _children(copy.pid, "worker")

    copy.send_signal(signal.SIGINT)
    copy.communicate(timeout=PATIENCE_SECONDS)

    assert copy.returncode == 0
    assert postmaster(Site(var)) is None
    assert not _answers(port)
    assert [part for part in parts if Path(f"/proc/{part}").exists()] == []


@pytest.mark.slow
def test_killed_supervisor_takes_its_parts_along(place: tuple[Path, int]) -> None:
    var, port = place
    copy = _muster(var, port, "serve")
    _until(lambda: _answers(port))

    copy.kill()
    copy.communicate()

    assert _until(lambda: not _answers(port))
    postgres.ensure(var)
    assert postgres.release(var) is True


@pytest.fixture(scope="module")
def running(place: tuple[Path, int]) -> Iterator[subprocess.Popen[str]]:
    copy = _muster(*place, "serve")
    _until(lambda: _answers(place[1]))
    yield copy
    copy.terminate()
    copy.communicate(timeout=PATIENCE_SECONDS)
    assert copy.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("word", ["granian", "worker"])
def test_killed_part_is_started_again(
    place: tuple[Path, int], running: subprocess.Popen[str], word: str
) -> None:
    (before,) = _until(lambda: _children(running.pid, word))

    os.kill(before, signal.SIGKILL)

    (after,) = _until(lambda: _children(running.pid, word) - {before})
    assert after != before
    assert _until(lambda: _answers(place[1]))


@pytest.mark.slow
def test_killed_database_is_started_again(place: tuple[Path, int], running: subprocess.Popen[str]) -> None:
    site = Site(place[0])
    before = postmaster(site)
    assert before

    os.kill(before, signal.SIGKILL)

    assert _until(lambda: postmaster(site) not in {None, before} and _answers(place[1]))


@pytest.mark.slow
def test_second_copy_on_the_same_data_is_refused(
    place: tuple[Path, int], running: subprocess.Popen[str]
) -> None:
    second = _muster(place[0], _free_port(), "serve")

    said = second.communicate(timeout=PATIENCE_SECONDS)[0]
    assert second.returncode == 1
    assert "already" in said
    assert running.poll() is None


@pytest.mark.slow
def test_reset_is_refused_while_the_copy_runs(
    place: tuple[Path, int], running: subprocess.Popen[str]
) -> None:
    reset = _muster(*place, "reset", "--yes")

    assert "already" in reset.communicate(timeout=PATIENCE_SECONDS)[0]
    assert reset.returncode == 1
    assert _answers(place[1])


def test_taken_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = int(holder.getsockname()[1])

        with pytest.raises(serve.CannotServe, match=f"Port {port} .* PORT={port + 1}"):
            serve.serve(serve.Copy(tmp_path, "127.0.0.1", port), [], [])
    assert not (tmp_path / "pg").exists()


def test_address_of_all_interfaces_is_one_that_a_browser_opens(tmp_path: Path) -> None:
    assert serve.Copy(tmp_path, "0.0.0.0", 8000).address == "http://127.0.0.1:8000"  # noqa: S104 - not opened
    assert serve.Copy(tmp_path, "192.0.2.7", 8000).address == "http://192.0.2.7:8000"
