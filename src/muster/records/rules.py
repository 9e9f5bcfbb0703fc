"""From attendance to a record: the kernel's answer in the words of the register, and each reason as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.kernel import hours
from muster.kernel.spans import Span, date_of, minute_of
from muster.records.enums import MOVES, DutyKind, Evidence, RecordState

# Best first; a record is proven as well as its weaker end.
STRENGTH = (Evidence.CODE_AND_LEADER, Evidence.CODE, Evidence.LEADER, Evidence.MANUAL)
STATE_OF = {
    hours.Verdict.CREDITED: RecordState.CREDITED,
    hours.Verdict.NOT_SERVICE: RecordState.CREDITED,
    hours.Verdict.NEEDS_APPROVAL: RecordState.NEEDS_APPROVAL,
    hours.Verdict.UNCONFIRMED: RecordState.UNCONFIRMED,
    hours.Verdict.REFUSED: RecordState.VOID,
}


@dataclass(frozen=True, slots=True)
class Times:
    """When a shift was, and when one person came and went. `set_out_at`: the end that a person in charge has set."""

    starts_at: datetime
    ends_at: datetime
    checked_in_at: datetime
    checked_out_at: datetime | None
    set_out_at: datetime | None = None


def presence_of(times: Times, *, duty_kind: str, is_drill: bool, approved: bool = False) -> hours.Presence:
    """The attendance as the kernel reads it."""
    occasion = hours.Occasion.SERVICE
    if duty_kind == DutyKind.ON_PAID_DUTY:
        occasion = hours.Occasion.ON_PAID_DUTY
    if is_drill:
        occasion = hours.Occasion.DRILL
    return hours.Presence(
        shift=span_of(times.starts_at, times.ends_at),
        check_in=local_minute(times.checked_in_at),
        check_out=None if times.checked_out_at is None else local_minute(times.checked_out_at),
        occasion=occasion,
        out_by_leader=None if times.set_out_at is None else local_minute(times.set_out_at),
        approved=approved,
    )


def minutes_kept(credit: hours.Credit) -> int:
    """The minutes of a record: certified ones of service, attended ones of paid duty and drills, which are kept apart."""
    return credit.attended if credit.verdict == hours.Verdict.NOT_SERVICE else credit.minutes


def reasons_of(credit: hours.Credit) -> list[dict[str, object]]:
    """The lines that explain the minutes, as they are stored; what waits for approval stands with them."""
    return [{"code": line.code.value, "minutes": line.minutes} for line in credit.lines]


def local_minute(at: datetime) -> int:
    """`at` on the clock of the place, as the kernel counts it."""
    return minute_of(timezone.localtime(at))


def span_of(start: datetime, end: datetime) -> Span:
    """From start to end in local minutes."""
    return Span(local_minute(start), local_minute(end))


def range_of(during: Span | None) -> DateTimeTZRange | None:
    """A span of local minutes as the database keeps it."""
    return None if during is None else DateTimeTZRange(_moment(during.start), _moment(during.end))


def weaker(one: str, other: str) -> Evidence:
    """The weaker of two proofs."""
    return max(Evidence(one), Evidence(other), key=STRENGTH.index)


def may_move(state: str, to: str) -> bool:
    """True if the table of moves lets a record go from `state` to `to`."""
    return to in MOVES[state]


def reason_words(reason: Mapping[str, object]) -> str:
    """One stored reason as a sentence for the volunteer."""
    words = {
        "before_shift_cut": _("%(minutes)s min before the shift are not counted."),
        "after_shift_cut": _("%(minutes)s min after the shift are not counted."),
        "break": _("%(minutes)s min of break are not counted."),
        "out_by_leader": _("There was no check-out; the person in charge set the end."),
        "over_record_cap": _("%(minutes)s min beyond the longest record wait for approval."),
        "over_daily_cap": _("%(minutes)s min beyond the longest day wait for approval."),
        "approved": _("%(minutes)s min beyond the limit were approved."),
        "missing_check_in": _("There is no check-in."),
        "missing_check_out": _(
            "There is no check-out yet. The person in charge confirms until when you were there."
        ),
        "out_before_in": _("The check-out is earlier than the check-in."),
        "outside_shift": _("The time lies outside the shift."),
        "overlap": _("The time overlaps with another record."),
        "on_paid_duty": _("%(minutes)s min of paid working time: kept as duty, not as volunteer hours."),
        "training": _("%(minutes)s min of training."),
        "drill": _("%(minutes)s min of a drill: practice, not volunteer hours."),
        "confirmed": _("Confirmed by %(by)s: %(words)s"),
        "voided": _("Voided by %(by)s: %(words)s"),
    }
    return words[str(reason["code"])] % reason


def _moment(minute: int) -> datetime:
    midnight = datetime.combine(date_of(minute), datetime.min.time(), timezone.get_default_timezone())
    return midnight + timedelta(minutes=minute % 1440)
