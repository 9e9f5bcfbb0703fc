"""The recount finds each way in which a plan can be wrong, and nothing in a plan that is right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.pools import folder
from muster.kernel.dispatch.pools.instance import KINDS, Incumbent, Instance
from muster.kernel.dispatch.pools.recount import Claim, Violation, spent, violations, violations_of
from muster.kernel.dispatch.pools.solution import Solution, solve
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.files import CONFIG, POSTS, VOLUNTEERS, laid

Row = tuple[str, str, str]
RIGHT: list[Row] = [("ann", "gate", "backbone"), ("bo", "tent", "skilled"), ("cy", "gate", "general")]
DAWN = "dawn,0,0,d1s0,1,0,0,,1,\n"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return folder.read(laid(tmp_path))


def claimed(instance: Instance, rows: list[Row], **said: Any) -> Claim:
    """A claim whose empty seats and sums fit its rows, so that only what the rows do is wrong."""
    volunteer = np.array([instance.volunteers.id.index(who) for who, _, _ in rows], dtype=np.int32)
    post = np.array([instance.posts.id.index(where) for _, where, _ in rows], dtype=np.int32)
    kind = np.array([KINDS.index(name) for _, _, name in rows], dtype=np.int32)
    empty = instance.posts.seats.copy()
    np.subtract.at(empty, (post, kind), 1)
    cost = spent(instance, volunteer, post)
    facts = {"empty": empty.clip(0), "status": "gap", "spent": cost, "bound": 0}
    return Claim(volunteer, post, kind, **(facts | said))


def solved(instance: Instance) -> Solution:
    """A right plan of the right folder, its sums by hand: 1.5 + 0.5 for ann, 0.25 + 4 + 3.5 for bo, 4 + 1 + 1.5 for cy."""
    rows = claimed(instance, RIGHT)
    sums = {"objective": 1625, "lower_bound": 1625, "seat_value": 100_000}
    return Solution(
        "proven", rows.volunteer, rows.post, rows.kind, **sums, empty=rows.empty, incumbent=None, seconds={}
    )


def test_a_right_plan_stands(instance: Instance) -> None:
    assert violations(instance, solved(instance)) == ()
    assert violations_of(instance, claimed(instance, RIGHT)) == ()


def test_a_plan_that_sends_nobody_stands(instance: Instance) -> None:
    assert violations_of(instance, claimed(instance, [])) == ()


# What is changed in the folder, who is sent, and what is wrong with that.
WRONG_ROWS: dict[str, tuple[dict[str, str], list[Row], Violation]] = {
    "not there at that time": ({}, [("cy", "tent", "skilled")], Violation("not_available", "cy", "tent")),
    "no backbone": (
        {"config_json": CONFIG.replace('fallback": true', 'fallback": false')},
        [("cy", "gate", "backbone")],
        Violation("not_backbone", "cy", "gate"),
    ),
    "skill missing": (
        {"volunteers_csv": VOLUNTEERS.replace("nurse;driver", "driver")},
        [("bo", "tent", "skilled")],
        Violation("skill_missing", "bo", "tent"),
    ),
    "pair not listed": (
        {"config_json": CONFIG.replace('only": false', 'only": true')},
        [("cy", "gate", "general"), ("ann", "gate", "backbone")],
        Violation("not_a_pair", "cy", "gate"),
    ),
    # ann has 5 km in a straight line, and a pair of 1.5 km.
    "beyond the radius": (
        {"config_json": CONFIG.replace('radius_km": null', 'radius_km": 3.99')},
        [("cy", "gate", "general"), ("ann", "gate", "backbone")],
        Violation("too_far", "cy", "gate", {"km": 4.0}),
    ),
    "twice in a slot": (
        {},
        [("bo", "gate", "general"), ("bo", "gate", "backbone")],
        Violation("twice_in_slot", "bo", figures={"slot": "d0s0"}),
    ),
    "twice on a day": (
        {},
        [("bo", "gate", "general"), ("bo", "tent", "skilled")],
        Violation("twice_on_day", "bo", figures={"day": "d0"}),
    ),
    "no rest": (
        {"posts_csv": POSTS + DAWN},
        [("bo", "tent", "skilled"), ("bo", "dawn", "general")],
        Violation("no_rest", "bo", figures={"slot": "d0s1", "then": "d1s0"}),
    ),
    "too many shifts": (
        {"posts_csv": POSTS + DAWN, "volunteers_csv": VOLUNTEERS.replace("d1s0,2,0", "d1s0,1,0")},
        [("ann", "gate", "general"), ("ann", "dawn", "general")],
        Violation("too_many_shifts", "ann", figures={"seats": 2, "most": 1}),
    ),
    "more people than seats": (
        {},
        [("ann", "gate", "general"), ("cy", "gate", "general")],
        Violation("overfilled", "", "gate", {"kind": "general", "filled": 2, "empty": 0, "seats": 1}),
    ),
    "a kind that the post has no seats of": (
        {},
        [("bo", "tent", "general")],
        Violation("overfilled", "", "tent", {"kind": "general", "filled": 1, "empty": 0, "seats": 0}),
    ),
}


@pytest.mark.parametrize("name", WRONG_ROWS)
def test_a_wrong_row_is_found(tmp_path: Path, name: str) -> None:
    changed, rows, wrong = WRONG_ROWS[name]
    instance = folder.read(laid(tmp_path, **changed))

    assert violations_of(instance, claimed(instance, rows)) == (wrong,)


@pytest.mark.parametrize("name", ["twice on a day", "no rest", "no backbone", "beyond the radius"])
def test_a_rule_that_the_folder_does_not_have_is_not_looked_for(tmp_path: Path, name: str) -> None:
    changed, rows, _ = WRONG_ROWS[name]
    config = CONFIG.replace('per_day": true', 'per_day": false').replace("[[1, 0]]", "[]")
    instance = folder.read(laid(tmp_path, **(changed | {"config_json": config})))

    assert violations_of(instance, claimed(instance, rows)) == ()


def test_what_rounds_to_the_radius_is_within_it(tmp_path: Path) -> None:
    config = CONFIG.replace('radius_km": null', 'radius_km": 3.996')
    instance = folder.read(laid(tmp_path, config_json=config))

    assert violations_of(instance, claimed(instance, [("cy", "gate", "general")])) == ()


def test_somebody_who_declined_is_found(instance: Instance) -> None:
    claim = claimed(instance, RIGHT, declined=frozenset({"bo"}))

    assert violations_of(instance, claim) == (Violation("declined", "bo", "tent"),)


@pytest.mark.parametrize("change", [-1, 1])
def test_wrong_empty_seats_are_found(instance: Instance, change: int) -> None:
    empty = np.zeros((2, 3), dtype=np.int32)
    empty[0, 0] = change

    found = violations_of(instance, claimed(instance, RIGHT, empty=empty))

    figures = {"kind": "general", "filled": 1, "empty": change, "seats": 1}
    assert found == (Violation("wrong_empty", "", "gate", figures),)


def test_a_length_that_is_not_the_pair_s_is_found(instance: Instance) -> None:
    # In the order of RIGHT: two listed pairs, and 4 km in a straight line.
    assert violations_of(instance, claimed(instance, RIGHT, km=np.array([150, 25, 400]))) == ()

    found = violations_of(instance, claimed(instance, RIGHT, km=np.array([150, 26, 400])))

    assert found == (Violation("wrong_km", "bo", "tent", {"km": 0.25, "said": 0.26}),)


@pytest.mark.parametrize("change", [-1, 1])
def test_a_sum_that_is_a_unit_off_is_found(instance: Instance, change: int) -> None:
    plan = replace(solved(instance), objective=1625 + change, lower_bound=0, status="gap")

    assert violations(instance, plan) == (
        Violation("wrong_objective", figures={"said": 16.25 + change / 100, "is": 16.25}),
    )


def test_a_bound_above_the_objective_is_found(instance: Instance) -> None:
    plan = replace(solved(instance), lower_bound=1626)

    assert violations(instance, plan) == (
        Violation("bound_too_high", figures={"bound": 16.26, "objective": 16.25}),
    )


def test_a_plan_with_a_gap_is_not_proven(instance: Instance) -> None:
    plan = replace(solved(instance), lower_bound=1624)

    assert violations(instance, plan) == (
        Violation("not_proven", figures={"bound": 16.24, "objective": 16.25}),
    )
    assert violations(instance, replace(plan, status="gap")) == ()


@pytest.mark.parametrize("value", [99_998, 100_001])
def test_a_value_of_seats_below_its_price_or_without_a_half_is_found(instance: Instance, value: int) -> None:
    found = violations(instance, replace(solved(instance), seat_value=value))

    assert found == (Violation("wrong_seat_value", figures={"said": value, "least": 100_000}),)


def test_stand_ins_and_empty_seats_count_in_the_objective(instance: Instance) -> None:
    rows = claimed(instance, [("cy", "gate", "backbone")])
    halves = 50_000 * 3 + 100_000 * (3 + 1)
    facts = {"volunteer": rows.volunteer, "post": rows.post, "kind": rows.kind, "empty": rows.empty}
    cost = 400 + 100 + 150 + halves
    plan = replace(solved(instance), **facts, objective=cost, lower_bound=cost)

    assert violations(instance, plan) == ()


def test_changes_of_an_incumbent_cost_their_price(tmp_path: Path) -> None:
    instance = folder.read(laid(tmp_path, config_json=CONFIG.replace('keep_km": 0', 'keep_km": 2')))
    before = Incumbent.of(instance, [("ann", "gate"), ("bo", "gate")])

    # bo and cy are sent where they were not before.
    assert violations(instance, replace(solved(instance), objective=2025, lower_bound=2025), before) == ()
    assert [one.code for one in violations(instance, solved(instance), before)] == ["wrong_objective"]
    assert violations(instance, solved(instance)) == ()


@settings(max_examples=60)
@given(st.data())
def test_what_is_solved_stands(data: st.DataObject) -> None:
    facts = data.draw(tiny.facts())
    instance = tiny.instance_of(facts)
    incumbent, _ = tiny.incumbent_of(instance, data.draw(tiny.incumbents(facts)))
    declined = frozenset(data.draw(st.sets(st.sampled_from(instance.volunteers.id), max_size=2)))

    plan = solve(instance, incumbent=incumbent, declined=declined)

    assert violations(instance, plan, incumbent, declined=declined) == ()


@settings(max_examples=70)
@given(st.data())
def test_whatever_people_are_sent_the_recount_agrees_with_counting_by_hand(data: st.DataObject) -> None:
    facts = data.draw(tiny.facts())
    instance = tiny.instance_of(facts)
    row = st.tuples(
        st.integers(0, len(instance.volunteers.id) - 1),
        st.integers(0, len(instance.posts.id) - 1),
        st.integers(0, 2),
    )
    rows = data.draw(st.lists(row, max_size=3))
    rows.sort(key=lambda one: (one[0], instance.posts.slot[one[1]], one[1:]))
    names = [(instance.volunteers.id[v], instance.posts.id[p], KINDS[kind]) for v, p, kind in rows]
    claim = claimed(instance, names)
    plan = Solution(
        *("gap", claim.volunteer, claim.post, claim.kind, 0, 0, 100_000),
        empty=claim.empty,
        incumbent=None,
        seconds={},
    )

    found = violations_of(instance, claim)

    try:
        _, cost = tiny.recounted(instance, plan)
    except AssertionError:
        assert found
    else:
        assert found == ()
        assert claim.spent == cost
