"""Chance that is the same each time."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.web.demo.draws import Draws, Urn


def test_same_key_gives_the_same_draws_and_another_key_others() -> None:
    first = [Draws("a", 1).below(1000) for _ in range(3)]

    assert len(set(first)) == 1
    draws, others = Draws("a", 1), Draws("a", 2)
    assert [draws.below(1000) for _ in range(20)] != [others.below(1000) for _ in range(20)]


def test_stream_goes_on_after_its_first_digest() -> None:
    draws = Draws("long")

    assert len({draws.below(2**31) for _ in range(200)}) == 200


@given(st.integers(), st.integers(1, 2**31))
def test_draw_stays_below_its_count(key: int, count: int) -> None:
    assert 0 <= Draws(key).below(count) < count


@given(st.integers(), st.integers(1, 2**63))
def test_wide_draw_stays_below_its_count(key: int, count: int) -> None:
    assert 0 <= Draws(key).wide(count) < count


def test_between_has_both_ends() -> None:
    draws = Draws("ends")

    assert {draws.between(3, 5) for _ in range(200)} == {3, 4, 5}


@pytest.mark.parametrize(("percent", "low", "high"), [(0, 0, 0), (20, 150, 250), (100, 1000, 1000)])
def test_chance_comes_as_often_as_it_says(percent: float, low: int, high: int) -> None:
    draws = Draws("chance")

    assert low <= sum(draws.chance(percent) for _ in range(1000)) <= high


def test_urn_gives_things_by_weight_and_never_those_without() -> None:
    urn, draws = Urn({"often": 90, "rare": 10, "never": 0}), Draws("urn")

    found = Counter(urn.draw(draws) for _ in range(2000))

    assert set(found) == {"often", "rare"}
    assert 1700 < found["often"] < 1900
