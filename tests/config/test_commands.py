"""Every command has its help and its exit codes: 0 done, 1 refused with a sentence, 2 not understood."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.conf import settings as django_settings
from typer.testing import CliRunner

from config import cli, postgres
from config.postgres_server import DatabaseDown

runner = CliRunner()
COMMANDS = [
    (command.name or getattr(command.callback, "__name__", "")).replace("_", "-")
    for command in cli.app.registered_commands
]
DEAD = "postgresql://somebody:hidden-word@127.0.0.1:9/none"
Muster = Callable[..., tuple[int, str]]


@pytest.fixture
def muster(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Muster:
    """Runs a command as the shell would: the exit code, and what stood on both outputs."""

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["muster", *words])
        try:
            code = cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        told = capsys.readouterr()
        return code, told.out + told.err

    return run


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = runner.invoke(cli.app, [command, "--help"], terminal_width=200)

    assert result.exit_code == 0
    assert f"Usage: muster {command}" in result.output or f"{command} [OPTIONS]" in result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_a_word_that_a_command_does_not_know_is_not_understood(command: str) -> None:
    assert runner.invoke(cli.app, [command, "--no-such-option"]).exit_code == 2


def test_the_commands_of_the_issue_are_there_and_the_inner_ones_are_not_listed() -> None:
    listed = runner.invoke(cli.app, ["--help"], terminal_width=200).output

    for command in (
        "serve",
        "demo",
        "drill",
        "load-divisions",
        "sign-in-link",
        "reset",
        "check",
        "version",
        "verify-trail",
        "reencrypt",
        "licenses",
    ):
        assert f" {command} " in listed
    assert " prepare " not in listed
    assert " worker " not in listed


def test_no_command_at_all_shows_the_help() -> None:
    result = runner.invoke(cli.app, [])

    assert "Usage:" in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("serve", "--port", "0"),
        ("serve", "--port", "65536"),
        ("serve", "--port", "eighty"),
        ("demo", "--division", "浆洗街"),
        ("demo", "--scale", "much"),
        ("drill", "--seed", "x"),
        ("reset", "--yes", "please"),
    ],
)
def test_a_value_that_is_none_is_not_understood(words: tuple[str, ...]) -> None:
    assert runner.invoke(cli.app, list(words)).exit_code == 2


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_a_port_of_the_environment_is_looked_at_like_one_of_the_command(port: str) -> None:
    result = runner.invoke(cli.app, ["serve"], env={"PORT": port})

    assert result.exit_code == 2
    assert "PORT" in result.output


@pytest.mark.parametrize(
    "command", ["check", "load-divisions", "sign-in-link", "verify-trail", "demo", "reencrypt"]
)
def test_a_database_that_is_not_there_is_a_sentence_without_its_password(
    muster: Muster, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", DEAD)

    code, said = muster(command)

    assert code == 1
    assert said.startswith("muster: The database of DATABASE_URL does not answer")
    assert "Traceback" not in said
    assert "hidden-word" not in said


@pytest.mark.parametrize(
    "url", ["mysql://root:hidden-word@localhost/x", "postgresql://a:hidden-word@h:port/x", "hidden-word"]
)
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(DatabaseDown) as refusal:
        postgres.check_address(url)

    assert "hidden-word" not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_a_database_that_is_there_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    url = os.environ.get("DATABASE_URL") or postgres.ensure(django_settings.VAR_DIR)

    postgres.check_address(url)

    # A server of a few years ago: the same address is refused with both numbers.
    monkeypatch.setattr(postgres, "OLDEST", 99)
    with pytest.raises(DatabaseDown, match=r"is PostgreSQL \d+; Muster needs 99 or newer"):
        postgres.check_address(url)


@pytest.mark.parametrize("command", ["serve", "drill", "check", "reset", "version"])
def test_a_folder_that_cannot_be_written_stops_what_needs_one(
    muster: Muster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    (tmp_path / "taken").write_text("mine")
    monkeypatch.setenv("MUSTER_VAR", str(tmp_path / "taken"))

    code, said = muster(command)

    if command == "version":
        assert code == 0
    else:
        assert code == (cli.NOT_PLAYED if command == "drill" else 1)
        assert said.startswith(f"muster: The data folder {tmp_path}/taken cannot be made")


@pytest.mark.django_db
def test_an_account_that_is_none_is_a_sentence(muster: Muster, tmp_path: Path) -> None:
    code, said = muster("sign-in-link", "nobody-of-this-name")

    assert code == 1
    assert said.startswith("muster: No account 'nobody-of-this-name'")


@pytest.mark.django_db
def test_an_empty_trail_is_whole(muster: Muster, settings: LazySettings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path

    assert muster("verify-trail") == (0, "0 seals over 0 rows, 0 do not hold.\n")


def test_a_second_copy_on_one_folder_is_a_sentence(
    muster: Muster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MUSTER_VAR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    with cli.alone(cli.Copy(tmp_path, "", 0)):
        code, said = muster("reset", "--yes")

    assert code == 1
    assert "MUSTER_VAR" in said
