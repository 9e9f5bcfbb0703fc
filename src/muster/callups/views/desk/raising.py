"""Raising a call-up from the desk: a form that arrives filled in, a number that says how many to ask, one press."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from muster.callups import access
from muster.callups.actions import calls
from muster.callups.forms.call_up import CallUpForm
from muster.callups.queries.raising import raising_choices
from muster.callups.queries.sizing import Sizing, sizing
from muster.norms.queries import mode_of
from muster.people.web_types import ActorRequest, sign_in_first
from muster.territory.queries import path_to_community
from muster.toolkit import toasts
from muster.toolkit.pages import page
from muster.toolkit.refusal import Refused


@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_first
def new(request: ActorRequest) -> HttpResponse:
    """The form, and what comes of it.

    Each form has a key in its address, so that Back leads to the same form, however the browser gets it again.
    """
    form = _form(request)
    if request.method != "POST":
        return page(request, "callups/desk/new.html", _context(form)) if _key(request) else _keyed(request)
    is_valid = form.is_valid()
    first = access.raised_by_form(request.actor, form.cleaned_data.get("request_key"))
    if first:
        words = gettext("This form was sent already: here is its call-up. For another, open a new form.")
        toasts.add(request, words, tone="warn")
        return redirect("callups:desk-callup-detail", first.code)
    return _raise(request, form) if is_valid else _again(request, form)


def _raise(request: ActorRequest, form: CallUpForm) -> HttpResponse:
    try:
        call_up = calls.raise_call_up(
            actor=request.actor,
            form=form.draft(),
            request_key=form.cleaned_data["request_key"],
            asks_of_twin=not form.cleaned_data["another"],
            at=form.at,
        )
    except Refused as refused:
        form.add_error(None, refused.message)
        return _again(request, form, twin=refused.detail.get("twin"))
    toasts.add(request, gettext("The call-up is out. Answers appear here by themselves."))
    return redirect("callups:desk-callup-detail", call_up.code)


def _again(request: ActorRequest, form: CallUpForm, **more: object) -> HttpResponse:
    return page(request, "callups/desk/new.html", {**_context(form), **more}, status=422)


def _key(request: ActorRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("form", ""))
    except ValueError:
        return None


def _keyed(request: ActorRequest) -> HttpResponse:
    return redirect(f"{request.path}?{urlencode({**request.GET.dict(), 'form': str(uuid4())})}")


@require_POST
def size(request: ActorRequest) -> HttpResponse:
    """How many to ask for what the form says now; the form itself is not judged."""
    form = _form(request)
    form.is_valid()
    return page(request, "callups/desk/new.html#sizing", {"sizing": _sizing(form)})


def _form(request: ActorRequest) -> CallUpForm:
    asked = request.POST if request.method == "POST" else request.GET
    community = access.get_raising_place(request.actor, asked.get("community", ""))
    return CallUpForm(
        request.POST if request.method == "POST" else None,
        key=_key(request),
        choices=raising_choices(community, asked.get("template", "")),
        at=timezone.now(),
    )


def _sizing(form: CallUpForm) -> Sizing | None:
    starts_at, ends_at = form.times()
    return sizing(
        form.choices.community.code,
        seats=sum(seats for _place, seats in form.places_so_far()),
        mode=form.chosen.mode,
        starts_at=starts_at,
        ends_at=ends_at,
        at=form.at,
    )


def _context(form: CallUpForm) -> dict[str, Any]:
    community = form.choices.community
    return {
        "form": form,
        "community": community,
        "place_path": path_to_community(community.code),
        "mode": mode_of(community.code),
        "templates": form.template_chips(),
        "template_name": form.chosen_name(),
        "places": form.first_lines(),
        "other_places": form.other_lines(),
        "free_places": form.free_lines(),
        "free_open": any(line.errors or seats.errors for line, seats in form.free_lines()),
        "support_lines": form.support_lines(),
        "unit_count": len(form.choices.units),
        "need": sum(seats for _place, seats in form.places_so_far()),
        "sizing": _sizing(form),
    }
