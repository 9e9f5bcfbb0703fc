"""First prices from a sketch of the instance: a few hundred places, a few thousand posts, the same people.

Where supply is short, prices reach far beyond the nearest places; a sketch knows that at a small part of the work, so that
the first columns are already those that matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from muster.kernel.dispatch.pools.groups import Asks
from muster.kernel.dispatch.pools.instance import (
    UNITS_PER_KM,
    Communities,
    Floats,
    Instance,
    Ints,
    Longs,
    Masks,
    Posts,
)

PLACES = 256
POSTS = 2048


@dataclass(frozen=True, eq=False)
class Sketch:
    """An instance and a smaller one that is like it."""

    whole: Instance
    instance: Instance


def sketch_of(instance: Instance, available: Masks) -> Sketch | None:
    """The sketch; None when the instance is hardly larger than one."""
    many_places, many_posts = len(instance.communities.code), len(instance.posts.id)
    into_places, into_posts = min(PLACES, many_places // 12), min(POSTS, many_posts // 4)
    if into_places < 2 or into_posts < 2 or many_places * many_posts < PLACES * POSTS:
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
        there = np.flatnonzero(rough.cell == cells[key])
        post = rough.post[there]
        across = towns.x_m.astype(np.float32)[:, None] - posts.x_m.astype(np.float32)[post]
        along = towns.y_m.astype(np.float32)[:, None] - posts.y_m.astype(np.float32)[post]
        way = np.sqrt(across * across + along * along) * np.float32(UNITS_PER_KM / 1000)
        if instance.prices.radius is not None:
            way[way > instance.prices.radius] = np.inf
        prices[cell] = np.maximum((worth[there] - way).max(axis=1), 0)
    return prices


def curve(x_m: Floats, y_m: Floats) -> Longs:
    """A number for each place such that places with close numbers are close: the bits of both directions in turn."""
    at = np.zeros(len(x_m), dtype=np.int64)
    for shift, along in enumerate((x_m, y_m)):
        low = along.min(initial=np.inf)
        wide = max(float(np.ptp(along)) if len(along) else 0.0, 1.0)
        step = ((along - low) / wide * 32767).astype(np.int64)
        for bit in range(15):
            at |= (step >> bit & 1) << (2 * bit + shift)
    return at


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
