"""The doors of numbers and modes: who may read them, set them, and switch a place."""

from __future__ import annotations

from django.http import Http404

from muster.toolkit.actor import Actor

OVERSEERS = ("township_overseer", "county_overseer", "city_overseer", "province_overseer")
READERS = ("community_worker", *OVERSEERS, "system_administrator")
# norms.md G.8 leaves the numbers to the county and above: a community that set its own would be compared with nobody.
SETTERS = ("county_overseer", "city_overseer", "province_overseer")
# R1.4 names the three levels; those above the county may do what the county may.
SWITCHERS = ("community_worker", *OVERSEERS)


def places(actor: Actor, *kinds: str) -> list[int]:
    """The code that each role of these kinds is over, the widest place first."""
    ranges = sorted(actor.ranges(*kinds), key=lambda pair: (pair[0] - pair[1], pair[0]))
    return [low for low, _high in ranges]


def get_place(actor: Actor, code: str, *kinds: str) -> int:
    """The place with this 12-digit code, if a role of these kinds is over it; 404 otherwise. "" is the actor's own."""
    if not code:
        own = places(actor, *kinds)
        if not own:
            raise Http404
        return own[0]
    if not (code.isascii() and code.isdigit() and actor.has(*kinds, division_code=int(code))):
        raise Http404
    return int(code)
