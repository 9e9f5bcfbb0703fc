"""Residential compounds and courtyards, their gates and their buildings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.audit.actions.trail import record
from muster.territory.enums import CompoundKind, Level
from muster.territory.models import Building, Compound, CompoundGate, Division
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused


@dataclass(frozen=True)
class GateDraft:
    """A gate to be: where a post can stand."""

    name: str
    admits_vehicles: bool = False
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class BuildingDraft:
    """A residential building to be."""

    number: str
    entrance_count: int = 1
    floor_count: int = 1


def create_compound(
    community: Division,
    *,
    name: str,
    property_status: str,
    actor: Actor,
    kind: str = CompoundKind.COMPOUND,
    address: str = "",
    household_count: int = 0,
    lon: float | None = None,
    lat: float | None = None,
    gates: Sequence[GateDraft] = (),
    buildings: Sequence[BuildingDraft] = (),
    at: datetime | None = None,
) -> Compound:
    """A new compound of the community with its gates and buildings.

    Refuses `not_a_community` for a division of a higher level or one that ended, and `compound_exists`,
    `gate_exists`, `building_exists` where a name would be there twice.
    """
    at = at or timezone.now()
    if community.level != Level.COMMUNITY or community.valid_to is not None:
        raise Refused("not_a_community", _("A compound belongs to a community. Choose the community first."))
    with transaction.atomic():
        try:
            with transaction.atomic():
                compound = Compound.objects.create(
                    division_code=community.code,
                    name=name,
                    kind=kind,
                    property_status=property_status,
                    address=address,
                    household_count=household_count,
                    lon=lon,
                    lat=lat,
                )
        except IntegrityError as error:
            raise Refused(
                "compound_exists",
                _("This community has a compound called %(name)s already. Choose another name.")
                % {"name": name},
            ) from error
        _add_gates(compound, gates)
        _add_buildings(compound, buildings)
        record(
            "territory.compound.created",
            actor=actor,
            obj_kind="compound",
            obj_code=compound.code,
            division_code=community.code,
            at=at,
            detail={"gates": len(gates), "buildings": len(buildings)},
        )
    return compound


def create_gate(
    compound: Compound, draft: GateDraft, *, actor: Actor, at: datetime | None = None
) -> CompoundGate:
    """One more gate of a compound; refuses `gate_exists`."""
    at = at or timezone.now()
    with transaction.atomic():
        (gate,) = _add_gates(compound, [draft])
        record(
            "territory.gate.created",
            actor=actor,
            obj_kind="gate",
            obj_code=gate.code,
            division_code=compound.division_code,
            at=at,
        )
    return gate


def create_building(
    compound: Compound, draft: BuildingDraft, *, actor: Actor, at: datetime | None = None
) -> Building:
    """One more building of a compound; refuses `building_exists`."""
    at = at or timezone.now()
    with transaction.atomic():
        (building,) = _add_buildings(compound, [draft])
        record(
            "territory.building.created",
            actor=actor,
            obj_kind="compound",
            obj_code=compound.code,
            division_code=compound.division_code,
            at=at,
            detail={"number": building.number},
        )
    return building


def _add_gates(compound: Compound, drafts: Sequence[GateDraft]) -> list[CompoundGate]:
    """Gates as rows; the caller writes the trail."""
    rows = [
        CompoundGate(
            compound=compound,
            division_code=compound.division_code,
            name=draft.name,
            admits_vehicles=draft.admits_vehicles,
            lon=compound.lon if draft.lon is None else draft.lon,
            lat=compound.lat if draft.lat is None else draft.lat,
        )
        for draft in drafts
    ]
    try:
        with transaction.atomic():
            return CompoundGate.objects.bulk_create(rows)
    except IntegrityError as error:
        raise Refused(
            "gate_exists", _("Two gates of a compound cannot have one name. Rename one of them.")
        ) from error


def _add_buildings(compound: Compound, drafts: Sequence[BuildingDraft]) -> list[Building]:
    """Buildings as rows; the caller writes the trail."""
    rows = [
        Building(
            compound=compound,
            division_code=compound.division_code,
            number=draft.number,
            entrance_count=draft.entrance_count,
            floor_count=draft.floor_count,
        )
        for draft in drafts
    ]
    try:
        with transaction.atomic():
            return Building.objects.bulk_create(rows)
    except IntegrityError as error:
        raise Refused(
            "building_exists", _("Two buildings of a compound cannot have one number. Change one of them.")
        ) from error
