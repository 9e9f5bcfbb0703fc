"""Dispatch: the machine proposes, a person of the community committees decides (R2.8, PIPL art. 24)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from muster.audit.actions import trail
from muster.callups.actions import letters, offers, orders, seats
from muster.callups.enums import OfferState
from muster.callups.models import CallUp, DispatchRun, Offer, Slot
from muster.callups.queries import candidates, dispatchable, standing
from muster.callups.queries.dispatchable import Way
from muster.callups.rules.plans import sound
from muster.kernel import dispatch as kernel
from muster.people.models import Person
from muster.toolkit import clock, server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused


@dataclass(frozen=True)
class Dispatched:
    """What became of a plan: people by way, and those who could not be sent any more, with the code of the reason."""

    seated: int = 0
    ordered: int = 0
    asked: int = 0
    left_out: tuple[tuple[str, str], ...] = ()

    @classmethod
    def kept(cls, outcome: Mapping[str, Any]) -> Dispatched:
        """What `DispatchRun.outcome` holds, as it was when the plan was carried out."""
        left_out = tuple((code, reason) for code, reason in outcome["left_out"])
        return cls(**{**outcome, "left_out": left_out})


def propose(call_up: CallUp, *, actor: Actor, at: datetime | None = None) -> DispatchRun:
    """A plan for the free seats out of who waits, the regular force and who was reported in; nothing is done yet.

    Every line of the plan has its reasons, and so has every seat that stays empty (`queries.words`). Refuses whoever has
    no role of the committees, and a call-up that is over.
    """
    at = at or server_clock.now()
    orders.refuse_strangers(call_up, actor)
    if call_up.state not in standing.RUNNING:
        raise Refused("call_up_over", _("This call-up is over already. Nothing was changed."))
    slots = standing.slots_with_room(call_up.pk)
    reserve = dispatchable.reserve_of(call_up, slots, at)
    free = {slot.pk: slot.seats - slot.held - slot.taken for slot in slots}
    seats_asked = candidates.problem_slots(slots, free, candidates.origin_of(call_up))
    plan = sound(
        kernel.solve(reserve.people, seats_asked, kernel.Costs(), exclusions=reserve.exclusions),
        call_up_code=call_up.code,
    )
    return DispatchRun.objects.create(
        call_up=call_up,
        input_digest=_digest(reserve, free),
        status=plan.status.value,
        objective=plan.objective_km,
        people_count=len(reserve.people),
        seat_count=sum(free.values()),
        plan={
            "assignments": [_line(row, reserve) for row in plan.assignments],
            "empties": [_empty(empty) for empty in plan.empties],
        },
        created_at=at,
        created_by_label=actor.label[:120],
    )


def confirm(run: DispatchRun, *, actor: Actor, at: datetime | None = None) -> Dispatched:
    """Does what the plan says: seats who waits, orders the regular force, asks who was reported in.

    Refuses whoever has no role of the committees, and whoever was overtaken: the second of two dispatchers is told who was
    faster. The same plan confirmed again by the same person is answered as it was the first time, and nothing is done. Who
    cannot be sent any more is left out, with the reason; the others are not held up.
    """
    at = at or server_clock.now()
    call_up = run.call_up
    orders.refuse_strangers(call_up, actor)
    with transaction.atomic():
        held = CallUp.objects.select_for_update(no_key=True).get(pk=call_up.pk)
        if before := _confirmed_before(run, actor):
            return before
        if held.state not in standing.RUNNING:
            raise Refused("call_up_over", _("This call-up is over already. Nothing was changed."))
        _refuse_overtaken(run, actor)
        lines = run.plan["assignments"]
        done = _carry_out(held, lines, actor, at)
        DispatchRun.objects.filter(pk=run.pk).update(
            confirmed_at=at,
            confirmed_by=actor.account_id,
            confirmed_by_label=actor.label[:120],
            outcome=asdict(done),
        )
        trail.record(
            "callups.dispatch.confirmed",
            actor=actor,
            obj_kind="dispatch_run",
            obj_code=run.code,
            division_code=call_up.division_code,
            at=at,
            detail={
                "seated": done.seated,
                "ordered": done.ordered,
                "asked": done.asked,
                "left_out": len(done.left_out),
            },
            is_drill=call_up.is_drill,
        )
    return done


def _digest(reserve: dispatchable.Reserve, free: dict[int, int]) -> str:
    facts = [sorted(reserve.ways.items()), sorted(free.items()), len(reserve.exclusions)]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _line(row: kernel.Assignment, reserve: dispatchable.Reserve) -> dict[str, Any]:
    return {
        "person": row.person,
        "slot": int(row.slot),
        "way": reserve.ways[row.person].value,
        "km": row.km,
        "reasons": [reason.as_dict() for reason in row.reasons],
    }


def _empty(empty: kernel.Empty) -> dict[str, Any]:
    return {
        "slot": int(empty.slot),
        "seats": empty.seats,
        "code": empty.code.value,
        "qualified": empty.qualified,
        "holders": empty.holders,
        "excluded": [list(pair) for pair in empty.excluded],
        "ring_people": empty.ring_people,
        "ring_seats": empty.ring_seats,
        "higher": [[int(slot), seats_filled] for slot, seats_filled in empty.higher],
    }


def _confirmed_before(run: DispatchRun, actor: Actor) -> Dispatched | None:
    # Asked under the lock of the call-up: of two taps at once the second one sees what the first one did.
    if actor.account_id is None:
        return None
    kept = DispatchRun.objects.filter(pk=run.pk, confirmed_by=actor.account_id).first()
    return Dispatched.kept(kept.outcome) if kept and kept.outcome else None


def _refuse_overtaken(run: DispatchRun, actor: Actor) -> None:
    """No other plan was confirmed since this one was made: the seats it speaks of would be taken."""
    faster = (
        DispatchRun.objects.filter(call_up=run.call_up_id, confirmed_at__gte=run.created_at)
        .order_by("confirmed_at")
        .first()
    )
    if faster is None or faster.confirmed_at is None:
        return
    words = (
        _("You confirmed another plan at %(time)s. Make a new plan from what is free now.")
        if faster.confirmed_by_id is not None and faster.confirmed_by_id == actor.account_id
        else _("%(who)s was faster and confirmed a plan at %(time)s. Make a new plan from what is free now.")
    )
    said = {"who": faster.confirmed_by_label, "time": clock.face(faster.confirmed_at)}
    raise Refused("dispatch_overtaken", words % said)


def _lock(call_up: CallUp, lines: Sequence[dict[str, Any]]) -> dict[str, Person]:
    """Offers first, then people, each in one order: whoever answers meanwhile waits at the offer and holds nobody."""
    codes = [line["person"] for line in lines]
    list(
        Offer.objects.select_for_update(of=("self",), no_key=True)
        .filter(call_up=call_up, person__code__in=codes)
        .order_by("pk")
    )
    people = (
        Person.objects.select_for_update(of=("self",), no_key=True)
        .filter(code__in=codes)
        .select_related("volunteer")
        .order_by("pk")
    )
    return {person.code: person for person in people}


def _carry_out(call_up: CallUp, lines: Sequence[dict[str, Any]], actor: Actor, at: datetime) -> Dispatched:
    people = _lock(call_up, lines)
    slots = {
        slot.pk: slot
        for slot in Slot.objects.filter(call_up=call_up).select_related("shift__post", "call_up")
    }
    done = {way: 0 for way in Way}
    left_out: list[tuple[str, str]] = []
    asked: list[Offer] = []
    for line in sorted(lines, key=lambda line: (line["slot"], line["person"])):
        person, slot, way = people[line["person"]], slots[line["slot"]], Way(line["way"])
        try:
            # A refusal of one is taken back alone.
            with seats.no_double_booking(), transaction.atomic():
                if way == Way.ASK:
                    asked.append(_offer(call_up, person, slot, line, at))
                elif way == Way.ORDER:
                    orders.seat_on_duty(call_up, slot, person, actor=actor, at=at)
                else:
                    offers.seat_waiting(call_up, person, slot, actor=actor, at=at)
        except Refused as refused:
            left_out.append((person.code, refused.code))
        else:
            done[way] += 1
    if asked:
        CallUp.objects.filter(pk=call_up.pk).update(waves_sent=F("waves_sent") + 1)
        letters.ask(call_up, asked, at=at)
    return Dispatched(done[Way.SEAT], done[Way.ORDER], done[Way.ASK], tuple(left_out))


def _offer(call_up: CallUp, person: Person, slot: Slot, line: dict[str, Any], at: datetime) -> Offer:
    if Offer.objects.filter(call_up=call_up, person=person).exists():
        raise Refused("asked_already", _("This person was asked already."))
    reasons = [reason for reason in line["reasons"] if reason["code"] != "next_best"]
    return Offer.objects.create(
        call_up=call_up,
        person=person,
        slot=slot,
        wave=call_up.waves_sent + 1,
        state=OfferState.ASKED,
        asked_at=at,
        reply_by=max(call_up.reply_by, at),
        why={"reasons": reasons},
    )
