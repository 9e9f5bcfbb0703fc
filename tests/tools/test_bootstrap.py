"""A copy is put together from what changed, and from nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import assets, bootstrap


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    (tmp_path / ".venv").mkdir()
    (tmp_path / "requirements").mkdir()
    for name in ("requirements/run.txt", "requirements/dev.txt", "package-lock.json"):
        (tmp_path / name).write_text(name)
    (tmp_path / "tools").mkdir()
    for name in ("assets.py", "messages.py"):
        (tmp_path / "tools" / name).write_text(name)
    return tmp_path


@pytest.fixture
def made(tree: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was made, in order; the making itself is tried in CI, which begins without anything."""
    steps: list[str] = []
    monkeypatch.setattr(bootstrap, "_install", lambda purpose: steps.append(f"packages {purpose}"))
    monkeypatch.setattr(bootstrap, "_assets", lambda purpose: steps.append(f"assets {purpose}"))
    monkeypatch.setattr(bootstrap, "_tool", lambda name, *_: steps.append(name))
    return steps


def test_first_run_makes_everything_and_the_second_nothing(made: list[str]) -> None:
    bootstrap.main("run")
    assert made == ["packages run", "assets run", "messages.py", "loops.py"]

    made.clear()
    bootstrap.main("run")
    assert made == []


def test_changed_lock_is_installed_again_and_nothing_else(tree: Path, made: list[str]) -> None:
    bootstrap.main("run")
    made.clear()

    (tree / "requirements" / "run.txt").write_text("newer")
    bootstrap.main("run")
    assert made == ["packages run", "loops.py"]


def test_changed_loops_are_compiled_again_and_other_files_are_not(tree: Path, made: list[str]) -> None:
    pools = tree / "src/muster/kernel/dispatch/pools"
    pools.mkdir(parents=True)
    (pools / "loops.py").write_text("from there import compiled")
    (pools / "plain.py").write_text("1")
    bootstrap.main("run")
    made.clear()

    (pools / "plain.py").write_text("2")
    bootstrap.main("run")
    assert made == []

    (pools / "loops.py").write_text("from elsewhere import compiled")
    bootstrap.main("run")
    assert made == ["loops.py"]


def test_changed_translation_is_compiled_again(tree: Path, made: list[str]) -> None:
    bootstrap.main("run")
    made.clear()

    (tree / "src/locale/parts/zh_Hans").mkdir(parents=True)
    (tree / "src/locale/parts/zh_Hans/callups.po").write_text('msgid "Come"')
    bootstrap.main("run")
    assert made == ["messages.py"]


def test_what_developers_have_serves_a_run(made: list[str]) -> None:
    bootstrap.main("dev")
    made.clear()

    # `npm ci --omit=dev` would take the tests' own packages away again.
    bootstrap.main("run")
    assert made == []


def test_failed_step_leaves_no_mark(tree: Path, made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(purpose: str) -> None:
        raise SystemExit(f"no network for {purpose}")

    with monkeypatch.context() as broken:
        broken.setattr(bootstrap, "_assets", fail)
        with pytest.raises(SystemExit):
            bootstrap.main("run")
    made.clear()

    bootstrap.main("run")
    assert made == ["assets run", "messages.py", "loops.py"]


def test_old_python_hears_what_to_do() -> None:
    run = f"runpy.run_path({str(Path(bootstrap.__file__))!r}, run_name='__main__')"
    old = f"import sys, runpy; sys.version_info = (3, 9); sys.argv = ['x']; {run}"

    done = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "Python 3.11" in done.stderr


def test_assets_lose_their_source_map_and_stale_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "PACKAGES", tmp_path / "node_modules")
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "vendor")
    monkeypatch.setattr(assets, "FILES", {"tabler.min.css": "core/tabler.min.css"})
    (tmp_path / "node_modules" / "core").mkdir(parents=True)
    (tmp_path / "node_modules" / "core" / "tabler.min.css").write_text(
        "p{}\n/*# sourceMappingURL=tabler.min.css.map */"
    )
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "old.js").write_text("")

    assets.main()

    assert [path.name for path in (tmp_path / "vendor").iterdir()] == ["tabler.min.css"]
    assert (tmp_path / "vendor" / "tabler.min.css").read_text() == "p{}\n"
