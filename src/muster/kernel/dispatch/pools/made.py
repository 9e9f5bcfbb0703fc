"""Invented questions of any size, for benchmarks and first steps: a city with a dense core, villages around it and hot spots.

The same figures give the same question on every machine. Nothing in it is about real people or places.
"""

from __future__ import annotations

import numpy as np

from muster.kernel.dispatch.pools.instance import (
    Communities,
    Floats,
    Horizon,
    Instance,
    Longs,
    Masks,
    Posts,
    Prices,
    Volunteers,
)

TIER_KM = {"t0": 0.0, "t1": 1.0, "t2": 2.0, "t3": 4.0, "t4": 8.0, "t5": 16.0}
TIER_SHARES = (0.03, 0.07, 0.40, 0.25, 0.15, 0.10)
SKILLS = ("boat", "electric", "first_aid", "interpreter", "machines", "radio")
SKILL_SHARES = (0.08, 0.15, 0.20, 0.02, 0.05, 0.06)
SKILLS_ASKED = (0.30, 0.25, 0.20, 0.05, 0.10, 0.10)
WEIGHTS = (1, 2, 3, 5)
WEIGHT_SHARES = (0.4, 0.3, 0.2, 0.1)
BACKBONE_SHARE = 0.15
AVAILABLE_SHARE = 0.7
HOT_POSTS, HOT_PATCHES = 0.6, 0.12
MOST_COMMUNITIES = 3000
COMMUNITIES_PER_PATCH = 3000 / 260
# Seats for one volunteer on the list at `tight` 1; 0.7 of them are available in a single wave.
SEATS_PER_VOLUNTEER = 0.6
CORE_SHARE, CORE_SPREAD_M, CORE_RADIUS_M = 0.55, 7_000, 12_000
FARTHEST_PATCH_M = 38_000
POST_SPREAD_M = 300
MOST_HISTORY = 4
# Positions to the decimeter: they are written and read back as they are.
DECIMALS = 1


def made(
    volunteers: int,
    posts: int,
    *,
    days: int = 1,
    shifts: int = 1,
    tight: float = 1.0,
    seed: int = 0,
    radius_km: float | None = None,
) -> Instance:
    """A question with so many volunteers and posts.

    `tight` 1 asks for 6 seats for every 10 volunteers, so for 86 of 100 who are available in a single wave; 1.17 for as many
    as there are, and more for a shortage. No post is without a seat. Raises ValueError for less than one of anything.
    """
    if min(volunteers, posts, days, shifts) < 1 or tight <= 0:
        raise ValueError("volunteers, posts, days and shifts are at least 1, and tight is more than 0")
    draw = np.random.default_rng(seed)
    city = _City(draw, min(MOST_COMMUNITIES, max(12, volunteers // 3)))
    horizon = Horizon(days, shifts, rest_pairs=((shifts - 1, 0),) if days > 1 and shifts > 1 else ())
    return Instance.of(
        Communities(_names("c", len(city.patch)), city.x_m, city.y_m),
        _volunteers(draw, city, volunteers, horizon),
        _posts(draw, city, posts, horizon, tight * SEATS_PER_VOLUNTEER * volunteers / posts),
        horizon=horizon,
        prices=Prices(tier_km=TIER_KM, radius_km=radius_km),
        tiers=tuple(TIER_KM),
        skills=SKILLS,
        patches=_names("s", city.patches),
    )


class _City:
    """Communities around the centers of patches: half of these in a dense core, the others up to 38 km out."""

    def __init__(self, draw: np.random.Generator, communities: int) -> None:
        self.patches = max(1, round(communities / COMMUNITIES_PER_PATCH))
        core = round(CORE_SHARE * self.patches)
        angle = draw.uniform(0, 2 * np.pi, self.patches - core)
        far = draw.uniform(CORE_RADIUS_M, FARTHEST_PATCH_M, self.patches - core)
        center = np.vstack(
            [
                draw.normal(0, CORE_SPREAD_M, (core, 2)),
                np.column_stack([far * np.cos(angle), far * np.sin(angle)]),
            ]
        )
        size = draw.dirichlet(np.full(self.patches, 3.0))
        others = draw.choice(self.patches, communities - self.patches, p=size)
        self.patch: Longs = np.concatenate([np.arange(self.patches), others])
        spread = np.where(np.hypot(*center.T) < CORE_RADIUS_M, 800.0, 2_500.0)[self.patch]
        place = center[self.patch] + draw.normal(size=(communities, 2)) * spread[:, None]
        self.x_m: Floats = place[:, 0].round(DECIMALS)
        self.y_m: Floats = place[:, 1].round(DECIMALS)
        crowd = draw.lognormal(0, 0.6, communities)
        self.share = crowd / crowd.sum()


def _volunteers(draw: np.random.Generator, city: _City, count: int, horizon: Horizon) -> Volunteers:
    community = draw.choice(len(city.patch), count, p=city.share)
    bits = np.uint64(1) << np.arange(len(SKILLS), dtype=np.uint64)
    skilled = draw.random((count, len(SKILLS))) < SKILL_SHARES
    return Volunteers(
        id=_names("v", count),
        community=community.astype(np.int32),
        tier=draw.choice(len(TIER_KM), count, p=TIER_SHARES).astype(np.int32),
        backbone=draw.random(count) < BACKBONE_SHARE,
        skills=(skilled * bits).sum(axis=1, dtype=np.uint64),
        available=_available(draw, count, horizon),
        max_shifts=(
            np.ones(count, dtype=np.int32)
            if horizon.slots == 1
            else draw.choice(np.array([1, 2, 3], dtype=np.int32), count, p=(0.2, 0.5, 0.3))
        ),
        history=draw.poisson(1.0, count).clip(0, MOST_HISTORY).astype(np.int32),
        patch=city.patch[community].astype(np.int32),
    )


def _available(draw: np.random.Generator, count: int, horizon: Horizon) -> Masks:
    """Single wave: 70 %. Otherwise 40 % always, 25 % not in the last shift of a day, 10 % only then, the rest on whole days
    half of the time; and a fifth of all never."""
    if horizon.slots == 1:
        return (draw.random(count) < AVAILABLE_SHARE).astype(np.uint64)
    days, shifts = horizon.days, horizon.shifts
    one_day = (1 << shifts) - 1
    night = sum(1 << (day * shifts + shifts - 1) for day in range(days))
    always = sum(one_day << (day * shifts) for day in range(days))
    kind = draw.random(count)
    some_days = np.zeros(count, dtype=np.uint64)
    for day in range(days):
        some_days |= np.where(draw.random(count) < 0.5, np.uint64(one_day << (day * shifts)), np.uint64(0))
    masks = np.select(
        [kind < 0.40, kind < 0.65, kind < 0.75],
        [np.uint64(always), np.uint64(always & ~night), np.uint64(night)],
        some_days,
    )
    return np.where(draw.random(count) < 0.2, np.uint64(0), masks)


def _posts(draw: np.random.Generator, city: _City, count: int, horizon: Horizon, mean: float) -> Posts:
    hot_patches = draw.choice(city.patches, max(1, int(HOT_PATCHES * city.patches)), replace=False)
    hot = np.flatnonzero(np.isin(city.patch, hot_patches))
    at = np.where(
        draw.random(count) < HOT_POSTS,
        hot[draw.integers(0, len(hot), count)],
        draw.integers(0, len(city.patch), count),
    )
    shift = draw.normal(0, POST_SPREAD_M, (count, 2))
    slot = draw.integers(0, horizon.slots, count)
    seats = 1 + draw.poisson(max(0.0, mean - 1), count)
    backbone = np.minimum(
        seats, np.where(draw.random(count) < 0.8, np.maximum(1, (seats * 0.15).astype(np.int64)), 0)
    )
    skilled = np.minimum(
        seats - backbone,
        np.where(draw.random(count) < 0.6, np.maximum(1, (seats * 0.35).astype(np.int64)), 0),
    )
    return Posts(
        id=_names("p", count),
        x_m=(city.x_m[at] + shift[:, 0]).round(DECIMALS),
        y_m=(city.y_m[at] + shift[:, 1]).round(DECIMALS),
        slot=slot.astype(np.int32),
        seats=np.column_stack([seats - backbone - skilled, backbone, skilled]).astype(np.int32),
        skill=draw.choice(len(SKILLS), count, p=SKILLS_ASKED).astype(np.int32),
        weight=draw.choice(np.array(WEIGHTS, dtype=np.int32), count, p=WEIGHT_SHARES),
        patch=city.patch[at].astype(np.int32),
    )


def _names(letter: str, count: int) -> tuple[str, ...]:
    """Of one length, so that they stand in order as text too."""
    digits = len(str(count))
    return tuple(f"{letter}{number:0{digits}d}" for number in range(1, count + 1))
