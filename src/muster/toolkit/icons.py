"""The icon sprite: checked-in symbols by name. `tools/icons.py add NAME` takes another outline into it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

SPRITE = Path(__file__).with_name("icons.svg")
SYMBOL = re.compile(r'<symbol id="i-([a-z0-9-]+)".*?</symbol>', re.DOTALL)


@cache
def symbols() -> dict[str, str]:
    """Every symbol of the sprite by its name."""
    return {found.group(1): found.group(0) for found in SYMBOL.finditer(SPRITE.read_text(encoding="utf-8"))}
