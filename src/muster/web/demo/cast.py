"""The accounts of the demo: one for each role, over the places that such a role has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from muster.callups.enums import AssignmentState
from muster.callups.models import Assignment
from muster.organizations.models import ResidentUnit
from muster.people.actions import accounts
from muster.people.enums import Department, ForceClass, LiaisonSide, RoleKind
from muster.people.models import Account, Liaison, Person
from muster.territory.enums import Level
from muster.territory.models import Division
from muster.territory.queries import ancestors
from muster.toolkit.actor import SYSTEM
from muster.web.demo.people import write_people
from muster.web.demo.portraits import staff

VOLUNTEER = "volunteer"  # no role: a person with a profile is one
TYPICAL_HOUSEHOLDS = 3_000
OVERSIGHT = {
    Level.TOWNSHIP: (RoleKind.TOWNSHIP_OVERSEER, Department.CIVIL_AFFAIRS),
    Level.COUNTY: (RoleKind.COUNTY_OVERSEER, Department.CIVIL_AFFAIRS),
    Level.CITY: (RoleKind.CITY_OVERSEER, Department.HEALTH),
    Level.PROVINCE: (RoleKind.PROVINCE_OVERSEER, Department.CIVIL_AFFAIRS),
}
PROVINCE_ROLES = (RoleKind.AUDITOR, RoleKind.SYSTEM_ADMINISTRATOR)


def stage_of(communities: Sequence[Division]) -> Division:
    """The community in which the accounts of the lowest level work: the one nearest to a typical size."""
    return min(
        communities, key=lambda place: (abs((place.household_count or 0) - TYPICAL_HOUSEHOLDS), place.code)
    )


def build_cast(communities: Sequence[Division], seed: int, *, at: datetime) -> dict[str, Account]:
    """An account for each role, by role; those that are there already stay as they are."""
    stage = stage_of(communities)
    for community in communities:
        worker = _first(community, ForceClass.FULL_TIME_WORKER)
        _entrust(worker, RoleKind.COMMUNITY_WORKER, community.code, at)
    found = {
        RoleKind.COMMUNITY_WORKER.value: accounts.create(
            _first(stage, ForceClass.FULL_TIME_WORKER), actor=SYSTEM
        )
    }
    for kind, force_class in (
        (RoleKind.SHIFT_LEADER, ForceClass.GRID_WORKER),
        (RoleKind.GUARD, ForceClass.PROPERTY_STAFF),
    ):
        found[kind.value] = _entrust(_first(stage, force_class), kind, stage.code, at)
    found[RoleKind.UNIT_LIAISON.value] = _liaison(stage, at)
    return found | _officials(stage, seed, at)


def volunteer_account(stage: Division, *, at: datetime) -> Account:
    """The account of a volunteer, chosen once the call-ups are in motion: one who has a shift ahead, if anybody has."""
    # Not one who is still asked: whoever is not needed is thanked by the worker before anybody has looked.
    ahead = Assignment.objects.filter(
        division_code=stage.code,
        state=AssignmentState.ACCEPTED,
        shift__starts_at__gt=at,
        unit_call=None,
        person__is_synthetic=True,
    )
    seat = ahead.select_related("person").order_by("person").first()
    return accounts.create(seat.person if seat else _volunteer(stage), actor=SYSTEM, at=at)


def _first(community: Division, force_class: str) -> Person:
    return Person.objects.filter(
        division_code=community.code, is_synthetic=True, force_class=force_class, erased_at=None
    ).order_by("pk")[0]


def _volunteer(community: Division) -> Person:
    """A volunteer who is ready in an emergency where there is one, so that a first call-up can reach them."""
    people = Person.objects.filter(
        division_code=community.code, is_synthetic=True, force_class=ForceClass.VOLUNTEER, erased_at=None
    )
    ready = people.filter(volunteer__emergency_willing="yes", has_smartphone=True).order_by("pk").first()
    return ready or people.order_by("pk")[0]


def _liaison(community: Division, at: datetime) -> Account:
    unit = ResidentUnit.objects.filter(division_code=community.code).order_by("pk")[0]
    liaison = Liaison.objects.select_related("person").get(unit=unit, side=LiaisonSide.UNIT, ended_on=None)
    return accounts.create(liaison.person, actor=SYSTEM, at=at)


def _entrust(
    person: Person, kind: RoleKind, division_code: int, at: datetime, department: str = ""
) -> Account:
    account = accounts.create(person, actor=SYSTEM, at=at)
    accounts.grant(account, kind, division_code=division_code, department=department, actor=SYSTEM, at=at)
    return account


def _officials(stage: Division, seed: int, at: datetime) -> dict[str, Account]:
    """The overseers above the stage, the auditor and the administrator; each is written once."""
    found = {}
    above = {place.level: place for place in ancestors(stage.code)}
    for level, (kind, department) in OVERSIGHT.items():
        found[kind.value] = _official(stage, above[level].code, kind, department, seed=seed, at=at)
    for kind in PROVINCE_ROLES:
        found[kind.value] = _official(stage, above[Level.PROVINCE].code, kind, "", seed=seed, at=at)
    return found


def _official(
    stage: Division, division_code: int, kind: RoleKind, department: str, *, seed: int, at: datetime
) -> Account:
    held = (
        Account.objects.filter(
            roles__kind=kind, roles__division_code=division_code, person__is_synthetic=True
        )
        .order_by("pk")
        .first()
    )
    if held:
        return held
    portrait = staff(
        f"{seed}|{division_code}|{kind}", stage.code, ForceClass.OTHER_REGULAR, address="", lon=None, lat=None
    )
    (written,) = write_people([portrait], at=at)
    return _entrust(Person.objects.get(pk=written.pk), kind, division_code, at, department)
