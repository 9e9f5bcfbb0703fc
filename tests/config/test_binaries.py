"""Where PostgreSQL comes from: the order of the places, and a sentence where nothing fits."""

import os
from pathlib import Path

import pytest

from config import binaries

PROGRAM = "#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n"


def install(folder: Path, version: str, programs: tuple[str, ...] = ("initdb", "postgres")) -> Path:
    """An installation that can say its version, and nothing else."""
    folder.mkdir(parents=True)
    for name in programs:
        (folder / name).write_text(PROGRAM.format(version=version))
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which Debian installed nothing yet and no wheel lies either."""
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setattr(binaries, "SYSTEM", tmp_path / "postgresql")
    monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")
    return tmp_path / "postgresql"


def versions() -> list[str]:
    return [one.version for one in binaries.found()]


def test_the_newest_of_the_system_is_preferred_by_number_not_by_letter(system: Path) -> None:
    for version in ("9.6", "15.4", "100.1"):
        install(system / version.split(".")[0] / "bin", version)

    assert versions() == ["100.1", "15.4"]


def test_a_folder_that_is_no_version_is_passed_over(system: Path) -> None:
    install(system / "old-backup" / "bin", "16.1")
    install(system / "17" / "bin", "17.2")

    assert versions() == ["17.2"]


@pytest.mark.parametrize("missing", ["initdb", "postgres"])
def test_half_an_installation_is_none(system: Path, missing: str) -> None:
    install(system / "17" / "bin", "17.2", tuple({"initdb", "postgres"} - {missing}))

    assert versions() == []


def test_a_program_that_says_no_version_is_passed_over(system: Path) -> None:
    install(system / "17" / "bin", "devel")

    assert versions() == []


@pytest.mark.parametrize(("version", "taken"), [("14.19", False), ("15.0", True)])
def test_what_the_schema_cannot_live_on_is_not_used(system: Path, version: str, taken: bool) -> None:
    install(system / version[:2] / "bin", version)

    assert versions() == ([version] if taken else [])


def test_pg_bin_goes_before_everything(system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(system / "17" / "bin", "17.2")
    monkeypatch.setenv("PG_BIN", str(install(tmp_path / "mine", "15.1")))

    assert versions() == ["15.1"]
    assert binaries.for_major(None).folder == tmp_path / "mine"


def test_pg_bin_that_is_too_old_is_refused_not_passed_over(
    system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(system / "17" / "bin", "17.2")
    monkeypatch.setenv("PG_BIN", str(install(tmp_path / "mine", "14.9")))

    with pytest.raises(binaries.NoPostgres, match=r"PG_BIN is PostgreSQL 14\.9; Muster needs 15"):
        binaries.found()


def test_data_is_opened_by_the_version_that_made_it_though_a_newer_one_is_there(system: Path) -> None:
    for version in ("15.4", "17.2"):
        install(system / version.split(".")[0] / "bin", version)

    assert binaries.for_major(15).version == "15.4"
    assert binaries.for_major(None).version == "17.2"


def test_data_of_a_version_that_is_gone_is_told_with_what_is_there(system: Path) -> None:
    for version in ("15.4", "17.2"):
        install(system / version.split(".")[0] / "bin", version)

    with pytest.raises(binaries.NoPostgres, match="made by PostgreSQL 16; this machine has 17, 15"):
        binaries.for_major(16)


def test_programs_that_everybody_may_walk_to_are_used_in_place() -> None:
    installed = binaries.Binaries(Path("/usr/bin"), "17.2")

    assert binaries.reachable(installed, binaries.Owner(65534, 65534)) == installed


def test_whoever_runs_it_himself_needs_no_copy(system: Path) -> None:
    system.mkdir()
    system.chmod(0o700)
    installed = binaries.Binaries(install(system / "17" / "bin", "17.2"), "17.2")

    assert binaries.reachable(installed, None) == installed


def test_a_plain_user_runs_the_server_as_himself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert binaries.owner_of(tmp_path) is None


def test_root_hands_the_server_to_whoever_holds_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() == 0:
        os.chown(tmp_path, 4242, 4243)
    holder = tmp_path.stat()
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert binaries.owner_of(tmp_path) == binaries.Owner(holder.st_uid, holder.st_gid)


def test_root_takes_an_unprivileged_user_for_new_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(binaries, "UNPRIVILEGED", ("no-such-user", "nobody"))

    owner = binaries.owner_of(tmp_path / "pg")

    assert owner
    assert owner.uid != 0


def test_root_without_any_such_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(binaries, "UNPRIVILEGED", ("no-such-user",))

    with pytest.raises(binaries.NoPostgres, match="does not run as root"):
        binaries.owner_of(tmp_path / "pg")


def test_pg_bin_without_programs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))

    with pytest.raises(binaries.NoPostgres, match="PG_BIN"):
        binaries.found()


def test_wheel_alone_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setattr(binaries, "SYSTEM", tmp_path / "nothing")

    assert binaries.for_major(None).major == 18
    assert {one.major for one in binaries.found()} == {18, 16}


def test_machine_without_postgres_hears_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setattr(binaries, "SYSTEM", tmp_path)
    monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")

    with pytest.raises(binaries.NoPostgres, match="DATABASE_URL"):
        binaries.for_major(None)
