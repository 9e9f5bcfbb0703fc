"""May this person have this seat: facts from the database, put to the kernel's rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from muster.callups.enums import SEATED
from muster.callups.models import CallUp, Slot
from muster.callups.rules.demands import demands_of
from muster.kernel.eligibility import Bar, Candidate, Rules, Task, bars
from muster.kernel.spans import ALWAYS, DAY, Span, minute_of
from muster.norms.enums import Mode
from muster.people.enums import Willingness
from muster.people.models import Person, VolunteerProfile
from muster.toolkit.prepared import Prepared

# Rest, shifts a day and days running look this far around a shift.
AROUND = timedelta(days=7)
_BUSY = Prepared(
    "busy_spans",
    """
SELECT person_id, lower(during), upper(during) FROM callups_assignment
WHERE person_id = ANY(%s) AND state = ANY(%s) AND during && tstzrange(%s, %s)
""",
)
LONG_AGO = date(1900, 1, 1)
# Whoever is only known to be of age counts as an adult below the upper limit of emergency posts.
VOUCHED_YEARS = 30


def local_minute(at: datetime) -> int:
    """`at` on the clock of the place, as the kernel counts it."""
    return minute_of(timezone.localtime(at))


def span_of(start: datetime, end: datetime) -> Span:
    """From start to end in local minutes."""
    return Span(local_minute(start), local_minute(end))


def task_of(slot: Slot, call_up: CallUp) -> Task:
    """The seat as the rules see it; `slot` comes with its shift and post."""
    during = span_of(slot.shift.starts_at, slot.shift.ends_at)
    return Task(
        during=during,
        emergency=call_up.mode == Mode.EMERGENCY,
        risky=call_up.needs_insurance and not call_up.insures_everybody,
        full_protection=call_up.needs_full_protection,
        skill=slot.skill,
        demands=demands_of(slot.shift.post.task_kind, during, full_protection=call_up.needs_full_protection),
    )


def candidate_of(person: Person, profile: VolunteerProfile | None, busy: tuple[Span, ...]) -> Candidate:
    """The person as the rules see them. Without a date of birth nobody counts as of age, unless somebody vouched for it."""
    if profile is None:
        return Candidate(born_on=_born_on(person, ""), busy=busy)
    born_on = _born_on(person, profile.adult_vouched_by_label)
    return Candidate(
        born_on=born_on,
        guardian_consent=profile.guardian_consented_at is not None,
        emergency_willing=profile.emergency_willing == Willingness.YES,
        week=profile.availability,
        skills=frozenset(profile.skills) | frozenset(profile.trainings),
        limits=frozenset(profile.health_limits),
        busy=busy,
        policies=_policies(profile.insured_until),
        age_exception=bool(profile.age_exception_reason),
    )


def on_duty(person: Person, profile: VolunteerProfile | None, busy: tuple[Span, ...]) -> Candidate:
    """The same for somebody who is sent on duty: their will is their post's, and their employer insures them."""
    known = candidate_of(person, profile, busy)
    always = Span(0, local_minute(timezone.now()) + 100 * 366 * DAY)
    return replace(known, emergency_willing=True, week=ALWAYS, policies=(always,))


def busy_spans(person_ids: Collection[int], start: datetime, end: datetime) -> dict[int, tuple[Span, ...]]:
    """The seats that these people have around that time, by person; one query, planned once (`access.whole`)."""
    with connection.cursor() as cursor:
        _BUSY.execute(cursor, [list(person_ids), list(SEATED), start - AROUND, end + AROUND])
        rows = cursor.fetchall()
    found: dict[int, list[Span]] = defaultdict(list)
    for person_id, begins, ends in rows:
        found[person_id].append(span_of(begins, ends))
    return {person_id: tuple(spans) for person_id, spans in found.items()}


def bars_between(
    person: Person, slot: Slot, call_up: CallUp, rules: Rules, *, is_on_duty: bool = False
) -> tuple[Bar, ...]:
    """All that stands between this person and this seat now."""
    shift = slot.shift
    busy = busy_spans([person.pk], shift.starts_at, shift.ends_at).get(person.pk, ())
    known = on_duty if is_on_duty else candidate_of
    candidate = known(person, getattr(person, "volunteer", None), busy)
    return bars(candidate, task_of(slot, call_up), rules)


def _born_on(person: Person, vouched_by: str) -> date:
    if person.birth_on is not None:
        return person.birth_on
    today = timezone.localdate()
    return today.replace(year=today.year - VOUCHED_YEARS, day=1) if vouched_by else today


def _policies(until: date | None) -> tuple[Span, ...]:
    if until is None:
        return ()
    end = datetime.combine(until + timedelta(days=1), time())
    return (Span(minute_of(datetime.combine(LONG_AGO, time())), minute_of(end)),)
