"""The rolls of a call-up or of a post, for paper. Asked for by a form: whoever opens one is on record."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from muster.callups import access
from muster.callups.actions import rolls
from muster.callups.models import Shift
from muster.callups.queries.presence import shifts_of
from muster.people.access import Need, get_myself
from muster.people.web_types import ActorRequest
from muster.toolkit import server_clock
from muster.toolkit.pages import page


@never_cache
@require_POST
def of_call_up(request: ActorRequest, code: str) -> HttpResponse:
    """Every shift of every post, each on paper of its own."""
    call_up = access.get_call_up(request.actor, code, Need.OPERATE)
    shifts = Shift.objects.filter(call_up=call_up).select_related("post__leader", "call_up")
    ordered = list(shifts.order_by("starts_at", "post__position", "pk"))
    return _printed(request, ordered, back=reverse("callups:desk-callup-detail", args=[call_up.code]))


@never_cache
@require_POST
def of_post(request: ActorRequest, code: str) -> HttpResponse:
    """The shift that was chosen at this post; 404 for one that is not there."""
    post = access.get_post(request.actor, code, Need.OPERATE)
    chosen = [shift for shift in shifts_of(post) if shift.code == request.POST.get("shift")]
    if not chosen:
        raise Http404
    back = reverse("callups:post-detail", args=[post.code])
    return _printed(request, chosen, back=f"{back}?shift={chosen[0].code}")


def _printed(request: ActorRequest, shifts: Sequence[Shift], *, back: str) -> HttpResponse:
    at = server_clock.now()
    context = {
        "rolls": rolls.print_rolls(shifts, actor=request.actor, at=at),
        "call_up": shifts[0].call_up,
        "who": request.actor.label,
        "name": get_myself(request.actor).name,
        "at": at,
        "back": back,
    }
    return page(request, "callups/roll.html", context)
