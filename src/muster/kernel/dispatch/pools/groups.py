"""People who are alike become one group, and places where such people live; posts become asks for one ability in one slot.

All of it is arrays: a group, a place or an ask is a row number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.kernel.dispatch.pools.instance import (
    BACKBONE,
    GENERAL,
    SKILLED,
    Flags,
    Instance,
    Ints,
    Longs,
    Masks,
)
from muster.kernel.dispatch.pools.promises import Direct

ONE = np.uint64(1)


@dataclass(frozen=True, eq=False)
class Places:
    """Where people come from: a community and a patch; a person for whom some posts are closed has a place of his own.

    `of`: (volunteers,) the place of each. `closed_place`, `closed_post`: who may not come to which post by distance.
    """

    community: Ints
    patch: Ints
    of: Ints
    closed_place: Ints
    closed_post: Ints

    def __len__(self) -> int:
        return len(self.community)


def places_of(instance: Instance, direct: Direct) -> Places:
    """The places of everybody, whether available or not, so that they stay the same when somebody's times change."""
    people = instance.volunteers
    keys = people.community.astype(np.int64) * (len(instance.patches) + 1) + people.patch + 1
    found, first, of = np.unique(keys, return_index=True, return_inverse=True)
    owners, owner_of_row = np.unique(direct.closed_volunteer, return_inverse=True)
    first, of = np.append(first, owners), of.astype(np.int32)
    of[owners] = len(found) + np.arange(len(owners), dtype=np.int32)
    return Places(
        people.community[first],
        people.patch[first],
        of,
        (len(found) + owner_of_row).astype(np.int32),
        direct.closed_post,
    )


@dataclass(frozen=True, eq=False)
class Asks:
    """Seats that are asked for. A seat type is a post and a kind; an ask is a seat type and who may fill it at what price.

    `type_*`: one row per seat type. `post_type`: (posts, 3), -1 where no seats. Asks: `type`, `cell`, `halves`: half seat
    values lost by filling it so. A cell is an ability in one slot; ability 0 is anybody, 1 backbone, 2 + s skill s.
    """

    type_post: Ints
    type_kind: Ints
    type_seats: Longs
    type_weight: Longs
    post_type: Ints
    type: Ints
    cell: Ints
    halves: Longs
    cell_slot: Ints
    cell_ability: Ints

    @property
    def post(self) -> Ints:
        """The post of each ask."""
        return self.type_post[self.type]


def asks_of(instance: Instance) -> Asks:
    """Every seat type with seats, sorted by post and kind, and the asks for it."""
    posts = instance.posts
    post, kind = (at.astype(np.int32) for at in np.nonzero(posts.seats))
    types = np.arange(len(post), dtype=np.int32)
    post_type = np.full(posts.seats.shape, -1, dtype=np.int32)
    post_type[post, kind] = types
    weight = posts.weight[post].astype(np.int64)
    ability = np.select([kind == GENERAL, kind == BACKBONE, kind == SKILLED], [0, 1, 2 + posts.skill[post]])
    type_of_ask, ability_of_ask, halves = types, ability, np.zeros(len(types), dtype=np.int64)
    if instance.prices.backbone_fallback:
        ordinary = types[kind == BACKBONE]
        type_of_ask = np.concatenate([types, ordinary])
        ability_of_ask = np.concatenate([ability, np.zeros(len(ordinary), dtype=np.int64)])
        halves = np.concatenate([halves, weight[ordinary]])
    abilities = 2 + len(instance.skills)
    cells, cell = np.unique(
        posts.slot[post[type_of_ask]].astype(np.int64) * abilities + ability_of_ask, return_inverse=True
    )
    return Asks(
        post,
        kind,
        posts.seats[post, kind].astype(np.int64),
        weight,
        post_type,
        type_of_ask,
        cell.astype(np.int32),
        halves,
        (cells // abilities).astype(np.int32),
        (cells % abilities).astype(np.int32),
    )


@dataclass(frozen=True, eq=False)
class Groups:
    """People who can stand in for each other, in seats and nearly in price.

    `of`: (volunteers,) -1 for those who can take no seat. `member`: their positions, group after group, `start` where each
    group begins, cheapest first. `most`: seats each may take; groups with `most` > 1 have one price, the others may have
    several. Steps: how many (`step_people`) may take one more seat at `step_units`.
    """

    of: Ints
    member: Ints
    start: Longs
    place: Ints
    backbone: Flags
    skills: Masks
    available: Masks
    most: Ints
    step_group: Ints
    step_people: Longs
    step_units: Longs

    def __len__(self) -> int:
        return len(self.place)

    @property
    def size(self) -> Longs:
        """People in each group."""
        return np.diff(np.append(self.start, len(self.member)))

    def able(self, ability: int) -> Flags:
        """Which groups have that ability."""
        if ability == 0:
            return np.ones(len(self), dtype=np.bool_)
        if ability == 1:
            return self.backbone
        return (self.skills >> np.uint64(ability - 2) & ONE).astype(np.bool_)


def groups_of(instance: Instance, asks: Asks, places: Places, direct: Direct, available: Masks) -> Groups:
    """Puts people together; `available` are the times that count, slots that nobody asks for are left out here."""
    people = instance.volunteers
    asked_slots = np.bitwise_or.reduce(ONE << asks.cell_slot.astype(np.uint64), initial=np.uint64(0))
    of_skill = asks.cell_ability[asks.cell_ability >= 2] - 2
    asked_skills = np.bitwise_or.reduce(ONE << of_skill.astype(np.uint64), initial=np.uint64(0))
    times = available & asked_slots
    periods = np.zeros(len(times), dtype=np.int32)
    period_of = instance.horizon.period_of
    for period in range(int(period_of[-1]) + 1):
        mask = np.bitwise_or.reduce(ONE << np.flatnonzero(period_of == period).astype(np.uint64))
        periods += (times & mask) != 0
    most = np.minimum(people.max_shifts, periods)
    who = np.flatnonzero(most > 0).astype(np.int32)
    first_step = instance.step_units(who, 0)
    keys = (
        np.where(most[who] > 1, first_step, 0),
        most[who],
        times[who],
        people.skills[who] & asked_skills,
        people.backbone[who] & bool((asks.cell_ability == 1).any()),
        direct.signature[who],
        places.of[who],
    )
    order = np.lexsort((first_step, *keys))
    new = _changes([key[order] for key in keys])
    start = np.flatnonzero(new)
    member, first_step = who[order], first_step[order]
    of = np.full(len(people.id), -1, dtype=np.int32)
    of[member] = np.cumsum(new) - 1
    head = member[start]
    runs = np.flatnonzero(new | _changes([first_step]))
    people_of_run = np.diff(np.append(runs, len(member)))
    repeats = most[member[runs]]
    taken = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    run_of_step = np.repeat(np.arange(len(runs)), repeats)
    return Groups(
        of=of,
        member=member,
        start=start,
        place=places.of[head],
        backbone=people.backbone[head],
        skills=people.skills[head],
        available=times[head],
        most=most[head],
        step_group=of[member[runs[run_of_step]]],
        step_people=people_of_run[run_of_step],
        step_units=instance.step_units(member[runs[run_of_step]], taken),
    )


def _changes(columns: list[np.ndarray]) -> Flags:
    """Where a row differs from the one before; the first row always does."""
    new = np.zeros(len(columns[0]), dtype=np.bool_)
    new[:1] = True
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return new
