"""The sums of the recount, against the same sums made row by row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.pools.instance import CLOSED, KINDS, Instance, Pairs
from muster.kernel.dispatch.pools.made import made
from muster.kernel.dispatch.pools.nearest import nearest_first
from muster.kernel.dispatch.pools.recount import (
    Violation,
    lengths,
    pair_rows,
    spent,
    value_of_unfilled,
    violations,
)
from muster.kernel.dispatch.pools.solution import Solution
from tests.kernel.dispatch.pools import tiny


@st.composite
def sent_anyhow(draw: st.DrawFn) -> tuple[dict[str, Any], Solution]:
    """A tiny question, and people sent to posts without regard to any rule but the number of seats."""
    facts = draw(tiny.facts())
    instance = tiny.instance_of(facts)
    seats = [
        (post, kind)
        for post, kind in np.argwhere(instance.posts.seats > 0).tolist()
        for _ in range(int(instance.posts.seats[post, kind]))
    ]
    people = draw(st.lists(st.integers(0, len(instance.volunteers.id) - 1), max_size=len(seats)))
    rows = sorted(
        ((who, *seat) for who, seat in zip(people, draw(st.permutations(seats)), strict=False)),
        key=lambda row: (row[0], int(instance.posts.slot[row[1]])),
    )
    table = np.array(rows, dtype=np.int32).reshape(-1, 3)
    empty = instance.posts.seats.copy()
    np.subtract.at(empty, (table[:, 1], table[:, 2]), 1)
    plan = Solution(
        *("gap", table[:, 0], table[:, 1], table[:, 2], 0, 0, instance.prices.seat_value),
        empty=empty,
        incumbent=None,
        seconds={},
    )
    return facts, plan


@settings(max_examples=60)
@given(sent_anyhow(), st.data())
def test_charges_are_the_sum_of_every_row(
    given_plan: tuple[dict[str, Any], Solution], data: st.DataObject
) -> None:
    facts, plan = given_plan
    instance = tiny.instance_of(facts)
    free = replace(instance, prices=replace(instance.prices, radius_km=None, pairs_only=False))
    if instance.terms is not None:
        at_hand = np.where(instance.terms.units == CLOSED, 0, instance.terms.units)
        free = replace(free, terms=replace(instance.terms, units=at_hand))
    incumbent, kept = tiny.incumbent_of(instance, data.draw(tiny.incumbents(facts)))

    def by_rows(before: set[tuple[int, int]] | None) -> int:
        rows = zip(plan.volunteer.tolist(), plan.post.tolist(), strict=True)
        pairs = sum(tiny.pair_cost(free, who, post, before) or 0 for who, post in rows)
        held = {who: plan.volunteer.tolist().count(who) for who in plan.volunteer.tolist()}
        return pairs + sum(tiny.step_cost(instance, who, seats) for who, seats in held.items())

    assert spent(instance, plan.volunteer, plan.post) == by_rows(None)
    assert spent(instance, plan.volunteer, plan.post, incumbent) == by_rows(kept)


@settings(max_examples=60)
@given(sent_anyhow())
def test_the_value_of_what_is_unfilled_is_the_sum_of_every_seat(
    given_plan: tuple[dict[str, Any], Solution],
) -> None:
    facts, plan = given_plan
    instance = tiny.instance_of(facts)
    weight, value = instance.posts.weight.tolist(), plan.seat_value
    rows = zip(plan.volunteer.tolist(), plan.post.tolist(), plan.kind.tolist(), strict=True)
    halves = sum(
        weight[post]
        for who, post, kind in rows
        if KINDS[kind] == "backbone" and not instance.volunteers.backbone[who]
    )
    empty = sum(weight[post] * int(plan.empty[post].sum()) for post in range(len(weight)))

    assert value_of_unfilled(instance, plan) == empty * value + halves * value // 2


@settings(max_examples=60)
@given(sent_anyhow(), st.integers(-3, 3), st.integers(-3, 3))
def test_any_other_objective_or_a_bound_above_it_is_found(
    given_plan: tuple[dict[str, Any], Solution], objective: int, bound: int
) -> None:
    facts, plan = given_plan
    instance = tiny.instance_of(facts)
    right = spent(instance, plan.volunteer, plan.post) + value_of_unfilled(instance, plan)
    said = replace(plan, objective=right + objective, lower_bound=right + bound)

    sums = {"wrong_objective", "bound_too_high"}
    found = {one.code for one in violations(instance, said)} & sums

    assert found == {
        code
        for code, is_wrong in (("wrong_objective", objective != 0), ("bound_too_high", bound > objective))
        if is_wrong
    }


@settings(max_examples=60)
@given(sent_anyhow(), st.randoms(use_true_random=False))
def test_lengths_do_not_depend_on_the_order_of_the_list_of_pairs(
    given_plan: tuple[dict[str, Any], Solution], chance: Any
) -> None:
    instance, plan = tiny.instance_of(given_plan[0]), given_plan[1]
    expected = lengths(instance, plan.volunteer, plan.post).tolist()
    if instance.pairs is not None:
        order = list(range(len(instance.pairs.km)))
        chance.shuffle(order)
        pairs = instance.pairs
        instance = replace(instance, pairs=Pairs(pairs.volunteer[order], pairs.post[order], pairs.km[order]))

    assert lengths(instance, plan.volunteer, plan.post).tolist() == expected


def test_a_question_without_pairs_lists_none() -> None:
    instance = made(20, 4)
    everybody = np.arange(4, dtype=np.int32)

    assert pair_rows(instance, everybody, everybody)[0].tolist() == [False] * 4
    none = np.zeros(0, dtype=np.int32)
    empty = replace(instance, pairs=Pairs(none, none, np.zeros(0)))
    assert pair_rows(empty, everybody, everybody)[0].tolist() == [False] * 4


@pytest.fixture(scope="module")
def town() -> Instance:
    return made(600, 60, days=2, shifts=2, tight=2.0, radius_km=25, seed=5)


@pytest.fixture(scope="module")
def plan(town: Instance) -> Solution:
    return nearest_first(town)


def test_a_plan_of_a_town_stands(town: Instance, plan: Solution) -> None:
    assert violations(town, plan) == ()


def rows_without(plan: Solution, row: int) -> dict[str, Any]:
    return {name: np.delete(getattr(plan, name), row) for name in ("volunteer", "post", "kind")}


@pytest.mark.parametrize("row", [0, 7, -1])
def test_every_seat_that_is_forgotten_is_missed(town: Instance, plan: Solution, row: int) -> None:
    post, kind = int(plan.post[row]), int(plan.kind[row])
    forgotten = replace(plan, **rows_without(plan, row))

    found = violations(town, forgotten)

    filled = int(((plan.post == post) & (plan.kind == kind)).sum())
    seats = int(town.posts.seats[post, kind])
    figures = {"kind": KINDS[kind], "filled": filled - 1, "empty": seats - filled, "seats": seats}
    assert found[0] == Violation("wrong_empty", "", town.posts.id[post], figures)
    assert {one.code for one in found[1:]} == {"wrong_objective"}


@pytest.mark.parametrize("row", [0, 7, -1])
def test_every_seat_that_is_given_twice_is_found(town: Instance, plan: Solution, row: int) -> None:
    rows = {
        name: np.append(values := getattr(plan, name), values[row]) for name in ("volunteer", "post", "kind")
    }

    codes = {one.code for one in violations(town, replace(plan, **rows))}

    assert {"twice_in_slot", "wrong_objective"} <= codes
    assert codes & {"overfilled", "wrong_empty"}


def test_every_pair_of_people_that_is_exchanged_keeps_the_rules_or_is_found(
    town: Instance, plan: Solution
) -> None:
    """Against the oracle of the tiny questions, which knows every rule but rest."""
    lax = replace(town, horizon=replace(town.horizon, rest_pairs=()))
    chance = np.random.default_rng(1)
    outcomes = set()
    for _ in range(12):
        first, second = chance.integers(0, len(plan.post), 2).tolist()
        who = plan.volunteer.copy()
        who[[first, second]] = who[[second, first]]
        order = np.lexsort((plan.post, town.posts.slot[plan.post], who))
        mixed = replace(plan, volunteer=who[order], post=plan.post[order], kind=plan.kind[order])
        cost = spent(lax, mixed.volunteer, mixed.post) + value_of_unfilled(lax, mixed)
        try:
            lost, by_hand = tiny.recounted(lax, mixed)
        except AssertionError:
            stands = False
        else:
            stands = lost * (plan.seat_value // 2) + by_hand == cost
        outcomes.add(stands)

        assert (violations(lax, replace(mixed, objective=cost, lower_bound=0)) == ()) == stands
    assert outcomes == {True, False}
