"""The page of one offer or order, opened from a message by a signed link: no account, no password, one tap."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
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
from muster.callups.queries.my_call import my_call, my_order
from muster.callups.rules.answers import risk_mark
from muster.callups.views.holder import remember
from muster.people.web_types import ActorRequest
from muster.toolkit import server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.pages import page
from muster.toolkit.refusal import Refused

OfferView = Callable[[ActorRequest, str, Offer], HttpResponse]
STATUS = {
    "link_expired": HTTPStatus.GONE,
    "link_forged": HTTPStatus.NOT_FOUND,
    "link_of_another": HTTPStatus.FORBIDDEN,
}
REASONS = (AnswerReason.WORK, AnswerReason.UNWELL, AnswerReason.FAMILY, AnswerReason.AWAY)


def opens(view: OfferView) -> Callable[..., HttpResponse]:
    """Hands the offer of the link to the view; a link that opens nothing has a page of its own."""

    @wraps(view)
    def opened(request: ActorRequest, token: str) -> HttpResponse:
        try:
            offer = _offer_of(request, token)
        except Refused as refused:
            return _closed(request, refused)
        return view(request, token, offer)

    return opened


@never_cache
@require_safe
@opens
def show(request: ActorRequest, token: str, offer: Offer) -> HttpResponse:
    """The question, or how it stands. The phone is remembered, so that its camera is enough at the post."""
    return remember(_page(request, token, offer), offer.person, secure=request.is_secure())


# The address itself is the secret that a forger lacks, and phones that keep no cookies can answer all the same.
@csrf_exempt
@never_cache
@require_POST
@opens
def answer(request: ActorRequest, token: str, offer: Offer) -> HttpResponse:
    """Yes, or no with a reason; then back to the page, which shows what became of it."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        words = _("This answer was not complete. Choose one of the buttons.")
        return _page(request, token, offer, words, HTTPStatus.UNPROCESSABLE_ENTITY)
    actor = Actor(label=offer.person.code, person_id=offer.person_id, address=request.actor.address)
    try:
        if form.is_yes:
            confirmed = form.cleaned_data["risk"] == risk_mark(offer.call_up.risk_statement)
            offers.accept(offer, actor=actor, risk_confirmed=confirmed)
        else:
            offers.decline(offer, form.reason, actor=actor)
    except Refused as refused:
        return _page(request, token, offer, refused.message, HTTPStatus.CONFLICT)
    where = reverse("callups:my-offer", args=[token])
    return HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": where})


@never_cache
@require_safe
@opens
def calendar(request: ActorRequest, token: str, offer: Offer) -> HttpResponse:
    """The seat as an entry for the phone's calendar."""
    body = calendar_of(offer, request.build_absolute_uri(reverse("callups:my-offer", args=[token])))
    name = f'attachment; filename="muster-{offer.code}.ics"'
    return HttpResponse(
        body, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": name}
    )


@never_cache
@require_safe
def show_order(request: ActorRequest, token: str) -> HttpResponse:
    """What somebody was ordered to do, by whom and why; there is nothing to answer."""
    now = server_clock.now()
    try:
        seat = access.order_of_link(token, now)
        _refuse_another(request, seat.person_id)
    except Refused as refused:
        return _closed(request, refused)
    call = my_order(seat, now)
    shown = page(request, f"callups/my/{call.face}.html", {"call": call, "token": token, "refusal": ""})
    return remember(shown, seat.person, secure=request.is_secure())


def _offer_of(request: ActorRequest, token: str) -> Offer:
    """The offer of this link, unless somebody else is signed in on this device."""
    door = access.offer_to_answer if request.method == "POST" else access.offer_of_link
    offer = door(token, server_clock.now())
    _refuse_another(request, offer.person_id)
    return offer


def _refuse_another(request: ActorRequest, person_id: int) -> None:
    if request.actor.person_id not in (None, person_id):
        raise Refused(
            "link_of_another",
            _("This link was sent to somebody else. Sign out first, or open the one that was sent to you."),
        )


def _closed(request: HttpRequest, refused: Refused) -> HttpResponse:
    return page(request, "callups/my/link.html", {"refusal": refused.message}, status=STATUS[refused.code])


def _page(
    request: HttpRequest, token: str, offer: Offer, refusal: str = "", status: int = 200
) -> HttpResponse:
    # Read anew: a refused answer may be refused because something else has just happened.
    now = server_clock.now()
    call = my_call(access.offer_of_link(token, now) if request.method == "POST" else offer, now)
    context = {"call": call, "token": token, "refusal": refusal, "reasons": REASONS}
    return page(request, f"callups/my/{call.face}.html", context, status=status)
