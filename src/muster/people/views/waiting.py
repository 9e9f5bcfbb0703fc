"""What the door remembers between two steps of a sign-in. Numbers and secrets lie sealed in the session."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from muster.people.actions import sign_in
from muster.people.models import Account
from muster.people.web_types import ActorRequest
from muster.toolkit import crypto

PHONE = "sign_in_phone"
ACCOUNT = "sign_in_account"
SECRET = "sign_in_secret"  # noqa: S105 - the name of a key of the session
WAY = "sign_in_way"
PATIENCE = timedelta(minutes=10)
WRONG_PASSWORD = _("Login name and password do not fit. Check both; capital letters count in the password.")


def remember_way(request: ActorRequest) -> None:
    """Where the person wanted to go; checked when it is used."""
    if way := request.GET.get("next", ""):
        request.session[WAY] = way[:500]


def remember_phone(request: ActorRequest, number: str) -> None:
    """The number that a code was sent to."""
    request.session[PHONE] = crypto.encrypt(number, place="session.phone")


def phone(request: ActorRequest) -> str:
    """The number that a code was sent to; "" at the beginning."""
    return _opened(request, PHONE, "session.phone")


def remember_account(request: ActorRequest, account: Account) -> None:
    """Who has given the first proof, and when. From here on the session has another key."""
    request.session.cycle_key()
    request.session[ACCOUNT] = [account.pk, timezone.now().isoformat()]
    request.session.pop(SECRET, None)


def account(request: ActorRequest) -> Account | None:
    """Who has given the first proof a short time ago."""
    key, since = request.session.get(ACCOUNT, (None, ""))
    if key is None or timezone.now() - datetime.fromisoformat(since) > PATIENCE:
        return None
    return Account.objects.select_related("person").filter(pk=key, is_active=True).first()


def totp_secret(request: ActorRequest) -> str:
    """The secret on the screen of whoever sets up an authenticator; the same one when the page is loaded again."""
    if not _opened(request, SECRET, "session.totp"):
        request.session[SECRET] = crypto.encrypt(sign_in.new_totp_secret(), place="session.totp")
    return _opened(request, SECRET, "session.totp")


def forget(request: ActorRequest) -> str:
    """Drop all of it; returns where the person wanted to go."""
    way = str(request.session.pop(WAY, ""))
    for key in (PHONE, ACCOUNT, SECRET):
        request.session.pop(key, None)
    return way


def _opened(request: ActorRequest, key: str, place: str) -> str:
    """What lies sealed in the session; "" where there is nothing, or its key has left the ring since."""
    try:
        return crypto.decrypt(str(request.session.get(key, "")), place=place)
    except crypto.Unreadable:
        return ""
