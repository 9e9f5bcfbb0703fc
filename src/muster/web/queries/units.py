"""Resident units as the desk sees them: the register joined with liaisons, reserve teams, plans and what came of calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from muster.callups.enums import AssignmentState, UnitCallState
from muster.callups.models import UnitCall
from muster.callups.queries.pledges import CALL_KINDS
from muster.norms import queries as norms
from muster.organizations import rules
from muster.organizations.models import ContingencyPlan, ResidentUnit, UnitContact
from muster.organizations.queries import units as register
from muster.people.access import RUNNERS
from muster.people.enums import REGULAR_FORCE, LiaisonSide
from muster.people.models import Liaison, Person, ReserveTeam
from muster.people.rules import masked_phone
from muster.territory import queries as territory
from muster.toolkit import paging
from muster.toolkit.actor import Actor

NEWEST_CALLS = 20


@dataclass(frozen=True)
class UnitRow:
    """One unit of the list with what the clauses R2.3, R2.10, R2.12 and R2.13 ask of it."""

    unit: ResidentUnit
    community: str
    is_linked: bool
    liaison: str
    community_liaison: str
    last_contact_at: datetime | None
    is_contact_fresh: bool
    reserve_members: int
    has_reserve: bool
    has_valid_plan: bool


@dataclass(frozen=True)
class Contact:
    """A liaison on one side, with the number masked."""

    name: str
    phone: str
    since: date


@dataclass(frozen=True)
class CallRow:
    """One call and what came of it."""

    call: UnitCall
    kind: str
    named: int
    accepted: int
    arrived: int


@dataclass(frozen=True)
class UnitDetail:
    """All that the page of one unit shows."""

    unit: ResidentUnit
    community: str
    is_linked: bool
    liaison: Contact | None
    community_liaison: Contact | None
    contacts: Sequence[UnitContact]
    is_contact_fresh: bool
    contact_days: int
    team: ReserveTeam | None
    members: Sequence[Contact]
    members_needed: int
    plans: Sequence[ContingencyPlan]
    valid_plan_ids: frozenset[int]
    calls: Sequence[CallRow]

    @property
    def has_reserve(self) -> bool:
        """A leader and enough members beside him (R2.12)."""
        return self.team is not None and len(self.members) > self.members_needed


def unit_rows(
    units: QuerySet[ResidentUnit],
    at: datetime,
    *,
    text: str = "",
    kind: str = "",
    linked: str = "",
    after: str = "",
) -> tuple[list[UnitRow], paging.Page[ResidentUnit]]:
    """One page of these units, in the same number of queries however many they are."""
    page = register.units_listed(
        units,
        on=timezone.localdate(at),
        reviewed_since=_reviewed_since(at),
        text=text,
        kind=kind,
        linked=linked,
        after=after,
    )
    ids = [unit.pk for unit in page.rows]
    sides = {(row.unit_id, row.side): row.person.name for row in _in_office(ids)}
    teams = dict(ReserveTeam.objects.filter(unit__in=ids).values_list("unit").annotate(Count("members")))
    names = territory.names_of(sorted({unit.division_code for unit in page.rows}))
    return [_row(unit, names.get(unit.division_code, ""), sides, teams, at) for unit in page.rows], page


def unit_detail(unit: ResidentUnit, at: datetime) -> UnitDetail:
    """The page of one unit."""
    liaisons = {
        row.side: Contact(row.person.name, masked_phone(row.person.phone), row.began_on)
        for row in _in_office([unit.pk])
    }
    contacts = register.newest_contacts(unit)
    team = ReserveTeam.objects.filter(unit=unit).select_related("leader").first()
    days = _number("call.liaison_contact_days", unit)
    valid = register.plans_in_force(timezone.localdate(at), _reviewed_since(at)).filter(unit=unit)
    return UnitDetail(
        unit=unit,
        community=territory.names_of([unit.division_code]).get(unit.division_code, ""),
        is_linked=rules.is_linked(unit.linked_at, unit.unlinked_at),
        liaison=liaisons.get(LiaisonSide.UNIT),
        community_liaison=liaisons.get(LiaisonSide.COMMUNITY),
        contacts=contacts,
        is_contact_fresh=rules.is_contact_fresh(contacts[0].at if contacts else None, at, days),
        contact_days=days,
        team=team,
        members=_members(team),
        members_needed=_number("reserve_team.members_min", unit),
        plans=list(unit.plans.order_by("-version")),
        valid_plan_ids=frozenset(valid.values_list("pk", flat=True)),
        calls=_calls(unit),
    )


def communities_run_by(actor: Actor) -> list[tuple[int, str]]:
    """Code and name of each community that this actor may enter a unit for."""
    found = {}
    for low, high in actor.ranges(*RUNNERS):
        for place in territory.communities_in(low, high):
            found[place.code] = place.short_name
    return sorted(found.items())


def workers_of(unit: ResidentUnit) -> QuerySet[Person]:
    """Who can be the liaison on the community's side: its regular force."""
    return Person.objects.filter(
        division_code=unit.division_code, force_class__in=REGULAR_FORCE, erased_at=None
    ).order_by("pk")


def _row(
    unit: ResidentUnit, community: str, sides: dict[tuple[int, str], str], teams: dict[int, int], at: datetime
) -> UnitRow:
    last = unit.last_contact_at  # type: ignore[attr-defined]  # annotated by units_listed
    members = max(0, teams.get(unit.pk, 0) - 1)
    return UnitRow(
        unit=unit,
        community=community,
        is_linked=rules.is_linked(unit.linked_at, unit.unlinked_at),
        liaison=sides.get((unit.pk, LiaisonSide.UNIT), ""),
        community_liaison=sides.get((unit.pk, LiaisonSide.COMMUNITY), ""),
        last_contact_at=last,
        is_contact_fresh=rules.is_contact_fresh(last, at, _number("call.liaison_contact_days", unit)),
        reserve_members=members,
        has_reserve=members >= _number("reserve_team.members_min", unit),
        has_valid_plan=unit.has_valid_plan,  # type: ignore[attr-defined]  # annotated by units_listed
    )


def _in_office(unit_ids: Sequence[int]) -> QuerySet[Liaison]:
    return Liaison.objects.filter(unit__in=unit_ids, ended_on=None).select_related("person")


def _members(team: ReserveTeam | None) -> list[Contact]:
    """The leader first, then the others as they joined."""
    if team is None:
        return []
    rows = team.members.select_related("person").order_by("pk")
    people = sorted(rows, key=lambda row: row.person_id != team.leader_id)
    return [Contact(row.person.name, masked_phone(row.person.phone), row.joined_on) for row in people]


def _calls(unit: ResidentUnit) -> list[CallRow]:
    """The last calls to the unit, each with how many it pledged, named and sent."""
    seated = Q(assignments__state__in=["accepted", "ordered", "arrived", "left", "absent"])
    there = Q(assignments__state__in=[AssignmentState.ARRIVED, AssignmentState.LEFT])
    calls = (
        UnitCall.objects.filter(unit=unit)
        .select_related("call_up")
        .annotate(
            named=Count("offers", distinct=True),
            accepted=Count("assignments", filter=seated, distinct=True),
            arrived=Count("assignments", filter=there, distinct=True),
        )
        .order_by("-pk")[:NEWEST_CALLS]
    )
    return [
        CallRow(call, CALL_KINDS[UnitCallState(call.state)], call.named, call.accepted, call.arrived)
        for call in calls
    ]


def _number(key: str, unit: ResidentUnit) -> int:
    return int(norms.number(key, unit.division_code))


def _reviewed_since(at: datetime) -> date:
    """The day since which a plan must have been reviewed; one for the whole list, by the default of the norm."""
    months = int(norms.norms()["plan.review_months"].value)
    return rules.reviewed_since(timezone.localdate(at), months)
