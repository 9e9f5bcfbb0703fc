"""Nobody has a night and the morning after: plans with rest pairs, against every plan there is."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.pools import relaxed
from muster.kernel.dispatch.pools.instance import Horizon, Prices
from muster.kernel.dispatch.pools.recount import violations
from muster.kernel.dispatch.pools.relaxed import Relaxed
from muster.kernel.dispatch.pools.rest import rested
from muster.kernel.dispatch.pools.search import Limits, Outcome
from muster.kernel.dispatch.pools.solution import solution_of, solve
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.nights import SHAPES, before_rest, busy, silence, town, value


@settings(max_examples=150)
@given(st.sampled_from(SHAPES), st.randoms(use_true_random=False))
@pytest.mark.req("R5.2")
def test_plan_keeps_rest_and_lies_between_its_bound_and_the_best(
    horizon: Horizon, chance: random.Random
) -> None:
    instance = tiny.instance_of(busy(chance, horizon))

    solution = solve(instance)

    assert violations(instance, solution) == ()
    best = value(solution, tiny.best_by_hand(instance))
    assert solution.lower_bound <= best <= solution.objective
    assert solution.objective == value(solution, tiny.recounted(instance, solution))
    assert (solution.status == "proven") == (solution.objective == solution.lower_bound)


@settings(max_examples=100)
@given(st.sampled_from(SHAPES), st.randoms(use_true_random=False), st.data())
def test_against_an_incumbent_rest_is_kept_too(
    horizon: Horizon, chance: random.Random, data: st.DataObject
) -> None:
    facts = tiny.with_prices(busy(chance, horizon), keep_km=1.0)
    instance = tiny.instance_of(facts)
    incumbent, kept = tiny.incumbent_of(instance, data.draw(tiny.incumbents(facts)))

    solution = solve(instance, incumbent=incumbent, declined={"v0"})

    assert violations(instance, solution, incumbent, declined=frozenset({"v0"})) == ()
    best = value(solution, tiny.best_by_hand(instance, kept, frozenset({0})))
    assert solution.lower_bound <= best <= solution.objective


@settings(max_examples=60)
@given(st.randoms(use_true_random=False))
def test_with_listed_pairs_only_rest_is_kept_too(chance: random.Random) -> None:
    facts = busy(chance, SHAPES[0])
    pairs = [(v, p, float(chance.randrange(9))) for v in range(5) for p in range(4) if chance.random() < 0.6]
    facts = tiny.with_prices(facts | {"pairs": pairs or [(0, 0, 1.0)]}, pairs_only=True)
    instance = tiny.instance_of(facts)

    solution = solve(instance)

    assert violations(instance, solution) == ()
    assert solution.lower_bound <= value(solution, tiny.best_by_hand(instance)) <= solution.objective


def two_friends() -> dict[str, Any]:
    """Two people of one community for a night, the morning after, and an evening and a noon that match neither."""
    slots = Horizon(2, 3, rest_pairs=((2, 0),))
    return {
        "communities": [(0.0, 0.0)],
        "volunteers": [(f"v{at}", 0, 1, False, 0, 0b111111, 2, 0, -1) for at in range(2)],
        "posts": [(f"p{slot}", 3_000.0, 0.0, slot, (1, 0, 0), -1, 1, -1) for slot in (1, 2, 3, 4)],
        "horizon": slots,
        "prices": Prices({"own": 0.0, "city": 4.0}),
    }


def test_a_swap_inside_a_pool_costs_nothing_and_is_proven() -> None:
    facts = two_friends()
    without = solve(tiny.instance_of(facts | {"horizon": replace(facts["horizon"], rest_pairs=())}))

    solution = solve(tiny.instance_of(facts))

    assert violations(tiny.instance_of(facts), solution) == ()
    assert solution.objective == without.objective
    assert solution.status == "proven"
    assert solution.empty.sum() == 0


def test_the_seat_of_less_weight_stays_empty_when_one_person_cannot_rest() -> None:
    facts = two_friends()
    facts["volunteers"] = facts["volunteers"][:1]
    facts["posts"] = [
        (f"p{slot}", 3_000.0, 0.0, slot, (1, 0, 0), -1, weight, -1) for slot, weight in ((2, 1), (3, 3))
    ]
    instance = tiny.instance_of(facts)

    solution = solve(instance)

    assert solution.post.tolist() == [1]
    assert solution.empty.sum(axis=1).tolist() == [1, 0]
    # What the empty seat costs is proven by the charge for lacking rest, beyond the plan without the rule.
    assert solution.status == "proven"


def fits(outcome: Outcome) -> bool:
    """What comes to a node leaves it again, and no arc carries more than it may."""
    balance = np.zeros(outcome.network.nodes, dtype=np.int64)
    np.add.at(balance, outcome.arcs.tail, outcome.flow)
    np.subtract.at(balance, outcome.arcs.head, outcome.flow)
    within = (outcome.flow >= 0) & (outcome.flow <= outcome.arcs.capacity)
    return bool((balance == outcome.network.supply).all() and within.all())


def test_mending_keeps_every_row_and_proves_how_near_it_is() -> None:
    search, outcome, rows = before_rest(town())

    after = rested(search, outcome, Limits(0.001), silence)

    assert len(rows.broken(after.flow)) == 0
    assert outcome.objective <= after.lower_bound <= after.objective
    assert after.objective - after.lower_bound <= 0.001 * after.objective
    assert fits(after)


def test_no_more_is_done_than_the_gap_asks_for() -> None:
    stages: list[tuple[str, float]] = []

    def tell(stage: str, figures: Mapping[str, float]) -> None:
        stages.append((stage, figures["objective"] - figures["lower_bound"]))

    search, outcome, _ = before_rest(town())

    after = rested(search, outcome, Limits(0.5), tell)

    # One plan, and the bound of the plan without the rule is enough.
    assert stages == [("rest", after.objective - outcome.lower_bound)]
    assert after.lower_bound == outcome.lower_bound
    assert not after.proven


def test_when_the_time_is_over_everybody_rests_all_the_same() -> None:
    search, outcome, rows = before_rest(town())
    late = Limits(0.0, seconds=0.0)

    after = rested(search, outcome, late, silence)

    assert len(rows.broken(after.flow)) == 0
    assert fits(after)
    assert outcome.lower_bound == after.lower_bound < after.objective
    solution = solution_of(search, after, None, {})
    assert violations(town(), solution) == ()
    assert solution.status == "gap"


def test_in_a_hurry_an_idle_neighbor_of_the_same_pool_takes_the_seat() -> None:
    facts = two_friends()
    instance = tiny.instance_of(facts)
    search, outcome, rows = before_rest(
        tiny.instance_of(
            facts | {"volunteers": [*facts["volunteers"], ("v2", 0, 1, False, 0, 0b111111, 1, 9, -1)]}
        )
    )

    after = rested(search, outcome, Limits(0.0, seconds=0.0), silence)

    assert after.empty.sum() == 0
    assert len(rows.broken(after.flow)) == 0
    assert instance.horizon.rest_slots == ((2, 3),)


def test_a_time_limit_ends_in_a_plan_that_stands() -> None:
    instance = town()

    solution = solve(instance, time_limit=0.0)

    assert violations(instance, solution) == ()
    assert solution.status == "gap"
    assert solution.lower_bound < solution.objective


def test_a_large_network_follows_its_charges_to_the_same_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    search, outcome, rows = before_rest(town())
    anew = Relaxed(search, outcome, rows)
    monkeypatch.setattr(relaxed, "LARGE", 1)
    going_on = Relaxed(search, outcome, rows)
    chance = np.random.default_rng(7)

    for most in (0, 300, 40):
        charges = chance.integers(0, most + 1, len(rows))

        assert going_on.charge(charges) == anew.charge(charges)
        assert going_on.saving() == anew.saving()
        assert going_on.prices.tolist() == anew.prices.tolist()
        assert going_on.charge(charges) == anew.charge(charges)


def test_mended_plan_is_the_same_every_time() -> None:
    one, other = (solve(town(), gap=0.001) for _ in range(2))

    assert (one.objective, one.lower_bound) == (other.objective, other.lower_bound)
    assert one.volunteer.tobytes() == other.volunteer.tobytes()
    assert one.post.tobytes() == other.post.tobytes()
