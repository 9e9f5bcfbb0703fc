"""Rest exactly: the best of all plans where that can be told, against every plan there is."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.dispatch.pools import relaxed, rest
from muster.kernel.dispatch.pools.instance import Horizon, Prices
from muster.kernel.dispatch.pools.recount import violations
from muster.kernel.dispatch.pools.relaxed import Relaxed
from muster.kernel.dispatch.pools.rest import rested
from muster.kernel.dispatch.pools.rest_exact import between, solved, within
from muster.kernel.dispatch.pools.search import Limits
from muster.kernel.dispatch.pools.solution import solve
from tests.kernel.dispatch.pools import tiny
from tests.kernel.dispatch.pools.nights import SHAPES, before_rest, busy, silence, town, value

SMALL = (
    Horizon(3, 3, rest_pairs=((2, 0), (2, 1), (1, 0))),
    Horizon(2, 3, one_per_day=False, rest_pairs=((2, 0), (1, 0))),
)


@settings(max_examples=20)
@given(st.sampled_from([*SHAPES, *SMALL]), st.randoms(use_true_random=False))
def test_exact_plan_is_the_best_of_all_plans(horizon: Horizon, chance: random.Random) -> None:
    """What the charges leave open is all there is in so small a question, so the plan is the best even where no charges
    prove it."""
    instance = tiny.instance_of(busy(chance, horizon, people=4, posts=6))

    solution = solve(instance)

    assert violations(instance, solution) == ()
    assert solution.objective == value(solution, tiny.best_by_hand(instance))
    assert solution.lower_bound <= solution.objective


@settings(max_examples=15)
@given(st.randoms(use_true_random=False), st.sampled_from([2.0, 4.0]), st.booleans())
def test_rest_within_a_radius_and_with_or_without_stand_ins(
    chance: random.Random, radius_km: float, stand_in: bool
) -> None:
    facts = tiny.with_prices(busy(chance, SHAPES[2]), radius_km=radius_km, backbone_fallback=stand_in)
    instance = tiny.instance_of(facts)

    solution = solve(instance)

    assert violations(instance, solution) == ()
    assert solution.objective == value(solution, tiny.best_by_hand(instance))


def test_a_town_of_300_is_proven() -> None:
    instance = town()
    search, outcome, _ = before_rest(instance)
    mended = rested(search, outcome, Limits(0.5), silence)

    solution = solve(instance)

    assert solution.status == "proven"
    assert violations(instance, solution) == ()
    assert outcome.objective < solution.objective <= mended.objective


def test_charges_in_parts_of_units_give_a_bound_no_plan_beats() -> None:
    instance = town()
    best = solve(instance).objective
    search, outcome, rows = before_rest(instance)
    chance = np.random.default_rng(5)
    relaxed_at = Relaxed(search, outcome, rows)

    for most in (0.0, 1.0, 60.0):
        charges = chance.random(len(rows)) * most

        assert relaxed_at.certified(charges) <= best

    # Without charges it is the plan without the rule, whatever the parts.
    assert relaxed_at.certified(np.zeros(len(rows))) == outcome.objective


def test_program_leaves_out_only_what_no_better_plan_has() -> None:
    instance = town()
    best = solve(instance).objective
    search, outcome, rows = before_rest(instance)
    mended = rested(search, outcome, Limits(0.5), silence)
    stands = Relaxed(search, outcome, rows)
    gap = mended.objective - stands.charge(np.zeros(len(rows), dtype=np.int64))
    stands.widen(gap)
    wide, narrow = within(outcome.network, stands, gap), within(outcome.network, stands, 10)

    answer = solved(wide, None)

    assert len(narrow.free) < len(wide.free) < len(stands.arcs)
    assert answer is not None and answer.flow is not None
    assert int(stands.cost @ answer.flow) == best
    assert not len(rows.broken(answer.flow))


def test_program_has_no_answer_when_there_is_no_time() -> None:
    search, outcome, rows = before_rest(town())
    stands = Relaxed(search, outcome, rows)
    stands.charge(np.zeros(len(rows), dtype=np.int64))

    assert solved(within(outcome.network, stands, 10_000), 0.0) is None


def test_where_most_stays_as_it_is_the_rest_of_the_plan_gets_better() -> None:
    search, outcome, rows = before_rest(town())
    mended = rested(search, outcome, Limits(0.5), silence)
    stands = Relaxed(search, outcome, rows)
    some = np.zeros(len(mended.arcs), dtype=np.bool_)
    some[: len(some) // 2] = True

    answer = solved(between(outcome.network, stands, mended.flow, some), None)

    assert answer is not None and answer.flow is not None
    assert (answer.flow[~some] == mended.flow[~some]).all()
    assert not len(rows.broken(answer.flow))
    assert int(stands.cost @ answer.flow) <= int(stands.cost @ mended.flow)


def test_a_city_too_large_for_one_program_is_better_than_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = town()
    exact = solve(instance)
    monkeypatch.setattr(relaxed, "LARGE", 1)
    monkeypatch.setattr(rest, "LARGE", 1)
    monkeypatch.setattr(rest, "MOST_OPEN", 3000)

    solution = solve(instance)

    assert violations(instance, solution) == ()
    assert solution.lower_bound <= exact.objective <= solution.objective
    assert solution.gap <= 0.001


def test_a_seat_that_rest_makes_dear_is_filled_however_little_it_is_worth() -> None:
    """One person nearby would do for the night and the morning; for want of rest somebody comes from twelve kilometers."""
    posts = [(f"p{slot}", 0.0, 0.0, slot, (1, 0, 0), -1, 1, -1) for slot in (2, 3)]
    instance = tiny.instance_of(
        {
            "communities": [(0.0, 0.0), (12_000.0, 0.0)],
            "volunteers": [(f"v{at}", at, 1, False, 0, 0b111111, 2, 0, -1) for at in range(2)],
            "posts": posts,
            "horizon": Horizon(2, 3, rest_pairs=((2, 0),)),
            "prices": Prices({"own": 0.0, "city": 4.0}, seat_km=5.0),
        }
    )

    solution = solve(instance)

    assert solution.empty.sum() == 0
    assert tiny.recounted(instance, solution) == tiny.best_by_hand(instance)
    assert violations(instance, solution) == ()
