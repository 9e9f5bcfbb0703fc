"""The door of oversight: the places that an actor oversees, as one whole. Missing and forbidden look the same."""

from __future__ import annotations

from django.http import Http404

from muster.people.access import SEERS
from muster.people.enums import OVERSEERS
from muster.territory.models import Division
from muster.territory.queries import division, in_force
from muster.toolkit.actor import Actor

DIGITS = 12


def get_place(actor: Actor, division_code: int) -> Division:
    """The division, if one role of the actor sees all of it; else 404. A short code (510107001) is filled up with zeros."""
    code = int(str(division_code).ljust(DIGITS, "0"))
    place = in_force().filter(code=code).first()
    if place is None or not any(
        low <= place.code and place.high <= high for low, high in actor.ranges(*SEERS)
    ):
        raise Http404
    return place


def own_place(actor: Actor) -> Division:
    """The widest place that the actor oversees; 404 for those who oversee none."""
    ranges = actor.ranges(*OVERSEERS)
    if not ranges:
        raise Http404
    try:
        return division(max(ranges, key=lambda found: found[1] - found[0])[0])
    except Division.DoesNotExist as error:
        raise Http404 from error
