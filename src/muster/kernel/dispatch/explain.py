"""Reasons read off a placement and its prices."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from muster.kernel.dispatch.answers import Empty, EmptyCode, NotCode, WhyMe, WhyNot
from muster.kernel.dispatch.flow import Placed
from muster.kernel.dispatch.model import Kind, Person, Slot, kilometers
from muster.kernel.dispatch.prices import NOBODY, Prices, taken_by
from muster.kernel.dispatch.shortage import Ring, ring_around
from muster.kernel.dispatch.table import Table, bars_between


def distance_km(person: Person, slot: Slot) -> float:
    """Kilometers as the crow flies, to 10 m."""
    return kilometers(round(math.hypot(person.x_m - slot.x_m, person.y_m - slot.y_m) / 10))


def whys(table: Table, placed: Placed, prices: Prices) -> list[WhyMe]:
    """Why each filled seat is filled as it is, in order of (person, slot)."""
    last = table.steps(placed.people, taken_by(table, placed)[placed.people] - 1)
    return [
        _why_me(table, prices, person, slot, step)
        for person, slot, step in zip(
            placed.people.tolist(), placed.slots.tolist(), last.tolist(), strict=True
        )
    ]


def why_not(table: Table, placed: Placed, prices: Prices, person_id: str, slot_index: int) -> WhyNot:
    """Why somebody does not have a seat at a slot: the rules that bar him, or the price of sending him all the same."""
    problem = table.problem
    slot = problem.slots[slot_index]
    index = problem.person_at.get(person_id)
    if index is None:
        rows = problem.exclusions_of.get(person_id, ())
        codes = tuple(row.code for row in rows if row.slot in (None, slot.id))
        return WhyNot(person_id, slot.id, codes or (NotCode.UNKNOWN_PERSON,))
    person = problem.people[index]
    km = distance_km(person, slot)
    if bool(((placed.people == index) & (placed.slots == slot_index)).any()):
        return WhyNot(person_id, slot.id, (NotCode.ASSIGNED,), km)
    barred = bars_between(problem, person, slot)
    if barred:
        return WhyNot(person_id, slot.id, barred, km)
    return _priced_out(table, placed, prices, index, slot_index)


def empties(table: Table, placed: Placed) -> tuple[Empty, ...]:
    """Each slot with seats that nobody gets, with its certificate."""
    filled = np.bincount(placed.slots, minlength=len(table.problem.slots))
    return tuple(
        _empty(table, placed, filled.tolist(), index)
        for index in np.flatnonzero(filled < table.seats).tolist()
    )


def ring_capacity(table: Table, ring: Ring) -> int:
    """Most seats that the people of the ring could fill in it, whoever goes where: one a period, within their limits."""
    reach = np.zeros((len(ring.people), int(table.period.max(initial=0)) + 1), dtype=np.bool_)
    for slot in ring.slots.tolist():
        reach[:, table.period[slot]] |= table.allowed[ring.people, slot]
    return int(np.minimum(table.capacity[ring.people], reach.sum(axis=1)).sum())


def _why_me(table: Table, prices: Prices, person: int, slot: int, step: int) -> WhyMe:
    somebody, post = table.problem.people[person], table.problem.slots[slot]
    caller, moves = prices.chain(slot)
    replaced = caller != NOBODY
    extra = int(prices.price[slot]) - int(table.cost[person, slot]) - step
    return WhyMe(
        person=somebody.id,
        slot=post.id,
        km=distance_km(somebody, post),
        tier=somebody.tier,
        skill=post.skill,
        backbone_seat=post.kind is Kind.BACKBONE,
        kept=(somebody.id, post.id) in table.problem.keep,
        recent_calls=somebody.recent_calls,
        days_since_asked=somebody.days_since_asked,
        next_person=table.problem.people[caller].id if replaced else None,
        next_extra_km=kilometers(extra) if replaced else None,
        next_moves=moves if replaced else None,
    )


def _priced_out(table: Table, placed: Placed, prices: Prices, person: int, slot: int) -> WhyNot:
    taken = int(taken_by(table, placed)[person])
    period = table.period[slot]
    held = placed.slots[placed.people == person]
    in_the_way = held[table.period[held] == period]
    if not len(in_the_way) and taken >= table.capacity[person]:
        in_the_way = held
    km = distance_km(table.problem.people[person], table.problem.slots[slot])
    if len(in_the_way):
        freed = prices.price[in_the_way] - table.cost[person, in_the_way]
        place = int(in_the_way[int(freed.argmin())])
        code, worth = NotCode.NEEDED_ELSEWHERE, int(freed.min())
        placed_at: str | None = table.problem.slots[place].id
    else:
        code, worth = NotCode.OTHERS_CHEAPER, int(table.steps(np.array([person]), taken)[0])
        placed_at = None
    extra = int(table.cost[person, slot]) + worth - int(prices.price[slot])
    affordable = extra < table.seat_value
    return WhyNot(
        table.problem.people[person].id,
        table.problem.slots[slot].id,
        (code,),
        km,
        kilometers(max(extra, 0)) if affordable else None,
        placed_at,
    )


def _empty(table: Table, placed: Placed, filled: list[int], slot: int) -> Empty:
    problem, post = table.problem, table.problem.slots[slot]
    holders = [person for person in problem.people if _holds(person, post)]
    qualified = int((table.allowed[:, slot] & (table.capacity > 0)).sum())
    barred = Counter(codes[0] for person in holders if (codes := bars_between(problem, person, post)))
    ring = Ring(np.array([slot]), np.flatnonzero(table.allowed[:, slot] & (table.capacity > 0)))
    if qualified >= post.seats:
        ring = ring_around(table, placed, slot)
    capacity, asked = ring_capacity(table, ring), int(table.seats[ring.slots].sum())
    higher = tuple(
        (problem.slots[other].id, filled[other])
        for other in ring.slots.tolist()
        if problem.slots[other].weight > post.weight and filled[other]
    )
    return Empty(
        slot=post.id,
        seats=post.seats - filled[slot],
        code=_empty_code(qualified, capacity, asked, higher),
        asked=post.seats,
        holders=len(holders),
        qualified=qualified,
        excluded=tuple(sorted(barred.items())),
        ring_slots=tuple(problem.slots[other].id for other in ring.slots.tolist()),
        ring_people=len(ring.people),
        ring_capacity=capacity,
        ring_seats=asked,
        higher=higher,
    )


def _empty_code(qualified: int, capacity: int, asked: int, higher: tuple[tuple[str, int], ...]) -> EmptyCode:
    if qualified == 0:
        return EmptyCode.NOBODY_QUALIFIED
    if capacity >= asked:
        return EmptyCode.COULD_BE_FILLED
    return EmptyCode.TAKEN_BY_HIGHER_WEIGHT if higher else EmptyCode.FEWER_QUALIFIED_THAN_SEATS


def _holds(person: Person, slot: Slot) -> bool:
    """The person has what the slot asks for, rules and times apart."""
    if slot.kind is Kind.BACKBONE:
        return person.backbone
    return not slot.skill or slot.skill in person.skills
