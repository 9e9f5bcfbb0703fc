"""The desk's pages of resident units: the register, and everything that binds a unit to its community."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muster.organizations import access
from muster.organizations.actions import units
from muster.organizations.enums import UnitKind
from muster.organizations.forms import (
    CommunityLiaisonForm,
    ContactForm,
    LiaisonForm,
    PlanForm,
    TeamForm,
    UnitFactsForm,
    UnitForm,
    UnlinkForm,
)
from muster.organizations.models import ResidentUnit
from muster.people.access import RUNNERS, SEERS, Need, require
from muster.people.actions import units as people_of_units
from muster.people.enums import LiaisonSide
from muster.people.web_types import ActorRequest, posted, sign_in_first
from muster.toolkit import server_clock, toasts
from muster.toolkit.pages import page
from muster.toolkit.refusal import Refused
from muster.web.actions import rosters
from muster.web.queries import units as queries

# So many can be chosen from as the liaison of the community; a list for the thumb, not the register.
MOST_WORKERS = 60
READ_OR_WRITE = ["GET", "HEAD", "POST"]


@require_safe
@sign_in_first
def index(request: ActorRequest) -> HttpResponse:
    """The register, a page at a time."""
    require(request.actor, *SEERS)
    asked = {name: request.GET.get(name, "") for name in ("text", "kind", "linked", "after")}
    visible = access.units_visible_to(request.actor)
    rows, found = queries.unit_rows(visible, server_clock.now(), **asked)
    context = {
        "rows": rows,
        "page": found,
        "asked": asked,
        "kinds": UnitKind.choices,
        "may_create": request.actor.has(*RUNNERS),
    }
    return page(request, "web/units/list.html", context)


@require_http_methods(READ_OR_WRITE)
@sign_in_first
def new(request: ActorRequest) -> HttpResponse:
    """A unit that is not on the list yet."""
    require(request.actor, *RUNNERS)
    communities = queries.communities_run_by(request.actor)
    form = UnitForm(posted(request), communities=communities)
    if not form.is_valid():
        return _form_page(request, form)
    try:
        unit = units.create(actor=request.actor, **form.cleaned_data)
    except Refused as refused:
        form.add_error("uscc", refused.message)
        return _form_page(request, form, status=HTTPStatus.CONFLICT)
    toasts.add(request, _("%(name)s is on the list. Link it, and name the liaisons.") % {"name": unit.name})
    return redirect("web:desk-unit-detail", unit.code)


@require_safe
@sign_in_first
def detail(request: ActorRequest, code: str) -> HttpResponse:
    """One unit."""
    return _page(request, access.get_unit(request.actor, code, Need.SEE))


@require_http_methods(READ_OR_WRITE)
@sign_in_first
def edit(request: ActorRequest, code: str) -> HttpResponse:
    """Other facts about a unit."""
    unit = access.get_unit(request.actor, code, Need.MANAGE)
    names = list(UnitFactsForm.base_fields)
    initial = {name: getattr(unit, name) for name in names}
    form = UnitFactsForm(posted(request), initial=initial)
    if not form.is_valid():
        return _form_page(request, form, unit=unit)
    units.update(unit, actor=request.actor, **form.cleaned_data)
    toasts.add(request, _("Saved."))
    return redirect("web:desk-unit-detail", unit.code)


@require_POST
def link(request: ActorRequest, code: str) -> HttpResponse:
    """The unit reports in to its community from now on."""
    unit = access.get_unit(request.actor, code, Need.MANAGE)
    units.link(unit, actor=request.actor)
    toasts.add(request, _("Linked. The unit can be called from now on."))
    return redirect("web:desk-unit-detail", unit.code)


@require_POST
def unlink(request: ActorRequest, code: str) -> HttpResponse:
    """The unit is not called any more."""
    unit = access.get_unit(request.actor, code, Need.MANAGE)
    form = UnlinkForm(request.POST)
    if not form.is_valid():
        return _page(request, unit, HTTPStatus.UNPROCESSABLE_ENTITY, unlink_form=form)
    units.unlink(unit, actor=request.actor, **form.cleaned_data)
    toasts.add(request, _("Not linked any more. What was promised stands."))
    return redirect("web:desk-unit-detail", unit.code)


@require_POST
def contact(request: ActorRequest, code: str) -> HttpResponse:
    """Unit and community spoke."""
    unit = access.get_unit(request.actor, code, Need.MANAGE)
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _page(request, unit, HTTPStatus.UNPROCESSABLE_ENTITY, contact_form=form)
    units.log_contact(unit, actor=request.actor, **form.cleaned_data)
    toasts.add(request, _("Noted."))
    return redirect("web:desk-unit-detail", unit.code)


@require_POST
def plan(request: ActorRequest, code: str) -> HttpResponse:
    """The next version of the contingency plan."""
    unit = access.get_unit(request.actor, code, Need.MANAGE)
    form = PlanForm(request.POST)
    if not form.is_valid():
        return _page(request, unit, HTTPStatus.UNPROCESSABLE_ENTITY, plan_form=form)
    added = units.add_plan(unit, actor=request.actor, **form.cleaned_data)
    toasts.add(request, _("Version %(version)s is on file.") % {"version": added.version})
    return redirect("web:desk-unit-detail", unit.code)


@require_POST
def liaison(request: ActorRequest, code: str) -> HttpResponse:
    """Who speaks for the unit from now on."""
    unit = access.get_unit(request.actor, code, Need.MANAGE)
    form = LiaisonForm(request.POST)
    if not form.is_valid():
        return _page(request, unit, HTTPStatus.UNPROCESSABLE_ENTITY, liaison_form=form)
    try:
        rosters.appoint_liaison(unit, actor=request.actor, **form.cleaned_data)
    except Refused as refused:
        form.add_error("phone", refused.message)
        return _page(request, unit, HTTPStatus.CONFLICT, liaison_form=form)
    toasts.add(request, _("Appointed. They can sign in with their number."))
    return redirect("web:desk-unit-detail", unit.code)


@require_POST
def community_liaison(request: ActorRequest, code: str) -> HttpResponse:
    """Who of the community speaks with the unit from now on."""
    unit = access.get_unit(request.actor, code, Need.MANAGE)
    form = CommunityLiaisonForm(request.POST)
    wanted = form.cleaned_data["person"] if form.is_valid() else ""
    person = get_object_or_404(queries.workers_of(unit), code=wanted)
    people_of_units.appoint_liaison(unit, person, LiaisonSide.COMMUNITY, actor=request.actor)
    toasts.add(request, _("Appointed."))
    return redirect("web:desk-unit-detail", unit.code)


@require_POST
def team(request: ActorRequest, code: str) -> HttpResponse:
    """The reserve team with exactly these people."""
    unit = access.get_unit(request.actor, code, Need.MANAGE)
    form = TeamForm(request.POST)
    if not form.is_valid():
        return _page(request, unit, HTTPStatus.UNPROCESSABLE_ENTITY, team_form=form)
    try:
        rosters.form_team(
            unit, name=form.cleaned_data["name"], lines=form.cleaned_data["people"], actor=request.actor
        )
    except Refused as refused:
        form.add_error("people", refused.message)
        return _page(request, unit, HTTPStatus.CONFLICT, team_form=form)
    toasts.add(request, _("The reserve team is on file."))
    return redirect("web:desk-unit-detail", unit.code)


def _form_page(
    request: ActorRequest, form: forms.Form, *, unit: ResidentUnit | None = None, status: int | None = None
) -> HttpResponse:
    usual = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return page(request, "web/units/form.html", {"form": form, "unit": unit}, status=status or usual)


def _page(
    request: ActorRequest, unit: ResidentUnit, status: int = HTTPStatus.OK, **filled: forms.Form
) -> HttpResponse:
    may_manage = request.actor.has(*RUNNERS, division_code=unit.division_code)
    context = {
        "shown": queries.unit_detail(unit, server_clock.now()),
        "may_manage": may_manage,
        "workers": list(queries.workers_of(unit)[:MOST_WORKERS]) if may_manage else [],
        "contact_form": ContactForm(),
        "plan_form": PlanForm(),
        "unlink_form": UnlinkForm(),
        "liaison_form": LiaisonForm(),
        "team_form": TeamForm(),
        **filled,
    }
    return page(request, "web/units/detail.html", context, status=status)
