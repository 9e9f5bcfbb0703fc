"""A shortage is told with as few posts as it takes: what is not needed for the count is left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from muster.kernel.dispatch.pools.heads import Heads, Ring
from muster.kernel.dispatch.pools.instance import KINDS, Flags, Ints, Longs
from muster.kernel.dispatch.pools.scene import Scene


def trimmed(scene: Scene, heads: Heads, need: Longs, members: Longs) -> Ring:
    """The same ring of at most 64 seat types without those that it does not take, the farthest tried first.

    The first member stays, and so does at least one chain of moves to it from each of the others; taking any one away would
    end that or the deficiency.
    """
    mask, people, most = _masks(scene, heads, need, members)
    periods = _periods(scene, members)
    links = _links(scene, heads, mask, members)
    seats = scene.seats[members].tolist()
    concerned = mask != 0
    pairs = np.stack([mask[concerned], most[concerned].astype(np.uint64)], axis=1)
    distinct, alike = np.unique(pairs, axis=0, return_inverse=True)
    count = np.bincount(alike.ravel(), people[concerned]).astype(np.int64)
    kinds, most = distinct[:, 0], distinct[:, 1].astype(np.int64)

    def capacity(inside: int) -> int:
        chances = np.zeros(len(kinds), dtype=np.int64)
        for period in periods:
            chances += (kinds & np.uint64(inside & period)) != 0
        return int((count * np.minimum(chances, most)).sum())

    def wanted(inside: int) -> int:
        return sum(many for at, many in enumerate(seats) if inside >> at & 1)

    inside = (1 << len(members)) - 1
    for at in range(len(members) - 1, 0, -1):
        fewer = _chained(links, inside & ~(1 << at))
        if fewer != inside and capacity(fewer) < wanted(fewer):
            inside = fewer
    heads_inside = int(count[(kinds & np.uint64(inside)) != 0].sum())
    slots = tuple(seat for at, seat in enumerate(members.tolist()) if inside >> at & 1)
    return Ring(slots, heads_inside, capacity(inside), wanted(inside))


def _masks(
    scene: Scene, heads: Heads, need: Longs, members: Longs
) -> tuple[NDArray[np.uint64], Longs, Longs]:
    """By group of people: which members they qualify for, as bits; how many they are; how many seats each may take."""
    mask = np.zeros(len(heads.people), dtype=np.uint64)
    reach = scene.reach(members // len(KINDS))
    reached: Flags = np.asarray(reach.any(axis=0))
    near = np.flatnonzero(reached[heads.home])
    for at, seat in enumerate(members.tolist()):
        fit = heads.fit(int(need[seat]), int(scene.slot[seat]))[near]
        mask[near] |= (fit & reach[at][heads.home[near]]).astype(np.uint64) << np.uint64(at)
    return mask, heads.people, heads.most


def _periods(scene: Scene, members: Longs) -> list[int]:
    """For each period the members in it, as bits."""
    masks: dict[int, int] = {}
    for at, slot in enumerate(scene.slot[members].tolist()):
        period = int(scene.period[slot])
        masks[period] = masks.get(period, 0) | 1 << at
    return list(masks.values())


def _links(scene: Scene, heads: Heads, mask: NDArray[np.uint64], members: Longs) -> list[int]:
    """For each member the other members that hold somebody who could come to it instead, as bits."""
    rows = np.flatnonzero(np.isin(scene.row_seat, members))
    order = np.argsort(members)
    place = order[np.searchsorted(members, scene.row_seat[rows], sorter=order)]
    person: Ints = scene.row_person[rows]
    links: list[int] = []
    for at, seat in enumerate(members.tolist()):
        may: Flags = (mask[heads.of[person]] >> np.uint64(at) & np.uint64(1)) != 0
        holds = np.unique(place[may & scene.in_the_way(int(scene.slot[seat]))[rows]])
        links.append(sum(1 << other for other in holds.tolist()))
    return links


def _chained(links: list[int], allowed: int) -> int:
    """What of the allowed members leads to the first one, through allowed members alone."""
    reached, left = 1, [0]
    while left:
        fresh = links[left.pop()] & allowed & ~reached
        reached |= fresh
        left.extend(at for at in range(len(links)) if fresh >> at & 1)
    return reached
