"""Whom a dispatch can move: who waits, the regular force, and people whom units reported in (R1.5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db.models import Q, QuerySet
from django.utils import timezone

from muster.callups.enums import AssignmentState, OfferState
from muster.callups.models import Assignment, Offer, Slot, UnitCall
from muster.callups.queries import candidates, fitness
from muster.callups.queries.dispatch_question import Question
from muster.callups.rules.answers import SETTLED_BY_ANSWERING
from muster.kernel import dispatch
from muster.kernel.eligibility import Candidate, Rules, Task, bars
from muster.kernel.spans import Span
from muster.norms import queries as norms
from muster.people.enums import REGULAR_FORCE, VolunteerState
from muster.people.models import Person, ReportIn

Told = Callable[[int, int], None]
TOLD_EVERY = 200
# Reasons that are ours and not the rules'.
ASKED_ALREADY = "asked_already"
UNIT_NAMES = "unit_names"
PROMISED_ELSEWHERE = "promised_elsewhere"
NO_PHONE = candidates.NO_PHONE
# Names, addresses and numbers stay closed.
NEEDED = (
    *("code", "birth_on", "force_class", "division_code", "lon", "lat", "phone_index"),
    *(f"volunteer__{name}" for name in ("skills", "trainings", "health_limits", "availability", "state")),
    *(f"volunteer__{name}" for name in ("emergency_willing", "is_backbone", "insured_until")),
    *("volunteer__guardian_consented_at", "volunteer__age_exception_reason"),
    *("volunteer__adult_vouched_by_label", "volunteer__quiet_from_minute", "volunteer__quiet_to_minute"),
)


class Way(StrEnum):
    """How a person of the plan gets the seat."""

    SEAT = "seat"  # said yes and waits: has the seat when the plan is confirmed
    ORDER = "order"  # regular force: is ordered
    ASK = "ask"  # reported in by a unit, or waits elsewhere: is asked


TIERS = {Way.SEAT: 0, Way.ORDER: 1, Way.ASK: 2}


@dataclass
class Reserve:
    """The people of one dispatch with the way each would go, and the rules that keep them from seats."""

    people: list[dispatch.Person] = field(default_factory=list)
    exclusions: list[dispatch.Exclusion] = field(default_factory=list)
    ways: dict[tuple[str, int], Way] = field(default_factory=dict)  # person and call-up
    homes: dict[str, int] = field(default_factory=dict)
    closed: dict[tuple[str, int], str] = field(default_factory=dict)  # to whom no call-up is open, and why
    promised: dict[str, str] = field(default_factory=dict)  # person and slot, as the kernel names them


@dataclass(frozen=True)
class _Block:
    """Slots of one call-up that the rules cannot tell apart."""

    call_up: int
    task: Task
    rules: Rules
    slots: tuple[str, ...]


def people_count(question: Question, at: datetime) -> int:
    """How many people come into question at most, counted without reading them."""
    waiting = Offer.objects.filter(call_up__in=question.call_ups, state=OfferState.WAITING).count()
    reported = _reports(question, at).values("person").distinct().count()
    return waiting + _regular(question).count() + reported + len(question.promised)


def reserve_of(
    question: Question, at: datetime, tell: Told | None = None, only: Collection[int] | None = None
) -> Reserve:
    """Everybody who could be sent to a slot of `question` now, each rule as an exclusion with its code.

    `tell` hears how many people more were looked at, and of how many. `only`: nobody but these people is. The queries are as
    many for one call-up as for a whole county.
    """
    facts = _Facts(question, at, only)
    people = list(facts.people.values())
    reserve = Reserve()
    for first in range(0, len(people), TOLD_EVERY):
        some = people[first : first + TOLD_EVERY]
        for person in some:
            facts.add(reserve, person)
        if tell is not None:
            tell(len(some), len(people))
    return reserve


class _Facts:
    """What is on file about everybody who comes into question, read at once."""

    def __init__(self, question: Question, at: datetime, only: Collection[int] | None) -> None:
        self.question, self.at, self.only = question, at, only
        self.slots = {slot.pk: slot for slot in question.slots}
        self.communities = set(question.communities)
        self.blocks = list(_blocks(question))
        self._sets: dict[tuple[int, ...], frozenset[str]] = {}
        waits = Offer.objects.filter(call_up__in=question.call_ups, state=OfferState.WAITING)
        self.waiting = set(waits.values_list("person_id", "call_up_id"))
        self.units: dict[int, set[int]] = defaultdict(set)
        for person, unit in _reports(question, at).values_list("person_id", "unit_id"):
            self.units[person].add(unit)
        called = UnitCall.objects.filter(call_up__in=question.call_ups)
        self.called = set(called.values_list("unit_id", "call_up_id"))
        self.people = {person.pk: person for person in self._people()}
        self.taken = self._taken()
        call_ups = question.call_ups.values()
        self.busy = (
            fitness.busy_spans(
                list(self.people),
                min(call_up.starts_at for call_up in call_ups),
                max(call_up.ends_at for call_up in call_ups),
            )
            if call_ups
            else {}
        )

    def add(self, reserve: Reserve, person: Person) -> None:
        """The person with the ways to go and what bars him; left out where no call-up is open to him at all."""
        ways: dict[int, Way] = {}
        closed: dict[int, str] = {}
        for call_up in self.question.call_ups:
            found = self._way(person, call_up)
            if isinstance(found, Way):
                ways[call_up] = found
            else:
                closed[call_up] = found
        if not ways:
            reserve.closed.update({(person.code, call_up): code for call_up, code in closed.items()})
            return
        for code, blocks in self._barred(person, ways, closed).items():
            of_all = len(blocks) == len(self.blocks)
            slots = frozenset[str]() if of_all else self._slots_of(tuple(blocks))
            reserve.exclusions.append(dispatch.Exclusion(person.code, code, slots=slots))
        reserve.people.append(self._as_kernel(person, ways))
        reserve.ways.update({(person.code, call_up): way for call_up, way in ways.items()})
        reserve.homes[person.code] = person.division_code
        if slot := self.question.promised.get(person.pk):
            reserve.promised[person.code] = candidates.slot_id(slot)

    def _people(self) -> Iterator[Person]:
        everybody = Person.objects.filter(erased_at=None).select_related("volunteer").only(*NEEDED)
        if self.only is not None:
            everybody = everybody.filter(pk__in=self.only)
        named = {person for person, _call_up in self.waiting} | set(self.question.promised)
        yield from everybody.filter(pk__in=named).order_by("pk")
        yield from everybody.filter(pk__in=_regular(self.question)).order_by("pk")
        willing = everybody.filter(volunteer__state=VolunteerState.ACTIVE).exclude(phone_index=None)
        yield from willing.filter(pk__in=list(self.units)).order_by("pk")

    def _taken(self) -> set[tuple[int, int]]:
        """Pairs of person and call-up that are settled already: asked before, or seated."""
        here = {"call_up__in": self.question.call_ups, "person__in": list(self.people)}
        asked = Offer.objects.filter(**here).exclude(state=OfferState.WAITING)
        # Who did not come is not sent again, and who was let go by an adjustment may be.
        seated = Assignment.objects.filter(**here).exclude(state=AssignmentState.STOOD_DOWN)
        return {*asked.values_list("person_id", "call_up_id"), *seated.values_list("person_id", "call_up_id")}

    def _way(self, person: Person, call_up: int) -> Way | str:
        """How the person would come to this call-up, or the code of why that is out of the question."""
        slot = self.question.promised.get(person.pk)
        is_regular = person.force_class in REGULAR_FORCE and person.division_code in self.communities
        if slot is not None:
            here = self.slots[slot].call_up_id == call_up
            return (Way.ORDER if is_regular else Way.ASK) if here else PROMISED_ELSEWHERE
        if (person.pk, call_up) in self.waiting:
            return Way.SEAT
        if (person.pk, call_up) in self.taken:
            return ASKED_ALREADY
        return Way.ORDER if is_regular else self._not_asked(person, call_up) or Way.ASK

    def _not_asked(self, person: Person, call_up: int) -> str:
        """Why somebody who would have to be asked is not asked; "" where nothing speaks against it."""
        if person.phone_index is None:
            return NO_PHONE
        profile = getattr(person, "volunteer", None)
        if profile and candidates.in_quiet_hours(profile, self.question.call_ups[call_up], self.at):
            return candidates.QUIET_HOURS
        units = self.units.get(person.pk, set())
        return UNIT_NAMES if units and all((unit, call_up) in self.called for unit in units) else ""

    def _barred(self, person: Person, ways: dict[int, Way], closed: dict[int, str]) -> dict[str, list[int]]:
        """The rules that keep the person from slots, each with the blocks for which it is the first."""
        busy = self._busy(person)
        profile = getattr(person, "volunteer", None)
        free, on_duty = (known(person, profile, busy) for known in (fitness.candidate_of, fitness.on_duty))
        judged: dict[tuple[bool, Task, Rules], tuple[str, str]] = {}
        barred: dict[str, list[int]] = {}
        for number, block in enumerate(self.blocks):
            code = closed.get(block.call_up, "")
            if not code:
                way = ways[block.call_up]
                key = (way == Way.ORDER, block.task, block.rules)
                if key not in judged:
                    judged[key] = _first_bars(on_duty if way == Way.ORDER else free, block)
                code = judged[key][way == Way.SEAT]
            if code:
                barred.setdefault(code, []).append(number)
        return barred

    def _slots_of(self, blocks: tuple[int, ...]) -> frozenset[str]:
        """The slots of these blocks, one set for all people who are kept from them: there are few different ones."""
        if blocks not in self._sets:
            self._sets[blocks] = frozenset(slot for number in blocks for slot in self.blocks[number].slots)
        return self._sets[blocks]

    def _busy(self, person: Person) -> tuple[Span, ...]:
        """The seats that the person has, without the one that this plan may take him from."""
        spans = self.busy.get(person.pk, ())
        slot = self.question.promised.get(person.pk)
        if slot is None:
            return spans
        shift = self.slots[slot].shift
        own = fitness.span_of(shift.starts_at, shift.ends_at)
        return tuple(span for span in spans if span != own)

    def _as_kernel(self, person: Person, ways: dict[int, Way]) -> dispatch.Person:
        """Where he waits nobody has to call him; elsewhere he is asked or ordered as if he did not."""
        profile = getattr(person, "volunteer", None)
        waits = {call_up for call_up, way in ways.items() if way == Way.SEAT}
        called = [TIERS[way] for way in ways.values() if way != Way.SEAT]
        x, y = self.question.point_of(person.division_code, person.lon, person.lat)
        return dispatch.Person(
            id=person.code,
            x_m=x,
            y_m=y,
            tier=min(called, default=TIERS[Way.SEAT]),
            backbone=profile.is_backbone if profile else False,
            skills=frozenset(profile.skills) | frozenset(profile.trainings) if profile else frozenset(),
            patch=str(person.division_code),
            at_hand=self._slots_of(
                tuple(number for number, block in enumerate(self.blocks) if block.call_up in waits)
            ),
        )


def _first_bars(candidate: Candidate, block: _Block) -> tuple[str, str]:
    """The first rule that bars somebody, and the first that does so although he said yes; "" for none."""
    found = bars(candidate, block.task, block.rules)
    settled = [bar for bar in found if bar not in SETTLED_BY_ANSWERING]
    return (found[0].value if found else "", settled[0].value if settled else "")


def _blocks(question: Question) -> Iterator[_Block]:
    rules = {code: norms.rules_for(code) for code in {c.division_code for c in question.call_ups.values()}}
    blocks: dict[tuple[int, Task], list[str]] = {}
    for slot in question.slots:
        # The skill of a seat is the kernel's own test; without it many slots share one task.
        bare = Slot(pk=slot.pk, shift=slot.shift, kind=slot.kind)
        task = fitness.task_of(bare, question.call_ups[slot.call_up_id])
        blocks.setdefault((slot.call_up_id, task), []).append(candidates.slot_id(slot.pk))
    for (call_up, task), slots in blocks.items():
        yield _Block(call_up, task, rules[question.call_ups[call_up].division_code], tuple(slots))


def _regular(question: Question) -> QuerySet[Person]:
    """The regular force of the communities, whether it is free or not."""
    return Person.objects.filter(
        division_code__in=question.communities, force_class__in=REGULAR_FORCE, erased_at=None
    )


def _reports(question: Question, at: datetime) -> QuerySet[ReportIn]:
    """Who is reported in to one of the communities today."""
    today = timezone.localdate(at)
    return ReportIn.objects.filter(
        Q(valid_to__gte=today), division_code__in=question.communities, reported_on__lte=today
    )
