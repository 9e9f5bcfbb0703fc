"""What came of a drill, counted from the rows by queries of its own: nothing here asks the code that wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from muster.callups.enums import SEATED, SeatKind, SupportKind
from muster.callups.models import Assignment, Attendance, CallUp, Offer, SupportItem
from muster.callups.rules.demands import demands_of
from muster.kernel.eligibility import Bar, Candidate, Task, bars
from muster.kernel.spans import Span, minute_of
from muster.norms.enums import Mode
from muster.norms.queries import number, rules_for
from muster.people.enums import Willingness
from muster.people.models import VolunteerProfile
from muster.records.models import ServiceRecord
from muster.web.drill.play import Acknowledged, Call
from muster.web.drill.settle import patient

FUNNEL = """
SELECT call.id,
  (SELECT coalesce(sum(seats), 0) FROM callups_slot WHERE call_up_id = call.id),
  (SELECT coalesce(sum(pledged_headcount), 0) FROM callups_unitcall
    WHERE call_up_id = call.id AND state IN ('pledged', 'named')),
  (SELECT count(*) FROM callups_offer WHERE call_up_id = call.id AND unit_call_id IS NOT NULL),
  (SELECT count(*) FROM callups_offer WHERE call_up_id = call.id),
  (SELECT count(*) FROM callups_offer
    WHERE call_up_id = call.id AND state IN ('accepted', 'waiting', 'withdrawn')),
  (SELECT count(*) FROM callups_assignment WHERE call_up_id = call.id AND state NOT IN ('withdrawn', 'stood_down')),
  (SELECT count(*) FROM callups_attendance seen JOIN callups_assignment seat ON seat.id = seen.assignment_id
    WHERE seat.call_up_id = call.id),
  (SELECT count(*) FROM callups_attendance seen JOIN callups_assignment seat ON seat.id = seen.assignment_id
    WHERE seat.call_up_id = call.id AND seen.checked_out_at IS NOT NULL),
  (SELECT coalesce(sum(record.minutes), 0) FROM records_servicerecord record
    JOIN callups_assignment seat ON seat.code = record.source_code AND record.source_kind = 'attendance'
    WHERE seat.call_up_id = call.id)
FROM callups_callup call WHERE call.id = ANY(%s)
"""
OVERFILLED = """
SELECT count(*) FROM callups_slot slot WHERE slot.call_up_id = ANY(%s) AND (
  slot.taken + slot.held > slot.seats OR slot.taken <> (
    SELECT count(*) FROM callups_assignment seat WHERE seat.slot_id = slot.id
       AND seat.state IN ('accepted', 'ordered', 'arrived', 'left')))
"""
DOUBLE_BOOKED = """
SELECT count(*) FROM callups_assignment one JOIN callups_assignment other
    ON other.person_id = one.person_id AND other.id > one.id AND other.during && one.during
 WHERE one.call_up_id = ANY(%s)
   AND one.state IN ('accepted', 'ordered', 'arrived', 'left')
   AND other.state IN ('accepted', 'ordered', 'arrived', 'left')
"""


@dataclass(frozen=True)
class Line:
    """The funnel of one community; `accepted` ever said yes, `assigned` have a seat or had one on the day."""

    code: int
    needed: int
    pledged: int
    named: int
    asked: int
    accepted: int
    assigned: int
    arrived: int
    stayed: int
    minutes: int


@dataclass(frozen=True)
class Violations:
    """What must never be. All four are 0 after a good drill."""

    overfilled: int
    double_booked: int
    ineligible: int
    minutes_mismatch: int

    @property
    def none(self) -> bool:
        return not any(asdict(self).values())


@patient
def lines_of(calls: Sequence[Call]) -> list[Line]:
    """The funnel of each community, in the order given."""
    codes = dict(CallUp.objects.filter(code__in=[call.code for call in calls]).values_list("code", "pk"))
    with connection.cursor() as cursor:
        cursor.execute(FUNNEL, [list(codes.values())])
        rows = {row[0]: [int(figure) for figure in row[1:]] for row in cursor.fetchall()}
    return [Line(call.community.code, *rows[codes[call.code]]) for call in calls]


def totals_of(lines: Iterable[Line]) -> dict[str, int]:
    """The sums over the communities."""
    rows = [asdict(line) for line in lines]
    return {
        field.name: sum(row[field.name] for row in rows) for field in fields(Line) if field.name != "code"
    }


@patient
def violations_of(calls: Sequence[Call]) -> Violations:
    """Everything that broke a rule, counted anew."""
    ids = list(CallUp.objects.filter(code__in=[call.code for call in calls]).values_list("pk", flat=True))
    return Violations(
        overfilled=_count(OVERFILLED, ids),
        double_booked=_count(DOUBLE_BOOKED, ids),
        ineligible=sum(map(_is_barred, _seats(ids))),
        minutes_mismatch=_mismatches(ids),
    )


@patient
def lost(acknowledged: Iterable[Acknowledged]) -> list[Acknowledged]:
    """What the server told somebody is so, and the database does not know."""
    known: dict[str, set[str]] = {
        "seat": set(Assignment.objects.filter(offer__isnull=False).values_list("offer__code", flat=True)),
        "no": set(Offer.objects.filter(state__in=["declined", "withdrawn"]).values_list("code", flat=True)),
        "in": set(Attendance.objects.values_list("assignment__offer__code", flat=True)),
        "out": set(
            Attendance.objects.filter(checked_out_at__isnull=False).values_list(
                "assignment__offer__code", flat=True
            )
        ),
    }
    return [one for one in acknowledged if one.offer_code not in known[one.kind]]


def _count(query: str, ids: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, [ids])
        return int(cursor.fetchone()[0])


def _seats(ids: list[int]) -> list[Assignment]:
    return list(
        Assignment.objects.filter(call_up__in=ids, state__in=SEATED).select_related(
            "call_up", "person__volunteer", "shift__post", "slot", "offer"
        )
    )


def _is_barred(seat: Assignment) -> bool:
    """True if a rule speaks against this person on this seat, unless it was set aside with a reason."""
    return not seat.exception_reason and bool(_is_out_of_place(seat) or _bars(seat))


def _is_out_of_place(seat: Assignment) -> bool:
    """The seats of leaders are for the backbone."""
    volunteer = getattr(seat.person, "volunteer", None)
    return seat.slot.kind == SeatKind.BACKBONE and not (volunteer and volunteer.is_backbone)


def _bars(seat: Assignment) -> set[Bar]:
    """What the rules say against a person on this seat, everything but the seat itself taken into account."""
    call_up, person = seat.call_up, seat.person
    during = _span(seat.shift.starts_at, seat.shift.ends_at)
    busy = Assignment.objects.filter(person=person, state__in=SEATED).exclude(pk=seat.pk)
    volunteer = getattr(person, "volunteer", None) or VolunteerProfile(person=person, availability=0)
    candidate = Candidate(
        born_on=person.birth_on or _vouched(volunteer),
        guardian_consent=volunteer.guardian_consented_at is not None,
        emergency_willing=volunteer.emergency_willing == Willingness.YES,
        week=volunteer.availability,
        skills=frozenset([*volunteer.skills, *volunteer.trainings]),
        limits=frozenset(volunteer.health_limits),
        busy=tuple(_span(other.during.lower, other.during.upper) for other in busy),
        age_exception=bool(volunteer.age_exception_reason),
    )
    task = Task(
        during=during,
        emergency=call_up.mode == Mode.EMERGENCY,
        full_protection=call_up.needs_full_protection,
        skill=seat.slot.skill,
        demands=demands_of(seat.shift.post.task_kind, during, full_protection=call_up.needs_full_protection),
    )
    found = set(bars(candidate, task, rules_for(call_up.division_code)))
    if call_up.needs_insurance and not _is_insured(seat, volunteer):
        found.add(Bar.NOT_INSURED)
    # Who is on duty goes where his office sends him; whom nobody asked by the book said himself that he can and will.
    was_chosen = seat.offer is not None and seat.offer.wave > 0
    return found if was_chosen else found - {Bar.NOT_AVAILABLE, Bar.NOT_WILLING_IN_EMERGENCY}


def _vouched(volunteer: VolunteerProfile) -> date:
    """Somebody without a date of birth is of age where a unit or a leader answers for it, and else was born today."""
    today = timezone.localdate()
    return date(today.year - 30, 1, 1) if volunteer.adult_vouched_by_label else today


def _is_insured(seat: Assignment, volunteer: VolunteerProfile) -> bool:
    """By the employer who sends on duty, by the call-up for everybody, or by a policy of one's own."""
    if (
        seat.offer is None
        or SupportItem.objects.filter(call_up=seat.call_up, kind=SupportKind.INSURANCE).exists()
    ):
        return True
    last_day = timezone.localtime(seat.shift.ends_at).date()
    return volunteer.insured_until is not None and volunteer.insured_until >= last_day


def _mismatches(ids: list[int]) -> int:
    """Presences whose record is missing, doubled or counts other minutes than were served, and records without a presence."""
    seen = Attendance.objects.filter(assignment__call_up__in=ids).select_related(
        "assignment__call_up", "shift"
    )
    records = {
        record.source_code: record.minutes
        for record in ServiceRecord.objects.filter(
            source_kind="attendance",
            source_code__in=Assignment.objects.filter(call_up__in=ids).values("code"),
        )
    }
    wrong = 0
    for presence in seen:
        minutes = records.pop(presence.assignment.code, None)
        wrong += minutes != _minutes(presence) and presence.checked_out_at is not None
    return wrong + len(records)


def _minutes(presence: Attendance) -> int:
    """From the later of arrival and start to the earlier of leave and end, with the grace on both sides, in whole minutes."""
    if presence.checked_out_at is None:
        return 0
    grace = int(number("hours.grace_minutes", presence.assignment.division_code))
    cap = int(number("hours.record_cap_minutes", presence.assignment.division_code))
    first = max(_minute(presence.checked_in_at), _minute(presence.shift.starts_at) - grace)
    last = min(_minute(presence.checked_out_at), _minute(presence.shift.ends_at) + grace)
    return min(max(0, last - first), cap)


def _minute(at: datetime) -> int:
    return minute_of(timezone.localtime(at))


def _span(start: datetime, end: datetime) -> Span:
    return Span(_minute(start), _minute(end))
