"""A pasted list of people, read line by line: out of a spreadsheet, a chat or a text, with all that comes along."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

MOST_LINES = 5000
LONGEST_LINE = 200
SHORTEST_NAME, LONGEST_NAME = 2, 50
# A heading may stand below a title and a few lines of instructions.
HEADING_WITHIN = 15

_PHONE = re.compile(r"(?<![\d*])(?:(?:\+|00)?86[ -]?)?(1[3-9]\d(?:[ -]?\d{4}){2})(?![\d*])")
_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])(\d{17}[\dXx])(?![0-9A-Za-z])")
_MASKED = re.compile(r"\d{2,}\*{2,}\d*")
_ROUNDED = re.compile(r"\d(?:\.\d+)?E\+?\d{2}", re.IGNORECASE)
_DIGITS = re.compile(r"\d[\d -]{3,}\d")
_CELLS = re.compile(r"[\t,;|、]+")
_INDEX = re.compile(r"^\(?\d{1,4}(?:[.、)]\s*|\s+|$)")
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ ·・.'-])*")
_MARKS = "'\"*()[]<>:《》【】“”‘’。!?#@&=/\\ \u3000"
_HEADING_NAME = re.compile(r"姓名|名字|志愿者名称|\bname\b", re.IGNORECASE)
_HEADING_PHONE = re.compile(r"手机|电话|联系方式|phone|mobile", re.IGNORECASE)
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u202a\u202c\u200e\u200f"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the paste. `problem` says what a person has to mend; "" where nothing is wrong with its form.

    `phone` is as it was typed, without spaces; whether it is a number is for `people.rules` to say.
    """

    number: int
    text: str
    name: str
    phone: str
    id_number: str
    problem: str = ""


def read_lines(text: str) -> list[Line]:
    """The people of a pasted list, in its order, numbered as it was pasted; headings and empty lines are left out."""
    lines = [
        (number, raw)
        for number, raw in enumerate(text.translate(_INVISIBLE).splitlines(), start=1)
        if raw.strip()
    ]
    start, name_cell = _heading(lines)
    return [_line(number, raw, name_cell) for number, raw in lines[start:]]


def _heading(lines: list[tuple[int, str]]) -> tuple[int, int | None]:
    """Where the people begin, and in which cell of a line a heading says the name is."""
    for place, (_number, raw) in enumerate(lines[:HEADING_WITHIN]):
        plain = unicodedata.normalize("NFKC", raw)
        if _PHONE.search(plain):
            break
        if _HEADING_NAME.search(plain) and (_HEADING_PHONE.search(plain) or len(_cells(plain)) > 1):
            cells = _cells(plain)
            named = [index for index, cell in enumerate(cells) if _HEADING_NAME.search(cell)]
            return place + 1, named[0] if len(cells) > 1 else None
    return 0, None


def _line(number: int, raw: str, name_cell: int | None) -> Line:
    plain = unicodedata.normalize("NFKC", raw).strip()
    kept = raw.strip()[:LONGEST_LINE]
    if len(plain) > LONGEST_LINE:
        return Line(number, kept, "", "", "", _("This line is too long. Put one person on each line."))
    id_number, rest = _taken(_ID_NUMBER, plain)
    phone, rest = _taken(_PHONE, rest)
    name = _name(plain, rest, name_cell)
    problem = "" if phone else _phone_problem(rest)
    if not phone and not problem:
        phone = _joined(max(_DIGITS.findall(rest), key=len))
    if not name:
        problem = _("The name is missing. Write it before the number.")
    return Line(number, kept, name, phone, id_number, problem)


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """The first match of `pattern`, joined up, and the text with a gap in its place."""
    match = pattern.search(text)
    if match is None:
        return "", text
    return _joined(match[1]).upper(), f"{text[: match.start()]}\t{text[match.end() :]}"


def _joined(digits: str) -> str:
    return re.sub(r"[ -]", "", digits)


def _phone_problem(rest: str) -> str:
    """Why there is no number to look at; "" where there is one, whatever it is worth."""
    if _MASKED.search(rest):
        return _("The number is masked with *. Paste the whole number; nobody else will see it.")
    if _ROUNDED.search(rest):
        return _("The spreadsheet has rounded the number. Set the column to text and copy it again.")
    if not _DIGITS.search(rest):
        return _("The phone number is missing. Write it after the name.")
    return ""


def _cells(plain: str) -> list[str]:
    return [cell for cell in _CELLS.split(plain) if cell.strip()]


def _name(plain: str, rest: str, name_cell: int | None) -> str:
    """The name: in the cell that the heading gave, else the first cell that can be one."""
    if name_cell is not None:
        cells = _cells(plain)
        found = next(_names(cells[name_cell : name_cell + 1]), "")
        if found:
            return found
    cells = _cells(rest)
    # Without separators the words of a line stand apart by spaces; with them a name may hold spaces itself.
    return next(
        _names(cells if len(_cells(plain)) > 1 else [word for cell in cells for word in cell.split()]), ""
    )


def _names(cells: list[str]) -> Iterator[str]:
    for cell in cells:
        bare = _INDEX.sub("", cell.strip(_MARKS)).strip(_MARKS)
        if SHORTEST_NAME <= len(bare) <= LONGEST_NAME and _NAME.fullmatch(bare):
            yield bare
