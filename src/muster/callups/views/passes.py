"""Addresses for a calendar program or a screen on a wall: made, shown, taken back; and the calendar behind one."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muster.callups import access
from muster.callups.actions import passes
from muster.callups.enums import PassKind
from muster.callups.forms.passes import WallForm
from muster.callups.models import ViewPass
from muster.callups.queries import calendar
from muster.people import links
from muster.people.access import Need, get_myself
from muster.people.web_types import ActorRequest, sign_in_first
from muster.toolkit import server_clock, toasts
from muster.toolkit.pages import page
from muster.toolkit.refusal import Refused

GONE = {"link_expired": HTTPStatus.GONE, "link_taken_back": HTTPStatus.GONE}
BEHIND = {
    PassKind.MY_CALENDAR: "callups:feed-calendar",
    PassKind.CALL_UP_CALENDAR: "callups:feed-calendar",
    PassKind.WALL: "callups:wall-show",
}


@dataclass(frozen=True)
class Address:
    """One pass with the address that it stands behind."""

    view_pass: ViewPass
    url: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_first
def mine(request: ActorRequest) -> HttpResponse:
    """The calendar of the person who is signed in: its address, a new one, or none."""
    person = get_myself(request.actor)
    if request.method == "POST":
        passes.my_calendar(person, actor=request.actor)
        toasts.add(request, _("Here is your address. Whoever has it sees your shifts."))
        return redirect("callups:my-calendar")
    found = access.passes_in_force(server_clock.now()).filter(person=person)
    return page(request, "callups/my/calendar.html", {"addresses": _addresses(found)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_first
def call_up(request: ActorRequest, code: str) -> HttpResponse:
    """Addresses for the shifts of a call-up."""
    found = access.get_call_up(request.actor, code, need=Need.OPERATE)
    if request.method == "POST":
        passes.call_up_calendar(found, actor=request.actor)
        toasts.add(request, _("The address is made. It shows place and time, and nobody's name."))
        return redirect("callups:desk-callup-calendar", found.code)
    known = access.passes_in_force(server_clock.now()).filter(call_up=found)
    context = {
        "heading": _("Calendar of this call-up"),
        "sentence": _("A calendar program that has the address shows every shift and what was stood down."),
        "back_url": reverse("callups:desk-callup-detail", args=[found.code]),
        "back_label": found.title,
        "addresses": _addresses(known),
    }
    return page(request, "callups/desk/passes.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_first
def post(request: ActorRequest, code: str) -> HttpResponse:
    """Addresses for the screen on the wall of a post; its leader makes them and takes them back."""
    found = access.get_post(request.actor, code, Need.OPERATE)
    form = WallForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        passes.wall(found, actor=request.actor, hours=form.cleaned_data["hours"])
        toasts.add(request, _("The address is made. Open it on the screen of the post."))
        return redirect("callups:post-wall", found.code)
    known = access.passes_in_force(server_clock.now()).filter(post=found)
    context = {
        "heading": _("Screen on the wall"),
        "sentence": _(
            "It shows who is on, who leaves soon and who comes, with half of each name and no number."
        ),
        "back_url": reverse("callups:post-detail", args=[found.code]),
        "back_label": found.name,
        "addresses": _addresses(known),
        "form": form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return page(request, "callups/post/wall.html", context, status=status)


@require_POST
def take_back(request: ActorRequest, code: str) -> HttpResponse:
    """The address opens nothing any more."""
    found = access.get_pass(request.actor, code)
    passes.take_back(found, actor=request.actor)
    toasts.add(request, _("The address was taken back. Whoever still opens it is told so."))
    if found.post is not None:
        return redirect("callups:post-wall", found.post.code)
    if found.call_up is not None:
        return redirect("callups:desk-callup-calendar", found.call_up.code)
    return redirect("callups:my-calendar")


@never_cache
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind an address, as calendar programs fetch it: no cookie, no page, a plain word where it is gone."""
    at = server_clock.now()
    try:
        found = access.pass_of_link(token, at, PassKind.MY_CALENDAR, PassKind.CALL_UP_CALENDAR)
    except Refused as refused:
        status = GONE.get(refused.code, HTTPStatus.NOT_FOUND)
        return HttpResponse(refused.message, status=status, content_type="text/plain; charset=utf-8")
    with translation.override(found.language or settings.LANGUAGE_CODE):
        if found.person is not None:
            body = calendar.calendar_of_person(found.person, at)
        else:
            body = calendar.calendar_of_call_up(found.call_up) if found.call_up else b""
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")


def _addresses(found: QuerySet[ViewPass]) -> list[Address]:
    return [Address(view_pass, _url(view_pass)) for view_pass in found]


def _url(view_pass: ViewPass) -> str:
    token = links.make(access.VIEW_LINK, view_pass.code, expires_at=view_pass.expires_at)
    return f"{settings.PUBLIC_URL}{reverse(BEHIND[PassKind(view_pass.kind)], args=[token])}"
