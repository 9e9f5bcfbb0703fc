"""What became of a plan since it was confirmed: who fell out, who may still be moved, and which seats are open again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

from muster.callups.enums import AssignmentState, OfferState
from muster.callups.models import Assignment, CallUp, DispatchRun, Offer, Slot
from muster.callups.queries.dispatchable import Way
from muster.people.models import Person

DECLINED, SILENT, ABSENT = FELL_OUT = ("declined", "silent", "absent")
GONE_OFFERS = {
    OfferState.DECLINED: DECLINED,
    OfferState.WITHDRAWN: DECLINED,
    OfferState.EXPIRED: SILENT,
}
GONE_SEATS = {AssignmentState.ABSENT: ABSENT, AssignmentState.WITHDRAWN: DECLINED}


@dataclass(frozen=True)
class Since:
    """`fallen`: people by how they fell out. `promised`: person -> slot of those who have not begun and may be moved;
    `vacated`: the seats that some of them would leave. `open_again`: seats free now that the plan did not leave empty.
    """

    fallen: Mapping[str, int]
    promised: Mapping[int, int]
    vacated: Mapping[int, int]
    open_again: int

    @property
    def has_changed(self) -> bool:
        """True if a new plan could say something new."""
        return bool(self.open_again or sum(self.fallen.values()))


def since(run: DispatchRun, call_ups: Collection[CallUp], at: datetime) -> Since:
    """How a confirmed run stands now in `call_ups`, which still run; in as many queries for a county as for one call-up."""
    sent = _sent(run)
    fallen: Counter[str] = Counter()
    promised: dict[int, int] = {}
    vacated: Counter[int] = Counter()
    asked: Counter[int] = Counter()
    offers = Offer.objects.filter(call_up__in=call_ups, person__in=sent[Way.SEAT] | sent[Way.ASK])
    for person, state, slot, begins in offers.values_list(
        "person_id", "state", "slot_id", "slot__shift__starts_at"
    ):
        if state in GONE_OFFERS:
            fallen[GONE_OFFERS[OfferState(state)]] += 1
        elif state == OfferState.ASKED and begins > at:
            promised[person] = slot
            asked[slot] += 1
    for person, state, slot, begins, offer in _newest_seats(call_ups, sent).values_list(
        "person_id", "state", "slot_id", "shift__starts_at", "offer_id"
    ):
        if state == AssignmentState.ABSENT or (state in GONE_SEATS and offer is None):
            fallen[GONE_SEATS[AssignmentState(state)]] += 1
        elif state == AssignmentState.ORDERED and begins > at:
            promised[person] = slot
            vacated[slot] += 1
    return Since(dict(fallen), promised, dict(vacated), _open_again(run, call_ups, asked, at))


def _sent(run: DispatchRun) -> dict[Way, set[int]]:
    """The people of the plan by way, without those who could not be sent when it was carried out."""
    left_out = {
        code
        for outcome in run.parts.values_list("outcome", flat=True)
        for code, _why in outcome.get("left_out", [])
    }
    ways = {
        line["person"]: Way(line["way"]) for line in run.plan["assignments"] if line["person"] not in left_out
    }
    sent: dict[Way, set[int]] = {way: set() for way in Way}
    for pk, code in Person.objects.filter(code__in=ways).values_list("pk", "code"):
        sent[ways[code]].add(pk)
    return sent


def _newest_seats(call_ups: Collection[CallUp], sent: Mapping[Way, set[int]]) -> QuerySet[Assignment]:
    """The last seat of each person of the plan in each of its call-ups: who was moved has older ones."""
    return (
        Assignment.objects.filter(call_up__in=call_ups, person__in=set[int]().union(*sent.values()))
        .exclude(state=AssignmentState.STOOD_DOWN)
        .order_by("person", "call_up", "-pk")
        .distinct("person", "call_up")
    )


def _open_again(
    run: DispatchRun, call_ups: Collection[CallUp], asked: Mapping[int, int], at: datetime
) -> int:
    """Free seats that neither the plan left empty nor somebody who is asked may still take."""
    expected = Counter({line["slot"]: line["seats"] for line in run.plan["empties"]})
    expected.update(asked)
    free = Slot.objects.filter(call_up__in=call_ups, seats__gt=F("taken") + F("held"), shift__ends_at__gt=at)
    return sum(
        max(0, seats - held - taken - expected[slot])
        for slot, seats, held, taken in free.values_list("pk", "seats", "held", "taken")
    )
