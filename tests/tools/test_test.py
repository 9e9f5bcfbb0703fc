"""`make test` brings the browser it needs, or says what is missing; it never passes by leaving tests out."""

import os
import shutil
import subprocess
from typing import Any

import pytest

from tools import test as tool


class Machine:
    """What is installed on it, and what was called."""

    def __init__(self) -> None:
        self.programs: set[str] = set()
        self.fonts = b""
        self.calls: list[list[str]] = []
        self.environments: list[dict[str, str]] = []


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without browser, fonts and apt, on which nothing is really run."""
    found = Machine()

    def called(command: list[Any], **options: Any) -> int:
        found.calls.append([str(word) for word in command])
        found.environments.append(options.get("env") or {})
        return 0

    def ran(command: list[Any], **options: Any) -> "subprocess.CompletedProcess[bytes]":
        if "apt-get" in str(command[0]):
            called(command, **options)
        return subprocess.CompletedProcess(command, 0, stdout=found.fonts)

    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name in found.programs else None)
    monkeypatch.setattr(subprocess, "call", called)
    monkeypatch.setattr(subprocess, "run", ran)
    monkeypatch.delenv("MUSTER_NO_BROWSER", raising=False)
    return found


def test_without_a_browser_it_says_what_is_missing_and_fails(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tool.main([]) == 1

    said = capsys.readouterr().out
    assert "Chromium and a Chinese font" in said
    assert "apt-get install chromium" in said
    assert "MUSTER_NO_BROWSER=1" in said
    assert machine.calls == []


@pytest.mark.parametrize("browser", ["chromium", "chromium-browser", "google-chrome"])
def test_any_of_the_browsers_is_good_enough(machine: Machine, browser: str) -> None:
    machine.programs, machine.fonts = {browser, "fc-list"}, b"/usr/share/fonts/wqy.ttc"

    assert tool.main([]) == 0
    assert "not browser" not in machine.calls[-1]


def test_a_browser_without_a_chinese_font_is_not_enough(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.programs = {"chromium", "fc-list"}

    assert tool.main([]) == 1
    assert "need a Chinese font" in capsys.readouterr().out


def test_where_it_may_install_it_does_so_once(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.programs = {"apt-get"}
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    tool.main([])

    assert [call[:2] for call in machine.calls] == [["apt-get", "update"], ["apt-get", "install"]]
    assert set(tool.PACKAGES) < set(machine.calls[1])


def test_a_plain_user_installs_nothing(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.programs = {"apt-get"}
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert tool.main([]) == 1
    assert machine.calls == []


def test_whoever_says_so_does_without_the_browser(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_NO_BROWSER", "1")

    assert tool.main([]) == 0
    assert machine.calls[-1][-2:] == ["-m", "not browser"]


def test_chosen_tests_are_run_as_they_are_named(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.programs, machine.fonts = {"chromium", "fc-list"}, b"a font"
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "another.project")

    tool.main(["tests/jobs", "-x"])

    assert machine.calls[-1][1:] == ["-m", "pytest", "tests/jobs", "-x"]
    # The suite has its own settings, whatever the shell was last used for.
    assert "DJANGO_SETTINGS_MODULE" not in machine.environments[-1]
