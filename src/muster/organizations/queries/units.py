"""The list of units of a place, and one unit with its contacts and plans."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from muster.organizations import rules
from muster.organizations.models import ContingencyPlan, ResidentUnit, UnitContact
from muster.territory.rules import names
from muster.toolkit import paging

NEWEST_CONTACTS = 20


def units_listed(
    units: QuerySet[ResidentUnit],
    *,
    on: date,
    reviewed_since: date,
    text: str = "",
    kind: str = "",
    linked: str = "",
    after: str = "",
) -> paging.Page[ResidentUnit]:
    """One page of `units` (as the door lets them through), each with `last_contact_at` and `has_valid_plan`.

    `linked` is "yes", "no" or "" for both; `text` is a part of the name, its pinyin or a whole social credit code.
    """
    if kind:
        units = units.filter(kind=kind)
    if linked == "yes":
        units = units.filter(linked_at__isnull=False, unlinked_at=None)
    elif linked == "no":
        units = units.exclude(linked_at__isnull=False, unlinked_at=None)
    if text.strip():
        units = _found(units, text)
    contacts = UnitContact.objects.filter(unit=OuterRef("pk")).order_by("-at")
    units = units.annotate(
        last_contact_at=Subquery(contacts.values("at")[:1]),
        has_valid_plan=Exists(plans_in_force(on, reviewed_since).filter(unit=OuterRef("pk"))),
    )
    return paging.page_after(units, key=("division_code", "id"), after=after)


def plans_in_force(on: date, reviewed_since: date) -> QuerySet[ContingencyPlan]:
    """The plans that are valid on that day, their last one too, and were reviewed since the other (R2.13)."""
    return ContingencyPlan.objects.filter(
        valid_from__lte=on, valid_to__gte=on, valid_from__gte=reviewed_since
    )


def newest_contacts(unit: ResidentUnit) -> list[UnitContact]:
    """The last contacts with the community, newest first (R2.10)."""
    return list(unit.contacts.order_by("-at")[:NEWEST_CONTACTS])


def _found(units: QuerySet[ResidentUnit], text: str) -> QuerySet[ResidentUnit]:
    typed = names.normal(text)
    if len(typed) == rules.LENGTH and typed.isalnum() and typed.isascii():
        return units.filter(uscc=typed.upper())
    keys = names.keys_wanted(text)
    return units.filter(search_keys__contains=keys) if keys else units.none()
