"""Why seats of a plan stay empty, each with the count that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from muster.kernel.dispatch.answers import (
    NO_SEATS_LEFT,
    TOO_FAR,
    WINDOW_NOT_OFFERED,
    Empty,
    EmptyCode,
)
from muster.kernel.dispatch.pools.heads import Ring
from muster.kernel.dispatch.pools.instance import BACKBONE, KINDS, Flags, Longs, kilometers
from muster.kernel.dispatch.pools.rings import Rings
from muster.kernel.dispatch.pools.scene import Scene

# So many posts of a higher weight are named; the count has all.
MOST_NAMED = 10
# Rules of this dispatch beside those of one call-up.
DECLINED = "declined"
NOT_LISTED = "not_listed"
CLOSED_TO_THEM = "closed_to_them"


@dataclass(frozen=True, eq=False)
class _Members:
    """The seat types of a ring, and what they are called."""

    seats: Longs
    posts: tuple[str, ...]
    kinds: tuple[str, ...]


class Empties:
    """Explains the empty seats of one plan; what many of them share is counted once."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._rings = Rings(scene, in_full=False)
        self._holders: dict[tuple[int, int], tuple[int, int, tuple[tuple[str, int], ...]]] = {}
        self._members: dict[tuple[int, ...], _Members] = {}

    def of(self, seat: int) -> Empty:
        """Why seats of that type are empty. It must have some."""
        scene = self.scene
        post, kind = divmod(seat, len(KINDS))
        need, slot = int(self._rings.need[seat]), int(scene.slot[seat])
        alone = self._rings.alone(seat)
        ring, in_full = self._ring(seat) if alone.people else (alone, False)
        holders, free, excluded = self._who_could(need, slot)
        if barred := int((self._free(need, slot) & ~self._is_open(post)).sum()):
            free, excluded = free - barred, (*excluded, (CLOSED_TO_THEM, barred))
        nearest = self._nearest_km(post, need, slot) if not alone.people and free else None
        out_of_reach = NOT_LISTED if scene.instance.prices.pairs_only else TOO_FAR
        members = self._members_of(ring)
        higher, many = self._higher(members.seats, seat)
        resting = self._resting(seat) if ring is None else 0
        return Empty(
            slot=scene.instance.posts.id[post],
            seats=int(scene.seats[seat] - scene.filled[seat]),
            code=_code(alone, ring, higher, resting, nearest),
            asked=int(scene.seats[seat]),
            holders=holders,
            qualified=alone.people,
            excluded=tuple(
                sorted([*excluded, *([(out_of_reach, free - alone.people)] if free > alone.people else [])])
            ),
            ring_slots=members.posts,
            ring_people=alone.people if ring is None else ring.people,
            ring_capacity=alone.capacity if ring is None else ring.capacity,
            ring_seats=alone.seats if ring is None else ring.seats,
            higher=higher,
            kind=KINDS[kind],
            ring_kinds=members.kinds,
            in_full=in_full,
            radius_km=scene.instance.prices.radius_km,
            nearest_km=nearest,
            resting=resting,
            higher_slots=many,
        )

    @cached_property
    def _rings_in_full(self) -> Rings:
        return Rings(self.scene, in_full=True)

    def _ring(self, seat: int) -> tuple[Ring | None, bool]:
        """The shortage it belongs to: of all who could come at all or, where they would do, of those who count in full."""
        found = self._rings.around(seat)
        if found is not None or not self._stand_ins:
            return found, False
        return self._rings_in_full.around(seat), True

    @cached_property
    def _stand_ins(self) -> bool:
        backbone = self.scene.seats.reshape(-1, len(KINDS))[:, BACKBONE]
        return self.scene.instance.prices.backbone_fallback and bool(backbone.any())

    def _who_could(self, need: int, slot: int) -> tuple[int, int, tuple[tuple[str, int], ...]]:
        """Who has what is asked for; how many of them are free for the slot; how many of the rest which rule keeps out."""
        if (need, slot) not in self._holders:
            scene = self.scene
            left, rules = scene.able(need), []
            for code, kept in (
                (DECLINED, scene.asked),
                (NO_SEATS_LEFT, scene.instance.volunteers.max_shifts > 0),
                (WINDOW_NOT_OFFERED, scene.available(slot)),
            ):
                if many := int((left & ~kept).sum()):
                    rules.append((code, many))
                left = left & kept
            self._holders[need, slot] = int(scene.able(need).sum()), int(left.sum()), tuple(rules)
        return self._holders[need, slot]

    def _free(self, need: int, slot: int) -> Flags:
        return self.scene.able(need) & self.scene.available(slot) & self.scene.can_stand

    def _is_open(self, post: int) -> Flags:
        """To whom the terms leave the post open."""
        instance = self.scene.instance
        return instance.is_open(instance.volunteers.community, post)

    def _nearest_km(self, post: int, need: int, slot: int) -> float | None:
        """How far the nearest is who has what is asked for and is free; None where only listed pairs may be."""
        scene = self.scene
        if scene.instance.prices.pairs_only:
            return None
        people = np.flatnonzero(self._free(need, slot) & self._is_open(post))
        return kilometers(int(scene.distance(people.astype(np.int32), np.full(len(people), post)).min()))

    def _resting(self, seat: int) -> int:
        """People for this type, or else for any in its slot, who have time and are kept from it by the rule of rest alone."""
        scene, slot = self.scene, int(self.scene.slot[seat])
        kept = scene.kept_for_rest(slot)
        people = np.flatnonzero(kept)
        here = int(scene.may(people.astype(np.int32), np.full(len(people), seat)).sum())
        return here or len(people)

    def _members_of(self, ring: Ring | None) -> _Members:
        slots = () if ring is None else ring.slots
        if slots not in self._members:
            posts = self.scene.instance.posts.id
            self._members[slots] = _Members(
                np.array(slots, dtype=np.int64),
                tuple(posts[seat // len(KINDS)] for seat in slots),
                tuple(KINDS[seat % len(KINDS)] for seat in slots),
            )
        return self._members[slots]

    def _higher(self, members: Longs, seat: int) -> tuple[tuple[tuple[str, int], ...], int]:
        """The nearest posts of the ring with a higher weight than this one, with their filled seats; and how many there are."""
        scene, posts, here = self.scene, self.scene.instance.posts, seat // len(KINDS)
        above = members[(scene.weight[members] > scene.weight[seat]) & (scene.filled[members] > 0)]
        post, at = np.unique(above // len(KINDS), return_inverse=True)
        filled = np.bincount(at, scene.filled[above], len(post)).astype(np.int64)
        lengths = (posts.x_m[post] - posts.x_m[here]) ** 2 + (posts.y_m[post] - posts.y_m[here]) ** 2
        nearest = np.lexsort((post, lengths))[:MOST_NAMED]
        named = zip(post[nearest].tolist(), filled[nearest].tolist(), strict=True)
        return tuple((posts.id[one], many) for one, many in named), len(post)


def _code(
    alone: Ring,
    ring: Ring | None,
    higher: tuple[tuple[str, int], ...],
    resting: int,
    nearest_km: float | None,
) -> EmptyCode:
    if not alone.people:
        return EmptyCode.NOBODY_QUALIFIED if nearest_km is None else EmptyCode.NOBODY_IN_REACH
    if ring is None:
        return EmptyCode.KEPT_FOR_REST if resting else EmptyCode.COULD_BE_FILLED
    return EmptyCode.TAKEN_BY_HIGHER_WEIGHT if higher else EmptyCode.FEWER_QUALIFIED_THAN_SEATS
