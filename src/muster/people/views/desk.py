"""The register at the desk: the list, one person, registering, correcting, and reading what is sealed."""

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.audit.queries import disclosures_of
from muster.people import access
from muster.people.access import RUNNERS, SEERS, Need
from muster.people.actions import persons, registration, volunteers
from muster.people.forms import desk as forms
from muster.people.models import Person
from muster.people.queries import profiles, register
from muster.people.queries.reveal import reveal
from muster.people.web_types import ActorRequest, posted, sign_in_first
from muster.territory.queries import names_of
from muster.toolkit import searching, toasts
from muster.toolkit.pages import page
from muster.toolkit.refusal import Refused

NEWEST_READINGS = 5


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_first
def people(request: ActorRequest) -> HttpResponse:
    """The forces of the places that one sees."""
    access.require(request.actor, *SEERS)
    if request.method == "POST":
        return searching.to_results(request, forms.SearchForm)
    form = searching.searched(request, forms.SearchForm)
    asked = searching.asked_of(form)
    found = register.search_people(
        request.actor, text=asked["q"], force=asked["force"], after=request.GET.get("after", "")
    )
    community = register.single_community(request.actor)
    context = {
        "form": form,
        "page": found,
        "rows": register.rows_of(found.rows, request.actor),
        "is_filtered": any(asked.values()),
        "community": names_of([community]).get(community, "") if community else "",
        "coverage": register.coverage(community) if community else None,
        "may_register": request.actor.has(*RUNNERS),
    }
    return page(request, "people/desk/people.html", context)


@never_cache
@require_GET
@sign_in_first
def person(request: ActorRequest, code: str) -> HttpResponse:
    """One person, sealed fields masked."""
    return _person_page(request, access.get_person(request.actor, code))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@sign_in_first
def new(request: ActorRequest) -> HttpResponse:
    """Register somebody."""
    access.require(request.actor, *RUNNERS)
    form = forms.NewPersonForm(posted(request), actor=request.actor)
    if request.method == "POST" and form.is_valid():
        try:
            registered = registration.register_at_desk(actor=request.actor, **form.cleaned_data)
        except Refused as error:
            _show(form, error)
        else:
            toasts.add(request, _("%(name)s is on file.") % {"name": registered.name})
            return redirect("people:desk-person", registered.code)
    context = {"form": form, "text": profiles.newest_text("volunteer_service")}
    return page(request, "people/desk/new.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@sign_in_first
def edit(request: ActorRequest, code: str) -> HttpResponse:
    """Correct what is on file."""
    somebody = access.get_person(request.actor, code, Need.MANAGE)
    form = forms.CorrectionForm(posted(request), actor=request.actor, person=somebody)
    if request.method == "POST" and form.is_valid():
        try:
            persons.correct(somebody, actor=request.actor, **form.changes())
        except Refused as error:
            _show(form, error)
        else:
            toasts.add(request, _("The correction is on file."))
            return redirect("people:desk-person", code)
    context = {"form": form, "person": somebody}
    return page(request, "people/desk/edit.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
def show_field(request: ActorRequest, code: str) -> HttpResponse:
    """Read one sealed field, which the person will see. The value is in the answer and in no address."""
    somebody = access.get_person(request.actor, code, Need.OPERATE)
    form = forms.RevealForm(request.POST)
    if not form.is_valid():
        return _person_page(request, somebody, status=422, reveal_form=form)
    clear = reveal(
        somebody, form.cleaned_data["field"], actor=request.actor, purpose=form.cleaned_data["purpose"]
    )
    return _person_page(request, somebody, clear=clear)


@require_POST
def change_state(request: ActorRequest, code: str) -> HttpResponse:
    """Pause a volunteer, note that they left, or take them back."""
    somebody = access.get_person(request.actor, code, Need.MANAGE)
    form = forms.StateForm(request.POST)
    if form.is_valid() and profiles.profile_of(somebody):
        volunteers.set_state(somebody.volunteer, form.cleaned_data["state"], actor=request.actor)
    return redirect("people:desk-person", code)


@require_POST
def allow_age(request: ActorRequest, code: str) -> HttpResponse:
    """Record an exception to the upper age of emergency posts."""
    somebody = access.get_person(request.actor, code, Need.MANAGE)
    form = forms.AgeExceptionForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    if profiles.profile_of(somebody):
        volunteers.allow_above_age(somebody.volunteer, reason=reason, actor=request.actor)
    return redirect("people:desk-person", code)


def _person_page(
    request: ActorRequest,
    somebody: Person,
    *,
    clear: dict[str, str] | None = None,
    reveal_form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    may_run = request.actor.has(*RUNNERS, division_code=somebody.division_code)
    context = {
        "card": profiles.card_of(somebody, clear or {}, may_run=may_run),
        "person": somebody,
        "place": names_of([somebody.division_code]).get(somebody.division_code, ""),
        "asked": profiles.consents_of(somebody),
        "roles": profiles.roles_of(somebody),
        "readings": profiles.readings(disclosures_of(somebody.pk)[:NEWEST_READINGS]),
        "may_run": may_run,
        "reveal_form": reveal_form or forms.RevealForm(),
        "age_form": forms.AgeExceptionForm(),
    }
    return page(request, "people/desk/person.html", context, status=status)


def _show(form: Form, error: Refused) -> None:
    """Put the sentence beside the field that it is about, so that what was typed stays and can be mended."""
    field = next((name for name in form.fields if error.code.startswith(name)), None)
    form.add_error(FIELDS_OF_CODES.get(error.code, field), error.message)


FIELDS_OF_CODES = {
    "birth_differs": "birth_on",
    "too_young": "birth_on",
    "guardian_needed": "guardian_name",
    "minor_in_emergency": "emergency_willing",
    "agreement_missing": "has_agreed",
}
