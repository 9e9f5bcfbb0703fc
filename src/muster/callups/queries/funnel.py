"""Needed, pledged, named, asked, accepted, arrived, stayed: counted from the rows each time, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from muster.callups.enums import AssignmentState, OfferState, UnitCallState
from muster.callups.models import Assignment, Offer, Slot, UnitCall

ON_THE_WAY = (AssignmentState.ACCEPTED, AssignmentState.ORDERED)
PRESENT = (AssignmentState.ARRIVED, AssignmentState.LEFT)
SILENT = (OfferState.ASKED, OfferState.EXPIRED)
NOT_COMING = (OfferState.DECLINED, OfferState.WITHDRAWN)
PLEDGING = (UnitCallState.PLEDGED, UnitCallState.NAMED)


@dataclass(frozen=True)
class Funnel:
    """Persons at each step of one call-up (or post, or unit). `accepted` holds all who have a seat, arrived or not."""

    needed: int = 0
    pledged: int = 0
    named: int = 0
    asked: int = 0
    accepted: int = 0
    arrived: int = 0
    stayed: int = 0
    silent: int = 0
    waiting: int = 0
    declined: int = 0

    @property
    def missing(self) -> int:
        """Seats that nobody has."""
        return max(0, self.needed - self.accepted)

    @property
    def on_the_way(self) -> int:
        """Those who have a seat and are not there yet."""
        return self.accepted - self.arrived


def funnels(call_up_ids: Iterable[int]) -> dict[int, Funnel]:
    """The funnel of each of these call-ups, in four queries however many they are."""
    ids = list(call_up_ids)
    found: dict[int, dict[str, int]] = {pk: {} for pk in ids}
    counts: list[Iterable[Mapping[str, Any]]] = [
        Slot.objects.filter(call_up__in=ids).values("call_up").annotate(needed=Sum("seats")),
        UnitCall.objects.filter(call_up__in=ids, state__in=PLEDGING)
        .values("call_up")
        .annotate(pledged=Sum("pledged_headcount")),
        Offer.objects.filter(call_up__in=ids)
        .values("call_up")
        .annotate(
            asked=Count("id"),
            named=Count("id", filter=Q(unit_call__isnull=False)),
            silent=Count("id", filter=Q(state__in=SILENT)),
            waiting=Count("id", filter=Q(state=OfferState.WAITING)),
            declined=Count("id", filter=Q(state__in=NOT_COMING)),
        ),
        Assignment.objects.filter(call_up__in=ids)
        .values("call_up")
        .annotate(
            accepted=Count("id", filter=Q(state__in=[*ON_THE_WAY, *PRESENT])),
            arrived=Count("id", filter=Q(state__in=PRESENT)),
            stayed=Count("id", filter=Q(state=AssignmentState.LEFT)),
        ),
    ]
    for rows in counts:
        for row in rows:
            found[row["call_up"]] |= {name: count for name, count in row.items() if name != "call_up"}
    return {pk: Funnel(**numbers) for pk, numbers in found.items()}
