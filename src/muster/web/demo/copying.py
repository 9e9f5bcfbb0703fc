"""Rows of a model written by COPY: a hundred times the speed of saving them, for invented data only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

LINES = 2_000
NULL = "\\N"
ODD = re.compile(r"[\\\t\n\r]")


class Copier:
    """Writes rows of `model`; `varying` are the fields that differ by row, the others keep their default or `fixed`."""

    def __init__(self, model: type[models.Model], varying: Sequence[str], **fixed: object) -> None:
        known = {field.attname: field for field in model._meta.concrete_fields}
        if unknown := {*varying, *fixed} - known.keys():
            raise TypeError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
        kept = [name for name in known if name not in varying and not known[name].primary_key]
        columns = [known[name].column for name in (*varying, *kept)]
        constants = [_text(fixed[name] if name in fixed else known[name].get_default()) for name in kept]
        self._line = (
            "\t".join(["%s"] * len(varying) + [value.replace("%", "%%") for value in constants]) + "\n"
        )
        quoted = ", ".join(f'"{column}"' for column in columns)
        self._statement = f'COPY "{model._meta.db_table}" ({quoted}) FROM STDIN'

    def write(self, rows: Iterable[Sequence[object]]) -> None:
        """All rows, in the transaction that is open."""
        with connection.cursor() as cursor, cursor.copy(self._statement) as copy:
            lines: list[str] = []
            for row in rows:
                lines.append(self._line % tuple(map(_text, row)))
                if len(lines) == LINES:
                    copy.write("".join(lines))
                    lines.clear()
            copy.write("".join(lines))


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """That many primary keys that nobody else gets, so that rows can name each other before they are written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _text(value: Any) -> str:
    """The value in the text format of COPY."""
    if value.__class__ is str:
        return _escaped(value) if ODD.search(value) else value
    if value.__class__ is int or value.__class__ is float:
        return str(value)
    if value is None:
        return NULL
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, (list, tuple)):
        return "{" + ",".join(map(str, value)) + "}"
    return _escaped(str(value))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
