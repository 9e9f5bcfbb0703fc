"""From flow on arcs back to people on seats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.kernel.dispatch.pools.groups import Asks, Groups
from muster.kernel.dispatch.pools.instance import Instance, Ints, Longs
from muster.kernel.dispatch.pools.network import Arcs, Network


@dataclass(frozen=True, eq=False)
class Seated:
    """Positions of volunteers and seat types, one row per filled seat, sorted by volunteer, then slot."""

    volunteer: Ints
    type: Ints


def seated(
    instance: Instance, asks: Asks, groups: Groups, network: Network, *, columns: Arcs, flow: Longs
) -> Seated:
    """Who sits where. `flow` is that of the network's own arcs and then of the columns.

    Inside a pool and inside a group anybody may have any seat at the same cost, so both are dealt out in order of position.
    """
    own = len(network.arcs)
    pools, direct = network.parts["pools"], network.parts["direct"]
    into, out = flow[pools], flow[own:]
    used_in, used_out = np.flatnonzero(into), np.flatnonzero(out)
    # People entering each pool, and seats it leads to, both in order of pool: row by row they belong together.
    used_in = used_in[np.argsort(network.arcs.head[pools][used_in], kind="stable")]
    used_out = used_out[np.argsort(columns.tail[used_out], kind="stable")]
    group = np.repeat(network.pool_group[used_in], into[used_in])
    seat_type = np.repeat(columns.head[used_out] - network.first_type, out[used_out])
    by_hand = flow[direct]
    group = np.concatenate([group, np.repeat(network.direct_group, by_hand)]).astype(np.int32)
    straight = np.repeat(network.arcs.head[direct] - network.first_type, by_hand)
    seat_type = np.concatenate([seat_type, straight]).astype(np.int32)

    slot = instance.posts.slot[asks.type_post[seat_type]]
    order = np.lexsort((seat_type, slot, group))
    group, seat_type, slot = group[order], seat_type[order], slot[order]
    seats_of_group = np.bincount(group, minlength=len(groups))
    begin = np.cumsum(seats_of_group) - seats_of_group
    turn = np.arange(len(group)) - begin[group]
    # Round after round: nobody has two seats of one period, since no period has more than there are people.
    volunteer = groups.member[groups.start[group] + turn % groups.size[group]]
    order = np.lexsort((slot, volunteer))
    return Seated(volunteer[order].astype(np.int32), seat_type[order])
