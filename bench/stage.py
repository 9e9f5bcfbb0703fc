"""A copy of Muster for the benchmarks alone: its own data folder, database and port, and signed-in visitors."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import machine

HOST = "127.0.0.1"
START_LIMIT_SECONDS = 300


@dataclass(frozen=True)
class Stage:
    """Where the copy answers, its data folder, and the process that keeps it up."""

    host: str
    port: int
    process_id: int
    folder: Path

    @property
    def postmaster_id(self) -> int:
        """The first process of its database."""
        return int(next(self.folder.glob("pg/**/postmaster.pid")).read_text().split()[0])

    def processor_seconds(self) -> float:
        """Seconds of processor time that web, worker and database have used so far."""
        family = [*machine.descendants(self.process_id), *machine.descendants(self.postmaster_id)]
        return sum(machine.processor_seconds_of(process_id) for process_id in family)


@contextmanager
def raised(folder: Path) -> Iterator[Stage]:
    """Starts a copy on an empty data folder and ends it. The caller sets MUSTER_VAR to the folder before this."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    port = _free_port()
    # A message to each of ten thousand simulated people would fill the screen.
    log = (folder / "serve.log").open("wb")
    command = [sys.executable, "-m", "config.cli", "serve", "--host", HOST, "--port", str(port)]
    environment = {**os.environ, "MUSTER_VAR": str(folder), "PORT": str(port)}
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _await(process, port, folder / "serve.log")
        yield Stage(HOST, port, process.pid, folder)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        log.close()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    limit = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the copy did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
