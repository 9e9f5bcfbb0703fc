"""A call-up under way: one page, and the same parts again every few seconds for as long as somebody looks."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from muster.callups import access
from muster.callups.queries import desk, words
from muster.callups.queries.dispatch_latest import shortage_of
from muster.callups.queries.tally import Tally, tally
from muster.notifications.queries import failed_about
from muster.people.access import Need
from muster.people.rules import masked_name
from muster.people.web_types import ActorRequest, sign_in_first
from muster.toolkit.pages import is_fragment, live, page


@require_safe
@sign_in_first
def detail(request: ActorRequest, code: str) -> HttpResponse:
    """The page of one call-up."""
    call_up = access.get_call_up(request.actor, code)
    return page(request, "callups/desk/call.html", _context(request, tally(call_up)))


@require_safe
@sign_in_first
def refresh(request: ActorRequest, code: str) -> HttpResponse:
    """Its parts again; 304 while nothing changed."""
    call_up = access.get_call_up(request.actor, code)
    counted = tally(call_up)
    # A message that fails changes none of the counts, and is the one that somebody must see.
    failed = failed_about("call_up", call_up.code)
    version = f"{counted.version()}-{failed}-{request.META['QUERY_STRING']}"
    return live(request, "callups/desk/call.html#live", lambda: _context(request, counted), version=version)


@require_safe
@sign_in_first
def why(request: ActorRequest, code: str) -> HttpResponse:
    """Why this person was asked: a row under theirs, or a page of its own."""
    offer = access.get_offer(request.actor, code)
    is_mine = request.actor.person_id == offer.person_id
    name = offer.person.name
    if not (is_mine or access.may(request.actor, offer.call_up, Need.OPERATE)):
        name = masked_name(name)
    context = {
        "call_up": offer.call_up,
        "title": gettext("Why %(name)s, in the words sent to them") % {"name": name},
        "reasons": words.why_me(offer.why),
    }
    part = "#row" if is_fragment(request) else ""
    return page(request, f"callups/desk/why.html{part}", context)


def _context(request: ActorRequest, counted: Tally) -> dict[str, Any]:
    segment = request.GET.get("segment", "all")
    after = request.GET.get("after", "")
    may_operate = access.may(request.actor, counted.call_up, Need.OPERATE)
    context = desk.live_context(
        counted,
        segment=segment,
        after=int(after) if after.isdecimal() else 0,
        at=timezone.now(),
        in_full=may_operate,
    )
    # A plan names people and places of others: it is for whoever may make one.
    commands = may_operate and access.commands(request.actor, counted.call_up.division_code)
    shortage = shortage_of(counted.call_up, timezone.now()) if commands and context["is_running"] else None
    return {**context, "may_operate": may_operate, "shortage": shortage}
