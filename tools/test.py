"""`make test`: all tests. Brings the browser and its fonts where it may; says what is missing where it may not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ["chromium", "fonts-wqy-microhei"]


def main(arguments: list[str]) -> int:
    """pytest's exit code; 1 when there is no browser and nobody said to do without."""
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    chosen = [] if arguments else ["-q", "-n", str(os.cpu_count() or 1), "--dist", "loadfile"]
    if os.environ.get("MUSTER_NO_BROWSER") == "1":
        chosen += ["-m", "not browser"]
    elif missing := _missing():
        _install()
        if missing := _missing():
            print(f"The browser tests need {' and '.join(missing)}: apt-get install {' '.join(PACKAGES)}")
            print("MUSTER_NO_BROWSER=1 runs the other tests.")
            return 1
    return subprocess.call([sys.executable, "-m", "pytest", *chosen, *arguments], cwd=ROOT, env=environment)


def _missing() -> list[str]:
    missing = []
    if not any(shutil.which(name) for name in BROWSERS):
        missing.append("Chromium")
    fonts = shutil.which("fc-list")
    if not fonts or not subprocess.run([fonts, ":lang=zh"], capture_output=True, check=False).stdout:
        missing.append("a Chinese font")
    return missing


def _install() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {' and '.join(PACKAGES)} …", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet, stdout=subprocess.DEVNULL)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES, "fontconfig"]
        subprocess.run(install, check=False, env=quiet, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
