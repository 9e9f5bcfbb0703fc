"""`make check` runs everything, names what failed, and finds a fault that somebody planted."""

import sys
from pathlib import Path

import pytest

from tools import check, templates


def run(monkeypatch: pytest.MonkeyPatch, checks: dict[str, str], *chosen: str) -> int:
    """The verdict over checks that are small programs."""
    commands: list[tuple[str, list[str | Path]]] = [
        (name, [sys.executable, "-c", program]) for name, program in checks.items()
    ]
    monkeypatch.setattr(check, "CHECKS", commands)
    return check.main(list(chosen))


def test_all_checks_run_though_one_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = {
        "first": "raise SystemExit('a fault of the first')",
        "second": "",
        "third": "raise SystemExit(1)",
    }

    assert run(monkeypatch, checks) == 1

    said = capsys.readouterr().out
    assert [line.split()[:2] for line in said.splitlines() if line[:4] in ("ok  ", "FAIL")] == [
        ["FAIL", "first"],
        ["ok", "second"],
        ["FAIL", "third"],
    ]
    assert "a fault of the first" in said
    assert said.endswith("Failed: first, third\n")


def test_nothing_wrong_is_zero_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, {"only": "print('not worth a line')"}) == 0

    said = capsys.readouterr().out
    assert said.endswith("All checks passed.\n")
    assert "not worth a line" not in said


def test_the_share_of_tests_is_told_though_it_passed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, {"budgets": "print('1.30 to one')"}) == 0

    assert "1.30 to one" in capsys.readouterr().out


def test_one_check_may_be_chosen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, {"bad": "raise SystemExit(1)", "good": ""}, "good") == 0

    assert "bad" not in capsys.readouterr().out


def test_no_check_starts_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    program = "import os, sys; sys.exit(0 if '127.0.0.1:9' in os.environ['DATABASE_URL'] else 1)"

    assert run(monkeypatch, {"looks": program}) == 0


def test_every_check_of_this_tree_is_a_program_that_is_here() -> None:
    names = [name for name, _command in check.CHECKS]

    assert len(names) == len(set(names))
    for _name, (program, *arguments) in check.CHECKS:
        assert Path(program).is_file()
        for argument in arguments:
            if str(argument).endswith(".py"):
                assert (check.ROOT / argument).is_file()


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree with one template that is not in form."""
    folder = tmp_path / "src" / "templates"
    folder.mkdir(parents=True)
    (folder / "page.html").write_text("{%load i18n%}\n{{ name|upper   }}\n")
    monkeypatch.setattr(templates, "ROOT", tmp_path)
    return folder


def test_a_template_out_of_form_is_found_and_brought_into_form(tree: Path) -> None:
    assert templates.main(fix=False) != 0
    assert "{%load" in (tree / "page.html").read_text()

    templates.main(fix=True)

    assert (tree / "page.html").read_text() == "{% load i18n %}\n{{ name|upper }}\n"
    assert templates.main(fix=False) == 0


def test_a_tree_without_templates_is_in_form(tree: Path) -> None:
    (tree / "page.html").unlink()

    assert templates.main(fix=False) == 0
