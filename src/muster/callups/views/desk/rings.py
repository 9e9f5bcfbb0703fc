"""The call sheet: whom to ring next, the number for the one who dials, and what came of it."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from muster.callups import access
from muster.callups.actions import rings
from muster.callups.enums import AnswerReason, CallUpState
from muster.callups.forms.rings import RingForm
from muster.callups.models import Ring
from muster.callups.queries import call_sheet
from muster.callups.rules.answers import risk_mark
from muster.people.access import Need
from muster.people.web_types import ActorRequest, sign_in_first
from muster.toolkit import server_clock, toasts
from muster.toolkit.pages import page
from muster.toolkit.refusal import Refused

REASONS = (AnswerReason.WORK, AnswerReason.UNWELL, AnswerReason.FAMILY, AnswerReason.AWAY)
RUNNING = (CallUpState.OPEN, CallUpState.HALTED)


@never_cache
@require_safe
@sign_in_first
def sheet(request: ActorRequest, code: str) -> HttpResponse:
    """Whom to ring, the most urgent first."""
    call_up = access.get_call_up(request.actor, code, need=Need.OPERATE)
    found = call_sheet.sheet(call_up, server_clock.now(), request.actor.account_id)
    context = {
        "call_up": call_up,
        "sheet": found,
        "sentence": _sentence(found),
        "later": _later(found),
        "is_running": call_up.state in RUNNING,
    }
    return page(request, "callups/desk/rings.html", context)


@require_POST
def dial(request: ActorRequest, code: str) -> HttpResponse:
    """The tap that dials: who does it is on record, and the page with the number opens."""
    offer = access.offer_to_ring(request.actor, code)
    try:
        ring = rings.dial(offer, actor=request.actor)
    except Refused as refused:
        toasts.add(request, refused.message, tone="warn")
        return redirect("callups:desk-callup-rings", offer.call_up.code)
    return redirect("callups:desk-ring-detail", ring.code)


@never_cache
@require_safe
@sign_in_first
def detail(request: ActorRequest, code: str) -> HttpResponse:
    """The number, what to say, and what came of it; a call that was noted leads back to the sheet."""
    ring = access.get_ring(request.actor, code)
    if ring.result:
        return redirect("callups:desk-callup-rings", ring.offer.call_up.code)
    return _page(request, ring)


@require_POST
def note(request: ActorRequest, code: str) -> HttpResponse:
    """One tap, then the next person."""
    ring = access.get_ring(request.actor, code)
    form = RingForm(request.POST)
    if not form.is_valid():
        words = gettext("This was not complete. Choose one of the buttons.")
        return _page(request, ring, words, HTTPStatus.UNPROCESSABLE_ENTITY)
    confirmed = form.cleaned_data["risk"] == risk_mark(ring.offer.call_up.risk_statement)
    try:
        noted = rings.note_result(
            ring, form.outcome, actor=request.actor, reason=form.reason, risk_confirmed=confirmed
        )
    except Refused as refused:
        return _page(request, ring, refused.message, HTTPStatus.CONFLICT)
    said = {"name": ring.offer.person.name, "result": noted.get_result_display()}
    toasts.add(request, gettext("%(name)s: %(result)s.") % said)
    return redirect("callups:desk-callup-rings", ring.offer.call_up.code)


def _page(
    request: ActorRequest, ring: Ring, refusal: str = "", status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    offer = ring.offer
    context = {
        "ring": ring,
        "offer": offer,
        "call_up": offer.call_up,
        "shift": offer.slot.shift,
        "number": rings.number_of(ring),
        "risk_mark": risk_mark(offer.call_up.risk_statement),
        "reasons": REASONS,
        "refusal": refusal,
    }
    return page(request, "callups/desk/ring.html", context, status=status)


def _sentence(found: call_sheet.Sheet) -> str:
    if not found.count:
        return gettext("Nobody has to be rung now")
    return ngettext(
        "%(count)s person is still to be rung", "%(count)s people are still to be rung", found.count
    ) % {"count": found.count}


def _later(found: call_sheet.Sheet) -> str:
    """What else is true of the sheet, in one line."""
    parts = []
    if found.wishes:
        parts.append(
            ngettext("%(count)s wants to be called.", "%(count)s want to be called.", found.wishes)
            % {"count": found.wishes}
        )
    if found.unreached:
        parts.append(
            ngettext(
                "%(count)s cannot be reached by link.",
                "%(count)s cannot be reached by link.",
                found.unreached,
            )
            % {"count": found.unreached}
        )
    if found.resting:
        parts.append(
            ngettext("%(count)s is rung again later.", "%(count)s are rung again later.", found.resting)
            % {"count": found.resting}
        )
    if found.given_up:
        parts.append(
            ngettext("%(count)s was rung often enough.", "%(count)s were rung often enough.", found.given_up)
            % {"count": found.given_up}
        )
    return " ".join(parts)
