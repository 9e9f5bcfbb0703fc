"""Instances are put in the order of ids, and nonsense is refused with the row that is wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from muster.kernel.dispatch.pools.instance import (
    Communities,
    Horizon,
    Incumbent,
    Instance,
    Pairs,
    Posts,
    Prices,
    Volunteers,
    distance_units,
    kilometers,
    units,
)


def given(**changes: Any) -> dict[str, Any]:
    """Two communities, two people, two posts, all in the wrong order, in a form that `Instance.of` takes."""
    return {
        "communities": Communities(("north", "east"), [0.0, 3000.0], [4000.0, 0.0]),
        "volunteers": Volunteers(
            ("v2", "v1"), [1, 0], [0, 1], [True, False], [0b01, 0b10], [0b11, 0b01], [2, 1], [0, 3], [1, -1]
        ),
        "posts": Posts(
            ("p2", "p1"), [0.0, 0.0], [0.0, 50.0], [1, 0], [[1, 0, 2], [0, 1, 0]], [1, -1], [5, 1], [0, -1]
        ),
        "horizon": Horizon(1, 2),
        "prices": Prices({"own": 0.0, "city": 4.0}),
        "tiers": ("own", "city"),
        "skills": ("nurse", "driver"),
        "patches": ("west", "core"),
        "pairs": Pairs([0, 1], [1, 0], [0.5, 2.0]),
    } | changes


def instance(**changes: Any) -> Instance:
    facts = given(**changes)
    return Instance.of(facts.pop("communities"), facts.pop("volunteers"), facts.pop("posts"), **facts)


def test_everything_is_renumbered_in_the_order_of_ids() -> None:
    sorted_one = instance()

    assert sorted_one.communities.code == ("east", "north")
    assert sorted_one.communities.x_m.tolist() == [3000.0, 0.0]
    assert sorted_one.tiers == ("city", "own")
    assert sorted_one.skills == ("driver", "nurse")
    assert sorted_one.patches == ("core", "west")
    people = sorted_one.volunteers
    assert people.id == ("v1", "v2")
    assert people.community.tolist() == [1, 0]
    assert people.tier.tolist() == [0, 1]
    assert people.skills.tolist() == [0b01, 0b10]
    assert people.available.tolist() == [0b01, 0b11]
    assert people.patch.tolist() == [-1, 0]
    posts = sorted_one.posts
    assert posts.id == ("p1", "p2")
    assert posts.seats.tolist() == [[0, 1, 0], [1, 0, 2]]
    assert posts.skill.tolist() == [-1, 0]
    assert posts.patch.tolist() == [-1, 1]
    assert sorted_one.pairs is not None
    assert sorted_one.pairs.volunteer.tolist() == [0, 1]
    assert sorted_one.pairs.post.tolist() == [1, 0]
    assert sorted_one.pairs.km.tolist() == [2.0, 0.5]


def test_prices_of_a_pair_add_up_from_the_shared_parts() -> None:
    sorted_one = instance()
    people, posts = np.array([0, 1], dtype=np.int32), np.array([1, 0], dtype=np.int32)

    assert sorted_one.step_units(people, 0).tolist() == [units(4.0 + 0.5 * 7), units(0.5)]
    assert sorted_one.step_units(people, 2).tolist() == [units(4.0 + 0.5 * 11), units(0.5 * 5)]
    assert sorted_one.travel_units(sorted_one.volunteers.community[people], posts).tolist() == [
        units(4.0),
        units((3000.0**2 + 50.0**2) ** 0.5 / 1000),
    ]
    assert sorted_one.patch_units(np.array([0, 1, -1]), np.array([1, 1, 1])).tolist() == [units(1.0), 0, 0]
    assert sorted_one.patch_units(np.array([0]), np.array([0])).tolist() == [0]


def test_a_length_is_rounded_to_the_nearest_unit() -> None:
    meters = 1000.0 / units(1.0)
    zero = np.zeros(3)

    assert distance_units(np.array([1.4, 1.6, 3.0]) * meters, zero, zero, zero).tolist() == [1, 2, 3]
    assert kilometers(units(12.0)) == 12.0


def test_slots_and_periods_follow_from_days_and_shifts() -> None:
    horizon = Horizon(2, 3, rest_pairs=((2, 0),))

    assert horizon.names == ("d0s0", "d0s1", "d0s2", "d1s0", "d1s1", "d1s2")
    assert horizon.period_of.tolist() == [0, 0, 0, 1, 1, 1]
    assert replace(horizon, one_per_day=False).period_of.tolist() == [0, 1, 2, 3, 4, 5]
    assert horizon.rest_slots == ((2, 3),)


def test_a_seat_value_can_be_halved() -> None:
    assert Prices(seat_km=units(1.0) ** -1 * 3).seat_value == 4
    assert Prices(seat_km=2.0).seat_value == units(2.0)
    assert Prices(radius_km=12.0).radius == units(12.0)
    assert Prices().radius is None


def test_an_incumbent_keeps_only_what_still_exists() -> None:
    incumbent = Incumbent.of(
        instance(), [("v2", "p1"), ("gone", "p1"), ("v1", "p2"), ("v1", "gone"), ("v2", "p1")]
    )

    assert incumbent.volunteer.tolist() == [0, 1]
    assert incumbent.post.tolist() == [1, 0]


PEOPLE = given()["volunteers"]
POSTS = given()["posts"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"horizon": Horizon(0, 2)}, "a horizon has at least one day and one shift"),
        ({"horizon": Horizon(32, 2)}, "32 days x 2 shifts are more than 63 slots"),
        (
            {"horizon": Horizon(1, 2, rest_pairs=((2, 0),))},
            "the rest pair [2, 0] names a shift that there is not",
        ),
        ({"tiers": ("own", "province")}, "tier province has no price"),
        (
            {"prices": Prices({"own": -1.0, "city": 0.0})},
            "tier_km of own must be from 0 to 100000 km, not -1.0",
        ),
        (
            {"prices": Prices({"own": 0.0, "city": float("nan")})},
            "tier_km of city must be from 0 to 100000 km",
        ),
        ({"prices": Prices({"own": 0.0, "city": 0.0}, seat_km=0.0)}, "seat_km must be more than 0"),
        ({"prices": Prices({"own": 0.0, "city": 0.0}, radius_km=-1.0)}, "radius_km must be from 0"),
        (
            {"prices": Prices({"own": 0.0, "city": 0.0}, pairs_only=True), "pairs": None},
            "pairs_only without pairs",
        ),
        ({"skills": tuple(f"s{n}" for n in range(64))}, "64 skills are more than 63"),
        ({"communities": Communities(("a", "a"), [0.0, 0.0], [0.0, 0.0])}, "two communities are called a"),
        ({"communities": Communities(("a", ""), [0.0, 0.0], [0.0, 0.0])}, "one of the communities has no id"),
        ({"communities": Communities(("a", "b"), [0.0, float("inf")], [0.0, 0.0])}, "community b: its place"),
        (
            {"communities": Communities(("a", "b"), [0.0], [0.0, 0.0])},
            "the column x_m has the shape (1,), for 2 rows",
        ),
        ({"volunteers": replace(PEOPLE, community=[1, 2])}, "volunteer v1: unknown community"),
        ({"volunteers": replace(PEOPLE, tier=[-1, 0])}, "volunteer v2: unknown tier"),
        ({"volunteers": replace(PEOPLE, patch=[0, -2])}, "volunteer v1: unknown patch"),
        ({"volunteers": replace(PEOPLE, skills=[4, 0])}, "volunteer v2: unknown skill"),
        ({"volunteers": replace(PEOPLE, available=[0, 4])}, "volunteer v1: available outside the horizon"),
        ({"volunteers": replace(PEOPLE, max_shifts=[0, -1])}, "volunteer v1: max_shifts is below 0"),
        ({"volunteers": replace(PEOPLE, history=[0, -1])}, "volunteer v1: history must be from 0"),
        ({"volunteers": replace(PEOPLE, history=[0.5, 1.0])}, "the column history holds float64, not int32"),
        ({"volunteers": replace(PEOPLE, backbone=[0, 1])}, "the column backbone holds int64, not bool"),
        (
            {"volunteers": replace(PEOPLE, available=[-1, 1])},
            "the column available holds numbers that uint64 cannot",
        ),
        ({"posts": replace(POSTS, slot=[2, 0])}, "post p2: its slot is outside the horizon"),
        ({"posts": replace(POSTS, seats=[[1, 0, 2], [0, -1, 0]])}, "post p1: seats are below 0"),
        (
            {"posts": replace(POSTS, seats=[[1, 0], [0, 1]])},
            "the column seats has the shape (2, 2), for 2 rows",
        ),
        ({"posts": replace(POSTS, skill=[-1, -1])}, "post p2: skilled seats name no skill"),
        ({"posts": replace(POSTS, skill=[2, -1])}, "post p2: unknown skill"),
        ({"posts": replace(POSTS, weight=[1, 0])}, "post p1: weight must be from 1 to 100"),
        ({"posts": replace(POSTS, patch=[2, 0])}, "post p2: unknown patch"),
        ({"posts": replace(POSTS, y_m=[float("nan"), 0.0])}, "post p2: its place is not in meters on Earth"),
        ({"pairs": Pairs([2], [0], [1.0])}, "pair 1: unknown volunteer"),
        ({"pairs": Pairs([0], [2], [1.0])}, "pair 1: unknown post"),
        ({"pairs": Pairs([0, 1], [0, 0], [1.0, -1.0])}, "pair 2: km must be from 0 to 100000"),
        (
            {"pairs": Pairs([0, 1, 0], [0, 0, 0], [1.0, 1.0, 2.0])},
            "pair 3: the same volunteer and post came before",
        ),
    ],
)
def test_nonsense_is_refused_with_the_row(changes: dict[str, Any], sentence: str) -> None:
    instance()

    with pytest.raises(ValueError, match="^" + re.escape(sentence)):
        instance(**changes)
