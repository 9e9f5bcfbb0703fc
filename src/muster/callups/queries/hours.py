"""The attendance behind a record of hours."""

from __future__ import annotations

from datetime import datetime

from django.shortcuts import get_object_or_404

from muster.callups.models import Assignment
from muster.records.models import ServiceRecord


def attended(record: ServiceRecord) -> tuple[Assignment, datetime]:
    """The seat that the record is about and when its person came; 404 for a record of another origin."""
    seats = Assignment.objects.select_related("shift__post", "call_up", "person", "attendance")
    code = record.source_code if record.source_kind == "attendance" else ""
    seat = get_object_or_404(seats, code=code, attendance__isnull=False)
    return seat, seat.attendance.checked_in_at
