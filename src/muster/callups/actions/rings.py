"""Ringing people one by one: the number is shown to whoever dials it, and what came of it is noted with one tap.

Nobody is rung by two at once: a call that is under way holds the person for `rules.rings.HELD`.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from muster.audit.actions.disclosures import disclose
from muster.callups.actions import offers, text_replies
from muster.callups.actions.notes import note
from muster.callups.enums import AnswerReason, AnswerWay, RingResult
from muster.callups.models import Offer, Ring
from muster.callups.queries import call_sheet, standing
from muster.callups.rules.rings import HELD
from muster.people.enums import ReadingPurpose, SealedField
from muster.toolkit import clock, server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused


def dial(offer: Offer, *, actor: Actor, at: datetime | None = None) -> Ring:
    """The call of `actor` to this person, from now; the number may be shown (`number_of`) and the person can read by whom.

    A second tap is the same call. Refuses `being_rung` while somebody else has them on the line, `call_up_over`, and
    `no_number`.
    """
    at = at or server_clock.now()
    with transaction.atomic():
        held = (
            Offer.objects.select_for_update(of=("self",), no_key=True)
            .select_related("person", "call_up")
            .get(pk=offer.pk)
        )
        if held.call_up.state not in standing.RUNNING:
            raise Refused("call_up_over", _("This call-up is over already. Nothing was changed."))
        if not held.person.phone or held.person.erased_at:
            raise Refused("no_number", _("No number is on file for this person. Ring the next one."))
        under_way = Ring.objects.filter(offer=held, result="").first()
        if under_way is not None and at - under_way.rung_at < HELD:
            return _same_call(under_way, actor)
        Ring.objects.filter(offer=held, result="").update(result=RingResult.UNNOTED, noted_at=at)
        ring = Ring.objects.create(
            offer=held, account_id=actor.account_id, by_label=actor.label[:120], rung_at=at
        )
        disclose(held.person_id, SealedField.PHONE, actor=actor, purpose=ReadingPurpose.CALL_UP, at=at)
        note("callups.offer.rung", held, actor=actor, at=at)
    return ring


def number_of(ring: Ring) -> str:
    """The number to dial; `dial` has put on record who sees it."""
    return str(ring.offer.person.phone).removeprefix("+86")


def note_result(
    ring: Ring,
    result: RingResult,
    *,
    actor: Actor,
    reason: str = AnswerReason.OTHER,
    risk_confirmed: bool = False,
    at: datetime | None = None,
) -> Ring:
    """What came of the call. A yes and a no are answers like the tap on the page, with its rules and its locks.

    Refuses `noted_already` where the call was noted otherwise, and what `offers.accept` and `offers.decline` refuse: then
    the call is still under way, so that what they say next can be noted.
    """
    at = at or server_clock.now()
    if ring.result:
        return _noted(ring, result)
    # The answer first and in a transaction of its own, as from the page; it is the same when it is given again.
    if result == RingResult.YES:
        given = offers.accept(
            ring.offer, actor=actor, risk_confirmed=risk_confirmed, way=AnswerWay.PHONE, at=at
        )
        text_replies.confirm(ring.offer, given, at=at)
    elif result == RingResult.NO:
        offers.decline(ring.offer, reason, actor=actor, way=AnswerWay.PHONE, at=at)
    with transaction.atomic():
        again_at = call_sheet.again_at(ring.offer.call_up, result, at)
        if not Ring.objects.filter(pk=ring.pk, result="").update(
            result=result, noted_at=at, again_at=again_at
        ):
            ring.refresh_from_db()
            return _noted(ring, result)
        note("callups.offer.ring_noted", ring.offer, actor=actor, at=at, detail={"result": result.value})
    ring.refresh_from_db()
    return ring


def _same_call(under_way: Ring, actor: Actor) -> Ring:
    if under_way.account_id == actor.account_id:
        return under_way
    raise Refused(
        "being_rung",
        _("%(who)s has been ringing this person since %(time)s. Ring the next one.")
        % {"who": under_way.by_label, "time": clock.face(under_way.rung_at)},
    )


def _noted(ring: Ring, result: RingResult) -> Ring:
    if ring.result == result:
        return ring
    raise Refused(
        "noted_already",
        _("This call was noted already: %(result)s. Ring again if that has changed.")
        % {"result": ring.get_result_display()},
    )
