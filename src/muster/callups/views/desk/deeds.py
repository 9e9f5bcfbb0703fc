"""What a community worker does to a call-up under way."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from muster.callups import access
from muster.callups.actions import calls, waves
from muster.callups.forms.deeds import StandDownForm
from muster.people.access import Need
from muster.people.web_types import ActorRequest, sign_in_first
from muster.toolkit import toasts
from muster.toolkit.pages import page


@require_POST
def ask_more(request: ActorRequest, code: str) -> HttpResponse:
    """Another wave, as large as the empty seats need."""
    call_up = access.get_call_up(request.actor, code, need=Need.OPERATE)
    wave = waves.ask_more(call_up, actor=request.actor, surely=True)
    toasts.add(
        request,
        ngettext(
            "%(count)s more person is being asked.", "%(count)s more people are being asked.", wave.asked
        )
        % {"count": wave.asked},
    )
    return redirect("callups:desk-callup-detail", call_up.code)


@require_POST
def halt(request: ActorRequest, code: str) -> HttpResponse:
    """Nobody new is asked; what was accepted stands."""
    call_up = access.get_call_up(request.actor, code, need=Need.OPERATE)
    calls.halt(call_up, actor=request.actor)
    toasts.add(request, gettext("Asking has stopped. Those who accepted still come."))
    return redirect("callups:desk-callup-detail", call_up.code)


@require_POST
def resume(request: ActorRequest, code: str) -> HttpResponse:
    """Asking goes on."""
    call_up = access.get_call_up(request.actor, code, need=Need.OPERATE)
    calls.resume(call_up, actor=request.actor)
    toasts.add(request, gettext("Asking goes on where seats are empty."))
    return redirect("callups:desk-callup-detail", call_up.code)


@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_first
def stand_down(request: ActorRequest, code: str) -> HttpResponse:
    """Asks once, naming how many will be told; then tells them."""
    call_up = access.get_call_up(request.actor, code, need=Need.OPERATE)
    form = StandDownForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = calls.stand_down(call_up, actor=request.actor, reason=form.cleaned_data["reason"])
        toasts.add(
            request,
            ngettext(
                "Stood down. %(count)s person is being told.",
                "Stood down. %(count)s people are being told.",
                told.total,
            )
            % {"count": told.total},
        )
        return redirect("callups:desk-callup-detail", call_up.code)
    context = {"call_up": call_up, "form": form, "people_count": calls.would_tell(call_up).total}
    return page(request, "callups/desk/stand_down.html", context, status=422 if form.is_bound else 200)
