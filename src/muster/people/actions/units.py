"""The people between a unit and its community: liaisons on both sides (R2.10) and the reserve team (R2.12)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.audit.actions import trail
from muster.organizations.models import ResidentUnit
from muster.people.actions import accounts
from muster.people.enums import LiaisonSide, RoleKind
from muster.people.models import Liaison, Person, ReserveTeam, ReserveTeamMember, Role
from muster.toolkit.actor import SYSTEM, Actor
from muster.toolkit.refusal import Refused


def appoint_liaison(
    unit: ResidentUnit, person: Person, side: str, *, actor: Actor, at: datetime | None = None
) -> Liaison:
    """Make `person` the one liaison of that side; whoever was it before is it no more.

    The unit's own liaison gets an account and the role with it, and the one before loses the role. Refuses
    `not_of_unit` for somebody of another unit on the unit's side.
    """
    at = at or timezone.now()
    today = timezone.localdate(at)
    if side == LiaisonSide.UNIT and person.unit_id != unit.pk:
        raise _not_of_unit()
    with transaction.atomic():
        ResidentUnit.objects.select_for_update().get(pk=unit.pk)
        before = Liaison.objects.filter(unit=unit, side=side, ended_on=None).select_related("person").first()
        if before is not None and before.person_id == person.pk:
            return before
        if before is not None:
            before.ended_on = today
            before.save(update_fields=["ended_on"])
            for role in Role.objects.filter(
                account__person=before.person, kind=RoleKind.UNIT_LIAISON, unit=unit, valid_to=None
            ).select_related("account__person", "unit"):
                accounts.revoke(role, actor=SYSTEM, at=at)
        liaison = Liaison.objects.create(
            unit=unit, division_code=unit.division_code, person=person, side=side, began_on=today
        )
        if side == LiaisonSide.UNIT:
            account = accounts.create(person, actor=actor, at=at)
            accounts.grant(account, RoleKind.UNIT_LIAISON, unit=unit, actor=SYSTEM, at=at)
        _record("people.liaison.appointed", unit, actor, at, side=side, person=person.code)
    return liaison


def form_reserve_team(
    unit: ResidentUnit,
    *,
    name: str,
    leader: Person,
    members: Iterable[Person],
    actor: Actor,
    at: datetime | None = None,
) -> ReserveTeam:
    """The reserve team of `unit` with exactly these people; the leader counts as a member. Refuses `not_of_unit`."""
    at = at or timezone.now()
    people = {person.pk: person for person in [leader, *members]}
    if any(person.unit_id != unit.pk for person in people.values()):
        raise _not_of_unit()
    with transaction.atomic():
        ResidentUnit.objects.select_for_update().get(pk=unit.pk)
        team, _is_new = ReserveTeam.objects.update_or_create(
            unit=unit, defaults={"division_code": unit.division_code, "name": name.strip(), "leader": leader}
        )
        team.members.exclude(person_id__in=people).delete()
        ReserveTeamMember.objects.bulk_create(
            [
                ReserveTeamMember(team=team, person=person, joined_on=timezone.localdate(at))
                for person in people.values()
            ],
            ignore_conflicts=True,
        )
        _record("people.reserve_team.formed", unit, actor, at, members=len(people))
    return team


def _not_of_unit() -> Refused:
    return Refused("not_of_unit", _("This person is on file for another unit. Choose somebody of this unit."))


def _record(verb: str, unit: ResidentUnit, actor: Actor, at: datetime, **detail: object) -> None:
    trail.record(
        verb,
        actor=actor,
        obj_kind="unit",
        obj_code=unit.code,
        division_code=unit.division_code,
        at=at,
        detail=detail,
    )
