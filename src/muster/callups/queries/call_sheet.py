"""The call sheet of a call-up: whom to ring next, in the order that matters, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.callups.enums import AnswerWay, OfferState, RingResult, TextAnswer
from muster.callups.models import CallUp, Offer, Ring, TextReply
from muster.callups.queries import standing
from muster.callups.rules import rings
from muster.callups.rules.rings import Callee, Cause
from muster.norms import queries as norms
from muster.notifications.queries import people_not_reached
from muster.people.rules import masked_phone
from muster.toolkit import clock

# A sheet is worked off from the top; who comes later is counted.
SHOWN = 20
UNANSWERED = (OfferState.ASKED, OfferState.EXPIRED)
# Whoever asked for a call may be called about these; all others are settled.
TALKABLE = (*UNANSWERED, OfferState.ACCEPTED, OfferState.WAITING, OfferState.DECLINED)
IN_VAIN = (RingResult.NOT_REACHED, RingResult.UNNOTED)


@dataclass(frozen=True)
class SheetLine:
    """One person to ring. The number is masked; it is shown by the tap that dials (`actions.rings.dial`)."""

    offer_code: str
    name: str
    phone: str
    post_name: str
    hours: str
    reply_words: str
    reasons: list[str]
    is_under_way: bool  # the reader has the number on the screen, or left that page without noting anything


@dataclass(frozen=True)
class Sheet:
    """The sheet at one moment. `lines` are the first of `count` people.

    `resting` are to be rung later or are being rung by somebody else; `given_up` were rung in vain often enough.
    """

    lines: list[SheetLine]
    count: int
    wishes: int
    unreached: int
    resting: int
    given_up: int
    ways: dict[str, int]


def sheet(call_up: CallUp, at: datetime, account_id: int | None) -> Sheet:
    """Whom the holder of this account is to ring about this call-up; eight queries, however many were asked.

    While a seat is free everybody who has not answered is on it; when none is, only those who asked to be called, because
    nobody is rung for a seat that is gone.
    """
    known = _Known(call_up, at, account_id)
    in_question = [
        callee
        for offer in _offers(call_up)
        if (callee := known.callee(offer)).wants_call_at is not None
        or (known.is_short and offer.state in UNANSWERED)
    ]
    most_tries = int(norms.number("call.ring_attempts_max", call_up.division_code))
    due = [one for one in in_question if rings.may_be_rung(one, at, most_tries)]
    first = sorted(due, key=lambda one: rings.order(one, at))[:SHOWN]
    causes = Counter(one.cause for one in due)
    return Sheet(
        lines=known.lines(first),
        count=len(due),
        wishes=causes[Cause.WANTS_CALL],
        unreached=causes[Cause.UNREACHED],
        resting=sum(1 for one in in_question if one.rests_until is not None and at < one.rests_until),
        given_up=sum(1 for one in in_question if one.tries >= most_tries),
        ways=_ways(call_up),
    )


def _offers(call_up: CallUp) -> Iterable[Offer]:
    """Those that may have to be rung about, without names; the number must be there to be rung."""
    wanted = TextReply.objects.filter(offer__call_up=call_up, answer=TextAnswer.CALL).values("offer")
    return (
        Offer.objects.filter(
            Q(state__in=UNANSWERED) | Q(pk__in=wanted, state__in=TALKABLE),
            call_up=call_up,
            person__erased_at=None,
        )
        .exclude(person__phone="")
        .select_related("person")
        .only("pk", "state", "reply_by", "person_id", "person__has_smartphone")
    )


class _Known:
    """What is known of the calls and texts of one call-up, read once."""

    def __init__(self, call_up: CallUp, at: datetime, account_id: int | None) -> None:
        self.at = at
        self.account_id = account_id
        self.is_short = standing.free_seats(call_up.pk) > 0
        self.lost = people_not_reached("call_up", call_up.code)
        self.wishes: dict[int, datetime] = dict(
            TextReply.objects.filter(offer__call_up=call_up, answer=TextAnswer.CALL)
            .values_list("offer")
            .annotate(Max("received_at"))
        )
        self.rings: dict[int, list[Ring]] = {}
        for ring in Ring.objects.filter(offer__call_up=call_up).order_by("pk"):
            self.rings.setdefault(ring.offer_id, []).append(ring)

    def callee(self, offer: Offer) -> Callee:
        """This person as the rules judge them."""
        calls = self.rings.get(offer.pk, [])
        last = calls[-1] if calls else None
        wish = self.wishes.get(offer.pk)
        if wish is not None and any(
            ring.rung_at >= wish and ring.result and ring.result not in IN_VAIN for ring in calls
        ):
            wish = None  # they were called
        callee = Callee(
            offer.pk,
            offer.reply_by,
            wants_call_at=wish,
            is_unreached=not offer.person.has_smartphone or offer.person_id in self.lost,
            tries=_tries(calls),
        )
        if last is None:
            return callee
        if last.result == RingResult.LATER:
            return replace(callee, wants_call_at=wish or last.again_at, rests_until=last.again_at)
        if not last.result:
            is_mine = last.account_id == self.account_id
            return callee if is_mine else replace(callee, rests_until=last.rung_at + rings.HELD)
        return replace(callee, rests_until=last.again_at)

    def lines(self, callees: list[Callee]) -> list[SheetLine]:
        """These people with everything that is shown of them, in their order."""
        offers = Offer.objects.select_related("person", "slot__shift__post").in_bulk(
            [callee.offer_id for callee in callees]
        )
        return [self._line(callee, offers[callee.offer_id]) for callee in callees]

    def _line(self, callee: Callee, offer: Offer) -> SheetLine:
        shift = offer.slot.shift
        calls = self.rings.get(offer.pk, [])
        return SheetLine(
            offer_code=offer.code,
            name=offer.person.name,
            phone=masked_phone(offer.person.phone),
            post_name=shift.post.name,
            hours=f"{clock.day(shift.starts_at, self.at)} {clock.span(shift.starts_at, shift.ends_at)}",
            reply_words=clock.when(offer.reply_by, self.at),
            reasons=list(self._reasons(callee, offer)),
            is_under_way=bool(calls) and not calls[-1].result and calls[-1].account_id == self.account_id,
        )

    def _reasons(self, callee: Callee, offer: Offer) -> Iterable[str]:
        if offer.pk in self.wishes and callee.wants_call_at == self.wishes[offer.pk]:
            yield _("asked at %(time)s to be called") % {"time": clock.face(self.wishes[offer.pk])}
        elif callee.wants_call_at is not None:
            yield _("to be called again, as agreed")
        if not offer.person.has_smartphone:
            yield _("has no smartphone")
        if offer.person_id in self.lost:
            yield _("a message did not arrive")
        if callee.tries:
            yield ngettext("not reached once", "not reached %(count)s times", callee.tries) % {
                "count": callee.tries
            }
        if offer.state in UNANSWERED:
            yield _("has not answered")


def _tries(calls: list[Ring]) -> int:
    """How often in a row they were rung in vain. A number that was shown and nothing noted counts as no call in vain."""
    tries = 0
    for ring in calls:
        if ring.result == RingResult.NOT_REACHED:
            tries += 1
        elif ring.result not in ("", RingResult.UNNOTED):
            tries = 0
    return tries


def _ways(call_up: CallUp) -> dict[str, int]:
    """How many answered in which way, so that nobody is missing in a figure."""
    answered = Offer.objects.filter(call_up=call_up).order_by().values_list("answered_by")
    counted: dict[str, int] = dict(answered.annotate(Count("pk")))
    return {way.value: counted.get(way.value, 0) for way in AnswerWay}


def again_at(call_up: CallUp, result: RingResult, at: datetime) -> datetime | None:
    """Not before when this person is rung again after such a call; None where no further call is due."""
    keys = {
        RingResult.NOT_REACHED: "call.ring_again_minutes",
        RingResult.LATER: "call.ring_later_minutes",
    }
    if result not in keys:
        return None
    return at + timedelta(minutes=int(norms.number(keys[result], call_up.division_code)))
