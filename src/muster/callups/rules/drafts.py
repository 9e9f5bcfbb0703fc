"""A call-up before it is raised: plain values from a form, a drill or a device, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from muster.callups.enums import SupportGiver, SupportKind
from muster.toolkit.refusal import Refused

MOST_SEATS = 20_000


@dataclass(frozen=True, slots=True)
class SeatsDraft:
    """Seats of one kind (`enums.SeatKind`); `skill` only where the kind is skilled."""

    kind: str
    seats: int
    skill: str = ""


@dataclass(frozen=True, slots=True)
class ShiftDraft:
    """One span of time at a post, with its seats."""

    muster_at: datetime
    starts_at: datetime
    ends_at: datetime
    seats: tuple[SeatsDraft, ...]


@dataclass(frozen=True, slots=True)
class PostDraft:
    """One place to stand. `leader_id` and `gate_id` are keys that a door has let through."""

    name: str
    shifts: tuple[ShiftDraft, ...]
    place: str = ""
    task_kind: str = ""  # "" takes that of the call-up
    leader_id: int | None = None
    gate_id: int | None = None
    lon: float | None = None
    lat: float | None = None
    weight: int = 1


@dataclass(frozen=True, slots=True)
class SupportDraft:
    """One thing the people are given (`enums.SupportKind`), and by whom (`enums.SupportGiver`)."""

    kind: str
    giver: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class CallUpDraft:
    """Everything that a call-up needs. What is None is filled in by the norms of the place.

    `need_codes` cites need items on file; where there is none, one is opened from the purpose (R2.2). `unit_ids` are the
    units to call, with `unit_headcount` persons asked of each (0: as many as they can). `mode` and `level` as None are
    those in force in the place. `asks_volunteers` False calls units only.
    """

    division_code: int
    title: str
    purpose: str
    task_kind: str
    place: str
    risk_statement: str
    duty_holder: str
    reply_by: datetime
    posts: tuple[PostDraft, ...]
    support: tuple[SupportDraft, ...] = ()
    unit_ids: tuple[int, ...] = ()
    unit_headcount: int = 0
    need_codes: tuple[str, ...] = ()
    template_id: int | None = None
    hazard: str = ""
    mode: str | None = None
    level: int | None = None
    bring: str = ""
    needs_insurance: bool = True
    needs_full_protection: bool = False
    is_drill: bool = False
    asks_volunteers: bool = True
    naming_due_at: datetime | None = None
    unit_answer_due_at: datetime | None = None
    ask_cap: int | None = None

    @property
    def insures_everybody(self) -> bool:
        """True if somebody insures all who come; a unit insures only those it sends."""
        return any(
            item.kind == SupportKind.INSURANCE and item.giver != SupportGiver.UNIT for item in self.support
        )

    @property
    def seats(self) -> int:
        """Seats in all posts and shifts."""
        return sum(kind.seats for shift in self.shifts for kind in shift.seats)

    @property
    def shifts(self) -> tuple[ShiftDraft, ...]:
        return tuple(shift for post in self.posts for shift in post.shifts)

    @property
    def starts_at(self) -> datetime:
        return min(shift.starts_at for shift in self.shifts)

    @property
    def ends_at(self) -> datetime:
        return max(shift.ends_at for shift in self.shifts)


def check_draft(draft: CallUpDraft, at: datetime, *, longest: timedelta) -> None:
    """Refuses what no call-up may be; `longest` is the longest shift that the norms of the place allow."""
    if not draft.risk_statement.strip():
        raise Refused("risk_missing", _("Write which risks people take. Without it nobody may be asked."))
    if not draft.duty_holder.strip():
        raise Refused(
            "duty_holder_missing",
            _("Name who uses the volunteers and provides for them. Without it nobody may be asked."),
        )
    if not draft.posts or not draft.shifts or draft.seats == 0:
        raise Refused("no_seats", _("Nobody is asked for yet. Put a number at one place at least."))
    if draft.seats > MOST_SEATS:
        raise Refused(
            "too_many_seats",
            _("%(count)s seats are too many for one call-up. Raise one for each community.")
            % {"count": draft.seats},
        )
    if len({post.name for post in draft.posts}) < len(draft.posts):
        raise Refused(
            "post_named_twice", _("Two places have the same name. Give each its own, so that people find it.")
        )
    _check_times(draft, at, longest)


def _check_times(draft: CallUpDraft, at: datetime, longest: timedelta) -> None:
    for shift in draft.shifts:
        if shift.ends_at <= shift.starts_at or shift.muster_at > shift.starts_at:
            raise Refused(
                "times_crossed",
                _("Muster, start and end have to follow each other. Look at the times again."),
            )
        if shift.ends_at <= at:
            raise Refused("already_over", _("This time is over. Choose a later one."))
        if shift.ends_at - shift.starts_at > longest:
            raise Refused(
                "shift_too_long",
                _("A shift is %(hours)s hours at most. Split it into two, so that people can rest.")
                % {"hours": f"{longest.total_seconds() / 3600:g}"},
            )
    if draft.reply_by <= at:
        raise Refused("reply_over", _("The time to answer is over already. Give people a moment."))
    if draft.reply_by > draft.ends_at:
        raise Refused(
            "reply_after_end", _("People have to answer before the work is over. Choose an earlier time.")
        )
