"""Certificates counted over by hand, from the instance alone: who could take which of these seats, one by one."""

from __future__ import annotations

from collections.abc import Iterable

from muster.kernel.dispatch.answers import Empty
from muster.kernel.dispatch.pools.instance import KINDS, Instance
from tests.kernel.dispatch.pools import tiny


def counted(
    instance: Instance,
    members: Iterable[tuple[str, str]],
    *,
    in_full: bool,
    declined: frozenset[str] = frozenset(),
) -> tuple[int, int, int]:
    """(people who qualify for one of the types, seats they could fill, seats asked for) of these (post, kind)."""
    people, posts = instance.volunteers, instance.posts
    types = [(posts.id.index(post), KINDS.index(kind)) for post, kind in members]
    heads = capacity = 0
    for v, name in enumerate(people.id):
        slots = {int(posts.slot[p]) for p, kind in types if qualifies(instance, v, p, kind, in_full=in_full)}
        shifts = instance.horizon.shifts if instance.horizon.one_per_day else 1
        could = min(len({slot // shifts for slot in slots}), int(people.max_shifts[v]))
        if could and name not in declined:
            heads, capacity = heads + 1, capacity + could
    return heads, capacity, sum(int(posts.seats[p, kind]) for p, kind in types)


def qualifies(instance: Instance, v: int, p: int, kind: int, *, in_full: bool) -> bool:
    """Whether a rule lets somebody take such a seat; `in_full`, without standing in for a backbone member."""
    free = bool(int(instance.volunteers.available[v]) >> int(instance.posts.slot[p]) & 1)
    halves = tiny.seat_halves(instance, v, p, kind)
    near = tiny.pair_cost(instance, v, p, None) is not None
    return free and near and halves is not None and not (in_full and halves)


def assert_certified(instance: Instance, empty: Empty, declined: frozenset[str] = frozenset()) -> None:
    """The answer holds by the instance alone: more seats than the people could fill, and his among them."""
    members = list(zip(empty.ring_slots, empty.ring_kinds, strict=True))
    told = (empty.ring_people, empty.ring_capacity, empty.ring_seats)

    assert (empty.slot, empty.kind) in members
    assert len(set(members)) == len(members)
    assert counted(instance, members, in_full=empty.in_full, declined=declined) == told
    assert empty.ring_capacity < empty.ring_seats
