"""What a dispatch is asked: the call-ups, their free seats, the communities whose people may be sent, and where all lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, Q, QuerySet

from muster.callups.models import CallUp, DispatchRun, Slot
from muster.callups.queries import candidates
from muster.callups.queries.standing import RUNNING
from muster.kernel import dispatch
from muster.territory.models import Division
from muster.territory.queries import in_force

Point = tuple[float, float]


@dataclass(frozen=True)
class Question:
    """One dispatch before its people are known.

    `free`: seats to fill by slot. `promised`: person -> slot of the people of an earlier plan who may still be moved.
    """

    call_ups: Mapping[int, CallUp]
    slots: Sequence[Slot]
    free: Mapping[int, int]
    communities: Sequence[int]
    places: Mapping[int, Division]
    origin: Point
    promised: Mapping[int, int] = field(default_factory=dict)

    def point_of(self, division_code: int, lon: float | None, lat: float | None) -> Point:
        """Meters east and north of the middle of the whole; who has no position counts as in the middle of his community."""
        if lon is None or lat is None:
            place = self.places.get(division_code)
            lon, lat = (place.lon, place.lat) if place else (None, None)
        return candidates.meters(lon, lat, self.origin)

    def kernel_slots(self) -> list[dispatch.Slot]:
        """The slots with the seats to fill, each of the patch of its community."""
        return [
            dispatch.Slot(
                id=candidates.slot_id(slot.pk),
                x_m=x,
                y_m=y,
                window=candidates.window_of(slot),
                seats=self.free[slot.pk],
                kind=dispatch.Kind(slot.kind),
                skill=slot.skill,
                weight=max(1, slot.shift.post.weight),
                patch=str(self.call_ups[slot.call_up_id].division_code),
            )
            for slot in self.slots
            for post in [slot.shift.post]
            for x, y in [self.point_of(post.division_code, post.lon, post.lat)]
        ]

    def name_of(self, division_code: int) -> str:
        """The short name of a community; "" where it is on no list."""
        place = self.places.get(division_code)
        return place.short_name if place else ""


def running_in(place: Division, *, is_drill: bool) -> QuerySet[CallUp]:
    """The call-ups under way in a place, real ones or drills, never both: nobody real is moved for a drill."""
    return CallUp.objects.filter(
        division_code__gte=place.code, division_code__lt=place.high, state__in=RUNNING, is_drill=is_drill
    ).order_by("division_code", "pk")


def call_ups_of(run: DispatchRun, communities: Sequence[int]) -> list[CallUp]:
    """The call-ups that a run is about and that still run: its own one, or all in the communities it commands."""
    running = CallUp.objects.filter(state__in=RUNNING, is_drill=run.is_drill)
    if run.call_up_id is not None:
        return list(running.filter(pk=run.call_up_id))
    return list(running.filter(division_code__in=communities).order_by("division_code", "pk"))


def question_of(
    call_ups: Iterable[CallUp],
    communities: Sequence[int],
    *,
    at: datetime,
    promised: Mapping[int, int] | None = None,
    vacated: Mapping[int, int] | None = None,
) -> Question:
    """The seats of `call_ups` that nobody has; `vacated` counts by slot the seats of `promised` people, who may leave them."""
    by_pk = {call_up.pk: call_up for call_up in call_ups}
    promised, vacated = promised or {}, vacated or {}
    slots = list(
        Slot.objects.filter(
            Q(seats__gt=F("taken") + F("held")) | Q(pk__in=set(promised.values())),
            call_up__in=by_pk,
            shift__ends_at__gt=at,
        )
        .select_related("shift__post")
        .order_by("shift__starts_at", "pk")
    )
    known = {slot.pk for slot in slots}
    codes = {*communities, *(call_up.division_code for call_up in by_pk.values())}
    places = {place.code: place for place in in_force().filter(code__in=codes)}
    return Question(
        call_ups=by_pk,
        slots=slots,
        free={slot.pk: slot.seats - slot.held - slot.taken + vacated.get(slot.pk, 0) for slot in slots},
        communities=communities,
        places=places,
        origin=_middle(places),
        promised={person: slot for person, slot in promised.items() if slot in known},
    )


def _middle(places: Mapping[int, Division]) -> Point:
    """The point that meters are counted from; over a whole county its choice moves no distance by a meter."""
    points = [
        (place.lon, place.lat) for place in places.values() if place.lon is not None and place.lat is not None
    ]
    if not points:
        return 0.0, 0.0
    return sum(lon for lon, _lat in points) / len(points), sum(lat for _lon, lat in points) / len(points)
