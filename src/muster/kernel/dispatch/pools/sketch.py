"""First prices from a sketch of the instance: a few hundred places, a few thousand posts, the same people.

Where supply is short, prices reach far beyond the nearest places; a sketch knows that at a small part of the work, so that
the first columns are already those that matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from muster.kernel.dispatch.pools.curve import curve
from muster.kernel.dispatch.pools.groups import ONE, Asks
from muster.kernel.dispatch.pools.instance import (
    BACKBONE,
    GENERAL,
    SKILLED,
    UNITS_PER_KM,
    Communities,
    Floats,
    Incumbent,
    Instance,
    Ints,
    Longs,
    Masks,
    Posts,
)

PLACES = 250
POSTS = 2500


@dataclass(frozen=True, eq=False)
class Sketch:
    """An instance and a smaller one that is like it."""

    whole: Instance
    instance: Instance


def sketch_of(instance: Instance, available: Masks) -> Sketch | None:
    """The sketch; None when the instance is hardly larger than one."""
    many_places, many_posts = len(instance.communities.code), len(instance.posts.id)
    into_places, into_posts = min(PLACES, many_places // 12), min(POSTS, many_posts // 2)
    if instance.prices.pairs_only or into_places < 2 or into_posts < 2:
        return None
    if many_places * many_posts < PLACES * POSTS * instance.horizon.slots:
        return None
    people, posts, places = instance.volunteers, instance.posts, instance.communities
    living = np.bincount(people.community[available > 0], minlength=many_places).astype(np.float64) + 1e-3
    place_of = _runs(curve(places.x_m, places.y_m), np.zeros(many_places, np.int64), living, into_places)
    alike = (posts.slot.astype(np.int64) * (len(instance.skills) + 1) + posts.skill + 1) * 128 + posts.weight
    seats = posts.seats.sum(axis=1).astype(np.float64) + 1e-3
    post_of = _runs(curve(posts.x_m, posts.y_m), alike, seats, into_posts)
    _, first = np.unique(post_of, return_index=True)
    totals = np.zeros((int(post_of.max()) + 1, 3), dtype=np.int32)
    np.add.at(totals, post_of, posts.seats)
    smaller = Instance(
        Communities(
            tuple(str(at) for at in range(int(place_of.max()) + 1)),
            _middle(places.x_m, living, place_of),
            _middle(places.y_m, living, place_of),
        ),
        replace(
            people,
            community=place_of[people.community],
            available=available,
            patch=np.full_like(people.patch, -1),
        ),
        Posts(
            tuple(str(at) for at in range(len(totals))),
            _middle(posts.x_m, seats, post_of),
            _middle(posts.y_m, seats, post_of),
            posts.slot[first],
            totals,
            posts.skill[first],
            posts.weight[first],
            np.full(len(totals), -1, dtype=np.int32),
        ),
        instance.horizon,
        replace(instance.prices, pairs_only=False, keep_km=0.0),
        instance.tiers,
        instance.skills,
        instance.patches,
    )
    return Sketch(instance, smaller)


def holes_of(instance: Instance, available: Masks, incumbent: Incumbent) -> Sketch:
    """The seats that the incumbent plan leaves empty, and the people it leaves free: almost all that will change."""
    people, posts = instance.volunteers, instance.posts
    slot = posts.slot[incumbent.post].astype(np.uint64)
    stays = (available[incumbent.volunteer] >> slot & ONE).astype(np.bool_)
    who, post, slot = incumbent.volunteer[stays], incumbent.post[stays], slot[stays]
    period_of = instance.horizon.period_of
    together = np.array(
        [np.bitwise_or.reduce(ONE << np.flatnonzero(period_of == at).astype(np.uint64)) for at in period_of]
    )
    free, most = available.copy(), people.max_shifts.copy()
    np.bitwise_and.at(free, who, ~together[slot])
    np.subtract.at(most, who, np.int32(1))
    present = np.bincount(post, minlength=len(posts.id))
    skill = np.maximum(posts.skill[post], 0).astype(np.uint64)
    able = np.stack([people.backbone[who], (people.skills[who] >> skill & ONE).astype(np.bool_)])
    filled = np.zeros_like(posts.seats)
    for kind, flags in zip((BACKBONE, SKILLED), able, strict=True):
        filled[:, kind] = np.minimum(np.bincount(post[flags], minlength=len(posts.id)), posts.seats[:, kind])
    filled[:, GENERAL] = np.maximum(present - filled.sum(axis=1), 0)
    holes = np.maximum(posts.seats - filled, 0)
    rest = np.flatnonzero(holes.any(axis=1))
    smaller = replace(
        instance,
        volunteers=replace(people, available=free, max_shifts=np.maximum(most, 0)),
        posts=Posts(
            tuple(posts.id[at] for at in rest.tolist()),
            posts.x_m[rest],
            posts.y_m[rest],
            posts.slot[rest],
            holes[rest],
            posts.skill[rest],
            posts.weight[rest],
            posts.patch[rest],
        ),
        prices=replace(instance.prices, pairs_only=False, keep_km=0.0),
        pairs=None,
        terms=None,
    )
    return Sketch(instance, smaller)


def pool_prices(sketch: Sketch, asks: Asks, rough: Asks, type_price: Longs, seat_value: int) -> Longs:
    """(cells, communities) what somebody there is worth at the prices of the sketch's seats: the best of them less the way.

    That is smooth where the sketch's own pools are steps, and right to what a sketch can know.
    """
    instance, posts = sketch.instance, sketch.instance.posts
    worth = type_price[rough.type] - rough.halves * (seat_value // 2)
    cells = {
        key: cell
        for cell, key in enumerate(zip(rough.cell_slot.tolist(), rough.cell_ability.tolist(), strict=True))
    }
    towns = sketch.whole.communities
    prices = np.zeros((len(asks.cell_slot), len(towns.code)), dtype=np.int64)
    for cell, key in enumerate(zip(asks.cell_slot.tolist(), asks.cell_ability.tolist(), strict=True)):
        there = np.flatnonzero(rough.cell == cells.get(key, -1))
        if not len(there):
            continue
        post = rough.post[there]
        across = towns.x_m.astype(np.float32)[:, None] - posts.x_m.astype(np.float32)[post]
        along = towns.y_m.astype(np.float32)[:, None] - posts.y_m.astype(np.float32)[post]
        way = np.sqrt(across * across + along * along) * np.float32(UNITS_PER_KM / 1000)
        if instance.prices.radius is not None:
            way[way > instance.prices.radius] = np.inf
        prices[cell] = np.maximum((worth[there] - way).max(axis=1), 0)
    return prices


def _runs(along: Longs, alike: Longs, mass: Floats, many: int) -> Ints:
    """Neighbors along the curve, of one sort, put together until a part has its share of the mass."""
    order = np.lexsort((along, alike))
    share = np.floor((np.cumsum(mass[order]) - mass[order]) / (mass.sum() / many)).astype(np.int64)
    new = np.zeros(len(order), dtype=np.bool_)
    new[1:] = (share[1:] != share[:-1]) | (alike[order][1:] != alike[order][:-1])
    part = np.empty(len(order), dtype=np.int32)
    part[order] = np.cumsum(new)
    return part


def _middle(along: Floats, mass: Floats, part: Ints) -> Floats:
    return np.bincount(part, weights=along * mass) / np.bincount(part, weights=mass)
