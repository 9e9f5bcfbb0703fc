"""The rows of a new call-up: needs, posts, shifts, slots, support and the calls to units. Part of `calls.raise_call_up`."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from muster.callups.enums import SeatKind
from muster.callups.models import CallUp, NeedItem, Post, Shift, Slot, SupportItem, UnitCall
from muster.callups.rules.drafts import CallUpDraft
from muster.norms import queries as norms
from muster.norms.enums import Mode
from muster.organizations.models import ResidentUnit
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused


def create(actor: Actor, form: CallUpDraft, request_key: UUID, at: datetime) -> tuple[CallUp, list[UnitCall]]:
    """The call-up with everything in it, and the calls to its units; the caller holds the transaction."""
    call_up = _create_call_up(actor, form, request_key, at)
    call_up.needs.set(_needs(form, at))
    _create_places(call_up, form)
    SupportItem.objects.bulk_create(
        SupportItem(call_up=call_up, kind=item.kind, giver=item.giver, note=item.note)
        for item in form.support
    )
    return call_up, _create_unit_calls(call_up, form, at)


def _create_call_up(actor: Actor, form: CallUpDraft, request_key: UUID, at: datetime) -> CallUp:
    if actor.account_id is None:
        raise ValueError("a call-up is raised by somebody who has signed in")
    now = norms.mode_of(form.division_code)
    mode = form.mode or now.mode
    answer_key = (
        "call.unit_answer_minutes_emergency" if mode == Mode.EMERGENCY else "call.unit_answer_minutes_routine"
    )
    answer_in = timedelta(minutes=int(norms.number(answer_key, form.division_code)))
    cap = int(form.seats * norms.number("call.ask_cap_per_seat", form.division_code))
    return CallUp.objects.create(
        request_key=request_key,
        division_code=form.division_code,
        template_id=form.template_id,
        title=form.title,
        purpose=form.purpose,
        task_kind=form.task_kind,
        hazard=form.hazard,
        mode=mode,
        level=(now.level if form.level is None else form.level) if mode == Mode.EMERGENCY else 0,
        is_drill=form.is_drill,
        place=form.place,
        risk_statement=form.risk_statement,
        bring=form.bring,
        needs_insurance=form.needs_insurance,
        insures_everybody=form.insures_everybody,
        needs_full_protection=form.needs_full_protection,
        duty_holder=form.duty_holder,
        starts_at=form.starts_at,
        ends_at=form.ends_at,
        reply_by=form.reply_by,
        naming_due_at=form.naming_due_at or form.reply_by,
        unit_answer_due_at=form.unit_answer_due_at or min(at + answer_in, form.reply_by),
        ask_cap=form.ask_cap if form.ask_cap is not None else cap,
        raised_by_id=actor.account_id,
        raised_by_label=actor.label[:120],
        opened_at=at,
    )


def _needs(form: CallUpDraft, at: datetime) -> list[NeedItem]:
    """The need items cited, all of this community; a call-up without any opens one (R2.2)."""
    cited = list(NeedItem.objects.filter(code__in=form.need_codes, division_code=form.division_code))
    if len(cited) < len(set(form.need_codes)):
        raise Refused("need_unknown", _("One of the needs is not on file any more. Choose again."))
    return cited or [
        NeedItem.objects.create(
            division_code=form.division_code,
            task_kind=form.task_kind,
            description=form.purpose,
            headcount=form.seats,
            opened_at=at,
        )
    ]


def _create_places(call_up: CallUp, form: CallUpDraft) -> None:
    """Posts, shifts and slots, three inserts however many there are."""
    posts = Post.objects.bulk_create(
        Post(
            call_up=call_up,
            division_code=call_up.division_code,
            gate_id=draft.gate_id,
            name=draft.name,
            place=draft.place,
            task_kind=draft.task_kind or call_up.task_kind,
            leader_id=draft.leader_id,
            lon=draft.lon,
            lat=draft.lat,
            weight=draft.weight,
            position=position,
            code_key=secrets.token_hex(32),
        )
        for position, draft in enumerate(form.posts)
    )
    drafts = [(post, shift) for post, draft in zip(posts, form.posts, strict=True) for shift in draft.shifts]
    shifts = Shift.objects.bulk_create(
        Shift(
            post=post,
            call_up=call_up,
            division_code=call_up.division_code,
            muster_at=draft.muster_at,
            starts_at=draft.starts_at,
            ends_at=draft.ends_at,
        )
        for post, draft in drafts
    )
    Slot.objects.bulk_create(
        Slot(
            shift=shift,
            call_up=call_up,
            kind=seats.kind,
            skill=seats.skill if seats.kind == SeatKind.SKILLED else "",
            seats=seats.seats,
        )
        for shift, (_post, draft) in zip(shifts, drafts, strict=True)
        for seats in draft.seats
        if seats.seats
    )


def _create_unit_calls(call_up: CallUp, form: CallUpDraft, at: datetime) -> list[UnitCall]:
    # Only units with an active report-in link; one that was unlinked since the form was opened is left out (R2.3).
    units = ResidentUnit.objects.filter(
        pk__in=form.unit_ids,
        division_code=call_up.division_code,
        linked_at__isnull=False,
        unlinked_at__isnull=True,
    )
    return UnitCall.objects.bulk_create(
        UnitCall(
            call_up=call_up,
            unit=unit,
            division_code=call_up.division_code,
            asked_headcount=form.unit_headcount,
            called_at=at,
            answer_due_at=call_up.unit_answer_due_at,
        )
        for unit in units.order_by("pk")
    )
