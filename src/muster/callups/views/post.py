"""The leader's phone: the rotating code, the list, who is new. Everything works by plain forms as well."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from muster.callups import access
from muster.callups.actions import attendance, phones
from muster.callups.actions import support as supporting
from muster.callups.forms.post import IssueForm, SeatForm, WalkUpForm
from muster.callups.models import Assignment, Post, Shift
from muster.callups.queries import presence as queries
from muster.callups.views.check_in import SHOW_LINK
from muster.kernel import codes
from muster.people import links
from muster.people.access import RUNNERS, Need, require
from muster.people.enums import RoleKind
from muster.people.web_types import ActorRequest, sign_in_first
from muster.toolkit import server_clock, toasts
from muster.toolkit.pages import live, page
from muster.toolkit.refusal import Refused


@require_safe
@sign_in_first
def home(request: ActorRequest) -> HttpResponse:
    """The posts that this leader has now and next."""
    shifts = queries.shifts_to_lead(
        access.posts_visible_to(request.actor, Need.OPERATE), request.actor, server_clock.now()
    )
    if not shifts:
        require(request.actor, *RUNNERS, RoleKind.SHIFT_LEADER)
    return page(request, "callups/post/home.html", {"shifts": shifts})


@never_cache
@require_safe
@sign_in_first
def detail(request: ActorRequest, code: str) -> HttpResponse:
    """One post: the code of now, the list of the shift, the form for who is new."""
    return _page(request, _post(request, code))


@never_cache
@require_safe
@sign_in_first
def code_shown(request: ActorRequest, code: str) -> HttpResponse:
    """The code of this half minute; the page fetches it anew when its time is over."""
    post = _post(request, code)
    return page(request, "callups/post/_code.html", {"post": post, **code_of_now(request, post)})


@require_safe
@sign_in_first
def people(request: ActorRequest, code: str) -> HttpResponse:
    """The list; the page asks for it again and again."""
    post = _post(request, code)
    shift = _shift(request, post)
    return live(
        request,
        "callups/post/_list.html",
        lambda: {"post": post, **_list(post, shift)},
        version=f"{queries.version_of(shift)}-{int(server_clock.now().timestamp()) // 60}",
    )


@require_POST
def check_in(request: ActorRequest, code: str) -> HttpResponse:
    """The leader sees that somebody is there."""
    return _deed(
        request,
        code,
        lambda seat, once: attendance.check_in(seat, by_leader=True, **once),
        _("Checked in: %(name)s."),
    )


@require_POST
def check_out(request: ActorRequest, code: str) -> HttpResponse:
    """The leader sees that somebody leaves."""
    return _deed(
        request,
        code,
        lambda seat, once: attendance.check_out(seat, by_leader=True, **once),
        _("Checked out: %(name)s."),
    )


@require_POST
def undo(request: ActorRequest, code: str) -> HttpResponse:
    """The last tap on somebody is taken back."""

    def deed(seat: Assignment, once: dict[str, Any]) -> None:
        once.pop("device_at")
        attendance.undo(seat, **once)

    return _deed(request, code, deed, _("Taken back: %(name)s."))


@require_POST
def absent(request: ActorRequest, code: str) -> HttpResponse:
    """Somebody did not come; the seat is free."""

    def deed(seat: Assignment, once: dict[str, Any]) -> None:
        attendance.mark_absent(seat, actor=request.actor)

    return _deed(request, code, deed, _("Noted: %(name)s did not come. Somebody else is asked."))


@require_POST
def walk_up(request: ActorRequest, code: str) -> HttpResponse:
    """Somebody who is on no list."""
    post = _post(request, code)
    form = WalkUpForm(request.POST)
    if not form.is_valid():
        return _page(request, post, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    facts = {name: form.cleaned_data[name] for name in ("name", "phone", "risk_confirmed")}
    try:
        attendance.walk_up(
            _shift(request, post), actor=request.actor, device=_device(request), **facts, **form.once
        )
    except Refused as refused:
        form.add_error(None, refused.message)
        return _page(request, post, form=form, status=HTTPStatus.CONFLICT)
    toasts.add(request, _("%(name)s is on the list and checked in.") % {"name": form.cleaned_data["name"]})
    return _back(request, post)


@require_POST
def support(request: ActorRequest, code: str) -> HttpResponse:
    """Something was handed out, to one person or to everybody who is there."""
    post = _post(request, code)
    shift = _shift(request, post)
    form = IssueForm(request.POST)
    if not form.is_valid():
        raise Refused(
            "not_promised", _("This call-up does not give that out. Choose one of the things on its list.")
        )
    kind, seat_code = form.cleaned_data["kind"], form.cleaned_data["seat"]
    if not seat_code:
        count = supporting.issue_to_present(shift, [kind], actor=request.actor)
        words = ngettext("Noted for %(count)s person.", "Noted for %(count)s people.", count) % {
            "count": count
        }
        toasts.add(request, words)
        return _back(request, post)
    seat = queries.seat_at(post, seat_code)
    if request.POST.get("back"):
        supporting.take_back(seat, kind, actor=request.actor)
    else:
        supporting.issue(seat, [kind], actor=request.actor)
    return _back(request, post)


@never_cache
@require_POST
def phone(request: ActorRequest, code: str) -> HttpResponse:
    """The number of somebody on the list, for a call; who looked stays on record and the person can read it."""
    post = _post(request, code)
    form = SeatForm(request.POST)
    if not form.is_valid():
        raise Http404
    seat = queries.seat_at(post, form.cleaned_data["seat"])
    number = phones.phone_of(seat, actor=request.actor)
    back = f"{reverse('callups:post-detail', args=[post.code])}?shift={seat.shift.code}"
    return page(request, "callups/post/phone.html", {"person": seat.person, "phone": number, "back": back})


def _post(request: ActorRequest, code: str) -> Post:
    return access.get_post(request.actor, code, Need.OPERATE)


def _shift(request: ActorRequest, post: Post) -> Shift:
    """The shift that the page shows: the one asked for, else the one of now."""
    shifts = queries.shifts_of(post)
    wanted = request.POST.get("shift") or request.GET.get("shift", "")
    asked_for = next((shift for shift in shifts if shift.code == wanted), None)
    return asked_for or queries.shift_of_now(shifts, server_clock.now())


def _deed(
    request: ActorRequest, code: str, deed: Callable[[Assignment, dict[str, Any]], object], words: str
) -> HttpResponse:
    """One deed on one person of the list; a refusal is said on the page, with the list as it is now."""
    post = _post(request, code)
    form = SeatForm(request.POST)
    if not form.is_valid():
        raise Http404
    seat = queries.seat_at(post, form.cleaned_data["seat"])
    try:
        deed(seat, {"actor": request.actor, "device": _device(request), **form.once})
    except Refused as refused:
        toasts.add(request, f"{seat.person.name}: {refused.message}", tone="warn")
        return _back(request, post)
    toasts.add(request, words % {"name": seat.person.name})
    return _back(request, post)


def _back(request: ActorRequest, post: Post) -> HttpResponse:
    wanted = request.POST.get("shift", "")
    where = reverse("callups:post-detail", args=[post.code])
    return redirect(f"{where}?shift={wanted}" if wanted.isalnum() else where)


def _device(request: ActorRequest) -> str:
    return f"post-{request.actor.account_id}"


def _page(
    request: ActorRequest, post: Post, *, form: WalkUpForm | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    shifts = queries.shifts_of(post)
    scanned = _scanned(request, post)
    shift = scanned.shift if scanned else _shift(request, post)
    context = {
        "post": post,
        "shifts": shifts,
        "form": form or WalkUpForm(),
        "walk_up_nonce": uuid4(),
        "scanned": scanned,
        "scanned_nonce": queries.nonce_of(scanned) if scanned else "",
        **code_of_now(request, post),
        **_list(post, shift),
    }
    return page(request, "callups/post/post.html", context, status=status)


def _list(post: Post, shift: Shift) -> dict[str, object]:
    return {"shown": queries.present(shift, server_clock.now()), "shift": shift}


def code_of_now(request: ActorRequest, post: Post, *, renewed_by: str = "post") -> dict[str, object]:
    """What `_code.html` shows, and where it is renewed: on the pages of the leader, or of the gate."""
    unix = int(server_clock.now().timestamp())
    digits = codes.code_at(attendance.key_of(post), unix)
    where = reverse("callups:my-check-in", args=[post.code])
    return {
        "digits": f"{digits[:3]} {digits[3:]}",
        "left": codes.seconds_left(unix),
        "address": request.build_absolute_uri(f"{where}?c={digits}"),
        "renewed_at": reverse(f"callups:{renewed_by}-code", args=[post.code]),
    }


def _scanned(request: ActorRequest, post: Post) -> Assignment | None:
    """Whose code the leader's camera has just read."""
    token = request.GET.get("scan", "")
    if not token:
        return None
    return queries.seat_at(post, links.read(SHOW_LINK, token, server_clock.now()))
