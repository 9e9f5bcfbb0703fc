"""What number counts where and when, and in which mode a place is.

Every number of a norm comes through here (architecture.md, principle 7). The defaults are a file of the tree, so that a copy
without a row behaves; rows of the database are the loaded defaults and what people changed. They are held in memory for a
few seconds: a request asks for dozens, and a change need not reach all processes in the same second.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from muster.kernel.eligibility import Rules
from muster.norms.enums import Mode, ResponseLevel
from muster.norms.models import ModeSwitch, Setting
from muster.norms.rules import Value, chain, in_force

KEPT_SECONDS = 5.0
RULE_SET = "default"


@dataclass(frozen=True)
class Norm:
    """One number of the norms: its default, what it is called, and on what it rests."""

    key: str
    value: Any
    unit: str
    basis: str
    bound: str  # what notice or law leave open: least, most, exactly, or "" for a number of ours
    source: str
    zh: str
    en: str

    @property
    def group(self) -> str:
        """What it belongs to: the first word of the key."""
        return self.key.partition(".")[0]


@dataclass(frozen=True)
class ModeNow:
    """The mode of a place, and which switch set it; `since` is None where nobody ever switched."""

    mode: Mode
    level: ResponseLevel
    since: datetime | None
    ground: str
    hazard: str
    division_code: int | None
    actor_label: str


class _Kept:
    values: Mapping[str, Sequence[Value]] = {}
    rules: dict[tuple[int, date], Rules] = {}
    read_at = 0.0


_kept = _Kept()


@lru_cache(maxsize=1)
def norms() -> Mapping[str, Norm]:
    """Every norm by its key, in the order of data/norms/defaults.json."""
    path = Path(settings.BASE_DIR) / "data" / "norms" / "defaults.json"
    return {row["key"]: Norm(**row) for row in json.loads(path.read_text(encoding="utf-8"))}


def number(key: str, division_code: int, on: date | None = None) -> int | float:
    """The number that counts in a place on a day (today): the nearest place above decides. An unknown key is a KeyError."""
    return effective(key, division_code, on).value  # type: ignore[no-any-return]  # a JSON number


def effective(key: str, division_code: int, on: date | None = None) -> Value:
    """The same with its unit, its basis and who set it."""
    norm = norms()[key]
    found = in_force(_values().get(key, ()), division_code, on or timezone.localdate())
    return found or Value(key, norm.value, norm.unit, norm.basis, norm.source)


def rules_for(division_code: int, on: date | None = None) -> Rules:
    """The rules of eligibility as they count in a place on a day (today)."""
    _values()
    place, known = (division_code, on or timezone.localdate()), _kept.rules
    if place not in known:
        known[place] = _rules_for(*place)
    return known[place]


def _rules_for(division_code: int, on: date) -> Rules:
    def whole(key: str) -> int:
        return int(number(key, division_code, on))

    return Rules(
        minimum_age=whole("age.minimum"),
        adult_age=whole("age.adult"),
        emergency_maximum_age=whole("age.emergency_max"),
        night_start=whole("night.from_minute"),
        night_end=whole("night.to_minute"),
        shift_minutes=whole("shift.minutes_max"),
        protected_shift_minutes=whole("shift.protected_minutes_max"),
        shifts_a_day=whole("shift.per_day_max"),
        rest_minutes=whole("shift.rest_minutes"),
        days_running=whole("shift.days_running_max"),
    )


def mode_of(division_code: int, at: datetime | None = None) -> ModeNow:
    """The mode of a place now or at a time: the newest switch of the place or of any place above it. Without one, routine.

    The newest and not the nearest, because whoever switches a county means all of it, and a community that differs says so
    afterwards.
    """
    switches = ModeSwitch.objects.filter(division_code__in=chain(division_code))
    if at is not None:
        switches = switches.filter(at__lte=at)
    newest = switches.order_by("-at", "-id").first()
    if newest is None:
        return ModeNow(Mode.ROUTINE, ResponseLevel.NONE, None, "", "", None, "")
    return ModeNow(
        Mode(newest.mode),
        ResponseLevel(newest.level),
        newest.at,
        newest.ground,
        newest.hazard,
        newest.division_code,
        newest.actor_label,
    )


def modes_of(division_codes: Collection[int]) -> dict[int, Mode]:
    """The mode of each of these places now, in one query however many they are."""
    above = {code for place in division_codes for code in chain(place)}
    switched = ModeSwitch.objects.filter(division_code__in=above).order_by("at", "id")
    newest = {
        code: (rank, mode) for rank, (code, mode) in enumerate(switched.values_list("division_code", "mode"))
    }
    found = {
        place: max((newest[code] for code in chain(place) if code in newest), default=None)
        for place in division_codes
    }
    return {place: Mode(last[1]) if last else Mode.ROUTINE for place, last in found.items()}


def switches_of(division_code: int, limit: int = 20) -> Sequence[ModeSwitch]:
    """The last switches that set the mode of a place, its own and those above it, the newest first."""
    return list(
        ModeSwitch.objects.filter(division_code__in=chain(division_code)).order_by("-at", "-id")[:limit]
    )


def forget() -> None:
    """Read the settings anew at the next question. Called after a change, and between tests."""
    _kept.read_at = 0.0


def _values() -> Mapping[str, Sequence[Value]]:
    if not _kept.read_at or time.monotonic() - _kept.read_at > KEPT_SECONDS:
        values: dict[str, list[Value]] = {}
        for row in Setting.objects.filter(rule_set=RULE_SET).order_by("id"):
            values.setdefault(row.key, []).append(
                Value(
                    row.key,
                    row.value,
                    row.unit,
                    row.basis,
                    row.source,
                    row.division_code,
                    row.valid_from,
                    row.valid_to,
                    row.changed_by_label,
                )
            )
        _kept.values, _kept.rules, _kept.read_at = values, {}, time.monotonic()
    return _kept.values
