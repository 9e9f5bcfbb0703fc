"""Too many wrong proofs: django-axes counts them, by a fingerprint of whose door it was and never by a clear number."""

from datetime import timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.toolkit import crypto, pages
from muster.toolkit.refusal import Refused

COOL_OFF = timedelta(hours=settings.AXES_COOLOFF_TIME)


def fingerprint(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """What axes stores in place of a login name (AXES_USERNAME_CALLABLE)."""
    return _mark(str((credentials or {}).get("username", "")))


def check(request: HttpRequest, door: str) -> None:
    """Refuses `locked_out` after too many failures at this door, or from this address at any door."""
    if not AxesProxyHandler.is_allowed(request, {"username": door}) or _is_crowded(request):
        raise _locked()


def failed(request: HttpRequest, door: str) -> None:
    """Count one failure; refuses `locked_out` when it was the last one allowed."""
    AxesProxyHandler.user_login_failed(sender=__name__, credentials={"username": door}, request=request)
    if getattr(request, "axes_locked_out", False):
        raise _locked()


def passed(door: str) -> None:
    """Forget the failures at this door: whoever came in was its owner."""
    AxesProxyHandler.reset_attempts(username=_mark(door))


def page(request: HttpRequest, credentials: dict[str, Any] | None, *_args: Any) -> HttpResponse:
    """What axes answers with at the door that was just locked (AXES_LOCKOUT_CALLABLE)."""
    return pages.refusal(request, _locked())


def _mark(door: str) -> str:
    return str(crypto.blind_index(door.strip().lower(), purpose="lockout"))


def _is_crowded(request: HttpRequest) -> bool:
    recent = AccessAttempt.objects.filter(
        ip_address=request.axes_ip_address,  # type: ignore[attr-defined]  # is_allowed() has set it
        attempt_time__gt=timezone.now() - COOL_OFF,
    )
    failures: int = recent.aggregate(all=Sum("failures_since_start"))["all"] or 0
    return failures >= settings.ADDRESS_FAILURE_LIMIT


def _locked() -> Refused:
    return Refused(
        "locked_out",
        _("Too many wrong tries. Wait %(minutes)d minutes, or ask the community for a sign-in link.")
        % {"minutes": COOL_OFF.seconds // 60},
        {"status": 429},
    )
