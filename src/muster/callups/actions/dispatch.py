"""Dispatch: the machine proposes, a person of the community committees decides (R2.8, PIPL art. 24)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from muster.audit.actions import trail
from muster.callups import access
from muster.callups.actions import letters, moves, offers, orders, seats
from muster.callups.enums import DispatchState, OfferState
from muster.callups.models import CallUp, DispatchPart, DispatchRun, Offer, Slot
from muster.callups.queries import saved_plan, standing
from muster.callups.queries.dispatch_progress import people_by_call_up
from muster.callups.queries.dispatchable import Way
from muster.jobs import queue
from muster.people.models import Person, VolunteerProfile
from muster.toolkit import clock, server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

CALL_UP_OVER = "call_up_over"
OVERTAKEN = "dispatch_overtaken"
JOB = "callups.carry_out_dispatch"
# Who waits longer than this in front of the screen does something else.
MOST_SECONDS_AT_ONCE = 2.0
# Measured on one core: a seat or a question with its row, its message and its line on the trail takes ten milliseconds here
# and about as many in the database.
PERSON_SECONDS = 0.02
# What the request leaves undone because it was cut off is taken up after this.
RESCUED_AFTER = timedelta(seconds=30)


@dataclass(frozen=True)
class Dispatched:
    """What became of a plan: people by way, those who could not be sent any more with the code of the reason, the call-ups
    that were left out as a whole, and for how many call-ups it is still to be carried out.
    """

    seated: int = 0
    ordered: int = 0
    asked: int = 0
    moved: int = 0
    left_out: tuple[tuple[str, str], ...] = ()
    call_ups_left_out: tuple[tuple[str, str], ...] = ()
    call_ups_to_do: int = 0

    @staticmethod
    def of(run: DispatchRun) -> Dispatched:
        """What the parts of a confirmed run have come to so far."""
        parts = run.parts.select_related("call_up").order_by("pk")
        outcomes = [Outcome(**part.outcome) for part in parts if part.outcome]
        return Dispatched(
            seated=sum(outcome.seated for outcome in outcomes),
            ordered=sum(outcome.ordered for outcome in outcomes),
            asked=sum(outcome.asked for outcome in outcomes),
            moved=sum(outcome.moved for outcome in outcomes),
            left_out=tuple((code, why) for outcome in outcomes for code, why in outcome.left_out),
            call_ups_left_out=tuple((part.call_up.code, part.refusal) for part in parts if part.refusal),
            call_ups_to_do=sum(1 for part in parts if part.done_at is None),
        )


@dataclass
class Outcome:
    """What became of the plan for one call-up, as its part keeps it."""

    seated: int = 0
    ordered: int = 0
    asked: int = 0
    moved: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)


def confirm(run: DispatchRun, *, actor: Actor, at: datetime | None = None) -> Dispatched:
    """Does what the plan says: seats who waits, orders the regular force, asks who was reported in.

    Each call-up in a transaction of its own: one that is over, or for which another plan was confirmed since, is left out and
    said, and of the others who cannot be sent any more is left out with the reason. The same person confirming again gets
    what was done, and what a cut had left undone is done. Of a plan that takes long the request only claims it: a job
    carries it out, call-up by call-up, and goes on where a killed worker left it.

    Refuses whoever has no role of the committees, a plan that is not there yet, and whoever was overtaken for all of it: the
    second of two dispatchers is told who was faster.
    """
    at = at or server_clock.now()
    if not access.commands(actor, run.division_code):
        raise orders.not_the_committees()
    _claim(run, actor, at)
    if not takes_long(run):
        carry_out(run, actor=actor, at=at)
    return Dispatched.of(run)


def takes_long(run: DispatchRun) -> bool:
    """True where to send everybody of this plan takes longer than somebody waits for a page."""
    people = len(run.plan["assignments"]) + len(run.plan["let_go"])
    return people * PERSON_SECONDS > MOST_SECONDS_AT_ONCE


def carry_out(
    run: DispatchRun, *, actor: Actor, at: datetime, advance: Callable[[int], None] = lambda _people: None
) -> None:
    """Does what is still undone of a confirmed plan; several may at the same time, each call-up is done once.

    `advance` hears of how many people more were seen to, after each call-up.
    """
    people = people_by_call_up(run)
    for part in run.parts.filter(done_at=None).order_by("call_up__division_code", "call_up"):
        _carry_out_part(run, part.pk, actor, at)
        advance(people[part.call_up_id])


def _claim(run: DispatchRun, actor: Actor, at: datetime) -> None:
    """This plan by this person; its call-ups are held, so of two plans for the same seats one comes second."""
    with transaction.atomic():
        held = DispatchRun.objects.select_for_update(of=("self",), no_key=True).get(pk=run.pk)
        if held.state != DispatchState.READY:
            raise Refused(
                "plan_not_ready", _("There is no plan yet. Wait until it is ready, then confirm it.")
            )
        if held.confirmed_at is not None:
            if not _is_by(held, actor):
                raise _overtaken(held, actor)
            _see_to_the_rest(run, at)
            return
        parts = list(run.parts.select_related("call_up").order_by("call_up"))
        states = {
            call_up.pk: call_up.state
            for call_up in CallUp.objects.select_for_update(no_key=True)
            .filter(pk__in=[part.call_up_id for part in parts])
            .order_by("pk")
        }
        faster = _faster(run)
        refusals = {
            part.pk: OVERTAKEN
            if part.call_up_id in faster
            else ""
            if states[part.call_up_id] in standing.RUNNING
            else CALL_UP_OVER
            for part in parts
        }
        if all(refusals.values()):
            raise _overtaken(next(iter(faster.values())), actor) if faster else _over()
        for pk, refusal in refusals.items():
            if refusal:
                DispatchPart.objects.filter(pk=pk).update(refusal=refusal, done_at=at)
        DispatchRun.objects.filter(pk=run.pk).update(
            confirmed_at=at, confirmed_by=actor.account_id, confirmed_by_label=actor.label[:120]
        )
        _see_to_the_rest(run, at)
    run.refresh_from_db(fields=["confirmed_at", "confirmed_by", "confirmed_by_label"])


def _see_to_the_rest(run: DispatchRun, at: datetime) -> None:
    """A job for what is undone, committed with the claim: at once for a long plan, else in case this request is cut off."""
    if not run.parts.filter(done_at=None).exists():
        return
    if takes_long(run):
        queue.enqueue_once(JOB, run.code, run_id=run.pk)
    else:
        queue.enqueue_at(JOB, at + RESCUED_AFTER, run_id=run.pk)


def _faster(run: DispatchRun) -> dict[int, DispatchRun]:
    """By call-up the first plan that was confirmed since this one was made: the seats it speaks of may be taken."""
    rows = (
        DispatchPart.objects.filter(
            call_up__in=run.parts.values("call_up"), refusal="", run__confirmed_at__gte=run.created_at
        )
        .exclude(run=run)
        .select_related("run")
        .order_by("-run__confirmed_at")
    )
    return {part.call_up_id: part.run for part in rows}


def _is_by(run: DispatchRun, actor: Actor) -> bool:
    return actor.account_id is not None and run.confirmed_by_id == actor.account_id


def _overtaken(faster: DispatchRun, actor: Actor) -> Refused:
    words = (
        _("You confirmed another plan at %(time)s. Make a new plan from what is free now.")
        if _is_by(faster, actor)
        else _("%(who)s was faster and confirmed a plan at %(time)s. Make a new plan from what is free now.")
    )
    at = faster.confirmed_at or faster.created_at
    return Refused(OVERTAKEN, words % {"who": faster.confirmed_by_label, "time": clock.face(at)})


def _over() -> Refused:
    return Refused(CALL_UP_OVER, _("This call-up is over already. Nothing was changed."))


def _carry_out_part(run: DispatchRun, part_id: int, actor: Actor, at: datetime) -> None:
    """All that the plan says of one call-up, once: who comes second finds it done."""
    with transaction.atomic():
        part = DispatchPart.objects.select_related("call_up").get(pk=part_id)
        call_up = CallUp.objects.select_for_update(no_key=True).get(pk=part.call_up_id)
        if call_up.state not in standing.RUNNING:
            DispatchPart.objects.filter(pk=part_id, done_at=None).update(done_at=at, refusal=CALL_UP_OVER)
            return
        if not DispatchPart.objects.filter(pk=part_id, done_at=None).update(done_at=at):
            return
        outcome = _carry_out(run, call_up, actor, at)
        DispatchPart.objects.filter(pk=part_id).update(outcome=asdict(outcome))
        trail.record(
            "callups.dispatch.confirmed",
            actor=actor,
            obj_kind="dispatch_run",
            obj_code=run.code,
            division_code=call_up.division_code,
            at=at,
            detail={**asdict(outcome), "left_out": len(outcome.left_out), "call_up": call_up.code},
            is_drill=call_up.is_drill,
        )


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


def _carry_out(run: DispatchRun, call_up: CallUp, actor: Actor, at: datetime) -> Outcome:
    lines = [line for line in run.plan["assignments"] if line["call_up"] == call_up.pk]
    let_go = [line for line in run.plan["let_go"] if line["call_up"] == call_up.pk]
    people = _lock(call_up, [*lines, *let_go])
    slots = {
        slot.pk: slot
        for slot in Slot.objects.filter(call_up=call_up).select_related("shift__post", "call_up")
    }
    outcome = Outcome()
    # Who leaves a seat leaves it before anybody is sent there.
    moved = [line for line in lines if line.get("was_at", line["slot"]) != line["slot"]]
    outcome.moved, outcome.left_out = moves.move(call_up, moved, let_go, people, slots, actor=actor, at=at)
    done: Counter[Way] = Counter()
    asked: list[Offer] = []
    for line in sorted(
        (line for line in lines if "was_at" not in line), key=lambda line: (line["slot"], line["person"])
    ):
        person, slot, way = people[line["person"]], slots[line["slot"]], Way(line["way"])
        try:
            # A refusal of one is taken back alone.
            with seats.no_double_booking(), transaction.atomic():
                if way == Way.ASK:
                    asked.append(_offer(call_up, person, slot, line, at))
                elif way == Way.ORDER:
                    orders.seat_on_duty(
                        call_up, slot, person, actor=actor, why=saved_plan.why_of(line), at=at
                    )
                else:
                    offers.seat_waiting(
                        call_up, person, slot, why=saved_plan.why_of(line), actor=actor, at=at
                    )
        except Refused as refused:
            outcome.left_out.append((person.code, refused.code))
        else:
            done[way] += 1
    if asked:
        CallUp.objects.filter(pk=call_up.pk).update(waves_sent=F("waves_sent") + 1)
        if not call_up.is_drill:  # what is fair is reckoned from real calls
            VolunteerProfile.objects.filter(person__in=[offer.person_id for offer in asked]).update(
                asked_count=F("asked_count") + 1, last_asked_at=at
            )
        letters.ask(call_up, asked, at=at)
    outcome.seated, outcome.ordered, outcome.asked = done[Way.SEAT], done[Way.ORDER], done[Way.ASK]
    return outcome


def _offer(call_up: CallUp, person: Person, slot: Slot, line: dict[str, Any], at: datetime) -> Offer:
    if Offer.objects.filter(call_up=call_up, person=person).exists():
        raise Refused("asked_already", _("This person was asked already."))
    return Offer.objects.create(
        call_up=call_up,
        person=person,
        slot=slot,
        wave=call_up.waves_sent + 1,
        state=OfferState.ASKED,
        asked_at=at,
        reply_by=standing.reply_by(call_up, at),
        why=saved_plan.why_of(line),
    )
