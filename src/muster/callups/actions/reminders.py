"""Reminding people, once for each offset of their place: of a question without an answer, and of a muster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby

from muster.callups.actions import letters
from muster.callups.enums import AssignmentState, CallUpState, OfferState
from muster.callups.models import Assignment, CallUp, Offer
from muster.callups.queries import standing
from muster.norms import queries as norms
from muster.toolkit import server_clock

# How late a reminder may still be, when the worker was down: later it would come too close to the deed itself.
SLACK = timedelta(minutes=10)
# Who said yes so lately has not forgotten.
FRESH = timedelta(hours=2)
# Occasion of the send key -> the number of norms that says how long before the muster; 0 is not at all.
MUSTER_OFFSETS = {"muster": "call.muster_reminder_minutes", "muster_early": "call.muster_early_minutes"}


def remind_unanswered(at: datetime | None = None) -> int:
    """Those whose time to answer is nearly over; how many were told. Whoever was asked only just now is left alone."""
    at = at or server_clock.now()
    return sum(
        _remind_unanswered(before, places, at)
        for before, places in _offsets("call.remind_before_minutes", at)
    )


def remind_muster(at: datetime | None = None) -> int:
    """Those who have to set out, once for each offset; how many were told."""
    at = at or server_clock.now()
    return sum(
        _remind_muster(occasion, before, places, at)
        for occasion, key in MUSTER_OFFSETS.items()
        for before, places in _offsets(key, at)
    )


def _remind_unanswered(before: timedelta, places: list[int], at: datetime) -> int:
    offers = (
        Offer.objects.filter(
            state=OfferState.ASKED,
            reply_by__gt=at + before - SLACK,
            reply_by__lte=at + before,
            asked_at__lte=at - before,
            call_up__state=CallUpState.OPEN,
            call_up__division_code__in=places,
        )
        .select_related("person", "call_up", "slot__shift__post")
        .order_by("call_up", "pk")
    )
    return sum(
        letters.remind_unanswered(call_up, list(group), at=at)
        for call_up, group in groupby(offers, key=lambda offer: offer.call_up)
    )


def _remind_muster(occasion: str, before: timedelta, places: list[int], at: datetime) -> int:
    seats = (
        Assignment.objects.filter(
            state__in=[AssignmentState.ACCEPTED, AssignmentState.ORDERED],
            shift__muster_at__gt=at + before - SLACK,
            shift__muster_at__lte=at + before,
            assigned_at__lte=at - min(before, FRESH),
            division_code__in=places,
        )
        .select_related("person", "call_up", "shift__post", "offer__call_up")
        .order_by("pk")
    )
    return letters.remind_muster(seats, occasion=occasion, at=at)


def _offsets(key: str, at: datetime) -> Iterator[tuple[timedelta, list[int]]]:
    """Each offset that is in force where something is called now, with the communities in which it is."""
    running = CallUp.objects.filter(state__in=standing.RUNNING, ends_at__gt=at)
    places: dict[int, list[int]] = defaultdict(list)
    for code in sorted(set(running.values_list("division_code", flat=True))):
        places[int(norms.number(key, code))].append(code)
    for minutes, codes in sorted(places.items()):
        if minutes > 0:
            yield timedelta(minutes=minutes), codes
