"""Greedy and then local search, the second baseline: what a program does that knows the prices, but not how they hang together.

A move sends somebody to a seat: into it, in place of who sits there, or in exchange with him. Moves are drawn at random, and
only those that save something are made.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from muster.kernel.dispatch.pools.instance import (
    BACKBONE,
    SKILLED,
    Flags,
    Instance,
    Ints,
    Longs,
    Masks,
)
from muster.kernel.dispatch.pools.recount import spent, value_of_unfilled
from muster.kernel.dispatch.pools.solution import Solution

# Few enough that moves seldom meet, many enough that numpy is at work and not Python.
AT_ONCE = 16_384
# Every second move brings somebody who lives close, without which it would draw in vain for hours.
NEAREST = 32
POSTS_AT_ONCE = 500


def improved(
    instance: Instance, plan: Solution, *, seconds: float, moves: int | None = None, seed: int = 0
) -> tuple[Solution, int]:
    """The plan after `seconds` of search, or after `moves` if that is sooner, and how many moves were tried.

    The same number of moves with the same seed gives the same plan. Keeps every rule. ValueError for questions with pairs.
    """
    if instance.pairs is not None:
        raise ValueError("pairs have prices of their own, which this search does not know")
    until = time.perf_counter() + seconds
    floor = _Floor(instance, plan)
    draw = np.random.default_rng(seed)
    tried = 0
    while len(floor.seat_post) and time.perf_counter() < until and (moves is None or tried < moves):
        seat = draw.integers(0, len(floor.seat_post), AT_ONCE)
        floor.make(seat, floor.drawn(draw, seat))
        tried += AT_ONCE
    return floor.plan(plan), tried


class _Floor:
    """Who sits where: `holder` of each seat, -1 where nobody, and the seat that each person has in each period."""

    def __init__(self, instance: Instance, plan: Solution) -> None:
        self.instance = instance
        people, posts, horizon = instance.volunteers, instance.posts, instance.horizon
        post, kind = np.nonzero(posts.seats)
        many = posts.seats[post, kind]
        self.seat_post: Longs = np.repeat(post, many)
        self.seat_kind: Longs = np.repeat(kind, many)
        self.seat_slot: Longs = posts.slot[self.seat_post].astype(np.int64)
        self.seat_period: Longs = horizon.period_of[self.seat_slot].astype(np.int64)
        self.seat_worth: Longs = posts.weight[self.seat_post].astype(np.int64) * plan.seat_value
        self.holder: Longs = np.full(len(self.seat_post), -1, dtype=np.int64)
        self.seat_at: Longs = np.full((len(people.id), int(horizon.period_of[-1]) + 1), -1, dtype=np.int64)
        self.taken: Longs = np.bincount(plan.volunteer, minlength=len(people.id)).astype(np.int64)
        self.busy: Masks = np.zeros(len(people.id), dtype=np.uint64)
        # The seats of a post and kind stand together, so that the rows of the plan fill them one after the other.
        order = np.lexsort((plan.kind, plan.post))
        begin = np.searchsorted(self._key(post, kind), self._key(plan.post[order], plan.kind[order]))
        key = self._key(plan.post[order], plan.kind[order])
        turn = np.arange(len(order)) - np.searchsorted(key, key)
        self._sit((np.cumsum(many) - many)[begin] + turn, plan.volunteer[order].astype(np.int64))
        self.bars = _bars(instance)
        self._draw_from(np.flatnonzero((people.available > 0) & (people.max_shifts > 0)))

    def drawn(self, draw: np.random.Generator, seat: Longs) -> Longs:
        """Somebody for each of these seats: every second one from one of the communities that are nearest."""
        anybody = self.people[draw.integers(0, len(self.people), len(seat))]
        place = self.near[self.seat_post[seat], draw.integers(0, self.near.shape[1], len(seat))]
        inhabitants = self.begin[place + 1] - self.begin[place]
        among = self.begin[place] + (draw.random(len(seat)) * inhabitants).astype(np.int64)
        neighbor = self.people[np.minimum(among, len(self.people) - 1)]
        return np.where((inhabitants > 0) & (np.arange(len(seat)) % 2 == 0), neighbor, anybody)

    def make(self, seat: Longs, who: Longs) -> None:
        """Tries all these moves against the plan as it is, and makes those that save something and do not meet."""
        before, left = self.holder[seat], self.seat_at[who, self.seat_period[seat]]
        moves, swaps = left >= 0, (left >= 0) & (before >= 0)
        good = (before != who) & self._may(who, seat, left)
        good &= moves | (self.taken[who] < self.instance.volunteers.max_shifts[who])
        good[swaps] &= self._may(before[swaps], left[swaps], seat[swaps])
        at = np.flatnonzero(good)
        saved = self._saved(seat[at], who[at], before[at], left[at])
        at = at[saved > 0]
        at = at[self._apart(seat[at], who[at], before[at], left[at])]
        seat, who, before, left = seat[at], who[at], before[at], left[at]
        self._stand_up(seat, before)
        self._stand_up(left, np.where(left >= 0, who, -1))
        self._sit(seat, who)
        stays = (left >= 0) & (before >= 0)
        self._sit(left[stays], before[stays])

    def plan(self, before: Solution) -> Solution:
        """What it has come to; `before` is the plan that it began with."""
        filled = np.flatnonzero(self.holder >= 0)
        who, post, kind = self.holder[filled], self.seat_post[filled], self.seat_kind[filled]
        order = np.lexsort((self.seat_slot[filled], who))
        empty = self.instance.posts.seats.copy()
        np.subtract.at(empty, (post, kind), 1)
        plan = replace(
            before,
            volunteer=who[order].astype(np.int32),
            post=post[order].astype(np.int32),
            kind=kind[order].astype(np.int32),
            empty=empty,
        )
        cost = spent(self.instance, plan.volunteer, plan.post) + value_of_unfilled(self.instance, plan)
        return replace(plan, objective=cost)

    def _draw_from(self, people: Longs) -> None:
        instance, places = self.instance, len(self.instance.communities.code)
        community = instance.volunteers.community[people]
        order = np.argsort(community, kind="stable")
        self.people = people[order]
        self.begin = np.searchsorted(community[order], np.arange(places + 1))
        posts, few = len(instance.posts.id), min(NEAREST, places)
        self.near: Longs = np.empty((posts, few), dtype=np.int64)
        everywhere = np.arange(places, dtype=np.int32)
        for first in range(0, posts, POSTS_AT_ONCE):
            there = np.arange(first, min(posts, first + POSTS_AT_ONCE))
            far = instance.travel_units(everywhere[None, :], there[:, None])
            self.near[there] = np.argpartition(far, few - 1, axis=1)[:, :few]

    def _may(self, who: Longs, seat: Longs, leaving: Longs) -> Flags:
        """Whether each of them could sit there, once he has left the other seat (-1: none)."""
        people, prices = self.instance.volunteers, self.instance.prices
        post, kind, slot = self.seat_post[seat], self.seat_kind[seat], self.seat_slot[seat].astype(np.uint64)
        skill = self.instance.posts.skill[post].clip(0).astype(np.uint64)
        may: Flags = (people.available[who] >> slot & np.uint64(1)) > 0
        may &= (kind != SKILLED) | ((people.skills[who] >> skill & np.uint64(1)) > 0)
        if not prices.backbone_fallback:
            may &= (kind != BACKBONE) | people.backbone[who]
        if prices.radius is not None:
            may &= self.instance.travel_units(people.community[who], post) <= prices.radius
        gone = np.where(leaving >= 0, np.uint64(1) << self.seat_slot[leaving].astype(np.uint64), np.uint64(0))
        may &= (self.busy[who] & ~gone & self.bars[self.seat_slot[seat]]) == 0
        return may

    def _saved(self, seat: Longs, who: Longs, before: Longs, left: Longs) -> Longs:
        """Units that each move saves."""
        instance = self.instance
        enters, replaced = left < 0, before >= 0
        saved = -self._cost(who, seat)
        saved += np.where(replaced, self._cost(before, seat), self.seat_worth[seat])
        saved[enters] -= instance.step_units(who[enters], self.taken[who[enters]])
        out = enters & replaced
        saved[out] += instance.step_units(before[out], self.taken[before[out]] - 1)
        moves = ~enters
        saved[moves] += self._cost(who[moves], left[moves])
        saved[moves] -= np.where(
            replaced[moves], self._cost(before[moves], left[moves]), self.seat_worth[left[moves]]
        )
        return saved

    def _cost(self, who: Longs, seat: Longs) -> Longs:
        """What they cost in these seats, but for what a further seat costs; anything for nobody (-1)."""
        people, post = self.instance.volunteers, self.seat_post[seat]
        cost = self.instance.travel_units(people.community[who], post)
        cost = cost + self.instance.patch_units(people.patch[who], post)
        stands_in = (self.seat_kind[seat] == BACKBONE) & ~people.backbone[who]
        return cost + np.where(stands_in, self.seat_worth[seat] // 2, 0)

    def _apart(self, seat: Longs, who: Longs, before: Longs, left: Longs) -> NDArray[np.int64]:
        """Of these moves those that come first to everybody and to every seat they touch."""
        turn = np.arange(len(seat))
        # One more at the end, for nobody and for no seat.
        of_person = np.full(len(self.taken) + 1, len(seat))
        of_seat = np.full(len(self.holder) + 1, len(seat))
        for touched, first in ((who, of_person), (before, of_person), (seat, of_seat), (left, of_seat)):
            np.minimum.at(first, touched, turn)
        of_person[-1] = of_seat[-1] = len(seat)
        kept = (of_person[who] >= turn) & (of_person[before] >= turn)
        return np.flatnonzero(kept & (of_seat[seat] >= turn) & (of_seat[left] >= turn))

    def _sit(self, seat: Longs, who: Longs) -> None:
        self.holder[seat] = who
        self.seat_at[who, self.seat_period[seat]] = seat
        np.bitwise_or.at(self.busy, who, np.uint64(1) << self.seat_slot[seat].astype(np.uint64))
        self.taken = np.bincount(self.holder[self.holder >= 0], minlength=len(self.taken)).astype(np.int64)

    def _stand_up(self, seat: Longs, who: Longs) -> None:
        """Those who sit there leave; -1 is nobody."""
        seat, who = seat[who >= 0], who[who >= 0]
        self.holder[seat] = -1
        self.seat_at[who, self.seat_period[seat]] = -1
        np.bitwise_and.at(self.busy, who, ~(np.uint64(1) << self.seat_slot[seat].astype(np.uint64)))

    def _key(self, post: Ints | Longs, kind: Ints | Longs) -> Longs:
        return post.astype(np.int64) * 3 + kind


def _bars(instance: Instance) -> Masks:
    """For each slot those that one person cannot have beside it, as bits: its period, and what rest forbids."""
    period = instance.horizon.period_of
    bits = np.uint64(1) << np.arange(len(period), dtype=np.uint64)
    bars: Masks = ((period[:, None] == period[None, :]) * bits).sum(axis=1, dtype=np.uint64)
    for first, then in instance.horizon.rest_slots:
        bars[first] |= bits[then]
        bars[then] |= bits[first]
    return bars
