"""What a desk looks at first: what is true now, what is missing, what waits for a hand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.callups.enums import AssignmentState, CallUpState, UnitCallState
from muster.callups.models import Assignment, CallUp, Shift, Slot, UnitCall
from muster.callups.queries.funnel import Funnel, funnels
from muster.norms.queries import ModeNow, mode_of
from muster.organizations.models import ResidentUnit
from muster.people.access import RUNNERS, SEERS, ranges_q
from muster.people.enums import REGULAR_FORCE, VolunteerState, Willingness
from muster.people.models import Person, ReserveTeamMember, VolunteerProfile
from muster.records.access import records_visible_to
from muster.records.queries.hours import WAITING
from muster.territory.models import Division
from muster.toolkit import clock
from muster.toolkit.actor import Actor

# A desk looks a day ahead; more lines than these are no overview, the lists have them.
AHEAD = timedelta(hours=24)
MOST_CALLS = 8
MOST_SHIFTS = 24
MOST_TO_DO = 6
MOST_COUNTED = 100


@dataclass(frozen=True)
class CallLine:
    """One call-up that is under way."""

    code: str
    title: str
    community: str
    when: str
    is_drill: bool
    funnel: Funnel
    notes: dict[str, str]


@dataclass(frozen=True)
class ShiftLine:
    """One shift at one post: who is there, who is coming, whose seat is held, what is empty."""

    call_up_code: str
    title: str
    post: str
    place: str
    when: str
    starts_at: datetime
    arrived: int
    coming: int
    held: int
    gap: int

    @property
    def filled(self) -> int:
        return self.arrived + self.coming

    @property
    def seats(self) -> int:
        return self.filled + self.held + self.gap


@dataclass(frozen=True)
class Act:
    label: str
    url: str
    primary: bool = False


@dataclass(frozen=True)
class ToDo:
    """Something that waits for a hand, with the button that does it."""

    icon: str
    tone: str
    title: str
    text: str
    acts: tuple[Act, ...]


@dataclass(frozen=True)
class Reach:
    """Whom one community can turn to."""

    regular: int
    volunteers: int
    willing: int
    units: int
    reserves: int


@dataclass(frozen=True)
class Today:
    """The first page of a desk."""

    headline: str
    detail: str
    to_do: list[ToDo]
    calls: list[CallLine]
    shifts: list[ShiftLine]
    reach: Reach | None
    level: int
    day: int

    def version(self) -> str:
        """Changes with anything the page shows."""
        return hashlib.blake2b(repr(self).encode(), digest_size=12).hexdigest()


def today(actor: Actor, at: datetime) -> Today:
    """The first page of the desk of `actor`: the call-ups of his places that are not over, however many places those are."""
    running = (
        CallUp.objects.filter(
            ranges_q(actor, *SEERS), state__in=[CallUpState.OPEN, CallUpState.HALTED], ends_at__gt=at
        )
        .order_by("is_drill", "starts_at", "pk")  # a drill of a county must not push a call-up off the page
        .only("code", "title", "division_code", "starts_at", "ends_at", "is_drill", "naming_due_at", "state")
    )
    calls = list(running[:MOST_CALLS])
    counted = funnels([call.pk for call in calls])
    shifts = _shifts(calls, at)
    headline, detail = _sentences(calls, counted, at)
    mode = _mode(actor, at)
    return Today(
        headline=headline,
        detail=detail,
        to_do=[*_to_do(calls, shifts, at), *_hours(actor)],
        calls=_call_lines(calls, counted, at),
        shifts=shifts,
        reach=_reach(actor),
        level=mode.level,
        day=(clock.local(at).date() - clock.local(mode.since).date()).days + 1 if mode.since else 0,
    )


def _mode(actor: Actor, at: datetime) -> ModeNow:
    """The mode of the first place of this desk; a place inside it may be in a graver one, its own desk says so."""
    return mode_of(actor.ranges(*SEERS)[0][0], at)


def _sentences(calls: Sequence[CallUp], counted: dict[int, Funnel], at: datetime) -> tuple[str, str]:
    if not calls:
        return (
            _("No call-up is under way"),
            _("The regular force keeps the posts. When hands are needed, a call goes out in a minute."),
        )
    # A drill must not raise an alarm, nor hide one.
    calls = [call for call in calls if not call.is_drill]
    if not calls:
        return _("A drill is under way"), _("Besides it there is no call-up. A drill counts in no figure.")
    short = next((call for call in calls if counted[call.pk].missing), None)
    needed = sum(counted[call.pk].needed for call in calls)
    arrived = sum(counted[call.pk].arrived for call in calls)
    coming = sum(counted[call.pk].on_the_way for call in calls)
    detail = _("%(needed)s people are needed: %(arrived)s have arrived, %(coming)s are on the way.") % {
        "needed": needed,
        "arrived": arrived,
        "coming": coming,
    }
    if short is None:
        count = len(calls)
        headline = ngettext(
            "%(count)s call-up is under way, all seats are filled",
            "%(count)s call-ups are under way, all seats are filled",
            count,
        )
        return headline % {"count": count}, detail
    facts = {"title": short.title, "missing": counted[short.pk].missing}
    if short.starts_at <= at:
        return _("%(title)s is short of %(missing)s people right now") % facts, detail
    return _("%(title)s is short of %(missing)s people; it begins %(when)s") % {
        **facts,
        "when": clock.relative(short.starts_at, at),
    }, detail


def _call_lines(calls: Sequence[CallUp], counted: dict[int, Funnel], at: datetime) -> list[CallLine]:
    names = _names({call.division_code for call in calls})
    return [
        CallLine(
            code=call.code,
            title=call.title,
            community=names.get(call.division_code, "") if len(names) > 1 else "",
            when=f"{clock.day(call.starts_at, at)} {clock.span(call.starts_at, call.ends_at)}",
            is_drill=call.is_drill,
            funnel=counted[call.pk],
            notes=_notes(counted[call.pk]),
        )
        for call in calls
    ]


def _notes(funnel: Funnel) -> dict[str, str]:
    notes = {
        "named": (funnel.pledged - funnel.named, _("%(count)s names missing")),
        "accepted": (funnel.silent, _("%(count)s have not answered")),
        "arrived": (funnel.on_the_way, _("%(count)s on the way")),
    }
    return {step: words % {"count": count} for step, (count, words) in notes.items() if count > 0}


def _names(codes: set[int]) -> dict[int, str]:
    found = Division.objects.filter(code__in=codes, valid_to=None).values_list("code", "short_name")
    return dict(found)


def _shifts(calls: Sequence[CallUp], at: datetime) -> list[ShiftLine]:
    """The shifts of these call-ups that are not over and begin within a day, the next one first."""
    shifts: QuerySet[Shift] = (
        Shift.objects.filter(
            call_up__in=[call.pk for call in calls], ends_at__gt=at, starts_at__lt=at + AHEAD
        )
        .select_related("post", "call_up")
        .order_by("call_up__is_drill", "starts_at", "post__position", "pk")[:MOST_SHIFTS]
    )
    listed = list(shifts)
    ids = [shift.pk for shift in listed]
    seats = {
        row["shift"]: row
        for row in Slot.objects.filter(shift__in=ids)
        .values("shift")
        .annotate(all=Sum("seats"), held_seats=Sum("held"), taken_seats=Sum("taken"))
    }
    there = dict(
        Assignment.objects.filter(shift__in=ids, state__in=[AssignmentState.ARRIVED, AssignmentState.LEFT])
        .values_list("shift")
        .annotate(count=Count("pk"))
    )
    return [_shift_line(shift, seats.get(shift.pk, {}), there.get(shift.pk, 0), at) for shift in listed]


def _shift_line(shift: Shift, seats: Mapping[str, Any], arrived: int, at: datetime) -> ShiftLine:
    total, held, taken = (int(seats.get(name, 0)) for name in ("all", "held_seats", "taken_seats"))
    return ShiftLine(
        call_up_code=shift.call_up.code,
        title=shift.call_up.title,
        post=shift.post.name,
        place=shift.post.place,
        when=f"{clock.day(shift.starts_at, at)} {clock.span(shift.starts_at, shift.ends_at)}",
        starts_at=shift.starts_at,
        arrived=arrived,
        coming=max(0, taken - arrived),
        held=held,
        gap=max(0, total - held - taken),
    )


def _to_do(calls: Sequence[CallUp], shifts: Sequence[ShiftLine], at: datetime) -> list[ToDo]:
    waiting = [*_gaps(shifts, at), *_missing_names(calls, at), *_silent_units(calls, at)]
    return waiting[:MOST_TO_DO]


def _gaps(shifts: Sequence[ShiftLine], at: datetime) -> list[ToDo]:
    return [
        ToDo(
            icon="alert-triangle",
            tone="warn",
            title=_("%(post)s, %(when)s: short of %(gap)s")
            % {"post": line.post, "when": line.when, "gap": line.gap},
            text=_("Begins %(when)s. %(title)s.")
            % {"when": clock.relative(line.starts_at, at), "title": line.title},
            acts=(
                Act(
                    ngettext("Fill %(count)s seat", "Fill %(count)s seats", line.gap) % {"count": line.gap},
                    _call_up_url(line.call_up_code),
                    primary=position == 0,
                ),
            ),
        )
        for position, line in enumerate(line for line in shifts if line.gap)
    ]


def _missing_names(calls: Sequence[CallUp], at: datetime) -> list[ToDo]:
    calls_of_units = (
        UnitCall.objects.filter(call_up__in=[call.pk for call in calls], state=UnitCallState.PLEDGED)
        .annotate(missing=Sum("pledges__held"))
        .filter(missing__gt=0)
        .select_related("unit", "call_up")
        .order_by("call_up__naming_due_at")[:MOST_TO_DO]
    )
    return [
        ToDo(
            icon="file-text",
            tone="warn",
            title=_("%(unit)s pledged %(pledged)s; %(missing)s names are missing")
            % {"unit": call.unit.name, "pledged": call.pledged_headcount, "missing": call.missing},
            text=_("The names are due %(when)s.") % {"when": clock.relative(call.call_up.naming_due_at, at)},
            acts=(Act(_("Open the call-up"), _call_up_url(call.call_up.code)),),
        )
        for call in calls_of_units
    ]


def _silent_units(calls: Sequence[CallUp], at: datetime) -> list[ToDo]:
    late = (
        UnitCall.objects.filter(
            call_up__in=[call.pk for call in calls], state=UnitCallState.CALLED, answer_due_at__lt=at
        )
        .select_related("unit", "call_up")
        .order_by("answer_due_at")[:MOST_TO_DO]
    )
    return [
        ToDo(
            icon="phone",
            tone="brand",
            title=_("%(unit)s has not answered") % {"unit": call.unit.name},
            text=_("The answer was due %(when)s.") % {"when": clock.relative(call.answer_due_at, at)},
            acts=(Act(_("Open the call-up"), _call_up_url(call.call_up.code)),),
        )
        for call in late
    ]


def _hours(actor: Actor) -> list[ToDo]:
    """Hours that nobody has settled: whoever gave them waits for a desk."""
    if not actor.has(*RUNNERS):
        return []
    waiting = records_visible_to(actor).filter(WAITING)[:MOST_COUNTED].count()
    if not waiting:
        return []
    return [
        ToDo(
            icon="clock",
            tone="brand",
            title=ngettext(
                "%(count)s record of hours waits to be settled",
                "%(count)s records of hours wait to be settled",
                waiting,
            )
            % {"count": waiting},
            text=_("Without a check-out nothing is credited until you say until when they were there."),
            acts=(Act(_("Settle the hours"), reverse("callups:desk-hours-list")),),
        )
    ]


def _call_up_url(code: str) -> str:
    return reverse("callups:desk-callup-detail", args=[code])


def _reach(actor: Actor) -> Reach | None:
    """The force of a community. Not for a wider place: counting a million people is no matter of a page (boards have it)."""
    ranges = actor.ranges(*SEERS)
    if len(ranges) != 1 or ranges[0][1] - ranges[0][0] != 1:
        return None
    here = ranges[0][0]
    volunteers = VolunteerProfile.objects.filter(division_code=here, state=VolunteerState.ACTIVE).aggregate(
        all=Count("pk"), willing=Count("pk", filter=Q(emergency_willing=Willingness.YES))
    )
    return Reach(
        regular=Person.objects.filter(
            division_code=here, force_class__in=REGULAR_FORCE, erased_at=None
        ).count(),
        volunteers=volunteers["all"],
        willing=volunteers["willing"],
        units=ResidentUnit.objects.filter(
            division_code=here, linked_at__isnull=False, unlinked_at=None
        ).count(),
        reserves=ReserveTeamMember.objects.filter(team__division_code=here).count(),
    )
