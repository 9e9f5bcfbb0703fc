"""Reasons of a plan in the words of the face: what the pools know of posts and seat types, with the rules of the caller."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from muster.kernel.dispatch.answers import (
    NO_SEATS_LEFT,
    NOT_BACKBONE,
    SKILL_MISSING,
    TOO_FAR,
    WINDOW_NOT_OFFERED,
    Assignment,
    Empty,
    NotCode,
    WhyMe,
    WhyNot,
)
from muster.kernel.dispatch.model import Exclusion, Kind, Person, Problem, Slot
from muster.kernel.dispatch.pools.instance import Flags, Instance, Ints, distance_units, kilometers, units
from muster.kernel.dispatch.pools.solution import Solution
from muster.kernel.dispatch.pools.why import Why

NOBODY = -1
# Reasons that only a plan with prices can tell.
OF_PRICES = ("nobody_else", "next_best")


class Explainer:
    """Answers of one plan. Positions of people and slots are those of the problem."""

    def __init__(self, problem: Problem, instance: Instance, solution: Solution) -> None:
        self.problem, self.instance, self.solution = problem, instance, solution
        self._why = Why(instance, solution)
        self._rules: dict[str, list[Exclusion]] = {}
        for row in problem.exclusions:
            self._rules.setdefault(row.person, []).append(row)
        self._suiting: dict[str, Flags] = {}
        self._sort_rules()

    def assignments(self) -> tuple[Assignment, ...]:
        """Each filled seat with its reasons, in order of (person, slot)."""
        priced = self.solution.marginals is not None
        whys = [self._of_face(why) for why in self._why.seated()] if priced else self._unpriced()
        found = (
            Assignment(
                why.person,
                why.slot,
                why.km,
                tuple(reason for reason in why.reasons if priced or reason.code not in OF_PRICES),
            )
            for why in whys
        )
        return tuple(sorted(found, key=lambda row: (row.person, row.slot)))

    def empties(self) -> tuple[Empty, ...]:
        """Each slot with seats that nobody gets, with its certificate, in order of slots."""
        return tuple(self._empty(empty) for empty in self._why.empties())

    def why_me(self, person: str) -> tuple[WhyMe, ...]:
        """Why somebody has the seats he has, in order of slots."""
        found = (self._of_face(why) for why in self._why.why_me(person))
        return tuple(sorted(found, key=lambda why: why.slot))

    def why_not(self, person_id: str, slot_id: str) -> WhyNot:
        """The rules that bar somebody from a slot, or the price of sending him all the same."""
        slot = self.problem.slots[self.problem.slot_at[slot_id]]
        at = self.problem.person_at.get(person_id)
        if at is None:
            codes = tuple(row.code for row in self._rules.get(person_id, ()) if row.holds(slot.id))
            return WhyNot(person_id, slot.id, codes or (NotCode.UNKNOWN_PERSON,))
        person = self.problem.people[at]
        km = distance_km(person, slot)
        here = self.solution.volunteer == at
        if bool((self.solution.post[here] == self.problem.slot_at[slot_id]).any()):
            return WhyNot(person_id, slot.id, (NotCode.ASSIGNED,), km)
        barred = self.bars_between(person, slot)
        if barred or not slot.seats:
            return WhyNot(person_id, slot.id, barred or (NotCode.NO_SEATS_TO_FILL,), km)
        return self._why.why_not(person_id, slot_id)

    def price_km(self, slot_id: str) -> float | None:
        """What one more seat there would cost, also where nobody has asked for any yet."""
        slot = self.problem.slots[self.problem.slot_at[slot_id]]
        if slot.seats:
            return self._why.price(slot_id, slot.kind.value)
        return self._why.price_of_first(slot_id, slot.kind.value)

    def bars_between(self, person: Person, slot: Slot) -> tuple[str, ...]:
        """Codes that keep the person from the slot: the caller's rules first, then what the slot asks for."""
        radius = self.problem.costs.radius_km
        found = [row.code for row in self._rules.get(person.id, ()) if row.holds(slot.id)]
        if person.max_seats == 0:
            found.append(NO_SEATS_LEFT)
        if person.windows is not None and slot.window.id not in person.windows:
            found.append(WINDOW_NOT_OFFERED)
        if slot.kind is Kind.BACKBONE and not person.backbone:
            found.append(NOT_BACKBONE)
        if slot.skill and slot.skill not in person.skills:
            found.append(SKILL_MISSING)
        if radius is not None and units(distance_km(person, slot)) > units(radius):
            found.append(TOO_FAR)
        return tuple(found)

    def _of_face(self, why: WhyMe) -> WhyMe:
        """Without the parts of the price, which there hold hours and tier in one."""
        person = self.problem.people[self.problem.person_at[why.person]]
        return replace(why, tier=person.tier, days_since_asked=person.days_since_asked, way=None)

    def _unpriced(self) -> list[WhyMe]:
        rows = zip(self.solution.volunteer.tolist(), self.solution.post.tolist(), strict=True)
        return [
            WhyMe(
                person=person.id,
                slot=slot.id,
                km=distance_km(person, slot),
                tier=person.tier,
                skill=slot.skill,
                backbone_seat=slot.kind is Kind.BACKBONE,
                kept=(person.id, slot.id) in self.problem.keep,
                recent_calls=person.recent_calls,
                days_since_asked=person.days_since_asked,
                next_person=None,
                next_extra_km=None,
                next_moves=None,
            )
            for at, post in rows
            for person, slot in [(self.problem.people[at], self.problem.slots[post])]
        ]

    def _empty(self, empty: Empty) -> Empty:
        ring = sorted(zip(empty.ring_slots, empty.ring_kinds, strict=True)) or [(empty.slot, empty.kind)]
        return replace(
            empty,
            excluded=self._excluded(self.problem.slot_at[empty.slot]),
            ring_slots=tuple(slot for slot, _ in ring),
            ring_kinds=tuple(kind for _, kind in ring),
        )

    def _excluded(self, slot_at: int) -> tuple[tuple[str, int], ...]:
        """How many of those with what the slot asks for which rule bars, each counted for the first of them."""
        slot, people = self.problem.slots[slot_at], self.instance.volunteers
        left = self._holders(slot)
        rule = self._first_rule(slot.id)
        counts: Counter[str] = Counter()
        ruled = left & (rule != NOBODY)
        for at, many in zip(*np.unique(rule[ruled], return_counts=True), strict=True):
            counts[self._codes[at]] += int(many)
        left &= ~ruled
        km = self.instance.travel_units(people.community, np.full(len(people.id), slot_at, dtype=np.int32))
        radius = self.instance.prices.radius
        for code, barred in (
            (NO_SEATS_LEFT, people.max_shifts == 0),
            (WINDOW_NOT_OFFERED, ~self._suits(slot.window.id)),
            (TOO_FAR, np.zeros_like(left) if radius is None else km > radius),
        ):
            if many := int((left & barred).sum()):
                counts[code] += many
            left &= ~barred
        return tuple(sorted(counts.items()))

    def _holders(self, slot: Slot) -> Flags:
        """Who has what the slot asks for, rules and times apart."""
        people = self.instance.volunteers
        if slot.kind is Kind.BACKBONE:
            return people.backbone.copy()
        if not slot.skill:
            return np.ones(len(people.id), dtype=np.bool_)
        bit = np.uint64(self.instance.skills.index(slot.skill))
        return (people.skills >> bit & np.uint64(1)).astype(np.bool_)

    def _suits(self, window: str) -> Flags:
        if window not in self._suiting:
            found = (one.windows is None or window in one.windows for one in self.problem.people)
            self._suiting[window] = np.fromiter(found, dtype=np.bool_, count=len(self.problem.people))
        return self._suiting[window]

    def _first_rule(self, slot: str) -> Ints:
        """(people,) the first rule of the caller that keeps each from the slot, as a position in `_codes`."""
        first = self._of_all.copy()
        for (slots, code), people in self._of_some.items():
            if slot in slots:
                first[people[first[people] == NOBODY]] = code
        return first

    def _sort_rules(self) -> None:
        rows = [row for row in self.problem.exclusions if row.person in self.problem.person_at]
        self._codes = sorted({row.code for row in rows})
        code_at = {code: at for at, code in enumerate(self._codes)}
        self._of_all: Ints = np.full(len(self.problem.people), NOBODY, dtype=np.int32)
        of_some: dict[tuple[int, frozenset[str]], list[int]] = {}
        # The last one written stands, which has to be the first one told.
        for row in reversed(rows):
            at = self.problem.person_at[row.person]
            if row.of_all:
                self._of_all[at] = code_at[row.code]
            else:
                of_some.setdefault((code_at[row.code], row.slots), []).append(at)
        self._of_some: dict[tuple[frozenset[str], int], Ints] = {
            (slots, code): np.array(people, dtype=np.int32)
            for (code, slots), people in sorted(of_some.items(), key=lambda one: one[0][0])
        }


def distance_km(person: Person, slot: Slot) -> float:
    """Kilometers as the crow flies, to 10 m."""
    here, there = (np.array([[one.x_m], [one.y_m]], dtype=np.float64) for one in (person, slot))
    return kilometers(int(distance_units(*here, *there)[0]))
