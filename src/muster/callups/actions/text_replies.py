"""Answers by text message: the same deeds as the taps on the page, and a word back that says which question was meant.

A message counts once by its provider's id. Of two workers with the same message one works on it; where that one died, the
provider's next try takes over after `LEASE`, and finds done what was done, because an answer given twice is one answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from muster.callups.actions import letters, offers
from muster.callups.actions.notes import note
from muster.callups.enums import AnswerReason, AnswerWay, OfferState, TextAnswer
from muster.callups.models import Offer, Slot, TextReply
from muster.callups.queries import answering
from muster.callups.queries.my_call import slot_of
from muster.callups.rules import text_replies as rules
from muster.callups.rules.letters import Errand, Words, thanked
from muster.notifications.actions import messages
from muster.notifications.actions.messages import Draft
from muster.notifications.channels.sms_replies import Inbound
from muster.notifications.queries import was_sent
from muster.people.models import Person
from muster.people.rules import parse_phone, phone_index
from muster.toolkit import server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

TOPIC = "text_reply"
LEASE = timedelta(minutes=1)
# What became of a text that answers no question.
NOBODY_ASKED, NOT_UNDERSTOOD, RISK_FIRST, CALL_WANTED = (
    "nobody_asked",
    "not_understood",
    "risk_first",
    "call_wanted",
)


def take(inbound: Inbound, *, at: datetime | None = None) -> str:
    """Does what the message says and writes back. What became of it: a state of the offer, or a code of the refusal.

    The same message again gives the outcome of the first time. Raises `reply_under_way` while another worker has it.
    """
    at = at or server_clock.now()
    # People are written to in the language of the place, whatever the provider's program asks for.
    with translation.override(settings.LANGUAGE_CODE):
        return _take(inbound, at)


def _take(inbound: Inbound, at: datetime) -> str:
    sender = _number(inbound.sender)
    index = phone_index(sender)
    reply = _claimed(inbound.provider_id, index, at)
    if reply.outcome:
        return reply.outcome
    person = Person.objects.filter(phone_index=index, erased_at=None).first()
    offer = answering.meant_by(person, at) if person else None
    answer = rules.understood(inbound.text)
    if offer is None:
        outcome = NOBODY_ASKED
        _tell_once_a_day(sender, index, rules.nothing_open(), at)
    else:
        outcome = _answered(offer, answer, index, at)
    TextReply.objects.filter(pk=reply.pk).update(
        outcome=outcome, offer=offer, answer=answer.value if answer else ""
    )
    return outcome


def _number(sender: str) -> str:
    """The number as it is on file, or as it came where it is none that can be on file."""
    try:
        return parse_phone(sender).e164
    except Refused:
        return sender[:40]


def _claimed(provider_id: str, index: UUID, at: datetime) -> TextReply:
    """The row of this message, ours to work on, or one that has its outcome already."""
    reply, is_new = TextReply.objects.get_or_create(
        provider_id=provider_id, defaults={"sender_index": index, "received_at": at, "claimed_at": at}
    )
    if is_new or reply.outcome:
        return reply
    forgotten = TextReply.objects.filter(pk=reply.pk, outcome="", claimed_at__lte=at - LEASE)
    if not forgotten.update(claimed_at=at):
        raise Refused("reply_under_way", _("This message is being worked on. Hand it in again in a minute."))
    return reply


def _answered(offer: Offer, answer: TextAnswer | None, index: UUID, at: datetime) -> str:
    if answer is None:
        _tell(offer, rules.how_to_answer(_errand(offer)), f"how:{index}:{timezone.localdate(at)}", at)
        return NOT_UNDERSTOOD
    actor = Actor(label=offer.person.code, person_id=offer.person_id)
    if answer == TextAnswer.CALL:
        with transaction.atomic():
            note("callups.offer.call_wanted", offer, actor=actor, at=at)
            _confirm(offer, CALL_WANTED, rules.will_call(_errand(offer)), at)
        return CALL_WANTED
    try:
        if answer == TextAnswer.NO:
            given = offers.decline(offer, AnswerReason.OTHER, actor=actor, way=AnswerWay.TEXT, at=at)
        elif _needs_the_risk(offer):
            letters.ask_in_full(offer, at=at)
            return RISK_FIRST
        else:
            given = offers.accept(offer, actor=actor, risk_confirmed=True, way=AnswerWay.TEXT, at=at)
    except Refused as refused:
        _confirm(offer, refused.code, rules.cannot(_errand(offer), refused.message), at)
        return refused.code
    confirm(offer, given, at=at)
    return given.state


def confirm(offer: Offer, given: offers.Answer, *, at: datetime) -> None:
    """Says by message how the offer stands after an answer, and which one it is."""
    with translation.override(settings.LANGUAGE_CODE):
        slot = given.assignment.slot if given.assignment else None
        errand = _errand(offer, slot)
        words = {
            OfferState.ACCEPTED: lambda: rules.agreed(errand, offer.call_up.bring),
            OfferState.WAITING: lambda: rules.on_standby(errand, given.position or 1),
            OfferState.THANKED: lambda: thanked(errand),
        }.get(OfferState(given.state), lambda: rules.noted_no(errand))()
        _confirm(offer, given.state, words, at)


def _needs_the_risk(offer: Offer) -> bool:
    """True while no message with the risk statement has reached them: a yes is given under it (R9.2)."""
    is_open = offer.state in (*answering.UNANSWERED, OfferState.DECLINED)
    return is_open and not was_sent(letters.full_question_key(offer))


def _errand(offer: Offer, slot: Slot | None = None) -> Errand:
    """The place and time that this offer is about: of the seat, where there is one."""
    return letters.Errands(offer.call_up).at((slot or slot_of(offer)).shift)


def _confirm(offer: Offer, outcome: str, words: Words, at: datetime) -> None:
    """Once an hour for each outcome, however often somebody writes; with the other questions that are open."""
    others = [_errand(other) for other in answering.also_unanswered(offer, at)]
    hour = timezone.localtime(at).strftime("%Y%m%d%H")
    _tell(offer, rules.with_others(words, others), f"reply:{offer.code}:{outcome}:{hour}", at)


def _tell(offer: Offer, words: Words, key: str, at: datetime) -> None:
    messages.post([letters.draft(key, TOPIC, offer.person, offer.call_up, words)], at=at, urgent=True)


def _tell_once_a_day(number: str, index: UUID, words: Words, at: datetime) -> None:
    """To a number, whoever has it: with no person in the message, so that it looks the same for everybody."""
    key = f"nothing_open:{index}:{timezone.localdate(at)}"
    messages.post(
        [Draft(key, TOPIC, None, number, words.body, title=words.title, channel=None)], at=at, urgent=True
    )
