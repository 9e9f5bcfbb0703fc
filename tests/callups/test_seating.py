"""Where named people are asked for, and how a wave is spread over slots: never more than there is room for."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from muster.callups.rules import sizing
from muster.callups.rules.seating import Chair, Position, seat_near

NORTH, SOUTH = Chair(1, 1, 104.04, 30.66), Chair(2, 1, 104.04, 30.62)
AT_NORTH, AT_SOUTH, NOWHERE = (104.04, 30.67), (104.04, 30.61), (None, None)


def test_each_gets_the_chair_that_is_nearest_to_the_home() -> None:
    assert seat_near([AT_SOUTH, AT_NORTH], [NORTH, SOUTH]) == [2, 1]


def test_who_comes_later_gets_what_is_left() -> None:
    assert seat_near([AT_NORTH, AT_NORTH, AT_NORTH], [NORTH, SOUTH]) == [1, 2, None]


def test_without_a_home_the_emptiest_place_is_filled_first() -> None:
    assert seat_near([NOWHERE, NOWHERE, NOWHERE], [Chair(1, 1), Chair(2, 3)]) == [2, 2, 1]


def test_a_place_without_a_position_is_used_once_the_others_are_full() -> None:
    assert seat_near([AT_NORTH, AT_NORTH], [Chair(7, 5), NORTH]) == [1, 7]


def test_east_and_west_count_less_than_north_and_south() -> None:
    east, north = Chair(1, 1, 104.050, 30.0), Chair(2, 1, 104.0, 30.046)

    assert seat_near([(104.0, 30.0)], [east, north]) == [1]


def test_nobody_and_nothing_give_nothing() -> None:
    assert seat_near([], [NORTH]) == []
    assert seat_near([AT_NORTH], []) == [None]


positions = st.tuples(
    st.none() | st.floats(103, 105, allow_nan=False), st.none() | st.floats(30, 31, allow_nan=False)
)
chairs = st.lists(st.integers(0, 4), max_size=6).map(
    lambda rooms: [
        Chair(key, free, 104 + key / 100, 30.5) if key % 2 else Chair(key, free)
        for key, free in enumerate(rooms, start=1)
    ]
)


@given(st.lists(positions, max_size=15), chairs)
def test_as_many_are_seated_as_there_is_room_and_none_twice_on_a_chair(
    homes: list[Position], given_chairs: list[Chair]
) -> None:
    places = seat_near(homes, given_chairs)

    taken = Counter(place for place in places if place is not None)
    assert len(places) == len(homes)
    assert sum(taken.values()) == min(len(homes), sum(chair.free for chair in given_chairs))
    assert all(taken[chair.key] <= chair.free for chair in given_chairs)
    assert None not in places[: sum(taken.values())]


free_seats = st.dictionaries(st.integers(1, 50), st.integers(0, 30), max_size=12)


@given(st.integers(0, 500), free_seats)
def test_a_wave_is_spread_whole_and_in_proportion(total: int, free: dict[int, int]) -> None:
    given_out = sizing.spread(total, free)

    seats = sum(free.values())
    assert given_out.keys() == free.keys()
    assert sum(given_out.values()) == (total if seats else 0)
    for slot, count in free.items():
        share = total * count / seats if seats else 0
        assert share - 1 < given_out[slot] < share + 1


@given(free_seats.filter(lambda free: any(free.values())), st.integers(0, 200))
def test_full_slots_get_nobody(free: dict[int, int], total: int) -> None:
    given_out = sizing.spread(total, free)

    assert all(given_out[slot] == 0 for slot, count in free.items() if count == 0)
