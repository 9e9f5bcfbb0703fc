"""A muster of a drill that is over, and a village in which one can be played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from muster.callups.models import CallUp
from muster.people.models import Person
from muster.territory.models import Division
from muster.web.demo import build
from tests.web.demo.conftest import VILLAGE, make_street
from tests.web.drill.ground import drilled, served
from tests.world import World


@pytest.fixture
def people(world: World) -> list[Person]:
    return [world.volunteer(number) for number in range(3)]


@pytest.fixture
def call_up(world: World, people: list[Person]) -> CallUp:
    """Three people in six seats, from the first yes to the last check-out."""
    found = drilled(world)
    served(world, found, *people)
    return found


@pytest.fixture(scope="module")
def built_village(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The people of a village, built once for the tests of a module and gone after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_street()
        Division.objects.filter(code=VILLAGE).update(population=700, household_count=200)
        build(VILLAGE, 7, in_motion=False, at=timezone.now())
        yield
        transaction.set_rollback(True)


@pytest.fixture
def village(built_village: None, db: None, settings: Any, tmp_path: Path) -> int:
    """The code of the village; letters go to a folder of this test."""
    settings.VAR_DIR = tmp_path
    settings.DRILL_CLOCK = True
    return VILLAGE
