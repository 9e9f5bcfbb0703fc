"""Small problems for the dispatch tests: random ones from hypothesis, and the plain way to solve them."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from muster.kernel.dispatch import Costs, Exclusion, Kind, Person, Slot, Window

MORNING = Window("morning", 8 * 60, 12 * 60)
LATE_MORNING = Window("late morning", 10 * 60, 14 * 60)
NEXT_DAY = Window("next day", 1440 + 8 * 60, 1440 + 12 * 60)
NEXT_NIGHT = Window("next night", 1440 + 22 * 60, 2880 + 4 * 60)
DAY_AFTER = Window("day after", 2880 + 8 * 60, 2880 + 12 * 60)
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
    """Instances small enough to try every plan."""
    meters = st.integers(0, 60).map(lambda step: step * 50.0)
    people = [
        Person(
            id=f"p{index}",
            x_m=draw(meters),
            y_m=draw(meters),
            tier=draw(st.integers(0, 3)),
            backbone=draw(st.booleans()),
            skills=draw(st.frozensets(st.sampled_from(["nurse", "driver"]))),
            windows=draw(st.none() | st.frozensets(st.sampled_from([w.id for w in WINDOWS]))),
            max_seats=draw(st.integers(0, 3)),
            recent_calls=draw(st.integers(0, 3)),
            recent_minutes=draw(st.sampled_from([0, 90, 600])),
        )
        for index in range(draw(st.integers(0, most_people)))
    ]
    slots = []
    for index in range(draw(st.integers(0, most_slots))):
        kind = draw(st.sampled_from(Kind))
        slots.append(
            Slot(
                id=f"s{index}",
                x_m=draw(meters),
                y_m=draw(meters),
                window=draw(st.sampled_from(WINDOWS)),
                seats=draw(st.integers(0, most_seats)),
                kind=kind,
                skill=draw(st.sampled_from(["nurse", "driver"])) if kind is Kind.SKILLED else "",
                weight=draw(st.integers(1, 3)),
            )
        )
    costs = Costs(
        keep_km=draw(st.sampled_from([0.0, 1.0, 5.0])),
        radius_km=draw(st.sampled_from([None, 1.0, 2.5])),
        rest_minutes=draw(st.sampled_from([0, 600])),
    )
    pairs = [(person.id, slot.id) for person in people for slot in slots]
    some = st.lists(st.sampled_from(pairs), unique=True, max_size=3) if pairs else st.just([])
    exclusions = tuple(Exclusion(person, "rest_too_short", slot) for person, slot in draw(some))
    return Instance(tuple(people), tuple(slots), costs, exclusions, tuple(draw(some)))


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
    barred = {(row.person, row.slot) for row in instance.exclusions}
    promised = {pair for pair in instance.keep}
    broken_price = round(instance.costs.keep_km * 100)
    best: list[tuple[int, int]] = [(0, -len(promised) * broken_price)]

    def distance(person: Person, slot: Slot) -> float:
        return float(((person.x_m - slot.x_m) ** 2 + (person.y_m - slot.y_m) ** 2) ** 0.5)

    def may(person: Person, slot: Slot) -> bool:
        if (person.id, slot.id) in barred:
            return False
        if person.windows is not None and slot.window.id not in person.windows:
            return False
        if slot.kind is Kind.BACKBONE and not person.backbone:
            return False
        if slot.kind is Kind.SKILLED and slot.skill not in person.skills:
            return False
        return instance.costs.radius_km is None or distance(person, slot) <= instance.costs.radius_km * 1000

    def price(person: Person, slot: Slot, taken: int) -> int:
        return (
            round(distance(person, slot) / 10)
            + round(instance.costs.tier_km[person.tier] * 100)
            + round(instance.costs.hour_km * person.recent_minutes / 60 * 100)
            + round(instance.costs.fairness_km * 100) * (2 * (person.recent_calls + taken) + 1)
        )

    def walk(index: int, left: dict[str, int], weight: int, cost: int, kept: int) -> None:
        if index == len(instance.people):
            best[0] = max(best[0], (weight, -(cost + (len(promised) - kept) * broken_price)))
            return
        person = instance.people[index]

        def take(start: int, used: frozenset[int], more: tuple[int, int, int], seats: dict[str, int]) -> None:
            walk(index + 1, seats, *more)
            if len(used) == person.max_seats:
                return
            for position in range(start, len(instance.slots)):
                slot = instance.slots[position]
                if seats[slot.id] and period[slot.window] not in used and may(person, slot):
                    weighed, spent, held = more
                    grown = (
                        weighed + slot.weight,
                        spent + price(person, slot, len(used)),
                        held + ((person.id, slot.id) in promised),
                    )
                    fewer = {**seats, slot.id: seats[slot.id] - 1}
                    take(position + 1, used | {period[slot.window]}, grown, fewer)

        take(0, frozenset(), (weight, cost, kept), left)

    walk(0, {slot.id: slot.seats for slot in instance.slots}, 0, 0, 0)
    return best[0][0], -best[0][1]
