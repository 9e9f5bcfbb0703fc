"""The flow network: ground -> group -> period -> pool -> seat type, and ground -> seat type for what stays empty.

Every path carries one seat filled by one person, so a flow of least cost is a best plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.kernel.dispatch.pools.curve import curve
from muster.kernel.dispatch.pools.groups import Asks, Groups, Places
from muster.kernel.dispatch.pools.instance import BACKBONE, GENERAL, Instance, Ints, Longs
from muster.kernel.dispatch.pools.promises import Direct

GROUND = 0


@dataclass(frozen=True, eq=False)
class Arcs:
    """One row per arc. What it costs is `units` + `halves` x half the value of a seat."""

    tail: Ints
    head: Ints
    capacity: Longs
    units: Longs
    halves: Longs

    def __len__(self) -> int:
        return len(self.tail)


@dataclass(frozen=True, eq=False)
class Network:
    """The arcs that are there whatever columns the search adds, in this order: steps, periods, pools, direct, empty.

    `leaf`: (groups, periods) node of a group in a period, -1 where never. `pool`: (cells, places) node of a pool, -1 where
    nobody. `parts`: where each kind of arc begins and ends. Direct arcs come with what they stand for. `order`: (nodes,) a
    numbering in which nodes that are close on the map are close, the ground first.
    """

    nodes: int
    supply: Longs
    arcs: Arcs
    parts: dict[str, slice]
    leaf: Ints
    pool: Ints
    first_type: int
    direct_group: Ints
    pool_group: Ints
    pool_cell: Ints
    order: Ints


def network_of(instance: Instance, asks: Asks, places: Places, groups: Groups, direct: Direct) -> Network:
    """Everything but the columns pool -> seat type."""
    many = len(groups)
    nodes = 1 + many
    period_of = instance.horizon.period_of
    group_nodes = np.arange(1, 1 + many, dtype=np.int32)
    in_period = np.zeros((many, int(period_of[-1]) + 1), dtype=np.bool_)
    for slot, period in enumerate(period_of.tolist()):
        in_period[:, period] |= (groups.available >> np.uint64(slot) & np.uint64(1)).astype(np.bool_)
    leaf = np.where(in_period, group_nodes[:, None], np.int32(-1))
    of_group, of_period = np.nonzero(in_period & (groups.most > 1)[:, None])
    leaf[of_group, of_period] = nodes + np.arange(len(of_group), dtype=np.int32)
    nodes += len(of_group)

    pool = np.full((len(asks.cell_slot), len(places)), -1, dtype=np.int32)
    members: list[tuple[Ints, Ints]] = []
    if not instance.prices.pairs_only:
        for cell, (slot, ability) in enumerate(
            zip(asks.cell_slot.tolist(), asks.cell_ability.tolist(), strict=True)
        ):
            there = (groups.available >> np.uint64(slot) & np.uint64(1)).astype(np.bool_)
            inside = np.flatnonzero(there & groups.able(ability)).astype(np.int32)
            found = np.unique(groups.place[inside])
            pool[cell, found] = nodes + np.arange(len(found), dtype=np.int32)
            nodes += len(found)
            members.append((inside, np.full(len(inside), cell, dtype=np.int32)))
    pool_group = np.concatenate([inside for inside, _ in members] or [np.zeros(0, dtype=np.int32)])
    pool_cell = np.concatenate([cell for _, cell in members] or [np.zeros(0, dtype=np.int32)])

    first_type = nodes
    types = first_type + np.arange(len(asks.type_post), dtype=np.int32)
    nodes += len(types)
    supply = np.zeros(nodes, dtype=np.int64)
    supply[GROUND] = asks.type_seats.sum()
    supply[types] = -asks.type_seats
    direct_group, direct_type, direct_units, direct_halves = _direct(instance, asks, groups, direct)
    size = groups.size
    slot_of_direct = instance.posts.slot[asks.type_post[direct_type]]
    parts = {
        "steps": _arcs(GROUND, 1 + groups.step_group, groups.step_people, groups.step_units),
        "periods": _arcs(group_nodes[of_group], leaf[of_group, of_period], size[of_group], 0),
        "pools": _arcs(
            leaf[pool_group, period_of[asks.cell_slot[pool_cell]]],
            pool[pool_cell, groups.place[pool_group]],
            size[pool_group],
            0,
        ),
        "direct": _arcs(
            leaf[direct_group, period_of[slot_of_direct]],
            first_type + direct_type,
            size[direct_group],
            direct_units,
            direct_halves,
        ),
        # More room than seats, so that every seat type can be reached and has a price.
        "empty": _arcs(GROUND, types, 2 * asks.type_seats, 0, 2 * asks.type_weight),
    }
    ends = np.cumsum([0] + [len(part) for part in parts.values()]).tolist()
    return Network(
        nodes,
        supply,
        joined(list(parts.values())),
        {name: slice(ends[at], ends[at + 1]) for at, name in enumerate(parts)},
        leaf,
        pool,
        first_type,
        direct_group,
        pool_group,
        pool_cell,
        _order(instance, asks, places, groups, leaf=leaf, pool=pool, nodes=nodes),
    )


def _order(
    instance: Instance, asks: Asks, places: Places, groups: Groups, *, leaf: Ints, pool: Ints, nodes: int
) -> Ints:
    towns, posts = instance.communities, instance.posts
    along = curve(np.concatenate([towns.x_m, posts.x_m]), np.concatenate([towns.y_m, posts.y_m]))
    of_town, of_post = along[: len(towns.code)], along[len(towns.code) :]
    at = np.full(nodes, -1, dtype=np.int64)
    at[1 : 1 + len(groups)] = of_town[places.community[groups.place]]
    group, period = np.nonzero(leaf >= 0)
    at[leaf[group, period]] = of_town[places.community[groups.place[group]]]
    cell, place = np.nonzero(pool >= 0)
    at[pool[cell, place]] = of_town[places.community[place]]
    at[nodes - len(asks.type_post) :] = of_post[asks.type_post]
    order = np.empty(nodes, dtype=np.int32)
    order[np.argsort(at, kind="stable")] = np.arange(nodes, dtype=np.int32)
    return order


def columns_of(network: Network, asks: Asks, ask: Ints, place: Ints, cost: Longs) -> Arcs:
    """Arcs pool -> seat type for columns (ask, place) that cost `cost` units besides what the ask itself loses."""
    return _arcs(
        network.pool[asks.cell[ask], place],
        network.first_type + asks.type[ask],
        # A full arc would hide that more of it could pay.
        2 * asks.type_seats[asks.type[ask]] + 1,
        cost,
        asks.halves[ask],
    )


def joined(parts: list[Arcs]) -> Arcs:
    """All arcs in one table."""
    return Arcs(
        np.concatenate([part.tail for part in parts]),
        np.concatenate([part.head for part in parts]),
        np.concatenate([part.capacity for part in parts]),
        np.concatenate([part.units for part in parts]),
        np.concatenate([part.halves for part in parts]),
    )


def _direct(
    instance: Instance, asks: Asks, groups: Groups, direct: Direct
) -> tuple[Ints, Ints, Longs, Longs]:
    """(group, seat type, units, halves) of each direct arc; one for all people of a group."""
    speaks = np.zeros(len(groups.of), dtype=np.bool_)
    speaks[groups.member[groups.start]] = True
    rows: list[tuple[Ints, Ints, Longs, Longs]] = []
    for kind in range(3):
        at = np.flatnonzero(speaks[direct.volunteer] & (asks.post_type[direct.post, kind] >= 0))
        group, post = groups.of[direct.volunteer[at]], direct.post[at]
        seat_type = asks.post_type[post, kind]
        slot = instance.posts.slot[post].astype(np.uint64)
        free = (groups.available[group] >> slot & np.uint64(1)).astype(np.bool_)
        halves = np.zeros(len(at), dtype=np.int64)
        if kind == GENERAL:
            may = np.ones(len(at), dtype=np.bool_)
        elif kind == BACKBONE:
            may = groups.backbone[group] | instance.prices.backbone_fallback
            halves = np.where(groups.backbone[group], 0, asks.type_weight[seat_type])
        else:
            may = (
                groups.skills[group] >> instance.posts.skill[post].astype(np.uint64) & np.uint64(1)
            ).astype(np.bool_)
        take = free & may
        rows.append((group[take], seat_type[take], direct.units[at[take]], halves[take]))
    return (
        np.concatenate([row[0] for row in rows]),
        np.concatenate([row[1] for row in rows]),
        np.concatenate([row[2] for row in rows]),
        np.concatenate([row[3] for row in rows]),
    )


def _arcs(tail: Ints | int, head: Ints, capacity: Longs, cost: Longs | int, halves: Longs | int = 0) -> Arcs:
    return Arcs(
        np.broadcast_to(tail, head.shape).astype(np.int32),
        head.astype(np.int32),
        capacity.astype(np.int64),
        np.broadcast_to(cost, head.shape).astype(np.int64),
        np.broadcast_to(halves, head.shape).astype(np.int64),
    )
