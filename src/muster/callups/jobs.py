"""Background work of the call-ups: each job takes ids, looks at the state, and may run more than once."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from muster.callups.actions import attendance, calls, dispatch, offers, plans, pledges, reminders, waves
from muster.callups.enums import CallUpState, DispatchState
from muster.callups.models import CallUp, DispatchRun
from muster.callups.queries import standing
from muster.callups.queries.dispatch_progress import people_by_call_up
from muster.jobs.progress import Progress
from muster.jobs.queue import periodic, task
from muster.people.models import Account
from muster.people.queries import actor_of
from muster.toolkit.actor import SYSTEM
from muster.toolkit.refusal import Refused


@task("callups.ask_wave")
def ask_wave(call_up_id: int, headcount: int | None, account_id: int | None) -> None:
    """A large wave, with its progress on a page. A second run asks only for what the first left open."""
    call_up = CallUp.objects.get(pk=call_up_id)
    if call_up.state != CallUpState.OPEN:
        return
    account = Account.objects.filter(pk=account_id).first() if account_id else None
    actor = actor_of(account, timezone.localdate()) if account else SYSTEM
    with Progress.start("callups.ask_wave", actor=actor, division_code=call_up.division_code) as progress:
        waves.ask_more(call_up, headcount=headcount, actor=actor, advance=progress.advance)


@task("callups.plan_dispatch")
def plan_dispatch(run_id: int) -> None:
    """A plan over a whole place, with its progress on a page. A second run, after a worker died, finds what is left to do."""
    run = DispatchRun.objects.filter(pk=run_id, state=DispatchState.PLANNING).first()
    if run is None or run.created_by is None:
        return
    actor = actor_of(run.created_by, timezone.localdate())
    with Progress.start("callups.plan_dispatch", actor=actor, division_code=run.division_code) as progress:
        DispatchRun.objects.filter(pk=run.pk).update(work_code=progress.run.code)

        def tell(more: int, people: int) -> None:
            progress.expect(people)
            progress.advance(more)

        def closer(gap: float) -> None:
            # A figure and no words, so that every page says it in its own language.
            progress.advance(0, f"≤ {gap * 100:.2f} %")

        try:
            plans.work_out(run, actor=actor, at=timezone.now(), tell=tell, closer=closer)
        except Refused as refused:
            plans.give_up(run, refused.message)
            progress.fail(refused.message)


@task("callups.carry_out_dispatch")
def carry_out_dispatch(run_id: int) -> None:
    """What a confirmed plan says, call-up by call-up, with its progress on a page. A second run does what is left to do.

    In the name of who confirmed it and had the command then: what was decided is not half done because he lost it since.
    """
    run = DispatchRun.objects.filter(pk=run_id).exclude(confirmed_at=None).first()
    if run is None or run.confirmed_by is None or not run.parts.filter(done_at=None).exists():
        return
    actor = replace(actor_of(run.confirmed_by, timezone.localdate()), label=run.confirmed_by_label)
    people = people_by_call_up(run)
    undone = run.parts.filter(done_at=None).values_list("call_up", flat=True)
    with Progress.start(
        "callups.carry_out_dispatch",
        actor=actor,
        division_code=run.division_code,
        expected=sum(people[call_up] for call_up in undone),
    ) as progress:
        dispatch.carry_out(run, actor=actor, at=timezone.now(), advance=progress.advance)


@task("callups.thank_surplus")
def thank_surplus(call_up_id: int) -> None:
    """The seats are full: those who were not needed hear it at once."""
    # A drill may have been cleared away with its call-up since.
    if call_up := CallUp.objects.filter(pk=call_up_id).first():
        waves.thank_surplus(call_up)


@task("callups.top_up")
def top_up(call_up_id: int) -> None:
    """A seat fell free: who waits gets it, and only then is somebody new asked."""
    offers.fill_from_waiting(call_up_id)
    waves.top_up(CallUp.objects.get(pk=call_up_id))


@periodic("callups.keep_asking", "* * * * *")
def keep_asking() -> None:
    """Every minute: what nobody answered expires, and call-ups that are still short ask on."""
    offers.expire_due()
    reminders.remind_unanswered()
    for call_up in standing.short_call_ups():
        top_up(call_up.pk)
    # Of two answers that took the last two seats at once, each still saw the other's free and told nobody.
    for call_up in standing.full_call_ups_with_unanswered():
        waves.thank_surplus(call_up)


@periodic("callups.remind_muster", "* * * * *")
def remind_muster() -> None:
    """Every minute: who has to set out soon."""
    reminders.remind_muster()


@periodic("callups.close_ended", "*/5 * * * *")
def close_ended() -> None:
    """Every five minutes: what ended a while ago is closed."""
    calls.close_due()


@periodic("callups.keep_ledgers", "* * * * *")
def keep_ledgers() -> None:
    """Every minute: units that did not answer lapse, and seats that got no name in time fall free."""
    at = timezone.now()
    pledges.lapse_due(at)
    pledges.release_unnamed_due(at)


@periodic("callups.close_shifts", "* * * * *")
def close_shifts() -> None:
    """Every minute: who never came is noted as absent, who never checked out waits for a person to confirm the time."""
    attendance.close_shift_due(timezone.now())
