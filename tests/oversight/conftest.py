"""Two communities with call-ups in motion, and one that is a drill."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from muster.callups.actions import calls, offers, pledges
from muster.callups.models import CallUp, UnitCall
from muster.callups.rules.drafts import SeatsDraft
from tests.callups.drafting import NOW, START, draft, offer_to, post, raised, shift
from tests.callups.ground import arrives, me
from tests.world import HERE, NEXT_DOOR, World


@dataclass
class Scene:
    """The cast with its call-ups."""

    world: World
    here: CallUp
    next_door: CallUp
    drill: CallUp


@pytest.fixture
def scene(world: World) -> Scene:
    """8 seats here (2 taken, 1 arrived, 3 pledged by the unit), 5 next door with nobody, and a drill of 50."""
    morning, evening = (
        shift(SeatsDraft("general", 6)),
        shift(SeatsDraft("general", 2), start=START + timedelta(hours=12)),
    )
    form = draft(
        posts=(post("北门", morning), post("南门", evening)), unit_ids=(world.unit.pk,), unit_headcount=4
    )
    here = raised(world.actor("worker"), form)
    pledges.pledge(UnitCall.objects.get(call_up=here), headcount=3, actor=world.actor("liaison"), at=NOW)
    for number in (1, 2):
        person = world.volunteer(number)
        answer = offers.accept(offer_to(here, person), actor=me(person), risk_confirmed=True, at=NOW)
        assert answer.assignment is not None
        if number == 1:
            arrives(answer.assignment)
    offer_to(here, world.volunteer(3))
    next_door = raised(world.actor("neighbor"), draft(5, division_code=NEXT_DOOR))
    drill = raised(world.actor("worker"), draft(50, is_drill=True, title="演练"))
    return Scene(world, here, next_door, drill)


@pytest.fixture
def halted(scene: Scene) -> Scene:
    """The same, and next door nobody is asked any more."""
    calls.halt(scene.next_door, actor=scene.world.actor("neighbor"), at=NOW)
    return scene


PLACES = {"here": HERE, "next_door": NEXT_DOOR}
