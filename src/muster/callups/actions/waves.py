"""Asking: in waves, as few people as it takes, and an end to it the moment the seats are full."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import hypot

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from muster.callups.actions import letters
from muster.callups.actions.notes import note
from muster.callups.enums import CallUpState, OfferState
from muster.callups.models import CallUp, Offer, Slot
from muster.callups.queries import candidates, standing
from muster.callups.queries.outlook import Asked, Occasion, Outlook, policy_of
from muster.callups.rules import answers, sizing
from muster.callups.rules.plans import sound
from muster.kernel import calling, dispatch
from muster.kernel.calling.normal import Floats
from muster.norms import queries as norms
from muster.people.models import Person, VolunteerProfile
from muster.toolkit import bulk, server_clock
from muster.toolkit.actor import SYSTEM, Actor
from muster.toolkit.refusal import Refused

BATCH = 1_000
# More pairs than this take the exact solver longer (2 s) than people should wait for a first message; so many are 10,000
# people and 800 slots (2.3 s of a processor were measured for 10 million, 0.4 s for one million).
MOST_PAIRS_EXACT = 8_000_000
# Of an offer, what is not null when it is made.
COLUMNS = (
    "code",
    "call_up_id",
    "person_id",
    "slot_id",
    "wave",
    "state",
    "asked_at",
    "reply_by",
    "reason",
    "why",
)
ABOUT_OTHERS = ("next_best", "nobody_else")


@dataclass(frozen=True)
class Wave:
    """One wave: how many were asked, how many are expected to come, and which rules kept how many out."""

    number: int
    asked: int = 0
    expected: int = 0
    kept_out: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Plan:
    """Whom to ask for which slot, and why."""

    number: int
    chosen: Sequence[dispatch.Assignment]
    pool: candidates.Pool
    reply_by: datetime
    acceptance: float


def ask_more(
    call_up: CallUp,
    *,
    actor: Actor,
    headcount: int | None = None,
    surely: bool = False,
    at: datetime | None = None,
    advance: Callable[[int], None] | None = None,
) -> Wave:
    """Asks so many people more, or with None as many as the time that is left demands; `surely`: as if none were left.

    `advance` hears of each batch.
    Nobody is asked twice, nobody against a rule, and never more than the cap of the call-up. A wave that was broken off
    is taken up by the next one, which counts those who were asked already.
    """
    at = at or server_clock.now()
    plan = _plan(call_up, headcount, surely, at)
    asked = 0
    for first in range(0, len(plan.chosen), BATCH):
        sent = _send(call_up, plan, plan.chosen[first : first + BATCH], at)
        asked += sent
        if advance is not None:
            advance(sent)
    wave = Wave(plan.number, asked, round(asked * plan.acceptance), dict(plan.pool.kept_out))
    # The clock tries every minute: where nobody is left to ask, a line each time would bury the record.
    if asked or plan.number == 1 or actor != SYSTEM:
        note(
            "callups.wave.sent",
            call_up,
            actor=actor,
            at=at,
            detail={"wave": wave.number, "asked": wave.asked, "expected": wave.expected},
        )
    return wave


def top_up(call_up: CallUp, *, at: datetime | None = None) -> Wave | None:
    """The next wave where more seats are free than those who were asked will fill; None where nothing has to be done."""
    at = at or server_clock.now()
    if call_up.state != CallUpState.OPEN or at >= call_up.ends_at:
        return None
    if _room_under_cap(call_up) == 0 or not _Sight(call_up, at).demands:
        return None
    return ask_more(call_up, actor=SYSTEM, at=at)


def thank_surplus(call_up: CallUp, *, at: datetime | None = None) -> int:
    """When no seat is free: those who have not answered are thanked, but for the few who may still fill the waiting list."""
    at = at or server_clock.now()
    with transaction.atomic():
        if standing.free_seats(call_up.pk) > 0:
            return 0
        room = standing.waiting_room_left(call_up)
        # Whom a unit named has a seat that is kept for him until his own time to answer is over.
        unanswered = [
            offer for offer in _locked(call_up, OfferState.ASKED) if not (offer.pledge and offer.pledge.held)
        ]
        surplus = unanswered[answers.kept_asking(room, acceptance_of(call_up)) :]
        if surplus:
            note("callups.call_up.filled", call_up, actor=SYSTEM, at=at, detail={"thanked": len(surplus)})
        return _thank(call_up, surplus, at)


def thank_waiting(call_up: CallUp, *, at: datetime) -> int:
    """At the end: who still waits hears that the wait is over."""
    with transaction.atomic():
        return _thank(call_up, _locked(call_up, OfferState.WAITING), at)


def acceptance_of(call_up: CallUp) -> float:
    """The share of those asked who will come, from the answers to this call-up so far."""
    answered = Offer.objects.filter(call_up=call_up, wave__gt=0).exclude(
        state__in=[OfferState.ASKED, OfferState.THANKED]  # who was thanked was not let finish
    )
    yes = answered.filter(state__in=[OfferState.ACCEPTED, OfferState.WAITING]).count()
    place = call_up.division_code
    prior = calling.Prior(
        float(norms.number("call.prior_yes", place)), float(norms.number("call.prior_no", place))
    )
    return calling.acceptance(yes, answered.count(), prior)


def _plan(call_up: CallUp, headcount: int | None, surely: bool, at: datetime) -> _Plan:
    """Takes the next number, and chooses; no message is sent before its offer is committed."""
    with transaction.atomic():
        held = CallUp.objects.select_for_update(no_key=True).get(pk=call_up.pk)
        if held.state != CallUpState.OPEN:
            raise Refused(
                "not_open", _("This call-up is not asking anybody. Resume it first, or look at it again.")
            )
        sight, most = _Sight(held, at, surely=surely), _room_under_cap(held)
        if headcount is None:
            pool, wanted = _as_demanded(held, sight, most, at)
        else:
            wanted = min(headcount, most)
            pool = (
                candidates.pool_of(held, sight.slots, wanted=wanted, at=at)
                if sight.slots and wanted
                else candidates.Pool()
            )
        chosen = _choose(held, sight.slots, pool, wanted) if pool.people and wanted else []
        CallUp.objects.filter(pk=held.pk).update(waves_sent=F("waves_sent") + 1)
    return _Plan(held.waves_sent + 1, chosen, pool, standing.reply_by(held, at), sight.acceptance(pool))


def _as_demanded(call_up: CallUp, sight: _Sight, most: int, at: datetime) -> tuple[candidates.Pool, int]:
    """Whom one could ask, and how many of them it takes: people of the township only where the own ones are too few."""
    if not most or not sight.demands:
        return candidates.Pool(), 0
    pool = candidates.pool_of(call_up, sight.slots, wanted=1, at=at)
    step = sight.step(pool, most)
    if step.capped and len(pool.people) < most:
        pool = candidates.pool_of(call_up, sight.slots, wanted=len(pool.people) + 1, at=at)
        step = sight.step(pool, most)
    return pool, step.ask


class _Sight:
    """How a call-up stands: the seats that are free, what those who have not answered will still bring, what is wanted."""

    def __init__(self, call_up: CallUp, at: datetime, *, surely: bool = False) -> None:
        self.slots = standing.slots_with_room(call_up.pk)
        self.free = sum(slot.seats - slot.held - slot.taken for slot in self.slots)
        self.outlook = Outlook(call_up.division_code, at)
        self.occasion = Occasion(call_up.starts_at, at, call_up.is_drill)
        self.until = standing.reply_by(call_up, at)
        policy = policy_of(call_up.division_code)
        rounds = 0.0 if surely else self.outlook.rounds(self.occasion, self.until, policy)
        self.wanted = policy.wanted(rounds)
        silent = list(
            Offer.objects.filter(call_up=call_up, state=OfferState.ASKED, wave__gt=0)
            .order_by("pk")
            .values_list("person", "person__force_class", "person__volunteer__emergency_willing", "asked_at")
        )
        ages = [max((at - asked_at).total_seconds() / 60, 0.0) for *_who, asked_at in silent]
        people = [Asked(who, force, willing or "", 0.0, None) for who, force, willing, _at in silent]
        self.silent = self.outlook.in_time(people, self.occasion, self.until, ages)

    @property
    def demands(self) -> bool:
        """True where those who are silent do not give the certainty that the time left demands."""
        step = calling.next_step(
            self.free, self.silent, self.silent[:0], self.wanted, doubt=self.outlook.doubt
        )
        return step.capped

    def step(self, pool: candidates.Pool, most: int) -> calling.Step:
        """How many of the pool to ask, `most` at the utmost."""
        chances = self._chances(pool)
        return calling.next_step(
            self.free, self.silent, chances, self.wanted, doubt=self.outlook.doubt, cap=most
        )

    def acceptance(self, pool: candidates.Pool) -> float:
        """Mean chance of a yes in time among those who could be asked; 0 of nobody."""
        chances = self._chances(pool)
        return float(chances.mean()) if len(chances) else 0.0

    def _chances(self, pool: candidates.Pool) -> Floats:
        """Chance of a yes in time of each, in the order in which the kernel would ask."""
        people = [
            Asked(
                person=pool.persons[row.id].pk,
                force_class=pool.persons[row.id].force_class,
                willing=pool.persons[row.id].volunteer.emergency_willing,
                km=hypot(row.x_m, row.y_m) / 1000,
                last_asked_at=pool.persons[row.id].volunteer.last_asked_at,
            )
            for row in pool.people
        ]
        chances = self.outlook.in_time(people, self.occasion, self.until)
        return self.outlook.ranked(people, chances).chances


def _room_under_cap(call_up: CallUp) -> int:
    return max(0, call_up.ask_cap - Offer.objects.filter(call_up=call_up, wave__gt=0).count())


def _choose(
    call_up: CallUp, slots: Sequence[Slot], pool: candidates.Pool, wanted: int
) -> list[dispatch.Assignment]:
    """The people and their slots, each with its reasons: the exact plan, or for a very large wave the human rule."""
    free = {slot.pk: slot.seats - slot.held - slot.taken for slot in slots}
    origin = candidates.origin_of(call_up)
    seats = candidates.problem_slots(slots, sizing.spread(wanted, free), origin)
    exact = len(pool.people) * len(seats) <= MOST_PAIRS_EXACT
    solve = dispatch.solve if exact else dispatch.greedy
    plan = solve(pool.people, seats, dispatch.Costs(), exclusions=pool.exclusions)
    return list(sound(plan, call_up_code=call_up.code).assignments)


def _send(call_up: CallUp, plan: _Plan, chosen: Sequence[dispatch.Assignment], at: datetime) -> int:
    """One batch: offers, counters and messages stand or fall together."""
    slots = {candidates.slot_id(slot.pk): slot for slot in _slots_of(call_up, chosen)}
    with transaction.atomic():
        if (
            not CallUp.objects.select_for_update(no_key=True)
            .filter(pk=call_up.pk, state=CallUpState.OPEN)
            .exists()
        ):
            return 0
        # Of two waves planned at once the second finds here whom the first has asked.
        asked = standing.asked_among(call_up, [_person(plan, row).pk for row in chosen])
        offers = [
            Offer(
                call_up=call_up,
                person=_person(plan, row),
                slot=slots[row.slot],
                wave=plan.number,
                asked_at=at,
                reply_by=plan.reply_by,
                why=_why(row),
            )
            for row in chosen
            if _person(plan, row).pk not in asked
        ]
        bulk.insert(Offer, COLUMNS, ([getattr(offer, name) for name in COLUMNS] for offer in offers))
        if not call_up.is_drill:  # what is fair is reckoned from real calls
            VolunteerProfile.objects.filter(person__in=[offer.person_id for offer in offers]).update(
                asked_count=F("asked_count") + 1, last_asked_at=at
            )
        letters.ask(call_up, offers, at=at)
    return len(offers)


def _person(plan: _Plan, row: dispatch.Assignment) -> Person:
    return plan.pool.persons[row.person]


def _slots_of(call_up: CallUp, chosen: Sequence[dispatch.Assignment]) -> QuerySet[Slot]:
    ids = {int(row.slot) for row in chosen}
    return Slot.objects.filter(pk__in=ids, call_up=call_up).select_related("shift__post")


def _why(row: dispatch.Assignment) -> dict[str, object]:
    """The reasons as codes and figures, without those about others: a wave asks more people than there are seats."""
    return {"reasons": [reason.as_dict() for reason in row.reasons if reason.code not in ABOUT_OTHERS]}


def _locked(call_up: CallUp, state: OfferState) -> list[Offer]:
    return list(
        Offer.objects.select_for_update(of=("self",), no_key=True)
        .filter(call_up=call_up, state=state)
        .select_related("person", "call_up", "slot__shift__post", "pledge")
        .order_by("pk")
    )


def _thank(call_up: CallUp, offers: Sequence[Offer], at: datetime) -> int:
    Offer.objects.filter(pk__in=[offer.pk for offer in offers]).update(
        state=OfferState.THANKED, waiting_since=None
    )
    letters.thank(call_up, offers, at=at)
    return len(offers)
