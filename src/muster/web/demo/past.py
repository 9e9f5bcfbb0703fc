"""What the people of the demo did while nobody looked: most check out when their shift ends, some forget it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid5

from muster.callups.actions import attendance
from muster.callups.models import Attendance
from muster.kernel import codes
from muster.territory.models import Division
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused
from muster.web.demo.draws import Draws

DEVICE = "demo"
# Of a hundred who came: how many check out. The others wait for the desk to say until when they were there.
CHECK_OUT = 92


def live_on(communities: Sequence[Division], seed: int, at: datetime) -> None:
    """Ends the presences whose shift is over: a demo that slept over night wakes with hours, not with people at their posts."""
    there = (
        Attendance.objects.filter(
            during__upper_inf=True,
            shift__ends_at__lte=at,
            shift__division_code__in=[community.code for community in communities],
            shift__call_up__is_drill=False,
            person__is_synthetic=True,
        )
        .select_related("assignment__shift__post", "assignment__call_up", "person")
        .order_by("pk")
    )
    for presence in there:
        seat = presence.assignment
        draws = Draws(seed, seat.call_up.division_code, seat.call_up.title, presence.person.code, "leaving")
        left_at = seat.shift.ends_at + timedelta(minutes=draws.between(-10, 8))
        if left_at > at or not draws.chance(CHECK_OUT):
            continue
        key = attendance.key_of(seat.shift.post)
        try:
            attendance.check_out(
                seat,
                actor=Actor(label=presence.person.code, person_id=presence.person_id),
                nonce=uuid5(seat.call_up.request_key, f"{seat.code} out"),
                device=DEVICE,
                code=codes.code_at(key, int(left_at.timestamp())),
                at=left_at,
            )
        except Refused:
            continue
    attendance.close_shift_due(at)
