"""The volunteer's side of a check-in: scan the leader's code or type its six digits, then one tap."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from muster.callups.actions import attendance
from muster.callups.actions.attendance import Attempt
from muster.callups.forms.post import CheckInForm
from muster.callups.models import Assignment, Post
from muster.callups.queries import presence as queries
from muster.callups.queries.check_in import check_in_page, holder_by_phone
from muster.callups.views.holder import holder_of, remember
from muster.people import links
from muster.people.models import Person
from muster.people.web_types import ActorRequest
from muster.toolkit import server_clock, toasts
from muster.toolkit.actor import Actor
from muster.toolkit.pages import page
from muster.toolkit.refusal import Refused

# The purpose of the links that a volunteer shows to the leader.
SHOW_LINK = "arrive"


@never_cache
@require_safe
def show(request: ActorRequest, post_code: str) -> HttpResponse:
    """The button to check in or out; with `?c=` from the leader's code, it is the only thing left to do."""
    return _page(request, _post(post_code), holder_of(request))


# Opened by a camera program from a code on another phone: there may be no cookie yet, and the six digits are the secret.
@csrf_exempt
@never_cache
@require_POST
def check(request: ActorRequest, post_code: str) -> HttpResponse:
    """Checks in whoever is expected, and out whoever is there."""
    post, person, at = _post(post_code), holder_of(request), server_clock.now()
    form = CheckInForm(request.POST)
    if not form.is_valid():
        return _page(request, post, person, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        person = person or _by_phone(request, post, form)
        seat = _seat(request, post, person, form)
        deed = attendance.check_out if request.POST.get("deed") == "out" else attendance.check_in
        deed(
            seat,
            actor=_actor(request, person),
            device=_device(person),
            code=form.cleaned_data["proof"] or form.cleaned_data["code"],
            at=at,
            **form.once,
        )
    except Refused as refused:
        form.add_error(None, refused.message)
        return _page(request, post, person, form=form, status=HTTPStatus.CONFLICT)
    response = redirect("callups:my-check-in", post.code)
    return remember(response, person, secure=request.is_secure())


@csrf_exempt
@never_cache
@require_POST
def undo(request: ActorRequest, post_code: str) -> HttpResponse:
    """Takes the last tap back, for five minutes."""
    post, person = _post(post_code), holder_of(request)
    form = CheckInForm(request.POST)
    seat = queries.find_assignment(post, person.pk, server_clock.now()) if person else None
    if person is None or seat is None or not form.is_valid():
        return _page(request, post, person, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        attendance.undo(
            seat, actor=_actor(request, person), device=_device(person), nonce=form.cleaned_data["nonce"]
        )
    except Refused as refused:
        form.add_error(None, refused.message)
        return _page(request, post, person, form=form, status=HTTPStatus.CONFLICT)
    toasts.add(request, _("Taken back."))
    return redirect("callups:my-check-in", post.code)


def _post(code: str) -> Post:
    # No door of access.py: whoever stands at a post reads its name off the wall, and more than that is not shown to a stranger.
    return get_object_or_404(Post.objects.select_related("call_up", "leader"), code=code)


def _by_phone(request: ActorRequest, post: Post, form: CheckInForm) -> Person:
    """Whoever says his number and reads the code is on this spot. The code comes first: nobody tries numbers from afar."""
    attempt = _attempt(request, post, form, device=f"at-{request.actor.address}"[:40])
    try:
        attendance.check_code(post, form.cleaned_data["code"], attempt)
        return holder_by_phone(post, form.cleaned_data["phone"])
    except Refused as refused:
        attendance.refuse(attempt, refused)
        raise


def _seat(request: ActorRequest, post: Post, person: Person, form: CheckInForm) -> Assignment:
    """The seat that the scan means; a scan that means none is kept with the reason."""
    at = server_clock.now()
    seat = queries.find_assignment(post, person.pk, at)
    if seat is not None:
        return seat
    refused = queries.why_not_here(post, person.pk, at)
    attendance.refuse(_attempt(request, post, form, device=_device(person)), refused)
    raise refused


def _attempt(request: ActorRequest, post: Post, form: CheckInForm, *, device: str) -> Attempt:
    return Attempt(
        post=post,
        deed="check_in",
        actor=request.actor,
        at=server_clock.now(),
        nonce=form.cleaned_data["nonce"],
        device=device,
        device_at=form.cleaned_data["clock"],
    )


def _actor(request: ActorRequest, person: Person) -> Actor:
    return Actor(label=person.code, person_id=person.pk, address=request.actor.address)


def _device(person: Person) -> str:
    return f"my-{person.code}"


def _page(
    request: ActorRequest,
    post: Post,
    person: Person | None,
    *,
    form: CheckInForm | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    at = server_clock.now()
    seat = queries.find_assignment(post, person.pk, at) if person else None
    scanned = request.GET.get("c", "")
    proof = attendance.seen_code(post, person, scanned, at) if person else ""
    shown = form.cleaned_data if form and form.is_valid() else {}
    # A new nonce for a new try: the one that was refused answers as it did.
    fresh = CheckInForm(
        initial={
            "proof": proof or shown.get("proof", ""),
            "code": "" if person else scanned,
            "phone": shown.get("phone", ""),
        }
    )
    context = {
        "post": post,
        "person": person,
        "shown": check_in_page(post, person, seat, at),
        "form": fresh,
        "refusals": form.non_field_errors() if form else [],
        "has_proof": bool(proof),
        "my_code": _my_code(request, post, seat) if seat else "",
    }
    return page(request, "callups/my/check_in.html", context, status=status)


def _my_code(request: ActorRequest, post: Post, seat: Assignment) -> str:
    """What the leader's camera reads off this phone."""
    token = links.make(SHOW_LINK, seat.code, expires_at=queries.window_of(seat.shift).closes_at)
    return request.build_absolute_uri(f"{reverse('callups:post-detail', args=[post.code])}?scan={token}")
