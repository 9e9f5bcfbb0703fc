"""What is on file about oneself: the profile, the consents, and who looked."""

from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.audit.queries import disclosures_of
from muster.notifications.actions.messages import do_without, prefer
from muster.people import access
from muster.people.actions import accounts, consents, volunteers
from muster.people.actions.sessions import SECOND_FACTOR
from muster.people.forms.my import ConsentForm, MyStateForm, OwnPasswordForm, ProfileForm
from muster.people.queries import profiles
from muster.people.views import lockout
from muster.people.web_types import ActorRequest, posted, sign_in_first
from muster.toolkit import toasts
from muster.toolkit.pages import page
from muster.toolkit.paging import page_after
from muster.toolkit.refusal import Refused


@never_cache
@require_http_methods(["GET", "POST"])
@sign_in_first
def profile(request: ActorRequest) -> HttpResponse:
    """What one offers, and how one is reached."""
    me = access.get_myself(request.actor)
    mine = profiles.profile_of(me)
    if mine is None:
        return page(
            request, "people/my/profile.html", {"form": None, "asked": profiles.consents_of(me), "me": me}
        )
    form = ProfileForm(
        posted(request), profile=mine, channel=profiles.channel_of(me), unwanted=profiles.unwanted_of(me)
    )
    if request.method == "POST" and form.is_valid():
        try:
            volunteers.update_profile(mine, actor=request.actor, **form.changes())
        except Refused as error:
            form.add_error(FIELDS_OF_CODES.get(error.code), error.message)
        else:
            prefer(me.pk, form.cleaned_data["channel"])
            do_without(me.pk, form.cleaned_data["unwanted"])
            toasts.add(request, _("Kept. Call-ups ask you by this from now on."))
            return redirect("people:my-profile")
    context = {
        "form": form,
        "mine": mine,
        "me": me,
        "asked": profiles.consents_of(me),
        "week": profiles.week_of(
            form.changes()["availability"] if form.is_bound and form.is_valid() else mine.availability
        ),
    }
    return page(request, "people/my/profile.html", context, status=422 if form.errors else 200)


@require_POST
def consent(request: ActorRequest) -> HttpResponse:
    """Agree to one purpose, or take it back. Agreeing to serve makes one a volunteer."""
    me = access.get_myself(request.actor)
    form = ConsentForm(request.POST)
    if form.is_valid() and form.cleaned_data["answer"] == "give":
        consents.agree(me, form.cleaned_data["purpose"], actor=request.actor)
        toasts.add(request, _("Your consent is noted. You can take it back here at any time."))
    elif form.is_valid():
        consents.withdraw(me, form.cleaned_data["purpose"], actor=request.actor)
        toasts.add(request, _("Your consent is taken back."))
    return redirect("people:my-profile")


@require_POST
def change_state(request: ActorRequest) -> HttpResponse:
    """Be callable, or not for a while."""
    me = access.get_myself(request.actor)
    form = MyStateForm(request.POST)
    mine = profiles.profile_of(me)
    if mine is not None and form.is_valid():
        volunteers.set_state(mine, form.cleaned_data["state"], actor=request.actor)
    return redirect("people:my-profile")


@never_cache
@require_GET
@sign_in_first
def disclosures(request: ActorRequest) -> HttpResponse:
    """Who read which sealed field of mine, when and why."""
    me = access.get_myself(request.actor)
    found = page_after(disclosures_of(me.pk), key=("-id",), after=request.GET.get("after", ""))
    context = {"page": found, "readings": profiles.readings(found.rows)}
    return page(request, "people/my/disclosures.html", context)


@never_cache
@sensitive_post_parameters("current", "password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_first
def password(request: ActorRequest) -> HttpResponse:
    """A new password of one's own. Every other device is signed out by it."""
    account = access.get_own_account(request.actor)
    form = OwnPasswordForm(posted(request), has_password=account.has_usable_password())
    if request.method == "POST" and form.is_valid():
        lockout.check(request, account.login)
        try:
            accounts.change_password(
                account,
                form.cleaned_data["password"],
                current=form.cleaned_data.get("current", ""),
                has_second_factor=bool(request.session.get(SECOND_FACTOR)),
                actor=request.actor,
            )
        except Refused as error:
            if error.code == "password_wrong":
                lockout.failed(request, account.login)
            form.add_error(FIELDS_OF_CODES.get(error.code), error.message)
        else:
            update_session_auth_hash(request, account)
            toasts.add(request, _("The new password counts from now on. Other devices are signed out."))
            return redirect("people:my-profile")
    context = {"form": form, "login": account.login}
    return page(request, "people/my/password.html", context, status=422 if form.errors else 200)


FIELDS_OF_CODES = {
    "password_wrong": "current",
    "password_weak": "password",
    "consent_needed": "health_limits",
    "minor_in_emergency": "emergency_willing",
    "quiet_hours_wrong": "quiet_from_minute",
}
