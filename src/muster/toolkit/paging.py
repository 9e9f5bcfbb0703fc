"""Pages of a long list by the last key seen: the thousandth page costs what the first costs, and nothing is counted."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

Row = TypeVar("Row", bound=Model)
SIZE = 50
# Letters of a cursor; a longer one is none of ours, and may be made to be hard to read.
LONGEST = 1000


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of one page and the cursor of the next; None where this is the last."""

    rows: list[Row]
    next_cursor: str | None
    first: bool


def _pack(values: list[object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def _unpack(cursor: str, model: type[Model], names: list[str]) -> list[object] | None:
    """The key values in the cursor, or None where it is not one of ours."""
    if len(cursor) > LONGEST:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(names) or not all(map(_plain, values)):
            return None
        columns = {column.name: column for column in model._meta.concrete_fields}
        found = [columns[name].to_python(value) for name, value in zip(names, values, strict=True)]
    except (binascii.Error, ValueError, TypeError, ValidationError):
        return None
    return None if any(isinstance(one, datetime) and timezone.is_naive(one) for one in found) else found


def _plain(value: object) -> bool:
    """Whether a database can compare a column with it: no null, no infinity, no text with a NUL in it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    if isinstance(value, str):
        return "\0" not in value
    return isinstance(value, int) or isfinite(value)


def page_after(rows: QuerySet[Row], *, key: tuple[str, ...], after: str = "", size: int = SIZE) -> Page[Row]:
    """The `size` rows that follow the cursor `after` in the order of `key`.

    `key` names columns that are never null and together unique ("-" before a name turns its order). A cursor that was
    tampered with gives the first page: it carries no right, the query set does.
    """
    names = [name.removeprefix("-") for name in key]
    values = _unpack(after, rows.model, names) if after else None
    if values is not None:
        beyond, same = Q(), Q()
        for column, name, value in zip(key, names, values, strict=True):
            beyond |= same & Q(**{f"{name}__{'lt' if column.startswith('-') else 'gt'}": value})
            same &= Q(**{name: value})
        # The first column alone bounds the scan; the alternatives only settle ties on it.
        bound = f"{names[0]}__{'lte' if key[0].startswith('-') else 'gte'}"
        rows = rows.filter(Q(**{bound: values[0]}) & beyond)
    found = list(rows.order_by(*key)[: size + 1])
    cursor = _pack([getattr(found[size - 1], name) for name in names]) if len(found) > size else None
    return Page(found[:size], cursor, first=values is None)
