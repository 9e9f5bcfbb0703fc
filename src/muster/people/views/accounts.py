"""Who may do what: the accounts of one's places, their roles, and their ways in."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muster.people import access
from muster.people.access import GRANTERS
from muster.people.actions import accounts, keys
from muster.people.forms import accounts as forms
from muster.people.models import Account
from muster.people.queries import accounts as queries
from muster.people.queries.register import single_community
from muster.people.web_types import ActorRequest, posted, sign_in_first
from muster.territory.queries import names_of
from muster.toolkit import searching, toasts
from muster.toolkit.pages import page
from muster.toolkit.refusal import Refused

FIELDS_OF_CODES = {
    "role_place": "over",
    "role_level": "over",
    "role_not_yours_to_give": "over",
    "role_department": "department",
    "role_dates": "last_on",
}


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_first
def index(request: ActorRequest) -> HttpResponse:
    """Who holds which role in the places where one may give them."""
    access.require(request.actor, *GRANTERS)
    if request.method == "POST":
        return searching.to_results(request, forms.AccountSearchForm)
    form = searching.searched(request, forms.AccountSearchForm)
    asked = searching.asked_of(form)
    found = queries.search_accounts(
        request.actor, text=asked["q"], role=asked["role"], after=request.GET.get("after", "")
    )
    context = {
        "form": form,
        "page": found,
        "rows": queries.rows_of(found.rows, request.actor),
        "is_filtered": any(asked.values()),
    }
    return page(request, "people/desk/accounts.html", context)


@never_cache
@sensitive_post_parameters("who")
@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_first
def new(request: ActorRequest) -> HttpResponse:
    """An account for somebody on file, before they have signed in for the first time."""
    access.require(request.actor, *GRANTERS)
    form = forms.NewAccountForm(posted(request), actor=request.actor)
    if request.method == "POST" and form.is_valid():
        try:
            account = accounts.create(
                form.cleaned_data["who"], login=form.cleaned_data["login"], actor=request.actor
            )
        except Refused as error:
            form.add_error("login", error.message)
        else:
            return redirect("people:desk-account", account.code)
    return page(request, "people/desk/account_new.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_safe
@sign_in_first
def detail(request: ActorRequest, code: str) -> HttpResponse:
    """One account: whose it is in masks, its roles, its ways in."""
    return _page(request, access.get_account(request.actor, code))


@require_POST
def grant(request: ActorRequest, code: str) -> HttpResponse:
    """Entrust the account with one more role."""
    account = access.get_account(request.actor, code)
    form = forms.GrantForm(request.POST, actor=request.actor)
    if form.is_valid():
        try:
            accounts.grant(account, actor=request.actor, **form.said())
        except Refused as error:
            form.add_error(FIELDS_OF_CODES.get(error.code), error.message)
        else:
            toasts.add(request, _("The role is given. It counts from its first day, at the next click."))
            return redirect("people:desk-account", code)
    return _page(request, account, form=form, status=422)


@require_POST
def revoke(request: ActorRequest, code: str) -> HttpResponse:
    """Take a role back. One that has gone meanwhile is gone."""
    account = access.get_account(request.actor, code)
    form = forms.RoleKeyForm(request.POST)
    role = queries.role_of(account, form.cleaned_data["role"]) if form.is_valid() else None
    if role is None:
        raise Http404
    accounts.revoke(role, actor=request.actor)
    toasts.add(request, _("The role is taken back. It ends at the next click."))
    return redirect("people:desk-account", code)


@require_POST
def change_state(request: ActorRequest, code: str) -> HttpResponse:
    """Lock the account, or open it again."""
    account = access.get_account(request.actor, code)
    form = forms.AccountStateForm(request.POST)
    if not form.is_valid():
        raise Http404
    deed = keys.lock if form.cleaned_data["state"] == "locked" else keys.unlock
    said = _("Locked. Nobody gets in by it.") if deed is keys.lock else _("Open again.")
    return _done(request, account, deed, said)


@require_POST
def end_sessions(request: ActorRequest, code: str) -> HttpResponse:
    """Sign the account out everywhere."""
    account = access.get_account(request.actor, code)
    return _done(request, account, keys.end_sessions, _("Signed out on every device."))


@require_POST
def renew_second_factor(request: ActorRequest, code: str) -> HttpResponse:
    """Forget a lost authenticator."""
    account = access.get_account(request.actor, code)
    return _done(
        request, account, keys.renew_second_factor, _("The next sign-in sets up a new authenticator.")
    )


@require_POST
def send_link(request: ActorRequest, code: str) -> HttpResponse:
    """Send a link that signs in once, to the phone on file."""
    account = access.get_account(request.actor, code)
    return _done(request, account, keys.send_link, _("The link is on its way to the phone on file."))


def _done(request: ActorRequest, account: Account, deed: Callable[..., None], said: str) -> HttpResponse:
    deed(account, actor=request.actor)
    toasts.add(request, said)
    return redirect("people:desk-account", account.code)


def _page(
    request: ActorRequest, account: Account, *, form: forms.GrantForm | None = None, status: int = 200
) -> HttpResponse:
    community = single_community(request.actor)
    over = names_of([community]).get(community, "") if community else ""
    context = {
        "card": queries.card_of(account, request.actor),
        "form": form or forms.GrantForm(actor=request.actor, over=over),
    }
    return page(request, "people/desk/account.html", context, status=status)
