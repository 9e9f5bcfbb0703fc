"""What the people on duty were handed, by whom: who uses volunteers provides for them (R2.15, R9.6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from muster.audit.actions import trail
from muster.callups.enums import AssignmentState
from muster.callups.models import Assignment, Shift, SupportIssue, SupportItem
from muster.toolkit import server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

PRESENT = (AssignmentState.ARRIVED, AssignmentState.LEFT)


def issue(assignment: Assignment, kinds: Iterable[str], *, actor: Actor, at: datetime | None = None) -> int:
    """Notes that this person was given these things; how many are new. Refuses `not_in` and `not_promised`."""
    at = at or server_clock.now()
    with transaction.atomic():
        locked = (
            Assignment.objects.select_for_update(no_key=True).select_related("call_up").get(pk=assignment.pk)
        )
        if locked.state not in PRESENT:
            raise Refused("not_in", _("This person is not there yet. Check them in first."))
        return _issue([locked], frozenset(kinds), locked.call_up_id, actor, at)


def issue_to_present(shift: Shift, kinds: Iterable[str], *, actor: Actor, at: datetime | None = None) -> int:
    """Notes it for everybody who is there; how many entries are new. Said again it changes nothing."""
    at = at or server_clock.now()
    with transaction.atomic():
        rows = list(
            Assignment.objects.filter(shift=shift, state__in=PRESENT).select_related("call_up").order_by("pk")
        )
        return _issue(rows, frozenset(kinds), shift.call_up_id, actor, at)


def take_back(assignment: Assignment, kind: str, *, actor: Actor, at: datetime | None = None) -> None:
    """The tick was a mistake."""
    at = at or server_clock.now()
    with transaction.atomic():
        if SupportIssue.objects.filter(assignment=assignment, kind=kind).delete()[0]:
            trail.record_many([_deed("callups.support.taken_back", assignment, [kind], actor, at)])


def _issue(rows: list[Assignment], kinds: frozenset[str], call_up_id: int, actor: Actor, at: datetime) -> int:
    givers = dict(SupportItem.objects.filter(call_up=call_up_id, kind__in=kinds).values_list("kind", "giver"))
    if set(givers) != kinds:
        raise Refused(
            "not_promised", _("This call-up does not give that out. Choose one of the things on its list.")
        )
    had = set(SupportIssue.objects.filter(assignment__in=rows).values_list("assignment", "kind"))
    new = {row.pk: sorted(kind for kind in kinds if (row.pk, kind) not in had) for row in rows}
    issues = [
        SupportIssue(assignment=row, kind=kind, giver=givers[kind], at=at, by_label=actor.label[:120])
        for row in rows
        for kind in new[row.pk]
    ]
    SupportIssue.objects.bulk_create(issues, ignore_conflicts=True)
    trail.record_many(
        _deed("callups.support.issued", row, new[row.pk], actor, at) for row in rows if new[row.pk]
    )
    return len(issues)


def _deed(verb: str, assignment: Assignment, kinds: list[str], actor: Actor, at: datetime) -> trail.Deed:
    return trail.Deed(
        verb=verb,
        actor=actor,
        obj_kind="assignment",
        obj_code=assignment.code,
        division_code=assignment.division_code,
        at=at,
        detail={"kinds": kinds},
        is_drill=assignment.call_up.is_drill,
    )
