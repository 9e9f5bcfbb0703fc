"""What was done and who read what."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from muster.audit.models import Disclosure, Entry
from muster.toolkit.actor import Actor

PAGE = 50
# A role over this many codes is over a whole province; only it reads entries that belong to no place.
PROVINCE_SPAN = 10**10


def disclosures_of(person_id: int) -> QuerySet[Disclosure]:
    """Who read which unmasked field of this person, the newest first."""
    return Disclosure.objects.filter(person_id=person_id).order_by("-id")


def entries_of(object_kind: str, object_code: str) -> QuerySet[Entry]:
    """What was done to one object, the newest first."""
    return Entry.objects.filter(object_kind=object_kind, object_code=object_code).order_by("-id")


def entries_for_auditor(actor: Actor) -> QuerySet[Entry]:
    """The entries in the places over which `actor` is an auditor; none for everybody else."""
    ranges = actor.ranges("auditor")
    scope = Q(pk__in=[])
    for low, high in ranges:
        scope |= Q(division_code__gte=low, division_code__lt=high)
    if any(high - low >= PROVINCE_SPAN for low, high in ranges):
        scope |= Q(division_code__isnull=True)
    return Entry.objects.filter(scope).order_by("-id")


def page_of(entries: QuerySet[Entry], before: int | None) -> tuple[Sequence[Entry], int | None]:
    """Fifty entries older than the id `before`, and the id with which the next page begins; None at the end."""
    rows = list((entries.filter(pk__lt=before) if before else entries)[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None
