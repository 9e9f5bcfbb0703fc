"""Ways to sign in, and what people are entrusted with: by whom, over what, from when to when."""

from datetime import date, datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.audit.actions import trail
from muster.organizations.models import ResidentUnit
from muster.people.enums import ROLE_LEVELS, RoleKind
from muster.people.models import Account, Person, Role
from muster.territory.models import Division
from muster.toolkit.actor import SYSTEM, Actor
from muster.toolkit.refusal import Refused

# What those who run a community may entrust others with, inside it. Everything else is the administrator's.
LOCAL_KINDS = (RoleKind.SHIFT_LEADER, RoleKind.GUARD, RoleKind.UNIT_LIAISON)
LOCAL_GRANTERS = (RoleKind.COMMUNITY_WORKER, RoleKind.TOWNSHIP_OVERSEER)


def create(person: Person, *, actor: Actor, login: str = "", at: datetime | None = None) -> Account:
    """The account of `person`: the one there is, else a new one without a password.

    `login` is the name typed beside a password; without one it is made from the person's code. Refuses `login_taken`.
    """
    at = at or timezone.now()
    name = login.strip().lower() or person.code.lower()
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        account = Account.objects.filter(person=person).first()
        if account is not None:
            return account
        if Account.objects.filter(login=name).exists():
            raise Refused("login_taken", _("This login name is taken. Choose another one."))
        account = Account(person=person, login=name)
        account.set_unusable_password()
        account.save()
        _record("people.account.created", account, actor, at)
    return account


def set_password(account: Account, password: str, *, actor: Actor, at: datetime | None = None) -> None:
    """Refuses `password_weak` with what is wrong with it."""
    at = at or timezone.now()
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise Refused("password_weak", " ".join(error.messages)) from error
    with transaction.atomic():
        account.set_password(password)
        account.save(update_fields=["password"])
        _record("people.account.password_set", account, actor, at)


def close(account: Account, *, actor: Actor, at: datetime | None = None) -> None:
    """End an account: its sessions stop at their next request. Nothing happens to one that is closed."""
    at = at or timezone.now()
    with transaction.atomic():
        if Account.objects.filter(pk=account.pk, is_active=True).update(is_active=False):
            _record("people.account.closed", account, actor, at)


def grant(
    account: Account,
    kind: str,
    *,
    actor: Actor,
    division_code: int | None = None,
    unit: ResidentUnit | None = None,
    department: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    at: datetime | None = None,
) -> Role:
    """Entrust the account with a role over a place or a unit; the same one again where it is held already.

    Refuses `role_not_yours_to_give`, `role_over_oneself`, `role_place`, `role_level` and `role_dates`.
    """
    at = at or timezone.now()
    valid_from = valid_from or timezone.localdate(at)
    _check_place(kind, division_code, unit)
    _check_granter(actor, account, kind, division_code, unit)
    if valid_to is not None and valid_to <= valid_from:
        raise Refused("role_dates", _("The role would end before it begins. Choose a later last day."))
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        held = account.roles.filter(
            kind=kind, division_code=division_code, unit=unit, department=department, valid_to=valid_to
        ).first()
        if held is not None:
            return held
        role = Role.objects.create(
            account=account,
            kind=kind,
            division_code=division_code,
            unit=unit,
            department=department,
            valid_from=valid_from,
            valid_to=valid_to,
            granted_by_label=actor.label[:120],
        )
        _record_role("people.role.granted", role, actor, at)
    return role


def revoke(role: Role, *, actor: Actor, at: datetime | None = None) -> None:
    """End a role today: from its next request on, the account has it no more. Refuses as `grant` does."""
    at = at or timezone.now()
    today = timezone.localdate(at)
    _check_granter(actor, role.account, role.kind, role.division_code, role.unit)
    with transaction.atomic():
        locked = Role.objects.select_for_update().filter(pk=role.pk).first()
        if locked is None or (locked.valid_to is not None and locked.valid_to <= today):
            return
        if locked.valid_from >= today:
            # A role cannot end on the day it began (role_ends_after_it_began); the trail keeps that it was given.
            locked.delete()
        else:
            locked.valid_to = today
            locked.save(update_fields=["valid_to"])
        _record_role("people.role.revoked", role, actor, at)


def _check_place(kind: str, division_code: int | None, unit: ResidentUnit | None) -> None:
    if (division_code is None) == (unit is None) or (unit is not None) != (kind == RoleKind.UNIT_LIAISON):
        raise Refused(
            "role_place", _("A liaison stands for a unit, every other role is over a place. Choose one.")
        )
    wanted = ROLE_LEVELS.get(RoleKind(kind))
    if division_code is None or wanted is None:
        return
    if not Division.objects.filter(code=division_code, level=wanted, valid_to=None).exists():
        raise Refused("role_level", _("This role is over a place of another level. Choose the right place."))


def _check_granter(
    actor: Actor, account: Account, kind: str, division_code: int | None, unit: ResidentUnit | None
) -> None:
    if actor == SYSTEM:
        return
    if actor.account_id == account.pk:
        raise Refused("role_over_oneself", _("Nobody changes their own roles. Ask another administrator."))
    place = unit.division_code if unit is not None else division_code
    allowed = actor.has(RoleKind.SYSTEM_ADMINISTRATOR, division_code=place) and _whole(actor, division_code)
    if kind in LOCAL_KINDS:
        allowed = allowed or actor.has(*LOCAL_GRANTERS, division_code=place)
    if not allowed:
        raise Refused(
            "role_not_yours_to_give", _("This role is not yours to give. Ask the system administrator.")
        )


def _whole(actor: Actor, division_code: int | None) -> bool:
    """True if the whole place, not only its first code, lies under one administration of `actor`."""
    if division_code is None:
        return True
    high = (
        Division.objects.filter(code=division_code)
        .order_by("-valid_from")
        .values_list("high", flat=True)
        .first()
    )
    return high is not None and any(
        low <= division_code and high <= end for low, end in actor.ranges(RoleKind.SYSTEM_ADMINISTRATOR)
    )


def _record_role(verb: str, role: Role, actor: Actor, at: datetime) -> None:
    detail = {
        "kind": role.kind,
        "place": role.division_code,
        "unit": role.unit.code if role.unit else None,
        "to": role.valid_to.isoformat() if role.valid_to else None,
    }
    _record(verb, role.account, actor, at, **detail)


def _record(verb: str, account: Account, actor: Actor, at: datetime, **detail: object) -> None:
    trail.record(
        verb,
        actor=actor,
        obj_kind="account",
        obj_code=account.code,
        division_code=account.person.division_code,
        at=at,
        detail=detail,
    )
