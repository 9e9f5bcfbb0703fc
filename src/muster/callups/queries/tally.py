"""One call-up counted once: four grouped queries from which its funnel, posts, units and waves all follow.

A page that asked for each of them by itself ran 25 queries; from one tally it runs 14.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F
from django.db.models.lookups import IsNull

from muster.callups.enums import AssignmentState, OfferState
from muster.callups.models import Assignment, CallUp, Offer, Post, Slot, UnitCall
from muster.callups.queries.funnel import NOT_COMING, ON_THE_WAY, PLEDGING, PRESENT, SILENT, Funnel


@dataclass(frozen=True)
class OfferCount:
    """How many offers share wave, unit, post and state."""

    wave: int
    unit_call_id: int | None
    post_id: int
    state: str
    count: int


@dataclass(frozen=True)
class SeatCount:
    """How many assignments share post, unit, state and whether somebody was ordered (has no offer)."""

    post_id: int
    unit_call_id: int | None
    is_ordered: bool
    state: str
    count: int


@dataclass(frozen=True)
class PostLine:
    """One post with its seats, as the desk shows it."""

    code: str
    name: str
    leader_name: str
    funnel: Funnel


@dataclass(frozen=True)
class UnitLine:
    """One called unit and what became of its pledge."""

    unit_code: str
    name: str
    state: str
    decline_reason: str
    funnel: Funnel


@dataclass(frozen=True)
class WaveLine:
    """One wave of asking."""

    number: int
    asked: int
    accepted: int


@dataclass(frozen=True)
class Tally:
    """The counts of one call-up at one moment."""

    call_up: CallUp
    slots: tuple[Slot, ...]
    unit_calls: tuple[UnitCall, ...]
    offers: tuple[OfferCount, ...]
    seats: tuple[SeatCount, ...]

    def version(self) -> str:
        """Changes with whatever a page shows of these counts."""
        facts = (
            self.call_up.state,
            self.call_up.waves_sent,
            [(slot.pk, slot.seats, slot.held, slot.taken, slot.shift.post.leader_id) for slot in self.slots],
            [(call.pk, call.state, call.pledged_headcount) for call in self.unit_calls],
            self.offers,
            self.seats,
        )
        return hashlib.blake2b(repr(facts).encode(), digest_size=12).hexdigest()

    def funnel(self) -> Funnel:
        """The whole call-up."""
        return self._funnel(needed=sum(slot.seats for slot in self.slots), unit_calls=self.unit_calls)

    def post_lines(self) -> list[PostLine]:
        """The posts: the largest gap first, then in the order in which they were entered."""
        posts: dict[int, Post] = {slot.shift.post_id: slot.shift.post for slot in self.slots}
        lines = [
            PostLine(
                code=post.code,
                name=post.name,
                leader_name=post.leader.name if post.leader else "",
                funnel=self._funnel(
                    needed=sum(slot.seats for slot in self.slots if slot.shift.post_id == pk),
                    of=("post_id", pk),
                ),
            )
            for pk, post in sorted(posts.items(), key=lambda item: item[1].position)
        ]
        return sorted(lines, key=lambda line: -line.funnel.missing)

    def unit_lines(self) -> list[UnitLine]:
        """The pledge ledger, the largest pledge first."""
        return [
            UnitLine(
                unit_code=call.unit.code,
                name=call.unit.name,
                state=call.state,
                decline_reason=call.decline_reason,
                funnel=self._funnel(unit_calls=[call], of=("unit_call_id", call.pk)),
            )
            for call in sorted(self.unit_calls, key=lambda call: (-call.pledged_headcount, call.unit.name))
        ]

    def residents(self) -> Funnel:
        """Those who belong to no called unit."""
        return self._funnel(of=("unit_call_id", None))

    def waves(self) -> list[WaveLine]:
        """How each wave was answered; people whom units named belong to none."""
        numbers = sorted({row.wave for row in self.offers if row.wave})
        return [
            WaveLine(
                number=number,
                asked=_sum(row for row in self.offers if row.wave == number),
                accepted=_sum(
                    row for row in self.offers if row.wave == number and row.state == OfferState.ACCEPTED
                ),
            )
            for number in numbers
        ]

    def ordered(self) -> int:
        """How many were ordered, not asked."""
        return _sum(row for row in self.seats if row.is_ordered)

    def absent(self) -> int:
        """How many did not come."""
        return _sum(row for row in self.seats if row.state == AssignmentState.ABSENT)

    def _funnel(
        self,
        *,
        needed: int = 0,
        unit_calls: Iterable[UnitCall] = (),
        of: tuple[str, int | None] | None = None,
    ) -> Funnel:
        offers = [row for row in self.offers if of is None or getattr(row, of[0]) == of[1]]
        seats = [row for row in self.seats if of is None or getattr(row, of[0]) == of[1]]
        return Funnel(
            needed=needed,
            pledged=sum(call.pledged_headcount for call in unit_calls if call.state in PLEDGING),
            named=_sum(row for row in offers if row.unit_call_id is not None),
            asked=_sum(offers),
            accepted=_sum(row for row in seats if row.state in ON_THE_WAY or row.state in PRESENT),
            arrived=_sum(row for row in seats if row.state in PRESENT),
            stayed=_sum(row for row in seats if row.state == AssignmentState.LEFT),
            silent=_sum(row for row in offers if row.state in SILENT),
            waiting=_sum(row for row in offers if row.state == OfferState.WAITING),
            declined=_sum(row for row in offers if row.state in NOT_COMING),
        )


def _sum(rows: Iterable[OfferCount | SeatCount]) -> int:
    return sum(row.count for row in rows)


def tally(call_up: CallUp) -> Tally:
    """Counts one call-up, in four queries."""
    offers = (
        Offer.objects.filter(call_up=call_up)
        .values_list("wave", "unit_call", "slot__shift__post", "state")
        .annotate(Count("pk"))
        .order_by("wave", "unit_call", "slot__shift__post", "state")
    )
    seats = (
        Assignment.objects.filter(call_up=call_up)
        .annotate(is_ordered=IsNull(F("offer"), True))
        .values_list("shift__post", "unit_call", "is_ordered", "state")
        .annotate(Count("pk"))
        .order_by("shift__post", "unit_call", "is_ordered", "state")
    )
    return Tally(
        call_up=call_up,
        slots=tuple(
            Slot.objects.filter(call_up=call_up)
            .select_related("shift__post__leader")
            .order_by("shift__starts_at", "pk")
        ),
        unit_calls=tuple(UnitCall.objects.filter(call_up=call_up).select_related("unit").order_by("pk")),
        offers=tuple(OfferCount(*row) for row in offers),
        seats=tuple(SeatCount(*row) for row in seats),
    )
