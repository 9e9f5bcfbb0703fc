"""What dispatch is asked: people, slots, prices, and the problem they make together.

Lengths in meters or kilometers, times in local minutes (`kernel.spans`), costs in kilometer equivalents: the price of
sending a person is what that many kilometers of travel would cost. Inside, costs are whole units of 10 m, and so are
distances: 1,004 m is within a radius of 1 km.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from muster.kernel.dispatch.pools.instance import UNITS_PER_KM, units
from muster.kernel.dispatch.pools.refusals import DEAREST_KM, FARTHEST_M, HEAVIEST, LONGEST_HISTORY
from muster.kernel.spans import Span


class Kind(StrEnum):
    """Whom a seat asks for. Backbone and skilled people may also take general seats."""

    GENERAL = "general"
    BACKBONE = "backbone"
    SKILLED = "skilled"


@dataclass(frozen=True, slots=True)
class Window:
    """One shift in time, shared by all slots that start and end together."""

    id: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """The same as a span of local minutes."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who could be sent. Whoever may be sent nowhere need not be here: an `Exclusion` is enough.

    `tier`: 0 is called first. `windows`: ids of the windows that suit, None for all. `max_seats`: most seats in the whole
    plan. `recent_calls` and `recent_minutes`: what was asked and served lately, for fairness. `patch`: the place whose
    people he belongs to, "" for none. `at_hand`: ids of the slots for which he stands ready, so that nobody has to call him:
    the price of his tier is not charged there.
    """

    id: str
    x_m: float
    y_m: float
    tier: int = 0
    backbone: bool = False
    skills: frozenset[str] = frozenset()
    windows: frozenset[str] | None = None
    max_seats: int = 1
    recent_calls: int = 0
    recent_minutes: int = 0
    days_since_asked: int | None = None
    patch: str = ""
    at_hand: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Slot:
    """Seats of one kind at one post in one window, still to be filled. `weight`, 1 to 10,000: how much a filled seat counts.

    `patch`: the place that the post belongs to, "" for none.
    """

    id: str
    x_m: float
    y_m: float
    window: Window
    seats: int
    kind: Kind = Kind.GENERAL
    skill: str = ""
    weight: int = 1
    patch: str = ""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A rule that keeps a person from one `slot`, from many `slots`, or with neither from all.

    `code` is the caller's, handed back as it is. Where a rule keeps many people from the same slots, they should share one
    set of `slots`: it is then looked at once.
    """

    person: str
    code: str
    slot: str | None = None
    slots: frozenset[str] = frozenset()

    @property
    def of_all(self) -> bool:
        """Whether it keeps the person from every slot there is."""
        return self.slot is None and not self.slots

    def holds(self, slot: str) -> bool:
        """Whether it keeps the person from that slot."""
        return self.of_all or slot == self.slot or slot in self.slots


@dataclass(frozen=True, slots=True)
class Costs:
    """Prices in kilometer equivalents; every one is ours (D) and meant to be set.

    `tier_km[t]`: calling tier t, the last value also for tiers beyond. `fairness_km`: the k-th seat of somebody with h
    recent calls costs fairness_km x (2(h+k)+1), which rises, so work is spread. `hour_km`: per hour served lately.
    `patch_km`: sending somebody out of his own patch, where both he and the slot name one.
    `keep_km`: a seat filled otherwise than the plan in force had it. `radius_km`: nobody is sent farther, None for no limit.
    `rest_minutes`: windows closer than this are not both given to one person (D 10 h, norms C.2).
    """

    tier_km: tuple[float, ...] = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)
    fairness_km: float = 0.5
    hour_km: float = 0.05
    patch_km: float = 1.0
    keep_km: float = 1.0
    radius_km: float | None = None
    rest_minutes: int = 600


@dataclass(frozen=True)
class Problem:
    """One consistent question, in id order, so that the order in which facts arrived cannot change the answer."""

    people: tuple[Person, ...]
    slots: tuple[Slot, ...]
    costs: Costs
    exclusions: tuple[Exclusion, ...]
    keep: frozenset[tuple[str, str]]

    @staticmethod
    def of(
        people: Iterable[Person],
        slots: Iterable[Slot],
        costs: Costs,
        exclusions: Iterable[Exclusion] = (),
        keep: Iterable[tuple[str, str]] = (),
    ) -> Problem:
        """Sorts and checks; raises ValueError for what no plan could mean (a double id, a seat count below 0)."""
        problem = Problem(
            people=tuple(sorted(people, key=lambda person: person.id)),
            slots=tuple(sorted(slots, key=lambda slot: slot.id)),
            costs=costs,
            exclusions=tuple(_joined(exclusions)),
            keep=frozenset(keep),
        )
        _refuse_nonsense(problem)
        return problem

    @cached_property
    def promised(self) -> frozenset[tuple[str, str]]:
        """The pairs to keep of whom both the person and the slot are still there."""
        return frozenset(row for row in self.keep if row[0] in self.person_at and row[1] in self.slot_at)

    @cached_property
    def person_at(self) -> dict[str, int]:
        """Position of each person."""
        return {person.id: index for index, person in enumerate(self.people)}

    @cached_property
    def slot_at(self) -> dict[str, int]:
        """Position of each slot."""
        return {slot.id: index for index, slot in enumerate(self.slots)}

    @cached_property
    def period_of(self) -> tuple[int, ...]:
        """Period of each slot; a person takes at most one seat in a period.

        A period is a chain of windows in which neighbors overlap, start on one day or leave less than the rest between
        them. That keeps the model one flow and never breaks a rule of time; the price is that the two ends of a long
        chain also exclude each other.
        """
        periods = {window: period for period, chain in enumerate(self.chains) for window in chain}
        return tuple(periods[slot.window] for slot in self.slots)

    @cached_property
    def chains(self) -> tuple[tuple[Window, ...], ...]:
        """The windows of each period, by their start."""
        chains: list[list[Window]] = []
        latest_end, last_day = 0, None
        for window in sorted({slot.window for slot in self.slots}, key=lambda w: (w.start, w.end, w.id)):
            day = window.span.day
            if last_day is None or (day != last_day and window.start >= latest_end + self.costs.rest_minutes):
                chains.append([])
                latest_end = window.end
            chains[-1].append(window)
            latest_end, last_day = max(latest_end, window.end), day
        return tuple(map(tuple, chains))

    @cached_property
    def exclusions_of(self) -> dict[str, tuple[Exclusion, ...]]:
        """Exclusions by person."""
        found: dict[str, list[Exclusion]] = {}
        for exclusion in self.exclusions:
            found.setdefault(exclusion.person, []).append(exclusion)
        return {person: tuple(rows) for person, rows in found.items()}


def tier_units(costs: Costs, person: Person) -> int:
    """What calling somebody of this tier costs, in units."""
    return units(costs.tier_km[min(person.tier, len(costs.tier_km) - 1)])


def own_units(costs: Costs, person: Person) -> int:
    """What calling this person costs wherever he is sent, in units: his tier, and the hours he served lately."""
    return tier_units(costs, person) + round(costs.hour_km * person.recent_minutes / 60 * UNITS_PER_KM)


def _joined(exclusions: Iterable[Exclusion]) -> Iterator[Exclusion]:
    """One for each person and rule, those from all slots first, so that the order in which they came says nothing."""
    found: dict[tuple[str, str], list[Exclusion]] = {}
    for row in exclusions:
        found.setdefault((row.person, row.code), []).append(row)
    joined = []
    for (person, code), rows in found.items():
        if any(row.of_all for row in rows):
            joined.append(Exclusion(person, code))
        else:
            # One set alone stays the same set, shared with all who have it.
            several = frozenset(row.slot for row in rows if row.slot is not None)
            sets = {row.slots for row in rows if row.slots} | ({several} if several else set())
            joined.append(
                Exclusion(person, code, slots=sets.pop() if len(sets) == 1 else frozenset().union(*sets))
            )
    yield from sorted(joined, key=lambda row: (row.person, not row.of_all, row.code))


def _refuse_nonsense(problem: Problem) -> None:
    if len(problem.person_at) != len(problem.people):
        raise ValueError("two people have the same id")
    if len(problem.slot_at) != len(problem.slots):
        raise ValueError("two slots have the same id")
    meters = [at for person in problem.people for at in (person.x_m, person.y_m)]
    meters += [at for slot in problem.slots for at in (slot.x_m, slot.y_m)]
    if not all(abs(at) <= FARTHEST_M for at in meters):
        raise ValueError("a place must be a finite number of meters on Earth")
    _refuse_slots(problem.slots)
    for person in problem.people:
        if person.max_seats < 0 or person.tier < 0 or person.recent_calls < 0 or person.recent_minutes < 0:
            raise ValueError(f"person {person.id}: tier, seats and history cannot be below 0")
        if person.recent_calls > LONGEST_HISTORY:
            raise ValueError(f"person {person.id}: more than {LONGEST_HISTORY} recent calls")
    known = problem.slot_at.keys()
    for slots, person_id in {row.slots: row.person for row in problem.exclusions}.items():
        if not slots <= known:
            raise ValueError(f"an exclusion of {person_id} names the unknown slot {min(slots - known)}")
    costs = problem.costs
    prices = (*costs.tier_km, costs.fairness_km, costs.hour_km, costs.patch_km)
    prices += (costs.keep_km, costs.radius_km or 0.0)
    if not costs.tier_km or costs.rest_minutes < 0 or not all(0 <= price <= DEAREST_KM for price in prices):
        raise ValueError("prices, radius and rest are finite, not below 0, and there is a price for tier 0")


def _refuse_slots(slots: tuple[Slot, ...]) -> None:
    windows: dict[str, Window] = {}
    for slot in slots:
        if slot.seats < 0 or not 1 <= slot.weight <= HEAVIEST:
            raise ValueError(
                f"slot {slot.id}: seats must be at least 0 and weight at least 1, at most {HEAVIEST}"
            )
        if (slot.kind is Kind.SKILLED) != bool(slot.skill):
            raise ValueError(f"slot {slot.id}: a skilled slot names its skill, and no other slot does")
        if slot.window.end <= slot.window.start:
            raise ValueError(f"slot {slot.id}: its window ends before it starts")
        # People say by id which windows suit them: one id, one time.
        if windows.setdefault(slot.window.id, slot.window) != slot.window:
            raise ValueError(f"slot {slot.id}: another window is called {slot.window.id} as well")
