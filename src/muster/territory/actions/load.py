"""Loading the divisions of the province: idempotent, and by edition, so that a code that ended is still understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.audit.actions.trail import record
from muster.jobs.progress import Progress
from muster.territory.actions.editions import Edition, Ended, Entry, read_ended
from muster.territory.actions.sources import read_entries
from muster.territory.enums import Level
from muster.territory.rules import names, parent_of, range_of
from muster.toolkit import locks
from muster.toolkit.actor import SYSTEM, Actor
from muster.toolkit.refusal import Refused

BATCH = 2_000
# What an edition says, and what Muster derives from it. A change of the first begins a new edition of the division.
FACTS = ("high", "level", "parent_code", "name", "kind")
DERIVED = (
    "short_name",
    "pinyin",
    "initials",
    "search_keys",
    "population",
    "household_count",
    "lon",
    "lat",
    "is_position_synthetic",
)
Value = int | float | str | list[str] | date | None
Row = tuple[Value, ...]
COLUMNS = ("code", *FACTS, *DERIVED)


@dataclass(frozen=True)
class Loaded:
    """What one load changed."""

    divisions: int
    begun: int
    ended: int
    corrected: int


def load_divisions(
    progress: Progress | None = None,
    *,
    edition: Edition | None = None,
    actor: Actor = SYSTEM,
    at: datetime | None = None,
) -> Loaded:
    """Bring the divisions in force to `edition` (the one that comes with Muster, where none is given).

    A division whose facts changed ends the day before the edition and begins anew; one that the edition does not list
    ends, and `replaced_by` leads to its successor. What is already there stays as it is: a second load changes nothing.
    Whoever began the progress ends it. Refuses `divisions_unreadable`, and `edition_superseded` where a younger edition
    is in force: nothing was changed then.
    """
    at = at or timezone.now()
    edition = edition or Edition.shipped()
    entries, ended = read_entries(edition), read_ended(edition)
    rows = list(_rows(entries, progress))
    with transaction.atomic(), connection.cursor() as cursor:
        locks.one_at_a_time("territory.divisions")
        _refuse_older(cursor, edition)
        _copy(cursor, rows)
        loaded = _merge(cursor, edition, len(rows))
        _follow(cursor, ended, edition)
        if loaded.begun or loaded.ended or loaded.corrected:
            record(
                "territory.divisions.loaded",
                actor=actor,
                obj_kind="edition",
                obj_code=edition.began_on.isoformat(),
                division_code=None,
                at=at,
                detail={"begun": loaded.begun, "ended": loaded.ended, "corrected": loaded.corrected},
            )
    with connection.cursor() as cursor:
        # Outside the transaction: the planner reads the new figures at once.
        cursor.execute("ANALYZE territory_division")
    return loaded


def _rows(entries: list[Entry], progress: Progress | None) -> Iterator[Row]:
    """The entries as rows. The spelling is the slow part, and here no transaction is open: others see how far it is."""
    if progress:
        progress.expect(len(entries))
    for number, entry in enumerate(entries, start=1):
        yield _row(entry)
        if progress and (number % BATCH == 0 or number == len(entries)):
            progress.advance(number % BATCH or BATCH)


def _refuse_older(cursor: CursorWrapper, edition: Edition) -> None:
    """History is not written twice: what a younger edition began or ended cannot be undone by an older one."""
    cursor.execute("SELECT greatest(max(valid_from), max(valid_to)) FROM territory_division")
    (newest,) = cursor.fetchone()
    if newest is not None and newest > edition.began_on:
        words = _("The divisions of %(newest)s are in force. A list of %(older)s cannot follow them.")
        facts = {"newest": newest.isoformat(), "older": edition.began_on.isoformat()}
        raise Refused("edition_superseded", words % facts, facts)


def _copy(cursor: CursorWrapper, rows: list[Row]) -> None:
    """All rows into a table that lives as long as the transaction."""
    columns = ", ".join(COLUMNS)
    cursor.execute("DROP TABLE IF EXISTS incoming")
    cursor.execute(
        f"CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {columns} FROM territory_division WITH NO DATA"  # noqa: S608 - our own column names
    )
    with cursor.copy(f"COPY incoming ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute("CREATE UNIQUE INDEX ON incoming (code)")
    cursor.execute("ANALYZE incoming")


@lru_cache(maxsize=65_536)
def _spelled(short: str) -> tuple[str, str, list[str]]:
    """Pinyin, initials and keys. A third of all names are there more than once."""
    spelling = names.spelling_of(short)
    return spelling.pinyin, spelling.initials, names.keys_for(short, spelling)


def _row(entry: Entry) -> Row:
    short = names.short_name(entry.name)
    return (
        entry.code,
        range_of(entry.code, entry.level)[1],
        entry.level,
        parent_of(entry.code, entry.level),
        entry.name,
        entry.kind,
        short,
        *_spelled(short),
        entry.population,
        entry.household_count,
        entry.lon,
        entry.lat,
        entry.level > Level.COUNTY,
    )


def _differs(columns: tuple[str, ...]) -> str:
    ours = ", ".join(f"division.{column}" for column in columns)
    theirs = ", ".join(f"incoming.{column}" for column in columns)
    return f"({ours}) IS DISTINCT FROM ({theirs})"


def _merge(cursor: CursorWrapper, edition: Edition, total: int) -> Loaded:
    """End what changed or is gone, correct what is ours to correct, begin what is new."""
    on = {"on": edition.began_on}
    cursor.execute(
        f"""UPDATE territory_division AS division SET valid_to = %(on)s
            FROM territory_division AS known LEFT JOIN incoming ON incoming.code = known.code
            WHERE division.id = known.id AND division.valid_to IS NULL AND division.valid_from < %(on)s
              AND (incoming.code IS NULL OR {_differs(FACTS)})""",  # noqa: S608 - our own column names
        on,
    )
    ended = cursor.rowcount
    pairs = ", ".join(f"{column} = incoming.{column}" for column in (*FACTS, *DERIVED))
    cursor.execute(
        f"""UPDATE territory_division AS division SET {pairs} FROM incoming
            WHERE incoming.code = division.code AND division.valid_to IS NULL
              AND {_differs((*FACTS, *DERIVED))}""",  # noqa: S608 - our own column names
    )
    corrected = cursor.rowcount
    columns = ", ".join(COLUMNS)
    cursor.execute(
        f"""INSERT INTO territory_division ({columns}, valid_from)
            SELECT {columns}, %(on)s FROM incoming
            WHERE NOT EXISTS (SELECT FROM territory_division AS division
                              WHERE division.code = incoming.code AND division.valid_to IS NULL)""",  # noqa: S608 - our own column names
        on,
    )
    return Loaded(total, cursor.rowcount, ended, corrected)


def _follow(cursor: CursorWrapper, ended: list[Ended], edition: Edition) -> None:
    """Codes that ended, with what replaced them, whether a copy of Muster ever had them in force or not."""
    for code in ended:
        cursor.execute(
            """UPDATE territory_division SET replaced_by = %s
               WHERE code = %s AND valid_to IS NOT NULL AND replaced_by IS DISTINCT FROM %s""",
            [code.replaced_by, code.code, code.replaced_by],
        )
        entry = Entry(code.code, code.level, code.name)
        values: dict[str, Value] = dict(zip(COLUMNS, _row(entry), strict=True)) | {
            "valid_from": code.began_on,
            "valid_to": code.ended_on,
            "replaced_by": code.replaced_by,
        }
        columns = ", ".join(values)
        marks = ", ".join(["%s"] * len(values))
        cursor.execute(
            f"""INSERT INTO territory_division ({columns}) SELECT {marks}
                WHERE NOT EXISTS (SELECT FROM territory_division WHERE code = %s)""",  # noqa: S608 - our own column names
            [*values.values(), code.code],
        )
