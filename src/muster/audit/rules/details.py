"""What the trail may hold, on plain values."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

# A mobile number or an identity number, standing alone: a 12-digit division code is neither.
PERSONAL = re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)|(?<!\d)[1-9]\d{5}(?:19|20)\d{9}[\dXx](?!\d)")


def personal_looking(detail: Mapping[str, Any]) -> str | None:
    """The first value of `detail` that looks like a phone or identity number, or None."""
    return next((text for text in _texts(detail) if PERSONAL.search(text)), None)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
    else:
        yield str(value)
