"""The schema stands on core PostgreSQL alone, so every version of this machine must build it."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config import binaries, postgres

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("version", sorted({one.version for one in binaries.found()}))
def test_schema_builds(version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = next(one for one in binaries.found() if one.version == version)
    monkeypatch.setenv("PG_BIN", str(chosen.folder))
    url = postgres.ensure(tmp_path)

    subprocess.run(
        [sys.executable, ROOT / "manage.py", "migrate", "--verbosity", "0"],
        env={**os.environ, "MUSTER_VAR": str(tmp_path), "DATABASE_URL": url},
        check=True,
    )

    with psycopg.connect(url) as connection:
        extensions = connection.execute("SELECT array_agg(extname::text) FROM pg_extension").fetchone()
    assert extensions == (["plpgsql"],)
    assert postgres.release(tmp_path) is True
