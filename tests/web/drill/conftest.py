"""A muster of a drill that is over: three people in six seats, from the first yes to the last check-out."""

import pytest

from muster.callups.models import CallUp
from muster.people.models import Person
from tests.web.drill.ground import drilled, served
from tests.world import World


@pytest.fixture
def people(world: World) -> list[Person]:
    return [world.volunteer(number) for number in range(3)]


@pytest.fixture
def call_up(world: World, people: list[Person]) -> CallUp:
    found = drilled(world)
    served(world, found, *people)
    return found
