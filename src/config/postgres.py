"""The embedded PostgreSQL: it starts when it is needed and ends with its last user.

Why it is written here and not taken from a package, and what each step guards against: docs/decisions/0001.
"""

import atexit
import contextlib
import fcntl
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import psycopg
from psycopg.conninfo import conninfo_to_dict

from config.binaries import OLDEST
from config.postgres_server import ROLE, DatabaseDown, Site, answers, start
from config.postgres_server import stop as stop_server

WAIT_SECONDS = 10


@dataclass
class _Held:
    """Leases of this process. A forked child has none: it must not stop the server when it ends."""

    process: int = field(default_factory=os.getpid)
    files: dict[Path, TextIO] = field(default_factory=dict)


_held = _Held()


def ensure(var: Path) -> str:
    """The address of the embedded database under `var`, which answers when this returns.

    Makes the database where there is none, starts it where it is down, waits where it is recovering. The
    caller holds a lease until `release` or the end of his process; the server ends with the last lease.
    Raises `binaries.NoPostgres` and `postgres_server.DatabaseDown`.
    """
    site = Site(var.resolve())
    site.log.parent.mkdir(parents=True, exist_ok=True)
    with _locked(site.lock):
        _lease(site)
        while not answers(site):
            start(site)
        return site.url()


def release(var: Path) -> bool:
    """Give the lease back, and stop the server when nobody else holds one. True when it was stopped."""
    site = Site(var.resolve())
    with _locked(site.lock):
        lease = _held.files.pop(site.var, None)
        if lease is None or _held.process != os.getpid():
            return False
        lease.close()
        return _stop_unused(site)


def end_unused(var: Path) -> bool:
    """Stop a server that nobody holds a lease of, because its last user was killed. True when none was held."""
    site = Site(var.resolve())
    if not site.data.exists():
        return False
    with _locked(site.lock):
        return _stop_unused(site)


def _stop_unused(site: Site) -> bool:
    with site.leases.open("a") as leases:
        try:
            fcntl.flock(leases, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        stop_server(site)
    return True


def stop(var: Path) -> None:
    """Stop the server whoever uses it; connections are cut, committed work stays."""
    site = Site(var.resolve())
    if site.data.exists():
        with _locked(site.lock):
            stop_server(site)


def check_address(url: str) -> None:
    """Raises `DatabaseDown` where no PostgreSQL that is new enough answers at `url`."""
    known = _parsed(url)
    try:
        with psycopg.connect(
            **{**known, "connect_timeout": known.get("connect_timeout", WAIT_SECONDS)}
        ) as one:
            version = one.info.server_version // 10_000
    except psycopg.OperationalError as error:
        raise DatabaseDown(f"The database of DATABASE_URL does not answer: {str(error).strip()}") from None
    if version < OLDEST:
        raise DatabaseDown(
            f"The server of DATABASE_URL is PostgreSQL {version}; Muster needs {OLDEST} or newer."
        )


def _parsed(url: str) -> dict[str, Any]:
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError:
        # Its own text would show the address, and with it the password.
        raise DatabaseDown(
            "DATABASE_URL is no address of a PostgreSQL. It looks like postgresql://user:password@host:5432/name"
        ) from None


def connection_settings(url: str, var: Path) -> dict[str, Any]:
    """Django's DATABASES entry for `url`, or where that is empty for the embedded database, which it starts.

    `DATABASE_POOL` is set by `muster serve`, whose threads share connections; a command needs one.
    """
    known = _parsed(url or ensure(var))
    pool = int(os.environ.get("DATABASE_POOL", "0"))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": known.pop("dbname", ROLE),
        "USER": known.pop("user", ""),
        "PASSWORD": known.pop("password", ""),
        "HOST": known.pop("host", ""),
        "PORT": known.pop("port", ""),
        "OPTIONS": {**known, **({"pool": {"min_size": 1, "max_size": pool, "timeout": 20}} if pool else {})},
        "CONN_MAX_AGE": 0 if pool else 60,
        # A connection that the database dropped (it was killed, it was restarted) is replaced, not used.
        "CONN_HEALTH_CHECKS": True,
    }


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lease(site: Site) -> None:
    if _held.process != os.getpid():
        _held.process, _held.files = os.getpid(), {}
    if site.var not in _held.files:
        # Open for as long as the process lives: the kernel gives the lease back even after kill -9.
        _held.files[site.var] = lease = site.leases.open("a")
        fcntl.flock(lease, fcntl.LOCK_SH)
        atexit.register(release, site.var)


if __name__ == "__main__":
    end_unused(Path(sys.argv[1]))
