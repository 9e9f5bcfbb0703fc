"""One embedded PostgreSQL server: its places, how it is made, started, watched and stopped.

Nothing here takes a lock: `config.postgres` holds the one of the data folder around every call.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from config import binaries, secrets

ROLE = "muster"
SUPERUSER = "postgres"
PORT = 5432
# Bytes of the path of a socket, without the one that ends it.
LONGEST_SOCKET = 107
# Crash recovery of a province-size database may take many minutes; a limit would only kill it half-way.
START_LIMIT_SECONDS = 3600
STOP_LIMIT_SECONDS = 60
# What orphans of a killed postmaster get to finish by themselves; then they are asked, at last made, to end.
ORPHANS_FINISH_SECONDS = 5
END_SECONDS = 15
TELL_EVERY_SECONDS = 10
PAUSE_SECONDS = 0.02

CONFIGURATION = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "192MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "96MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
}


# Children of this process, kept so that they are reaped when they end.
_children: dict[Path, subprocess.Popen[bytes]] = {}


class DatabaseDown(Exception):
    """The embedded database does not start; the sentence carries the end of its log."""


@dataclass(frozen=True)
class Site:
    """The places of one embedded database, all derived from the data folder."""

    var: Path

    @property
    def data(self) -> Path:
        return self.var / "pg"

    @property
    def log(self) -> Path:
        return self.var / "log" / "postgres.log"

    @property
    def lock(self) -> Path:
        return self.var / "pg.lock"

    @property
    def leases(self) -> Path:
        return self.var / "pg.leases"

    @property
    def run(self) -> Path:
        """The socket's folder: short, because of `LONGEST_SOCKET`, whatever TMPDIR says."""
        told = self.postmaster_file()
        if postmaster(self) and len(told) > 4 and told[4]:
            return Path(told[4])
        mark = hashlib.sha256(str(self.var).encode()).hexdigest()[:12]
        name = f"muster-pg-{mark}"
        fits = len(os.fsencode(tempfile.gettempdir())) + len(f"/{name}/.s.PGSQL.{PORT}") <= LONGEST_SOCKET
        return Path(tempfile.gettempdir() if fits else "/tmp") / name  # noqa: S108 - 0700, and its holder is looked at

    @property
    def socket(self) -> Path:
        return self.run / f".s.PGSQL.{PORT}"

    def postmaster_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def password(self) -> str:
        return secrets.generated(self.var, "PG_PASSWORD")

    def url(self) -> str:
        place = urlencode({"host": str(self.run), "port": PORT})
        return f"postgresql://{ROLE}:{quote(self.password(), safe='')}@/{ROLE}?{place}"


def answers(site: Site) -> bool:
    """Whether the server is there and ready. Believed only when its process lives: sockets outlast it."""
    if not postmaster(site):
        return False
    try:
        psycopg.connect(site.url(), connect_timeout=5).close()
    except psycopg.OperationalError as error:
        if "authentication failed" in str(error):
            raise DatabaseDown(
                f"The password in {site.var / 'secrets'} is not the one of this database. "
                "Put the old file back, or run `muster reset` to begin anew."
            ) from error
        return False
    return True


def postmaster(site: Site) -> int | None:
    """The process that postmaster.pid names, if it is alive and truly at work in this data folder.

    Neither the file nor a signal to the pid tells the truth: the pid may be another's by now, or a zombie's
    that nobody reaps, for ever in a container whose first process is no init.
    """
    told = site.postmaster_file()
    alive = told and told[0].isdigit() and _works_in(Path("/proc") / told[0], site.data)
    return int(told[0]) if alive else None


def _works_in(process: Path, data: Path) -> bool:
    try:
        return (
            (process / "cwd").readlink() == data
            and (process / "comm").read_text().strip() == "postgres"
            and (process / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
        )
    except OSError:
        return False


def _at_work(data: Path) -> list[int]:
    """Every live process of PostgreSQL in this data folder, the orphans of a killed postmaster among them."""
    return [int(process.name) for process in Path("/proc").glob("[0-9]*") if _works_in(process, data)]


def start(site: Site) -> None:
    """Bring the server up as far as it goes: return when it answers, or when it has to be looked at again."""
    owner = binaries.owner_of(site.data)
    version = site.data / "PG_VERSION"
    chosen = binaries.for_major(int(version.read_text()) if version.exists() else None)
    chosen = binaries.reachable(chosen, owner)
    if not version.exists():
        _initialize(site, chosen, owner)
    if postmaster(site) and site.postmaster_file()[-1].strip() == "ready" and not site.socket.exists():
        # Something swept the temporary folder: the server lives, but nobody will ever reach it again.
        stop(site)
    server = None
    if not postmaster(site):
        _await_empty(site, ORPHANS_FINISH_SECONDS)
        _clear_locks(site)
        _reap(site)
        server = _children[site.var] = _launch(site, chosen, owner)
    _wait(site, server)


def _initialize(site: Site, chosen: binaries.Binaries, owner: binaries.Owner | None) -> None:
    """Build the data folder aside and rename it, so that an interrupted start leaves nothing half-made."""
    draft = site.var / "pg.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    _own(draft, owner)
    password = _password_file(site, owner)
    setting = ["-A", "scram-sha-256", "--pwfile", str(password), "-E", "UTF8", "--locale=C.UTF-8", "-k"]
    try:
        with _as_owner(draft, owner) as (place, options):
            _succeed([chosen.folder / "initdb", "-D", place, "-U", SUPERUSER, *setting], "", options)
            # Single-user mode: role and database are there before anybody can connect.
            _succeed([chosen.folder / "postgres", "--single", "-D", place, SUPERUSER], _first(site), options)
    finally:
        password.unlink()
    draft.rename(site.data)


def _first(site: Site) -> str:
    """The application is no superuser; it may create databases, because tests do."""
    secret = sql.Literal(site.password()).as_string()
    return (
        f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD {secret};\n"
        f"GRANT pg_monitor TO {ROLE};\n"
        f"CREATE DATABASE {ROLE} OWNER {ROLE};\n"
    )


def _succeed(command: list[str | Path], said: str, options: dict[str, Any]) -> None:
    done = subprocess.run(command, input=said, capture_output=True, text=True, check=False, **options)
    # Single-user mode ends with 0 whatever failed.
    if done.returncode or "ERROR:" in done.stderr:
        raise DatabaseDown(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}")


def _launch(site: Site, chosen: binaries.Binaries, owner: binaries.Owner | None) -> subprocess.Popen[bytes]:
    run = _run_folder(site, owner)
    configuration = {**CONFIGURATION, "unix_socket_directories": str(run)}
    arguments = [part for name, value in configuration.items() for part in ("-c", f"{name}={value}")]
    with site.log.open("ab") as log, _as_owner(site.data, owner) as (place, options):
        return subprocess.Popen(
            [chosen.folder / "postgres", "-D", place, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Its own session: Ctrl-C is for the one who started it, who then stops it in good order.
            start_new_session=True,
            **options,
        )


@contextlib.contextmanager
def _as_owner(folder: Path, owner: binaries.Owner | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """How to name `folder` to a program of `owner`, and how to start that program.

    Root hands the folder over as an open descriptor: its user need not be able to walk there, so that no
    parent folder must be opened to him. The working folder is /, since older versions go back to where they
    began and fail where they may not.
    """
    if owner is None:
        yield str(folder), {"cwd": "/"}
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        user: dict[str, Any] = {"user": owner.uid, "group": owner.gid, "extra_groups": []}
        yield f"/proc/self/fd/{descriptor}", {"cwd": "/", "pass_fds": [descriptor], **user}
    finally:
        os.close(descriptor)


def _run_folder(site: Site, owner: binaries.Owner | None) -> Path:
    """The socket's folder, handed to the server's user; refused where somebody else made it first."""
    run = site.run
    run.mkdir(mode=0o700, exist_ok=True)
    holder = run.lstat()
    if not stat.S_ISDIR(holder.st_mode) or holder.st_uid not in {os.geteuid(), owner.uid if owner else -1}:
        raise DatabaseDown(f"{run} belongs to another user. Remove it, or set TMPDIR to a folder of yours.")
    run.chmod(0o700)
    _own(run, owner)
    return run


def _password_file(site: Site, owner: binaries.Owner | None) -> Path:
    path = _run_folder(site, owner) / "password"
    path.unlink(missing_ok=True)
    # O_EXCL: root writes here in another user's folder, and must not follow what that user may have laid.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(site.password())
    _own(path, owner)
    return path


def _own(path: Path, owner: binaries.Owner | None) -> None:
    if owner:
        os.chown(path, owner.uid, owner.gid, follow_symlinks=False)


def _await_empty(site: Site, patience: float) -> None:
    """Wait until nobody works in the data folder. To start before that would let two servers write it."""
    began = time.monotonic()
    while processes := _at_work(site.data):
        waited = time.monotonic() - began
        if waited > patience:
            _signal(processes, signal.SIGTERM if waited < patience + END_SECONDS else signal.SIGKILL)
        time.sleep(PAUSE_SECONDS)


def _clear_locks(site: Site) -> None:
    """Remove what a killed server left behind; safe only because `_await_empty` saw the folder empty."""
    lock = site.socket.with_name(f"{site.socket.name}.lock")
    for stale in (site.socket, lock, site.data / "postmaster.pid"):
        stale.unlink(missing_ok=True)


def _wait(site: Site, server: subprocess.Popen[bytes] | None) -> None:
    began = told = time.monotonic()
    while not answers(site):
        now = time.monotonic()
        if server is not None and server.poll() is not None and not postmaster(site):
            raise DatabaseDown(
                f"PostgreSQL ended while it started. The end of {site.log}:\n{_tail(site.log)}"
            )
        if server is None and not postmaster(site):
            return
        if now - began > START_LIMIT_SECONDS:
            raise DatabaseDown(f"PostgreSQL does not answer; see {site.log}.")
        if now - told > TELL_EVERY_SECONDS:
            told = now
            sys.stderr.write(f"PostgreSQL is recovering, {now - began:.0f} s so far ({site.log})\n")
        time.sleep(PAUSE_SECONDS)


def stop(site: Site) -> None:
    """Stop the server in good order; connections are cut, committed work stays."""
    if server := postmaster(site):
        _signal([server], signal.SIGINT)
    _await_empty(site, STOP_LIMIT_SECONDS)
    with contextlib.suppress(OSError):
        site.run.rmdir()
    _reap(site)


def _reap(site: Site) -> None:
    if child := _children.pop(site.var, None):
        child.wait()


def _signal(processes: list[int], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-12:])
