"""Pairs of one person and one post with a price of their own: listed pairs, and the seats of the incumbent plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.kernel.dispatch.pools.instance import Incumbent, Instance, Ints, Longs, units

ONE = np.uint64(1)


@dataclass(frozen=True, eq=False)
class Direct:
    """Rows (`volunteer`, `post`) with what they cost (`units`: travel, patch and keep), sorted by both.

    `signature`: (volunteers,) 0 for most; people with the same number have the same rows. `closed_volunteer`,
    `closed_post`: pairs that must not be taken at the price of their distance.
    """

    volunteer: Ints
    post: Ints
    units: Longs
    signature: Ints
    closed_volunteer: Ints
    closed_post: Ints


def direct_of(instance: Instance, incumbent: Incumbent | None) -> Direct:
    """All such rows that are allowed, those dearer than the distance with the distance closed."""
    prices, people, many = instance.prices, instance.volunteers, max(1, len(instance.posts.id))
    keep = 0 if incumbent is None else units(prices.keep_km)
    listed, listed_units = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    if instance.pairs is not None:
        listed = instance.pairs.volunteer.astype(np.int64) * many + instance.pairs.post
        listed_units = np.array([units(km) for km in instance.pairs.km.tolist()], dtype=np.int64)
    promised = np.zeros(0, dtype=np.int64)
    if incumbent is not None:
        promised = incumbent.volunteer.astype(np.int64) * many + incumbent.post
    keys = np.union1d(listed, promised)
    volunteer, post = (keys // many).astype(np.int32), (keys % many).astype(np.int32)
    distance = instance.travel_units(people.community[volunteer], post)
    travel = distance.copy()
    is_listed = np.isin(keys, listed)
    travel[is_listed] = listed_units
    radius = np.iinfo(np.int64).max if prices.radius is None else prices.radius
    allowed = (travel <= radius) & (is_listed | (not prices.pairs_only))
    allowed &= instance.is_open(people.community[volunteer], post)
    closed = is_listed & (distance <= radius) & ((travel > distance) | ~allowed) & (not prices.pairs_only)
    cost = travel + instance.patch_units(people.patch[volunteer], post)
    cost += instance.terms_units(people.community[volunteer], post)
    cost += np.where(np.isin(keys, promised), 0, keep)
    return Direct(
        volunteer[allowed],
        post[allowed],
        cost[allowed],
        _apart(instance, _signatures(len(people.id), volunteer[allowed], post[allowed], cost[allowed])),
        volunteer[closed],
        post[closed],
    )


def _signatures(people: int, volunteer: Ints, post: Ints, cost: Longs) -> Ints:
    signature = np.zeros(people, dtype=np.int32)
    rows = np.bincount(volunteer, minlength=people)
    single = rows[volunteer] == 1
    pairs = np.stack([post[single].astype(np.int64), cost[single]], axis=1)
    distinct, which = np.unique(pairs, axis=0, return_inverse=True)
    signature[volunteer[single]] = 1 + which.ravel()
    several = np.flatnonzero(rows > 1)
    signature[several] = 1 + len(distinct) + np.arange(len(several))
    return signature


def _apart(instance: Instance, signature: Ints) -> Ints:
    """The same, but everybody who could lack rest has a number of his own: who rests is a matter of persons."""
    people = instance.volunteers
    could = np.zeros(len(people.id), dtype=np.bool_)
    for first, then in instance.horizon.rest_slots:
        both = (ONE << np.uint64(first)) | (ONE << np.uint64(then))
        could |= (people.available & both) == both
    alone = np.flatnonzero(could & (people.max_shifts > 1))
    signature[alone] = int(signature.max(initial=0)) + 1 + np.arange(len(alone))
    return signature
