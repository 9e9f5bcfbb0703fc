"""Telling people: one message for each person and occasion, however often an action is repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from muster.callups.access import OFFER_LINK, ORDER_LINK
from muster.callups.enums import AssignmentState
from muster.callups.models import Assignment, CallUp, Offer, Shift, UnitCall
from muster.callups.rules import letters, text_replies
from muster.callups.rules.letters import Errand, Words
from muster.notifications.actions import messages
from muster.notifications.actions.messages import Draft
from muster.people import links
from muster.people.enums import LiaisonSide
from muster.people.models import Liaison, Person
from muster.territory.models import Division
from muster.toolkit import clock

# A link opens the page of a seat until everybody is home, and the thank-you for a few days more.
LINK_LIFE = timedelta(days=3)
_ANY = "token"


def offer_link(offer: Offer) -> str:
    """The signed address under which this person answers, without an account."""
    token = links.make(OFFER_LINK, offer.code, expires_at=offer.call_up.ends_at + LINK_LIFE)
    return f"{settings.PUBLIC_URL}{_path('my-offer').replace(_ANY, token)}"


def order_link(seat: Assignment) -> str:
    """The signed address under which somebody who was ordered reads what and why."""
    token = links.make(ORDER_LINK, seat.code, expires_at=seat.call_up.ends_at + LINK_LIFE)
    return f"{settings.PUBLIC_URL}{_path('my-order').replace(_ANY, token)}"


@cache
def _path(name: str) -> str:
    """The path of the page with a place for the token: finding an address by its name is dear for ten thousand."""
    return reverse(f"callups:{name}", args=[_ANY])


def answers_by_text(person: Person) -> bool:
    """True for who has no smartphone, where replies come in at all."""
    return bool(settings.SMS_REPLY_KEY) and not person.has_smartphone


def ask(call_up: CallUp, offers: Sequence[Offer], *, at: datetime) -> int:
    """Asks each of these people; `offers` come with person and slot.shift.post."""
    with translation.override(settings.LANGUAGE_CODE):
        errands = Errands(call_up)
        return messages.post(
            [
                _in_full(offer, errands)
                if answers_by_text(offer.person)
                else _to_person(
                    "offer",
                    offer,
                    letters.ask(errands.at(offer.slot.shift), offer.reply_by, offer_link(offer)),
                )
                for offer in offers
            ],
            at=at,
        )


def ask_in_full(offer: Offer, *, at: datetime) -> int:
    """The question with its risk, to be answered by text; once for each offer. How many went out."""
    with translation.override(settings.LANGUAGE_CODE):
        return messages.post([_in_full(offer, Errands(offer.call_up))], at=at, urgent=True)


def full_question_key(offer: Offer) -> str:
    """The send key of `ask_in_full`: a message with it carried the risk statement."""
    return f"text:{offer.code}"


def _in_full(offer: Offer, errands: Errands) -> Draft:
    words = text_replies.ask(
        errands.at(offer.slot.shift),
        clock.face(offer.reply_by),
        offer.call_up.risk_statement,
        offer_link(offer),
    )
    return draft(full_question_key(offer), "offer", offer.person, offer.call_up, words)


def _way(offer: Offer) -> str:
    """Where this person answers."""
    link = offer_link(offer)
    return text_replies.by_text(link) if answers_by_text(offer.person) else link


def _way_back(offer: Offer, person: Person) -> str:
    """Where this person gives the seat of their offer back."""
    link = offer_link(offer)
    return text_replies.take_back_by_text(link) if answers_by_text(person) else link


def remind_unanswered(call_up: CallUp, offers: Iterable[Offer], *, at: datetime) -> int:
    """Once for each offer that nobody has answered."""
    with translation.override(settings.LANGUAGE_CODE):
        errands = Errands(call_up)
        drafts = [
            _to_person(
                "remind",
                offer,
                letters.remind_answer(errands.at(offer.slot.shift), offer.reply_by, _way(offer)),
            )
            for offer in offers
        ]
        return messages.post(drafts, at=at)


def remind_muster(seats: Iterable[Assignment], *, at: datetime, occasion: str = "muster") -> int:
    """Once for each seat and occasion, before its muster."""
    with translation.override(settings.LANGUAGE_CODE):
        drafts = []
        errands: dict[int, Errands] = {}
        for seat in seats:
            link = _seat_link(seat)
            known = errands.get(seat.call_up_id) or errands.setdefault(seat.call_up_id, Errands(seat.call_up))
            words = letters.remind_muster(known.at(seat.shift), seat.call_up.bring, link)
            drafts.append(draft(f"{occasion}:{seat.code}", "remind", seat.person, seat.call_up, words))
        return messages.post(drafts, at=at)


def _seat_link(seat: Assignment) -> str:
    """The page of a seat; whoever walked up or was seated by hand has none but the front page."""
    if seat.offer:
        return _way_back(seat.offer, seat.person)
    return order_link(seat) if seat.state == AssignmentState.ORDERED else settings.PUBLIC_URL


def tell_promoted(offer: Offer, seat: Assignment, *, at: datetime) -> None:
    """The one who waited has a seat."""
    with translation.override(settings.LANGUAGE_CODE):
        words = letters.promoted(Errands(offer.call_up).at(seat.slot.shift), _way_back(offer, offer.person))
        messages.post([_to_person("promoted", offer, words)], at=at)


def tell_ordered(seat: Assignment, *, at: datetime) -> None:
    """A duty for the regular force."""
    with translation.override(settings.LANGUAGE_CODE):
        words = letters.ordered(Errands(seat.call_up).at(seat.shift), order_link(seat))
        messages.post([draft(f"ordered:{seat.code}", "ordered", seat.person, seat.call_up, words)], at=at)


def tell_released(seat: Assignment, *, at: datetime) -> None:
    """An order that was taken back."""
    with translation.override(settings.LANGUAGE_CODE):
        words = letters.released(Errands(seat.call_up).at(seat.shift))
        messages.post([draft(f"released:{seat.code}", "released", seat.person, seat.call_up, words)], at=at)


def tell_moved(offer: Offer, *, at: datetime) -> None:
    """Somebody who has not answered yet is asked for another place."""
    with translation.override(settings.LANGUAGE_CODE):
        words = letters.moved(Errands(offer.call_up).at(offer.slot.shift), offer.reply_by, _way(offer))
        key = f"moved:{offer.code}:{offer.slot_id}"
        messages.post([draft(key, "offer", offer.person, offer.call_up, words)], at=at)


def thank(call_up: CallUp, offers: Iterable[Offer], *, at: datetime) -> int:
    """Those who are not needed any more are told so, kindly and at once."""
    with translation.override(settings.LANGUAGE_CODE):
        errands = Errands(call_up)
        return messages.post(
            [_to_person("thanked", offer, letters.thanked(errands.at(offer.slot.shift))) for offer in offers],
            at=at,
        )


def tell_stood_down(
    call_up: CallUp,
    reason: str,
    *,
    offers: Iterable[Offer],
    seats: Iterable[Assignment],
    unit_calls: Iterable[UnitCall],
    at: datetime,
) -> int:
    """Everybody once: who was asked, who waits, who has a seat, who was ordered, and the liaisons of the units."""
    with translation.override(settings.LANGUAGE_CODE):
        errands = Errands(call_up)
        drafts = [
            _to_person("stood_down", offer, letters.stood_down(errands.at(offer.slot.shift), reason))
            for offer in offers
        ]
        drafts += [
            draft(
                f"stood_down:{seat.code}",
                "stood_down",
                seat.person,
                call_up,
                letters.stood_down(errands.at(seat.shift), reason),
            )
            for seat in seats
        ]
        words = letters.stood_down(errands.whole(), reason)
        drafts += _to_liaisons("stood_down", call_up, unit_calls, lambda _call: words)
        return messages.post(drafts, at=at)


def call_units(call_up: CallUp, unit_calls: Sequence[UnitCall], *, at: datetime) -> int:
    """Each unit's liaison is asked how many can come."""
    with translation.override(settings.LANGUAGE_CODE):
        whole = Errands(call_up).whole()

        def words(call: UnitCall) -> Words:
            link = f"{settings.PUBLIC_URL}{reverse('callups:unit-call', args=[call.code])}"
            return letters.unit_called(whole, call.answer_due_at, link)

        return messages.post(_to_liaisons("unit_called", call_up, unit_calls, words), at=at)


class Errands:
    """Where and when, in words, for one call-up; each shift is put into words once, however many people stand there."""

    def __init__(self, call_up: CallUp) -> None:
        self.call_up = call_up
        place = Division.objects.filter(code=call_up.division_code, valid_to=None).first()
        self.community = place.short_name if place else call_up.duty_holder
        self._known: dict[int, Errand] = {}

    def at(self, shift: Shift) -> Errand:
        """One shift at its post."""
        if shift.pk not in self._known:
            self._known[shift.pk] = Errand(
                community=self.community,
                place=shift.post.name,
                task=str(shift.post.get_task_kind_display()),
                muster_at=shift.muster_at,
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                is_drill=self.call_up.is_drill,
            )
        return self._known[shift.pk]

    def whole(self) -> Errand:
        """The call-up from its first start to its last end."""
        call_up = self.call_up
        return Errand(
            community=self.community,
            place=call_up.place,
            task=str(call_up.get_task_kind_display()),
            muster_at=call_up.starts_at,
            starts_at=call_up.starts_at,
            ends_at=call_up.ends_at,
            is_drill=call_up.is_drill,
        )


def _to_person(occasion: str, offer: Offer, words: Words) -> Draft:
    return draft(f"{occasion}:{offer.code}", occasion, offer.person, offer.call_up, words)


def draft(send_key: str, topic: str, person: Person, call_up: CallUp, words: Words) -> Draft:
    """One message to one person about a call-up."""
    return Draft(
        send_key=send_key,
        topic=topic,
        person_id=person.pk,
        address=person.phone,
        channel=None,
        title=words.title,
        body=words.body,
        subject_kind="call_up",
        subject_code=call_up.code,
        division_code=call_up.division_code,
        is_drill=call_up.is_drill,
        is_synthetic=person.is_synthetic,
    )


def _to_liaisons(
    occasion: str, call_up: CallUp, unit_calls: Iterable[UnitCall], words: Callable[[UnitCall], Words]
) -> list[Draft]:
    calls = {call.unit_id: call for call in unit_calls}
    liaisons = Liaison.objects.filter(unit__in=calls, side=LiaisonSide.UNIT, ended_on=None).select_related(
        "person"
    )
    return [
        draft(
            f"{occasion}:{calls[liaison.unit_id].code}",
            occasion,
            liaison.person,
            call_up,
            words(calls[liaison.unit_id]),
        )
        for liaison in liaisons
    ]
