"""Who is asked next: the limits that nobody passes, the order of the rest, and reasons that agree with both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.kernel.calling import Kept, People, Prices, Reason, ranked

PRICES = Prices(duty_km=2, ask_km=0.1, lately_km=2, lately_days=14)


def people(count: int = 5, **columns: list[float]) -> People:
    """People alike in everything but the columns named."""
    no = np.zeros(count, dtype=bool)
    alike = People(
        travel_km=np.ones(count),
        duties=np.zeros(count, dtype=np.int64),
        asked_days=np.full(count, -1.0),
        asked_week=np.zeros(count, dtype=np.int64),
        chance=np.full(count, 0.5),
        already=no,
        quiet=no,
        eligible=~no,
    )
    arrays = {name: np.array(values, getattr(alike, name).dtype) for name, values in columns.items()}
    return replace(alike, **arrays)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        pytest.param("travel_km", [3, 1, 2, 0, 4], id="nearer first"),
        pytest.param("duties", [3, 1, 2, 0, 4], id="fewer duties first"),
        pytest.param("asked_days", [2, 9, 5, -1, 0], id="least recently asked first, never before all"),
        pytest.param("chance", [0.2, 0.7, 0.4, 0.9, 0.1], id="likelier first"),
    ],
)
@pytest.mark.req("R1.5")
def test_what_counts_for_a_person_counts_in_this_order(column: str, values: list[float]) -> None:
    assert ranked(people(**{column: values}), PRICES, asks_a_week=3).order.tolist() == [3, 1, 2, 0, 4]


def test_those_alike_are_asked_in_the_order_of_the_list() -> None:
    assert ranked(people(), PRICES, asks_a_week=3).order.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"already": [0, 1, 0, 0, 0]}, Kept.ALREADY_ASKED),
        ({"asked_week": [2, 3, 0, 1, 2]}, Kept.ASKED_OFTEN),
        ({"quiet": [0, 1, 0, 0, 0]}, Kept.QUIET_HOURS),
        ({"eligible": [1, 0, 1, 1, 1]}, Kept.NOT_ELIGIBLE),
    ],
)
def test_whom_a_limit_keeps_is_not_on_the_list_and_is_told_which(
    columns: dict[str, list[float]], code: Kept
) -> None:
    ranking = ranked(people(**columns), PRICES, asks_a_week=3)

    assert sorted(ranking.order.tolist()) == [0, 2, 3, 4]
    assert [reason.code for reason in ranking.why_not(1, 5)] == [code]
    assert np.isinf(ranking.price[1])


def test_all_limits_that_keep_somebody_are_told() -> None:
    ranking = ranked(people(already=[1, 0, 0, 0, 0], asked_week=[4, 0, 0, 0, 0]), PRICES, asks_a_week=3)

    assert ranking.why_not(0, 5) == (
        Reason(Kept.ALREADY_ASKED),
        Reason(Kept.ASKED_OFTEN, (("times", 4),)),
    )


def test_who_comes_later_on_the_list_is_told_his_place_and_by_how_much() -> None:
    ranking = ranked(people(travel_km=[1, 2, 3, 4, 5]), PRICES, asks_a_week=3)

    assert ranking.why_not(1, 2) == ()
    assert ranking.why_not(4, 2) == (Reason("others_first", (("rank", 5), ("asked", 2), ("km_more", 3.0))),)


def test_why_names_what_is_better_than_usual_the_strongest_first() -> None:
    ranking = ranked(
        people(travel_km=[0.5, 1, 1, 1, 1], duties=[0, 2, 2, 2, 2], chance=[0.1, 0.5, 0.5, 0.5, 0.5]),
        PRICES,
        asks_a_week=3,
    )

    assert ranking.why(0) == (
        Reason("fair_share", (("duties", 0), ("km", 8.0))),
        Reason("near", (("travel_km", 0.5), ("km", 0.5))),
        Reason("in_turn", (("rank", 5), ("of", 5))),
    )


def test_reasons_are_kept_as_codes_and_figures() -> None:
    assert Reason("near", (("travel_km", 0.5), ("km", 1.2))).as_dict() == {
        "code": "near",
        "travel_km": 0.5,
        "km": 1.2,
    }


def test_nobody_may_be_asked() -> None:
    ranking = ranked(people(eligible=[0] * 5), PRICES, asks_a_week=3)

    assert ranking.order.tolist() == []
    assert ranking.chances.tolist() == []
    assert [reason.code for reason in ranking.why_not(2, 0)] == [Kept.NOT_ELIGIBLE]


def test_chances_are_in_the_order_of_asking() -> None:
    ranking = ranked(people(chance=[0.2, 0.7, 0.4, 0.9, 0.1]), PRICES, asks_a_week=3)

    assert ranking.chances.tolist() == [0.9, 0.7, 0.4, 0.2, 0.1]


def test_below_the_least_chance_all_are_alike() -> None:
    ranking = ranked(people(chance=[0.01, 0.0, 0.04, 0.05, 0.02]), PRICES, asks_a_week=3)

    assert ranking.order.tolist() == [0, 1, 2, 3, 4]


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 5))
def test_nobody_passes_a_limit_and_everybody_has_a_reason(seed: int, count: int, limit: int) -> None:
    dice = np.random.default_rng(seed)
    found = People(
        travel_km=dice.uniform(0, 5, count),
        duties=dice.integers(0, 5, count),
        asked_days=dice.uniform(-1, 30, count),
        asked_week=dice.integers(0, 6, count),
        chance=dice.uniform(0, 1, count),
        already=dice.random(count) < 0.2,
        quiet=dice.random(count) < 0.2,
        eligible=dice.random(count) < 0.8,
    )
    ranking = ranked(found, PRICES, asks_a_week=limit)
    asked = len(ranking.order) // 2
    first, rest = set(ranking.order[:asked].tolist()), set(range(count)) - set(ranking.order[:asked].tolist())

    may = found.eligible & ~found.already & ~found.quiet & (found.asked_week < limit)
    assert sorted(ranking.order.tolist()) == np.flatnonzero(may).tolist()
    assert (np.diff(ranking.price[ranking.order]) >= 0).all()
    assert all(ranking.why(person)[-1].code == "in_turn" for person in first)
    assert all(ranking.why_not(person, asked) == () for person in first)
    assert all(ranking.why_not(person, asked) for person in rest)
