"""Planning a dispatch: one call-up, or all of a township or county in one solve. Nothing is done by a plan (R1.5, R2.8)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from muster.audit.actions import trail
from muster.callups import access
from muster.callups.actions import orders
from muster.callups.enums import DispatchState
from muster.callups.models import CallUp, DispatchPart, DispatchRun
from muster.callups.queries import saved_plan, standing
from muster.callups.queries.dispatch_progress import GIVEN_UP_AFTER
from muster.callups.queries.dispatch_question import Question, call_ups_of, question_of, running_in
from muster.callups.queries.dispatch_since import Since, since
from muster.callups.queries.dispatchable import Reserve, Told, people_count, reserve_of
from muster.callups.rules.plans import sound
from muster.jobs import queue
from muster.kernel import dispatch as kernel
from muster.territory.models import Division
from muster.territory.queries import division
from muster.toolkit import locks, server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

# To move somebody who was sent already has to save more than three kilometers: at that price few move, and what it costs is
# a thousandth of the ways (measured; at one kilometer five times as many move).
KEEP_KM = 3.0
# Who waits longer than this in front of the screen does something else.
MOST_SECONDS_AT_ONCE = 2.0
# Measured on one core: the rules take their time for each person, the solver for each pair of a person and a slot.
# For 2,000 people and 300 slots the two come to 0.8 s, for 10,000 and 1,000 to 6 s.
PERSON_SECONDS = 0.0003
PAIR_SECONDS = 0.0000003
# Who is sent out tonight does not wait for the last thousandth: after this long the plan is taken as good as it is, and its
# gap says how good. 50,000 people, each with a home of his own, and 2,000 posts were proven in 20 s of a processor (measured);
# reading the facts and the recount come on top, and all of it has to be there before `GIVEN_UP_AFTER`.
MOST_SOLVING_SECONDS = 300.0

# Hears after each round of the search how far the plan can still be from the best one, as a share of its price.
Closer = Callable[[float], None]


@dataclass(frozen=True)
class _Facts:
    """Everything that a plan is made from."""

    question: Question
    reserve: Reserve


def propose(call_up: CallUp, *, actor: Actor, at: datetime | None = None) -> DispatchRun:
    """A plan for the free seats out of who waits, the regular force and who was reported in; nothing is done yet.

    Every line of the plan has its reasons, and so has every seat that stays empty (`queries.words`). Refuses whoever has
    no role of the committees, and a call-up that is over.
    """
    at = at or server_clock.now()
    orders.refuse_strangers(call_up, actor)
    if call_up.state not in standing.RUNNING:
        raise Refused("call_up_over", _("This call-up is over already. Nothing was changed."))
    return _begin(
        DispatchRun(division_code=call_up.division_code, call_up=call_up, is_drill=call_up.is_drill),
        actor,
        at,
    )


def propose_over(
    place: Division, *, actor: Actor, is_drill: bool = False, at: datetime | None = None
) -> DispatchRun:
    """One plan over every call-up that runs in `place`: each community's people for each seat, nobody twice.

    Real call-ups or drills, never both. The same person asking again while a plan is being made gets that one. Refuses
    `not_the_committees`, `nothing_to_dispatch` and `dispatch_too_large`.
    """
    at = at or server_clock.now()
    _refuse_strangers(place.code, actor)
    if not running_in(place, is_drill=is_drill).exists():
        raise Refused(
            "nothing_to_dispatch", _("No call-up is under way here, so there is nothing to dispatch.")
        )
    return _begin_once(DispatchRun(division_code=place.code, is_drill=is_drill), actor, at)


def adjust(run: DispatchRun, *, actor: Actor, at: datetime | None = None) -> DispatchRun:
    """A new plan that starts from a confirmed one: fills what has fallen open and moves as few people as it can.

    Who was ordered or asked by that plan and has not begun may be moved within his call-up, at a price for each. Refuses
    `not_the_committees`, `plan_not_confirmed`, `plan_under_way` and `nothing_to_dispatch`.
    """
    at = at or server_clock.now()
    _refuse_strangers(run.division_code, actor)
    if run.confirmed_at is None:
        raise Refused(
            "plan_not_confirmed", _("This plan was not confirmed yet. Confirm it, or make a new one.")
        )
    if run.parts.filter(done_at=None).exists():
        raise Refused(
            "plan_under_way",
            _("This plan is still being carried out. Adjust it once everybody has been told."),
        )
    fresh = DispatchRun(
        division_code=run.division_code, call_up=run.call_up, is_drill=run.is_drill, adjusts=run
    )
    if not call_ups_of(fresh, _communities(fresh, actor)):
        raise Refused(
            "nothing_to_dispatch", _("No call-up is under way here, so there is nothing to dispatch.")
        )
    return _begin_once(fresh, actor, at)


def how_it_stands(run: DispatchRun, *, actor: Actor, at: datetime | None = None) -> Since | None:
    """What became of a plan since it was confirmed; None for one that was not."""
    if run.confirmed_at is None:
        return None
    return since(run, call_ups_of(run, _communities(run, actor)), at or server_clock.now())


def work_out(
    run: DispatchRun,
    *,
    actor: Actor,
    at: datetime,
    tell: Told | None = None,
    closer: Closer | None = None,
) -> bool:
    """Makes the plan of a run that waits for one, and saves it. False where that was done already: harmless twice.

    `tell` hears of people looked at, `closer` of rounds of the search. Refuses whoever has lost the command since, what is too
    large for one plan, and a plan that does not bear its own recount; then nobody sees it.
    """
    _refuse_strangers(run.division_code, actor)
    began = time.monotonic()
    facts = _facts(run, actor, at, tell)
    plan = _solve(facts, run, closer)
    with transaction.atomic():
        saved = DispatchRun.objects.filter(pk=run.pk, state=DispatchState.PLANNING).update(
            state=DispatchState.READY,
            input_digest=saved_plan.digest(plan.problem),
            status=plan.status.value,
            objective=plan.objective_km,
            people_count=len(facts.reserve.people),
            seat_count=sum(facts.question.free.values()),
            plan=saved_plan.as_json(plan, facts.question, facts.reserve),
            seconds=round(time.monotonic() - began, 3),
            lower_bound=plan.lower_bound_km,
            gap=plan.gap,
        )
        if saved:
            _save_parts(run, facts.question)
            _record(run, actor, at, plan)
    return bool(saved)


def give_up(run: DispatchRun, words: str) -> None:
    """The planning ended without a plan; `words` are for whoever waits for it."""
    DispatchRun.objects.filter(pk=run.pk, state=DispatchState.PLANNING).update(
        state=DispatchState.FAILED, failure=words[:200]
    )


def _begin_once(run: DispatchRun, actor: Actor, at: datetime) -> DispatchRun:
    """The plan that this person waits for already, else a new one; two taps at once wait for each other."""
    with transaction.atomic():
        locks.one_at_a_time("callups.plan", actor.account_id or 0)
        return _being_planned(run, actor, at) or _begin(run, actor, at)


def _begin(run: DispatchRun, actor: Actor, at: datetime) -> DispatchRun:
    """Saves the run and plans it here, or leaves a large one to a job whose progress its page shows."""
    run.created_at, run.created_by_id, run.created_by_label = at, actor.account_id, actor.label[:120]
    question = _question(run, actor, at)
    people = people_count(question, at)
    pairs = people * len(question.slots)
    with transaction.atomic():
        run.save(force_insert=True)
        if people * PERSON_SECONDS + pairs * PAIR_SECONDS > MOST_SECONDS_AT_ONCE:
            queue.enqueue("callups.plan_dispatch", run_id=run.pk)
        else:
            work_out(run, actor=actor, at=at)
    run.refresh_from_db()
    return run


def _refuse_strangers(division_code: int, actor: Actor) -> None:
    if not access.commands(actor, division_code):
        raise orders.not_the_committees()


def _being_planned(run: DispatchRun, actor: Actor, at: datetime) -> DispatchRun | None:
    """The plan for the same that this person has asked for already and that is not ready yet."""
    return DispatchRun.objects.filter(
        state=DispatchState.PLANNING,
        created_at__gt=at - GIVEN_UP_AFTER,
        created_by=actor.account_id,
        division_code=run.division_code,
        call_up=run.call_up,
        adjusts=run.adjusts,
        is_drill=run.is_drill,
    ).first()


def _communities(run: DispatchRun, actor: Actor) -> list[int]:
    if run.call_up_id is not None:
        return [run.division_code]
    return access.communities_commanded(actor, division(run.division_code))


def _question(run: DispatchRun, actor: Actor, at: datetime) -> Question:
    communities = _communities(run, actor)
    call_ups = call_ups_of(run, communities)
    if run.adjusts is None:
        return question_of(call_ups, communities, at=at)
    stands = since(run.adjusts, call_ups, at)
    return question_of(call_ups, communities, at=at, promised=stands.promised, vacated=stands.vacated)


def _facts(run: DispatchRun, actor: Actor, at: datetime, tell: Told | None) -> _Facts:
    question = _question(run, actor, at)
    return _Facts(question, reserve_of(question, at, tell))


def _solve(facts: _Facts, run: DispatchRun, closer: Closer | None) -> kernel.Plan:
    """The one place where the kernel is asked for the plan of a dispatch."""

    def tell(stage: str, figures: Mapping[str, float]) -> None:
        if closer is not None and stage == "round":
            objective = figures["objective"]
            closer((objective - figures["lower_bound"]) / objective if objective else 0.0)

    try:
        plan = kernel.solve(
            facts.reserve.people,
            facts.question.kernel_slots(),
            kernel.Costs(keep_km=KEEP_KM),
            exclusions=facts.reserve.exclusions,
            keep=facts.reserve.promised.items(),
            time_limit=MOST_SOLVING_SECONDS,
            tell=tell,
        )
    except kernel.TooLarge as too_large:
        raise Refused(
            "dispatch_too_large",
            _("This is too much for one plan. Choose a smaller place and plan it on its own."),
        ) from too_large
    if closer is not None:
        closer(plan.gap)
    return sound(plan, call_up_code=run.call_up.code if run.call_up else run.code)


def _save_parts(run: DispatchRun, question: Question) -> None:
    seats: dict[int, int] = {call_up: 0 for call_up in question.call_ups}
    for slot in question.slots:
        seats[slot.call_up_id] += question.free[slot.pk]
    DispatchPart.objects.bulk_create(
        DispatchPart(run=run, call_up_id=call_up, seat_count=count) for call_up, count in seats.items()
    )


def _record(run: DispatchRun, actor: Actor, at: datetime, plan: kernel.Plan) -> None:
    trail.record(
        "callups.dispatch.planned",
        actor=actor,
        obj_kind="dispatch_run",
        obj_code=run.code,
        division_code=run.division_code,
        at=at,
        detail={"people": len(plan.assignments), "empty": _seats(plan.empties)},
        is_drill=run.is_drill,
    )


def _seats(empties: Iterable[kernel.Empty]) -> int:
    return sum(empty.seats for empty in empties)
