"""Statements that the database plans once for each connection: for the few that a whole city sends in the same minute.

To plan a join of seven tables takes the database ten times as long as to run it. A pooler that hands a connection to
another client after each transaction loses what was prepared there; behind one, `DATABASE_PREPARES=0` sends these
statements as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


class Prepared:
    """`text` has a %s for each value; `name` is its name in the database, and no other statement's."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = f"muster_{name}", text
        numbers = count(1)
        parts = text.split("%s")
        numbered = "".join(f"{part}${next(numbers)}" for part in parts[:-1]) + parts[-1]
        self._make = f"PREPARE {self.name} AS {numbered}"
        values = ", ".join(["%s"] * (len(parts) - 1))
        self._run = f"EXECUTE {self.name}({values})" if values else f"EXECUTE {self.name}"

    def execute(self, cursor: CursorWrapper, values: Sequence[Any]) -> None:
        """Runs the statement on `cursor`, as `cursor.execute(text, values)` would."""
        if not settings.DATABASE_PREPARES:
            cursor.execute(self.text, values)
            return
        known = _known.setdefault(connection.connection, set())
        if self.name not in known:
            # Past Django's cursor: who counts queries should not count differently on a fresh connection.
            connection.connection.execute(self._make)
            known.add(self.name)
        cursor.execute(self._run, values)
