"""A drill's call-up in the test database, as the director of a drill sees it, and the means to break its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection

from muster.callups.models import Assignment, CallUp, Offer, Slot
from muster.people.models import Person, VolunteerProfile
from muster.web.drill import verdict
from muster.web.drill.cast import Community
from muster.web.drill.clearing import MARK
from muster.web.drill.play import Acknowledged, Call
from tests.callups.drafting import NOW, START, draft, raised
from tests.callups.ground import arrives, leaves, seated
from tests.world import World

END = START + timedelta(hours=6)
MINUTE = timedelta(minutes=1)
SOUND = (0, 0, 0, 0)


def drilled(world: World, seats: int = 6, **facts: Any) -> CallUp:
    """A call-up with the mark of the drill command."""
    form = draft(seats, is_drill=True, purpose=f"{MARK}（种子 7）", **facts)
    return raised(world.actor("worker"), form)


def call_of(call_up: CallUp) -> Call:
    """What the director knows of a call-up."""
    community = Community(call_up.division_code, "蜀汉街社区", call_up.division_code // 1000 * 1000)
    return Call(community, call_up.code, "LEADER", call_up.starts_at, call_up.ends_at, seats=6)


def served(world: World, call_up: CallUp, *persons: Person) -> list[Assignment]:
    """These people said yes, came on the minute and stayed to the end."""
    seats = [seated(world, person, call_up) for person in persons]
    for seat in seats:
        arrives(seat)
        leaves(seat)
    return seats


def told(kind: str, seat: Assignment) -> Acknowledged:
    """What the page of this person said is so."""
    return Acknowledged(kind, Offer.objects.get(assignment=seat).code)


def unfenced(table: str, *constraints: str) -> None:
    """Take these fences of the database away until the test ends: else nothing could be broken."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def judged(*call_ups: CallUp) -> Sequence[int]:
    """(overfilled, double booked, ineligible, wrong minutes) of these call-ups."""
    found = verdict.violations_of([call_of(one) for one in call_ups])
    return found.overfilled, found.double_booked, found.ineligible, found.minutes_mismatch


def profile(person: Person, **facts: object) -> None:
    """What is on file about the person as a volunteer."""
    VolunteerProfile.objects.filter(person=person).update(**facts)


def moved(call_up: CallUp, *persons: Person, to: timedelta = timedelta(0)) -> list[Assignment]:
    """Seats of these people in a call-up, as if no fence had kept them off; `to` moves them in time."""
    slot = Slot.objects.select_related("shift").get(call_up=call_up)
    seats = [
        Assignment.objects.create(
            call_up=call_up,
            shift=slot.shift,
            slot=slot,
            person=person,
            state="accepted",
            division_code=call_up.division_code,
            during=(START + to, END + to),
            assigned_at=NOW,
            authority_label="test",
            exception_reason="test",
        )
        for person in persons
    ]
    Slot.objects.filter(pk=slot.pk).update(taken=len(persons))
    return seats
