"""Who could be asked for a call-up, who may not and by which rule: facts for `kernel.dispatch`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import cos, radians
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from muster.callups.models import Assignment, CallUp, Offer, Slot
from muster.callups.queries import fitness
from muster.kernel import dispatch
from muster.kernel.eligibility import Rules, bars
from muster.kernel.spans import Span
from muster.norms import queries as norms
from muster.norms.enums import Mode
from muster.people.enums import VolunteerState
from muster.people.models import Person, VolunteerProfile
from muster.territory.models import Division

OWN_COMMUNITY = 0
NEXT_COMMUNITY = 1
RECENT = timedelta(days=30)
WEEK = timedelta(days=7)
# Beyond this many the nearest communities have more people than any call-up needs.
MOST_CONSIDERED = 40_000
# Reasons that are ours and not the kernel's.
QUIET_HOURS = "quiet_hours"
NO_PHONE = "no_phone"
ASKED_OFTEN = "asked_often_this_week"
# Every field of ten thousand people would be twice the work, and their addresses would be opened for nothing.
NEEDED = (
    *("skills", "trainings", "health_limits", "availability", "emergency_willing", "is_backbone"),
    *("insured_until", "guardian_consented_at", "age_exception_reason", "adult_vouched_by_label"),
    *("quiet_from_minute", "quiet_to_minute", "last_asked_at"),
    *(
        "person__code",
        "person__birth_on",
        "person__force_class",
        "person__phone",
        "person__has_smartphone",
        "person__lon",
        "person__lat",
    ),
    "person__is_synthetic",
)
METERS_PER_DEGREE = 111_320.0


@dataclass
class Pool:
    """People who may be asked, the rules that keep them from single slots, and how many each rule kept out altogether."""

    people: list[dispatch.Person] = field(default_factory=list)
    exclusions: list[dispatch.Exclusion] = field(default_factory=list)
    kept_out: Counter[str] = field(default_factory=Counter)
    persons: dict[str, Person] = field(default_factory=dict)


def count_of(call_up: CallUp) -> int:
    """How many volunteers of the community are on call, before any rule."""
    return _on_call(call_up, [call_up.division_code]).count()


def pool_of(call_up: CallUp, slots: Sequence[Slot], *, wanted: int, at: datetime) -> Pool:
    """Those who may be asked for at least one of `slots`: of the community, then of the township if too few."""
    rules = norms.rules_for(call_up.division_code)
    frame = _Frame(call_up, slots, rules)
    pool = Pool()
    frame.add(pool, _on_call(call_up, [call_up.division_code]), OWN_COMMUNITY, at)
    if len(pool.people) < wanted:
        neighbors = _neighbors(call_up.division_code)
        frame.add(pool, _on_call(call_up, neighbors), NEXT_COMMUNITY, at)
    return pool


def problem_slots(
    slots: Iterable[Slot], seats: dict[int, int], origin: tuple[float, float]
) -> list[dispatch.Slot]:
    """The slots as the kernel sees them, with so many seats to place each."""
    return [
        dispatch.Slot(
            id=slot_id(slot.pk),
            x_m=x,
            y_m=y,
            window=window_of(slot),
            seats=seats[slot.pk],
            kind=dispatch.Kind(slot.kind),
            skill=slot.skill,
            weight=max(1, slot.shift.post.weight),
        )
        for slot in slots
        for x, y in [meters(slot.shift.post.lon, slot.shift.post.lat, origin)]
    ]


def slot_id(pk: int) -> str:
    """The slot as the kernel names it: as wide as any, so that the order of names is the order in which slots were made."""
    return f"{pk:012d}"


def origin_of(call_up: CallUp) -> tuple[float, float]:
    """The point that meters are counted from: the middle of the community."""
    place = Division.objects.filter(code=call_up.division_code, valid_to=None).first()
    if place is None or place.lon is None or place.lat is None:
        return 0.0, 0.0
    return place.lon, place.lat


def meters(lon: float | None, lat: float | None, origin: tuple[float, float]) -> tuple[float, float]:
    """East and north of `origin`; who has no position counts as there. Flat earth is right to a meter within a city."""
    if lon is None or lat is None:
        return 0.0, 0.0
    east = (lon - origin[0]) * METERS_PER_DEGREE * cos(radians(origin[1]))
    return east, (lat - origin[1]) * METERS_PER_DEGREE


class _Frame:
    """The slots of one call-up as tasks, put together once for all people."""

    def __init__(self, call_up: CallUp, slots: Sequence[Slot], rules: Rules) -> None:
        self.call_up, self.slots, self.rules = call_up, slots, rules
        self.origin = origin_of(call_up)
        self.asks_a_week = int(norms.number("call.asks_per_week", call_up.division_code))
        # The skill of a seat is the kernel's own test; without it many slots share one task.
        self.tasks: dict[object, list[Slot]] = {}
        for slot in slots:
            bare = Slot(pk=slot.pk, shift=slot.shift, kind=slot.kind)
            self.tasks.setdefault(fitness.task_of(bare, call_up), []).append(slot)

    def add(self, pool: Pool, profiles: QuerySet[VolunteerProfile], tier: int, at: datetime) -> None:
        found = list(profiles[:MOST_CONSIDERED])
        ids = [profile.person_id for profile in found]
        busy = fitness.busy_spans(ids, self.call_up.starts_at, self.call_up.ends_at)
        # A drill reckons without what people did lately: it has to be the same each time it is played.
        calls = {} if self.call_up.is_drill else _recent_calls(ids, at)
        for profile in found:
            person = profile.person
            person.volunteer = profile
            often = calls.get(person.pk, NOT_CALLED).week >= self.asks_a_week
            if (reason := _unreachable(profile, self.call_up, at) or (ASKED_OFTEN if often else "")) or (
                reason := self._bar(pool, person, profile, busy.get(person.pk, ()))
            ):
                pool.kept_out[reason] += 1
                continue
            pool.persons[person.code] = person
            x, y = meters(person.lon, person.lat, self.origin)
            pool.people.append(
                dispatch.Person(
                    id=person.code,
                    x_m=x,
                    y_m=y,
                    tier=tier,
                    backbone=profile.is_backbone,
                    skills=frozenset(profile.skills) | frozenset(profile.trainings),
                    recent_calls=calls.get(person.pk, NOT_CALLED).month,
                    days_since_asked=_days_since(
                        None if self.call_up.is_drill else profile.last_asked_at, at
                    ),
                )
            )

    def _bar(self, pool: Pool, person: Person, profile: VolunteerProfile, busy: tuple[Span, ...]) -> str:
        """The rule that keeps the person from every slot, or "" and the exclusions from some."""
        candidate = fitness.candidate_of(person, profile, busy)
        excluded: list[dispatch.Exclusion] = []
        first, barred = "", 0
        for task, slots in self.tasks.items():
            found = bars(candidate, task, self.rules)  # type: ignore[arg-type]  # keys are tasks, hashable as objects
            if found:
                barred += 1
                first = first or found[0].value
                excluded += [
                    dispatch.Exclusion(person.code, found[0].value, slot_id(slot.pk)) for slot in slots
                ]
        if barred == len(self.tasks):
            return first
        pool.exclusions += excluded
        return ""


def _on_call(call_up: CallUp, communities: Sequence[int]) -> QuerySet[VolunteerProfile]:
    """Active volunteers of these communities who have not been asked, and whom no called unit will name."""
    asked = Offer.objects.filter(call_up=call_up).values("person")
    seated = Assignment.objects.filter(call_up=call_up).values("person")
    called_units = call_up.unit_calls.values("unit")
    return (
        VolunteerProfile.objects.filter(
            division_code__in=communities, state=VolunteerState.ACTIVE, person__erased_at=None
        )
        .exclude(person__in=asked)
        .exclude(person__in=seated)
        .exclude(person__unit__in=called_units)
        .select_related("person")
        .only(*NEEDED)
        .order_by("person")
    )


def _neighbors(community: int) -> list[int]:
    """The other communities of the same township."""
    place = (
        Division.objects.filter(code=community, valid_to=None).values_list("parent_code", flat=True).first()
    )
    if place is None:
        return []
    return list(
        Division.objects.filter(parent_code=place, valid_to=None)
        .exclude(code=community)
        .order_by("code")
        .values_list("code", flat=True)
    )


def _unreachable(profile: VolunteerProfile, call_up: CallUp, at: datetime) -> str:
    if not profile.person.phone:
        return NO_PHONE
    return QUIET_HOURS if in_quiet_hours(profile, call_up, at) else ""


def in_quiet_hours(profile: VolunteerProfile, call_up: CallUp, at: datetime) -> bool:
    """True while this volunteer does not want to hear of a call-up like this one; an emergency may wake them."""
    if call_up.mode == Mode.EMERGENCY or profile.quiet_from_minute is None or profile.quiet_to_minute is None:
        return False
    here = timezone.localtime(at)
    minute, start, end = here.hour * 60 + here.minute, profile.quiet_from_minute, profile.quiet_to_minute
    return start <= minute < end if start <= end else minute >= start or minute < end


def _days_since(asked_at: datetime | None, at: datetime) -> int | None:
    return None if asked_at is None else (at - asked_at).days


class _Calls(NamedTuple):
    """How often somebody was asked of late."""

    month: int
    week: int


NOT_CALLED = _Calls(0, 0)


def _recent_calls(person_ids: Sequence[int], at: datetime) -> dict[int, _Calls]:
    rows = (
        Offer.objects.filter(person__in=person_ids, asked_at__gte=at - RECENT, call_up__is_drill=False)
        .values("person")
        .annotate(month=Count("pk"), week=Count("pk", filter=Q(asked_at__gt=at - WEEK, wave__gt=0)))
        .values_list("person", "month", "week")
    )
    return {person: _Calls(month, week) for person, month, week in rows}


def window_of(slot: Slot) -> dispatch.Window:
    """The time of a shift, shared by all that start and end together."""
    during = fitness.span_of(slot.shift.starts_at, slot.shift.ends_at)
    return dispatch.Window(f"{during.start}-{during.end}", during.start, during.end)
