"""`muster serve` comes up by itself, gets over the death of each of its parts, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import postgres, serve
from config.postgres_server import Site, postmaster
from tests.config.ground import PATIENCE_SECONDS, answers, children, free_port, muster, until


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    var = tmp_path_factory.mktemp("copy")
    yield var, free_port()
    postgres.stop(var)


# The two that start a copy of their own come first: all share one data folder, whose first start takes longest.


@pytest.mark.slow
def test_ctrl_c_leaves_nothing_behind(place: tuple[Path, int]) -> None:
    var, port = place
    copy = muster(var, port, "serve")
    assert copy.stdout
    until(lambda: f"http://127.0.0.1:{port}" in (copy.stdout.readline() if copy.stdout else ""))
    words = ("granian", "worker", "config.afterwards")
    parts = set[int]().union(*(children(copy.pid, word) for word in words))

    copy.send_signal(signal.SIGINT)
    copy.communicate(timeout=PATIENCE_SECONDS)

    assert copy.returncode == 0
    assert postmaster(Site(var)) is None
    assert not answers(port)
    assert [part for part in parts if Path(f"/proc/{part}").exists()] == []


@pytest.mark.slow
def test_killed_supervisor_takes_its_parts_along(place: tuple[Path, int]) -> None:
    var, port = place
    copy = muster(var, port, "serve")
    until(lambda: answers(port))

    copy.kill()
    copy.communicate()

    assert until(lambda: not answers(port))
    assert until(lambda: postmaster(Site(var)) is None)


@pytest.mark.slow
def test_killed_supervisor_leaves_the_database_to_whoever_else_uses_it(place: tuple[Path, int]) -> None:
    var, port = place
    postgres.ensure(var)
    copy = muster(var, port, "serve")
    (heir,) = until(lambda: children(copy.pid, "config.afterwards"))
    server = postmaster(Site(var))

    copy.kill()
    copy.communicate()

    assert until(lambda: not Path(f"/proc/{heir}").exists())
    assert postmaster(Site(var)) == server
    assert postgres.release(var) is True


@pytest.fixture(scope="module")
def running(place: tuple[Path, int]) -> Iterator[subprocess.Popen[str]]:
    copy = muster(*place, "serve")
    until(lambda: answers(place[1]))
    yield copy
    copy.terminate()
    copy.communicate(timeout=PATIENCE_SECONDS)
    assert copy.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("word", ["granian", "worker"])
def test_killed_part_is_started_again(
    place: tuple[Path, int], running: subprocess.Popen[str], word: str
) -> None:
    (before,) = until(lambda: children(running.pid, word))

    os.kill(before, signal.SIGKILL)

    (after,) = until(lambda: children(running.pid, word) - {before})
    assert after != before
    assert until(lambda: answers(place[1]))


@pytest.mark.slow
def test_killed_database_is_started_again(place: tuple[Path, int], running: subprocess.Popen[str]) -> None:
    site = Site(place[0])
    before = postmaster(site)
    assert before

    os.kill(before, signal.SIGKILL)

    assert until(lambda: postmaster(site) not in {None, before} and answers(place[1]))


@pytest.mark.slow
def test_second_copy_on_the_same_data_is_refused(
    place: tuple[Path, int], running: subprocess.Popen[str]
) -> None:
    second = muster(place[0], free_port(), "serve")

    said = second.communicate(timeout=PATIENCE_SECONDS)[0]
    assert second.returncode == 1
    assert "already" in said
    assert running.poll() is None


@pytest.mark.slow
def test_reset_is_refused_while_the_copy_runs(
    place: tuple[Path, int], running: subprocess.Popen[str]
) -> None:
    reset = muster(*place, "reset", "--yes")

    assert "already" in reset.communicate(timeout=PATIENCE_SECONDS)[0]
    assert reset.returncode == 1
    assert answers(place[1])


def test_taken_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = int(holder.getsockname()[1])

        with pytest.raises(serve.CannotServe, match=f"Port {port} .* PORT={port + 1}"):
            serve.serve(serve.Copy(tmp_path, "127.0.0.1", port), [])
    assert not (tmp_path / "pg").exists()


def test_the_last_port_has_no_next_one(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 65535))

        with pytest.raises(serve.CannotServe, match="PORT=65534"):
            serve.serve(serve.Copy(tmp_path, "127.0.0.1", 65535), [])


def test_a_host_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(serve.CannotServe, match=r"nohost\.invalid cannot be opened"):
        serve.serve(serve.Copy(tmp_path, "nohost.invalid", free_port()), [])


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104 - not opened
        ("::", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("192.0.2.7", "http://192.0.2.7:8000"),
        ("muster.example", "http://muster.example:8000"),
    ],
)
def test_the_address_is_one_that_a_browser_opens(tmp_path: Path, host: str, address: str) -> None:
    assert serve.Copy(tmp_path, host, 8000).address == address
