"""The call-ups of a place: those under way and those that are over, a page at a time."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from muster.callups import access
from muster.callups.queries import desk
from muster.people.access import RUNNERS, SEERS, require
from muster.people.web_types import ActorRequest, sign_in_first
from muster.toolkit.pages import page
from muster.toolkit.paging import page_after


@require_safe
@sign_in_first
def index(request: ActorRequest) -> HttpResponse:
    """The newest first."""
    require(request.actor, *SEERS)
    past = "past" in request.GET
    states = desk.OVER if past else desk.RUNNING
    found = page_after(
        access.call_ups_visible_to(request.actor).filter(state__in=states),
        key=("-id",),
        after=request.GET.get("after", ""),
        size=desk.LIST_SIZE,
    )
    context = {
        "sentence": _sentence(len(found.rows), past=past, more=found.next_cursor is not None),
        "may_raise": request.actor.has(*RUNNERS),
        "past": past,
        "page": found,
        "lines": desk.lines_of(found.rows, at=timezone.now()),
        "empty_title": gettext("No call-up is over yet") if past else gettext("No call-up is under way"),
        "empty_text": gettext("What was called here stays on record.")
        if past
        else gettext("When hands are needed, raise one; it takes a minute."),
    }
    return page(request, "callups/desk/list.html", context)


def _sentence(count: int, *, past: bool, more: bool) -> str:
    if past:
        return gettext("Call-ups that are over")
    if more:
        return gettext("More than %(count)s call-ups are under way") % {"count": count}
    if not count:
        return gettext("Nothing is under way now")
    return ngettext("%(count)s call-up is under way", "%(count)s call-ups are under way", count) % {
        "count": count
    }
