"""`muster serve`: the database, the web server and the worker of one copy, kept alive until somebody says stop."""

import contextlib
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TextIO

from config import postgres, postgres_server

WEB_WORKERS = 2
# Threads wait for the database some of their time; more than these take turns at the interpreter, and the slowest answers
# get slower: measured with 16 connections on 2 cores, 222/s and 123 ms with eight, 244/s and 111 ms with four.
WEB_THREADS = 4
LOOK_EVERY_SECONDS = 0.25
PAUSE_SECONDS = 0.05
MUSTER = [sys.executable, "-m", "config.cli"]
# Long enough for a machine that others keep busy.
START_LIMIT_SECONDS = 180
STOP_LIMIT_SECONDS = 15
# A child that dies at once, again and again, is started ever more seldom, so that its log stays readable.
SLOWEST_RESTART_SECONDS = 10
STEADY_SECONDS = 30


class CannotServe(Exception):
    """What stands in the way, and what to do about it."""


@dataclass(frozen=True)
class Copy:
    """One copy of Muster: its data folder and its address."""

    var: Path
    host: str
    port: int
    database_url: str = ""

    @property
    def reached_at(self) -> str:
        """Where this machine finds it: nobody can connect to "all addresses"."""
        return "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound

    @property
    def address(self) -> str:
        host = f"[{self.reached_at}]" if ":" in self.reached_at else self.reached_at
        return f"http://{host}:{self.port}"


@dataclass
class Child:
    """A program that must be there, and how often it was not."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    due_at: float = field(default=0.0)


def serve(copy: Copy, before: list[str]) -> int:
    """Bring the copy up, say where it is, keep it up; 0 after an orderly stop, 1 when `before` failed.

    `before` is a command of Muster that is run before the doors open; what it prints is said once the page answers.
    Raises `CannotServe`, and `postgres_server.DatabaseDown` for a database that is not there.
    """
    with alone(copy), _stop_asked() as stop_asked, tempfile.TemporaryFile("w+") as words:
        _check_port(copy)
        if copy.database_url:
            postgres.check_address(copy.database_url)
        url = copy.database_url or postgres.ensure(copy.var)
        environment = _environment(copy, url)
        children = [Child("web", _web(copy)), Child("worker", _worker())]
        with _survived(copy, environment):
            try:
                if not stop_asked() and _ended_badly(before, environment, words, stop_asked):
                    return 0 if stop_asked() else 1
                _keep(copy, children, environment, stop_asked, lambda: _say_ready(copy, words))
            finally:
                _close(copy, children)
    return 0


@contextlib.contextmanager
def _survived(copy: Copy, environment: dict[str, str]) -> Iterator[None]:
    """While this lasts, somebody outlives us: where we are killed, he ends the database that nobody uses any more.

    The kernel cannot, as it does for the web and the worker: we may not be the one who started the database.
    """
    ends = [sys.executable, "-m", "config.postgres", str(copy.var)]
    heir = subprocess.Popen(
        [sys.executable, "-m", "config.afterwards", *ends],
        env=environment,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield
    finally:
        heir.kill()
        heir.communicate()


def _ended_badly(
    command: list[str], environment: dict[str, str], words: TextIO, stop_asked: Callable[[], bool]
) -> bool:
    """Run the command to its end, or until somebody says stop: to build a first demo takes a while."""
    # In our group: Ctrl-C reaches it too. Its progress goes to standard error, which stays the terminal's.
    process = subprocess.Popen(_own([*MUSTER, *command]), env=environment, stdout=words)
    while process.poll() is None:
        if stop_asked():
            process.terminate()
            process.wait()
        time.sleep(PAUSE_SECONDS)
    return process.returncode != 0


def _own(command: list[str]) -> list[str]:
    """The command as a child that ends with us, even when we are killed."""
    return [sys.executable, "-m", "config.child", str(os.getpid()), *command]


def _say_ready(copy: Copy, words: TextIO) -> None:
    words.seek(0)
    sys.stdout.write(f"\n  Muster is ready: {copy.address}   (Ctrl-C stops it)\n\n{words.read()}")
    sys.stdout.flush()


def _web(copy: Copy) -> list[str]:
    options = {
        "--interface": "wsgi",
        "--host": copy.host,
        "--port": str(copy.port),
        "--workers": str(WEB_WORKERS),
        "--blocking-threads": str(WEB_THREADS),
        "--workers-kill-timeout": "10",
        # It warns that several threads are many for few cores; ours wait for the database.
        "--log-level": "error",
    }
    arguments = [part for pair in options.items() for part in pair]
    return [
        sys.executable,
        "-m",
        "granian",
        *arguments,
        "--respawn-failed-workers",
        "config.wsgi:application",
    ]


def _worker() -> list[str]:
    return [*MUSTER, "worker"]


def _environment(copy: Copy, url: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        "MUSTER_VAR": str(copy.var),
        "PORT": str(copy.port),
        "DATABASE_URL": url,
        "DATABASE_POOL": str(WEB_THREADS),
        "PYTHONUNBUFFERED": "1",
    }


def _keep(
    copy: Copy,
    children: list[Child],
    environment: dict[str, str],
    stop_asked: Callable[[], bool],
    when_ready: Callable[[], None],
) -> None:
    """Start what is not running, look again, until somebody says stop."""
    began, ready = time.monotonic(), False
    while not stop_asked():
        if not copy.database_url and not postgres_server.postmaster(postgres_server.Site(copy.var)):
            _say("The database ended; it is being started again.")
            postgres.ensure(copy.var)
        for child in children:
            _revive(child, environment)
        if not ready and _page_answers(copy):
            ready = True
            when_ready()
        if not ready and time.monotonic() - began > START_LIMIT_SECONDS:
            raise CannotServe(f"{copy.address} does not answer. The reason is in the lines above.")
        time.sleep(LOOK_EVERY_SECONDS)


def _revive(child: Child, environment: dict[str, str]) -> None:
    now = time.monotonic()
    if child.process is not None and child.process.poll() is not None:
        _say(f"The {child.name} ended with {child.process.returncode}; it is being started again.")
        # What a killed parent leaves behind would go on answering on our port.
        _signal_group(child, signal.SIGKILL)
        child.deaths = child.deaths + 1 if now - child.started_at < STEADY_SECONDS else 0
        child.due_at = now + min(SLOWEST_RESTART_SECONDS, 2**child.deaths / 4 if child.deaths > 1 else 0)
        child.process = None
    if child.process is None and now >= child.due_at:
        # A group of its own: Ctrl-C reaches only us, and we stop them in order.
        child.process = subprocess.Popen(
            _own(child.command), env=environment, stdin=subprocess.DEVNULL, start_new_session=True
        )
        child.started_at = now


def _close(copy: Copy, children: list[Child]) -> None:
    """Stop the children, then the database if nobody else uses it."""
    running = [child for child in children if child.process is not None]
    for child in running:
        _signal_group(child, signal.SIGTERM)
    limit = time.monotonic() + STOP_LIMIT_SECONDS
    for child in running:
        if child.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, limit - time.monotonic()))
            _signal_group(child, signal.SIGKILL)
            child.process.wait()
    if not copy.database_url:
        postgres.release(copy.var)


def _signal_group(child: Child, number: signal.Signals) -> None:
    if child.process is not None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.process.pid, number)


@contextlib.contextmanager
def alone(copy: Copy) -> Iterator[None]:
    """No other copy serves this data folder while this lasts. Raises `CannotServe` where one does."""
    with (copy.var / "serve.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotServe(
                f"A copy is running on the data folder {copy.var} already. "
                "Stop it, or set MUSTER_VAR to another folder and PORT to another port."
            ) from None
        yield


@contextlib.contextmanager
def _stop_asked() -> Iterator[Callable[[], bool]]:
    asked: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _check_port(copy: Copy) -> None:
    """Told before the migrations, not after them."""
    family = socket.AF_INET6 if ":" in copy.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((copy.host, copy.port))
        except OSError as error:
            another = copy.port + 1 if copy.port < 65535 else copy.port - 1
            raise CannotServe(
                f"Port {copy.port} of {copy.host} cannot be opened ({error.strerror}). "
                f"Choose another one: PORT={another}"
            ) from None


def _page_answers(copy: Copy) -> bool:
    connection = http.client.HTTPConnection(copy.reached_at, copy.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
