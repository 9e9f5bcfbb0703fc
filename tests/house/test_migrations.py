"""Data that a copy holds was made by the migrations of its day, so none of these is ever edited."""

from __future__ import annotations

import hashlib
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "src"
TOLD = dict(reversed(line.split("  ", 1)) for line in (HERE / "migrations.sha256").read_text().splitlines())


def test_no_migration_is_edited_once_it_is_written() -> None:
    there = {
        path.relative_to(SOURCES).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in SOURCES.glob("muster/*/migrations/0*.py")
    }
    edited = [name for name, digest in TOLD.items() if there.get(name) != digest]
    assert not edited, "these have made other people's data: take the edit back and write a new migration"
    fresh = sorted(there.keys() - TOLD.keys())
    assert not fresh, (
        "add these to tests/house/migrations.sha256 (in src: sha256sum muster/*/migrations/0*.py)"
    )
