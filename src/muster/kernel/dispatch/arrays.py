"""The question of the face as arrays for the pools: one community for each home, one post for each slot.

A period becomes a day and each of its windows a shift. People of one home from whom the rules keep the same slots are one
community with terms of its own, so that a rule costs nothing beyond the first whom it keeps out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from muster.kernel.dispatch.model import Kind, Person, Problem, own_units, tier_units
from muster.kernel.dispatch.pools.instance import (
    CLOSED,
    KINDS,
    Communities,
    Floats,
    Horizon,
    Incumbent,
    Instance,
    Ints,
    Posts,
    Prices,
    Terms,
    Volunteers,
    kilometers,
)
from muster.kernel.dispatch.pools.refusals import MOST_SKILLS, MOST_SLOTS

KIND_AT = {kind: KINDS.index(kind.value) for kind in Kind}
N = TypeVar("N", str, int)
Shut = frozenset[frozenset[str]]


class TooLarge(ValueError):
    """More periods or skills than one plan can hold: it takes a smaller place, or fewer days."""


@dataclass(frozen=True, eq=False)
class Arrays:
    """The same question: person and slot have the same positions as in the problem, a slot is a post of that id."""

    instance: Instance
    incumbent: Incumbent | None


def arrays_of(problem: Problem) -> Arrays:
    """The problem as arrays. TooLarge where it has more periods or skills than a mask holds."""
    times = _Times(problem)
    terms = _Sorts(problem, times)
    skills = sorted({slot.skill for slot in problem.slots if slot.skill})
    if len(skills) > MOST_SKILLS:
        raise TooLarge(f"{len(skills)} skills are more than the {MOST_SKILLS} that one plan can hold")
    patches = sorted(({one.patch for one in problem.people} | {one.patch for one in problem.slots}) - {""})
    charges = [own_units(problem.costs, person) for person in problem.people]
    tiers = sorted(set(charges))
    homes: dict[tuple[float, float, int], int] = {}
    community = [
        homes.setdefault((person.x_m, person.y_m, terms.of(person)), len(homes)) for person in problem.people
    ]
    x_m, y_m, sorts = zip(*homes, strict=True) if homes else ((), (), ())
    tier_at, skill_at = _at(tiers), _at(skills)
    patch_at = _at(patches) | {"": -1}
    barred = {row.person for row in problem.exclusions if row.of_all}
    skill_masks: dict[frozenset[str], int] = {}
    for person in problem.people:
        if person.skills not in skill_masks:
            skill_masks[person.skills] = _mask(skill_at[name] for name in person.skills & skill_at.keys())
    instance = Instance.of(
        # Padded, so that their order is the order in which they were found.
        Communities(tuple(f"{at:08d}" for at in range(len(homes))), _floats(x_m), _floats(y_m)),
        Volunteers(
            tuple(person.id for person in problem.people),
            _ints(community),
            _ints(tier_at[charge] for charge in charges),
            np.array([person.backbone for person in problem.people], dtype=np.bool_),
            np.array([skill_masks[person.skills] for person in problem.people], dtype=np.uint64),
            np.array(
                [0 if person.id in barred else times.mask(person) for person in problem.people],
                dtype=np.uint64,
            ),
            _ints(person.max_seats for person in problem.people),
            _ints(person.recent_calls for person in problem.people),
            _ints(patch_at[person.patch] for person in problem.people),
        ),
        _posts(problem, times, skill_at, patch_at),
        horizon=times.horizon,
        prices=Prices(
            {f"{charge:012d}": kilometers(charge) for charge in tiers},
            fairness_km=problem.costs.fairness_km,
            patch_km=problem.costs.patch_km,
            radius_km=problem.costs.radius_km,
            keep_km=problem.costs.keep_km,
            # A backbone seat is filled by the backbone or stays empty: to send others is for people to decide.
            backbone_fallback=False,
        ),
        tiers=[f"{charge:012d}" for charge in tiers],
        skills=skills,
        patches=patches,
        terms=terms.table(sorts),
    )
    incumbent = Incumbent.of(instance, problem.promised) if problem.promised else None
    return Arrays(instance, incumbent)


def _posts(problem: Problem, times: _Times, skill_at: dict[str, int], patch_at: dict[str, int]) -> Posts:
    slots = problem.slots
    seats = np.zeros((len(slots), len(KINDS)), dtype=np.int32)
    seats[np.arange(len(slots)), [KIND_AT[slot.kind] for slot in slots]] = [slot.seats for slot in slots]
    return Posts(
        tuple(slot.id for slot in slots),
        _floats(slot.x_m for slot in slots),
        _floats(slot.y_m for slot in slots),
        _ints(times.slot_of(slot.window.id) for slot in slots),
        seats,
        _ints(skill_at.get(slot.skill, -1) for slot in slots),
        _ints(slot.weight for slot in slots),
        _ints(patch_at[slot.patch] for slot in slots),
    )


class _Times:
    """Periods as days, their windows as shifts or, where a mask does not hold so many, one slot for the whole period."""

    def __init__(self, problem: Problem) -> None:
        chains = problem.chains
        shifts = max(map(len, chains), default=1)
        # Then whom a window does not suit has its slots among those that are closed to him.
        self.by_period = len(chains) * shifts > MOST_SLOTS
        if len(chains) > MOST_SLOTS:
            raise TooLarge(f"{len(chains)} periods are more than the {MOST_SLOTS} that one plan can hold")
        self.horizon = Horizon(max(1, len(chains)), 1 if self.by_period else shifts)
        self._slot_of = {
            window.id: day * self.horizon.shifts + (0 if self.by_period else shift)
            for day, chain in enumerate(chains)
            for shift, window in enumerate(chain)
        }
        self._masks: dict[frozenset[str], int] = {}
        self._slots: dict[str, set[str]] = {window: set() for window in self._slot_of}
        for slot in problem.slots:
            self._slots[slot.window.id].add(slot.id)
        self._unsuitable: dict[frozenset[str], frozenset[str]] = {}

    def slot_of(self, window: str) -> int:
        """The slot of a window."""
        return self._slot_of[window]

    def mask(self, person: Person) -> int:
        """The slots in which something suits him."""
        if person.windows is None:
            return (1 << self.horizon.slots) - 1
        if person.windows not in self._masks:
            self._masks[person.windows] = _mask(
                self._slot_of[name] for name in person.windows & self._slot_of.keys()
            )
        return self._masks[person.windows]

    def unsuitable(self, person: Person) -> frozenset[str]:
        """Slots of the face that do not suit him although his mask has their time."""
        if not self.by_period or person.windows is None:
            return frozenset()
        if person.windows not in self._unsuitable:
            self._unsuitable[person.windows] = frozenset(
                slot for window in self._slots.keys() - person.windows for slot in self._slots[window]
            )
        return self._unsuitable[person.windows]


class _Sorts:
    """Which sorts of people there are: from which slots they are kept, and where nobody has to call them at which price."""

    def __init__(self, problem: Problem, times: _Times) -> None:
        self._problem, self._times = problem, times
        self._shut: dict[str, set[frozenset[str]]] = {}
        for row in problem.exclusions:
            if not row.of_all:
                self._shut.setdefault(row.person, set()).add(row.slots)
        self._sorts: dict[tuple[Shut, frozenset[str], int], int] = {(frozenset(), frozenset(), 0): 0}
        self._asked = problem.slot_at.keys()

    def of(self, person: Person) -> int:
        """The number of his sort."""
        shut = self._shut.get(person.id, set())
        if unsuitable := self._times.unsuitable(person):
            shut = shut | {unsuitable}
        spared = tier_units(self._problem.costs, person) if person.at_hand else 0
        key = (frozenset(shut), person.at_hand if spared else frozenset(), spared)
        return self._sorts.setdefault(key, len(self._sorts))

    def table(self, sorts: Iterable[int]) -> Terms | None:
        """The terms of homes of these sorts; None where nobody has any."""
        if len(self._sorts) == 1:
            return None
        units = np.zeros((len(self._sorts), len(self._asked)), dtype=np.int32)
        at = self._problem.slot_at
        for (shut, at_hand, spared), row in self._sorts.items():
            units[row, [at[slot] for slot in at_hand & self._asked]] = -spared
            for slots in shut:
                units[row, [at[slot] for slot in slots]] = CLOSED
        return Terms(_ints(sorts), units)


def _at(names: list[N]) -> dict[N, int]:
    return {name: at for at, name in enumerate(names)}


def _mask(bits: Iterable[int]) -> int:
    mask = 0
    for bit in bits:
        mask |= 1 << bit
    return mask


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int32)


def _floats(values: Iterable[float]) -> Floats:
    return np.fromiter(values, dtype=np.float64)
