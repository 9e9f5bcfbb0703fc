"""The independent recount of a plan: every rule and every sum looked at afresh, with nothing of what made the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from muster.kernel.dispatch.pools.instance import (
    BACKBONE,
    KINDS,
    SKILLED,
    Flags,
    Incumbent,
    Instance,
    Ints,
    Longs,
    Masks,
    kilometers,
    units,
)
from muster.kernel.dispatch.pools.solution import Solution

Figure = str | int | float


@dataclass(frozen=True)
class Violation:
    """Something in a plan that its question does not bear out; empty names where it is about the whole plan."""

    code: str
    volunteer: str = ""
    post: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Claim:
    """What a plan says: a row per filled seat, as positions, and sums in units without the value of seats.

    `km`: units said for each row, None where nothing is said. `strange`: what has no place in arrays, as unknown ids.
    """

    volunteer: Ints
    post: Ints
    kind: Ints
    empty: Ints | Longs
    status: str
    spent: int
    bound: float
    km: Longs | None = None
    declined: frozenset[str] = frozenset()
    strange: tuple[Violation, ...] = ()


def violations(
    instance: Instance,
    solution: Solution,
    incumbent: Incumbent | None = None,
    *,
    declined: frozenset[str] = frozenset(),
) -> tuple[Violation, ...]:
    """Everything in the solution that the question does not bear out; an empty tuple when all of it stands."""
    value = value_of_unfilled(instance, solution)
    claim = Claim(
        solution.volunteer,
        solution.post,
        solution.kind,
        solution.empty,
        solution.status,
        solution.objective - value,
        solution.lower_bound - value,
        declined=declined,
    )
    found = violations_of(instance, claim, incumbent)
    if solution.seat_value < instance.prices.seat_value or solution.seat_value % 2:
        figures: dict[str, Figure] = {"said": solution.seat_value, "least": instance.prices.seat_value}
        return (*found, Violation("wrong_seat_value", figures=figures))
    return found


def violations_of(
    instance: Instance, claim: Claim, incumbent: Incumbent | None = None
) -> tuple[Violation, ...]:
    """The same for what a file says of a plan."""
    recount = _Recount(instance, claim)
    return (
        *claim.strange,
        *recount.of_rows(),
        *recount.of_people(),
        *recount.of_seats(),
        *recount.of_sums(incumbent),
    )


def value_of_unfilled(instance: Instance, solution: Solution) -> int:
    """What the objective of a solution counts for its empty seats, and half for backbone seats that others fill."""
    weight = instance.posts.weight.astype(np.int64)
    empty = int((solution.empty.sum(axis=1, dtype=np.int64) * weight).sum())
    stand_ins = (solution.kind == BACKBONE) & ~instance.volunteers.backbone[solution.volunteer]
    halves = int(weight[solution.post[stand_ins]].sum())
    return empty * solution.seat_value + halves * (solution.seat_value // 2)


def pair_rows(instance: Instance, volunteer: Ints, post: Ints) -> tuple[Flags, NDArray[np.int64]]:
    """Which of these pairs are listed, and in which row of the list (anything where they are not)."""
    pairs = instance.pairs
    if pairs is None or not len(pairs.km):
        return np.zeros(len(volunteer), dtype=np.bool_), np.zeros(len(volunteer), dtype=np.int64)
    many = len(instance.posts.id)
    listed = pairs.volunteer.astype(np.int64) * many + pairs.post
    wanted = volunteer.astype(np.int64) * many + post
    order = np.argsort(listed, kind="stable")
    at = order[np.minimum(np.searchsorted(listed, wanted, sorter=order), len(listed) - 1)]
    return listed[at] == wanted, at


def lengths(instance: Instance, volunteer: Ints, post: Ints) -> Longs:
    """Units from people to posts: the listed cost of the pair, or the straight line from their community."""
    line = instance.travel_units(instance.volunteers.community[volunteer], post)
    is_listed, at = pair_rows(instance, volunteer, post)
    if instance.pairs is None or not is_listed.any():
        return line
    own = [units(km) for km in instance.pairs.km[at[is_listed]].tolist()]
    line[is_listed] = own
    return line


def spent(instance: Instance, volunteer: Ints, post: Ints, incumbent: Incumbent | None = None) -> int:
    """All charges of filled seats in units: distance, patch, tier, fairness, and against an incumbent the changes."""
    prices, people = instance.prices, instance.volunteers
    who, seats = np.unique(volunteer, return_counts=True)
    tier = np.array([units(prices.tier_km[name]) for name in instance.tiers], dtype=np.int64)
    called = int((tier[people.tier[who]] * seats).sum())
    # The sum of 2(h + k) + 1 for k = 0 ... n - 1 is n² + 2hn.
    fair = int((seats * seats + 2 * seats * people.history[who].astype(np.int64)).sum())
    own, there = people.patch[volunteer], instance.posts.patch[post]
    away = int(np.count_nonzero((own != there) & (own >= 0) & (there >= 0)))
    km = int(lengths(instance, volunteer, post).sum())
    amount = km + called + fair * units(prices.fairness_km) + away * units(prices.patch_km)
    amount += int(instance.terms_units(people.community[volunteer], post).sum())
    if incumbent is None:
        return amount
    before = set(zip(incumbent.volunteer.tolist(), incumbent.post.tolist(), strict=True))
    now = zip(volunteer.tolist(), post.tolist(), strict=True)
    return amount + units(prices.keep_km) * sum(row not in before for row in now)


class _Recount:
    def __init__(self, instance: Instance, claim: Claim) -> None:
        self.instance = instance
        self.claim = claim
        self.people = instance.volunteers
        self.posts = instance.posts
        self.slot = self.posts.slot[claim.post]
        self.km = lengths(instance, claim.volunteer, claim.post)

    def of_rows(self) -> Iterator[Violation]:
        claim, prices = self.claim, self.instance.prices
        who, where = claim.volunteer, claim.post
        ordinary = ~self.people.backbone[who]
        skill = self.posts.skill[where]
        held = (self.people.skills[who] >> skill.clip(0).astype(np.uint64) & np.uint64(1)) > 0
        yield from self._rows(_has(self.people.available[who], self.slot), "not_available")
        if not prices.backbone_fallback:
            yield from self._rows(~((claim.kind == BACKBONE) & ordinary), "not_backbone")
        yield from self._rows((claim.kind != SKILLED) | (held & (skill >= 0)), "skill_missing")
        if prices.pairs_only:
            yield from self._rows(pair_rows(self.instance, who, where)[0], "not_a_pair")
        yield from self._rows(self.instance.is_open(self.people.community[who], where), "closed")
        if prices.radius is not None:
            yield from self._rows(self.km <= prices.radius, "too_far", km=self.km)
        if claim.km is not None:
            yield from self._rows(self.km == claim.km, "wrong_km", km=self.km, said=claim.km)
        if claim.declined:
            gone = np.array([name in claim.declined for name in self.people.id], dtype=np.bool_)
            yield from self._rows(~gone[who], "declined")

    def of_people(self) -> Iterator[Violation]:
        who, row_of, seats = np.unique(self.claim.volunteer, return_inverse=True, return_counts=True)
        table = np.zeros((len(who), self.instance.horizon.slots), dtype=np.int32)
        np.add.at(table, (row_of, self.slot), 1)
        most = self.people.max_shifts[who]
        for at in np.flatnonzero(seats > most).tolist():
            figures = {"seats": int(seats[at]), "most": int(most[at])}
            yield Violation("too_many_shifts", self.people.id[who[at]], figures=figures)
        names, horizon = self.instance.horizon.names, self.instance.horizon
        for at, slot in np.argwhere(table > 1).tolist():
            yield Violation("twice_in_slot", self.people.id[who[at]], figures={"slot": names[slot]})
        if horizon.one_per_day:
            by_day = (table > 0).reshape(len(who), horizon.days, horizon.shifts).sum(axis=2)
            for at, day in np.argwhere(by_day > 1).tolist():
                yield Violation("twice_on_day", self.people.id[who[at]], figures={"day": f"d{day}"})
        for first, then in horizon.rest_slots:
            for at in np.flatnonzero((table[:, first] > 0) & (table[:, then] > 0)).tolist():
                figures_of_rest = {"slot": names[first], "then": names[then]}
                yield Violation("no_rest", self.people.id[who[at]], figures=figures_of_rest)

    def of_seats(self) -> Iterator[Violation]:
        wanted = self.posts.seats
        keys = self.claim.post.astype(np.int64) * len(KINDS) + self.claim.kind
        filled = np.bincount(keys, minlength=wanted.size).reshape(wanted.shape)
        empty = self.claim.empty
        for post, kind in np.argwhere((filled > wanted) | (filled + empty != wanted) | (empty < 0)).tolist():
            figures: dict[str, Figure] = {
                "kind": KINDS[kind],
                "filled": int(filled[post, kind]),
                "empty": int(empty[post, kind]),
                "seats": int(wanted[post, kind]),
            }
            over = filled[post, kind] > wanted[post, kind]
            yield Violation("overfilled" if over else "wrong_empty", "", self.posts.id[post], figures)

    def of_sums(self, incumbent: Incumbent | None) -> Iterator[Violation]:
        claim = self.claim
        amount = spent(self.instance, claim.volunteer, claim.post, incumbent)
        if amount != claim.spent:
            figures: dict[str, Figure] = {"said": kilometers(claim.spent), "is": kilometers(amount)}
            yield Violation("wrong_objective", figures=figures)
        if claim.bound > claim.spent:
            bound: dict[str, Figure] = {"bound": claim.bound / 100, "objective": kilometers(claim.spent)}
            yield Violation("bound_too_high", figures=bound)
        elif claim.status == "proven" and claim.bound < claim.spent:
            open_: dict[str, Figure] = {"bound": claim.bound / 100, "objective": kilometers(claim.spent)}
            yield Violation("not_proven", figures=open_)

    def _rows(self, good: Flags, code: str, **lengths: Longs) -> Iterator[Violation]:
        for row in np.flatnonzero(~good).tolist():
            yield Violation(
                code,
                self.people.id[self.claim.volunteer[row]],
                self.posts.id[self.claim.post[row]],
                {name: kilometers(int(amount[row])) for name, amount in lengths.items()},
            )


def _has(masks: Masks, bit: Ints) -> Flags:
    return (masks >> bit.astype(np.uint64) & np.uint64(1)) > 0
