"""A folder read, a plan priced and the best plan found a second time, straight from the reference page, with nothing of ours.

Kilometers become whole units of 10 m where the page says so. The best plan is by `milp` of SciPy, over every person and seat.
"""

from __future__ import annotations

import csv
import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

Row = dict[str, str]
KINDS = ("general", "backbone", "skilled")


def units(km: float) -> int:
    """A price in whole units of 10 m."""
    return round(km * 100)


class Question:
    """A folder; `kept` are the (volunteer, post) of a plan in force, None without one."""

    def __init__(self, folder: Path, *, kept: set[tuple[str, str]] | None = None) -> None:
        self.config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.people = {row["id"]: row for row in _rows(folder / "volunteers.csv")}
        self.posts = {row["id"]: row for row in _rows(folder / "posts.csv")}
        self.places = {
            row["code"]: (float(row["x_m"]), float(row["y_m"])) for row in _rows(folder / "communities.csv")
        }
        listed = _rows(folder / "pairs.csv") if (folder / "pairs.csv").exists() else []
        self.pairs = {(row["volunteer"], row["post"]): units(float(row["km"])) for row in listed}
        self.kept = kept

    def length(self, who: str, post: str) -> int:
        """Units from somebody to a post."""
        if (who, post) in self.pairs:
            return self.pairs[who, post]
        x, y = self.places[self.people[who]["community"]]
        seat = self.posts[post]
        return round(math.hypot(x - float(seat["x_m"]), y - float(seat["y_m"])) / 10)

    def cost(self, who: str, post: str) -> int:
        """Units of one seat, but for how many he has."""
        own, there = self.people[who]["patch"], self.posts[post]["patch"]
        away = units(self.config["patch_km"]) if own and there and own != there else 0
        new = self.kept is not None and (who, post) not in self.kept
        tier = units(self.config["tier_km"][self.people[who]["tier"]])
        return self.length(who, post) + away + tier + (units(self.config["keep_km"]) if new else 0)

    def step(self, who: str, taken: int) -> int:
        """Units of one more seat for somebody who has so many new ones."""
        return units(self.config["fairness_km"]) * (2 * (int(self.people[who]["history"]) + taken) + 1)

    def halves(self, who: str, post: str, kind: str) -> int | None:
        """What he fills there: 2 for the seat, 1 as a stand-in, None when he may not."""
        person, seat = self.people[who], self.posts[post]
        far = self.config["radius_km"]
        if seat["slot"] not in person["available"].split(";"):
            return None
        if self.config["pairs_only"] and (who, post) not in self.pairs:
            return None
        if far is not None and self.length(who, post) > units(far):
            return None
        if kind == "skilled":
            return 2 if seat["skill"] in person["skills"].split(";") else None
        if kind == "general" or person["backbone"] == "1":
            return 2
        return 1 if self.config["backbone_fallback"] else None

    def sum(self, plan: dict[str, Any]) -> tuple[int, int]:
        """(half seats by weight, units) of a plan.json."""
        rows = [(row["volunteer"], row["post"], row["kind"]) for row in plan["assign"]]
        filled = sum((self.halves(*row) or 0) * int(self.posts[row[1]]["weight"]) for row in rows)
        steps = [
            self.step(who, k) for who, many in Counter(row[0] for row in rows).items() for k in range(many)
        ]
        return filled, sum(self.cost(who, post) for who, post, _ in rows) + sum(steps)

    def best(self) -> tuple[int, int]:
        """The same of the best plan there is."""
        table = _Table()
        seats: dict[tuple[str, str], list[int]] = {}
        periods: dict[tuple[str, int | str], list[int]] = {}
        rests: dict[tuple[str, int, int, int], list[int]] = {}
        shifts: list[tuple[list[int], list[int]]] = []
        variables: list[tuple[int, int]] = []
        for who, person in self.people.items():
            mine = []
            for post, seat in self.posts.items():
                for kind in KINDS:
                    halves = self.halves(who, post, kind) if int(seat[kind]) else None
                    if halves is None:
                        continue
                    at = len(variables)
                    mine.append(at)
                    variables.append((halves * int(seat["weight"]), self.cost(who, post)))
                    day, shift = map(int, seat["slot"][1:].split("s"))
                    seats.setdefault((post, kind), []).append(at)
                    period = day if self.config["one_per_day"] else seat["slot"]
                    periods.setdefault((who, period), []).append(at)
                    for first, then in self.config["rest_pairs"]:
                        if shift == first:
                            rests.setdefault((who, day, first, then), []).append(at)
                        if shift == then:
                            rests.setdefault((who, day - 1, first, then), []).append(at)
            steps = range(min(int(person["max_shifts"]), len(mine)))
            shifts.append((mine, list(range(len(variables), len(variables) + len(steps)))))
            variables += [(0, self.step(who, taken)) for taken in steps]
        for (post, kind), those in seats.items():
            table.row(those, [], -np.inf, int(self.posts[post][kind]))
        for those in (*periods.values(), *rests.values()):
            table.row(those, [], -np.inf, 1)
        for those, as_many in shifts:
            table.row(those, as_many, 0, 0)
        if not variables:
            return 0, 0
        # More than all seats together could cost, so that what is filled comes first.
        worth = sum(int(seat[kind]) for seat in self.posts.values() for kind in KINDS)
        worth = 2 * worth * max(cost for _, cost in variables) + 1
        price = np.array([cost - worth * halves for halves, cost in variables], dtype=np.float64)
        done = milp(
            price,
            constraints=table.constraint(len(variables)),
            integrality=np.ones(len(variables)),
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": 0.0},
        )
        assert done.success
        taken = np.flatnonzero(np.rint(done.x)).tolist()
        return sum(variables[at][0] for at in taken), sum(variables[at][1] for at in taken)


class _Table:
    """Rows of a sparse table, each with its bounds."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.columns: list[int] = []
        self.signs: list[int] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def row(self, plus: list[int], minus: list[int], low: float, high: float) -> None:
        """`low` <= sum of these - sum of those <= `high`."""
        self.rows += [len(self.low)] * (len(plus) + len(minus))
        self.columns += [*plus, *minus]
        self.signs += [1] * len(plus) + [-1] * len(minus)
        self.low.append(low)
        self.high.append(high)

    def constraint(self, columns: int) -> LinearConstraint:
        """All of them."""
        table = csr_matrix((self.signs, (self.rows, self.columns)), shape=(len(self.low), columns))
        return LinearConstraint(table, self.low, self.high)


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
