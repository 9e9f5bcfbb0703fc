"""The search for a plan that is proved the best: a flow over few pairs, then over those that its prices ask for."""

from __future__ import annotations

import numpy as np

from muster.kernel.dispatch.flow import Placed, cheapest_flow
from muster.kernel.dispatch.prices import Prices, prices_of, release_prices
from muster.kernel.dispatch.table import Flags, Ints, Table

# Speed only, by `make bench ONLY=dispatch`; any values end in a plan of the same price.
FIRST_PAIRS = 96
PAIRS_PER_SEAT = 6
MORE_PAIRS = 96


def best_placement(table: Table) -> tuple[Placed, Prices]:
    """The best placement, with its prices over every pair.

    A fixed number of nearest people would report shortages that do not exist. Here each round prices every pair that was
    left out; when none of them could save anything, the plan is the best of the complete table.
    """
    kept = _cheapest(table)
    while True:
        placed = cheapest_flow(table, kept)
        missed = _missed(table, placed, kept)
        if not missed.any():
            return placed, prices_of(table, placed, table.allowed)
        kept |= missed


def _cheapest(table: Table) -> Flags:
    """For each slot, a few more people than it has seats: those who come cheapest to it."""
    kept = np.zeros_like(table.allowed)
    for slot in np.flatnonzero(table.seats).tolist():
        able = np.flatnonzero(table.allowed[:, slot])
        price = table.cost[able, slot] + table.first_step[able]
        kept[_lowest(able, price, max(FIRST_PAIRS, PAIRS_PER_SEAT * int(table.seats[slot]))), slot] = True
    return kept


def _missed(table: Table, placed: Placed, kept: Flags) -> Flags:
    """Pairs left out that would save something at the prices of the pairs kept; the best few of each slot."""
    price = prices_of(table, placed, kept).price
    release = release_prices(table, placed, price)
    missed = np.zeros_like(kept)
    for slot in np.flatnonzero(table.seats).tolist():
        spent = table.cost[:, slot] + release[:, table.period[slot]] - price[slot]
        saving = np.flatnonzero((spent < 0) & table.allowed[:, slot] & ~kept[:, slot])
        missed[_lowest(saving, spent[saving], max(MORE_PAIRS, int(table.seats[slot]))), slot] = True
    return missed


def _lowest(people: Ints, amounts: Ints, many: int) -> Ints:
    """The `many` people with the lowest amounts, and all whose amount equals the last of these."""
    if len(people) <= many:
        return people
    low: Flags = amounts <= np.partition(amounts, many - 1)[many - 1]
    return people[low]
