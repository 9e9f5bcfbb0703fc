"""A question as a folder of CSV files and a config.json, in and out.

`communities.csv`, `volunteers.csv`, `posts.csv`, `config.json`, and where single pairs have costs of their own `pairs.csv`;
docs/reference/dispatch.md has every column.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from muster.kernel.dispatch.pools import config_file
from muster.kernel.dispatch.pools.config_file import Config
from muster.kernel.dispatch.pools.faults import BadFiles, Fault, Faults, Wrong
from muster.kernel.dispatch.pools.instance import (
    Communities,
    Instance,
    Ints,
    Masks,
    Pairs,
    Posts,
    Volunteers,
)
from muster.kernel.dispatch.pools.refusals import (
    DEAREST_KM,
    FARTHEST_M,
    HEAVIEST,
    LONGEST_HISTORY,
    MOST_SKILLS,
)
from muster.kernel.dispatch.pools.tables import Names, Numbers, Table, Words, half_width, whole

FILES = (config_file.NAME, "communities.csv", "volunteers.csv", "posts.csv", "pairs.csv")
# Per post and kind; the seats of a whole province stay far below what a sum can hold.
MOST_SEATS = 100_000
# Whoever may take as many as there are is often given a very high number.
MOST_SHIFTS = 1_000_000_000
# Programs write them so; in lower case.
FLAGS = {"0": 0, "0.0": 0, "false": 0, "1": 1, "1.0": 1, "true": 1}
# What a mask can hold, where a mistake made it longer.
_ALL_BITS = (1 << MOST_SKILLS) - 1
SLOT = re.compile(r"d(\d{1,4})s(\d{1,4})", re.ASCII)


def read(folder: Path) -> Instance:
    """The question in that folder. Raises BadFiles with the first mistakes of all files."""
    if not folder.is_dir():
        raise BadFiles([Fault(str(folder), 0, "", "no_folder")])
    faults = Faults()
    config = config_file.read(folder, faults)
    reading = _Reading(folder, config, faults)
    reading.communities()
    reading.volunteers()
    reading.posts()
    reading.pairs()
    faults.raise_any()
    return reading.instance()


class _Numbering:
    """Gives names their numbers in the order in which they are met."""

    def __init__(self, most: int | None = None) -> None:
        self.at: dict[str, int] = {}
        self.most = most

    def __call__(self, name: str) -> int:
        if len(self.at) == self.most and name not in self.at:
            # Once is enough; from here on every new name would be one too many.
            self.most = None
            raise Wrong("too_many_skills", most=len(self.at))
        return self.at.setdefault(name, len(self.at))

    def or_none(self, name: str) -> int:
        """-1 for an empty cell."""
        return self(name) if name else -1

    def mask(self, cell: str) -> int:
        """The names of a cell as bits."""
        return sum(1 << self(name) for name in _listed(cell)) & _ALL_BITS


class _Reading:
    def __init__(self, folder: Path, config: Config, faults: Faults) -> None:
        self.folder = folder
        self.config = config
        self.faults = faults
        self.tiers = {name: at for at, name in enumerate(config.prices.tier_km if config.prices else ())}
        self.skills = _Numbering(MOST_SKILLS)
        self.patches = _Numbering()
        self.tables: dict[str, Table] = {}

    def communities(self) -> None:
        self.place = {"x_m": Numbers(-FARTHEST_M, FARTHEST_M), "y_m": Numbers(-FARTHEST_M, FARTHEST_M)}
        self.code = Names()
        self._read("communities.csv", {"code": self.code, **self.place})

    def volunteers(self) -> None:
        places = _positions(self.code) if self.tables["communities.csv"].readable else None
        tiers = self.tiers if self.config.prices else None
        self.person = Names()
        self.of_person = {
            "community": Words(_known(places, "unknown_community"), places),
            "tier": Words(_known(tiers, "unknown_tier"), tiers),
            "backbone": Words(_flag),
            "skills": Words(self.skills.mask),
            "available": Words(lambda cell: sum(1 << self._slot(name) for name in _listed(cell))),
            "max_shifts": Words(whole(0, MOST_SHIFTS)),
            "history": Words(whole(0, LONGEST_HISTORY)),
            "patch": Words(self.patches.or_none),
        }
        self._read("volunteers.csv", {"id": self.person, **self.of_person})

    def posts(self) -> None:
        self.post = Names()
        self.post_place = {"x_m": Numbers(-FARTHEST_M, FARTHEST_M), "y_m": Numbers(-FARTHEST_M, FARTHEST_M)}
        self.of_post = {
            "slot": Words(self._slot),
            "general": Words(whole(0, MOST_SEATS)),
            "backbone": Words(whole(0, MOST_SEATS)),
            "skilled": Words(whole(0, MOST_SEATS)),
            "skill": Words(self._skill),
            "weight": Words(whole(1, HEAVIEST)),
            "patch": Words(self.patches.or_none),
        }
        table = self._read("posts.csv", {"id": self.post, **self.post_place, **self.of_post})
        if table.readable:
            without = (self.of_post["skilled"].values > 0) & (self.of_post["skill"].values < 0)
            for row in np.flatnonzero(without)[:100].tolist():
                table.blame(row, "skill", Wrong("no_skill", seats=int(self.of_post["skilled"].values[row])))

    def pairs(self) -> None:
        self.has_pairs = (self.folder / "pairs.csv").exists()
        if not self.has_pairs:
            if self.config.prices and self.config.prices.pairs_only:
                self.faults.add("pairs.csv", 0, "", Wrong("pairs_missing"))
            return
        people = _positions(self.person) if self.tables["volunteers.csv"].readable else None
        posts = _positions(self.post) if self.tables["posts.csv"].readable else None
        self.of_pair = {
            "volunteer": Words(_known(people, "unknown_volunteer"), people),
            "post": Words(_known(posts, "unknown_post"), posts),
        }
        self.km = Numbers(0, DEAREST_KM)
        table = self._read("pairs.csv", {**self.of_pair, "km": self.km})
        if not self.faults.count("pairs.csv") and people is not None and posts is not None:
            keys = self.of_pair["volunteer"].values * max(1, len(posts)) + self.of_pair["post"].values
            order = np.argsort(keys, kind="stable")
            again = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
            for at in again[:100].tolist():
                first, then = int(order[at]), int(order[at + 1])
                who, where = divmod(int(keys[then]), max(1, len(posts)))
                value = f"{self.person.values[who]}, {self.post.values[where]}"
                table.blame(then, "post", Wrong("twice", value=value, first=table.line_of(first)))

    def instance(self) -> Instance:
        horizon, prices = self.config.horizon, self.config.prices
        if horizon is None or prices is None:
            raise AssertionError("a configuration with mistakes has been raised before")
        person, post = self.of_person, self.of_post
        return Instance.of(
            Communities(tuple(self.code.values), self.place["x_m"].values, self.place["y_m"].values),
            Volunteers(
                id=tuple(self.person.values),
                community=_ints(person["community"]),
                tier=_ints(person["tier"]),
                backbone=person["backbone"].values > 0,
                skills=_masks(person["skills"]),
                available=_masks(person["available"]),
                max_shifts=_ints(person["max_shifts"]),
                history=_ints(person["history"]),
                patch=_ints(person["patch"]),
            ),
            Posts(
                id=tuple(self.post.values),
                x_m=self.post_place["x_m"].values,
                y_m=self.post_place["y_m"].values,
                slot=_ints(post["slot"]),
                seats=np.stack([_ints(post[kind]) for kind in ("general", "backbone", "skilled")], axis=1),
                skill=_ints(post["skill"]),
                weight=_ints(post["weight"]),
                patch=_ints(post["patch"]),
            ),
            horizon=horizon,
            prices=prices,
            tiers=tuple(self.tiers),
            skills=tuple(self.skills.at),
            patches=tuple(self.patches.at),
            pairs=(
                Pairs(_ints(self.of_pair["volunteer"]), _ints(self.of_pair["post"]), self.km.values)
                if self.has_pairs
                else None
            ),
        )

    def _read(self, name: str, columns: dict[str, Names | Numbers | Words]) -> Table:
        self.tables[name] = Table(self.folder / name, columns, self.faults)
        self.tables[name].read()
        return self.tables[name]

    def _skill(self, cell: str) -> int:
        if len(_listed(cell)) > 1:
            raise Wrong("several_skills", value=cell)
        return self.skills.or_none("".join(_listed(cell)))

    def _slot(self, cell: str) -> int:
        name = half_width(cell)
        if not name:
            raise Wrong("empty_cell")
        found = SLOT.fullmatch(name)
        if not found:
            raise Wrong("not_a_slot", value=name)
        day, shift = map(int, found.groups())
        horizon = self.config.horizon
        if horizon is None:
            return 0
        if day >= horizon.days or shift >= horizon.shifts:
            last = horizon.names[-1]
            raise Wrong("slot_outside", value=name, last=last)
        return day * horizon.shifts + shift


def write(folder: Path, instance: Instance) -> None:
    """Writes the folder that `read` understands as this question; what of it is there already is written over.

    Raises ValueError for names that a cell cannot hold, and for terms, which have no file.
    """
    _refuse_unwritable(instance)
    folder.mkdir(parents=True, exist_ok=True)
    places, people, posts = instance.communities, instance.volunteers, instance.posts
    slots = instance.horizon.names
    (folder / config_file.NAME).write_text(
        config_file.text_for(instance.horizon, instance.prices), encoding="utf-8"
    )
    _write(
        folder / "communities.csv",
        {"code": places.code, "x_m": places.x_m.tolist(), "y_m": places.y_m.tolist()},
    )
    _write(
        folder / "volunteers.csv",
        {
            "id": people.id,
            "community": _named(places.code, people.community),
            "tier": _named(instance.tiers, people.tier),
            "backbone": people.backbone.astype(np.int8).tolist(),
            "skills": _sets(instance.skills, people.skills),
            "available": _sets(slots, people.available),
            "max_shifts": people.max_shifts.tolist(),
            "history": people.history.tolist(),
            "patch": _named(instance.patches, people.patch),
        },
    )
    _write(
        folder / "posts.csv",
        {
            "id": posts.id,
            "x_m": posts.x_m.tolist(),
            "y_m": posts.y_m.tolist(),
            "slot": _named(slots, posts.slot),
            **{
                kind: posts.seats[:, at].tolist()
                for at, kind in enumerate(("general", "backbone", "skilled"))
            },
            "skill": _named(instance.skills, posts.skill),
            "weight": posts.weight.tolist(),
            "patch": _named(instance.patches, posts.patch),
        },
    )
    # A list of another question must not stay behind.
    (folder / "pairs.csv").unlink(missing_ok=True)
    if instance.pairs is not None:
        pairs = instance.pairs
        _write(
            folder / "pairs.csv",
            {
                "volunteer": _named(people.id, pairs.volunteer),
                "post": _named(posts.id, pairs.post),
                "km": pairs.km.tolist(),
            },
        )


def _listed(cell: str) -> list[str]:
    """The names in a cell, each once, in the order in which they stand."""
    parts = cell.replace("；", ";").split(";")
    return list(dict.fromkeys(name for name in map(str.strip, parts) if name))


def _flag(cell: str) -> int:
    value = FLAGS.get(half_width(cell).lower())
    if value is None:
        raise Wrong("not_a_flag", value=cell)
    return value


def _positions(names: Names) -> dict[str, int]:
    return {name: at for at, name in enumerate(names.values)}


def _known(positions: Mapping[str, int] | None, code: str) -> Callable[[str], int]:
    """What finds a name; where it could not be read who there is, nobody is blamed."""

    def find(name: str) -> int:
        if not name:
            raise Wrong("empty_cell")
        if positions is not None and name not in positions:
            raise Wrong(code, value=name)
        return positions[name] if positions is not None else 0

    return find


def _ints(column: Words) -> Ints:
    return column.values.astype(np.int32)


def _masks(column: Words) -> Masks:
    return column.values.astype(np.uint64)


def _named(names: Sequence[str], positions: Ints) -> list[str]:
    """-1 is an empty cell."""
    texts = [*names, ""]
    return [texts[at] for at in positions.tolist()]


def _sets(names: Sequence[str], masks: Masks) -> list[str]:
    values, row_of = np.unique(masks, return_inverse=True)
    texts = [";".join(name for bit, name in enumerate(names) if mask >> bit & 1) for mask in values.tolist()]
    return [texts[at] for at in row_of.tolist()]


def _write(path: Path, columns: Mapping[str, Sequence[str | float]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def _refuse_unwritable(instance: Instance) -> None:
    if instance.terms is not None:
        raise ValueError("a folder has no file for the terms of communities")
    listed = [name for name in instance.skills if ";" in name or "；" in name]
    every = (
        *(instance.communities.code, instance.volunteers.id, instance.posts.id),
        *(instance.tiers, instance.skills, instance.patches),
    )
    for name in (*listed, *(name for names in every for name in names if name != name.strip())):
        raise ValueError(f"{name!r} cannot stand in a cell: spaces around it, or a semicolon in a skill")
