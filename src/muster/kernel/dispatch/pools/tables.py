"""CSV files column by column: a million rows in seconds, and every wrong cell with its line.

UTF-8 with or without byte order mark, LF or CRLF, cells in quotes where they need them, columns in any order, with others
among them that nobody asks for.
"""

from __future__ import annotations

import csv
import io
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from muster.kernel.dispatch.pools.faults import MOST_FAULTS, Faults, Wrong

# Rows that are held as text at one time: few enough to stay in the cache of the processor, which halves the time of a million.
ROWS_AT_ONCE = 1_000
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
# With a point where a program has kept whole numbers among others.
WHOLE = re.compile(r"[+-]?\d+(?:\.0*)?", re.ASCII)
# No bound is longer, and the longest ones no number could hold.
MOST_DIGITS = 18
# As an input method for Chinese writes them.
FULL_WIDTH = {0xFF01 + at: 0x21 + at for at in range(94)}
LINE_END = re.compile(r"\r\n|\r|\n")
OTHER_SEPARATORS = re.compile(r"[;\t|，；、]")

Report = Callable[[int, Wrong], None]


class Column(Protocol):
    """What a column of cells becomes. `take` gets the cells of some rows and reports the wrong ones by their place."""

    def take(self, cells: Sequence[str], report: Report) -> None:
        """Read these cells."""


class Names:
    """Names that may not be empty, and, where `unique`, not be there twice."""

    def __init__(self, *, unique: bool = True) -> None:
        self.values: list[str] = []
        self.unique = unique

    def take(self, cells: Sequence[str], report: Report) -> None:
        """Read these cells."""
        names = list(map(str.strip, cells))
        if not all(names):
            for place, name in enumerate(names):
                if not name:
                    report(place, Wrong("empty_cell"))
        self.values += names

    def twice(self) -> Iterator[tuple[int, int]]:
        """(row, row where the same name stood first)."""
        if not self.unique or len(set(self.values)) == len(self.values):
            return
        seen: dict[str, int] = {}
        for row, name in enumerate(self.values):
            first = seen.setdefault(name, row)
            if first != row and name:
                yield row, first


class Words:
    """Cells with few different contents: each is understood once and remembered."""

    def __init__(self, understand: Callable[[str], int], known: Mapping[str, int] | None = None) -> None:
        self._known = _Known(understand, known or {})
        self._parts: list[NDArray[np.int64]] = []

    def take(self, cells: Sequence[str], report: Report) -> None:
        """Read these cells."""
        known = self._known
        # Masks of 63 bits fit in int64 as well.
        self._parts.append(np.fromiter(map(known.__getitem__, cells), dtype=np.int64, count=len(cells)))
        if known.wrong:
            for place, cell in enumerate(cells):
                if cell in known.wrong:
                    report(place, known.wrong[cell])

    @property
    def values(self) -> NDArray[np.int64]:
        """What was understood, row by row; 0 for wrong cells."""
        return np.concatenate(self._parts) if self._parts else np.zeros(0, dtype=np.int64)


class _Known(dict[str, int]):
    def __init__(self, understand: Callable[[str], int], known: Mapping[str, int]) -> None:
        super().__init__(known)
        self.understand = understand
        self.wrong: dict[str, Wrong] = {}

    def __missing__(self, cell: str) -> int:
        try:
            value = self.understand(cell.strip())
        except Wrong as wrong:
            self.wrong[cell] = wrong
            value = 0
        self[cell] = value
        return value


class Numbers:
    """Decimal numbers from `low` to `high`."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high
        self._parts: list[NDArray[np.float64]] = []

    def take(self, cells: Sequence[str], report: Report) -> None:
        """Read these cells."""
        try:
            values = self._quickly(cells)
        except ValueError:
            values = np.zeros(len(cells))
            for place, cell in enumerate(cells):
                try:
                    values[place] = number(cell, self.low, self.high)
                except Wrong as wrong:
                    report(place, wrong)
        self._parts.append(values)

    def _quickly(self, cells: Sequence[str]) -> NDArray[np.float64]:
        text = "".join(cells)
        # Python also reads 1_000 and digits of other scripts, which a spreadsheet would not.
        if "_" in text or not text.isascii():
            raise ValueError
        values = np.fromiter(map(float, cells), dtype=np.float64, count=len(cells))
        if not ((values >= self.low) & (values <= self.high)).all():
            raise ValueError
        return values

    @property
    def values(self) -> NDArray[np.float64]:
        """The numbers, row by row; 0 for wrong cells."""
        return np.concatenate(self._parts) if self._parts else np.zeros(0)


def half_width(text: str) -> str:
    """Full-width digits, letters and signs as the plain ones that are meant."""
    return text if text.isascii() else text.translate(FULL_WIDTH)


def number(cell: str, low: float, high: float) -> float:
    """A decimal number from `low` to `high`; raises Wrong for anything else, also for NaN and infinity."""
    text = half_width(cell.strip())
    if not text:
        raise Wrong("empty_cell")
    if not NUMBER.fullmatch(text):
        raise Wrong("not_a_number", value=text)
    value = float(text)
    if not low <= value <= high:
        raise Wrong("out_of_range", value=text, low=f"{low:.0f}", high=f"{high:.0f}")
    return value


def whole(low: int, high: int) -> Callable[[str], int]:
    """What understands whole numbers from `low` to `high`, also where they are written as 3.0."""

    def understand(cell: str) -> int:
        text = half_width(cell)
        if not text:
            raise Wrong("empty_cell")
        if not WHOLE.fullmatch(text):
            raise Wrong("not_whole", value=text)
        digits = text.partition(".")[0]
        if len(digits) > MOST_DIGITS or not low <= int(digits) <= high:
            raise Wrong("out_of_range", value=text, low=low, high=high)
        return int(digits)

    return understand


class Table:
    """One file: `read` fills the columns and says whether all of it could be read."""

    def __init__(self, path: Path, columns: Mapping[str, Column], faults: Faults) -> None:
        self.path = path
        self.columns = columns
        self.faults = faults
        self.rows = 0
        # All rows are there with all columns, so that what other files say of them can be looked up.
        self.readable = True
        self._header_line = 1
        # The first row of each run of rows that stand one to a line, and that row's line.
        self._runs: tuple[list[int], list[int]] = ([], [])

    def read(self) -> bool:
        """Every mistake goes to the faults; True when there was none."""
        try:
            self._read()
        except (Wrong, UnicodeDecodeError, csv.Error, OSError) as error:
            self._broken(error)
        name = self.path.name
        for header, column in self.columns.items():
            if isinstance(column, Names):
                for row, first in islice(column.twice(), MOST_FAULTS + 1):
                    wrong = Wrong("twice", value=column.values[row], first=self.line_of(first))
                    self.blame(row, header, wrong)
        return not self.faults.count(name)

    def line_of(self, row: int) -> int:
        """The line in which that row begins."""
        firsts, lines = self._runs
        run = bisect_right(firsts, row) - 1
        return lines[run] + row - firsts[run]

    def blame(self, row: int, header: str, wrong: Wrong) -> None:
        """A mistake in that row."""
        place = list(self.columns).index(header)
        self.faults.add(self.path.name, self.line_of(row), header, wrong, place)

    def _read(self) -> None:
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            first = next((row for row in reader if not _is_blank(row)), [])
            self._header_line = max(1, reader.line_num)
            headers = self._headers(first)
            if not self.readable:
                # Under headers that are wrong, what cells should hold is a guess.
                return
            line = reader.line_num + 1
            while rows := list(islice(reader, ROWS_AT_ONCE)):
                after = reader.line_num + 1
                self._take(rows, self._lines(rows, line, after), headers)
                line = after
                if self.faults.enough:
                    return

    def _headers(self, row: list[str]) -> list[str]:
        headers = [header.strip() for header in row]
        if not any(headers):
            raise Wrong("empty_file")
        if any("\0" in header for header in headers):
            # Sixteen bits to a letter, which UTF-8 allows as long as the letters are plain.
            raise Wrong("not_utf8", byte="00")
        missing = [header for header in self.columns if header not in headers]
        if missing and len(headers) == 1 and OTHER_SEPARATORS.search(headers[0]):
            raise Wrong("wrong_separator")
        name, line = self.path.name, self._header_line
        for place, header in enumerate(headers):
            if header not in self.columns:
                # A column of somebody else's does no harm, unless it is one of these by another name.
                if missing:
                    self.faults.add(name, line, header or str(place + 1), Wrong("unknown_column"), place)
            elif header in headers[:place]:
                self.faults.add(name, line, header, Wrong("double_column"), place)
        for header in missing:
            self.faults.add(name, line, header, Wrong("missing_column"), len(headers))
        self.readable = not self.faults.count(name)
        return headers

    def _lines(self, rows: list[list[str]], line: int, after: int) -> Sequence[int]:
        """The line of each row; cells in quotes may hold line ends."""
        if after - line == len(rows):
            return range(line, after)
        lines = []
        for row in rows:
            lines.append(line)
            line += 1 + sum(len(LINE_END.findall(cell)) for cell in row)
        return lines

    def _take(self, rows: list[list[str]], lines: Sequence[int], headers: list[str]) -> None:
        width = len(headers)
        if {*map(len, rows)} != {width} or not all(map(str.strip, map(itemgetter(0), rows))):
            # An empty line says nothing, nor do the commas that a spreadsheet leaves where rows have been.
            blank = [_is_blank(row) for row in rows]
            kept = [place for place, row in enumerate(rows) if len(row) == width and not blank[place]]
            for place, row in enumerate(rows):
                if not blank[place] and len(row) != width:
                    wrong = Wrong("wrong_cells", found=len(row), wanted=width)
                    where = headers[len(row)] if len(row) < width else str(width + 1)
                    self.faults.add(self.path.name, lines[place], where, wrong, len(row))
                    self.readable = False
            rows, lines = [rows[place] for place in kept], [lines[place] for place in kept]
        self._remember(lines)
        cells = dict(zip(headers, zip(*rows, strict=True), strict=False))
        if rows:
            for place, (header, column) in enumerate(self.columns.items()):
                column.take(cells[header], self._reporter(lines, header, place))
        self.rows += len(rows)

    def _reporter(self, lines: Sequence[int], header: str, place: int) -> Report:
        left = MOST_FAULTS + 1

        def report(row: int, wrong: Wrong) -> None:
            nonlocal left
            left -= 1
            if left >= 0:
                self.faults.add(self.path.name, lines[row], header, wrong, place)

        return report

    def _remember(self, lines: Sequence[int]) -> None:
        firsts, begins = self._runs
        whole_run = isinstance(lines, range)
        for place in range(min(len(lines), 1)) if whole_run else range(len(lines)):
            if not place or lines[place] != lines[place - 1] + 1:
                firsts.append(self.rows + place)
                begins.append(lines[place])

    def _broken(self, error: Exception) -> None:
        self.readable = False
        name = self.path.name
        if isinstance(error, Wrong):
            self.faults.add(name, self._header_line, "", error)
        elif isinstance(error, UnicodeDecodeError):
            self.faults.add(name, *_not_utf8(self.path.read_bytes()))
        elif isinstance(error, csv.Error):
            line = self._where_quotes_break()
            if "larger than field limit" in str(error):
                self.faults.add(name, line, "", Wrong("long_cell", most=csv.field_size_limit()))
            else:
                self.faults.add(name, line, "", Wrong("broken_quotes"))
        elif isinstance(error, FileNotFoundError):
            self.faults.add(name, 0, "", Wrong("missing_file"))
        else:
            self.faults.add(name, 0, "", Wrong("unreadable", why=getattr(error, "strerror", "") or ""))

    def _where_quotes_break(self) -> int:
        line = 1
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            try:
                for _ in reader:
                    line = reader.line_num + 1
            except csv.Error:
                return line
        return line


def _is_blank(row: list[str]) -> bool:
    return not any(map(str.strip, row))


def _not_utf8(content: bytes) -> tuple[int, str, Wrong]:
    """Line, column and sentence for bytes that are no UTF-8."""
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        return line, str(column), Wrong("not_utf8", byte=f"{content[error.start]:02x}")
    return 0, "", Wrong("not_utf8", byte="")


def text_of(path: Path) -> str:
    """All of a text file, without byte order mark. Raises Wrong `not_utf8`, `missing_file` or `unreadable`, with `line` and
    `column` among the figures where they are known."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise Wrong("missing_file") from error
    except OSError as error:
        raise Wrong("unreadable", why=error.strerror or "") from error
    try:
        return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig").read()
    except UnicodeDecodeError as error:
        line, column, wrong = _not_utf8(content)
        raise Wrong(wrong.code, line=line, column=column, **wrong.figures) from error


def json_of(path: Path, as_object: Callable[[list[tuple[str, Any]]], Any] = dict) -> tuple[Any, str]:
    """The JSON value of a file, and its text. `as_object`: what makes an object of its keys and values.

    Raises Wrong as `text_of` does, and `broken_json`.
    """
    text = text_of(path)
    if not text.strip():
        raise Wrong("empty_file", line=1)
    try:
        return json.loads(text, object_pairs_hook=None if as_object is dict else as_object), text
    except json.JSONDecodeError as error:
        raise Wrong("broken_json", line=error.lineno, column=error.colno) from error
    except (RecursionError, ValueError) as error:
        # Brackets in brackets without end, or a number of thousands of digits.
        raise Wrong("broken_json") from error
