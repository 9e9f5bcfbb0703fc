"""Every person beside every slot: who may take it, and at what price, as two arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from muster.kernel.dispatch.model import Kind, Person, Problem, Slot, units

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

WINDOW_NOT_OFFERED = "window_not_offered"
NOT_BACKBONE = "not_backbone"
SKILL_MISSING = "skill_missing"
TOO_FAR = "too_far"
NO_SEATS_LEFT = "no_seats_left"


@dataclass(frozen=True)
class Table:
    """`allowed[p, s]` and `cost[p, s]` (units; distance, tier, hours, patch, less the price of a promise kept)."""

    problem: Problem
    allowed: Flags
    cost: Ints

    @cached_property
    def period(self) -> Ints:
        """Period of each slot."""
        return np.array(self.problem.period_of, dtype=np.int64)

    @cached_property
    def weight(self) -> Ints:
        """Weight of each slot."""
        return np.array([slot.weight for slot in self.problem.slots], dtype=np.int64)

    @cached_property
    def seats(self) -> Ints:
        """Seats of each slot."""
        return np.array([slot.seats for slot in self.problem.slots], dtype=np.int64)

    @cached_property
    def capacity(self) -> Ints:
        """Most seats of each person: his own limit, and one in a period."""
        periods = len(set(self.problem.period_of))
        return np.array([min(person.max_seats, periods) for person in self.problem.people], dtype=np.int64)

    @cached_property
    def calls(self) -> Ints:
        """Recent calls of each person."""
        return np.array([person.recent_calls for person in self.problem.people], dtype=np.int64)

    def steps(self, people: Ints, taken: Ints | int) -> Ints:
        """Fairness price (units) of one more seat for each of these people, who have `taken` in this plan already."""
        return units(self.problem.costs.fairness_km) * (2 * (self.calls[people] + taken) + 1)

    @cached_property
    def first_step(self) -> Ints:
        """Fairness price of the first seat of each person."""
        return self.steps(np.arange(len(self.problem.people)), 0)

    @cached_property
    def seat_value(self) -> int:
        """Units that a filled seat of weight 1 is worth: twice what all prices together could save, so filling comes first.

        One seat more than there are is counted in, for the price of that seat (`Plan.price_km`).
        """
        if not self.cost.size:
            return 1
        everybody = np.arange(len(self.problem.people))
        highest = int(self.cost.max()) + int(self.steps(everybody, self.capacity).max())
        return 2 + 2 * (self.problem.seats + 1) * (max(highest, 0) - min(int(self.cost.min()), 0))

    @property
    def scarce(self) -> int:
        """Units above which an amount holds the value of a seat: no sum of prices alone comes to more."""
        return self.seat_value // 2


def table_of(problem: Problem) -> Table:
    """Fills both arrays column by column; refuses nothing, `Problem.of` has done that."""
    people, slots = problem.people, problem.slots
    x = np.array([person.x_m for person in people], dtype=np.float64)
    y = np.array([person.y_m for person in people], dtype=np.float64)
    own = np.array([own_price(problem, person) for person in people], dtype=np.int64)
    backbone = np.array([person.backbone for person in people], dtype=np.bool_)
    skilled = {
        skill: np.array([skill in person.skills for person in people], dtype=np.bool_)
        for skill in {slot.skill for slot in slots if slot.skill}
    }
    offered = {
        window: np.array([p.windows is None or window in p.windows for p in people], dtype=np.bool_)
        for window in {slot.window.id for slot in slots}
    }
    patches = np.array([person.patch for person in people], dtype=np.str_)
    away = {
        patch: ((patches != patch) & (patches != "") & (patch != "")) * units(problem.costs.patch_km)
        for patch in {slot.patch for slot in slots}
    }
    # Column by column in memory, because nearly all work goes slot by slot.
    allowed = np.zeros((len(people), len(slots)), dtype=np.bool_, order="F")
    cost = np.zeros((len(people), len(slots)), dtype=np.int64, order="F")
    for index, slot in enumerate(slots):
        meters = np.hypot(x - slot.x_m, y - slot.y_m)
        fits = offered[slot.window.id].copy()
        if slot.kind is Kind.BACKBONE:
            fits &= backbone
        if slot.skill:
            fits &= skilled[slot.skill]
        if problem.costs.radius_km is not None:
            fits &= meters <= problem.costs.radius_km * 1000
        allowed[:, index] = fits
        cost[:, index] = np.rint(meters / 10).astype(np.int64) + own + away[slot.patch]
    _apply_pairs(problem, allowed, cost)
    return Table(problem, allowed, cost)


def own_price(problem: Problem, person: Person) -> int:
    """Units that calling this person costs wherever he is sent: tier and hours served lately."""
    return tier_price(problem, person) + round(problem.costs.hour_km * person.recent_minutes / 60 * units(1))


def tier_price(problem: Problem, person: Person) -> int:
    """Units that it costs to call somebody of this tier."""
    tiers = problem.costs.tier_km
    return units(tiers[min(person.tier, len(tiers) - 1)])


def bars_between(problem: Problem, person: Person, slot: Slot) -> tuple[str, ...]:
    """Codes that keep the person from the slot: the caller's exclusions first, then what the slot asks for."""
    radius = problem.costs.radius_km
    found = [row.code for row in problem.exclusions_of.get(person.id, ()) if row.slot in (None, slot.id)]
    if person.max_seats == 0:
        found.append(NO_SEATS_LEFT)
    if person.windows is not None and slot.window.id not in person.windows:
        found.append(WINDOW_NOT_OFFERED)
    if slot.kind is Kind.BACKBONE and not person.backbone:
        found.append(NOT_BACKBONE)
    if slot.skill and slot.skill not in person.skills:
        found.append(SKILL_MISSING)
    if radius is not None and math.hypot(person.x_m - slot.x_m, person.y_m - slot.y_m) > radius * 1000:
        found.append(TOO_FAR)
    return tuple(found)


def _apply_pairs(problem: Problem, allowed: Flags, cost: Ints) -> None:
    for exclusion in problem.exclusions:
        row = problem.person_at.get(exclusion.person)
        if row is not None and exclusion.slot is None:
            allowed[row, :] = False
        elif row is not None and exclusion.slot is not None:
            allowed[row, problem.slot_at[exclusion.slot]] = False
    for row, person in enumerate(problem.people):
        for slot in person.at_hand & problem.slot_at.keys():
            cost[row, problem.slot_at[slot]] -= tier_price(problem, person)
    kept = units(problem.costs.keep_km)
    for promised, slot in problem.keep:
        if promised in problem.person_at and slot in problem.slot_at:
            cost[problem.person_at[promised], problem.slot_at[slot]] -= kept
