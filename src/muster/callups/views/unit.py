"""The pages of a unit's liaison: how many can come, who comes, who is there."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from muster.callups import access
from muster.callups.actions import namings, pledges
from muster.callups.forms.unit import DeclineForm, NamingForm, PledgeForm
from muster.callups.models import UnitCall
from muster.callups.queries import pledges as queries
from muster.callups.queries.situation import situations_of
from muster.organizations.models import ResidentUnit
from muster.people.access import Need, require
from muster.people.enums import RoleKind
from muster.people.web_types import ActorRequest, sign_in_first
from muster.toolkit import server_clock, toasts
from muster.toolkit.attempts import attempt
from muster.toolkit.pages import live, page

# So many lines of a result are shown; what is to be mended comes first.
MOST_ROWS = 100


@require_safe
@sign_in_first
def home(request: ActorRequest) -> HttpResponse:
    """The calls to the units of this liaison, and how things stand in their communities (R2.11)."""
    require(request.actor, RoleKind.UNIT_LIAISON)
    units = [
        grant.organization_id or 0 for grant in request.actor.grants if grant.kind == RoleKind.UNIT_LIAISON
    ]
    calls, at = UnitCall.objects.filter(unit__in=units), server_clock.now()
    lines, rows = queries.calls_listed(calls, at, request.GET.get("after", ""))
    communities = ResidentUnit.objects.filter(pk__in=units).values_list("division_code", flat=True)
    context = {"lines": lines, "rows": rows, "situations": situations_of(communities, at)}
    return page(request, "callups/unit/home.html", context)


@require_safe
@sign_in_first
def call(request: ActorRequest, code: str) -> HttpResponse:
    """One call, with the answer so far."""
    return _page(request, access.get_unit_call(request.actor, code, Need.OPERATE))


@require_safe
@sign_in_first
def people(request: ActorRequest, code: str) -> HttpResponse:
    """Who was named and who is there; the page asks for it again and again."""
    unit_call = access.get_unit_call(request.actor, code, Need.OPERATE)
    after = request.GET.get("after", "")
    return live(
        request,
        "callups/unit/_people.html",
        lambda: _people(unit_call, after),
        version=f"{queries.named_version(unit_call)}-{after}",
    )


@require_POST
def pledge(request: ActorRequest, code: str) -> HttpResponse:
    """So many will come."""
    unit_call = access.get_unit_call(request.actor, code, Need.OPERATE)
    form = PledgeForm(request.POST)
    done = attempt(form, partial(pledges.pledge, unit_call), blame="headcount", actor=request.actor)
    if done.failed:
        return _page(request, unit_call, pledge_form=form, status=done.status)
    toasts.add(request, _pledged_words(done.result), tone="warn" if done.result.surplus else "ok")
    return redirect("callups:unit-call", unit_call.code)


@require_POST
def decline(request: ActorRequest, code: str) -> HttpResponse:
    """Nobody can come, and why."""
    unit_call = access.get_unit_call(request.actor, code, Need.OPERATE)
    form = DeclineForm(request.POST)
    done = attempt(form, partial(pledges.decline, unit_call), blame="reason", actor=request.actor)
    if done.failed:
        return _page(request, unit_call, decline_form=form, status=done.status)
    toasts.add(request, _("Noted. The community asks elsewhere; thank you for saying so."))
    return redirect("callups:unit-call", unit_call.code)


@require_POST
def name_people(request: ActorRequest, code: str) -> HttpResponse:
    """The list. What is good is taken at once; the rest comes back with the reason of each line, and what was typed stays."""
    unit_call = access.get_unit_call(request.actor, code, Need.OPERATE)
    form = NamingForm(request.POST)
    done = attempt(form, partial(namings.name_people, unit_call), blame="lines", actor=request.actor)
    if done.failed:
        return _page(request, unit_call, naming_form=form, status=done.status)
    if not done.result.bad:
        toasts.add(request, _named_words(done.result))
        return redirect("callups:unit-call", unit_call.code)
    unit_call.refresh_from_db()
    return _page(request, unit_call, naming_form=form, result=done.result)


def _page(
    request: ActorRequest,
    unit_call: UnitCall,
    *,
    pledge_form: PledgeForm | None = None,
    decline_form: DeclineForm | None = None,
    naming_form: NamingForm | None = None,
    result: namings.NamingResult | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = queries.unit_page(unit_call, server_clock.now())
    context = {
        "shown": shown,
        "shares": queries.shares_words(shown),
        "pledge_form": pledge_form or PledgeForm(initial={"headcount": shown.suggested}),
        "decline_form": decline_form or DeclineForm(),
        "naming_form": naming_form or NamingForm(),
        "result": result,
        "result_rows": _first_rows(result) if result else [],
        **_people(unit_call, request.GET.get("after", "")),
    }
    return page(request, "callups/unit/call.html", context, status=status)


def _people(unit_call: UnitCall, after: str) -> dict[str, object]:
    lines, rows = queries.named_people(unit_call, after)
    return {"lines": lines, "rows": rows, "unit_call": unit_call}


def _first_rows(result: namings.NamingResult) -> list[namings.Row]:
    """The lines to mend first, then the others, as many as fit a page."""
    good = (namings.RowState.NAMED, namings.RowState.KNOWN)
    return sorted(result.rows, key=lambda row: (row.state in good, row.number))[:MOST_ROWS]


def _pledged_words(ledger: pledges.Ledger) -> str:
    if not ledger.surplus:
        return ngettext(
            "Pledged: %(count)s person. The seat is kept for you.",
            "Pledged: %(count)s people. The seats are kept for you.",
            ledger.pledged,
        ) % {"count": ledger.pledged}
    return _(
        "Pledged: %(count)s people. Seats are kept for %(seated)s; for %(surplus)s there is none now. "
        "Name them all the same: they are next when a seat falls free."
    ) % {"count": ledger.pledged, "seated": ledger.seated, "surplus": ledger.surplus}


def _named_words(result: namings.NamingResult) -> str:
    if not result.named:
        return _("All of them are on the list already. Nothing was sent twice.")
    return ngettext(
        "%(count)s person was told and answers in person.",
        "%(count)s people were told and answer in person.",
        result.named,
    ) % {"count": result.named}
