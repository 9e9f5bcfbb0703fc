"""The register of resident units: entered, bound to its community, spoken with, prepared (R2.3, R2.10, R2.13)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.audit.actions import trail
from muster.organizations import rules
from muster.organizations.enums import ContactWay, UnitKind
from muster.organizations.models import ContingencyPlan, ResidentUnit, UnitContact
from muster.territory.rules import names
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused


def create(
    *,
    division_code: int,
    name: str,
    kind: UnitKind | str,
    uscc: str,
    address: str,
    headcount: int,
    declared_cadre_count: int = 0,
    actor: Actor,
    at: datetime | None = None,
) -> ResidentUnit:
    """A new unit on the list of its community, not yet linked. Refuses a bad code and `unit_known`."""
    at = at or timezone.now()
    parsed = rules.parse_uscc(uscc)
    try:
        with transaction.atomic():
            unit = ResidentUnit.objects.create(
                division_code=division_code,
                name=name.strip(),
                kind=kind,
                uscc=parsed.value,
                address=address.strip(),
                headcount=headcount,
                declared_cadre_count=declared_cadre_count,
                search_keys=names.keys_of(name),
            )
            _record("organizations.unit.created", unit, actor=actor, at=at, detail={"kind": str(kind)})
    except IntegrityError as error:
        if not ResidentUnit.objects.filter(uscc=parsed.value).exists():
            raise
        raise Refused("unit_known", _known_words(parsed.value, division_code)) from error
    return unit


def update(
    unit: ResidentUnit,
    *,
    name: str,
    kind: UnitKind | str,
    address: str,
    headcount: int,
    declared_cadre_count: int,
    actor: Actor,
    at: datetime | None = None,
) -> None:
    """Other facts about a unit; its code and its community stay."""
    at = at or timezone.now()
    new = {
        "name": name.strip(),
        "kind": str(kind),
        "address": address.strip(),
        "headcount": headcount,
        "declared_cadre_count": declared_cadre_count,
    }
    changed = sorted(field for field, value in new.items() if getattr(unit, field) != value)
    if not changed:
        return
    with transaction.atomic():
        ResidentUnit.objects.filter(pk=unit.pk).update(search_keys=names.keys_of(name), **new)
        _record("organizations.unit.updated", unit, actor=actor, at=at, detail={"fields": changed})


def link(unit: ResidentUnit, *, actor: Actor, at: datetime | None = None) -> None:
    """The unit reports in to its community from now on (R2.3). Refuses `already_linked`."""
    at = at or timezone.now()
    with transaction.atomic():
        unlinked = Q(linked_at__isnull=True) | Q(unlinked_at__isnull=False)
        if not ResidentUnit.objects.filter(unlinked, pk=unit.pk).update(linked_at=at, unlinked_at=None):
            raise Refused("already_linked", _("This unit is linked already. Call it in the next call-up."))
        _record("organizations.unit.linked", unit, actor=actor, at=at)


def unlink(unit: ResidentUnit, *, reason: str, actor: Actor, at: datetime | None = None) -> None:
    """The unit is not called any more. What it promised stands. Refuses `not_linked`."""
    at = at or timezone.now()
    with transaction.atomic():
        linked = ResidentUnit.objects.filter(pk=unit.pk, linked_at__lt=at, unlinked_at=None)
        if not linked.update(unlinked_at=at):
            raise Refused("not_linked", _("This unit is not linked. Nothing was changed."))
        _record("organizations.unit.unlinked", unit, actor=actor, at=at, detail={"reason": reason})


def log_contact(
    unit: ResidentUnit, *, way: ContactWay | str, note: str, actor: Actor, at: datetime | None = None
) -> UnitContact:
    """Unit and community spoke: when, how, about what (R2.10)."""
    at = at or timezone.now()
    with transaction.atomic():
        contact = UnitContact.objects.create(
            unit=unit,
            division_code=unit.division_code,
            at=at,
            way=way,
            note=note.strip(),
            by_account_id=actor.account_id,
            by_label=actor.label,
        )
        _record("organizations.contact.logged", unit, actor=actor, at=at, detail={"way": str(way)})
    return contact


def add_plan(
    unit: ResidentUnit,
    *,
    title: str,
    approver: str,
    valid_from: date,
    valid_to: date,
    summary: str = "",
    actor: Actor,
    at: datetime | None = None,
) -> ContingencyPlan:
    """The next version of the unit's contingency plan (R2.13). Refuses `plan_dates`."""
    at = at or timezone.now()
    if valid_to <= valid_from:
        raise Refused("plan_dates", _("The plan ends before it begins. Put the end after the beginning."))
    with transaction.atomic():
        # The row lock makes two versions entered at once two numbers.
        ResidentUnit.objects.select_for_update().get(pk=unit.pk)
        newest = unit.plans.aggregate(newest=Max("version"))["newest"] or 0
        plan = ContingencyPlan.objects.create(
            unit=unit,
            division_code=unit.division_code,
            version=newest + 1,
            title=title.strip(),
            summary=summary.strip(),
            approver=approver.strip(),
            valid_from=valid_from,
            valid_to=valid_to,
        )
        _record("organizations.plan.added", unit, actor=actor, at=at, detail={"version": plan.version})
    return plan


def _known_words(uscc: str, division_code: int) -> str:
    known = ResidentUnit.objects.get(uscc=uscc)
    if known.division_code == division_code:
        return _("%(name)s has this code and is on your list already. Open it there.") % {"name": known.name}
    return _("A unit with this code is on the list of another community. Ask the township to move it.")


def _record(
    verb: str, unit: ResidentUnit, *, actor: Actor, at: datetime, detail: dict[str, object] | None = None
) -> None:
    trail.record(
        verb,
        actor=actor,
        obj_kind="resident_unit",
        obj_code=unit.code,
        division_code=unit.division_code,
        at=at,
        detail=detail,
    )
