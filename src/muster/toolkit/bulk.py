"""Thousands of rows in one statement, at a tenth of the processor time that a model object and a parameter for each take."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from django.db import connection, models

from muster.toolkit.fields import EncryptedTextField

BATCH = 2000
_INSERT = """
INSERT INTO {table} ({names})
SELECT {values} FROM json_to_recordset(%s::json) AS fresh ({typed}) {conflict} RETURNING id
"""


def insert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    ignore_conflicts: bool = False,
) -> list[int]:
    """The keys of the rows that were written, in their order; sealed fields are sealed here.

    `columns` are the attributes of the fields (`person_id`), in the order of the values of a row. What is not among them
    is null, so a field that may not be null belongs to them. With `ignore_conflicts` a row that is there already is
    passed over.
    """
    fields = [_field(model, name) for name in columns]
    sealed = [(place, field) for place, field in enumerate(fields) if isinstance(field, EncryptedTextField)]
    records = []
    for row in rows:
        values = list(row)
        for place, field in sealed:
            values[place] = field.get_prep_value(values[place])
        records.append(dict(zip(columns, values, strict=True)))
    if not records:
        return []
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    typed = ", ".join(
        f"{connection.ops.quote_name(name)} {field.cast_db_type(connection)}"
        for name, field in zip(columns, fields, strict=True)
    )
    values_of = ", ".join(f"fresh.{connection.ops.quote_name(name)}" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT.format(
                table=connection.ops.quote_name(model._meta.db_table),
                names=names,
                values=values_of,
                typed=typed,
                conflict="ON CONFLICT DO NOTHING" if ignore_conflicts else "",
            ),
            [json.dumps(records, default=str, ensure_ascii=False)],
        )
        return [key for (key,) in cursor.fetchall()]


def insert_all(
    model: type[models.Model], objects: Iterable[models.Model], *, ignore_conflicts: bool = False
) -> list[int]:
    """The same for new objects with all their fields. They do not learn their keys, which come back in their order."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = [field.attname for field in fields]
    rows = [[field.pre_save(one, add=True) for field in fields] for one in objects]
    return [
        key
        for first in range(0, len(rows), BATCH)
        for key in insert(model, columns, rows[first : first + BATCH], ignore_conflicts=ignore_conflicts)
    ]


def _field(model: type[models.Model], name: str) -> models.Field[object, object]:
    return next(field for field in model._meta.concrete_fields if field.attname == name)
