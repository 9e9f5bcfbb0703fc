"""`make check`: everything about the code that needs no running copy. All checks run, then the table says which failed."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PYTHON = sys.executable
CHECKS: list[tuple[str, list[str | Path]]] = [
    ("ruff", [BIN / "ruff", "check", "--quiet"]),
    ("format", [BIN / "ruff", "format", "--check", "--quiet"]),
    ("types", [BIN / "mypy", "--no-error-summary"]),
    ("templates", [PYTHON, "tools/templates.py"]),
    ("icons", [PYTHON, "tools/icons.py", "check"]),
    ("floors", [BIN / "lint-imports", "--no-logo"]),
    ("migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]),
    ("settings", [PYTHON, "manage.py", "check", "--fail-level", "WARNING"]),
    ("translations", [PYTHON, "tools/messages.py", "check"]),
    ("reference", [PYTHON, "tools/reference.py", "check"]),
    ("lock files", [PYTHON, "tools/locks.py"]),
    ("budgets", [PYTHON, "tools/budgets.py"]),
]


def main(chosen: list[str]) -> int:
    """1 when a check failed. Names choose some of them: `python tools/check.py types floors`."""
    # None of the checks asks the database anything; without an address the settings would start one.
    environment = {
        **os.environ,
        "PYTHONPATH": "src",
        "DATABASE_URL": os.environ.get("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/unused"),
        "PYTHONWARNINGS": "ignore:Got an error checking a consistent migration history:RuntimeWarning",
    }
    failed = []
    for name, command in CHECKS:
        if chosen and name not in chosen:
            continue
        began = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
        print(
            f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name:13}{time.monotonic() - began:6.1f} s",
            flush=True,
        )
        said = (done.stdout + done.stderr).strip()
        if done.returncode:
            failed.append(name)
            print(f"{said}\n", flush=True)
        elif name == "budgets":
            print(f"     {said}", flush=True)
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
