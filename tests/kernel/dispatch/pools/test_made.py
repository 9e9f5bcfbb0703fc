"""Invented questions are the same on every machine, and have the proportions that they promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from muster.kernel.dispatch.pools import folder
from muster.kernel.dispatch.pools.instance import Horizon, Instance
from muster.kernel.dispatch.pools.made import TIER_SHARES, made
from tests.kernel.dispatch.pools.test_folder_round_trip import by_name


@pytest.fixture(scope="module")
def wave() -> Instance:
    return made(10_000, 1_000, seed=3)


def test_the_same_figures_give_the_same_question() -> None:
    assert by_name(made(1_000, 100, seed=3)) == by_name(made(1_000, 100, seed=3))
    assert by_name(made(1_000, 100, seed=4)) != by_name(made(1_000, 100, seed=3))


def test_a_made_question_survives_its_folder(tmp_path: Path) -> None:
    instance = made(1_000, 100, days=2, shifts=2)

    folder.write(tmp_path, instance)

    assert by_name(folder.read(tmp_path)) == by_name(instance)


def test_people_have_the_shares_that_were_measured(wave: Instance) -> None:
    people = wave.volunteers

    assert np.mean(people.available > 0) == pytest.approx(0.7, abs=0.02)
    assert np.mean(people.backbone) == pytest.approx(0.15, abs=0.01)
    assert np.bincount(people.tier) / 10_000 == pytest.approx(TIER_SHARES, abs=0.015)
    assert np.mean(people.skills >> np.uint64(wave.skills.index("first_aid")) & 1) == pytest.approx(
        0.2, abs=0.02
    )
    assert set(people.max_shifts.tolist()) == {1}
    assert set(people.history.tolist()) == {0, 1, 2, 3, 4}


def test_posts_have_the_shares_that_were_measured(wave: Instance) -> None:
    posts = wave.posts
    busiest = np.sort(np.bincount(posts.patch, minlength=len(wave.patches)))[::-1]

    assert posts.seats.sum() == pytest.approx(6_000, rel=0.02)
    assert np.mean(posts.seats[:, 1] > 0) == pytest.approx(0.8, abs=0.04)
    assert np.mean(posts.seats[:, 2] > 0) == pytest.approx(0.55, abs=0.06)
    assert set(posts.weight.tolist()) == {1, 2, 3, 5}
    # Hot spots: 12 % of the patches have 60 % of the posts, and their share of the others.
    assert busiest[: int(0.12 * len(wave.patches))].sum() / 1_000 == pytest.approx(0.64, abs=0.06)


def test_the_city_has_a_core_and_villages(wave: Instance) -> None:
    far = np.hypot(wave.communities.x_m, wave.communities.y_m)

    assert len(far) == 3_000
    assert len(wave.patches) == 260
    assert np.mean(far < 12_000) == pytest.approx(0.45, abs=0.1)
    assert 30_000 < far.max() < 60_000


def test_everybody_lives_in_the_patch_of_his_community(wave: Instance) -> None:
    patch_of = dict(zip(wave.volunteers.community.tolist(), wave.volunteers.patch.tolist(), strict=True))

    assert [patch_of[at] for at in wave.volunteers.community.tolist()] == wave.volunteers.patch.tolist()


@pytest.mark.parametrize(("tight", "seats"), [(0.5, 3_000), (1.0, 6_000), (7 / 6, 7_000), (2.0, 12_000)])
def test_tight_scales_seats_against_supply(tight: float, seats: int) -> None:
    assert made(10_000, 1_000, tight=tight).posts.seats.sum() == pytest.approx(seats, rel=0.02)
    assert made(10_000, 400, tight=tight).posts.seats.sum() == pytest.approx(seats, rel=0.02)


def test_no_post_is_without_a_seat() -> None:
    assert made(100, 1_000).posts.seats.sum(axis=1).tolist() == [1] * 1_000


def test_several_days_have_nights_and_rest() -> None:
    instance = made(10_000, 1_000, days=3, shifts=3)
    people = instance.volunteers
    night, always = 0b100100100, 0b111111111

    assert instance.horizon == Horizon(3, 3, rest_pairs=((2, 0),))
    assert set(instance.posts.slot.tolist()) == set(range(9))
    assert np.mean(people.available == always) == pytest.approx(0.8 * (0.40 + 0.25 / 8), abs=0.02)
    assert np.mean(people.available == night) == pytest.approx(0.08, abs=0.01)
    assert np.mean(people.available == 0) == pytest.approx(0.2 + 0.8 * 0.25 / 8, abs=0.02)
    assert np.bincount(people.max_shifts)[1:] / 10_000 == pytest.approx([0.2, 0.5, 0.3], abs=0.02)


def test_one_shift_a_day_needs_no_rest() -> None:
    assert made(50, 5, days=3).horizon.rest_pairs == ()
    assert made(50, 5, shifts=3).horizon.rest_pairs == ()


def test_a_radius_becomes_a_price() -> None:
    assert made(50, 5, radius_km=12).prices.radius_km == 12
    assert made(50, 5).prices.radius_km is None


@pytest.mark.parametrize(("volunteers", "posts"), [(1, 1), (5, 3), (40, 200)])
def test_small_questions_are_made_too(volunteers: int, posts: int) -> None:
    instance = made(volunteers, posts, days=2, shifts=2)

    assert (len(instance.volunteers.id), len(instance.posts.id)) == (volunteers, posts)


@pytest.mark.parametrize(
    "figures",
    [{"volunteers": 0}, {"posts": 0}, {"days": 0}, {"shifts": -1}, {"tight": 0.0}, {"days": 8, "shifts": 8}],
)
def test_what_cannot_be_made_is_refused(figures: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"at least 1|more than 63 slots"):
        made(**({"volunteers": 10, "posts": 2} | figures))
