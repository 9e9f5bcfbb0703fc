"""The doors of service records: to everybody his own, to those who run a community the records made there."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from muster.people.access import Need, kinds_for, ranges_q
from muster.records.models import ServiceRecord
from muster.toolkit.actor import Actor


def records_visible_to(actor: Actor, need: Need = Need.MANAGE) -> QuerySet[ServiceRecord]:
    """The records of the places that `actor` runs."""
    return ServiceRecord.objects.filter(ranges_q(actor, *kinds_for(need)))


def get_record(actor: Actor, code: str, need: Need = Need.MANAGE) -> ServiceRecord:
    """The record with this code, if the roles of `actor` reach it for `need`; else 404."""
    record = records_visible_to(actor, need).filter(code=code).select_related("person").first()
    if record is None:
        raise Http404
    return record
