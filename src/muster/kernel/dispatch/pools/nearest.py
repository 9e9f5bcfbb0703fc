"""The human rule over the whole city, as the honest baseline: the most urgent post first, for each seat the nearest who may go.

What somebody with a list and a map would do, who looks at one post after the other and never moves anybody again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np

from muster.kernel.dispatch.pools.instance import (
    BACKBONE,
    GENERAL,
    SKILLED,
    Flags,
    Instance,
    Ints,
    Longs,
    units,
)
from muster.kernel.dispatch.pools.recount import spent, value_of_unfilled
from muster.kernel.dispatch.pools.solution import Solution

# Scarce people are looked for before the others; whoever is left may then stand in for backbone people.
ORDER = (BACKBONE, SKILLED, GENERAL)
# Abilities beside the skills, which count from 0.
_ANYBODY, _BACKBONE_PEOPLE = -2, -1


def nearest_first(instance: Instance) -> Solution:
    """A plan that keeps every rule and is seldom the best.

    Posts come by weight, then slot, then id. A seat goes to the nearest who may take it; of one community to the lower tier,
    then to the shorter history. Its lower bound is 0: this rule knows no better.
    """
    started = time.perf_counter()
    desk = _Desk(instance)
    posts = instance.posts
    for post in np.lexsort((posts.slot, -posts.weight)).tolist():
        for kind in ORDER:
            desk.fill(post, kind, kind, int(posts.seats[post, kind]))
        if instance.prices.backbone_fallback:
            desk.fill(post, BACKBONE, GENERAL, int(desk.empty[post, BACKBONE]))
    return desk.solution(started)


class _Ring:
    """Those who can take one kind of seat in one slot, community by community, whom one would call first coming first.

    Whoever is once not free in a slot never becomes free again, so that each community is read only once.
    """

    def __init__(self, members: Ints, community: Ints, places: int) -> None:
        self.members: list[int] = members.tolist()
        self.next = np.searchsorted(community[members], np.arange(places))
        self.end = np.searchsorted(community[members], np.arange(places), side="right")
        self.open = self.next < self.end


class _Desk:
    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        people = instance.volunteers
        self.places = len(instance.communities.code)
        self.blocks = _blocks(instance)
        self.free: list[int] = np.where(people.max_shifts > 0, people.available, 0).tolist()
        self.left: list[int] = people.max_shifts.tolist()
        self.by_call = np.lexsort(
            (people.history, instance.tier_units()[people.tier], people.community)
        ).astype(np.int32)
        rank = np.empty(len(people.id), dtype=np.int32)
        rank[self.by_call] = np.arange(len(people.id), dtype=np.int32)
        self.rank: list[int] = rank.tolist()
        self.everywhere = np.arange(self.places, dtype=np.int32)
        self.measured: tuple[int, Longs] = (-1, np.zeros(0, dtype=np.int64))
        self.asked_of: tuple[int, Flags] = (-1, np.zeros(0, dtype=np.bool_))
        self.home: list[int] = people.community.tolist()
        self.rings: dict[tuple[int, int], _Ring] = {}
        self.listed = _listed(instance)
        self.empty = instance.posts.seats.copy()
        self.rows: list[tuple[int, int, int]] = []

    def fill(self, post: int, kind: int, role: int, seats: int) -> None:
        """Up to so many seats of `kind` for people who qualify for `role`."""
        if not seats:
            return
        slot = int(self.instance.posts.slot[post])
        for _, _, who in sorted(self._nearest(post, role, slot, seats))[:seats]:
            self.rows.append((who, post, kind))
            self.left[who] -= 1
            self.free[who] = self.free[who] & ~self.blocks[slot] if self.left[who] else 0
            self.empty[post, kind] -= 1

    def _nearest(self, post: int, role: int, slot: int, seats: int) -> Iterator[tuple[int, int, int]]:
        """(units, place in the order of calls, person): enough of the nearest, each of them free."""
        own = self.listed.get(post, {})
        radius = self.instance.prices.radius
        for who, km in own.items():
            near = (radius is None or km <= radius) and self._is_open(post)[self.home[who]]
            if self.free[who] >> slot & 1 and self._can(who, post, role) and near:
                yield km, self.rank[who], who
        if self.instance.prices.pairs_only:
            return
        ring = self._ring(self._ability(post, role), slot)
        # Those who are listed may be met again in their communities, and do not count there.
        wanted = seats + len(own)
        for km, community in self._places(ring, post, wanted):
            if radius is not None and km > radius:
                return
            for who in self._free_in(ring, community, slot, wanted):
                if who not in own:
                    yield km, self.rank[who], who
                wanted -= 1
            if not wanted:
                return

    def _places(self, ring: _Ring, post: int, first: int) -> Iterator[tuple[int, int]]:
        """(units, community) of the communities that may have somebody, nearest first."""
        near = np.flatnonzero(ring.open & self._is_open(post))
        km = self._from_all(post)[near]
        farthest = -1
        if len(near) > first:
            # Most often these are enough, and to sort all is five times the work.
            farthest = int(np.partition(km, first - 1)[first - 1])
            few = np.flatnonzero(km <= farthest)
            few = few[np.argsort(km[few], kind="stable")]
            yield from zip(km[few].tolist(), near[few].tolist(), strict=True)
        rest = np.flatnonzero(km > farthest)
        rest = rest[np.argsort(km[rest], kind="stable")]
        yield from zip(km[rest].tolist(), near[rest].tolist(), strict=True)

    def _from_all(self, post: int) -> Longs:
        """Units from each community; the kinds of a post are filled one after the other and ask for the same."""
        if self.measured[0] != post:
            there = np.full(self.places, post, dtype=np.int32)
            self.measured = post, self.instance.travel_units(self.everywhere, there)
        return self.measured[1]

    def _is_open(self, post: int) -> Flags:
        """From which communities people may be sent to the post."""
        if self.asked_of[0] != post:
            self.asked_of = post, self.instance.is_open(self.everywhere, post)
        return self.asked_of[1]

    def _free_in(self, ring: _Ring, community: int, slot: int, most: int) -> list[int]:
        at, end = int(ring.next[community]), int(ring.end[community])
        while at < end and not self.free[ring.members[at]] >> slot & 1:
            at += 1
        ring.next[community] = at
        ring.open[community] = at < end
        return list(islice((who for who in ring.members[at:end] if self.free[who] >> slot & 1), most))

    def _ring(self, ability: int, slot: int) -> _Ring:
        if (ability, slot) not in self.rings:
            people = self.instance.volunteers
            able = people.available >> np.uint64(slot) & np.uint64(1) > 0
            if ability == _BACKBONE_PEOPLE:
                able &= people.backbone
            elif ability >= 0:
                able &= people.skills >> np.uint64(ability) & np.uint64(1) > 0
            members = self.by_call[able[self.by_call]]
            self.rings[ability, slot] = _Ring(members, people.community, self.places)
        return self.rings[ability, slot]

    def _ability(self, post: int, role: int) -> int:
        if role == SKILLED:
            return int(self.instance.posts.skill[post])
        return _BACKBONE_PEOPLE if role == BACKBONE else _ANYBODY

    def _can(self, who: int, post: int, role: int) -> bool:
        people, ability = self.instance.volunteers, self._ability(post, role)
        if ability == _BACKBONE_PEOPLE:
            return bool(people.backbone[who])
        return ability == _ANYBODY or bool(int(people.skills[who]) >> ability & 1)

    def solution(self, started: float) -> Solution:
        """What has come of it."""
        slot = self.instance.posts.slot
        self.rows.sort(key=lambda row: (row[0], slot[row[1]]))
        table = np.array(self.rows, dtype=np.int32).reshape(-1, 3)
        plan = Solution(
            status="gap",
            volunteer=table[:, 0].copy(),
            post=table[:, 1].copy(),
            kind=table[:, 2].copy(),
            objective=0,
            lower_bound=0,
            seat_value=self.instance.prices.seat_value,
            empty=self.empty,
            incumbent=None,
            seconds={"in_all": time.perf_counter() - started},
        )
        cost = spent(self.instance, plan.volunteer, plan.post) + value_of_unfilled(self.instance, plan)
        return replace(plan, objective=cost)


def _blocks(instance: Instance) -> list[int]:
    """For each slot the slots that somebody who has it cannot have any more, as bits."""
    horizon = instance.horizon
    period = horizon.period_of
    blocks = [
        sum(1 << other for other in range(horizon.slots) if period[other] == period[slot])
        for slot in range(horizon.slots)
    ]
    for first, then in horizon.rest_slots:
        blocks[first] |= 1 << then
        blocks[then] |= 1 << first
    return blocks


def _listed(instance: Instance) -> dict[int, dict[int, int]]:
    """The listed pairs: for each post the people and their units."""
    listed: dict[int, dict[int, int]] = {}
    if instance.pairs is not None:
        pairs = instance.pairs
        rows = zip(pairs.post.tolist(), pairs.volunteer.tolist(), pairs.km.tolist(), strict=True)
        for post, who, km in rows:
            listed.setdefault(post, {})[who] = units(km)
    return listed
