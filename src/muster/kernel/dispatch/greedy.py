"""The rule that people use, as the baseline: the most urgent slot first, and for each seat the nearest who may go."""

from __future__ import annotations

import numpy as np

from muster.kernel.dispatch.flow import Placed
from muster.kernel.dispatch.model import Kind
from muster.kernel.dispatch.table import Table

_SCARCEST_FIRST = {Kind.BACKBONE: 0, Kind.SKILLED: 1, Kind.GENERAL: 2}


def nearest_first(table: Table) -> Placed:
    """Fills slots by weight, then start, then scarcer kinds, each with those who come cheapest to it at that moment."""
    problem = table.problem
    taken = np.zeros(len(problem.people), dtype=np.int64)
    busy = np.zeros((len(problem.people), int(table.period.max(initial=0)) + 1), dtype=np.bool_)
    people: list[int] = []
    slots: list[int] = []
    order = sorted(
        range(len(problem.slots)),
        key=lambda index: (
            -problem.slots[index].weight,
            problem.slots[index].window.start,
            _SCARCEST_FIRST[problem.slots[index].kind],
            problem.slots[index].id,
        ),
    )
    for slot in order:
        period = int(table.period[slot])
        able = np.flatnonzero(table.allowed[:, slot] & (taken < table.capacity) & ~busy[:, period])
        price = table.cost[able, slot] + table.steps(able, taken[able])
        chosen = able[np.argsort(price, kind="stable")[: int(table.seats[slot])]]
        taken[chosen] += 1
        busy[chosen, period] = True
        people.extend(chosen.tolist())
        slots.extend([slot] * len(chosen))
    who, where = np.array(people, dtype=np.int64), np.array(slots, dtype=np.int64)
    sequence = np.lexsort((where, who))
    return Placed(who[sequence], where[sequence], 0)
