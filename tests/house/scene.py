"""The scene on which the permission table plays: the cast, and one of each thing that a URL can name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from muster.callups.actions import offers, orders, passes, plans, rings
from muster.callups.actions.templates import load_templates
from muster.callups.models import Assignment, CallUp, Post, Slot, UnitCall, ViewPass
from muster.jobs.models import Run
from muster.notifications.models import Message
from muster.people import links
from muster.people.enums import ForceClass
from muster.records.actions import hours
from muster.records.models import ServiceRecord
from muster.records.rules import Times
from muster.toolkit.actor import Actor
from tests.callups.drafting import draft, offer_to, post, raised, shift
from tests.world import World, make_person, make_world


@dataclass
class Scene:
    """The world and the objects in it, by name: `scene.things["call_up"]`."""

    world: World
    things: dict[str, Any] = field(default_factory=dict)

    def code(self, thing: str) -> str:
        """The public code of a thing."""
        return str(self.things[thing].code)

    def link(self, purpose: str, thing: str) -> str:
        """A signed link to a thing, good for a day."""
        return links.make(purpose, self.code(thing), expires_at=timezone.now() + timedelta(days=1))


def _seated(world: World, call_up: CallUp, start: datetime) -> Assignment:
    """One more volunteer, who said yes."""
    person = world.volunteer(1)
    offer = offer_to(call_up, person, asked_at=timezone.now(), reply_by=start - timedelta(hours=1))
    answer = offers.accept(offer, actor=Actor(label="", person_id=person.pk), risk_confirmed=True)
    assert answer.assignment is not None
    return answer.assignment


def _ordered(world: World, call_up: CallUp) -> Assignment:
    """Somebody of the regular force who was ordered there."""
    slot = Slot.objects.select_related("shift__post", "call_up").get(call_up=call_up)
    person = make_person("网格员", "13700000009", world.here, ForceClass.GRID_WORKER)
    return orders.order(person, slot, actor=world.actor("worker"))


def _passes(world: World, call_up: CallUp) -> dict[str, ViewPass]:
    """An address of each kind."""
    worker, volunteer = world.actor("worker"), world.person("volunteer")
    return {
        "my_calendar": passes.my_calendar(volunteer, actor=world.actor("volunteer")),
        "call_up_calendar": passes.call_up_calendar(call_up, actor=worker),
        "wall": passes.wall(Post.objects.get(call_up=call_up), actor=worker, hours=24),
    }


def record_of(world: World) -> ServiceRecord:
    """Ten hours of the volunteer of the cast, of which two wait for approval."""
    start = timezone.now() - timedelta(days=1)
    end = start + timedelta(hours=10)
    return hours.credit(
        person=world.person("volunteer"),
        division_code=world.here,
        source_kind="attendance",
        source_code="A1",
        service=hours.Service("门岗值守", "北门", "蜀汉街社区居民委员会"),
        times=Times(start, end, start, end),
        evidence="code",
    )


def make_scene() -> Scene:
    """A call-up under way with a unit, an asked volunteer who is the cast's, a plan of the dispatch and a message."""
    world = make_world()
    load_templates()
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    start = now + timedelta(hours=6)
    form = draft(
        3,
        posts=(post("北门", shift(*draft(3).posts[0].shifts[0].seats, start=start)),),
        reply_by=start - timedelta(hours=2),
        unit_ids=(world.unit.pk,),
    )
    call_up = raised(world.actor("worker"), form, at=timezone.now())
    offer = offer_to(call_up, world.person("volunteer"), asked_at=now, reply_by=start - timedelta(hours=1))
    things = {
        "call_up": call_up,
        "record": record_of(world),
        "post": Post.objects.get(call_up=call_up),
        "unit_call": UnitCall.objects.get(call_up=call_up),
        "unit": world.unit,
        "offer": offer,
        "run": plans.propose(call_up, actor=world.actor("worker")),
        "message": Message.objects.filter(subject_code=call_up.code).first(),
        "order": _ordered(world, call_up),
        "assignment": _seated(world, call_up, start),
        "person": world.person("volunteer"),
        "ring": rings.dial(
            offer_to(call_up, world.volunteer(2), asked_at=now, reply_by=start - timedelta(hours=1)),
            actor=world.actor("worker"),
        ),
        **_passes(world, call_up),
        "work": Run.objects.create(
            kind="callups.ask_wave", owner_account_id=world.account("worker").pk, division_code=world.here
        ),
    }
    return Scene(world, things)
