"""Ways to sign in, and what people are entrusted with: by whom, over what, from when to when."""

from datetime import date, datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.organizations.models import ResidentUnit
from muster.people import access
from muster.people.actions.notes import note
from muster.people.enums import OVERSEERS, ROLE_LEVELS, RoleKind
from muster.people.models import Account, Person, Role
from muster.people.queries.actors import needs_second_factor, reach_of, with_places
from muster.territory.models import Division
from muster.toolkit import locks
from muster.toolkit.actor import SYSTEM, Actor
from muster.toolkit.refusal import Refused


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
        note("people.account.created", account, actor=actor, at=at)
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
        note("people.account.password_set", account, actor=actor, at=at)


def change_password(
    account: Account,
    password: str,
    *,
    current: str,
    has_second_factor: bool,
    actor: Actor,
    at: datetime | None = None,
) -> None:
    """One's own new password, which signs every other device out.

    Refuses `second_factor_first` where the account has two proofs and gave one, `password_wrong` where there is a
    password and `current` is another, and what `set_password` refuses.
    """
    at = at or timezone.now()
    if not has_second_factor and needs_second_factor(account, timezone.localdate(at)):
        # Else whoever holds the phone would choose the password, and with it set up an authenticator.
        raise Refused(
            "second_factor_first",
            _(
                "Sign in with your authenticator first. Without one, ask the administrator for a sign-in link."
            ),
        )
    if account.has_usable_password() and not account.check_password(current):
        raise Refused(
            "password_wrong", _("This is not your password of now. Check it; capital letters count.")
        )
    set_password(account, password, actor=actor, at=at)


def close(account: Account, *, actor: Actor, at: datetime | None = None) -> None:
    """End an account: its sessions stop at their next request. Nothing happens to one that is closed.

    Refuses `last_administrator`.
    """
    at = at or timezone.now()
    with transaction.atomic():
        keep_an_administrator(account, at=at)
        if Account.objects.filter(pk=account.pk, is_active=True).update(is_active=False):
            note("people.account.closed", account, actor=actor, at=at)


def reopen(account: Account, *, actor: Actor, at: datetime | None = None) -> None:
    """Take an account back into use, with the roles that it still has. Refuses `person_erased`."""
    at = at or timezone.now()
    with transaction.atomic():
        if Person.objects.filter(pk=account.person_id).exclude(erased_at=None).exists():
            raise Refused("person_erased", _("This person was erased. Register them anew if they are back."))
        if Account.objects.filter(pk=account.pk, is_active=False).update(is_active=True):
            note("people.account.reopened", account, actor=actor, at=at)


def end_sessions(account: Account, *, actor: Actor, at: datetime | None = None) -> None:
    """Sign the account out everywhere: every session that has begun by now is over at its next request."""
    at = at or timezone.now()
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(signed_out_at=at)
        note("people.account.sessions_ended", account, actor=actor, at=at)


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

    Refuses `role_not_yours_to_give`, `role_over_oneself`, `role_place`, `role_level`, `role_department` and `role_dates`.
    """
    at = at or timezone.now()
    today = timezone.localdate(at)
    valid_from = valid_from or today
    _check_place(kind, division_code, unit)
    _check_granter(actor, account, Role(kind=kind, division_code=division_code, unit=unit))
    if department and kind not in OVERSEERS:
        raise Refused(
            "role_department", _("Only overseers stand for a department. Leave it out for this role.")
        )
    if valid_to is not None and valid_to <= max(valid_from, today):
        raise Refused("role_dates", _("The role would end before it begins. Choose a later last day."))
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        held = account.roles.filter(
            kind=kind,
            division_code=division_code,
            unit=unit,
            department=department,
            valid_from__lte=valid_from,
            valid_to=valid_to,
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
    """End a role today: from its next request on, the account has it no more.

    Refuses as `grant` does, and `last_administrator`.
    """
    at = at or timezone.now()
    today = timezone.localdate(at)
    _check_granter(actor, role.account, role)
    with transaction.atomic():
        keep_an_administrator(role.account, role=role, at=at)
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


def _check_granter(actor: Actor, account: Account, role: Role) -> None:
    if actor == SYSTEM:
        return
    if actor.account_id == account.pk:
        raise Refused("role_over_oneself", _("Nobody changes their own roles. Ask another administrator."))
    if role.division_code is not None:
        place = Division.objects.filter(code=role.division_code).order_by("-valid_from")
        role.high = place.values_list("high", flat=True).first()  # type: ignore[attr-defined]  # as with_places() has it
    if not access.may_entrust(actor, *reach_of(role)):
        raise Refused(
            "role_not_yours_to_give", _("This role is not yours to give. Ask the system administrator.")
        )


def keep_an_administrator(account: Account, *, role: Role | None = None, at: datetime) -> None:
    """Refuses `last_administrator` where a place would be left without one by the end of `role`, or of the account.

    Called inside the transaction that ends it. One who ends no later counts, and only as long as their account is open.
    """
    today = timezone.localdate(at)
    in_force = Role.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=today),
        kind=RoleKind.SYSTEM_ADMINISTRATOR,
        valid_from__lte=today,
        account__is_active=True,
    )
    ending = in_force.filter(account=account)
    if role is not None:
        ending = ending.filter(pk=role.pk)
    if not ending.exists():
        return
    # Two administrators who end each other at once would both find the other one still there.
    locks.one_at_a_time("people.administrators")
    others = [(reach_of(one), one.valid_to) for one in with_places(in_force.exclude(pk__in=ending))]
    for one in with_places(ending):
        _kind, low, high = reach_of(one)
        if not any(
            other_low <= low
            and high <= other_high
            and (end is None or (one.valid_to and end >= one.valid_to))
            for (_kind, other_low, other_high), end in others
        ):
            raise Refused(
                "last_administrator",
                _("Nobody else administers this place. Entrust somebody else with it first."),
            )


def _record_role(verb: str, role: Role, actor: Actor, at: datetime) -> None:
    detail = {
        "kind": role.kind,
        "place": role.division_code,
        "unit": role.unit.code if role.unit else None,
        "to": role.valid_to.isoformat() if role.valid_to else None,
    }
    note(verb, role.account, actor=actor, at=at, **detail)
