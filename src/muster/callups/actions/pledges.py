"""The pledge ledger: how many a unit will send, and the seats that are kept for them until they have names (R2.1, R2.4).

Lock order: the call-up (shared), the unit's call, its pledges, then the slots by id; see `actions.seats`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.audit.actions import trail
from muster.callups.actions import offers, seats
from muster.callups.enums import CallUpState, OfferState, SeatKind, UnitCallState
from muster.callups.models import Offer, Pledge, Slot, UnitCall
from muster.callups.rules.spread import Room, spread
from muster.jobs import queue
from muster.toolkit import clock, server_clock
from muster.toolkit.actor import SYSTEM, Actor
from muster.toolkit.refusal import Refused

RUNNING = (CallUpState.OPEN, CallUpState.HALTED)
# Offers whose person may still come: asked, coming, or waiting for a seat.
LIVE = (OfferState.ASKED, OfferState.ACCEPTED, OfferState.WAITING)
BATCH = 500


@dataclass(frozen=True)
class Ledger:
    """What one unit promised: heads in all, and for how many of them a seat is kept or taken."""

    pledged: int
    seated: int

    @property
    def surplus(self) -> int:
        """Heads for whom there is no seat now. They stay pledged; a seat that falls free may become theirs."""
        return max(0, self.pledged - self.seated)


def pledge(unit_call: UnitCall, *, headcount: int, actor: Actor, at: datetime | None = None) -> Ledger:
    """The unit will send `headcount` people; said again, the new number counts. Seats are kept where the need is greatest.

    What is beyond the free seats is kept as pledged without a seat (`Ledger.surplus`). Refuses `pledge_nobody`,
    `more_than_the_unit_has`, `fewer_than_named`, `naming_closed` and a call-up that is over.
    """
    at = at or server_clock.now()
    with transaction.atomic():
        locked = lock_open(unit_call, at)
        if headcount < 1:
            raise Refused(
                "pledge_nobody", _("If nobody can come, say so with a reason below. That helps as well.")
            )
        if headcount > locked.unit.headcount:
            raise Refused(
                "more_than_the_unit_has",
                _("Your unit has %(count)s people. Look at the number again.")
                % {"count": locked.unit.headcount},
            )
        named = locked.offers.filter(state__in=LIVE).count()
        if headcount < named:
            raise Refused("fewer_than_named", _fewer_words(named))
        ledger, freed = keep_seats(locked, headcount)
        state = UnitCallState.NAMED if named == headcount else UnitCallState.PLEDGED
        UnitCall.objects.filter(pk=locked.pk).update(
            state=state,
            pledged_headcount=headcount,
            answered_at=locked.answered_at or at,
            decline_reason="",
        )
        record(
            "callups.unit_call.pledged",
            locked,
            actor=actor,
            at=at,
            detail={"headcount": headcount, "before": locked.pledged_headcount, "seated": ledger.seated},
        )
    give_on(locked, freed, at)
    return ledger


def decline(unit_call: UnitCall, *, reason: str, actor: Actor, at: datetime | None = None) -> None:
    """The unit sends nobody this time, and says why; seats kept for it fall free.

    Refuses `reason_missing`, `already_named`, `naming_closed` and a call-up that is over.
    """
    at = at or server_clock.now()
    if not reason.strip():
        raise Refused(
            "reason_missing", _("Say in a few words why nobody can come. The community plans with it.")
        )
    with transaction.atomic():
        locked = lock_open(unit_call, at)
        if locked.offers.filter(state__in=LIVE).exists():
            raise Refused(
                "already_named",
                _(
                    "People of your unit are on the list already. They answer for themselves; lower the number instead."
                ),
            )
        pledges = _locked_pledges(locked)
        freed = _free(_open_seats(pledges), at=at, lowers_pledge=True)
        UnitCall.objects.filter(pk=locked.pk).update(
            state=UnitCallState.DECLINED,
            pledged_headcount=0,
            answered_at=locked.answered_at or at,
            decline_reason=reason.strip()[:200],
        )
        record(
            "callups.unit_call.declined",
            locked,
            actor=actor,
            at=at,
            detail={"before": locked.pledged_headcount},
        )
    give_on(locked, freed, at)


def lapse_due(at: datetime) -> int:
    """Calls that no unit answered in time; they may still pledge late. Run again it changes nothing."""
    due = UnitCall.objects.filter(
        state=UnitCallState.CALLED, answer_due_at__lte=at, call_up__state__in=RUNNING
    ).select_related("call_up", "unit")
    with transaction.atomic():
        lapsed = list(
            due.select_for_update(of=("self",), skip_locked=True, no_key=True).order_by("pk")[:BATCH]
        )
        UnitCall.objects.filter(pk__in=[row.pk for row in lapsed]).update(state=UnitCallState.LAPSED)
        trail.record_many(_deed("callups.unit_call.lapsed", row, SYSTEM, at, {}) for row in lapsed)
    return len(lapsed)


def release_unnamed_due(at: datetime) -> int:
    """Seats without a name fall free once the naming deadline is over. Run again it changes nothing.

    A person who was named and has not answered keeps his seat until his own time to answer is over.
    """
    asked = Count("offers", filter=Q(offers__state=OfferState.ASKED))
    due = (
        Pledge.objects.filter(
            held__gt=0, unit_call__call_up__naming_due_at__lte=at, unit_call__call_up__state__in=RUNNING
        )
        .annotate(asked=asked)
        .filter(held__gt=F("asked"))
    )
    calls = sorted(set(due.values_list("unit_call", flat=True)[:BATCH]))
    return sum(_release_unnamed(pk, at) for pk in calls)


def _release_unnamed(unit_call_id: int, at: datetime) -> int:
    with transaction.atomic():
        calls = UnitCall.objects.select_for_update(of=("self",), no_key=True).select_related("call_up")
        locked = calls.get(pk=unit_call_id)
        freed = _free(_open_seats(_locked_pledges(locked)), at=at, lowers_pledge=False)
        count = sum(freed.values())
        if count:
            record("callups.pledge.released", locked, actor=SYSTEM, at=at, detail={"seats": count})
    give_on(locked, freed, at)
    return count


def lock_open(unit_call: UnitCall, at: datetime) -> UnitCall:
    """The row of the call under lock, with its call-up and unit; refuses when it can no longer be answered."""
    state = seats.hold_call_up(unit_call.call_up_id)
    locked = (
        UnitCall.objects.select_for_update(of=("self",), no_key=True)
        .select_related("call_up", "unit")
        .get(pk=unit_call.pk)
    )
    if state not in RUNNING or locked.state == UnitCallState.STOOD_DOWN:
        raise Refused("call_up_over", _("This call-up is over. Thank you; there is nothing left to do."))
    if at >= locked.call_up.naming_due_at:
        raise Refused(
            "naming_closed",
            _(
                "Pledges and lists were open until %(time)s. Call the community if you can still send somebody."
            )
            % {"time": clock.when(locked.call_up.naming_due_at, at)},
        )
    return locked


def keep_seats(locked: UnitCall, headcount: int) -> tuple[Ledger, dict[int, int]]:
    """Keeps or frees seats so that `headcount` of them are the unit's, as far as there are any; names stay untouched.

    Also gives the seats that fell free, by slot, for `give_on` once the transaction is over.
    """
    pledges = _locked_pledges(locked)
    kept = sum(row.headcount for row in pledges)
    freed: dict[int, int] = {}
    if headcount > kept:
        kept += _keep_more(locked, pledges, headcount - kept)
    elif headcount < kept:
        freed = _free(_part(_open_seats(pledges), kept - headcount), at=None, lowers_pledge=True)
        kept -= sum(freed.values())
    return Ledger(headcount, min(kept, headcount)), freed


def give_on(unit_call: UnitCall, freed: dict[int, int], at: datetime) -> None:
    """Seats that fell free go to the people who wait, else somebody new is asked.

    Outside the transaction that freed them, because the person's row is locked before the slot's.
    """
    if freed and offers.fill_from_waiting(unit_call.call_up_id, at=at) < sum(freed.values()):
        queue.enqueue_once("callups.top_up", unit_call.call_up.code, call_up_id=unit_call.call_up_id)


def _locked_pledges(locked: UnitCall) -> list[Pledge]:
    return list(Pledge.objects.select_for_update(no_key=True).filter(unit_call=locked).order_by("pk"))


def _keep_more(locked: UnitCall, pledges: Iterable[Pledge], wanted: int) -> int:
    slots = list(
        Slot.objects.select_for_update(of=("self",), no_key=True)
        .filter(call_up_id=locked.call_up_id, kind=SeatKind.GENERAL)
        .select_related("shift__post")
        .order_by("pk")
    )
    rooms = (
        Room(
            slot.pk,
            slot.seats,
            slot.seats - slot.taken - slot.held,
            (-slot.shift.post.weight, slot.shift.post.position),
        )
        for slot in slots
    )
    by_slot = {row.slot_id: row for row in pledges}
    more = spread(wanted, rooms)
    for slot_id, count in more.items():
        Slot.objects.filter(pk=slot_id).update(held=F("held") + count)
        if slot_id in by_slot:
            Pledge.objects.filter(pk=by_slot[slot_id].pk).update(
                headcount=F("headcount") + count, held=F("held") + count, released_at=None
            )
        else:
            Pledge.objects.create(unit_call=locked, slot_id=slot_id, headcount=count, held=count)
    return sum(more.values())


def _open_seats(pledges: list[Pledge]) -> list[tuple[Pledge, int]]:
    """The kept seats of each pledge that no asked person may still need, where there are any."""
    asked = dict(
        Offer.objects.filter(pledge__in=pledges, state=OfferState.ASKED)
        .values_list("pledge")
        .annotate(Count("pk"))
    )
    return [(row, row.held - asked.get(row.pk, 0)) for row in pledges if row.held > asked.get(row.pk, 0)]


def _part(seats_open: list[tuple[Pledge, int]], wanted: int) -> list[tuple[Pledge, int]]:
    """`wanted` of these seats, from where most are open."""
    taken = spread(wanted, (Room(row.pk, row.headcount, count) for row, count in seats_open))
    return [(row, taken[row.pk]) for row, _count in seats_open if row.pk in taken]


def _free(going: list[tuple[Pledge, int]], *, at: datetime | None, lowers_pledge: bool) -> dict[int, int]:
    """Lets go of that many kept seats of each pledge; slot id -> seats freed. `at` is noted where none is kept any more."""
    for row, count in going:
        row.held -= count
        row.headcount -= count if lowers_pledge else 0
        row.released_at = at if row.held == 0 else None
        row.save(update_fields=["headcount", "held", "released_at"])
    freed = {row.slot_id: count for row, count in going}
    for slot_id, count in sorted(freed.items()):
        Slot.objects.filter(pk=slot_id).update(held=F("held") - count)
    return freed


def record(verb: str, unit_call: UnitCall, *, actor: Actor, at: datetime, detail: dict[str, object]) -> None:
    """One entry of the trail about the call to a unit."""
    trail.record_many([_deed(verb, unit_call, actor, at, detail)])


def _deed(
    verb: str, unit_call: UnitCall, actor: Actor, at: datetime, detail: dict[str, object]
) -> trail.Deed:
    return trail.Deed(
        verb=verb,
        actor=actor,
        obj_kind="unit_call",
        obj_code=unit_call.code,
        division_code=unit_call.division_code,
        at=at,
        detail={"unit": unit_call.unit.name, **detail},
        is_drill=unit_call.call_up.is_drill,
    )


def _fewer_words(named: int) -> str:
    return ngettext(
        "%(count)s person is on your list already. Who cannot come says so himself; pledge no fewer than that.",
        "%(count)s people are on your list already. Who cannot come says so himself; pledge no fewer than that.",
        named,
    ) % {"count": named}
