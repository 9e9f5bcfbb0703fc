"""The rolls of shifts on paper: everybody with a seat, and a line to sign on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum

from muster.callups.enums import AssignmentState
from muster.callups.models import Assignment, Shift, Slot
from muster.callups.queries.presence import COMING
from muster.people.rules import masked_phone

ON_ROLL = (*COMING, AssignmentState.ARRIVED, AssignmentState.LEFT)
MOST_BLANK = 10  # lines left empty for people who walk up


@dataclass(frozen=True)
class RollLine:
    """One person of a roll; the phone is masked."""

    person_id: int
    name: str
    unit_name: str
    phone: str


@dataclass(frozen=True)
class Roll:
    """One shift on paper."""

    shift: Shift
    lines: Sequence[RollLine]
    seats: int

    @property
    def blanks(self) -> range:
        """The numbers of the empty lines: one for each free seat, ten at most."""
        free = max(0, self.seats - len(self.lines))
        return range(len(self.lines) + 1, len(self.lines) + 1 + min(free, MOST_BLANK))


def rolls_of(shifts: Sequence[Shift]) -> list[Roll]:
    """The roll of each of these shifts, names in their order; two queries however many there are."""
    lines: dict[int, list[RollLine]] = defaultdict(list)
    for row in (
        Assignment.objects.filter(shift__in=shifts, state__in=ON_ROLL)
        .select_related("person", "unit_call__unit")
        .order_by("person__name", "pk")
    ):
        unit_name = row.unit_call.unit.name if row.unit_call else ""
        phone = masked_phone(row.person.phone)
        lines[row.shift_id].append(RollLine(row.person_id, row.person.name, unit_name, phone))
    seats = dict(Slot.objects.filter(shift__in=shifts).values_list("shift").annotate(Sum("seats")))
    return [Roll(shift, lines[shift.pk], seats.get(shift.pk, 0)) for shift in shifts]
