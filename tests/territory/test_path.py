"""The way from the county down to a community, as pages name it."""

import pytest

from muster.territory.queries import path_to_community
from tests.world import COUNTY, HERE, TOWNSHIP, World


@pytest.mark.django_db
def test_the_path_is_county_township_and_community(world: World) -> None:
    assert [place.code for place in path_to_community(HERE)] == [COUNTY, TOWNSHIP, HERE]


@pytest.mark.django_db
def test_a_community_that_ended_shows_what_is_left_above_it(world: World) -> None:
    assert [place.code for place in path_to_community(HERE + 700)] == [COUNTY, TOWNSHIP]
