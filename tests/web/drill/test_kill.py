"""The same seed gives the same funnel, also when web, worker and database are killed in the middle of the drill.

Three villages of one township, so small that they ask each other's people: players at once, and turns to be kept.
"""

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
TOWNSHIP = 513221108
PATIENCE_SECONDS = 600
# Each look is a new connection, as the database may be another one by then.
PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class Copy:
    var: Path
    url: str

    def drill(self, seed: int) -> "subprocess.Popen[str]":
        return self.muster(
            "drill", "--division", TOWNSHIP, "--seed", seed, "--url", self.url, "--json", self.json
        )

    def muster(self, *words: object) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "config.cli", *map(str, words)],
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
        time.sleep(PAUSE_SECONDS)


@pytest.mark.req("R2.1", "R2.4", "R2.7", "R2.14", "R9.3")
def test_drill_musters_a_township_and_violates_nothing(undisturbed: dict[str, Any]) -> None:
    lines, totals = undisturbed["communities"], undisturbed["totals"]

    assert [line["code"] for line in lines] == [513221108200, 513221108201, 513221108202]
    assert 0 < totals["pledged"] <= totals["needed"] == 18
    assert 0 < totals["named"] <= totals["pledged"]
    assert totals["asked"] > totals["accepted"] > 0
    assert totals["needed"] >= totals["stayed"] > totals["needed"] / 2
    assert totals["arrived"] >= totals["stayed"]
    assert totals["minutes"] > 120 * totals["stayed"]
    assert undisturbed["violations"] == {
        "overfilled": 0,
        "double_booked": 0,
        "ineligible": 0,
        "minutes_mismatch": 0,
    }
    assert undisturbed["acknowledged"]["told"] > totals["accepted"]
    assert undisturbed["acknowledged"]["lost"] == 0


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


@pytest.mark.parametrize(
    ("division", "sentence"),
    [(519999, "没有这个区划"), (513221108999, "没有这个区划")],
    ids=["county", "community"],
)
def test_division_that_is_none_is_refused_with_an_exit_code_of_its_own(
    copy: Copy, division: int, sentence: str
) -> None:
    refused = copy.muster("drill", "--division", division, "--url", copy.url)

    said = refused.communicate(timeout=PATIENCE_SECONDS)[0]

    assert refused.returncode == 3
    assert sentence in said
