"""Removing what an earlier `muster drill` of a division left, so that the next one finds the people as that one found them.

A drill that people hold themselves (R5.8) is not touched: only call-ups that carry the mark of this command. The trail stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from muster.audit.actions import trail
from muster.callups.models import (
    Assignment,
    Attendance,
    CallUp,
    DispatchRun,
    NeedItem,
    Offer,
    Pledge,
    Scan,
    SupportIssue,
    UnitCall,
)
from muster.notifications.models import Message
from muster.people.models import ReportIn, VolunteerProfile
from muster.records.models import ServiceRecord
from muster.toolkit.actor import SYSTEM

# What the purpose of every call-up of this command begins with.
MARK = "自动演练"


def clear(low: int, high: int) -> int:
    """Remove the drill's call-ups in the places [low, high) with all that hangs on them. Returns how many there were."""
    call_ups = list(
        CallUp.objects.filter(
            division_code__gte=low, division_code__lt=high, is_drill=True, purpose__startswith=MARK
        )
    )
    if not call_ups:
        return 0
    ids = [call_up.pk for call_up in call_ups]
    seats = Assignment.objects.filter(call_up__in=ids)
    with transaction.atomic():
        _unregister_named(ids, since=min(call_up.opened_at for call_up in call_ups))
        ServiceRecord.objects.filter(is_drill=True, source_code__in=seats.values("code")).delete()
        Scan.objects.filter(post__call_up__in=ids).delete()
        SupportIssue.objects.filter(assignment__call_up__in=ids).delete()
        Attendance.objects.filter(assignment__call_up__in=ids).delete()
        seats.delete()
        Offer.objects.filter(call_up__in=ids).delete()
        Pledge.objects.filter(unit_call__call_up__in=ids).delete()
        UnitCall.objects.filter(call_up__in=ids).delete()
        DispatchRun.objects.filter(parts__call_up__in=ids).delete()
        Message.objects.filter(
            is_drill=True, subject_kind="call_up", subject_code__in=[one.code for one in call_ups]
        ).delete()
        needs = list(NeedItem.objects.filter(call_ups__in=ids).values_list("pk", flat=True))
        CallUp.objects.filter(pk__in=ids).delete()
        NeedItem.objects.filter(pk__in=needs, call_ups=None).delete()
        trail.record_many(
            trail.Deed(
                "web.drill.cleared",
                SYSTEM,
                "call_up",
                one.code,
                one.division_code,
                timezone.now(),
                is_drill=True,
            )
            for one in call_ups
        )
    return len(call_ups)


def _unregister_named(call_up_ids: Sequence[int], since: datetime) -> None:
    """Whom the units named became volunteers who have reported in (R2.7); before the drill they were not."""
    named = list(
        Offer.objects.filter(
            call_up__in=call_up_ids, unit_call__isnull=False, person__is_synthetic=True
        ).values_list("person", flat=True)
    )
    VolunteerProfile.objects.filter(person__in=named, registered_at__gte=since).delete()
    ReportIn.objects.filter(person__in=named, created_at__gte=since).delete()
