"""Needed, pledged, named, asked, accepted, arrived, stayed: counted from the rows each time, never stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.expressions import CombinedExpression

from muster.callups.enums import AssignmentState, OfferState, UnitCallState
from muster.callups.models import Assignment, CallUp, Offer, Slot, UnitCall

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
    return {pk: Funnel() for pk in ids} | _counted(ids, F("call_up"))


def funnels_by_place(call_ups: QuerySet[CallUp], digits: int) -> dict[int, Funnel]:
    """The funnels of all these call-ups added up by the place of so many digits that they lie in, in four queries.

    As many rows come back as there are places: a province in motion costs the process no more than a township.
    """
    return _counted(call_ups.order_by().values("pk"), place_of("call_up__division_code", digits))


def place_of(column: str, digits: int) -> CombinedExpression:
    """The code of the place of so many digits that the code in `column` lies in."""
    return CombinedExpression(F(column), "-", F(column) % Value(10 ** (12 - digits)))


def _counted(call_ups: object, key: F | CombinedExpression) -> dict[int, Funnel]:
    """The funnels of the call-ups (their ids, or a query for them), grouped by `key`."""
    chosen = {"call_up__in": call_ups}
    counts: list[Iterable[Mapping[str, Any]]] = [
        Slot.objects.filter(**chosen).values(key=key).annotate(needed=Sum("seats")),
        UnitCall.objects.filter(**chosen, state__in=PLEDGING)
        .values(key=key)
        .annotate(pledged=Sum("pledged_headcount")),
        Offer.objects.filter(**chosen)
        .values(key=key)
        .annotate(
            asked=Count("id"),
            named=Count("id", filter=Q(unit_call__isnull=False)),
            silent=Count("id", filter=Q(state__in=SILENT)),
            waiting=Count("id", filter=Q(state=OfferState.WAITING)),
            declined=Count("id", filter=Q(state__in=NOT_COMING)),
        ),
        Assignment.objects.filter(**chosen)
        .values(key=key)
        .annotate(
            accepted=Count("id", filter=Q(state__in=[*ON_THE_WAY, *PRESENT])),
            arrived=Count("id", filter=Q(state__in=PRESENT)),
            stayed=Count("id", filter=Q(state=AssignmentState.LEFT)),
        ),
    ]
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for rows in counts:
        for row in rows:
            found[row["key"]] |= {name: count for name, count in row.items() if name != "key"}
    return {place: Funnel(**numbers) for place, numbers in found.items()}
