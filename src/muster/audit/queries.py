"""What was done and who read what."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from muster.audit.enums import Ledger
from muster.audit.models import Disclosure, Entry, Seal
from muster.toolkit.actor import Actor

AUDITOR = "auditor"
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
    ranges = actor.ranges(AUDITOR)
    scope = Q(pk__in=[])
    for low, high in ranges:
        scope |= Q(division_code__gte=low, division_code__lt=high)
    if any(high - low >= PROVINCE_SPAN for low, high in ranges):
        scope |= Q(division_code__isnull=True)
    return Entry.objects.filter(scope).order_by("-id")


def narrowed(
    entries: QuerySet[Entry], *, verb: str = "", object_code: str = "", account: int | None = None
) -> QuerySet[Entry]:
    """The entries of one deed, of one object and by one account, where they are named."""
    if verb:
        entries = entries.filter(verb=verb)
    if object_code:
        entries = entries.filter(object_code=object_code)
    if account:
        entries = entries.filter(actor_account_id=account)
    return entries


def last_seal() -> Seal | None:
    """The newest seal over the trail."""
    return Seal.objects.filter(ledger=Ledger.ENTRY).order_by("-last_id").first()
