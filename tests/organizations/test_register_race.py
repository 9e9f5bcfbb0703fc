"""Two desks at once: a unit is there once, a version has one number, a link begins once."""

from __future__ import annotations

from datetime import date

import pytest

from muster.audit.models import Entry
from muster.organizations.actions import units
from muster.organizations.models import ContingencyPlan, ResidentUnit
from tests.callups.test_seats_race import world
from tests.organizations.ground import plan_of, unit_of, uscc
from tests.racing import at_once
from tests.world import World

__all__ = ["world"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_unit_that_two_desks_enter_at_once_is_there_once(world: World) -> None:
    outcomes = at_once([lambda: unit_of(world, 1).uscc] * 2)

    assert sorted(map(str, outcomes)) == [uscc(1), "unit_known"]
    assert ResidentUnit.objects.filter(uscc=uscc(1)).count() == 1
    assert Entry.objects.filter(verb="organizations.unit.created").count() == 1


def test_two_plans_entered_at_once_are_two_versions(world: World) -> None:
    dates = (date(2026, 1, 1), date(2027, 1, 1))

    versions = at_once([lambda: plan_of(world, world.unit, *dates).version] * 3)

    assert sorted(map(str, versions)) == ["1", "2", "3"]
    assert ContingencyPlan.objects.count() == 3


def test_a_link_begins_once(world: World) -> None:
    unit = unit_of(world, 1)

    outcomes = at_once([lambda: units.link(unit, actor=world.actor("worker"))] * 3)

    assert sorted(map(str, outcomes)) == ["None", "already_linked", "already_linked"]
    assert Entry.objects.filter(verb="organizations.unit.linked").count() == 1
