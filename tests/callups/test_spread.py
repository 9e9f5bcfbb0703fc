"""Seats are spread by need and never beyond what is free."""

from hypothesis import given
from hypothesis import strategies as st

from muster.callups.rules.spread import Room, spread

rooms = st.lists(
    st.tuples(st.integers(1, 40), st.integers(0, 40), st.integers(0, 3)).map(
        lambda row: (row[0], min(row[0], row[1]), row[2])
    ),
    max_size=12,
).map(
    lambda rows: [
        Room(number, seats, free, (rank, number)) for number, (seats, free, rank) in enumerate(rows)
    ]
)


def test_each_post_gets_somebody_before_one_is_full() -> None:
    assert spread(
        4, [Room(1, 6, 6, (1,)), Room(2, 6, 6, (2,)), Room(3, 6, 6, (3,)), Room(4, 6, 2, (4,))]
    ) == {1: 2, 2: 1, 3: 1}


def test_the_rank_settles_ties() -> None:
    assert spread(1, [Room(1, 2, 2, (2,)), Room(2, 2, 2, (1,))]) == {2: 1}


def test_a_full_slot_is_left_out() -> None:
    assert spread(5, [Room(1, 3, 0), Room(2, 3, 3)]) == {2: 3}


@given(st.integers(0, 200), rooms)
def test_as_many_as_wanted_or_all_that_is_free(wanted: int, given_rooms: list[Room]) -> None:
    taken = spread(wanted, given_rooms)

    free = {room.slot_id: room.free for room in given_rooms}
    assert sum(taken.values()) == min(wanted, sum(free.values()))
    assert all(0 < count <= free[slot_id] for slot_id, count in taken.items())


@given(st.integers(0, 200), rooms)
def test_one_more_person_moves_nobody(wanted: int, given_rooms: list[Room]) -> None:
    fewer, more = spread(wanted, given_rooms), spread(wanted + 1, given_rooms)

    assert all(more[slot_id] >= count for slot_id, count in fewer.items())
