"""How one value is chosen among several, on plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from muster.norms.enums import Unit
from muster.toolkit.form_fields import face_of

# How the defaults name their sources, and how people read it.
SOURCES = {
    re.compile(r"notice, section (?P<where>\d+)"): _("the notice, section %(where)s"),
    re.compile(r"norms\.md (?P<where>AMB-\d+|[A-Z]\.?\d+(?:\.\d+)?)"): _(
        "our reading of the notice (%(where)s)"
    ),
    re.compile(r"norms\.md A\.1: (?P<where>.+)"): _("our reading of the notice: “%(where)s”"),
    re.compile(r"(?P<where>docs/decisions)"): _("a decision of our own (%(where)s)"),
    re.compile(r"Order 67 art\. (?P<where>\d+)"): _(
        "Order 67 of the Ministry of Civil Affairs, article %(where)s"
    ),
    re.compile(r"Civil Code (?P<where>\d+)"): _("Civil Code, article %(where)s"),
    re.compile(r"突发事件应对法 (?P<where>\d+)"): _("Emergency Response Law, article %(where)s"),
}
QUOTED = {"立即": _("at once"), "第一时间": _("without delay"), "及时": _("in good time")}

# Digits below the level of a community, township, county, city and province in a 12-digit code.
STEPS = (1, 10**3, 10**6, 10**8, 10**10)


@dataclass(frozen=True)
class Value:
    """One value of a key: for a place and what lies below it (None: everywhere), from a day to the day before another."""

    key: str
    value: Any
    unit: str
    basis: str
    source: str
    division_code: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    changed_by_label: str = ""


@dataclass(frozen=True)
class Figure:
    """A value as people read it: 22:00, 90 %, 14 years old, yes. `unit` is "" where the figure says it all."""

    text: str
    unit: str

    def __str__(self) -> str:
        return f"{self.text} {self.unit}".strip()


def figure(value: Any, unit: str) -> Figure:
    """How a value of that unit (enums.Unit) is read: a minute of the day as a clock shows it, a share in percent."""
    match unit:
        case Unit.MINUTE_OF_DAY:
            return Figure(face_of(int(value)), "")
        case Unit.YES_OR_NO:
            return Figure(pgettext("setting", "yes") if value else pgettext("setting", "no"), "")
        case Unit.SHARE:
            return Figure(f"{round(value * 100, 2):g}", "%")
        case _:
            # As digits, never 1e+06; a factor of 3.0 is 3.
            return Figure(f"{value:.4f}".rstrip("0").rstrip("."), str(Unit(unit).label))


@dataclass(frozen=True)
class Told:
    """How many people of a sensitive kind there are, as far as that points at nobody (norms.md D.4, small numbers).

    `least` of them at least: a whole number of steps. Below one step even that is not told, nor whether there is anybody.
    """

    least: int
    step: int

    @property
    def is_small(self) -> bool:
        """Whether there are too few to be told."""
        return self.step > 1 and self.least < self.step

    def __str__(self) -> str:
        if self.is_small:
            return ngettext("fewer than %(count)s person", "fewer than %(count)s people", self.step) % {
                "count": self.step
            }
        if self.step > 1:
            words = ngettext("%(count)s person or more", "%(count)s people or more", self.least)
        else:
            words = ngettext("%(count)s person", "%(count)s people", self.least)
        return words % {"count": self.least}


def told(count: int, step: int) -> Told:
    """`count` rounded down to whole steps, however small the rest; a step of 0 or 1 tells it as it is.

    Rounded, because from exact figures the place above minus the neighbors would give a small one away.
    """
    return Told(count - count % step if step > 1 else count, step)


def chain(division_code: int) -> tuple[int, ...]:
    """The code itself and the codes above it, the nearest first. A code without a level in between is no matter."""
    codes = (division_code // step * step for step in STEPS)
    return tuple(dict.fromkeys(codes))


def in_force(values: Iterable[Value], division_code: int, on: date) -> Value | None:
    """The value of the nearest place that has one on that day; of one place the one that began last."""
    nearness: dict[int | None, int] = {code: rank for rank, code in enumerate(chain(division_code))}
    nearness[None] = len(nearness)
    candidates = [value for value in values if value.division_code in nearness and _covers(value, on)]
    return min(candidates, key=lambda value: (nearness[value.division_code], _age(value, on)), default=None)


def fits(value: object, like: object) -> bool:
    """Whether a new value is of the kind of the default: a whole number stays one, and none is below zero."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return isfinite(value) and value >= 0 and (isinstance(like, float) or isinstance(value, int))


def _covers(value: Value, on: date) -> bool:
    began = value.valid_from is None or value.valid_from <= on
    return began and (value.valid_to is None or on < value.valid_to)


def _age(value: Value, on: date) -> int:
    return (on - value.valid_from).days if value.valid_from else on.toordinal()


def within_bound(value: float, default: float, bound: str) -> bool:
    """Whether a value keeps to what the notice or the law asks: at least, at most or exactly the default."""
    return {"least": value >= default, "most": value <= default, "exactly": value == default}.get(bound, True)


def source_words(source: str) -> str:
    """Where a default comes from, in the language of the reader; the file of the defaults has it as a short reference."""
    return gettext("; ").join(_reference(part.strip()) for part in source.split(";"))


def _reference(part: str) -> str:
    for pattern, words in SOURCES.items():
        if found := pattern.fullmatch(part):
            where = found["where"]
            return str(words) % {"where": QUOTED.get(where, where)}
    return part
