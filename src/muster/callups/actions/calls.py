"""The life of a call-up: raised, halted, resumed, stood down, closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from muster.callups.actions import letters, raising, waves
from muster.callups.actions.notes import note
from muster.callups.enums import AssignmentState, CallUpState, OfferState, UnitCallState
from muster.callups.models import Assignment, CallUp, NeedItem, Offer, Pledge, UnitCall
from muster.callups.queries import candidates, standing
from muster.callups.queries.raising import twin_of
from muster.callups.rules.drafts import CallUpDraft, check_draft
from muster.jobs import queue
from muster.norms import queries as norms
from muster.people.access import RUNNERS, require
from muster.people.models import VolunteerProfile
from muster.toolkit import clock, locks, server_clock
from muster.toolkit.actor import SYSTEM, Actor
from muster.toolkit.refusal import Refused

# Above this many candidates the first wave is a job of its own, so that the page that raised it answers at once.
MOST_ASKED_INLINE = 2_000


def raise_call_up(
    *,
    actor: Actor,
    form: CallUpDraft,
    request_key: UUID,
    asks_of_twin: bool = False,
    at: datetime | None = None,
) -> CallUp:
    """Raises a call-up, calls its units and asks the first wave. The same `request_key` raises it once (also at once).

    Refuses a draft without risk statement, duty holder or seats, and one whose times cannot be; with `asks_of_twin` also
    one whose like went out minutes ago (`raised_just_now`), or goes out now, so that a person is asked whether two are
    meant.
    """
    require(actor, *RUNNERS, division_code=form.division_code)
    at = at or server_clock.now()
    rules = norms.rules_for(form.division_code)
    longest = rules.protected_shift_minutes if form.needs_full_protection else rules.shift_minutes
    check_draft(form, at, longest=timedelta(minutes=longest))
    try:
        with transaction.atomic():
            return _raise_once(actor, form, request_key, asks_of_twin, at)
    except IntegrityError:
        # The other of two posts was faster: its call-up is the answer to both.
        known = CallUp.objects.filter(request_key=request_key).first()
        if known is None:
            raise
        return _mine(known, actor)


def _raise_once(
    actor: Actor, form: CallUpDraft, request_key: UUID, asks_of_twin: bool, at: datetime
) -> CallUp:
    if not form.is_drill:
        # Two forms for the same work, sent at once, would each find no twin. Drills ask of none, and wait for nobody.
        locks.one_at_a_time("callups.raise", form.division_code)
    known = CallUp.objects.filter(request_key=request_key).first()
    if known is not None:
        return _mine(known, actor)
    if asks_of_twin and (twin := twin_of(form, at)):
        raise Refused(
            "raised_just_now",
            _("The same call-up went out at %(time)s. Open it, or say that another is meant and send again.")
            % {"time": clock.face(twin.opened_at)},
            {"twin": twin.code},
        )
    call_up, unit_calls = raising.create(actor, form, request_key, at)
    detail = {"seats": form.seats, "units": len(unit_calls), "mode": call_up.mode, "level": call_up.level}
    note("callups.call_up.raised", call_up, actor=actor, at=at, detail=detail)
    letters.call_units(call_up, unit_calls, at=at)
    if form.asks_volunteers:
        _ask_first(call_up, actor, at)
    return call_up


def _mine(call_up: CallUp, actor: Actor) -> CallUp:
    if call_up.raised_by_id != actor.account_id:
        raise Refused("request_key_used", _("This form was sent by somebody else already. Open a new one."))
    return call_up


def _ask_first(call_up: CallUp, actor: Actor, at: datetime) -> None:
    if candidates.count_of(call_up) > MOST_ASKED_INLINE:
        queue.enqueue("callups.ask_wave", call_up_id=call_up.pk, headcount=None, account_id=actor.account_id)
    else:
        waves.ask_more(call_up, actor=actor, at=at)


def halt(call_up: CallUp, *, actor: Actor, at: datetime | None = None) -> None:
    """Nobody new is asked; what was accepted stands, and whoever was asked may still answer."""
    at = at or server_clock.now()
    with transaction.atomic():
        if not CallUp.objects.filter(pk=call_up.pk, state=CallUpState.OPEN).update(
            state=CallUpState.HALTED, halted_at=at
        ):
            raise Refused("not_open", _("This call-up is not asking anybody. Look at it again."))
        note("callups.call_up.halted", call_up, actor=actor, at=at)


def resume(call_up: CallUp, *, actor: Actor, at: datetime | None = None) -> None:
    """Asking goes on; the next wave is sent by `waves.ask_more` or by the clock."""
    at = at or server_clock.now()
    with transaction.atomic():
        if not CallUp.objects.filter(pk=call_up.pk, state=CallUpState.HALTED).update(
            state=CallUpState.OPEN, halted_at=None
        ):
            raise Refused("not_halted", _("Asking has not been stopped. Look at the call-up again."))
        note("callups.call_up.resumed", call_up, actor=actor, at=at)


@dataclass(frozen=True)
class Told:
    """How many people hear of a stand-down, by how they stood: named before it is done, and counted when it is."""

    seated: int
    waiting: int
    asked: int
    units: int

    @property
    def total(self) -> int:
        return self.seated + self.waiting + self.asked + self.units


def would_tell(call_up: CallUp) -> Told:
    """Whom a stand-down would tell now; the page names them before anybody presses the button."""
    return Told(
        seated=standing.seated(call_up).count(),
        waiting=Offer.objects.filter(call_up=call_up, state=OfferState.WAITING).count(),
        asked=Offer.objects.filter(call_up=call_up, state=OfferState.ASKED).count(),
        units=standing.unit_calls_in_play(call_up).count(),
    )


def stand_down(call_up: CallUp, *, reason: str, actor: Actor, at: datetime | None = None) -> Told:
    """Nobody has to come: every seat is freed and everybody concerned is told once.

    People who are at their post stay on the record until their leader checks them out; they are told as well.
    """
    at = at or server_clock.now()
    with transaction.atomic():
        _end(call_up, CallUpState.STOOD_DOWN, at, stood_down_at=at, stand_down_reason=reason)
        told = would_tell(call_up)
        offers = list(standing.offers_in_play(call_up))
        ordered = list(standing.seated(call_up).filter(offer=None))
        unit_calls = list(standing.unit_calls_in_play(call_up))
        Offer.objects.filter(pk__in=[offer.pk for offer in offers]).exclude(
            assignment__state=AssignmentState.ARRIVED
        ).update(state=OfferState.STOOD_DOWN, waiting_since=None)
        Assignment.objects.filter(
            call_up=call_up, state__in=[AssignmentState.ACCEPTED, AssignmentState.ORDERED]
        ).update(state=AssignmentState.STOOD_DOWN, ended_at=at)
        UnitCall.objects.filter(pk__in=[call.pk for call in unit_calls]).update(
            state=UnitCallState.STOOD_DOWN
        )
        Pledge.objects.filter(unit_call__call_up=call_up, held__gt=0).update(held=0, released_at=at)
        standing.recount_slots(call_up)
        letters.tell_stood_down(call_up, reason, offers=offers, seats=ordered, unit_calls=unit_calls, at=at)
        note(
            "callups.call_up.stood_down",
            call_up,
            actor=actor,
            at=at,
            detail={"seated": told.seated, "waiting": told.waiting, "asked": told.asked, "units": told.units},
        )
    return told


def close(call_up: CallUp, *, actor: Actor = SYSTEM, at: datetime | None = None) -> None:
    """It is over: what nobody answered has expired, and who still waits is thanked."""
    at = at or server_clock.now()
    with transaction.atomic():
        _end(call_up, CallUpState.CLOSED, at, closed_at=at)
        waves.thank_waiting(call_up, at=at)
        Offer.objects.filter(call_up=call_up, state=OfferState.ASKED).update(state=OfferState.EXPIRED)
        UnitCall.objects.filter(call_up=call_up, state=UnitCallState.CALLED).update(
            state=UnitCallState.LAPSED
        )
        Pledge.objects.filter(unit_call__call_up=call_up, held__gt=0).update(held=0, released_at=at)
        standing.recount_slots(call_up)
        NeedItem.objects.filter(call_ups=call_up, closed_at=None).update(closed_at=at)
        note("callups.call_up.closed", call_up, actor=actor, at=at)


def close_due(at: datetime | None = None) -> int:
    """Closes the call-ups that ended a while ago; how many. Another worker at the same time closes none twice."""
    at = at or server_clock.now()
    closed = 0
    for call_up in standing.over_by(at):
        try:
            close(call_up, at=at)
        except Refused:  # somebody closed it or stood it down meanwhile
            continue
        closed += 1
    return closed


def _end(call_up: CallUp, state: CallUpState, at: datetime, **facts: object) -> None:
    """Waits for those who are answering (they hold the row, `seats.hold_call_up`), then nobody new gets in."""
    held = CallUp.objects.select_for_update().get(pk=call_up.pk)
    if held.state == state:
        raise Refused(
            "already_done", _("Somebody else was faster: this is done already. Look at the call-up again.")
        )
    if not CallUp.objects.filter(pk=call_up.pk, state__in=standing.RUNNING).update(state=state, **facts):
        raise Refused("call_up_over", _("This call-up is over already. Nothing was changed."))
    call_up.refresh_from_db()
    # Counted once at the end, and not with each answer, which has to be quick.
    if not call_up.is_drill:  # a drill enters no statistics
        said_yes = Offer.objects.filter(call_up=call_up, state=OfferState.ACCEPTED).values("person")
        VolunteerProfile.objects.filter(person__in=said_yes).update(accepted_count=F("accepted_count") + 1)
