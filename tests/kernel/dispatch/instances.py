"""Small problems for the dispatch tests: random ones from hypothesis, and the plain way to solve them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from hypothesis import strategies as st

from muster.kernel.dispatch import Costs, Exclusion, Kind, Person, Plan, Slot, Window, solve

MORNING = Window("morning", 8 * 60, 12 * 60)
LATE_MORNING = Window("late morning", 10 * 60, 14 * 60)
NEXT_DAY = Window("next day", 1440 + 8 * 60, 1440 + 12 * 60)
NEXT_NIGHT = Window("next night", 1440 + 22 * 60, 2880 + 4 * 60)
DAY_AFTER = Window("day after", 2880 + 8 * 60, 2880 + 12 * 60)
SKILLS = ("nurse", "driver")
PATCHES = ("", "east", "west")
WINDOWS = (MORNING, LATE_MORNING, NEXT_DAY, NEXT_NIGHT, DAY_AFTER)


@dataclass(frozen=True)
class Instance:
    """Arguments of `solve`."""

    people: tuple[Person, ...]
    slots: tuple[Slot, ...]
    costs: Costs = field(default_factory=Costs)
    exclusions: tuple[Exclusion, ...] = ()
    keep: tuple[tuple[str, str], ...] = ()


@st.composite
def instances(draw: st.DrawFn, most_people: int = 5, most_slots: int = 4, most_seats: int = 2) -> Instance:
    """Instances small enough to try every plan.

    Hypothesis chooses the size and a seed, which is ten times as fast as drawing each field; ids say what stays the same.
    """
    people, slots = draw(st.integers(0, most_people)), draw(st.integers(0, most_slots))
    seed = draw(st.integers(0, 2**32))
    return instance_of(people, slots, most_seats, random.Random(seed))  # noqa: S311  # a test instance, no secret


def instance_of(people: int, slots: int, most_seats: int, chance: random.Random) -> Instance:
    """A random instance of that size, crowded enough for ties, shortages and promises."""
    names = [window.id for window in WINDOWS]
    pairs = [(f"p{person}", f"s{slot}") for person in range(people) for slot in range(slots)]
    barred = chance.sample(pairs, min(len(pairs), chance.randrange(4)))
    return Instance(
        tuple(
            Person(
                id=f"p{index}",
                x_m=chance.randrange(60) * 50.0,
                y_m=chance.randrange(60) * 50.0,
                tier=chance.randrange(4),
                backbone=chance.random() < 0.5,
                skills=frozenset(chance.sample(SKILLS, chance.randrange(3))),
                windows=None
                if chance.random() < 0.5
                else frozenset(chance.sample(names, chance.randrange(6))),
                max_seats=chance.randrange(4),
                recent_calls=chance.randrange(4),
                recent_minutes=chance.choice([0, 90, 600]),
                patch=chance.choice(PATCHES),
                at_hand=frozenset(f"s{slot}" for slot in range(slots) if chance.random() < 0.2),
            )
            for index in range(people)
        ),
        tuple(a_slot(f"s{index}", most_seats, chance) for index in range(slots)),
        Costs(
            patch_km=chance.choice([0.0, 0.7, 1.0]),
            keep_km=chance.choice([0.0, 1.0, 5.0]),
            radius_km=chance.choice([None, 1.0, 2.5]),
            rest_minutes=chance.choice([0, 600]),
        ),
        (
            *(Exclusion(person, "rest_too_short", slot) for person, slot in barred),
            *(
                Exclusion(f"p{at}", "not_insured", slots=frozenset(f"s{slot}" for slot in some))
                for at in range(people)
                if slots and chance.random() < 0.3
                for some in [chance.sample(range(slots), chance.randint(1, slots))]
            ),
            *(Exclusion(f"p{at}", "too_young") for at in range(people) if chance.random() < 0.05),
        ),
        tuple(chance.sample(pairs, min(len(pairs), chance.randrange(4)))),
    )


def a_slot(slot_id: str, most_seats: int, chance: random.Random) -> Slot:
    """A slot of any kind, window, place and weight."""
    kind = chance.choice(list(Kind))
    return Slot(
        id=slot_id,
        x_m=chance.randrange(60) * 50.0,
        y_m=chance.randrange(60) * 50.0,
        window=chance.choice(WINDOWS),
        seats=chance.randint(0, most_seats),
        kind=kind,
        skill=chance.choice(SKILLS) if kind is Kind.SKILLED else "",
        weight=chance.randint(1, 3),
        patch=chance.choice(PATCHES),
    )


def periods(instance: Instance) -> dict[Window, int]:
    """Period of each window, by joining every two that a person may not both have."""
    windows = sorted({slot.window for slot in instance.slots}, key=lambda window: window.id)
    group = {window: index for index, window in enumerate(windows)}
    for one in windows:
        for other in windows:
            close = one.start < other.end + instance.costs.rest_minutes
            close = close and other.start < one.end + instance.costs.rest_minutes
            if close or one.start // 1440 == other.start // 1440:
                old, new = group[other], group[one]
                group = {window: new if number == old else number for window, number in group.items()}
    return group


def best_by_hand(instance: Instance) -> tuple[int, int]:
    """(most weight, least cost in units) over every plan there is."""
    period = periods(instance)
    barred = [(row.person, {row.slot, *row.slots} - {None}) for row in instance.exclusions]
    people, slots = ({one.id for one in some} for some in (instance.people, instance.slots))
    promised = {(person, slot) for person, slot in instance.keep if person in people and slot in slots}
    keep_price = round(instance.costs.keep_km * 100) if promised else 0
    best: list[tuple[int, int]] = [(0, 0)]

    def distance(person: Person, slot: Slot) -> float:
        return float(((person.x_m - slot.x_m) ** 2 + (person.y_m - slot.y_m) ** 2) ** 0.5)

    def may(person: Person, slot: Slot) -> bool:
        if any(who == person.id and (not which or slot.id in which) for who, which in barred):
            return False
        if person.windows is not None and slot.window.id not in person.windows:
            return False
        if slot.kind is Kind.BACKBONE and not person.backbone:
            return False
        if slot.kind is Kind.SKILLED and slot.skill not in person.skills:
            return False
        radius = instance.costs.radius_km
        return radius is None or round(distance(person, slot) / 10) <= radius * 100

    def away(person: Person, slot: Slot) -> int:
        patches = {person.patch, slot.patch} - {""}
        return round(instance.costs.patch_km * 100) if len(patches) == 2 else 0

    def price(person: Person, slot: Slot, taken: int) -> int:
        return (
            round(distance(person, slot) / 10)
            + (0 if slot.id in person.at_hand else round(instance.costs.tier_km[person.tier] * 100))
            + round(instance.costs.hour_km * person.recent_minutes / 60 * 100)
            + away(person, slot)
            + (0 if (person.id, slot.id) in promised else keep_price)
            + round(instance.costs.fairness_km * 100) * (2 * (person.recent_calls + taken) + 1)
        )

    def walk(index: int, left: dict[str, int], weight: int, cost: int) -> None:
        if index == len(instance.people):
            best[0] = max(best[0], (weight, -cost))
            return
        person = instance.people[index]

        def take(start: int, used: frozenset[int], more: tuple[int, int], seats: dict[str, int]) -> None:
            walk(index + 1, seats, *more)
            if len(used) == person.max_seats:
                return
            for position in range(start, len(instance.slots)):
                slot = instance.slots[position]
                if seats[slot.id] and period[slot.window] not in used and may(person, slot):
                    grown = (more[0] + slot.weight, more[1] + price(person, slot, len(used)))
                    fewer = {**seats, slot.id: seats[slot.id] - 1}
                    take(position + 1, used | {period[slot.window]}, grown, fewer)

        take(0, frozenset(), (weight, cost), left)

    walk(0, {slot.id: slot.seats for slot in instance.slots}, 0, 0)
    return best[0][0], -best[0][1]


def solved(instance: Instance) -> Plan:
    """The plan of the face for it."""
    return solve(
        instance.people, instance.slots, instance.costs, exclusions=instance.exclusions, keep=instance.keep
    )
