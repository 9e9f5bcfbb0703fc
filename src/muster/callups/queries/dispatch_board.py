"""The need of a whole place at a glance: its call-ups with the seats that are free, and who could fill them (R1.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from muster.callups import access
from muster.callups.enums import SEATED, AssignmentState, OfferState
from muster.callups.models import Assignment, CallUp, Offer, Slot
from muster.callups.queries.dispatch_question import running_in
from muster.people.enums import REGULAR_FORCE, VolunteerState
from muster.people.models import Person, ReportIn
from muster.territory.enums import Level
from muster.territory.models import Division
from muster.territory.queries import children, names_of
from muster.toolkit.actor import Actor

MOST_ROWS = 100
LAST_RUNS = 5
THERE = (AssignmentState.ARRIVED, AssignmentState.LEFT)


@dataclass(frozen=True)
class NeedLine:
    """One call-up: what it needs, how many have a seat, are there and wait, and how many seats are free."""

    call_up: CallUp
    community: str
    needed: int
    taken: int
    arrived: int
    waiting: int
    free: int


@dataclass(frozen=True)
class PlaceLine:
    """One place inside the place that is shown, with its free seats."""

    code: int
    name: str
    free: int


@dataclass(frozen=True)
class _Seats:
    needed: int = 0
    taken: int = 0
    free: int = 0


def board_context(actor: Actor, place: Division, *, is_drill: bool, at: datetime) -> dict[str, Any]:
    """What the page of a place shows; its queries are as many for one call-up as for a hundred."""
    running = running_in(place, is_drill=is_drill)
    call_ups = list(running)
    seats = _seats(running, at)
    free = sum(line.free for line in seats.values())
    with_room = sum(1 for line in seats.values() if line.free)
    may_plan = access.commands(actor, place.code)
    communities = access.communities_commanded(actor, place) if may_plan else []
    return {
        "place": place,
        "is_drill": is_drill,
        "has_drills": is_drill or running_in(place, is_drill=True).exists(),
        "sentence": _sentence(free, with_room),
        "reserve": _reserve(running, communities, at) if may_plan else None,
        "lines": _lines(call_ups, seats),
        "more": max(0, len(call_ups) - MOST_ROWS),
        "free": free,
        "places": _places(place, call_ups, seats),
        "may_plan": may_plan,
        "runs": list(access.runs_over(place, is_drill=is_drill).order_by("-id")[:LAST_RUNS])
        if may_plan
        else [],
    }


def _seats(running: QuerySet[CallUp], at: datetime) -> dict[int, _Seats]:
    """By call-up; a shift that is over needs nobody any more.

    The query itself goes into the counts, never a list: in an emergency a province has tens of thousands of call-ups.
    """
    rows = (
        Slot.objects.filter(call_up__in=running.order_by().values("pk"))
        .values("call_up")
        .annotate(
            needed=Sum("seats"),
            taken_seats=Sum("taken"),
            free=Sum(F("seats") - F("taken") - F("held"), filter=Q(shift__ends_at__gt=at)),
        )
    )
    return {row["call_up"]: _Seats(row["needed"], row["taken_seats"], row["free"] or 0) for row in rows}


def _lines(call_ups: Sequence[CallUp], seats: dict[int, _Seats]) -> list[NeedLine]:
    """The call-ups with the most free seats first, no more than a page can show."""
    none = _Seats()
    shown = sorted(call_ups, key=lambda one: (-seats.get(one.pk, none).free, one.division_code, one.pk))[
        :MOST_ROWS
    ]
    waiting = _counts(Offer.objects.filter(call_up__in=shown, state=OfferState.WAITING))
    there = _counts(Assignment.objects.filter(call_up__in=shown, state__in=THERE))
    names = names_of([call_up.division_code for call_up in shown])
    return [
        NeedLine(
            call_up,
            names.get(call_up.division_code, ""),
            counted.needed,
            counted.taken,
            there.get(call_up.pk, 0),
            waiting.get(call_up.pk, 0),
            counted.free,
        )
        for call_up in shown
        for counted in [seats.get(call_up.pk, none)]
    ]


def _counts(rows: Any) -> dict[int, int]:
    return dict(rows.values("call_up").annotate(count=Count("pk")).values_list("call_up", "count"))


def _reserve(running: QuerySet[CallUp], communities: Sequence[int], at: datetime) -> dict[str, int]:
    """Who could be sent, before any rule: those who wait, both forces. Whoever has a seat here already does not count."""
    today = timezone.localdate(at)
    under_way = running.order_by().values("pk")
    seated = Assignment.objects.filter(call_up__in=under_way, state__in=SEATED).values("person")
    regular = Person.objects.filter(
        division_code__in=communities, force_class__in=REGULAR_FORCE, erased_at=None
    ).exclude(pk__in=seated)
    reported = (
        ReportIn.objects.filter(
            division_code__in=communities,
            reported_on__lte=today,
            valid_to__gte=today,
            person__volunteer__state=VolunteerState.ACTIVE,
        )
        .exclude(person__in=seated)
        .values("person")
        .distinct()
    )
    return {
        "waiting": Offer.objects.filter(call_up__in=under_way, state=OfferState.WAITING).count(),
        "regular": regular.count(),
        "reported": reported.count(),
    }


def _places(place: Division, call_ups: Sequence[CallUp], seats: dict[int, _Seats]) -> list[PlaceLine]:
    """The places directly inside that have call-ups under way, to be looked at and planned on their own."""
    none = _Seats()
    inside = [child for child in children(place.code) if child.level < Level.COMMUNITY]
    lines = [
        (
            child,
            [one for one in call_ups if child.code <= one.division_code < child.high],
        )
        for child in inside
    ]
    return [
        PlaceLine(child.code, child.short_name, sum(seats.get(one.pk, none).free for one in found))
        for child, found in lines
        if found
    ]


def _sentence(free: int, with_room: int) -> str:
    if not free:
        return gettext("No seat is open: there is nothing to dispatch")
    words = ngettext(
        "%(free)s seat is open in %(count)s call-up",
        "%(free)s seats are open in %(count)s call-ups",
        with_room,
    )
    return words % {"free": free, "count": with_room}
