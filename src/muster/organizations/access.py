"""The doors of resident units. What is missing and what is forbidden look the same.

This floor lies below `people`, where roles and needs are named, so both come in as their plain words;
tests/organizations/test_access.py holds them to the same spelling.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from muster.organizations.models import ResidentUnit
from muster.toolkit.actor import Actor

# Who runs the affairs of a community, and who may read them; a liaison reads the unit that he speaks for.
RUNNERS = ("community_worker", "township_overseer")
SEERS = (*RUNNERS, "county_overseer", "city_overseer", "province_overseer")
LIAISON = "unit_liaison"
SEE = "see"


def units_visible_to(actor: Actor, need: str = SEE) -> QuerySet[ResidentUnit]:
    """The units of the places of `actor`, and to see or to operate also those that he is the liaison of."""
    wanted = Q(pk__in=[])
    for low, high in actor.ranges(*(SEERS if need == SEE else RUNNERS)):
        wanted |= Q(division_code__gte=low, division_code__lt=high)
    if need != "manage":
        spoken_for = [
            grant.organization_id for grant in actor.grants if grant.kind == LIAISON and grant.organization_id
        ]
        wanted |= Q(pk__in=spoken_for)
    return ResidentUnit.objects.filter(wanted)


def get_unit(actor: Actor, code: str, need: str = SEE) -> ResidentUnit:
    """The unit with this code, if the roles of `actor` reach it for `need`; else 404."""
    unit = units_visible_to(actor, need).filter(code=code).first()
    if unit is None:
        raise Http404
    return unit
