"""The guard's phone at a gate: who is sent there tonight, the code that they scan, and whom to call. He writes nothing."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from muster.callups import access
from muster.callups.actions import phones
from muster.callups.models import Shift
from muster.callups.queries import presence as queries
from muster.callups.views.post import code_of_now
from muster.people.access import require
from muster.people.enums import RoleKind
from muster.people.web_types import ActorRequest, sign_in_first
from muster.toolkit import server_clock
from muster.toolkit.pages import live, page


@require_safe
@sign_in_first
def home(request: ActorRequest) -> HttpResponse:
    """His own shift, and the shifts at the gates of his place that run now or within a day."""
    require(request.actor, RoleKind.GUARD)
    at = server_clock.now()
    shifts = queries.shifts_to_lead(access.gate_posts_visible_to(request.actor), request.actor, at)
    heads = queries.heads_of(shifts)
    person_id = request.actor.person_id
    context = {
        "own": queries.next_seat(person_id, at) if person_id else None,
        "lines": [(shift, heads.get(shift.pk, queries.Heads())) for shift in shifts],
        "expected": sum(one.expected for one in heads.values()),
    }
    return page(request, "callups/gate/home.html", context)


@never_cache
@require_safe
@sign_in_first
def detail(request: ActorRequest, code: str) -> HttpResponse:
    """One post at a gate: the code of now and who is expected, with their names masked."""
    shifts = _shifts(request, code)
    shift = _chosen(request, shifts)
    context = {
        "shifts": shifts,
        **code_of_now(request, shift.post, renewed_by="gate"),
        **_list(shift),
    }
    return page(request, "callups/gate/post.html", context)


@never_cache
@require_safe
@sign_in_first
def code_shown(request: ActorRequest, code: str) -> HttpResponse:
    """The code of this half minute; the page fetches it anew when its time is over."""
    post = _shifts(request, code)[0].post
    return page(request, "callups/post/_code.html", code_of_now(request, post, renewed_by="gate"))


@require_safe
@sign_in_first
def people(request: ActorRequest, code: str) -> HttpResponse:
    """The list; the page asks for it again and again."""
    shift = _chosen(request, _shifts(request, code))
    return live(request, "callups/gate/_list.html", lambda: _list(shift), version=queries.version_of(shift))


@never_cache
@require_POST
def leader(request: ActorRequest, code: str) -> HttpResponse:
    """The number of whoever leads there; that the guard looked stays on record, and the leader can read it."""
    post = _shifts(request, code)[0].post
    number = phones.phone_of_leader(post, actor=request.actor)
    back = reverse("callups:gate-detail", args=[post.code])
    return page(request, "callups/post/phone.html", {"person": post.leader, "phone": number, "back": back})


def _shifts(request: ActorRequest, code: str) -> list[Shift]:
    """The shifts of that post that run now or within a day; 404 where there is none, or the post is not his."""
    posts = access.gate_posts_visible_to(request.actor).filter(code=code)
    found = queries.shifts_to_lead(posts, request.actor, server_clock.now())
    if not found:
        raise Http404
    return found


def _chosen(request: ActorRequest, shifts: list[Shift]) -> Shift:
    wanted = request.GET.get("shift", "")
    asked_for = next((shift for shift in shifts if shift.code == wanted), None)
    return asked_for or queries.shift_of_now(shifts, server_clock.now())


def _list(shift: Shift) -> dict[str, object]:
    return {
        "shift": shift,
        "post": shift.post,
        "shown": queries.present(shift, server_clock.now(), masked=True),
    }
