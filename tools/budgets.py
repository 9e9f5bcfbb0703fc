"""What the house style limits and a machine can count: sizes of files, inline script and style, the share of tests."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINES = 400
LINES_OF_A_SCRIPT = 150
# Lines of tests to one line of code, which no change may fall below.
TESTS_AT_LEAST = 1.2
# An attribute that the browser would run or apply, and elements with a body of their own.
INLINE = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "script with a body": re.compile(
        r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE
    ),
    "javascript: address": re.compile(r"(href|action)\s*=\s*[\"']javascript:", re.IGNORECASE),
}
COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|<!--.*?-->", re.DOTALL)


def main() -> int:
    """1 when a budget is exceeded; the share of tests is told, and counts too."""
    faults = [*too_long(ROOT), *inline(ROOT / "src" / "templates")]
    for fault in faults:
        print(fault)
    code, tests = lines_of(ROOT / "src", "*.py"), lines_of(ROOT / "tests", "*.py")
    share = tests / code
    print(f"{code} lines of code, {tests} of tests: {share:.2f} to one (at least {TESTS_AT_LEAST}).")
    return 1 if faults or share < TESTS_AT_LEAST else 0


def too_long(root: Path) -> Iterator[str]:
    """Files over their budget. Migrations are written by a machine and read by nobody."""
    for folder in ("src", "tests", "tools", "bench"):
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _over(root, path, LINES)
    for path in sorted((root / "src" / "templates").rglob("*.html")):
        yield from _over(root, path, LINES)
    for path in sorted((root / "src" / "static" / "js").rglob("*.js")):
        yield from _over(root, path, LINES_OF_A_SCRIPT)


def inline(templates: Path) -> Iterator[str]:
    """What our content security policy would not let run, so that nobody wonders why it does nothing."""
    for path in sorted(templates.rglob("*.html")):
        text = COMMENT.sub(lambda found: "\n" * found.group().count("\n"), path.read_text(encoding="utf-8"))
        for what, pattern in INLINE.items():
            for found in pattern.finditer(text):
                yield f"{path.relative_to(templates)}:{text.count(chr(10), 0, found.start()) + 1}: {what}"


def lines_of(folder: Path, pattern: str) -> int:
    """Lines that are neither empty nor made by makemigrations."""
    return sum(
        sum(1 for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
        for path in folder.rglob(pattern)
        if "migrations" not in path.parts
    )


def _over(root: Path, path: Path, budget: int) -> Iterator[str]:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if lines > budget:
        yield f"{path.relative_to(root)}: {lines} lines, the budget is {budget}"


if __name__ == "__main__":
    sys.exit(main())
