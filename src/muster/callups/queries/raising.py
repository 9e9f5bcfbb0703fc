"""What the form of a new call-up is filled in with: the community's places, leaders, units and templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.translation import get_language, gettext, ngettext

from muster.callups.enums import GATE_TASKS, CallUpState
from muster.callups.models import CallTemplate, CallUp, Shift
from muster.callups.rules.drafts import CallUpDraft
from muster.organizations.models import ResidentUnit
from muster.people.enums import REGULAR_FORCE
from muster.people.models import Person
from muster.territory.enums import PropertyStatus
from muster.territory.models import CompoundGate, Division

MOST_LEADERS = 60
TWIN_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Place:
    """One place where a post can stand. `key` names it in the form; a place that was typed in has none."""

    key: str
    name: str
    detail: str
    address: str
    gate_id: int | None
    lon: float | None
    lat: float | None

    @classmethod
    def free(cls, name: str, community: Division) -> Place:
        """A place that no register knows: it stands at the community's own position."""
        return cls("", name, "", community.short_name, None, community.lon, community.lat)


@dataclass(frozen=True)
class Leader:
    """One of the regular force who can lead on the spot."""

    pk: int
    code: str
    name: str
    role: str


@dataclass(frozen=True)
class CallableUnit:
    """A linked resident unit, with how many its reserve team has."""

    pk: int
    code: str
    name: str
    reserve_count: int


@dataclass(frozen=True)
class RaisingChoices:
    """All that the form offers for one community and one template."""

    community: Division
    template: CallTemplate
    offered: Sequence[CallTemplate]
    places: Sequence[Place]
    leaders: Sequence[Leader]
    units: Sequence[CallableUnit]
    language: str


def raising_choices(community: Division, template_code: str) -> RaisingChoices:
    """What can be chosen for a call-up of `community` from a template; an unknown code takes the first one."""
    offered = list(CallTemplate.objects.order_by("position", "code"))
    template = next((known for known in offered if known.code == template_code), offered[0])
    return RaisingChoices(
        community=community,
        template=template,
        offered=offered,
        places=_places(community, template),
        leaders=_leaders(community),
        units=_units(community),
        language=(get_language() or "")[:2],
    )


def twin_of(form: CallUpDraft, at: datetime) -> CallUp | None:
    """The call-up that went out in the last minutes for the same work at the same posts and hours; drills have none."""
    if form.is_drill:
        return None
    lately = CallUp.objects.filter(
        division_code=form.division_code,
        task_kind=form.task_kind,
        is_drill=False,
        state__in=[CallUpState.OPEN, CallUpState.HALTED],
        starts_at=form.starts_at,
        ends_at=form.ends_at,
        opened_at__gt=at - TWIN_WITHIN,
    ).order_by("-id")
    hours = {(post.name, shift.starts_at, shift.ends_at) for post in form.posts for shift in post.shifts}
    return next((call_up for call_up in lately if hours == _hours_of(call_up)), None)


def _hours_of(call_up: CallUp) -> set[tuple[str, datetime, datetime]]:
    return set(Shift.objects.filter(call_up=call_up).values_list("post__name", "starts_at", "ends_at"))


def _places(community: Division, template: CallTemplate) -> list[Place]:
    gates = list(
        CompoundGate.objects.filter(division_code=community.code)
        .select_related("compound")
        .order_by("compound_id", "id")
    )
    if template.task_kind not in GATE_TASKS:
        # Work that is not at the gates is mustered once per compound, at its first gate.
        gates = list({gate.compound_id: gate for gate in reversed(gates)}.values())[::-1]
    places = [
        Place(
            key=gate.code,
            name=f"{gate.compound.name}·{gate.name}",
            detail=_detail(gate),
            address=gate.compound.address,
            gate_id=gate.pk,
            lon=gate.lon,
            lat=gate.lat,
        )
        for gate in gates
    ]
    if places:
        return places
    name = gettext("Service center of %(place)s") % {"place": community.short_name}
    return [Place("center", name, "", community.short_name, None, community.lon, community.lat)]


def _detail(gate: CompoundGate) -> str:
    compound = gate.compound
    households = ngettext("%(count)s household", "%(count)s households", compound.household_count) % {
        "count": compound.household_count
    }
    if gate.admits_vehicles:
        return gettext("%(households)s, persons and vehicles are checked together") % {
            "households": households
        }
    if compound.property_status == PropertyStatus.NONE:
        return gettext("%(households)s, without property service") % {"households": households}
    return households


def _leaders(community: Division) -> list[Leader]:
    people = Person.objects.filter(
        division_code=community.code, force_class__in=REGULAR_FORCE, erased_at__isnull=True
    ).order_by("force_class", "id")[:MOST_LEADERS]
    return [
        Leader(person.pk, person.code, person.name, person.get_force_class_display()) for person in people
    ]


def _units(community: Division) -> list[CallableUnit]:
    units = (
        ResidentUnit.objects.filter(
            division_code=community.code, linked_at__isnull=False, unlinked_at__isnull=True
        )
        .annotate(reserve_count=Count("reserve_team__members"))
        .order_by("-reserve_count", "id")
    )
    return [CallableUnit(unit.pk, unit.code, unit.name, unit.reserve_count) for unit in units]
