"""The desk's pages of resident units: the register, and everything that binds a unit to its community."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
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
from muster.toolkit.attempts import attempt
from muster.toolkit.pages import page
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
        "is_filtered": any(asked[name] for name in ("text", "kind", "linked")),
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
    if not form.is_bound:
        return _form_page(request, form)
    done = attempt(form, units.create, blame="uscc", actor=request.actor)
    if done.failed:
        return _form_page(request, form, status=done.status)
    unit = done.result
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
    if not form.is_bound:
        return _form_page(request, form, unit=unit)
    done = attempt(form, partial(units.update, unit), actor=request.actor)
    if done.failed:
        return _form_page(request, form, unit=unit, status=done.status)
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
    said = _("Not linked any more. What was promised stands.")
    return _decide(request, code, units.unlink, said, unlink_form=UnlinkForm(request.POST))


@require_POST
def contact(request: ActorRequest, code: str) -> HttpResponse:
    """Unit and community spoke."""
    return _decide(request, code, units.log_contact, _("Noted."), contact_form=ContactForm(request.POST))


@require_POST
def plan(request: ActorRequest, code: str) -> HttpResponse:
    """The next version of the contingency plan."""
    said = _("The new version is on file.")
    return _decide(request, code, units.add_plan, said, plan_form=PlanForm(request.POST))


@require_POST
def liaison(request: ActorRequest, code: str) -> HttpResponse:
    """Who speaks for the unit from now on."""
    said = _("Appointed. They can sign in with their number.")
    form = LiaisonForm(request.POST)
    return _decide(request, code, rosters.appoint_liaison, said, blame="phone", liaison_form=form)


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
    said = _("The reserve team is on file.")
    return _decide(request, code, rosters.form_team, said, blame="people", team_form=TeamForm(request.POST))


def _decide(
    request: ActorRequest,
    code: str,
    deed: Callable[..., object],
    said: str,
    *,
    blame: str | None = None,
    **filled: forms.Form,
) -> HttpResponse:
    """One form of the unit's page: the deed is done and said, or the page comes back with that form as it was filled."""
    unit = access.get_unit(request.actor, code, Need.MANAGE)
    (form,) = filled.values()
    done = attempt(form, partial(deed, unit), blame=blame, actor=request.actor)
    if done.failed:
        return _page(request, unit, done.status, **filled)
    toasts.add(request, said)
    return redirect("web:desk-unit-detail", unit.code)


def _form_page(
    request: ActorRequest, form: forms.Form, *, unit: ResidentUnit | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    return page(request, "web/units/form.html", {"form": form, "unit": unit}, status=status)


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
