"""Reminding people once: of a question they have not answered, and of a muster they said yes to."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby

from muster.callups.actions import letters
from muster.callups.enums import AssignmentState, CallUpState, OfferState
from muster.callups.models import Assignment, Offer
from muster.norms import queries as norms
from muster.toolkit import server_clock

# How late a reminder may still be, when the worker was down: later it would come too close to the deed itself.
SLACK = timedelta(minutes=10)
PROVINCE = 510_000_000_000


def remind_unanswered(at: datetime | None = None) -> int:
    """Those whose time to answer is nearly over; how many were told. Whoever was asked only just now is left alone."""
    at = at or server_clock.now()
    before = timedelta(minutes=int(norms.number("call.remind_before_minutes", PROVINCE)))
    offers = (
        Offer.objects.filter(
            state=OfferState.ASKED,
            reply_by__gt=at + before - SLACK,
            reply_by__lte=at + before,
            asked_at__lte=at - before,
            call_up__state=CallUpState.OPEN,
        )
        .select_related("person", "call_up", "slot__shift__post")
        .order_by("call_up", "pk")
    )
    return sum(
        letters.remind_unanswered(call_up, list(group), at=at)
        for call_up, group in groupby(offers, key=lambda offer: offer.call_up)
    )


def remind_muster(at: datetime | None = None) -> int:
    """Those who have to set out soon; how many were told."""
    at = at or server_clock.now()
    before = timedelta(minutes=int(norms.number("call.muster_reminder_minutes", PROVINCE)))
    seats = (
        Assignment.objects.filter(
            state__in=[AssignmentState.ACCEPTED, AssignmentState.ORDERED],
            shift__muster_at__gt=at + before - SLACK,
            shift__muster_at__lte=at + before,
            assigned_at__lte=at - before,
        )
        .select_related("person", "call_up", "shift__post", "offer__call_up")
        .order_by("pk")
    )
    return letters.remind_muster(seats, at=at)
