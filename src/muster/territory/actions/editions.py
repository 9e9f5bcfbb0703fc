"""A published list of divisions as files: read whole, or refused with the line that is wrong before anything is written."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from muster.territory.enums import Level
from muster.territory.rules import names, parent_of
from muster.toolkit.refusal import Refused

LEVELS = {
    "province": Level.PROVINCE,
    "city": Level.CITY,
    "county": Level.COUNTY,
    "town": Level.TOWNSHIP,
    "community": Level.COMMUNITY,
}
TWELVE_DIGITS = re.compile(r"[1-9][0-9]{11}", re.ASCII)
LISTED = ("code", "name", "level")
ENDED = (*LISTED, "began_on", "ended_on", "replaced_by")


@dataclass(frozen=True)
class Edition:
    """One published list of divisions: the folder that holds it, and the day from which it counts."""

    began_on: date
    folder: Path

    @classmethod
    def shipped(cls) -> Edition:
        """The edition that comes with Muster."""
        folder = data_folder() / "divisions"
        return cls(date.fromisoformat(json.loads((folder / "edition.json").read_text())["began_on"]), folder)


@dataclass(frozen=True)
class Entry:
    """One division: the facts of the edition, and what Muster derives from them."""

    code: int
    level: int
    name: str
    kind: str = ""
    population: int | None = None
    household_count: int | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Ended:
    """A code that was abolished, and the one that took its place."""

    code: int
    name: str
    level: int
    began_on: date
    ended_on: date
    replaced_by: int | None


@dataclass(frozen=True)
class _Line:
    """One line of a list, and where it stands."""

    file: str
    number: int
    row: dict[str, str]

    def refusal(self, fault: str) -> Refused:
        message = _("%(file)s, line %(line)s: %(fault)s Nothing was loaded.")
        facts = {"file": self.file, "line": self.number, "fault": fault}
        return Refused("divisions_unreadable", message % facts, facts)

    def code(self, column: str = "code") -> int:
        if not TWELVE_DIGITS.fullmatch(self.row[column]):
            fault = _("“%(text)s” is no code of twelve digits.") % {"text": self.row[column]}
            raise self.refusal(fault)
        return int(self.row[column])

    def level(self) -> Level:
        level = LEVELS.get(self.row["level"])
        if level is None:
            raise self.refusal(_("“%(text)s” is no level.") % {"text": self.row["level"]})
        if self.code() % 10 ** (Level.COMMUNITY - level):
            fault = _("%(code)s is no code of that level: only zeros may follow.") % {"code": self.code()}
            raise self.refusal(fault)
        return level

    def name(self) -> str:
        name = self.row["name"].strip()
        if not name:
            raise self.refusal(_("The name is missing."))
        return name

    def day(self, column: str) -> date:
        try:
            return date.fromisoformat(self.row[column])
        except ValueError as error:
            fault = _("“%(text)s” is no day, as in 2024-06-30.") % {"text": self.row[column]}
            raise self.refusal(fault) from error


def data_folder() -> Path:
    """Where the tree keeps what it was given: data/."""
    return Path(settings.BASE_DIR) / "data"


def read_listed(edition: Edition) -> list[Entry]:
    """The divisions of the edition in the order of their codes. Refuses `divisions_unreadable` with the line."""
    found: dict[int, Entry] = {}
    lines: dict[int, _Line] = {}
    for line in _lines(edition.folder / "sichuan_divisions.csv", LISTED):
        entry = _entry(line)
        if entry.code in found:
            fault = _("%(code)s stands in line %(other)s already.")
            raise line.refusal(fault % {"code": entry.code, "other": lines[entry.code].number})
        found[entry.code], lines[entry.code] = entry, line
    for entry in found.values():
        parent = parent_of(entry.code, entry.level)
        if parent is not None and parent not in found:
            fault = _("The division above it, %(code)s, is not in the list.") % {"code": parent}
            raise lines[entry.code].refusal(fault)
    return [found[code] for code in sorted(found)]


def read_ended(edition: Edition) -> list[Ended]:
    """The codes that ended, with what replaced them. Refuses `divisions_unreadable` with the line."""
    return [_ended(line) for line in _lines(edition.folder / "replaced_codes.csv", ENDED)]


def _entry(line: _Line) -> Entry:
    code, level, name = line.code(), line.level(), line.name()
    return Entry(code, level, name, names.kind_of(name, code) if level == Level.COMMUNITY else "")


def _ended(line: _Line) -> Ended:
    began_on, ended_on = line.day("began_on"), line.day("ended_on")
    if ended_on <= began_on:
        raise line.refusal(_("It ends before it began."))
    successor = line.code("replaced_by") if line.row["replaced_by"] else None
    return Ended(line.code(), line.name(), line.level(), began_on, ended_on, successor)


def _lines(path: Path, columns: tuple[str, ...]) -> Iterable[_Line]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise _Line(path.name, 1, {}).refusal(
                _("The column “%(column)s” is missing.") % {"column": missing[0]}
            )
        for row in reader:
            line = _Line(path.name, reader.line_num, row)
            if None in row.values():
                raise line.refusal(_("The line is too short."))
            yield line
