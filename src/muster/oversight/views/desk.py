"""The desk of those who oversee: the places below theirs, and the call-ups of a place one by one."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from muster.oversight import access
from muster.oversight.queries.overview import call_up_lines, overview
from muster.people.web_types import ActorRequest, sign_in_first
from muster.territory.models import Division
from muster.toolkit.pages import page


@require_safe
@sign_in_first
def own(request: ActorRequest) -> HttpResponse:
    """The widest place that the actor oversees."""
    return _page(request, access.own_place(request.actor))


@require_safe
@sign_in_first
def place(request: ActorRequest, division_code: int) -> HttpResponse:
    """One place, its own or any below it."""
    return _page(request, access.get_place(request.actor, division_code))


def _page(request: ActorRequest, division: Division) -> HttpResponse:
    at = timezone.now()
    found = call_up_lines(division, after=request.GET.get("after", ""), at=at)
    context = {
        "overview": overview(division, at),
        "page": found.page,
        "lines": found.lines,
        "path": found.path,
    }
    return page(request, "oversight/desk/place.html", context)
