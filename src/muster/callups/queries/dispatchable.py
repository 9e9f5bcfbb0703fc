"""Whom a dispatch can move: who waits, the regular force, and people whom units reported in (R1.5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db.models import Q
from django.utils import timezone

from muster.callups.enums import SEATED, OfferState
from muster.callups.models import Assignment, CallUp, Offer, Slot
from muster.callups.queries import candidates, fitness
from muster.callups.rules.answers import SETTLED_BY_ANSWERING
from muster.kernel import dispatch
from muster.kernel.eligibility import Candidate, bars
from muster.kernel.spans import Span
from muster.norms import queries as norms
from muster.people.enums import REGULAR_FORCE, VolunteerState
from muster.people.models import Person, ReportIn


class Way(StrEnum):
    """How a person of the plan gets the seat."""

    SEAT = "seat"  # said yes and waits: has the seat when the plan is confirmed
    ORDER = "order"  # regular force: is ordered
    ASK = "ask"  # reported in by a unit: is asked


TIERS = {Way.SEAT: 0, Way.ORDER: 1, Way.ASK: 2}


@dataclass
class Reserve:
    """The people of one dispatch with the way each would go, and the rules that keep them from seats."""

    people: list[dispatch.Person] = field(default_factory=list)
    exclusions: list[dispatch.Exclusion] = field(default_factory=list)
    ways: dict[str, Way] = field(default_factory=dict)


def reserve_of(call_up: CallUp, slots: Sequence[Slot], at: datetime) -> Reserve:
    """Everybody who could be sent to `slots` now, each rule as an exclusion with its code."""
    reserve = Reserve()
    found: dict[int, tuple[Person, Way]] = {}
    for way, people in (
        (Way.SEAT, _waiting(call_up)),
        (Way.ORDER, _regular(call_up)),
        (Way.ASK, _reported(call_up, at)),
    ):
        for person in people:
            found.setdefault(person.pk, (person, way))
    busy = fitness.busy_spans(list(found), call_up.starts_at, call_up.ends_at)
    rules = norms.rules_for(call_up.division_code)
    tasks = [(slot, fitness.task_of(slot, call_up)) for slot in slots]
    origin = candidates.origin_of(call_up)
    for person, way in found.values():
        candidate = _candidate(person, way, busy.get(person.pk, ()))
        for slot, task in tasks:
            barred = [
                bar
                for bar in bars(candidate, task, rules)
                if way != Way.SEAT or bar not in SETTLED_BY_ANSWERING
            ]
            if barred:
                reserve.exclusions.append(
                    dispatch.Exclusion(person.code, barred[0].value, candidates.slot_id(slot.pk))
                )
        reserve.people.append(_as_kernel(person, way, origin))
        reserve.ways[person.code] = way
    return reserve


def _waiting(call_up: CallUp) -> Iterable[Person]:
    offers = Offer.objects.filter(call_up=call_up, state=OfferState.WAITING)
    return Person.objects.filter(offers__in=offers).select_related("volunteer").order_by("pk")


def _regular(call_up: CallUp) -> Iterable[Person]:
    """The regular force of the community that has no seat and no question open here."""
    return (
        Person.objects.filter(
            division_code=call_up.division_code, force_class__in=REGULAR_FORCE, erased_at=None
        )
        .exclude(_taken(call_up))
        .select_related("volunteer")
        .order_by("pk")
    )


def _reported(call_up: CallUp, at: datetime) -> Iterable[Person]:
    """People reported in to the community today, whose unit was not called here: a called unit names its own."""
    today = timezone.localdate(at)
    valid = ReportIn.objects.filter(
        division_code=call_up.division_code, reported_on__lte=today, valid_to__gte=today
    ).exclude(unit__in=call_up.unit_calls.values("unit"))
    return (
        Person.objects.filter(
            pk__in=valid.values("person"), volunteer__state=VolunteerState.ACTIVE, erased_at=None
        )
        .exclude(_taken(call_up))
        .exclude(phone_index=None)
        .select_related("volunteer")
        .order_by("pk")
    )


def _taken(call_up: CallUp) -> Q:
    offered = Offer.objects.filter(call_up=call_up).values("person")
    seated = Assignment.objects.filter(call_up=call_up, state__in=SEATED).values("person")
    return Q(pk__in=offered) | Q(pk__in=seated)


def _candidate(person: Person, way: Way, busy: tuple[Span, ...]) -> Candidate:
    known = fitness.on_duty if way == Way.ORDER else fitness.candidate_of
    return known(person, getattr(person, "volunteer", None), busy)


def _as_kernel(person: Person, way: Way, origin: tuple[float, float]) -> dispatch.Person:
    profile = getattr(person, "volunteer", None)
    x, y = candidates.meters(person.lon, person.lat, origin)
    return dispatch.Person(
        id=person.code,
        x_m=x,
        y_m=y,
        tier=TIERS[way],
        backbone=profile.is_backbone if profile else False,
        skills=frozenset(profile.skills) | frozenset(profile.trainings) if profile else frozenset(),
        recent_calls=0,
    )
