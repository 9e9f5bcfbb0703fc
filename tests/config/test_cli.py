"""The command line: help for everything, exit codes that scripts can rely on."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from config import cli, folder, postgres
from config.postgres_server import Site, postmaster

runner = CliRunner()


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSTER_VAR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


def test_every_command_says_what_it_does() -> None:
    for command in cli.app.registered_commands:
        assert command.callback
        assert command.callback.__doc__


def test_unknown_word_is_no_command() -> None:
    assert runner.invoke(cli.app, ["muster-up"]).exit_code == 2


def test_version_is_the_one_of_the_package() -> None:
    result = runner.invoke(cli.app, ["version"])

    assert result.exit_code == 0
    assert f'version = "{result.output.strip()}"' in (folder.ROOT / "pyproject.toml").read_text()


def test_reset_removes_what_a_start_makes_and_nothing_else(var: Path) -> None:
    postgres.ensure(var)
    (var / "bench").mkdir()
    (var / "notes.txt").write_text("mine")

    result = runner.invoke(cli.app, ["reset", "--yes"])

    assert result.exit_code == 0
    assert postmaster(Site(var)) is None
    assert not any((var / name).exists() for name in cli.MADE_BY_MUSTER)
    assert (var / "notes.txt").read_text() == "mine"
    assert (var / "bench").is_dir()


def test_reset_asks_first(var: Path) -> None:
    (var / "outbox").mkdir()

    result = runner.invoke(cli.app, ["reset"], input="n\n")

    assert result.exit_code == 1
    assert (var / "outbox").is_dir()


def test_reset_never_touches_a_database_of_others(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/live")
    monkeypatch.setattr("sys.argv", ["muster", "reset", "--yes"])
    (var / "outbox").mkdir()

    assert cli.main() == 1
    assert (var / "outbox").is_dir()


def test_licenses_names_what_is_used() -> None:
    result = runner.invoke(cli.app, ["licenses"])

    assert result.exit_code == 0
    for name in ("Django", "psycopg", "htmx.org", "PostgreSQL"):
        assert name in result.output
    assert "BSD-3-Clause" in next(line for line in result.output.splitlines() if "Django " in line)


def test_short_codes_mean_the_division_of_their_level() -> None:
    assert cli.full_code(51) == 510000000000
    assert cli.full_code(513221) == 513221000000
    assert cli.full_code(510107001) == 510107001000
    assert cli.full_code(510107001001) == 510107001001


@pytest.mark.parametrize(
    "division",
    ["510107001001000", "5101070", "440106", "0", "-510107001"],
    ids=["too long", "between two levels", "another province", "nothing", "negative"],
)
def test_what_no_division_can_be_called_is_refused_before_a_server_starts(
    var: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], division: str
) -> None:
    monkeypatch.setattr("sys.argv", ["muster", "drill", "--division", division])

    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert ended.value.code == 3
    assert f"{division} is no division of the province" in capsys.readouterr().err
    assert not (var / "log" / "drill-server.log").exists()
