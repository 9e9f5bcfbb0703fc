"""All explanations of a plan at once, ready for JSON: the part of plan.json that `--explain` adds."""

from __future__ import annotations

from typing import Any

from muster.kernel.dispatch.answers import Empty, WhyMe
from muster.kernel.dispatch.pools.instance import KINDS
from muster.kernel.dispatch.pools.why import Why


def explanation(why: Why) -> dict[str, Any]:
    """Why each seat is empty, why each filled one is filled so, and what one more seat of each type would cost.

    `rings` holds every shortage once; `ring` in a line of `empty` is its position there. `price_km` is null where one more
    seat would cost a seat elsewhere. The plan must have been made by `solve`.
    """
    rings: dict[tuple[tuple[str, ...], tuple[str, ...], bool], int] = {}
    listed: list[dict[str, Any]] = []
    empty = []
    for line in why.empties():
        ring = None
        if line.ring_slots:
            key = (line.ring_slots, line.ring_kinds, line.in_full)
            if key not in rings:
                rings[key] = len(rings)
                listed.append(_ring(line))
            ring = rings[key]
        empty.append(_empty(line, ring))
    posts = why.instance.posts
    return {
        "proven": why.scene.exact,
        "rings": listed,
        "empty": empty,
        "assign": [_assigned(line) for line in why.seated()],
        "prices": [
            {"post": posts.id[post], "kind": KINDS[kind], "price_km": why.price(posts.id[post], KINDS[kind])}
            for post, kind in zip(*(at.tolist() for at in posts.seats.nonzero()), strict=True)
        ],
    }


def reasons(why: Why) -> dict[tuple[int, int], str]:
    """The code of the reason for each kind of empty seats, by (position of the post, position of the kind)."""
    posts = {name: at for at, name in enumerate(why.instance.posts.id)}
    return {(posts[line.slot], KINDS.index(line.kind)): line.code.value for line in why.empties()}


def _ring(line: Empty) -> dict[str, Any]:
    return {
        "people": line.ring_people,
        "capacity": line.ring_capacity,
        "seats": line.ring_seats,
        "in_full": line.in_full,
        "posts": [list(pair) for pair in zip(line.ring_slots, line.ring_kinds, strict=True)],
    }


def _empty(line: Empty, ring: int | None) -> dict[str, Any]:
    return {
        "post": line.slot,
        "kind": line.kind,
        "seats": line.seats,
        "code": line.code.value,
        "asked": line.asked,
        "holders": line.holders,
        "qualified": line.qualified,
        "excluded": [list(pair) for pair in line.excluded],
        "ring": ring,
        "higher": [list(pair) for pair in line.higher],
        "higher_posts": line.higher_slots,
        "radius_km": line.radius_km,
        "nearest_km": line.nearest_km,
        "resting": line.resting,
    }


def _assigned(line: WhyMe) -> dict[str, Any]:
    assert line.way is not None  # noqa: S101 - `why_me` of a province always has it
    return {
        "volunteer": line.person,
        "post": line.slot,
        "km": line.way.km,
        "patch_km": line.way.patch_km,
        "tier_km": line.way.tier_km,
        "fairness_km": line.way.fairness_km,
        "keep_km": line.way.keep_km,
        "stands_in": line.stands_in,
        "next": line.next_person,
        "next_extra_km": line.next_extra_km,
        "next_moves": line.next_moves,
        "exact": line.exact,
    }
