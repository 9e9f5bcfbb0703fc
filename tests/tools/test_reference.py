"""The reference is read from the code and fails the check when it is out of date."""

from pathlib import Path

import pytest

from tools import reference

DEED = """
def close(call, *, actor):
    if not call:
        raise Refused("not_open", _("This call-up is no longer open."))
    raise Refused("too_early" if call.early else "too_late", words)
    trail.record("callups.call.closed", actor=actor)

@task("callups.remind_pledgers")
def remind(): ...
"""
ENUMS = """
class CallState(models.TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("over")

CALL_MOVES = {CallState.OPEN: frozenset({CallState.CLOSED}), CallState.CLOSED: frozenset()}
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reference, "SOURCE", tmp_path / "src")
    monkeypatch.setattr(reference, "FOLDER", tmp_path / "docs" / "reference")
    (tmp_path / "src" / "muster" / "callups").mkdir(parents=True)
    (tmp_path / "src" / "config").mkdir()
    (tmp_path / "src" / "muster" / "callups" / "actions.py").write_text(DEED)
    (tmp_path / "src" / "muster" / "callups" / "enums.py").write_text(ENUMS)
    (tmp_path / "src" / "config" / "settings.py").write_text(
        'LINK_KEY = secret("LINK_KEY")\nPORT = env.int("PORT", default=8000)\nHOME = os.environ.get("HOME")\n'
    )
    return tmp_path


def test_refusals_have_code_place_and_words(tree: Path) -> None:
    assert reference.refusals().splitlines()[-3:] == [
        "| `not_open` | callups | This call-up is no longer open. |",
        "| `too_early` | callups |  |",
        "| `too_late` | callups |  |",
    ]


def test_verbs_and_jobs_are_listed(tree: Path) -> None:
    assert reference.verbs().splitlines()[-1] == "| `callups.call.closed` | `muster/callups/actions.py` |"
    assert reference.jobs().splitlines()[-1] == "| `callups.remind_pledgers` | callups | task |"


def test_states_are_listed_and_their_moves_drawn(tree: Path) -> None:
    text = reference.states()

    assert "## callups: CallState" in text
    assert "| `closed` | over |" in text
    assert "stateDiagram-v2\n    open --> closed\n```" in text


def test_settings_have_their_defaults(tree: Path) -> None:
    assert reference.settings().splitlines()[-3:] == [
        "| `HOME` |  |",
        "| `LINK_KEY` | generated, kept in the data folder |",
        "| `PORT` | `8000` |",
    ]


def test_check_fails_until_written(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reference.main("check") == 1
    assert "docs/reference/refusals.md is out of date" in capsys.readouterr().out

    reference.main("write")
    assert reference.main("check") == 0

    (tree / "src" / "muster" / "callups" / "actions.py").write_text(DEED.replace("not_open", "closed"))
    assert reference.main("check") == 1
