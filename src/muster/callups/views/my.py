"""The page of one offer, opened from a message by a signed link: no account, no password, one tap."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from muster.callups import access
from muster.callups.actions import offers
from muster.callups.enums import AnswerReason
from muster.callups.forms.my import AnswerForm
from muster.callups.models import Offer
from muster.callups.queries.calendar import calendar_of
from muster.callups.queries.my_call import my_call
from muster.callups.rules.answers import risk_mark
from muster.people.web_types import ActorRequest
from muster.toolkit.actor import Actor
from muster.toolkit.pages import page
from muster.toolkit.refusal import Refused

GONE, FORBIDDEN, SEE_OTHER, UNPROCESSABLE, CONFLICT = 410, 403, 303, 422, 409
REASONS = (AnswerReason.WORK, AnswerReason.UNWELL, AnswerReason.FAMILY, AnswerReason.AWAY)


@never_cache
@require_safe
def show(request: ActorRequest, token: str) -> HttpResponse:
    """The question, or how it stands."""
    return _page(request, token, _opened(request, token, timezone.now()))


# The address itself is the secret that a forger lacks, and phones that keep no cookies can answer all the same.
@csrf_exempt
@never_cache
@require_POST
def answer(request: ActorRequest, token: str) -> HttpResponse:
    """Yes, or no with a reason; then back to the page, which shows what became of it."""
    offer = _opened(request, token, timezone.now())
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(
            request,
            token,
            offer,
            _("This answer was not complete. Choose one of the buttons."),
            UNPROCESSABLE,
        )
    actor = Actor(label=offer.person.code, person_id=offer.person_id, address=request.actor.address)
    try:
        if form.is_yes:
            confirmed = form.cleaned_data["risk"] == risk_mark(offer.call_up.risk_statement)
            offers.accept(offer, actor=actor, risk_confirmed=confirmed)
        else:
            offers.decline(offer, form.reason, actor=actor)
    except Refused as refused:
        return _page(request, token, _opened(request, token, timezone.now()), refused.message, CONFLICT)
    return HttpResponse(status=SEE_OTHER, headers={"Location": reverse("callups:my-offer", args=[token])})


@never_cache
@require_safe
def calendar(request: ActorRequest, token: str) -> HttpResponse:
    """The seat as an entry for the phone's calendar."""
    offer = _opened(request, token, timezone.now())
    body = calendar_of(offer, request.build_absolute_uri(reverse("callups:my-offer", args=[token])))
    name = f'attachment; filename="muster-{offer.code}.ics"'
    return HttpResponse(
        body, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": name}
    )


def _opened(request: ActorRequest, token: str, at: datetime) -> Offer:
    """The offer of this link, unless somebody else is signed in on this device."""
    try:
        offer = access.offer_of_link(token, at)
    except Refused as refused:
        status = GONE if refused.code == "link_expired" else FORBIDDEN
        raise Refused(refused.code, refused.message, {"status": status}) from refused
    if request.actor.person_id not in (None, offer.person_id):
        raise Refused(
            "link_of_another",
            _("This link was sent to somebody else. Sign out first, or open the one that was sent to you."),
            {"status": FORBIDDEN},
        )
    return offer


def _page(
    request: HttpRequest, token: str, offer: Offer, refusal: str = "", status: int = 200
) -> HttpResponse:
    call = my_call(offer, timezone.now())
    context = {"call": call, "token": token, "refusal": refusal, "reasons": REASONS}
    return page(request, f"callups/my/{call.face}.html", context, status=status)
