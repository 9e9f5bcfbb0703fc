"""Call-ups in motion below a place, summed from the raw counts of each call-up (architecture.md §8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum

from muster.callups.enums import AssignmentState, CallUpState, UnitCallState
from muster.callups.models import Assignment, CallUp, Slot, UnitCall
from muster.callups.queries.funnel import Funnel, funnels
from muster.territory.models import Division

RUNNING = (CallUpState.OPEN, CallUpState.HALTED)
WINDOWS = 4


@dataclass(frozen=True)
class PlaceLine:
    """One place of the level below with its call-ups in motion. Drills are not counted."""

    code: int
    name: str
    lon: float | None
    lat: float | None
    call_ups: int
    is_asking: bool
    funnel: Funnel


@dataclass(frozen=True)
class Window:
    """One span of time in which shifts run, over all places."""

    starts_at: datetime
    ends_at: datetime
    needed: int
    accepted: int
    arrived: int

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.accepted)


@dataclass(frozen=True)
class UnitAnswers:
    """How the units that were called have answered."""

    called: int = 0
    pledged: int = 0
    declined: int = 0
    silent: int = 0


def in_motion(place: Division, at: datetime) -> QuerySet[CallUp]:
    """The call-ups of the place that are not over. A drill is never among them: it enters no statistics."""
    return CallUp.objects.filter(
        division_code__gte=place.code,
        division_code__lt=place.high,
        state__in=RUNNING,
        is_drill=False,
        ends_at__gt=at,
    ).order_by("pk")


def place_lines(below: Sequence[Division], call_ups: Sequence[CallUp]) -> list[PlaceLine]:
    """Each place with the sum of its call-ups, in the order of the codes; four queries however many there are."""
    counted = funnels([call_up.pk for call_up in call_ups])
    found: dict[int, list[CallUp]] = defaultdict(list)
    for call_up in call_ups:
        for place in below:
            if place.code <= call_up.division_code < place.high:
                found[place.code].append(call_up)
    return [
        PlaceLine(
            code=place.code,
            name=place.short_name,
            lon=place.lon,
            lat=place.lat,
            call_ups=len(found[place.code]),
            is_asking=any(call_up.state == CallUpState.OPEN for call_up in found[place.code]),
            funnel=total(counted[call_up.pk] for call_up in found[place.code]),
        )
        for place in below
    ]


def total(counted: Iterable[Funnel]) -> Funnel:
    """The sum of raw counts, never of rates."""
    parts = list(counted)
    return Funnel(**{part.name: sum(getattr(one, part.name) for one in parts) for part in fields(Funnel)})


def next_windows(call_ups: Sequence[CallUp], at: datetime) -> list[Window]:
    """The next four spans of time with shifts that are not over, the earliest first."""
    spans = ("shift__starts_at", "shift__ends_at")
    running = Q(call_up__in=[call_up.pk for call_up in call_ups], shift__ends_at__gt=at)
    seats = (
        Slot.objects.filter(running)
        .values_list(*spans)
        .annotate(seats=Sum("seats"), seated=Sum("taken"))
        .order_by(*spans)[:WINDOWS]
    )
    there = dict(
        ((starts_at, ends_at), count)
        for starts_at, ends_at, count in Assignment.objects.filter(
            running, state__in=(AssignmentState.ARRIVED, AssignmentState.LEFT)
        )
        .values_list(*spans)
        .annotate(Count("id"))
    )
    return [
        Window(starts_at, ends_at, needed, accepted, there.get((starts_at, ends_at), 0))
        for starts_at, ends_at, needed, accepted in seats
    ]


def unit_answers(call_ups: Sequence[CallUp]) -> UnitAnswers:
    """How the units answered that these call-ups called."""
    counted = dict(
        UnitCall.objects.filter(call_up__in=[call_up.pk for call_up in call_ups])
        .values_list("state")
        .annotate(Count("id"))
    )
    return UnitAnswers(
        called=sum(counted.values()),
        pledged=counted.get(UnitCallState.PLEDGED, 0) + counted.get(UnitCallState.NAMED, 0),
        declined=counted.get(UnitCallState.DECLINED, 0),
        silent=counted.get(UnitCallState.CALLED, 0) + counted.get(UnitCallState.LAPSED, 0),
    )
