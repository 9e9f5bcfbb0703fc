"""What the newest plan found out about the seats of one call-up that are still free: for the page of the call-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from muster.callups.enums import DispatchState
from muster.callups.models import CallUp, DispatchPart, Slot
from muster.callups.queries.dispatch_page import EmptyLine, empty_lines
from muster.callups.queries.dispatch_slots import slots_of

# People report in and leave; what was counted longer ago explains nothing any more.
GOOD_FOR = timedelta(hours=12)


@dataclass(frozen=True)
class Shortage:
    """The empty seats of one call-up by the plan with this code, made then."""

    run_code: str
    planned_at: datetime
    lines: list[EmptyLine]


def shortage_of(call_up: CallUp, at: datetime) -> Shortage | None:
    """None where nothing was planned of late, or every seat that stayed empty has somebody by now; three queries at most."""
    newest = (
        DispatchPart.objects.filter(
            call_up=call_up, run__state=DispatchState.READY, run__created_at__gt=at - GOOD_FOR
        )
        .order_by("-run")
        .values_list("run__code", "run__created_at", "run__plan__empties", "run__plan__rings")
        .first()
    )
    if newest is None:
        return None
    code, planned_at, empties, rings = newest
    free = set(
        Slot.objects.filter(call_up=call_up, seats__gt=F("taken") + F("held")).values_list("pk", flat=True)
    )
    mine = [line for line in empties if line["call_up"] == call_up.pk and line["slot"] in free]
    if not mine:
        return None
    slots = slots_of({"rings": rings or []}, mine, None)
    return Shortage(code, planned_at, empty_lines(mine, rings or [], slots))
