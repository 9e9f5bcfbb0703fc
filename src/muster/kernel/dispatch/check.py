"""The independent recount of a plan: plain loops over the problem, none of the arrays that made it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from muster.kernel.dispatch.answers import Assignment, Empty, EmptyCode, Status, Violation
from muster.kernel.dispatch.model import Exclusion, Kind, Person, Problem, Slot
from muster.kernel.dispatch.pools.instance import UNITS_PER_KM
from muster.kernel.spans import Span


@dataclass(frozen=True, slots=True)
class Claim:
    """What a plan says of itself."""

    status: Status
    assignments: tuple[Assignment, ...]
    empties: tuple[Empty, ...]
    filled_weight: int
    objective_km: float
    lower_bound_km: float
    promises_broken: int


def violations(problem: Problem, claim: Claim) -> tuple[Violation, ...]:
    """Everything in the claim that the problem does not bear out; an empty tuple when all of it stands."""
    recount = _Recount(problem)
    return (
        *recount.of_pairs(claim.assignments),
        *recount.of_people(claim.assignments),
        *recount.of_slots(claim),
        *recount.of_shortages(claim.empties),
        *recount.of_sums(claim),
    )


class _Recount:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.people = {person.id: person for person in problem.people}
        self.slots = {slot.id: slot for slot in problem.slots}
        self.rules: dict[str, list[Exclusion]] = {}
        for row in problem.exclusions:
            self.rules.setdefault(row.person, []).append(row)

    def allowed(self, person: Person, slot: Slot) -> bool:
        """Rules, window, kind, skill and radius, each looked at afresh."""
        if any(row.holds(slot.id) for row in self.rules.get(person.id, ())):
            return False
        if not _suits(person, slot):
            return False
        radius = self.problem.costs.radius_km
        return radius is None or _length(person, slot) <= _units(radius)

    def of_pairs(self, assignments: tuple[Assignment, ...]) -> Iterator[Violation]:
        for row in assignments:
            if row.person not in self.people or row.slot not in self.slots:
                yield Violation("unknown_id", row.person, row.slot)
            elif not self.allowed(self.people[row.person], self.slots[row.slot]):
                yield Violation("not_allowed", row.person, row.slot)
            elif _units(row.km) != _length(self.people[row.person], self.slots[row.slot]):
                yield Violation("wrong_distance", row.person, row.slot, f"{row.km} km")

    def of_people(self, assignments: tuple[Assignment, ...]) -> Iterator[Violation]:
        held: dict[str, list[Slot]] = {}
        for row in assignments:
            if row.person in self.people and row.slot in self.slots:
                held.setdefault(row.person, []).append(self.slots[row.slot])
        for person, slots in held.items():
            if len(slots) > self.people[person].max_seats:
                yield Violation("too_many_seats", person, detail=f"{len(slots)} seats")
            spans = sorted(slot.window.span for slot in slots)
            for earlier, later in pairwise(spans):
                if _too_close(earlier, later, self.problem.costs.rest_minutes):
                    yield Violation("too_close_in_time", person, detail=f"{earlier.end} then {later.start}")

    def of_slots(self, claim: Claim) -> Iterator[Violation]:
        filled = Counter(row.slot for row in claim.assignments)
        empty = Counter({row.slot: row.seats for row in claim.empties})
        for slot in self.problem.slots:
            if filled[slot.id] > slot.seats:
                yield Violation("overfilled", slot=slot.id, detail=f"{filled[slot.id]} of {slot.seats}")
            elif filled[slot.id] + empty[slot.id] != slot.seats:
                yield Violation("seats_unaccounted", slot=slot.id)

    def of_shortages(self, empties: tuple[Empty, ...]) -> Iterator[Violation]:
        periods = dict(zip((slot.id for slot in self.problem.slots), self.problem.period_of, strict=True))
        counted: dict[tuple[str, ...], tuple[int, int]] = {}
        for row in empties:
            if row.ring_slots not in counted:
                counted[row.ring_slots] = self._capacity(row.ring_slots, periods)
            seats = sum(self.slots[slot].seats for slot in row.ring_slots)
            if (row.ring_people, row.ring_capacity, row.ring_seats) != (*counted[row.ring_slots], seats):
                yield Violation("wrong_certificate", slot=row.slot)
            elif row.code is not EmptyCode.COULD_BE_FILLED and row.ring_capacity >= seats:
                yield Violation("no_shortage", slot=row.slot)

    def _capacity(self, ring: tuple[str, ...], periods: dict[str, int]) -> tuple[int, int]:
        people = capacity = 0
        classes: dict[object, list[Slot]] = {}
        for name in ring:
            slot = self.slots[name]
            classes.setdefault((slot.window.id, slot.kind, slot.skill), []).append(slot)
        sorts = [(alike[0], frozenset(slot.id for slot in alike), alike) for alike in classes.values()]
        placeless = self.problem.costs.radius_km is None
        for person, alike in self.alike:
            reach: set[int] = set()
            rules = self.rules.get(person.id, ())
            for one, ids, slots in sorts:
                if periods[one.id] in reach or not _suits(person, one) or any(row.of_all for row in rules):
                    continue
                barred = frozenset().union(*(row.slots for row in rules))
                if not ids <= barred if placeless else any(self.allowed(person, slot) for slot in slots):
                    reach.add(periods[one.id])
            people += alike * bool(reach)
            capacity += alike * min(person.max_seats, len(reach))
        return people, capacity

    @cached_property
    def alike(self) -> list[tuple[Person, int]]:
        """One of each sort of person whom `allowed` cannot tell apart, and how many there are."""
        asked = {slot.skill for slot in self.problem.slots}
        placeless = self.problem.costs.radius_km is None
        sorts: dict[object, list[Person]] = {}
        for person in self.problem.people:
            place = None if placeless else (person.x_m, person.y_m)
            barred = frozenset((row.of_all, row.slots) for row in self.rules.get(person.id, ()))
            sort = (person.max_seats, person.windows, person.backbone, person.skills & asked, barred, place)
            sorts.setdefault(sort, []).append(person)
        return [(people[0], len(people)) for people in sorts.values()]

    def of_sums(self, claim: Claim) -> Iterator[Violation]:
        weight = sum(self.slots[row.slot].weight for row in claim.assignments if row.slot in self.slots)
        if weight != claim.filled_weight:
            yield Violation("wrong_weight", detail=f"{claim.filled_weight}, recounted {weight}")
        pairs = {(row.person, row.slot) for row in claim.assignments}
        promised = {(p, s) for p, s in self.problem.keep if p in self.people and s in self.slots}
        broken = len(promised - pairs)
        if broken != claim.promises_broken:
            yield Violation("wrong_promises", detail=f"{claim.promises_broken}, recounted {broken}")
        changed = len(pairs - promised) if promised else 0
        spent = self._spent(claim.assignments) + changed * _units(self.problem.costs.keep_km)
        if spent != _units(claim.objective_km):
            yield Violation(
                "wrong_objective", detail=f"{claim.objective_km}, recounted {spent / UNITS_PER_KM}"
            )
        bound = _units(claim.lower_bound_km)
        if bound > spent or (claim.status is Status.PROVEN and bound != spent):
            yield Violation("wrong_bound", detail=f"{claim.lower_bound_km}, of {spent / UNITS_PER_KM}")

    def _spent(self, assignments: tuple[Assignment, ...]) -> int:
        costs = self.problem.costs
        spent = 0
        taken: Counter[str] = Counter()
        for row in assignments:
            if row.person not in self.people or row.slot not in self.slots:
                continue
            person = self.people[row.person]
            tier = costs.tier_km[min(person.tier, len(costs.tier_km) - 1)]
            slot = self.slots[row.slot]
            spent += _length(person, slot)
            if row.slot not in person.at_hand:
                spent += _units(tier)
            if person.patch and slot.patch and person.patch != slot.patch:
                spent += _units(costs.patch_km)
            spent += round(costs.hour_km * person.recent_minutes / 60 * UNITS_PER_KM)
            spent += _units(costs.fairness_km) * (2 * (person.recent_calls + taken[row.person]) + 1)
            taken[row.person] += 1
        return spent


def _suits(person: Person, slot: Slot) -> bool:
    """What the slot asks for is there, wherever it lies and whatever the rules say."""
    if person.max_seats == 0 or (person.windows is not None and slot.window.id not in person.windows):
        return False
    if slot.kind is Kind.BACKBONE and not person.backbone:
        return False
    return not slot.skill or slot.skill in person.skills


def _length(person: Person, slot: Slot) -> int:
    """Units between them; to the last bit as the arrays have it, or a length between two units could be rounded both ways."""
    across, along = person.x_m - slot.x_m, person.y_m - slot.y_m
    return round(math.sqrt(across * across + along * along) * (UNITS_PER_KM / 1000))


def _units(km: float) -> int:
    return round(km * UNITS_PER_KM)


def _too_close(earlier: Span, later: Span, rest_minutes: int) -> bool:
    return earlier.day == later.day or later.start < earlier.end + rest_minutes
