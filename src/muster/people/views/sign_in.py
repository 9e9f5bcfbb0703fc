"""The door: by phone and code, by password and authenticator, by a link that works once."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from muster.people.actions import accounts, sessions, sign_in
from muster.people.actions.notes import note
from muster.people.forms.sign_in import CodeForm, PasswordForm, PhoneForm
from muster.people.homes import home_of
from muster.people.models import Account
from muster.people.queries.actors import actor_of, needs_second_factor
from muster.people.rules import masked_phone
from muster.people.views import lockout, waiting
from muster.people.web_types import ActorRequest, posted
from muster.toolkit.actor import Actor
from muster.toolkit.pages import page
from muster.toolkit.refusal import Refused

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_http_methods(["GET", "POST"])
def begin(request: ActorRequest) -> HttpResponse:
    """Ask for the phone number, and send a code to it."""
    waiting.remember_way(request)
    form = PhoneForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            number = sign_in.send_code(form.cleaned_data["phone"], address=request.actor.address)
        except Refused as error:
            form.add_error("phone", error.message)
        else:
            waiting.remember_phone(request, number)
            return redirect("people:sign-in-code")
    context = {"form": form, "ended": "ended" in request.GET, "left": "left" in request.GET}
    return _form_page(request, "people/sign_in/phone.html", form, context)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: ActorRequest) -> HttpResponse:
    """Ask for the code that was sent."""
    number = waiting.phone(request)
    if not number:
        return redirect("people:sign-in")
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        lockout.check(request, number)
        try:
            person = sign_in.use_code(number, form.cleaned_data["code"])
        except Refused as error:
            if error.code != "code_expired":
                lockout.failed(request, number)
            form.add_error("code", error.message)
        else:
            lockout.passed(number)
            if person is None:
                return page(request, "people/sign_in/unknown.html", {"masked": masked_phone(number)})
            actor = Actor(label=person.code, person_id=person.pk, address=request.actor.address)
            account = accounts.create(person, actor=actor)
            sign_in.check_open(account)
            return _enter(request, account, has_second_factor=False)
    context = {
        "form": form,
        "masked": masked_phone(number),
        "seconds": sign_in.wait_for_code(number, timezone.now()),
    }
    return _form_page(request, "people/sign_in/code.html", form, context)


@require_POST
def code_again(request: ActorRequest) -> HttpResponse:
    """Send another code to the same number."""
    number = waiting.phone(request)
    if number:
        sign_in.send_code(number, address=request.actor.address)
    return redirect("people:sign-in-code")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def password(request: ActorRequest) -> HttpResponse:
    """Ask for login name and password."""
    waiting.remember_way(request)
    form = PasswordForm(posted(request))
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["login"].strip().lower()
        lockout.check(request, name)
        account = authenticate(request, username=name, password=form.cleaned_data["password"])
        if account is not None and not needs_second_factor(account, timezone.localdate()):
            lockout.passed(name)
            return _enter(request, account, has_second_factor=False)
        if account is not None:
            waiting.remember_account(request, account)
            return redirect("people:sign-in-totp")
        form.add_error(None, waiting.WRONG_PASSWORD)
    return _form_page(request, "people/sign_in/password.html", form, {"form": form})


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def totp(request: ActorRequest) -> HttpResponse:
    """Ask for the code of the authenticator; at the first time, show what sets it up."""
    account = waiting.account(request)
    if account is None:
        return redirect("people:sign-in-password")
    secret = "" if account.totp_confirmed_at else waiting.totp_secret(request)
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        lockout.check(request, account.login)
        try:
            if secret:
                actor = Actor(label=account.person.code, account_id=account.pk, address=request.actor.address)
                sign_in.confirm_totp(account, secret, form.cleaned_data["code"], actor=actor)
            else:
                sign_in.use_totp(account, form.cleaned_data["code"])
        except Refused as error:
            lockout.failed(request, account.login)
            form.add_error("code", error.message)
        else:
            lockout.passed(account.login)
            return _enter(request, account, has_second_factor=True)
    context = {
        "form": form,
        "secret": secret,
        "spelled": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "uri": sign_in.totp_uri(account, secret) if secret else "",
    }
    return _form_page(request, "people/sign_in/totp.html", form, context)


@require_http_methods(["GET", "POST"])
def link(request: ActorRequest, token: str) -> HttpResponse:
    """Sign in by a link. It is used by the button, because chat programs open links to look behind them."""
    try:
        if request.method == "GET":
            account, _row = sign_in.read_link(token)
            return page(request, "people/sign_in/link.html", {"account": account})
        account = sign_in.use_link(token)
    except Refused as error:
        # What opens the door instead, and not the same link once more.
        status = int(str(error.detail.get("status", 409)))
        return page(request, "people/sign_in/no_link.html", {"error": error}, status=status)
    if settings.PRODUCTION and needs_second_factor(account, timezone.localdate()):
        waiting.remember_account(request, account)
        return redirect("people:sign-in-totp")
    # In the demo the link stands for all proofs: whoever reads it has the terminal of the machine.
    return _enter(request, account, has_second_factor=not settings.PRODUCTION)


@require_POST
def leave(request: ActorRequest) -> HttpResponse:
    """Sign out: the session is gone, not only forgotten by the browser."""
    if isinstance(request.user, Account):
        note("people.account.signed_out", request.user, actor=request.actor, at=timezone.now())
    logout(request)
    return redirect("/sign-in/?left=1")


def _enter(request: ActorRequest, account: Account, *, has_second_factor: bool) -> HttpResponse:
    """Begin a session under a new key and go where the person wanted to go, or to their work."""
    way = waiting.forget(request)
    request.session.cycle_key()
    login(request, account, backend=BACKEND)
    now = timezone.now()
    sessions.begin(request.session, now, has_second_factor=has_second_factor)
    actor = actor_of(
        account, timezone.localdate(now), has_second_factor=has_second_factor, address=request.actor.address
    )
    note("people.account.signed_in", account, actor=actor, at=now)
    if way and url_has_allowed_host_and_scheme(way, {request.get_host()}, require_https=request.is_secure()):
        return redirect(way)
    return redirect(home_of(actor))


def _form_page(request: ActorRequest, template: str, form: Form, context: dict[str, object]) -> HttpResponse:
    return page(request, template, context, status=422 if form.errors else 200)
