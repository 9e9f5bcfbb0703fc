"""A plan of the dispatch as it is saved with its run: explainable for years, and the same for the same facts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from muster.callups.queries import candidates
from muster.callups.queries.dispatch_question import Question
from muster.callups.queries.dispatchable import Reserve
from muster.kernel import dispatch as kernel
from muster.kernel.dispatch.model import Problem

ABOUT_OTHERS = ("next_best", "nobody_else")
# The way says it better; and of who was called lately the reserve of a dispatch knows nothing.
UNTOLD = ("tier", "recent_calls")


def as_json(plan: kernel.Plan, question: Question, reserve: Reserve) -> dict[str, Any]:
    """The plan with codes, figures and reasons, no names: who goes where, what stays empty, and who of an earlier plan has no
    seat any more.
    """
    call_up_of = {slot.pk: slot.call_up_id for slot in question.slots}
    lines = [_line(row, question, reserve, call_up_of[int(row.slot)]) for row in plan.assignments]
    planned = {line["person"] for line in lines}
    rings = {
        ring: number for number, ring in enumerate(dict.fromkeys(empty.ring_slots for empty in plan.empties))
    }
    return {
        "assignments": lines,
        "empties": [
            _empty(empty, call_up_of[int(empty.slot)], rings[empty.ring_slots]) for empty in plan.empties
        ],
        "rings": [[int(slot) for slot in ring] for ring in rings],
        "seats": {str(slot.pk): question.free[slot.pk] for slot in question.slots},
        "prices": {
            str(slot.pk): price
            for slot in question.slots
            if (price := plan.price_km(candidates.slot_id(slot.pk))) is not None
        },
        "let_go": [
            {
                "person": person,
                "slot": int(slot),
                "call_up": call_up_of[int(slot)],
                "way": reserve.ways[person, call_up_of[int(slot)]].value,
            }
            for person, slot in sorted(reserve.promised.items())
            if person not in planned
        ],
    }


def _line(row: kernel.Assignment, question: Question, reserve: Reserve, call_up: int) -> dict[str, Any]:
    home = reserve.homes[row.person]
    reasons = [reason.as_dict() for reason in row.reasons]
    place = question.call_ups[call_up].division_code
    if home != place and (names := _names(question, home, place)):
        reasons.append({"code": "lent", **names})
    line = {
        "person": row.person,
        "slot": int(row.slot),
        "call_up": call_up,
        "way": reserve.ways[row.person, call_up].value,
        "home": home,
        "km": row.km,
        "reasons": reasons,
    }
    if row.person in reserve.promised:
        line["was_at"] = int(reserve.promised[row.person])
    return line


def _names(question: Question, home: int, place: int) -> dict[str, str]:
    names = {"home": question.name_of(home), "place": question.name_of(place)}
    return names if all(names.values()) else {}


def _empty(empty: kernel.Empty, call_up: int, ring: int) -> dict[str, Any]:
    """`ring`: position of its shortage among the rings; seats that compete for the same people share one."""
    return {
        "slot": int(empty.slot),
        "call_up": call_up,
        "seats": empty.seats,
        "asked": empty.asked,
        "code": empty.code.value,
        "qualified": empty.qualified,
        "holders": empty.holders,
        "excluded": [list(pair) for pair in empty.excluded],
        "ring_people": empty.ring_people,
        "ring_seats": empty.ring_seats,
        "ring": ring,
        "radius_km": empty.radius_km,
        "nearest_km": empty.nearest_km,
        "higher": [[int(slot), seats_filled] for slot, seats_filled in empty.higher],
    }


def why_of(line: Mapping[str, Any]) -> dict[str, Any]:
    """The reasons of one line as its person reads them: how he is sent, and what his going spares, but nobody else's name."""
    told = [
        {name: figure for name, figure in reason.items() if name != "person"}
        for reason in line["reasons"]
        if reason["code"] not in UNTOLD
    ]
    told.sort(key=lambda reason: reason["code"] in ABOUT_OTHERS)
    return {"reasons": [{"code": "way", "way": line["way"]}, *told]}


def digest(problem: Problem) -> str:
    """A fingerprint of all that went in: who could be sent where, at which prices. Equal inputs have equal plans."""
    facts = (problem.people, problem.slots, problem.costs, problem.exclusions, sorted(problem.keep))
    in_order = _InOrder()
    told = repr(
        [[in_order.told(fact) for fact in one] if isinstance(one, tuple | list) else one for one in facts]
    )
    return hashlib.sha256(told.encode()).hexdigest()


class _InOrder:
    """Facts without sets, which have no order that lasts from one process to the next."""

    def __init__(self) -> None:
        # The same few sets of slots stand in the rules of thousands of people.
        self._lists: dict[frozenset[str], str] = {}

    def told(self, fact: Any) -> Any:
        if isinstance(fact, kernel.Person):
            bare = replace(fact, skills=frozenset(), at_hand=frozenset(), windows=None)
            windows = None if fact.windows is None else sorted(fact.windows)
            return bare, sorted(fact.skills), windows, self._listed(fact.at_hand)
        if isinstance(fact, kernel.Exclusion):
            return fact.person, fact.code, self._listed(fact.slots)
        return fact

    def _listed(self, slots: frozenset[str]) -> str:
        if slots not in self._lists:
            self._lists[slots] = hashlib.sha256(repr(sorted(slots)).encode()).hexdigest()
        return self._lists[slots]
