"""Dispatch: the need of a place, a plan for it, and the decision. A plan is advice until somebody confirms it (R2.8)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muster.callups import access
from muster.callups.actions import dispatch, plans
from muster.callups.enums import DispatchState
from muster.callups.forms.why_not import WhyNotForm
from muster.callups.queries.dispatch_board import board_context
from muster.callups.queries.dispatch_page import carrying_context, dispatch_context, planning_context
from muster.callups.queries.dispatch_slots import seats_beside
from muster.callups.queries.dispatch_why_not import answers
from muster.people.access import Need
from muster.people.queries import search_people
from muster.people.web_types import ActorRequest, sign_in_first
from muster.territory.queries import division
from muster.toolkit import searching, toasts
from muster.toolkit.pages import live, page

# More people of one name than this are told apart by a longer name or a number.
MOST_ANSWERS = 8


@require_safe
@sign_in_first
def board(request: ActorRequest) -> HttpResponse:
    """Every call-up that runs in a place with its free seats, and who could fill them."""
    place = access.get_dispatch_place(request.actor, request.GET.get("place", ""))
    context = board_context(request.actor, place, is_drill="drill" in request.GET, at=timezone.now())
    return page(request, "callups/desk/dispatch_board.html", context)


@require_POST
def propose_over(request: ActorRequest) -> HttpResponse:
    """Asks the kernel for one plan over all of a place."""
    place = access.get_dispatch_place(request.actor, request.POST.get("place", ""))
    run = plans.propose_over(place, actor=request.actor, is_drill="drill" in request.POST)
    return redirect("callups:desk-dispatch-detail", run.code)


@require_POST
def propose(request: ActorRequest, code: str) -> HttpResponse:
    """Asks the kernel for a dispatch of the seats that are open now in one call-up."""
    call_up = access.get_call_up(request.actor, code, need=Need.OPERATE)
    run = plans.propose(call_up, actor=request.actor)
    return redirect("callups:desk-dispatch-detail", run.code)


@require_safe
@sign_in_first
def detail(request: ActorRequest, code: str) -> HttpResponse:
    """What the kernel advises, with a reason for each person and each empty seat; until then, how far it is."""
    run = access.get_run(request.actor, code)
    now = timezone.now()
    if run.state == DispatchState.READY:
        stands = plans.how_it_stands(run, actor=request.actor)
        context = dispatch_context(run, request.GET.get("part", ""), stands, at=now)
        return page(request, "callups/desk/dispatch.html", context)
    return page(request, "callups/desk/planning.html", planning_context(run, now))


@require_safe
@sign_in_first
def watch(request: ActorRequest, code: str) -> HttpResponse:
    """What a page that waits asks every second: for a plan, or until one is carried out; then it is led to the whole."""
    run = access.get_run(request.actor, code)
    now = timezone.now()
    if run.state != DispatchState.READY:
        context = planning_context(run, now)
        work = context["work"]
        version = f"{run.state}-{run.work_code}-{work.done if work else 0}-{work.state if work else ''}"
        version += f"-{context['has_failed']}"
        return live(request, "callups/desk/planning.html#progress", lambda: context, version=version)
    context = carrying_context(run, now)
    carrying = context["carrying"]
    if carrying is None or carrying.is_over:
        response = HttpResponse()
        response["HX-Redirect"] = reverse("callups:desk-dispatch-detail", args=[run.code])
        return response
    version = f"{carrying.call_ups_done}-{carrying.stands_still}"
    return live(request, "callups/desk/dispatch.html#carrying", lambda: context, version=version)


@require_POST
def confirm(request: ActorRequest, code: str) -> HttpResponse:
    """The advice becomes seats, orders and questions. Whoever commands the place answers for it (R2.8)."""
    run = access.get_run(request.actor, code)
    done = dispatch.confirm(run, actor=request.actor)
    if done.call_ups_to_do:
        return redirect("callups:desk-dispatch-detail", run.code)
    toasts.add(
        request,
        gettext(
            "%(seated)s seated, %(ordered)s ordered, %(asked)s being asked. %(left)s could not be sent any more."
        )
        % {"seated": done.seated, "ordered": done.ordered, "asked": done.asked, "left": len(done.left_out)},
    )
    if done.moved:
        toasts.add(
            request,
            ngettext(
                "%(count)s person was moved to another post.",
                "%(count)s people were moved to another post.",
                done.moved,
            )
            % {"count": done.moved},
        )
    if count := len(done.call_ups_left_out):
        toasts.add(
            request,
            ngettext("%(count)s call-up was left out.", "%(count)s call-ups were left out.", count)
            % {"count": count},
        )
    if run.call_up is not None:
        return redirect("callups:desk-callup-detail", run.call_up.code)
    return redirect("callups:desk-dispatch-detail", run.code)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_first
def why_not(request: ActorRequest, code: str) -> HttpResponse:
    """Why people of this name are not sent to a seat of the plan. Who was looked for is in no address."""
    run = access.get_run(request.actor, code)
    if run.state != DispatchState.READY:
        raise Http404
    if request.method == "POST":
        return searching.to_results(request, WhyNotForm)
    asked = searching.asked_of(searching.searched(request, WhyNotForm))
    name, slot = asked["q"], int(asked["slot"] or 0)
    seats = seats_beside(run, slot)
    context: dict[str, Any] = {"run": run, "name": name, "slot": slot, "seats": seats, "asked": False}
    if name and slot in dict(seats):
        found = search_people(request.actor, text=name)
        some = list(found.rows[:MOST_ANSWERS])
        communities = access.communities_commanded(request.actor, division(run.division_code))
        context |= {
            "asked": True,
            "seat": dict(seats)[slot],
            "answers": answers(run, slot, some, communities, at=timezone.now()),
            "has_more": len(found.rows) > MOST_ANSWERS,
        }
    return page(request, "callups/desk/why_not.html", context)


@require_POST
def adjust(request: ActorRequest, code: str) -> HttpResponse:
    """A new plan that starts from a confirmed one and moves few people."""
    run = plans.adjust(access.get_run(request.actor, code), actor=request.actor)
    return redirect("callups:desk-dispatch-detail", run.code)
