"""The lock files hold what pyproject.toml and package.json ask for, with hashes, and name no registry.

`make lock` writes them anew. This check needs no network: it only compares.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {"run": ["build"], "dev": ["build", "dev"], "node": ["node"]}
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?P<rest>.*)$", re.MULTILINE)
ADDRESS = re.compile(r"https?://|--(index|extra-index|find-links)|file:")


def main(order: str) -> int:
    """1 when a lock does not fit."""
    if order == "write":
        write()
    faults = [*(fault for name in LOCKS for fault in python_lock(name)), *npm_lock()]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def write() -> None:
    """Resolve anew, for every Python that Muster runs on."""
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"]
    compile_lock = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-emit-index-url", *options]
    for name, extras in LOCKS.items():
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        asked = [one for extra in extras for one in project["optional-dependencies"][extra]]
        asked += [] if name == "node" else project["dependencies"]
        target = ["-", "--output-file", f"requirements/{name}.txt"]
        subprocess.run([*compile_lock, *target], cwd=ROOT, input="\n".join(asked), text=True, check=True)
    subprocess.run(["npm", "install", "--package-lock-only"], cwd=ROOT, check=True)


def python_lock(name: str) -> Iterator[str]:
    """What is wrong with requirements/<name>.txt."""
    path = ROOT / "requirements" / f"{name}.txt"
    text = path.read_text()
    pins: dict[str, list[str]] = {}
    for found in PIN.finditer(text):
        pins.setdefault(canonicalize_name(found["name"]), []).append(found["version"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [] if name == "node" else list(project["dependencies"])
    for extra in LOCKS[name]:
        asked += project["optional-dependencies"][extra]
    for requirement in map(Requirement, asked):
        versions = pins.get(canonicalize_name(requirement.name), [])
        if not any(requirement.specifier.contains(version, prereleases=True) for version in versions):
            yield f"{path.name}: {requirement} is pinned to {' or '.join(versions) or 'nothing'}; run `make lock`"
    if ADDRESS.search(text):
        yield f"{path.name} names a registry; whoever installs has his own"
    if text.count("--hash=") < len(pins):
        yield f"{path.name}: a pin has no hash"


def npm_lock() -> Iterator[str]:
    """What is wrong with package-lock.json."""
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    asked = json.loads((ROOT / "package.json").read_text())
    for kind in ("dependencies", "devDependencies"):
        if lock[""].get(kind) != asked.get(kind):
            yield f"package-lock.json is older than package.json ({kind}); run `make lock`"
    for name, package in lock.items():
        if "resolved" in package:
            yield f"package-lock.json: {name} names a registry"
        if name and "integrity" not in package:
            yield f"package-lock.json: {name} has no hash"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
