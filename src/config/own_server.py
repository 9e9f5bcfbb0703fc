"""A server for a command that needs one and was given none: `muster serve` on a free port, gone when the command ends."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from config.serve import CannotServe

START_LIMIT_SECONDS = 300
STOP_LIMIT_SECONDS = 40
PAUSE_SECONDS = 0.2


@contextlib.contextmanager
def own_server(var: Path) -> Iterator[str]:
    """The address of a copy that runs on `var` while this lasts. Raises CannotServe with the last words of one that ended."""
    port = _free_port()
    said = var / "log" / "drill-server.log"
    said.parent.mkdir(parents=True, exist_ok=True)
    with said.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.cli", "serve", "--port", str(port)],
            env={
                **os.environ,
                "MUSTER_VAR": str(var),
                "PORT": str(port),
                "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
            },
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for the command, which then stops the server in good order.
            start_new_session=True,
        )
        try:
            _await(process, port, said)
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(process)


def _await(process: "subprocess.Popen[bytes]", port: int, said: Path) -> None:
    end = time.monotonic() + START_LIMIT_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > end:
            words = said.read_text(errors="replace").strip().splitlines()
            last = words[-1] if words else "it said nothing"
            raise CannotServe(
                f"The server did not start: {last}\nIf a copy runs already, name it with --url."
            )
        time.sleep(PAUSE_SECONDS)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        return int(finder.getsockname()[1])
