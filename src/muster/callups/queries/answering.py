"""Which question somebody means who answers by text: a text names none."""

from __future__ import annotations

from datetime import datetime

from muster.callups.enums import OfferState
from muster.callups.models import Offer
from muster.callups.queries import standing
from muster.notifications.queries import subjects_told
from muster.people.models import Person

# A text of a person may still change how these stand, or deserves to be told why it cannot.
SPOKEN_OF = (
    OfferState.ASKED,
    OfferState.EXPIRED,
    OfferState.ACCEPTED,
    OfferState.WAITING,
    OfferState.DECLINED,
    OfferState.WITHDRAWN,
    OfferState.THANKED,
)
UNANSWERED = (OfferState.ASKED, OfferState.EXPIRED)
# Beyond these the newest decide: nobody answers the twentieth message before the last.
MOST_OFFERS = 20


def meant_by(person: Person, at: datetime) -> Offer | None:
    """The offer that a text of this person answers now: the one our last message to them was about.

    So a question, a reminder and our own answer to a text all say which one the next text means, and the same text twice
    means the same one twice. Where the last message leads to none that still runs, the one that was asked last; a word of
    thanks asks for no answer, so it comes after everything that does.
    """
    running = _running(person, at)
    told = {code: place for place, code in enumerate(subjects_told(person.pk, "call_up"))}
    return min(
        running,
        key=lambda offer: (
            offer.state == OfferState.THANKED,
            told.get(offer.call_up.code, len(told)),
            -offer.asked_at.timestamp(),
            -offer.pk,
        ),
        default=None,
    )


def also_unanswered(offer: Offer, at: datetime) -> list[Offer]:
    """Other questions that are open for the same person, the one to answer first in front."""
    others = [
        other
        for other in _running(offer.person, at)
        if other.pk != offer.pk and other.state == OfferState.ASKED and other.reply_by > at
    ]
    return sorted(others, key=lambda other: (other.reply_by, other.pk))


def _running(person: Person, at: datetime) -> list[Offer]:
    found = (
        Offer.objects.filter(
            person=person,
            state__in=SPOKEN_OF,
            call_up__state__in=standing.RUNNING,
            slot__shift__ends_at__gt=at,
        )
        .select_related("call_up", "person", "slot__shift__post")
        .order_by("-pk")[:MOST_OFFERS]
    )
    return list(found)
