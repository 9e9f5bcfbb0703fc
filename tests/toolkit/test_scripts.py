"""The scripts: small, one behavior each, and their arithmetic right."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "src/static/js").glob("*.js"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_is_one_screen_of_one_behavior(script):
    text = script.read_text(encoding="utf-8")

    assert len(text.splitlines()) < 150
    assert "eval(" not in text
    assert "innerHTML" not in text


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node here; `make test` brings one")
def test_the_arithmetic_of_the_behaviors():
    done = subprocess.run(
        [str(shutil.which("node")), "--test", "tests/toolkit/scripts/"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3000:]
