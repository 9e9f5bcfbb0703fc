"""config.json of a folder: the horizon and the prices."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muster.kernel.dispatch.pools.faults import Faults, Wrong
from muster.kernel.dispatch.pools.instance import Horizon, Prices
from muster.kernel.dispatch.pools.refusals import DEAREST_KM, MOST_SLOTS, MOST_VALUE_KM
from muster.kernel.dispatch.pools.tables import json_of

NAME = "config.json"
# Kinds of values by key; the first three are needed, the others have the defaults of `Horizon` and `Prices`.
KEYS = {
    "days": "count",
    "shifts": "count",
    "tier_km": "prices",
    "one_per_day": "flag",
    "rest_pairs": "pairs",
    "fairness_km": "price",
    "patch_km": "price",
    "seat_km": "value",
    "radius_km": "price or null",
    "keep_km": "price",
    "backbone_fallback": "flag",
    "pairs_only": "flag",
}
NEEDED = ("days", "shifts", "tier_km")
# One unit.
LEAST_VALUE_KM = 0.01
# Longer ones are not repeated to whoever wrote them.
LONGEST = 1e15
OF_HORIZON = ("days", "shifts", "one_per_day", "rest_pairs")


@dataclass(frozen=True)
class Config:
    """What could be read; None where a mistake leaves it open, so that other files are not blamed for it."""

    horizon: Horizon | None
    prices: Prices | None


def read(folder: Path, faults: Faults) -> Config:
    """The configuration of a folder; every mistake goes to the faults."""
    try:
        given, text = _object(folder / NAME)
    except Wrong as wrong:
        figures = dict(wrong.figures)
        line, column = int(figures.pop("line", 0)), str(figures.pop("column", ""))
        faults.add(NAME, line, column, Wrong(wrong.code, **figures))
        return Config(None, None)
    good: dict[str, Any] = {}
    for place, (key, value) in enumerate(given):
        try:
            if key in [earlier for earlier, _ in given[:place]]:
                raise Wrong("double_key")
            good[key] = _understood(key, value)
        except Wrong as wrong:
            faults.add(NAME, _line_of(text, key, last=wrong.code == "double_key"), key, wrong, place)
    for key in NEEDED:
        if key not in [name for name, _ in given]:
            faults.add(NAME, 0, key, Wrong("missing_key"))
    _check_slots(good, text, faults)
    whole = not faults.count(NAME)
    horizon = {key: value for key, value in good.items() if key in OF_HORIZON}
    prices = {key: value for key, value in good.items() if key not in OF_HORIZON}
    known = {"days", "shifts"} <= horizon.keys() and (
        whole or horizon["days"] * horizon["shifts"] <= MOST_SLOTS
    )
    return Config(
        Horizon(**horizon) if known else None,
        Prices(**prices) if "tier_km" in prices else None,
    )


def text_for(horizon: Horizon, prices: Prices) -> str:
    """The file that `read` understands as these, all keys written out."""
    values: dict[str, Any] = {
        "days": horizon.days,
        "shifts": horizon.shifts,
        "one_per_day": horizon.one_per_day,
        "rest_pairs": [list(pair) for pair in horizon.rest_pairs],
        "tier_km": dict(sorted(prices.tier_km.items())),
        "fairness_km": prices.fairness_km,
        "patch_km": prices.patch_km,
        "seat_km": prices.seat_km,
        "radius_km": prices.radius_km,
        "keep_km": prices.keep_km,
        "backbone_fallback": prices.backbone_fallback,
        "pairs_only": prices.pairs_only,
    }
    lines = (f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


class _Object(list[tuple[str, Any]]):
    """A JSON object as it stands in the file, double keys included."""


def _object(path: Path) -> tuple[_Object, str]:
    value, text = json_of(path, _Object)
    if not isinstance(value, _Object):
        raise Wrong("not_an_object", line=1)
    return value, text


def _line_of(text: str, key: str, *, last: bool = False) -> int:
    """The line of a key; of several, the first or the last."""
    found = [
        one.start() for one in re.finditer(rf"{re.escape(json.dumps(key, ensure_ascii=False))}\s*:", text)
    ]
    return text.count("\n", 0, found[-1 if last else 0]) + 1 if found else 0


def _understood(key: str, value: Any) -> Any:
    kind = KEYS.get(key)
    if kind is None:
        raise Wrong("unknown_key")
    if kind == "count":
        return _count(value)
    if kind == "flag":
        if not isinstance(value, bool):
            raise Wrong("wrong_type", wanted=kind)
        return value
    if kind == "pairs":
        return _rest_pairs(value)
    if kind == "prices":
        return _tiers(value)
    if kind == "price or null" and value is None:
        return None
    low, high = (LEAST_VALUE_KM, MOST_VALUE_KM) if kind == "value" else (0, DEAREST_KM)
    return _price(value, kind, low, high)


def _tiers(value: Any) -> dict[str, float]:
    if not isinstance(value, _Object) or not value or not all(name.strip() for name, _ in value):
        raise Wrong("wrong_type", wanted="prices")
    if len({name.strip() for name, _ in value}) < len(value):
        raise Wrong("double_key")
    return {name.strip(): _price(price) for name, price in value}


def _count(value: Any) -> int:
    number = _whole(value)
    if number is None:
        raise Wrong("wrong_type", wanted="count")
    if not 1 <= number <= MOST_SLOTS:
        raise Wrong("out_of_range", value=_short(number), low=1, high=MOST_SLOTS)
    return number


def _whole(value: Any) -> int | None:
    """A whole number, also one written as 2.0; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if isinstance(value, int) or value.is_integer() else None


def _price(value: Any, wanted: str = "price", low: float = 0, high: float = DEAREST_KM) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong("wrong_type", wanted=wanted)
    if isinstance(value, float) and math.isnan(value):
        raise Wrong("wrong_type", wanted=wanted)
    # Compared before it becomes a float, which could not hold every whole number.
    if not low <= value <= high:
        raise Wrong("out_of_range", value=_short(value), low=f"{low:g}", high=f"{high:.0f}")
    return float(value)


def _short(value: float) -> str:
    """The number as it may stand in a sentence, however long it is."""
    return f"{value:g}" if abs(value) < LONGEST else f"{'-' if value < 0 else ''}{LONGEST:g}…"


def _rest_pairs(value: Any) -> tuple[tuple[int, int], ...]:
    if value is None:
        return ()
    if not _is_list(value) or not all(_is_list(pair) and len(pair) == 2 for pair in value):
        raise Wrong("wrong_type", wanted="pairs")
    pairs = []
    for first, then in value:
        before, after = _whole(first), _whole(then)
        if before is None or after is None:
            raise Wrong("wrong_type", wanted="pairs")
        pairs.append((before, after))
    return tuple(pairs)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and not isinstance(value, _Object)


def _check_slots(good: dict[str, Any], text: str, faults: Faults) -> None:
    days, shifts = good.get("days"), good.get("shifts")
    if days and shifts and days * shifts > MOST_SLOTS:
        wrong = Wrong("too_many_slots", days=days, shifts=shifts, most=MOST_SLOTS)
        faults.add(NAME, _line_of(text, "days"), "days", wrong)
    for first, then in good.get("rest_pairs", ()):
        if shifts and not (0 <= first < shifts and 0 <= then < shifts):
            wrong = Wrong("no_such_shift", pair=f"[{first}, {then}]", shifts=shifts)
            faults.add(NAME, _line_of(text, "rest_pairs"), "rest_pairs", wrong)
