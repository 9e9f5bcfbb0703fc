"""Writing the trail. Every action calls `record` inside its own transaction, so that deed and entry stand or fall together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field
from django.utils.translation import gettext as _

from muster.audit.models import Entry
from muster.audit.rules.details import personal_looking
from muster.toolkit import bulk, server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.prepared import Prepared
from muster.toolkit.refusal import Refused

_INSERT = "INSERT INTO audit_entry ({names}) VALUES ({values})"


@dataclass(frozen=True)
class Deed:
    """One entry to write, for `record_many`."""

    verb: str
    actor: Actor
    obj_kind: str
    obj_code: str
    division_code: int | None
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)
    is_drill: bool = False


def record(
    verb: str,
    *,
    actor: Actor,
    obj_kind: str,
    obj_code: str,
    division_code: int | None,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
    is_drill: bool = False,
) -> None:
    """Write one entry. Codes and states only: a detail that looks like a phone or identity number is a ValueError."""
    record_many([Deed(verb, actor, obj_kind, obj_code, division_code, at, detail or {}, is_drill)])


def record_many(deeds: Iterable[Deed]) -> None:
    """Write many entries at once, in their order. While a drill plays another time, only a drill's deeds are done."""
    deeds = list(deeds)
    if server_clock.is_moved() and not all(deed.is_drill for deed in deeds):
        raise Refused(
            "drill_clock", _("Only drills are played at another time. Do this without the drill's clock.")
        )
    entries = [_entry(deed) for deed in deeds]
    if len(entries) == 1:
        _write(entries[0])
    else:
        bulk.insert_all(Entry, entries)


def _write(entry: Entry) -> None:
    """One row; every deed writes one, so the statement is put together and planned once."""
    values = [field.get_db_prep_save(getattr(entry, field.attname), connection) for field in _columns()]
    with connection.cursor() as cursor:
        _inserting().execute(cursor, values)


@cache
def _columns() -> list[Field[Any, Any]]:
    return [field for field in Entry._meta.concrete_fields if not field.primary_key]


@cache
def _inserting() -> Prepared:
    names = ", ".join(str(field.column) for field in _columns())
    values = ", ".join(["%s"] * len(_columns()))
    return Prepared("record_deed", _INSERT.format(names=names, values=values))


def _entry(deed: Deed) -> Entry:
    if personal_looking(deed.detail):
        # The value is kept out of the message too: exceptions are logged.
        raise ValueError(f"{deed.verb}: the trail holds no personal data, pass codes and states")
    return Entry(
        at=deed.at,
        verb=deed.verb,
        actor_label=deed.actor.label[:120],
        actor_account_id=deed.actor.account_id,
        actor_person_id=deed.actor.person_id,
        actor_address=deed.actor.address[:64],
        object_kind=deed.obj_kind,
        object_code=str(deed.obj_code),
        division_code=deed.division_code,
        detail=dict(deed.detail),
        is_drill=deed.is_drill,
    )
