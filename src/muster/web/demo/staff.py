"""The regular force of a community and the staff at its gates, invented in the numbers that such a community has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from math import ceil

from muster.people.enums import ForceClass
from muster.people.models import Person
from muster.territory.enums import PropertyStatus
from muster.territory.models import CompoundGate, Division
from muster.web.demo.people import write_people
from muster.web.demo.portraits import Portrait, staff

COMMITTEE_SIZE = 7  # 5 to 9 members (Residents' Committee Law art. 7)
WORKERS_PER_10000 = 18
HOUSEHOLDS_PER_GRID = 400
HOUSEHOLDS_PER_GROUP_LEADER = 700
SOCIAL_WORKERS = 2
GUARDS_PER_GATE = 2


def build_staff(community: Division, seed: int, scale: float, *, at: datetime) -> int:
    """The regular force, the property staff and the social workers, once. Returns how many were written."""
    known = Person.objects.filter(
        division_code=community.code, is_synthetic=True, force_class=ForceClass.COMMITTEE_MEMBER
    )
    if known.exists():
        return 0
    return len(write_people(list(_portraits(community, seed, scale)), at=at))


def numbers_of(community: Division, scale: float) -> dict[str, int]:
    """How many of each class, at least two of each whatever the scale, so that every screen has somebody."""
    people, households = community.population or 0, community.household_count or 0
    whole = {
        ForceClass.COMMITTEE_MEMBER: COMMITTEE_SIZE,
        ForceClass.FULL_TIME_WORKER: ceil(people * WORKERS_PER_10000 / 10_000),
        ForceClass.GROUP_LEADER: ceil(households / HOUSEHOLDS_PER_GROUP_LEADER),
        ForceClass.GRID_WORKER: ceil(households / HOUSEHOLDS_PER_GRID),
        ForceClass.SOCIAL_WORKER: SOCIAL_WORKERS,
        ForceClass.PROPERTY_STAFF: GUARDS_PER_GATE * _managed_gates(community),
    }
    return {kind: max(2, ceil(count * scale)) for kind, count in whole.items()}


def _managed_gates(community: Division) -> int:
    return CompoundGate.objects.filter(
        division_code=community.code,
        compound__property_status__in=(PropertyStatus.MANAGED, PropertyStatus.PARTLY),
    ).count()


def _portraits(community: Division, seed: int, scale: float) -> Iterator[Portrait]:
    for force_class, count in numbers_of(community, scale).items():
        for number in range(count):
            yield staff(
                f"{seed}|{community.code}|{force_class}|{number}",
                community.code,
                force_class,
                address=f"{community.short_name}党群服务中心",
                lon=community.lon,
                lat=community.lat,
            )
