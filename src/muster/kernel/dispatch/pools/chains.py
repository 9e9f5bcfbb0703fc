"""How one more seat would be filled: who would newly be called, and how many others would have to move for it.

The search has left a price on every seat type: the least that one more would cost, whoever moves. Here the ways that cost
just that are followed from the ground upwards, so that the first found to a type is one with the fewest moves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from muster.kernel.dispatch.pools.instance import BACKBONE, KINDS, Longs
from muster.kernel.dispatch.pools.scene import ANYBODY, Scene

FAR = np.int64(1) << np.int64(60)
NOBODY = -1
# Pairs of post and home looked at in one go.
BLOCK = 1 << 21


class Chain(NamedTuple):
    """`caller`: position of the person who would newly be called, None where a seat elsewhere would stay empty instead.

    `moves`: how many others take another seat. `halves`: half seat values lost by it, so 0 where it costs nothing but effort.
    """

    caller: int | None
    moves: int
    halves: int


class _Offers(NamedTuple):
    """Ways from people to pools: the price of having one more in the pool by each, and the row he leaves, if any."""

    pool: Longs
    person: Longs
    row: Longs


class Chains:
    """The chains of one plan at the prices of its seats: (seat types,), at least 0 where there are seats."""

    def __init__(self, scene: Scene, price: Longs) -> None:
        self.scene = scene
        self.price = price
        self._row_units = scene.units(scene.row_person, scene.row_seat)
        asks = self._place_entries()
        self._asks, self._homes = len(asks), len(scene.home_community)
        promised = scene.solution.incumbent
        # The pools of each ask by home, then one for each promise: what was promised is cheaper for that person alone.
        self._pools = len(asks) * self._homes
        many = self._pools + (0 if promised is None else len(promised.post) * len(KINDS))
        self._pool_price = np.full(many, FAR)
        nothing = np.zeros(0, dtype=np.int64)
        offers = [_Offers(nothing, nothing, nothing)]
        offers += [self._offers(need, slot, at * self._homes) for at, (need, slot) in enumerate(asks)]
        offers += self._promised_offers()
        self._follow(_Offers(*(np.concatenate(columns) for columns in zip(*offers, strict=True))))

    def to(self, seat: int) -> Chain | None:
        """How one more seat of that type would be filled; None where the prices do not tell, in a plan short of proof."""
        if not self._reached[seat]:
            return None
        caller = int(self._caller[seat])
        return Chain(None if caller == NOBODY else caller, int(self._moves[seat]), int(self._lost[seat]))

    def release(self, slot: int) -> tuple[Longs, Longs]:
        """What it costs to have each person free for the slot when he is idle, and for each row when he leaves that one."""
        scene = self.scene
        people = np.arange(len(scene.taken), dtype=np.int32)
        idle = np.where(scene.free_for(slot), scene.instance.step_units(people, scene.taken), FAR)
        leaving = np.where(scene.spared_by(slot), self.price[scene.row_seat] - self._row_units, FAR)
        return idle, leaving

    def _offers(self, need: int, slot: int, start: int) -> _Offers:
        scene = self.scene
        idle, leaving = self.release(slot)
        inside = scene.able(need) & scene.available(slot) & scene.can_stand & (scene.home >= 0)
        people = np.flatnonzero(inside & (idle < FAR))
        rows = np.flatnonzero(inside[scene.row_person] & (leaving < FAR))
        person = np.concatenate([people, scene.row_person[rows]])
        row = np.concatenate([np.full(len(people), NOBODY, dtype=np.int64), rows])
        offer = np.concatenate([idle[people], leaving[rows]])
        return self._cheapest(start + scene.home[person], person.astype(np.int64), row, offer)

    def _promised_offers(self) -> list[_Offers]:
        """Pools of one person and one promise each."""
        scene, promised = self.scene, self.scene.solution.incumbent
        self._promised = tuple(np.zeros(0, dtype=np.int64) for _ in range(3))
        if promised is None:
            return []
        seat = (promised.post.astype(np.int64)[:, None] * len(KINDS) + np.arange(len(KINDS))).ravel()
        person = np.repeat(promised.volunteer, len(KINDS))
        usable = np.flatnonzero((scene.seats[seat] > 0) & scene.may(person, seat))
        seat, person, pool = seat[usable], person[usable], self._pools + usable
        self._promised = (pool, person.astype(np.int64), seat)
        found: list[_Offers] = []
        for slot in np.unique(scene.slot[seat]).tolist():
            idle, leaving = self.release(slot)
            here = np.flatnonzero(scene.slot[seat] == slot)
            # The promises of each row's person lie together: `person` is sorted.
            rows = np.flatnonzero(leaving < FAR)
            owners = person[here]
            start = np.searchsorted(owners, scene.row_person[rows])
            many = np.searchsorted(owners, scene.row_person[rows], side="right") - start
            of_row = np.repeat(start - (np.cumsum(many) - many), many) + np.arange(many.sum())
            free = np.flatnonzero(idle[owners] < FAR)
            at = here[np.concatenate([free, of_row])]
            row = np.concatenate([np.full(len(free), NOBODY), np.repeat(rows, many)])
            offer = np.concatenate([idle[owners[free]], leaving[np.repeat(rows, many)]])
            found.append(self._cheapest(pool[at], person[at].astype(np.int64), row, offer))
        return found

    def _cheapest(self, pool: Longs, person: Longs, row: Longs, offer: Longs) -> _Offers:
        np.minimum.at(self._pool_price, pool, offer)
        cheapest = offer == self._pool_price[pool]
        return _Offers(pool[cheapest], person[cheapest], row[cheapest])

    def _follow(self, offers: _Offers) -> None:
        """From the ground: pools with somebody idle, the types they are cheapest for, the pools of those who leave them."""
        scene = self.scene
        into_pool, into_seat = self._cheapest_entries()
        order = np.argsort(into_pool, kind="stable")
        into_pool, into_seat = into_pool[order], into_seat[order]
        # A type whose price is that of an empty seat is filled by leaving one empty there.
        self._reached = (self.price >= scene.weight * scene.seat_value) & (scene.seats > 0)
        self._caller = np.full(len(scene.seats), NOBODY, dtype=np.int64)
        self._moves = np.zeros(len(scene.seats), dtype=np.int64)
        self._lost = np.where(self._reached, 2 * scene.weight, 0)
        known = np.zeros(len(self._pool_price), dtype=np.bool_)
        moving = offers.row != NOBODY
        left_seat = np.full(len(offers.row), NOBODY, dtype=np.int64)
        left_seat[moving] = scene.row_seat[offers.row[moving]]
        ready = ~moving | self._reached[left_seat]
        while ready.any():
            at = np.flatnonzero(ready)
            # Somebody at home before one who would have to move, then in the order of ids.
            at = at[np.lexsort((offers.person[at], moving[at], offers.pool[at]))]
            pool, first = np.unique(offers.pool[at], return_index=True)
            by = at[first]
            known[pool] = True
            start, end = np.searchsorted(into_pool, pool), np.searchsorted(into_pool, pool, side="right")
            many = end - start
            arcs = np.repeat(start - (np.cumsum(many) - many), many) + np.arange(many.sum())
            by = np.repeat(by, many)
            by, arcs = by[~self._reached[into_seat[arcs]]], arcs[~self._reached[into_seat[arcs]]]
            seat, first = np.unique(into_seat[arcs], return_index=True)
            self._lead(seat, offers.person[by[first]], left_seat[by[first]])
            fresh = np.zeros(len(self._reached), dtype=np.bool_)
            fresh[seat] = True
            ready = moving & fresh[left_seat] & ~known[offers.pool]

    def _lead(self, seat: Longs, person: Longs, left: Longs) -> None:
        """These types are filled by these people, who come from home (`NOBODY`) or leave those types."""
        scene, moved = self.scene, left != NOBODY
        self._reached[seat] = True
        self._caller[seat] = np.where(moved, self._caller[left], person)
        self._moves[seat] = np.where(moved, self._moves[left] + 1, 0)
        returned = np.where(moved, self._lost[left] - scene.halves(person, left), 0)
        self._lost[seat] = scene.halves(person, seat) + returned

    def _cheapest_entries(self) -> tuple[Longs, Longs]:
        """(pool, seat type) wherever one more person in the pool would fill one more such seat at its price."""
        scene, half = self.scene, self.scene.seat_value // 2
        pools: list[Longs] = []
        seats: list[Longs] = []
        kept = self._pool_price[: self._pools].reshape(self._asks, self._homes)
        asked = np.flatnonzero(scene.seats.reshape(-1, len(KINDS)).any(axis=1))
        step = max(1, BLOCK // max(1, self._homes))
        for start in range(0, len(asked), step):
            posts = asked[start : start + step]
            amount = np.where(scene.reach(posts), scene.home_units(posts), FAR)
            entries = self._entry_post
            first, last = (
                np.searchsorted(entries, posts[0]),
                np.searchsorted(entries, posts[-1], side="right"),
            )
            for ask in np.unique(self._entry_ask[first:last]).tolist():
                inside = first + np.flatnonzero(self._entry_ask[first:last] == ask)
                seat = self._entry_seat[inside]
                most = self.price[seat] - self._entry_halves[inside] * half
                offer = amount[np.searchsorted(posts, entries[inside])] + kept[ask]
                row, home = np.nonzero(offer <= most[:, None])
                pools.append(ask * self._homes + home)
                seats.append(seat[row])
        pool, person, seat = self._promised
        cheap = self._pool_price[pool] + scene.units(person, seat) <= self.price[seat]
        return np.concatenate([*pools, pool[cheap]]), np.concatenate([*seats, seat[cheap]])

    def _place_entries(self) -> list[tuple[int, int]]:
        """Who may fill which seat types, and at the loss of how many half values; in the order of posts."""
        scene, posts = self.scene, self.scene.instance.posts
        seat = np.flatnonzero(scene.seats)
        need, halves = scene.need(in_full=True)[seat], np.zeros(len(seat), dtype=np.int64)
        if scene.instance.prices.backbone_fallback:
            ordinary = seat[seat % len(KINDS) == BACKBONE]
            seat = np.concatenate([seat, ordinary])
            need = np.concatenate([need, np.full(len(ordinary), ANYBODY)])
            halves = np.concatenate([halves, scene.weight[ordinary]])
        order = np.lexsort((halves, seat))
        seat, need, halves = seat[order], need[order], halves[order]
        asks, self._entry_ask = np.unique(
            need * scene.instance.horizon.slots + posts.slot[seat // len(KINDS)], return_inverse=True
        )
        self._entry_seat, self._entry_halves, self._entry_post = seat, halves, seat // len(KINDS)
        return [divmod(int(ask), scene.instance.horizon.slots) for ask in asks]
