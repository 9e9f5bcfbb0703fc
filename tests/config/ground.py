"""Starting copies of Muster in processes of their own, and looking at what became of them."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from config import serve

SOURCE = Path(serve.__file__).parents[1]
# Of a machine that others keep busy; a quiet one needs a twentieth.
PATIENCE_SECONDS = 300
Answer = TypeVar("Answer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def muster(var: Path, port: int, *arguments: str) -> subprocess.Popen[str]:
    """`muster …` on that data folder and port, with its own embedded database."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, "-m", "config.cli", *arguments],
        env={**environment, "MUSTER_VAR": str(var), "PORT": str(port), "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def until(what: Callable[[], Answer]) -> Answer:
    """The first true answer; a deadline instead of a pause, since only the machine's load decides how long it takes."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while not (answer := what()):
        assert time.monotonic() < limit, "it did not come about"
    return answer


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def children(parent: int, word: str) -> set[int]:
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
