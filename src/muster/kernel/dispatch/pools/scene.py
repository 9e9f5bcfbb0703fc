"""A plan laid out for questions: who could take which seat, at what cost, and where everybody is instead.

A seat type has one number, post x 3 + kind. Everything here follows from the instance and the filled seats alone.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from muster.kernel.dispatch.pools.instance import (
    BACKBONE,
    GENERAL,
    KINDS,
    SKILLED,
    UNITS_PER_KM,
    Flags,
    Instance,
    Ints,
    Longs,
    distance_units,
    units,
)
from muster.kernel.dispatch.pools.solution import Solution

Places = NDArray[np.intp]
# What a seat asks for: nothing, the backbone flag, or a skill, which is its position + 2.
ANYBODY, BACKBONE_ONLY, FIRST_SKILL = range(3)
# Posts x homes that are kept at one byte each; more are looked at again each time.
MOST_KEPT = 200_000_000


class Scene:
    """One plan with what is asked of it again and again.

    `declined`: ids of volunteers that were not to be asked. A home is all people of one community and patch, or one person
    with costs of his own; `home` is -1 for whoever can take no seat at all.
    """

    def __init__(
        self, instance: Instance, solution: Solution, declined: frozenset[str] = frozenset()
    ) -> None:
        self.instance = instance
        self.solution = solution
        people, posts = instance.volunteers, instance.posts
        self.asked = np.array([name not in declined for name in people.id], dtype=np.bool_)
        self.seats: Longs = posts.seats.astype(np.int64).ravel()
        self.slot: Ints = np.repeat(posts.slot, len(KINDS))
        self.weight: Longs = np.repeat(posts.weight.astype(np.int64), len(KINDS))
        self.period: Ints = instance.horizon.period_of
        self.row_person: Ints = solution.volunteer
        self.row_seat: Longs = solution.post.astype(np.int64) * len(KINDS) + solution.kind
        self.row_slot: Ints = self.slot[self.row_seat]
        self.filled: Longs = np.bincount(self.row_seat, minlength=len(self.seats))
        self.taken: Longs = np.bincount(self.row_person, minlength=len(people.id))
        self.busy = np.zeros(len(people.id), dtype=np.uint64)
        np.bitwise_or.at(self.busy, self.row_person, _bit(self.period[self.row_slot]))
        self.full: Flags = self.taken >= people.max_shifts
        self._place_homes()
        self.able = lru_cache(maxsize=None)(self._able)
        self.pool = lru_cache(maxsize=None)(self._pool)
        self.in_the_way = lru_cache(maxsize=None)(self._in_the_way)
        self.spared_by = lru_cache(maxsize=None)(self._spared_by)
        prices = solution.marginals
        self.seat_value = solution.seat_value if prices is None else prices.seat_value
        # A rule of rest is no part of the flow whose prices are known.
        self.exact = solution.status == "proven" and not instance.horizon.rest_slots

    def need(self, *, in_full: bool) -> Longs:
        """What each seat type asks for; with `in_full` false, only as far as nobody else may stand in for it."""
        asks = np.full((len(self.instance.posts.id), len(KINDS)), ANYBODY, dtype=np.int64)
        stand_in = self.instance.prices.backbone_fallback and not in_full
        asks[:, BACKBONE] = ANYBODY if stand_in else BACKBONE_ONLY
        asks[:, SKILLED] = self.instance.posts.skill + FIRST_SKILL
        return asks.ravel()

    def available(self, slot: int) -> Flags:
        """Who is free in the slot, as far as he said."""
        return _has(self.instance.volunteers.available, slot)

    def reach(self, posts: Places | Ints) -> Flags:
        """(posts, homes): whether radius, listed pairs and terms let the people of the home go there."""
        if self._reach_of_all is not None:
            return self._reach_of_all[posts]
        return self._reach(posts)

    def home_units(self, posts: Places | Ints) -> Longs:
        """(posts, homes): travel, patch and promise between them, whether it is allowed or not."""
        table, there = self.instance, self.instance.posts
        places = table.communities
        travel = distance_units(
            places.x_m[None], places.y_m[None], there.x_m[posts][:, None], there.y_m[posts][:, None]
        )
        amount = travel[:, self.home_community]
        rows, columns, km = self._pairs_at(posts)
        amount[rows, columns] = km
        post = np.asarray(posts, dtype=np.int32)[:, None]
        amount += table.patch_units(self.home_patch[None], post)
        amount += table.terms_units(self.home_community[None], post)
        if self.solution.incumbent is not None:
            amount += units(table.prices.keep_km)
        return amount

    def may(self, person: Ints | Longs | int, seat: Longs | int) -> Flags:
        """Whether a rule lets each person take a seat of each type, whatever he does otherwise. Shapes broadcast."""
        people, posts = self.instance.volunteers, self.instance.posts
        person, seat = np.broadcast_arrays(person, seat)
        post, kind = seat // len(KINDS), seat % len(KINDS)
        fits = (kind == GENERAL) | (kind == SKILLED) & _has(
            people.skills[person], np.maximum(posts.skill[post], 0)
        )
        fits |= (kind == BACKBONE) & (people.backbone[person] | self.instance.prices.backbone_fallback)
        fits &= _has(people.available[person], posts.slot[post])
        return np.asarray(fits & self.can_stand[person] & self.near(person, post))

    def near(self, person: Ints | Longs, post: Longs) -> Flags:
        """Whether the radius, the listed pairs and the terms let each person go to each post."""
        radius = self.instance.prices.radius
        allowed = np.full(person.shape, not self.instance.prices.pairs_only) | (
            self._listed(person, post) >= 0
        )
        allowed &= self.instance.is_open(self.instance.volunteers.community[person], post)
        return allowed if radius is None else allowed & (self.distance(person, post) <= radius)

    def distance(self, person: Ints | Longs, post: Longs) -> Longs:
        """Units from each person to each post: the listed pair's, else the straight line."""
        straight = self.instance.travel_units(self.instance.volunteers.community[person], post)
        listed = self._listed(person, post)
        return np.where(listed >= 0, np.append(self._pair_units, 0)[listed], straight)

    def units(self, person: Ints | Longs | int, seat: Longs | int) -> Longs:
        """What a seat costs with that person in it, but for tier and fairness: `way` has the parts. Shapes broadcast."""
        person, seat = np.broadcast_arrays(person, seat)
        post, people = seat // len(KINDS), self.instance.volunteers
        amount: Longs = self.distance(person, post)
        amount = amount + self.instance.patch_units(people.patch[person], post)
        amount = amount + self.instance.terms_units(people.community[person], post)
        amount = amount + self.halves(person, seat) * (self.seat_value // 2)
        if self.solution.incumbent is None:
            return amount
        return amount + np.where(self.promised(person, post), 0, units(self.instance.prices.keep_km))

    def halves(self, person: Ints | Longs | int, seat: Longs | int) -> Longs:
        """Half seat values lost when that person fills such a seat: its weight where he stands in, else 0."""
        ordinary = (np.asarray(seat) % len(KINDS) == BACKBONE) & ~self.instance.volunteers.backbone[person]
        return np.where(ordinary, self.weight[seat], 0)

    def promised(self, person: Ints | Longs, post: Longs) -> Flags:
        """Whether the plan in force had the person at the post."""
        return _found(self._promised_keys, self._key(person, post)) >= 0

    def free_for(self, slot: int) -> Flags:
        """Who could take one more seat in the slot without leaving any."""
        free = self._has_time(slot)
        return free if self._tired is None else free & np.equal(self._tired[:, slot], 0)

    def kept_for_rest(self, slot: int) -> Flags:
        """Who has time for the slot and may not stand there for want of rest before or after a seat of his."""
        if self._tired is None:
            return np.zeros(len(self.full), dtype=np.bool_)
        return self._has_time(slot) & self.available(slot) & np.greater(self._tired[:, slot], 0)

    def _has_time(self, slot: int) -> Flags:
        return ~self.full & ~_has(self.busy, self.period[slot]) & self.can_stand

    def _spared_by(self, slot: int) -> Flags:
        """Rows whose person could take a seat in the slot by leaving just that one."""
        person, period = self.row_person, self.period[slot]
        freed: Flags = np.equal(self.period[self.row_slot], period) | ~_has(self.busy[person], period)
        if self._tired is None:
            return freed
        own = sum(self._too_close(pair, slot).astype(np.int64) for pair in self.instance.horizon.rest_slots)
        rested: Flags = np.less_equal(self._tired[person, slot], own)
        return freed & rested

    def _too_close(self, pair: tuple[int, int], slot: int) -> Flags:
        """Rows that this pair of slots keeps from the slot."""
        one, other = pair
        first, then = np.equal(self.row_slot, one), np.equal(self.row_slot, other)
        return (first & (other == slot)) | (then & (one == slot))

    @cached_property
    def can_stand(self) -> Flags:
        """Who may be given any seat at all."""
        return self.asked & np.greater(self.instance.volunteers.max_shifts, 0)

    def _able(self, need: int) -> Flags:
        people = self.instance.volunteers
        if need == ANYBODY:
            return np.ones(len(people.id), dtype=np.bool_)
        if need == BACKBONE_ONLY:
            return people.backbone
        return _has(people.skills, need - FIRST_SKILL)

    def _pool(self, need: int, slot: int) -> Longs:
        """How many people of each home could take a seat that asks for this in that slot."""
        inside = self.can_stand & self.able(need) & self.available(slot) & (self.home >= 0)
        return np.bincount(self.home[inside], minlength=len(self.home_community))

    def _in_the_way(self, slot: int) -> Flags:
        """Rows that keep their person from a seat in the slot: by the same period, by rest, or as one of all he may have."""
        period = self.period[slot]
        taken: Flags = np.equal(self.period[self.row_slot], period)
        taken |= self.full[self.row_person] & ~_has(self.busy[self.row_person], period)
        for pair in self.instance.horizon.rest_slots:
            taken |= self._too_close(pair, slot)
        return taken

    @cached_property
    def _tired(self) -> Longs | None:
        """(people, slots): how many of their seats bar them from the slot by the rule of rest; None without such a rule."""
        horizon = self.instance.horizon
        if not horizon.rest_slots:
            return None
        tired = np.zeros((len(self.taken), horizon.slots), dtype=np.int64)
        for one, other in horizon.rest_slots:
            np.add.at(tired[:, other], self.row_person[self.row_slot == one], 1)
            np.add.at(tired[:, one], self.row_person[self.row_slot == other], 1)
        return tired

    def _place_homes(self) -> None:
        people, pairs = self.instance.volunteers, self.instance.pairs
        patches = len(self.instance.patches) + 1
        with_pairs = np.unique(pairs.volunteer) if pairs is not None else np.zeros(0, dtype=np.int32)
        if self.instance.prices.pairs_only:
            keys = np.zeros(0, dtype=np.int64)
            self.home = np.full(len(people.id), -1, dtype=np.int64)
        else:
            key = people.community.astype(np.int64) * patches + people.patch + 1
            keys, home = np.unique(key, return_inverse=True)
            self.home = home.astype(np.int64)
        self.home[with_pairs] = len(keys) + np.arange(len(with_pairs))
        self.home_community: Longs = np.append(keys // patches, people.community[with_pairs]).astype(np.int64)
        self.home_patch = np.append(keys % patches - 1, people.patch[with_pairs]).astype(np.int32)

    def _reach(self, posts: Places | Ints) -> Flags:
        table, there = self.instance, self.instance.posts
        radius = table.prices.radius
        if radius is None or table.prices.pairs_only:
            allowed = np.full((len(posts), len(self.home_community)), not table.prices.pairs_only)
        else:
            places = table.communities
            lengths = distance_units(
                places.x_m[None], places.y_m[None], there.x_m[posts][:, None], there.y_m[posts][:, None]
            )
            allowed = (lengths <= radius)[:, self.home_community]
        rows, columns, km = self._pairs_at(posts)
        allowed[rows, columns] = True if radius is None else km <= radius
        if table.terms is not None:
            post = np.asarray(posts, dtype=np.int32)[:, None]
            allowed &= table.is_open(self.home_community[None], post)
        return allowed

    @cached_property
    def _reach_of_all(self) -> Flags | None:
        posts = np.arange(len(self.instance.posts.id))
        if len(posts) * len(self.home_community) > MOST_KEPT:
            return None
        allowed = np.empty((len(posts), len(self.home_community)), dtype=np.bool_)
        for start in range(0, len(posts), 512):
            allowed[start : start + 512] = self._reach(posts[start : start + 512])
        return allowed

    def _pairs_at(self, posts: Places | Ints) -> tuple[Longs, Longs, Longs]:
        """Listed pairs of these posts, which are all different: (position among them, home, units)."""
        pairs = self.instance.pairs
        if pairs is None:
            nothing = np.zeros(0, dtype=np.int64)
            return nothing, nothing, nothing
        place = np.full(len(self.instance.posts.id), -1, dtype=np.int64)
        place[posts] = np.arange(len(posts))
        inside = place[pairs.post] >= 0
        return place[pairs.post[inside]], self.home[pairs.volunteer[inside]], self._pair_units[inside]

    def _listed(self, person: Ints | Longs, post: Longs) -> Longs:
        """The row of the listed pair, -1 for none."""
        return _found(self._pair_keys, self._key(person, post))

    def _key(self, person: Ints | Longs, post: Ints | Longs) -> Longs:
        return person.astype(np.int64) * len(self.instance.posts.id) + post

    @cached_property
    def _pair_keys(self) -> Longs:
        pairs = self.instance.pairs
        if pairs is None:
            return np.zeros(0, dtype=np.int64)
        return self._key(pairs.volunteer, pairs.post)

    @cached_property
    def _pair_units(self) -> Longs:
        pairs = self.instance.pairs
        km = np.zeros(0) if pairs is None else pairs.km
        return np.rint(km * UNITS_PER_KM).astype(np.int64)

    @cached_property
    def _promised_keys(self) -> Longs:
        kept = self.solution.incumbent
        if kept is None:
            return np.zeros(0, dtype=np.int64)
        return np.sort(self._key(kept.volunteer, kept.post))


def _bit(position: Ints | int) -> NDArray[np.uint64]:
    return np.left_shift(np.uint64(1), np.asarray(position, dtype=np.uint64))


def _has(masks: NDArray[np.uint64], position: Ints | int) -> Flags:
    """Which masks have the bit."""
    inside: Flags = np.not_equal(masks & _bit(position), 0)
    return inside


def _found(sorted_keys: Longs, keys: Longs) -> Longs:
    """Where each key stands among the sorted ones, -1 for those that do not."""
    if not len(sorted_keys):
        return np.full(keys.shape, -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(sorted_keys, keys), len(sorted_keys) - 1)
    return np.where(sorted_keys[at] == keys, at, -1)
