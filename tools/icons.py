"""Keeps the icon sprite: `python tools/icons.py add map-pin bus` takes outlines of Tabler Icons into it.

    python tools/icons.py add NAME...     adds symbols (needs `npm ci`: the icons are a development dependency)
    python tools/icons.py check           fails when a template draws an icon that the sprite does not hold
    python tools/icons.py unused          lists symbols that no template, module, script or data file names
    python tools/icons.py prune           takes those out

The sprite is checked in, so that a page needs neither Node nor a request of its own for its icons.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SPRITE = ROOT / "src/muster/toolkit/icons.svg"
OUTLINES = ROOT / "node_modules/@tabler/icons/icons/outline"
USERS = ("src/templates/**/*.html", "src/muster/**/*.py", "src/static/js/*.js", "data/**/*.json")
DRAWN = re.compile(r'{% icon "([a-z0-9-]+)"')
SYMBOL = re.compile(r'<symbol id="i-([a-z0-9-]+)".*?</symbol>', re.DOTALL)


def read() -> dict[str, str]:
    """The symbols of the sprite by name."""
    if not SPRITE.exists():
        return {}
    return {found.group(1): found.group(0) for found in SYMBOL.finditer(SPRITE.read_text(encoding="utf-8"))}


def write(symbols: dict[str, str]) -> None:
    lines = [symbols[name] for name in sorted(symbols)]
    head = (
        "<!-- Tabler Icons (MIT), outlines in use. Written by tools/icons.py; do not edit by hand. -->\n"
        '<svg xmlns="http://www.w3.org/2000/svg">'
    )
    SPRITE.write_text("\n".join([head, *lines, "</svg>"]) + "\n", encoding="utf-8")


def symbol(name: str, outlines: Path = OUTLINES) -> str:
    """One outline as a <symbol>, without its empty frame and without attributes that the style sheet gives."""
    text = (outlines / f"{name}.svg").read_text(encoding="utf-8")
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    body = re.sub(r"</?svg[^>]*>", "", text)
    body = re.sub(r'<path stroke="none"[^>]*/>', "", body)
    body = re.sub(r"\s*\n\s*", "", body)
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{body.strip()}</symbol>'


def unused(symbols: dict[str, str]) -> list[str]:
    """Names that appear in no template, module or script as a quoted word or as #i-name."""
    text = "\n".join(
        path.read_text(encoding="utf-8") for pattern in USERS for path in sorted(ROOT.glob(pattern))
    )
    return [name for name in sorted(symbols) if not re.search(rf"""["']{name}["']|#i-{name}\b""", text)]


def missing(symbols: dict[str, str]) -> list[str]:
    """Each icon that a template draws by its name and the sprite does not hold, with the template."""
    return [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted(ROOT.glob("src/templates/**/*.html"))
        for name in DRAWN.findall(path.read_text(encoding="utf-8"))
        if name not in symbols
    ]


def main(arguments: list[str]) -> int:
    symbols = read()
    match arguments:
        case ["add", *names] if names:
            unknown = [name for name in names if not (OUTLINES / f"{name}.svg").exists()]
            if unknown:
                print(f"No such outline: {', '.join(unknown)} (looked in {OUTLINES})", file=sys.stderr)
                return 1
            write(symbols | {name: symbol(name) for name in names})
            return 0
        case ["check"]:
            for line in missing(symbols):
                print(line)
            return 1 if missing(symbols) else 0
        case ["unused"]:
            print("\n".join(unused(symbols)))
            return 0
        case ["prune"]:
            gone = set(unused(symbols))
            write({name: text for name, text in symbols.items() if name not in gone})
            return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
