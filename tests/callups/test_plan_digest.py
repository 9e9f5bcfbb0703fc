"""The fingerprint of what a plan was made from: the same for the same facts, in whatever order they came, and for no others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muster.callups.queries.saved_plan import digest
from muster.kernel.dispatch import Costs, Exclusion, Person, Slot, Window
from muster.kernel.dispatch.model import Problem

NIGHT = Window("night", 1320, 1680)
PEOPLE = (
    Person("a", 0, 0, skills=frozenset({"nurse", "driver"}), at_hand=frozenset({"gate", "tent"})),
    Person("b", 5, 5, windows=frozenset({"night", "day"})),
)
SLOTS = (Slot("gate", 0, 0, NIGHT, 1), Slot("tent", 9, 9, NIGHT, 2), Slot("ward", 4, 4, NIGHT, 1))
RULES = (
    Exclusion("a", "not_insured", slots=frozenset({"tent", "ward"})),
    Exclusion("b", "too_young"),
)
PROBLEM = Problem.of(PEOPLE, SLOTS, Costs(), RULES, (("a", "gate"),))


def test_every_process_has_the_same_fingerprint() -> None:
    """As it was once written down: the order of sets, another in each process, is no part of it. A new fact changes it."""
    assert digest(PROBLEM)[:16] == "f20b5981d1c8b81d"


def test_the_order_of_facts_and_how_a_rule_was_told_change_nothing() -> None:
    singly = [
        Exclusion("b", "too_young"),
        *(Exclusion("a", "not_insured", slot) for slot in ("ward", "tent")),
    ]

    again = Problem.of(PEOPLE[::-1], SLOTS[::-1], Costs(), singly, [("a", "gate")])

    assert digest(again) == digest(PROBLEM)


@pytest.mark.parametrize(
    "other",
    [
        Problem.of((PEOPLE[0],), SLOTS, Costs(), RULES, (("a", "gate"),)),
        Problem.of((replace(PEOPLE[0], skills=frozenset({"nurse"})), PEOPLE[1]), SLOTS, Costs(), RULES, ()),
        Problem.of(
            (replace(PEOPLE[0], at_hand=frozenset({"gate"})), PEOPLE[1]),
            SLOTS,
            Costs(),
            RULES,
            (("a", "gate"),),
        ),
        Problem.of((PEOPLE[0], replace(PEOPLE[1], windows=None)), SLOTS, Costs(), RULES, (("a", "gate"),)),
        Problem.of(PEOPLE, SLOTS, Costs(keep_km=2.0), RULES, (("a", "gate"),)),
        Problem.of(PEOPLE, SLOTS, Costs(), RULES[:1], (("a", "gate"),)),
        Problem.of(
            PEOPLE,
            SLOTS,
            Costs(),
            (Exclusion("a", "not_insured", slots=frozenset({"tent"})), RULES[1]),
            (("a", "gate"),),
        ),
        Problem.of(PEOPLE, SLOTS, Costs(), RULES, (("a", "tent"),)),
    ],
    ids=["person", "skill", "at hand", "window", "price", "rule", "slots of a rule", "promise"],
)
def test_any_other_fact_has_another_fingerprint(other: Problem) -> None:
    assert digest(other) != digest(PROBLEM)
