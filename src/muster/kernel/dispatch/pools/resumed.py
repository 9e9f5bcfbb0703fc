"""The plan in force as a flow: where a search for a new one can begin, when little has changed."""

from __future__ import annotations

import numpy as np

from muster.kernel.dispatch.pools.groups import ONE, Asks, Groups
from muster.kernel.dispatch.pools.instance import BACKBONE, GENERAL, SKILLED, Incumbent, Instance, Longs
from muster.kernel.dispatch.pools.network import Network


def resumed(
    instance: Instance, asks: Asks, groups: Groups, network: Network, incumbent: Incumbent | None
) -> Longs | None:
    """By arc of the network: everybody who still can is where he was promised to be, on a seat that fits him; the other seats
    are empty. None when the promises cannot all be kept at once, or there are none.
    """
    if incumbent is None or not len(network.direct_group):
        return None
    arc = _arc_of_each(instance, asks, groups, network, incumbent)
    arc = arc[arc >= 0]
    flow = np.zeros(len(network.arcs), dtype=np.int64)
    parts, tail, head = network.parts, network.arcs.tail, network.arcs.head
    np.add.at(flow, parts["direct"].start + arc, 1)
    filled = np.bincount(
        head[parts["direct"]] - network.first_type, flow[parts["direct"]], len(asks.type_seats)
    )
    flow[parts["empty"]] = asks.type_seats - filled.astype(np.int64)
    leaving = np.bincount(tail, flow, network.nodes).astype(np.int64)
    flow[parts["periods"]] = leaving[head[parts["periods"]]]
    # Only from groups with several periods does anything leave that way, so nothing is counted twice.
    leaving += np.bincount(tail[parts["periods"]], flow[parts["periods"]], network.nodes).astype(np.int64)
    people = groups.step_people
    before = np.cumsum(people) - people
    first = np.searchsorted(groups.step_group, groups.step_group)
    ahead = before - before[first]
    flow[parts["steps"]] = np.clip(leaving[1 + groups.step_group] - ahead, 0, people)
    fits = (flow <= network.arcs.capacity).all() and (flow >= 0).all()
    balanced = (
        np.bincount(head, flow, network.nodes) - np.bincount(tail, flow, network.nodes) + network.supply
    )
    return flow if fits and not balanced.any() else None


def _arc_of_each(
    instance: Instance, asks: Asks, groups: Groups, network: Network, incumbent: Incumbent
) -> Longs:
    """For each promise the direct arc that keeps it, as a position among these, -1 for none.

    Skilled seats go first and to ordinary people where there are enough; stand-ins come last.
    """
    who, post = incumbent.volunteer, incumbent.post
    group = groups.of[who].astype(np.int64)
    slot = instance.posts.slot[post].astype(np.uint64)
    free = (group >= 0) & (groups.available[group] >> slot & ONE).astype(np.bool_)
    chosen = np.full(len(who), -1, dtype=np.int64)
    direct, types = network.parts["direct"], len(asks.type_seats)
    held_type = network.arcs.head[direct].astype(np.int64) - network.first_type
    keys = network.direct_group.astype(np.int64) * types + held_type
    order = np.argsort(keys, kind="stable")
    for kind, in_full in ((SKILLED, True), (BACKBONE, True), (GENERAL, True), (BACKBONE, False)):
        seat_type = asks.post_type[post, kind].astype(np.int64)
        key = group * types + seat_type
        arc = order[np.minimum(np.searchsorted(keys[order], key), len(keys) - 1)]
        could = free & (chosen < 0) & (seat_type >= 0) & (keys[arc] == key)
        if in_full:
            could &= network.arcs.halves[direct][arc] == 0
        rows = np.flatnonzero(could)
        rows = rows[np.lexsort((groups.backbone[group[rows]], seat_type[rows]))]
        wanted, start, many = np.unique(seat_type[rows], return_index=True, return_counts=True)
        rank = np.arange(len(rows)) - np.repeat(start, many)
        left = asks.type_seats - np.bincount(held_type[chosen[chosen >= 0]], minlength=types)
        fits = rows[rank < np.repeat(left[wanted], many)]
        chosen[fits] = arc[fits]
    return chosen
