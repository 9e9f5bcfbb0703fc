"""What a person gave: each line, and the sums that may be said aloud."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext

from muster.kernel.hours import Earlier
from muster.people.models import Person
from muster.records.enums import DutyKind, RecordState
from muster.records.models import ServiceRecord
from muster.records.rules import reason_words, span_of
from muster.toolkit import paging

# A record waits for approval with the part that needs none: that part counts already.
COUNTED = (RecordState.CREDITED, RecordState.NEEDS_APPROVAL)
SERVICE = Q(state__in=COUNTED, duty_kind=DutyKind.OFF_DUTY, is_drill=False)
DUTY = Q(state__in=COUNTED, duty_kind=DutyKind.ON_PAID_DUTY, is_drill=False)
DRILL = Q(state__in=COUNTED, is_drill=True)
# No presence lasts for days; what lies further away neither overlaps nor belongs to the same day.
AROUND = timedelta(days=3)
# What each state shows as (toolkit.marks).
KINDS = {
    RecordState.CREDITED: "accepted",
    RecordState.UNCONFIRMED: "wait",
    RecordState.NEEDS_APPROVAL: "wait",
    RecordState.VOID: "stood",
}
WAITING = Q(state__in=[RecordState.UNCONFIRMED, RecordState.NEEDS_APPROVAL])


@dataclass(frozen=True)
class Totals:
    """What may be said of a person, the same on every page (`totals_of`); the three sums are never added up.

    A record counts with its minutes once it is credited. One that waits for approval counts with the part below the
    limit; what lies beyond counts when it is approved. One without a check-out counts nothing until it is confirmed,
    a void one never. `times` are the records in `service`, `waiting` those that somebody still has to decide about.
    """

    service: int
    on_duty: int
    drill: int
    times: int
    waiting: int


@dataclass(frozen=True)
class RecordLine:
    """One record as a page shows it: what it was, how it stands, how it is proven, and why so many minutes."""

    record: ServiceRecord
    kind: str
    state: str
    evidence: str
    duty: str
    reasons: Sequence[str]


def totals_of(person: Person) -> Totals:
    """The sums of one person, in one query. Every page that tells hours tells these."""
    sums = ServiceRecord.objects.filter(person=person).aggregate(
        service=Sum("minutes", filter=SERVICE, default=0),
        on_duty=Sum("minutes", filter=DUTY, default=0),
        drill=Sum("minutes", filter=DRILL, default=0),
        times=Count("id", filter=SERVICE),
        waiting=Count("id", filter=WAITING),
    )
    return Totals(**sums)


def records_of(person: Person, after: str = "") -> paging.Page[ServiceRecord]:
    """One page of a person's records, newest first."""
    return paging.page_after(
        ServiceRecord.objects.filter(person=person), key=("-served_on", "-id"), after=after
    )


def lines_of(records: Iterable[ServiceRecord]) -> list[RecordLine]:
    """The records with their reasons in words."""
    return [
        RecordLine(
            record=record,
            kind=KINDS[RecordState(record.state)],
            state=str(record.get_state_display()),
            evidence=str(record.get_evidence_display()),
            duty=str(record.get_duty_kind_display()) if not record.is_drill else gettext("drill"),
            reasons=[reason_words(reason) for reason in record.reasons],
        )
        for record in records
    ]


def waiting_in(records: QuerySet[ServiceRecord], after: str = "") -> paging.Page[ServiceRecord]:
    """One page of the records (as the door lets them through) that wait for a person in charge, oldest first."""
    waiting = records.filter(WAITING).select_related("person")
    return paging.page_after(waiting, key=("served_on", "id"), after=after)


def records_around(person_id: int, on: date, but: int = 0) -> list[Earlier]:
    """What counts for this person already around that day: overlaps are refused and the day has a cap."""
    rows = ServiceRecord.objects.filter(
        person=person_id,
        state__in=COUNTED,
        during__isnull=False,
        served_on__range=(on - AROUND, on + AROUND),
    ).exclude(pk=but)
    return [
        Earlier(
            span_of(row.during.lower, row.during.upper),
            row.minutes if row.duty_kind == DutyKind.OFF_DUTY and not row.is_drill else 0,
        )
        for row in rows
        if row.during.lower < row.during.upper
    ]


def service_minutes(person_ids: list[int], since: date) -> dict[int, int]:
    """Volunteer minutes of each of these people since a day: what the dispatch is fair about."""
    rows = ServiceRecord.objects.filter(SERVICE, person__in=person_ids, served_on__gte=since)
    return dict(rows.values_list("person").annotate(minutes=Sum("minutes")))
