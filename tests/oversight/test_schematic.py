"""The schematic plan: nothing covers anything, everything is inside, and the same places give the same plan."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.oversight.rules.schematic import DOT, LARGEST, NARROW, WIDE, Frame, Node, plan, radius_of


def nodes_at(*places: tuple[float | None, float | None], needed: int = 10) -> tuple[Node, ...]:
    return tuple(Node(key, "锦里", lon, lat, needed) for key, (lon, lat) in enumerate(places))


def overlaps(nodes: tuple[Node, ...], frame: Frame) -> int:
    """How many circles cover another."""
    spots = list(plan(nodes, frame).spots.values())
    return sum(
        (a.x - b.x) ** 2 + (a.y - b.y) ** 2 < (a.radius + b.radius) ** 2 - 1
        for i, a in enumerate(spots)
        for b in spots[i + 1 :]
    )


def test_north_is_up_and_east_is_right() -> None:
    spots = plan(nodes_at((104.0, 30.6), (104.1, 30.7)), WIDE).spots

    assert spots[0].x < spots[1].x
    assert spots[0].y > spots[1].y


def test_places_at_one_point_are_moved_apart() -> None:
    nodes = nodes_at(*[(104.04, 30.64)] * 9, needed=40)

    assert overlaps(nodes, WIDE) == 0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(103.9, 104.1), st.floats(30.5, 30.7)), min_size=1, max_size=14),
    st.integers(0, 60),
)
def test_every_spot_with_its_name_stays_in_the_frame(places: list[tuple[float, float]], needed: int) -> None:
    for frame in (WIDE, NARROW):
        for spot in plan(nodes_at(*places, needed=needed), frame).spots.values():
            assert spot.radius <= spot.x <= frame.width - spot.radius
            assert spot.y >= spot.radius
            assert spot.label_y <= frame.height


def test_twenty_places_of_a_county_do_not_cover_each_other() -> None:
    places = [(104.0 + (n * 7 % 20) / 100, 30.6 + (n * 3 % 20) / 100) for n in range(20)]

    assert overlaps(nodes_at(*places, needed=30), WIDE) == 0


def test_place_without_a_position_is_there_all_the_same() -> None:
    spots = plan(nodes_at((None, None), (None, None)), WIDE).spots

    assert spots.keys() == {0, 1}
    assert spots[0].x != spots[1].x


def test_no_places_are_no_plan() -> None:
    assert plan((), WIDE).spots == {}


def test_same_places_give_the_same_plan() -> None:
    nodes = nodes_at((104.0, 30.6), (104.0, 30.6), (104.1, 30.7))

    plan.cache_clear()
    first = plan(nodes, WIDE)
    plan.cache_clear()

    assert plan(nodes, WIDE) == first


@pytest.mark.parametrize(("needed", "radius"), [(0, DOT), (-1, DOT), (100_000, LARGEST)])
def test_circle_is_a_dot_for_nobody_and_has_an_end(needed: int, radius: float) -> None:
    assert radius_of(needed) == radius


def test_circle_grows_with_the_need() -> None:
    assert radius_of(1) < radius_of(10) < radius_of(100)


def test_outline_is_drawn_as_a_closed_path_inside_the_frame() -> None:
    ring = ((104.0, 30.6), (104.2, 30.6), (104.2, 30.7))

    outline = plan(nodes_at((104.1, 30.65)), WIDE, (ring,)).outline

    assert outline.startswith("M")
    assert outline.endswith("Z")
    numbers = [float(part) for part in outline.strip("MZ").replace("L", " ").split()]
    assert min(numbers) >= 0
    assert max(numbers) <= WIDE.width
