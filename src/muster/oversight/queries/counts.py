"""Call-ups in motion below a place, summed from the raw counts of each call-up (architecture.md §8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum

from muster.callups.enums import AssignmentState, CallUpState, UnitCallState
from muster.callups.models import Assignment, CallUp, Slot, UnitCall
from muster.callups.queries.funnel import Funnel, funnels_by_place, place_of
from muster.territory.models import Division
from muster.territory.queries import children

RUNNING = (CallUpState.OPEN, CallUpState.HALTED)
WINDOWS = 4
NONE = (0, 0)


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
    """The call-ups of the place that are not over. A drill is never among them: it enters no statistics.

    The query itself goes into the counts, never a list of ids: in an emergency a province has tens of thousands.
    """
    return CallUp.objects.filter(
        division_code__gte=place.code,
        division_code__lt=place.high,
        state__in=RUNNING,
        is_drill=False,
        ends_at__gt=at,
    ).order_by("pk")


def place_lines(place: Division, call_ups: QuerySet[CallUp]) -> list[PlaceLine]:
    """Each place below with the sum of its call-ups, in the order of the codes; six queries however many there are.

    A place without any below it stands for itself, and so does one that has call-ups of its own beside those below.
    """
    below = list(children(place.code)) or [place]
    digits = below[0].level
    counted = funnels_by_place(call_ups, digits)
    moving = {
        row["code_of_place"]: (row["moving"], row["asking"])
        for row in call_ups.order_by()
        .values(code_of_place=place_of("division_code", digits))
        .annotate(moving=Count("id"), asking=Count("id", filter=Q(state=CallUpState.OPEN)))
    }
    if place.code in moving and place not in below:
        below.insert(0, place)
    return [
        PlaceLine(
            code=one.code,
            name=one.short_name,
            lon=one.lon,
            lat=one.lat,
            call_ups=moving.get(one.code, NONE)[0],
            is_asking=moving.get(one.code, NONE)[1] > 0,
            funnel=counted.get(one.code, Funnel()),
        )
        for one in below
    ]


def total(counted: Iterable[Funnel]) -> Funnel:
    """The sum of raw counts, never of rates."""
    parts = list(counted)
    return Funnel(**{part.name: sum(getattr(one, part.name) for one in parts) for part in fields(Funnel)})


def next_windows(call_ups: QuerySet[CallUp], at: datetime) -> list[Window]:
    """The next four spans of time with shifts that are not over, the earliest first."""
    spans = ("shift__starts_at", "shift__ends_at")
    running = Q(call_up__in=call_ups.order_by().values("pk"), shift__ends_at__gt=at)
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


def unit_answers(call_ups: QuerySet[CallUp]) -> UnitAnswers:
    """How the units answered that these call-ups called."""
    counted = dict(
        UnitCall.objects.filter(call_up__in=call_ups.order_by().values("pk"))
        .values_list("state")
        .annotate(Count("id"))
    )
    return UnitAnswers(
        called=sum(counted.values()),
        pledged=counted.get(UnitCallState.PLEDGED, 0) + counted.get(UnitCallState.NAMED, 0),
        declined=counted.get(UnitCallState.DECLINED, 0),
        silent=counted.get(UnitCallState.CALLED, 0) + counted.get(UnitCallState.LAPSED, 0),
    )
