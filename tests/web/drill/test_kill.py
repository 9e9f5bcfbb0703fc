"""The same seed gives the same funnel, also when web, worker and database are killed in the middle of the drill."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.own_server import own_server
from config.postgres_server import Site, postmaster

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
COMMUNITY = "510107001012"
PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Copy:
    var: Path
    url: str

    def drill(self, seed: int) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "config.cli", "drill", "--division", COMMUNITY, "--seed", str(seed)]
        return subprocess.Popen(
            [*command, "--url", self.url, "--json", str(self.json)],
            env={**os.environ, "MUSTER_VAR": str(self.var), "PYTHONPATH": str(ROOT / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def json(self) -> Path:
        return self.var / "drill.json"

    def result(self, drill: "subprocess.Popen[str]") -> dict[str, Any]:
        said = drill.communicate(timeout=PATIENCE_SECONDS)[0]
        assert drill.returncode == 0, said
        told: dict[str, Any] = json.loads(self.json.read_text())
        return told

    def count(self, table: str) -> int:
        try:
            with psycopg.connect(Site(self.var).url(), connect_timeout=5) as connection:
                row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - our tables
        except psycopg.OperationalError:
            return 0
        return int(row[0]) if row else 0

    def kill(self, word: str) -> None:
        """Kill those processes; there are some, or the test would prove nothing."""
        parts = self.parts(word)
        assert parts
        for part in parts:
            with contextlib.suppress(ProcessLookupError):
                os.kill(part, signal.SIGKILL)

    def parts(self, word: str) -> set[int]:
        """The processes of this copy, and of no other, one word of whose command this is."""
        mark = f"MUSTER_VAR={self.var}".encode()
        found = set()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                ours = mark in (process / "environ").read_bytes().split(b"\0")
                if ours and word.encode() in (process / "cmdline").read_bytes().split(b"\0"):
                    found.add(int(process.name))
            except OSError:
                continue
        return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    var = tmp_path_factory.mktemp("drill")
    with own_server(var) as url:
        yield Copy(var, url)


@pytest.fixture(scope="module")
def undisturbed(copy: Copy) -> dict[str, Any]:
    return copy.result(copy.drill(seed=7))


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.mark.req("R2.1", "R2.4", "R2.7", "R2.14", "R9.3")
def test_drill_musters_a_community_and_violates_nothing(undisturbed: dict[str, Any]) -> None:
    (line,) = undisturbed["communities"]

    assert line["code"] == int(COMMUNITY)
    assert 0 < line["pledged"] <= line["needed"]
    assert 0 < line["named"] <= line["pledged"]
    assert line["asked"] > line["accepted"] > 0
    assert line["needed"] >= line["stayed"] > line["needed"] / 2
    assert line["arrived"] >= line["stayed"]
    assert line["minutes"] > 120 * line["stayed"]
    assert undisturbed["totals"] == {name: figure for name, figure in line.items() if name != "code"}
    assert undisturbed["violations"] == {
        "overfilled": 0,
        "double_booked": 0,
        "ineligible": 0,
        "minutes_mismatch": 0,
    }
    assert undisturbed["acknowledged"]["told"] > line["accepted"]
    assert undisturbed["acknowledged"]["lost"] == 0
    assert (undisturbed["division"], undisturbed["seed"]) == (int(COMMUNITY), 7)
    assert set(undisturbed["seconds"]) >= {
        "raise",
        "pledge",
        "answer",
        "dispatch",
        "attend",
        "verify",
        "total",
    }


def test_killed_web_worker_and_database_lose_nothing_and_change_no_figure(
    copy: Copy, undisturbed: dict[str, Any]
) -> None:
    drill = copy.drill(seed=7)

    # The drill first removes what the last one left.
    until(lambda: copy.count("callups_attendance") == 0 and copy.count("callups_assignment") >= 3)
    copy.kill("granian")
    until(lambda: copy.count("callups_assignment") >= 6)
    copy.kill("worker")
    until(lambda: copy.count("callups_attendance") >= 3)
    database = postmaster(Site(copy.var))
    assert database
    os.kill(database, signal.SIGKILL)

    disturbed = copy.result(drill)
    assert disturbed["http"]["faults"] > 0
    assert disturbed["acknowledged"] == undisturbed["acknowledged"]
    assert disturbed["violations"] == undisturbed["violations"]
    assert disturbed["communities"] == undisturbed["communities"]


def test_another_seed_is_another_morning(copy: Copy, undisturbed: dict[str, Any]) -> None:
    other = copy.result(copy.drill(seed=8))

    assert set(other["violations"].values()) == {0}
    assert other["communities"] != undisturbed["communities"]


def test_division_that_is_none_is_refused(copy: Copy) -> None:
    command = [sys.executable, "-m", "config.cli", "drill", "--division", "999999", "--url", copy.url]

    said = subprocess.run(
        command,
        env={**os.environ, "MUSTER_VAR": str(copy.var), "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 1
    assert "no such division" in said.stderr or "没有这个" in said.stderr
