"""The trail of a call-up, an offer and a seat: what it was about, where, and whether it was only a drill."""

from __future__ import annotations

import pytest

from muster.audit.models import Entry
from muster.callups.actions.notes import note
from tests.callups.drafting import NOW, draft, offer_to, raised
from tests.callups.ground import seated
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_drill", [True, False])
@pytest.mark.parametrize("kind", ["call_up", "offer", "assignment"])
def test_an_entry_says_what_it_is_about_and_stands_at_its_call_up(
    world: World, kind: str, is_drill: bool
) -> None:
    worker = world.actor("worker")
    call_up = raised(worker, draft(is_drill=is_drill))
    seat = seated(world, world.volunteer(1), call_up)
    about = {"call_up": call_up, "offer": offer_to(call_up, world.volunteer(2)), "assignment": seat}[kind]

    note("callups.test.noted", about, actor=worker, at=NOW, detail={"seats": 3})

    entry = Entry.objects.get(verb="callups.test.noted")
    assert (entry.object_kind, entry.object_code) == (kind, about.code)
    assert (entry.division_code, entry.is_drill, entry.at) == (world.here, is_drill, NOW)
    assert (entry.actor_label, entry.detail) == (worker.label, {"seats": 3})


def test_an_entry_without_detail_has_none(world: World) -> None:
    call_up = raised(world.actor("worker"))

    note("callups.test.noted", call_up, actor=world.actor("worker"), at=NOW)

    assert Entry.objects.get(verb="callups.test.noted").detail == {}


def test_an_entry_holds_no_personal_number(world: World) -> None:
    call_up = raised(world.actor("worker"))

    with pytest.raises(ValueError, match="no personal data"):
        note("callups.test.noted", call_up, actor=world.actor("worker"), at=NOW, detail={"to": "13712345678"})
    assert not Entry.objects.filter(verb="callups.test.noted").exists()
