"""Ranges of codes: a place holds exactly what begins with its digits, at every level, in rules and in the database."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.territory import queries
from muster.territory.actions.load import load_divisions
from muster.territory.enums import DivisionKind, Level
from muster.territory.models import Division
from muster.territory.rules import ancestors_of, inside, parent_of, range_of

from .conftest import MakeEdition

LEVELS = sorted(Level.values)


@st.composite
def places(draw: Callable[..., int]) -> tuple[int, int]:
    """A code with its level: digits as far as the level goes, zeros after them. The last digits may be zeros too."""
    level = draw(st.sampled_from(LEVELS))
    digits = draw(st.integers(10 ** (level - 1), 10**level - 1))
    return digits * 10 ** (12 - level), level


@given(places(), places())
def test_one_place_lies_in_another_exactly_if_its_code_begins_with_its_digits(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    (code, _level), (above, above_level) = one, other

    begins = str(code).startswith(str(above)[:above_level])

    assert inside(code, (range_of(above, above_level),)) == begins


@given(places())
def test_every_place_lies_in_all_places_above_it(place: tuple[int, int]) -> None:
    code, level = place
    low, high = range_of(code, level)

    higher = [at for at in reversed(LEVELS) if at < level]
    for found, at in zip(ancestors_of(code, level), higher, strict=True):
        outer_low, outer_high = range_of(found, at)
        assert outer_low <= low < high <= outer_high
        assert parent_of(code, level) == ancestors_of(code, level)[0]


@given(places(), places())
def test_two_places_of_one_level_hold_nothing_together(one: tuple[int, int], other: tuple[int, int]) -> None:
    (first, level), (second, other_level) = one, other
    if first == second or level != other_level:
        return
    (a, b), (c, d) = range_of(first, level), range_of(second, level)

    assert b <= c or d <= a


@given(places())
def test_the_next_place_of_a_level_begins_where_this_one_ends(place: tuple[int, int]) -> None:
    code, level = place
    _, high = range_of(code, level)

    assert not inside(high, ((code, high),))
    assert inside(high - 1, ((code, high),))
    assert range_of(high, level)[0] == high


# Two branches at every level, and codes that end in more zeros than their level has.
TREE = {
    "510000000000": "四川省,province",
    "510100000000": "成都市,city",
    "511000000000": "内江市,city",
    "510107000000": "武侯区,county",
    "510110000000": "新津区,county",
    "511002000000": "市中区,county",
    "510107001000": "浆洗街街道,town",
    "510107100000": "金花镇,town",
    "510110010000": "五津街道,town",
    "511002100000": "白马镇,town",
    "510107001006": "锦里社区居委会,community",
    "510107001010": "双楠社区居委会,community",
    "510107100200": "江安村村民委员会,community",
    "510110010001": "武阳社区居委会,community",
    "511002100201": "白马村村民委员会,community",
    "511002100400": "白马监狱社区,community",
}


@pytest.fixture
def tree(make_edition: MakeEdition) -> None:
    load_divisions(
        edition=make_edition(date(2023, 6, 30), [f"{code},{facts}" for code, facts in TREE.items()])
    )


def codes_of(found: object) -> list[int]:
    assert hasattr(found, "values_list")
    return list(found.values_list("code", flat=True))


@pytest.mark.django_db
@pytest.mark.usefixtures("tree")
class TestSubtrees:
    """What the database gives for a range."""

    @pytest.mark.parametrize("code", TREE)
    def test_the_subtree_of_each_place_is_what_begins_with_its_digits(self, code: str) -> None:
        place = queries.division(int(code))

        below = [int(other) for other in sorted(TREE) if other.startswith(code[: place.level])]

        assert codes_of(queries.inside(*range_of(place.code, place.level))) == below
        assert (place.code, place.high) == range_of(place.code, place.level)

    @pytest.mark.parametrize("code", TREE)
    def test_children_are_one_level_down_and_know_their_parent(self, code: str) -> None:
        place = queries.division(int(code))

        for child in queries.children(place.code):
            assert LEVELS.index(child.level) == LEVELS.index(place.level) + 1
            assert place.code <= child.code < place.high
            assert queries.ancestors(child.code)[-1] == place

    @pytest.mark.parametrize("code", TREE)
    def test_ancestors_stand_from_the_top_down(self, code: str) -> None:
        above = queries.ancestors(int(code))

        assert [place.level for place in above] == LEVELS[: len(above)]
        assert all(code.startswith(str(place.code)[: place.level]) for place in above)

    def test_communities_of_the_province_come_with_their_villages_or_without(self) -> None:
        everywhere = range_of(510000000000, Level.PROVINCE)

        found = queries.communities_in(*everywhere)
        without = queries.communities_in(*everywhere, with_villages=False)

        kinds = dict(found.values_list("code", "kind"))
        assert kinds == {
            510107001006: DivisionKind.COMMUNITY,
            510107001010: DivisionKind.COMMUNITY,
            510107100200: DivisionKind.VILLAGE,
            510110010001: DivisionKind.COMMUNITY,
            511002100201: DivisionKind.VILLAGE,
            511002100400: DivisionKind.OTHER,
        }
        assert codes_of(without) == [510107001006, 510107001010, 510110010001, 511002100400]

    def test_an_empty_range_holds_nothing(self) -> None:
        assert codes_of(queries.inside(510107001006, 510107001006)) == []
        assert codes_of(queries.inside(510107001007, 510107001006)) == []

    def test_the_path_to_a_community_is_one_query(self, django_assert_num_queries: object) -> None:
        assert callable(django_assert_num_queries)
        with django_assert_num_queries(1):
            path = queries.path_to_community(510110010001)

        assert [place.short_name for place in path] == ["新津区", "五津街道", "武阳社区"]

    def test_a_place_without_an_edition_in_force_is_in_no_range(self) -> None:
        Division.objects.filter(code=510107001006).update(valid_to=date(2024, 1, 1))

        assert 510107001006 not in codes_of(queries.inside(*range_of(510107000000, Level.COUNTY)))
        assert codes_of(queries.children(510107001000)) == [510107001010]
        assert queries.names_of([510107001006, 510107001010]) == {510107001010: "双楠社区"}

    def test_a_code_that_was_never_one_has_no_place(self) -> None:
        for code in (510107001999, 510199000000, 0, -1, 10**12):
            with pytest.raises(Division.DoesNotExist):
                queries.division(code)
        with pytest.raises(Division.DoesNotExist):
            queries.division(510107001006, on=date(2023, 6, 29))
