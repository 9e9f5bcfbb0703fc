"""Who plays at the same time: no two that could want the same person, and no figure depends on a thread."""

from __future__ import annotations

import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.callups.models import Offer
from muster.people.models import Person
from muster.web.drill.cast import Community
from muster.web.drill.turns import companies, groups, shared_by, side_by_side
from tests.callups.drafting import offer_to
from tests.web.drill.ground import drilled
from tests.world import World

PLACES = st.lists(st.integers(1, 12), unique=True, min_size=1)
SHARED = st.lists(st.tuples(st.integers(1, 15), st.integers(1, 15)))


def community(number: int, township: int) -> Community:
    return Community(number, f"C{number}", township)


@given(PLACES, SHARED)
def test_every_place_plays_once_and_in_its_order(places: list[int], shared: list[tuple[int, int]]) -> None:
    found = groups(places, shared)

    assert sorted(place for group in found for place in group) == sorted(places)
    assert all(group == sorted(group, key=places.index) for group in found)
    assert [group[0] for group in found] == sorted((group[0] for group in found), key=places.index)


@given(PLACES, SHARED)
def test_two_places_are_in_one_group_exactly_if_a_chain_of_people_joins_them(
    places: list[int], shared: list[tuple[int, int]]
) -> None:
    near: dict[int, set[int]] = defaultdict(set)
    for here, there in shared:
        near[here].add(there)
        near[there].add(here)

    def reached(place: int) -> set[int]:
        seen, edge = {place}, [place]
        while edge:
            for other in near[edge.pop()] - seen:
                seen.add(other)
                edge.append(other)
        return seen

    for group in groups(places, shared):
        assert set(group) == reached(group[0]) & set(places)


@given(PLACES, SHARED, st.randoms())
def test_the_order_in_which_the_database_answers_changes_no_group(
    places: list[int], shared: list[tuple[int, int]], dice: object
) -> None:
    shuffled = [pair[::-1] for pair in shared]
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random

    assert groups(places, shuffled) == groups(places, shared)


def test_two_that_asked_people_of_a_third_wait_for_each_other() -> None:
    # The third has no worker and does not play; its people are asked all the same.
    assert groups([1, 2, 4], [(1, 3), (2, 3)]) == [[1, 2], [4]]


@pytest.mark.django_db
def test_who_asked_a_neighbor_shares_people_with_that_community(world: World) -> None:
    alone, asking = drilled(world), drilled(world)
    offer_to(alone, world.volunteer(1))
    offer_to(asking, world.volunteer(2))
    assert shared_by([alone.code, asking.code]) == []

    offer_to(asking, world.volunteer(3, division_code=world.next_door))
    offer_to(asking, world.volunteer(4, division_code=world.next_door))

    assert shared_by([alone.code, asking.code]) == [(world.here, world.next_door)]
    assert shared_by([alone.code]) == []
    assert (Offer.objects.count(), Person.objects.filter(division_code=world.next_door).count()) == (4, 3)


@given(st.lists(st.integers(1, 5), max_size=12), st.integers(1, 8))
def test_no_township_is_parted_and_no_company_is_small_before_the_last(sizes: list[int], size: int) -> None:
    everybody = [
        community(township * 100 + number, township)
        for township, count in enumerate(sizes)
        for number in range(count)
    ]

    found = list(companies(everybody, size))

    assert [one for company in found for one in company] == everybody
    townships = [{one.township for one in company} for company in found]
    assert sum(map(len, townships)) == len({one.township for one in everybody})
    assert all(len(company) >= size for company in found[:-1])


def test_a_group_keeps_its_order_while_others_play() -> None:
    taken: list[str] = []
    both = threading.Barrier(2, timeout=5)

    def step(name: str) -> None:
        if name in {"a1", "b1"}:
            both.wait()  # passes only if two groups are at it at the same time
        taken.append(name)

    with ThreadPoolExecutor(2) as pool:
        side_by_side(pool, [["a1", "a2", "a3"], ["b1", "b2"]], step)

    assert [name for name in taken if name.startswith("a")] == ["a1", "a2", "a3"]
    assert [name for name in taken if name.startswith("b")] == ["b1", "b2"]


def test_a_step_is_over_only_when_everybody_has_taken_it() -> None:
    taken: list[int] = []
    with ThreadPoolExecutor(3) as pool:
        side_by_side(pool, [[number] for number in range(20)], taken.append)
        assert sorted(taken) == list(range(20))
        side_by_side(pool, [], taken.append)


def test_the_first_that_fails_ends_the_step() -> None:
    taken: list[int] = []

    def step(number: int) -> None:
        if number == 1:
            raise RuntimeError("one")
        taken.append(number)

    with ThreadPoolExecutor(1) as pool, pytest.raises(RuntimeError, match="one"):
        side_by_side(pool, [[0], [1, 2], *[[number] for number in range(10, 200)]], step)

    assert taken == [0]
