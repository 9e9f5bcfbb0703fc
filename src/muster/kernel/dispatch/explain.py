"""Reasons read off a placement and its prices."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from muster.kernel.dispatch.answers import Empty, EmptyCode, NotCode, WhyMe, WhyNot
from muster.kernel.dispatch.flow import Placed
from muster.kernel.dispatch.forcing import forced_extra
from muster.kernel.dispatch.model import Kind, Person, Slot, kilometers
from muster.kernel.dispatch.prices import NOBODY, Prices, last_steps
from muster.kernel.dispatch.shortage import Ring, Shortages
from muster.kernel.dispatch.table import Table, bars_between


def distance_km(person: Person, slot: Slot) -> float:
    """Kilometers as the crow flies, to 10 m."""
    return kilometers(round(math.hypot(person.x_m - slot.x_m, person.y_m - slot.y_m) / 10))


def whys(table: Table, placed: Placed, prices: Prices) -> list[WhyMe]:
    """Why each filled seat is filled as it is, in order of (person, slot)."""
    last = last_steps(table, placed)
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
    shortages = Shortages(table, placed)
    return tuple(
        _empty(shortages, filled.tolist(), index) for index in np.flatnonzero(filled < table.seats).tolist()
    )


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
    somebody, post = table.problem.people[person], table.problem.slots[slot]
    km = distance_km(somebody, post)
    if post.seats == 0:
        return WhyNot(somebody.id, post.id, (NotCode.NO_SEATS_TO_FILL,), km)
    extra = forced_extra(table, placed, prices, person, slot)
    seat = _seat_to_give_up(table, placed, prices, person, slot)
    return WhyNot(
        somebody.id,
        post.id,
        (NotCode.OTHERS_CHEAPER if seat is None else NotCode.NEEDED_ELSEWHERE,),
        km,
        None if extra is None else kilometers(extra),
        None if seat is None else table.problem.slots[seat].id,
    )


def _seat_to_give_up(table: Table, placed: Placed, prices: Prices, person: int, slot: int) -> int | None:
    """The seat that the person would have to leave to take one more at the slot; None when he has one to spare."""
    held = placed.slots[placed.people == person]
    in_the_way = held[table.period[held] == table.period[slot]]
    if not len(in_the_way):
        if len(held) < table.capacity[person]:
            return None
        in_the_way = held
    refill = prices.price[in_the_way] - table.cost[person, in_the_way]
    return int(in_the_way[int(refill.argmin())])


def _empty(shortages: Shortages, filled: list[int], slot: int) -> Empty:
    problem = shortages.table.problem
    post = problem.slots[slot]
    holders = [person for person in problem.people if _holds(person, post)]
    barred = Counter(codes[0] for person in holders if (codes := bars_between(problem, person, post)))
    alone = shortages.of((slot,))
    ring = alone if alone.capacity < alone.seats else shortages.around(slot)
    higher = tuple(
        (problem.slots[other].id, filled[other])
        for other in ring.slots
        if problem.slots[other].weight > post.weight and filled[other]
    )
    return Empty(
        slot=post.id,
        seats=post.seats - filled[slot],
        code=_empty_code(alone, ring, higher),
        asked=post.seats,
        holders=len(holders),
        qualified=alone.people,
        excluded=tuple(sorted(barred.items())),
        ring_slots=tuple(problem.slots[other].id for other in ring.slots),
        ring_people=ring.people,
        ring_capacity=ring.capacity,
        ring_seats=ring.seats,
        higher=higher,
    )


def _empty_code(alone: Ring, ring: Ring, higher: tuple[tuple[str, int], ...]) -> EmptyCode:
    if alone.people == 0:
        return EmptyCode.NOBODY_QUALIFIED
    if ring.capacity >= ring.seats:
        return EmptyCode.COULD_BE_FILLED
    return EmptyCode.TAKEN_BY_HIGHER_WEIGHT if higher else EmptyCode.FEWER_QUALIFIED_THAN_SEATS


def _holds(person: Person, slot: Slot) -> bool:
    """The person has what the slot asks for, rules and times apart."""
    if slot.kind is Kind.BACKBONE:
        return person.backbone
    return not slot.skill or slot.skill in person.skills
