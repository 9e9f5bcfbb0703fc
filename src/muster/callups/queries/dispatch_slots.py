"""The seats that a plan speaks of, as a dispatcher calls them: the post, whom it asks for, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from muster.callups.enums import SeatKind
from muster.callups.models import DispatchRun, Slot
from muster.callups.queries.words import skill_name
from muster.toolkit import clock

Line = Mapping[str, Any]


@dataclass(frozen=True)
class SlotName:
    """`post`: its name. `what`: "" for a general seat. `when`: day and hours of the shift."""

    post: str
    what: str
    when: str

    @property
    def seat(self) -> str:
        """The post with whom it asks for: enough inside one shift."""
        return _("%(post)s (%(what)s)") % {"post": self.post, "what": self.what} if self.what else self.post


def slots_of(plan: Mapping[str, Any], lines: Iterable[Line], call_up: int | None) -> dict[int, SlotName]:
    """Every slot that these lines of the plan speak of, and all that it was to fill in that call-up; one query."""
    named: set[int] = set()
    rings = plan.get("rings", [])
    for line in lines:
        named |= {line["slot"], line.get("was_at", line["slot"])}
        named |= {slot for slot, _filled in line.get("higher", [])}
        if "ring" in line:
            named.update(rings[line["ring"]])
    slots = Slot.objects.select_related("shift__post").filter(pk__in=named)
    if call_up is not None and plan.get("seats"):
        slots = slots | Slot.objects.select_related("shift__post").filter(
            call_up=call_up, pk__in=[int(slot) for slot in plan["seats"]]
        )
    return {slot.pk: name_of(slot) for slot in slots.order_by("shift__starts_at", "pk")}


def seats_beside(run: DispatchRun, slot: int) -> list[tuple[int, str]]:
    """The slots with their names that the plan had to fill in the call-up of `slot`; for any other slot, in its first one.

    None of a plan from before they were kept.
    """
    pks = [int(pk) for pk in run.plan.get("seats", {})]
    known = Slot.objects.filter(pk__in=pks).select_related("shift__post").order_by("shift__starts_at", "pk")
    first = known.filter(pk=slot).first() or known.first()
    if first is None:
        return []
    return [
        (found.pk, f"{name.seat} {name.when}")
        for found in known.filter(call_up=first.call_up_id)
        for name in [name_of(found)]
    ]


def name_of(slot: Slot) -> SlotName:
    """The slot, which comes with its shift and post."""
    shift = slot.shift
    what = skill_name(slot.skill) if slot.kind == SeatKind.SKILLED else ""
    if slot.kind == SeatKind.BACKBONE:
        what = str(SeatKind.BACKBONE.label)
    when = f"{clock.date_words(shift.starts_at)} {clock.span(shift.starts_at, shift.ends_at)}"
    return SlotName(shift.post.name, what, when)
