"""Real worker processes on the test database, and waiting for what they do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 60
Start = Callable[[], "subprocess.Popen[bytes]"]


def url_of_the_test_database() -> str:
    known = connection.get_connection_params()
    place = urlencode({key: known[key] for key in ("host", "port") if known.get(key)})
    return f"postgresql://{known['user']}:{quote(str(known['password']), safe='')}@/{known['dbname']}?{place}"


@contextmanager
def workers(module: str) -> Iterator[Start]:
    """Starts workers that run this module; all that are left are killed at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def one() -> "subprocess.Popen[bytes]":
        environment = {
            **os.environ,
            "DATABASE_URL": url_of_the_test_database(),
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }
        started.append(subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=environment))
        return started[-1]

    yield one
    for process in started:
        process.kill()
        process.wait()


def until(done: Callable[[], bool]) -> None:
    """Waits for it; fails when it does not come true in a minute."""
    end = time.monotonic() + LIMIT_SECONDS
    while not done():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def killed(worker: "subprocess.Popen[bytes]") -> None:
    """Gone without a chance to tidy up."""
    worker.send_signal(signal.SIGKILL)
    worker.wait()
