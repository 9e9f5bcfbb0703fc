"""The address of a database as Django takes it."""

from pathlib import Path

import pytest

from config import postgres


def test_given_address_starts_nothing(tmp_path: Path) -> None:
    settings = postgres.connection_settings(
        "postgresql://me:pa%20ss@db.example:6000/live?sslmode=require", tmp_path
    )

    assert settings == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "live",
        "USER": "me",
        "PASSWORD": "pa ss",
        "HOST": "db.example",
        "PORT": "6000",
        "OPTIONS": {"sslmode": "require"},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
    assert list(tmp_path.iterdir()) == []


def test_pool_is_for_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_POOL", "8")
    settings = postgres.connection_settings("postgresql://me@db.example/live", tmp_path)

    assert settings["OPTIONS"] == {"pool": {"min_size": 1, "max_size": 8, "timeout": 20}}
    assert settings["CONN_MAX_AGE"] == 0
