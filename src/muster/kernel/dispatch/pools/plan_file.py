"""plan.json: a plan as a file, out for whoever carries it out, and in again to be checked or kept to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from muster.kernel.dispatch.pools.faults import MOST_FAULTS, BadFiles, Fault, Faults, Wrong
from muster.kernel.dispatch.pools.instance import (
    KINDS,
    UNITS_PER_KM,
    Instance,
    Names,
    kilometers,
)
from muster.kernel.dispatch.pools.recount import Claim, Violation, lengths, value_of_unfilled
from muster.kernel.dispatch.pools.solution import Solution
from muster.kernel.dispatch.pools.tables import json_of, text_of

# Why a seat is empty, where nobody has looked whether it had to be.
NOT_PROVEN = "not_proven"
ASSIGN = {"volunteer": str, "post": str, "slot": str, "kind": str, "km": float}
# No sum of a plan comes near it, and none of it leaves 64 bits.
LARGEST = 1e12
EMPTY = {"post": str, "kind": str, "seats": int}


@dataclass(frozen=True)
class PlanFile:
    """A plan.json as it stands, ids and words unexamined: columns by name, a row per filled seat and per kind of empty ones."""

    status: str
    objective_km: float
    lower_bound_km: float
    assign: Mapping[str, Sequence[Any]]
    empty: Mapping[str, Sequence[Any]]

    @property
    def pairs(self) -> Iterator[tuple[str, str]]:
        """(volunteer, post) of each filled seat."""
        return zip(self.assign["volunteer"], self.assign["post"], strict=True)


def write(
    path: Path,
    instance: Instance,
    solution: Solution,
    *,
    peak_mb: float,
    reasons: Mapping[tuple[int, int], str] | None = None,
    explanation: Mapping[str, Any] | None = None,
) -> None:
    """Writes the plan; the same solution gives the same bytes, but for `seconds` and `peak_mb`.

    A plan that is there already is replaced only by a whole one. Raises OSError where it cannot be written.

    `reasons`: why seats are empty, by (post, kind); `not_proven` where none is given. `explanation`: all that
    `explained.explanation` has to say, if wanted.
    """
    path = path.resolve()
    # A pipe or a device is written to, never replaced.
    is_plain = path.is_file() or not path.exists()
    part = path.with_name(f".{os.getpid()}.part") if is_plain else path
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            _write(file, instance, solution, reasons or {}, explanation, peak_mb=peak_mb)
        if is_plain:
            part.replace(path)
    except OSError:
        if is_plain:
            part.unlink(missing_ok=True)
        raise


def figures(instance: Instance, solution: Solution) -> tuple[float, float]:
    """`objective_km` and `lower_bound_km`: without the value of seats, so that they are kilometers that somebody travels."""
    value = value_of_unfilled(instance, solution)
    return kilometers(solution.objective - value), kilometers(solution.lower_bound - value)


def read(path: Path) -> PlanFile:
    """The plan in that file. Raises BadFiles where it is no plan.json at all; whether it is right, `recount` says."""
    try:
        value = json_of(path)[0]
    except Wrong as wrong:
        raise BadFiles([_located(path.name, wrong)]) from wrong
    faults = Faults()
    name = path.name
    if not isinstance(value, dict):
        raise BadFiles([Fault(name, 1, "", "not_an_object")])
    # A list and no set: what stands there may have no hash.
    if value.get("status") not in ["proven", "gap"]:
        faults.add(name, 0, "status", Wrong("wrong_type", wanted="status"))
    for key in ("objective_km", "lower_bound_km"):
        if not _is(value.get(key), float):
            faults.add(name, 0, key, Wrong("wrong_type", wanted="number"))
    assign = _columns(value.get("assign"), "assign", ASSIGN, faults, name)
    empty = _columns(value.get("empty"), "empty", EMPTY, faults, name)
    faults.raise_any()
    return PlanFile(
        value["status"], float(value["objective_km"]), float(value["lower_bound_km"]), assign, empty
    )


def claim(plan: PlanFile, instance: Instance, *, declined: frozenset[str] = frozenset()) -> Claim:
    """What the file says, for the recount; names that the question does not know are among its `strange`."""
    strange: list[Violation] = []
    people = {name: at for at, name in enumerate(instance.volunteers.id)}
    posts = {name: at for at, name in enumerate(instance.posts.id)}
    kinds = {name: at for at, name in enumerate(KINDS)}
    slots = [instance.horizon.names[at] for at in instance.posts.slot.tolist()]
    rows: list[tuple[int, int, int, int]] = []
    for volunteer, post, slot, kind, km in zip(*(plan.assign[key] for key in ASSIGN), strict=True):
        if volunteer not in people:
            strange.append(Violation("unknown_volunteer", volunteer, post))
        elif post not in posts:
            strange.append(Violation("unknown_post", volunteer, post))
        elif kind not in kinds:
            strange.append(Violation("unknown_kind", volunteer, post, {"kind": kind}))
        else:
            at = posts[post]
            if slots[at] != slot:
                strange.append(Violation("wrong_slot", volunteer, post, {"said": slot, "is": slots[at]}))
            rows.append((people[volunteer], at, kinds[kind], round(km * UNITS_PER_KM)))
    empty = np.zeros((len(posts), len(KINDS)), dtype=np.int64)
    for post, kind, seats in zip(*(plan.empty[key] for key in EMPTY), strict=True):
        if post not in posts or kind not in kinds:
            strange.append(Violation("unknown_empty", "", post, {"kind": kind}))
        else:
            empty[posts[post], kinds[kind]] += seats
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    volunteer_at, post_at, kind_at = (table[:, at].astype(np.int32) for at in range(3))
    return Claim(
        volunteer_at,
        post_at,
        kind_at,
        empty,
        plan.status,
        round(plan.objective_km * UNITS_PER_KM),
        # 4629.48 km x 100 is a little less than 462,948 units.
        round(plan.lower_bound_km * UNITS_PER_KM, 3),
        km=table[:, 3],
        declined=declined,
        strange=tuple(strange),
    )


def declined(path: Path, known: Names) -> frozenset[str]:
    """The ids in a text file, one a line. Raises BadFiles for those that nobody has: a slip would send who declined."""
    faults = Faults()
    try:
        ids = [line.strip() for line in text_of(path).splitlines()]
    except Wrong as wrong:
        raise BadFiles([_located(path.name, wrong)]) from wrong
    volunteers = frozenset(known)
    for line, name in enumerate(ids, start=1):
        if name and name not in volunteers:
            faults.add(path.name, line, "", Wrong("unknown_volunteer", value=name))
    faults.raise_any()
    return frozenset(filter(None, ids))


def _write(
    file: TextIO,
    instance: Instance,
    solution: Solution,
    reasons: Mapping[tuple[int, int], str],
    explanation: Mapping[str, Any] | None,
    *,
    peak_mb: float,
) -> None:
    objective, bound = figures(instance, solution)
    posts = _quoted(instance.posts.id)
    kinds = _quoted(KINDS)
    empty = (
        f'{{"post": {posts[post]}, "kind": {kinds[kind]}, "seats": {solution.empty[post, kind]}, '
        f'"reason": {_text(reasons.get((post, kind), NOT_PROVEN))}}}'
        for post, kind in np.argwhere(solution.empty > 0).tolist()
    )
    file.write(f'{{\n"status": {_text(solution.status)},\n"objective_km": {objective},\n')
    file.write(f'"lower_bound_km": {bound},\n"empty": [')
    _lines(file, empty)
    file.write('],\n"assign": [')
    people = _quoted(instance.volunteers.id)
    slots = [_text(instance.horizon.names[slot]) for slot in instance.posts.slot.tolist()]
    km = lengths(instance, solution.volunteer, solution.post).tolist()
    rows = zip(solution.volunteer.tolist(), solution.post.tolist(), solution.kind.tolist(), km, strict=True)
    _lines(
        file,
        (
            f'{{"volunteer": {people[who]}, "post": {posts[post]}, "slot": {slots[post]}, '
            f'"kind": {kinds[kind]}, "km": {kilometers(amount)}}}'
            for who, post, kind, amount in rows
        ),
    )
    seconds = {key: round(value, 3) for key, value in solution.seconds.items()}
    file.write("],\n")
    if explanation is not None:
        file.write('"explanation": {')
        for at, (key, value) in enumerate(explanation.items()):
            file.write(f"{',' if at else ''}\n{_text(key)}: ")
            if isinstance(value, list):
                file.write("[")
                _lines(file, map(_text, value))
                file.write("]")
            else:
                file.write(_text(value))
        file.write("\n},\n")
    file.write(f'"seconds": {json.dumps(seconds)},\n"peak_mb": {round(peak_mb, 1)}\n}}\n')


def _lines(file: TextIO, rows: Iterator[str]) -> None:
    first = next(rows, None)
    if first is not None:
        file.write(f"\n{first}")
        file.writelines(f",\n{row}" for row in rows)
        file.write("\n")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _quoted(names: Sequence[str]) -> list[str]:
    return [json.dumps(name, ensure_ascii=False) for name in names]


def _columns(
    rows: Any, where: str, kinds: Mapping[str, type], faults: Faults, file: str
) -> dict[str, list[Any]]:
    if not isinstance(rows, list):
        faults.add(file, 0, where, Wrong("wrong_type", wanted="list"))
        return {}
    if all(
        isinstance(row, dict) and all(_is(row.get(key), kind) for key, kind in kinds.items()) for row in rows
    ):
        return {key: [row[key] for row in rows] for key in kinds}
    for at, row in enumerate(rows):
        for key, kind in kinds.items():
            if not _is(row.get(key) if isinstance(row, dict) else None, kind):
                wanted = {str: "text", int: "whole", float: "number"}[kind]
                faults.add(file, 0, f"{where}[{at}].{key}", Wrong("wrong_type", wanted=wanted))
        if faults.count(file) > MOST_FAULTS:
            break
    return {}


def _is(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return False
    if kind is float:
        return isinstance(value, int | float) and abs(value) < LARGEST
    if kind is int:
        return isinstance(value, int) and abs(value) < LARGEST
    return isinstance(value, kind)


def _located(file: str, wrong: Wrong) -> Fault:
    given = dict(wrong.figures)
    line, column = int(given.pop("line", 0)), str(given.pop("column", ""))
    return Fault(file, line, column, wrong.code, given)
