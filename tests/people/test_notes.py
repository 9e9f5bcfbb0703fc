"""The trail of people and of their accounts: about whom, where they belong, and codes only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from muster.audit.models import Entry
from muster.people.actions.notes import note
from tests.world import World

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 2, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["account", "person"])
def test_an_entry_stands_where_the_person_belongs(world: World, kind: str) -> None:
    neighbor = world.accounts["neighbor"]
    about = neighbor if kind == "account" else neighbor.person

    note("people.test.noted", about, actor=world.actor("worker"), at=NOW, fields=["name"])

    entry = Entry.objects.get(verb="people.test.noted")
    assert (entry.object_kind, entry.object_code) == (kind, about.code)
    assert (entry.division_code, entry.at) == (world.next_door, NOW)
    assert (entry.actor_label, entry.detail) == (world.actor("worker").label, {"fields": ["name"]})


@pytest.mark.parametrize("kind", ["account", "person"])
def test_no_number_of_a_person_gets_onto_the_trail(world: World, kind: str) -> None:
    account = world.accounts["worker"]
    about = account if kind == "account" else account.person

    with pytest.raises(ValueError, match="no personal data"):
        note("people.test.noted", about, actor=world.actor("worker"), at=NOW, phone="13712345678")
    assert not Entry.objects.filter(verb="people.test.noted").exists()
