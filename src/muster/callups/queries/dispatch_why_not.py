"""Why somebody is not sent to a seat: the rule that bars him, or what it would cost to send him in place of who goes.

The kernel is asked about a small part of the plan: the seat, who goes there, he himself with the seat that he has, and who
would come next. So the answer is there at once however large the plan was, and tells how things are now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from muster.callups.models import DispatchRun, Slot
from muster.callups.queries import candidates
from muster.callups.queries.dispatch_question import Question, question_of
from muster.callups.queries.dispatch_slots import name_of
from muster.callups.queries.dispatchable import Reserve, reserve_of
from muster.callups.queries.words import bar_words
from muster.kernel import dispatch as kernel
from muster.kernel.dispatch import NotCode
from muster.people.models import Person

# Of two who cost the same the one whom the plan sends stays where he is.
LEAST_KM = 0.01


@dataclass(frozen=True)
class Answer:
    """One person who is not sent, or is, and the sentence that says why."""

    name: str
    home: str
    words: str


def answers(
    run: DispatchRun, slot: int, people: Sequence[Person], communities: Sequence[int], *, at: datetime
) -> list[Answer]:
    """For each of `people` why he does not have that seat of the plan, by what is on file now."""
    return [_answer(run, slot, person, communities, at) for person in people]


def _answer(run: DispatchRun, slot: int, person: Person, communities: Sequence[int], at: datetime) -> Answer:
    lines = run.plan["assignments"]
    mine = next((line for line in lines if line["person"] == person.code), None)
    seats = {slot, mine["slot"]} if mine else {slot}
    came_from = {line["was_at"] for line in lines if line["slot"] in seats and "was_at" in line}
    question = _question(run, seats | came_from, communities, at)
    home = question.name_of(person.division_code)
    if mine and mine["slot"] == slot:
        return Answer(person.name, home, _("This plan sends them there."))
    reserve = _reserve(run, question, person, at)
    placed = [
        (line["person"], candidates.slot_id(line["slot"]))
        for line in lines
        if line["slot"] in question.free and line["person"] in reserve.homes
    ]
    return Answer(person.name, home, _words(person, slot, question, reserve, placed))


def _words(
    person: Person, slot: int, question: Question, reserve: Reserve, placed: Collection[tuple[str, str]]
) -> str:
    if person.code not in reserve.homes:
        closed = sorted(
            {code for (code_of, _call_up), code in reserve.closed.items() if code_of == person.code}
        )
        if closed:
            return _by_rule(closed)
        return _("Not in reserve: neither waiting nor of the regular force here nor reported in by a unit.")
    plan = kernel.solve(
        reserve.people,
        question.kernel_slots(),
        kernel.Costs(keep_km=LEAST_KM),
        exclusions=reserve.exclusions,
        keep=placed,
    )
    found = plan.why_not(person.code, candidates.slot_id(slot))
    if not set(found.codes) <= set(NotCode):
        return _by_rule(found.codes)
    return _by_price(question, found)


def _by_price(question: Question, found: kernel.WhyNot) -> str:
    code = NotCode(found.codes[0])
    km = f"{found.extra_km:.1f}" if found.extra_km is not None else ""
    if code in (NotCode.ASSIGNED, NotCode.UNKNOWN_PERSON, NotCode.NO_SEATS_TO_FILL):
        return _("By what is on file now they could go. Make a new plan.")
    if code == NotCode.NEEDED_ELSEWHERE:
        return _needed(question, found.placed_at, km)
    if not km:
        return _("If they went, another seat would stay empty.")
    if km == "0.0":
        return _("They would do as well as who goes; one of them had to be chosen.")
    return _("To send them in place of who goes would make the ways %(km)s km longer.") % {"km": km}


def _needed(question: Question, placed_at: str | None, km: str) -> str:
    names = {candidates.slot_id(slot.pk): name_of(slot).seat for slot in question.slots}
    post = names.get(placed_at or "", _("another post"))
    if not km:
        return _("They go to %(post)s, and nobody else could stand there.") % {"post": post}
    return _("They go to %(post)s; to change that would make the ways %(km)s km longer.") % {
        "post": post,
        "km": km,
    }


def _by_rule(codes: Iterable[str]) -> str:
    named = pgettext("between two reasons", ", ").join(bar_words(code) for code in codes)
    return _("A rule keeps them from it: %(rule)s.") % {"rule": named}


def _question(run: DispatchRun, slots: Collection[int], communities: Sequence[int], at: datetime) -> Question:
    """Those seats as the plan had them to fill, in the frame of their call-ups."""
    found = list(
        Slot.objects.filter(pk__in=slots)
        .select_related("shift__post", "call_up")
        .order_by("shift__starts_at", "pk")
    )
    frame = question_of({slot.call_up for slot in found}, communities, at=at)
    seats: Mapping[str, int] = run.plan["seats"]
    return Question(
        call_ups=frame.call_ups,
        slots=found,
        free={slot.pk: seats[str(slot.pk)] for slot in found},
        communities=communities,
        places=frame.places,
        origin=frame.origin,
        promised=_promised(run, slots),
    )


def _promised(run: DispatchRun, slots: Collection[int]) -> dict[int, int]:
    """Who of the plan has been sent to these seats already: they are compared as if they could still be moved."""
    sent = {
        line["person"]: line["slot"] if run.confirmed_at else line["was_at"]
        for line in run.plan["assignments"]
        if line["slot"] in slots and (run.confirmed_at or line.get("was_at") in slots)
    }
    people = Person.objects.filter(code__in=sent).values_list("pk", "code")
    return {pk: sent[code] for pk, code in people}


def _reserve(run: DispatchRun, question: Question, person: Person, at: datetime) -> Reserve:
    slots = {slot.pk for slot in question.slots}
    codes: set[str] = set()
    for line in run.plan["assignments"]:
        if line["slot"] in slots:
            codes |= {line["person"], *_next_of(line)}
    only = set(Person.objects.filter(code__in=codes).values_list("pk", flat=True)) | {person.pk}
    return reserve_of(question, at, only=only)


def _next_of(line: Mapping[str, Any]) -> list[str]:
    return [reason["person"] for reason in line["reasons"] if reason["code"] == "next_best"]
