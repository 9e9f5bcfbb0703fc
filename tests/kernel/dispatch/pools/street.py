"""A street of some kilometers with people and posts along it, for answers that one can check in one's head."""

from __future__ import annotations

from typing import Any

from muster.kernel.dispatch.pools.instance import Horizon, Incumbent, Instance, Prices
from muster.kernel.dispatch.pools.solution import Solution, solve
from muster.kernel.dispatch.pools.why import Why
from tests.kernel.dispatch.pools import tiny

FREE: dict[str, Any] = {"tier_km": {"own": 0.0, "city": 4.0}, "fairness_km": 0.0, "patch_km": 0.0}
DRIVER, NURSE = 1, 2
OWN, CITY = 1, 0


def person(name: str, km: float, **traits: Any) -> dict[str, Any]:
    """Somebody who lives at that kilometer, of the cheapest tier, free in every slot for one seat, and nothing else."""
    plain = {
        "tier": OWN,
        "backbone": False,
        "skills": 0,
        "available": (1 << 63) - 1,
        "most": 1,
        "history": 0,
        "patch": -1,
    }
    return {"name": name, "km": km, **plain, **traits}


def post(name: str, km: float, general: int = 0, **traits: Any) -> dict[str, Any]:
    """A post at that kilometer in the first slot."""
    plain = {"backbone": 0, "skilled": 0, "skill": "driver", "slot": 0, "weight": 1, "patch": -1}
    return {"name": name, "km": km, "general": general, **plain, **traits}


def street(
    people: list[dict[str, Any]],
    posts: list[dict[str, Any]],
    *,
    horizon: Horizon | None = None,
    pairs: list[tuple[int, int, float]] | None = None,
    terms: dict[float, dict[str, int | None]] | None = None,
    **prices: Any,
) -> Instance:
    """The instance, with no price but distance unless given; `terms` by kilometer and post as in `tiny.terms_of`."""
    horizon = horizon or Horizon()
    places = sorted({one["km"] for one in people}) or [0.0]
    every_slot = (1 << horizon.slots) - 1
    return tiny.instance_of(
        {
            "communities": [(km * 1000, 0.0) for km in places],
            "volunteers": [
                (
                    one["name"],
                    places.index(one["km"]),
                    one["tier"],
                    one["backbone"],
                    one["skills"],
                    one["available"] & every_slot,
                    one["most"],
                    one["history"],
                    one["patch"],
                )
                for one in people
            ],
            "posts": [
                (
                    one["name"],
                    one["km"] * 1000,
                    0.0,
                    one["slot"],
                    (one["general"], one["backbone"], one["skilled"]),
                    tiny.SKILLS.index(one["skill"]),
                    one["weight"],
                    one["patch"],
                )
                for one in posts
            ],
            "horizon": horizon,
            "prices": Prices(**{**FREE, **prices}),
            "pairs": pairs,
            "terms": None if terms is None else [terms.get(km, {}) for km in places],
        }
    )


def asked(
    people: list[dict[str, Any]],
    posts: list[dict[str, Any]],
    *,
    promised: list[tuple[str, str]] | None = None,
    declined: frozenset[str] = frozenset(),
    **rest: Any,
) -> Why:
    """The best plan of the street, ready to be asked."""
    instance = street(people, posts, **rest)
    incumbent = None if promised is None else Incumbent.of(instance, promised)
    return Why(instance, solve(instance, incumbent=incumbent, declined=declined), declined)


def seats(solution: Solution, instance: Instance) -> set[tuple[str, str]]:
    """(person, post) of every filled seat, by name."""
    return {
        (instance.volunteers.id[v], instance.posts.id[p])
        for v, p in zip(solution.volunteer.tolist(), solution.post.tolist(), strict=True)
    }
