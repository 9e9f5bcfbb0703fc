"""Who acts, from what is on file about an account."""

from datetime import date

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import translation

from muster.people.enums import TWO_FACTOR_ROLES, RoleKind
from muster.people.models import Account, Role
from muster.territory.models import Division
from muster.toolkit.actor import Actor, Grant


def actor_of(account: Account, on: date, *, has_second_factor: bool = True, address: str = "") -> Actor:
    """The actor that `account` is on that day, with the grants in force; two queries.

    A session without a second factor is given no grant of a role that asks for one. An account that was closed has
    no grant at all. A role over a place that is on no list of divisions grants nothing.
    """
    roles = [
        role
        for role in _roles_in_force(account, on)
        if has_second_factor or role.kind not in TWO_FACTOR_ROLES
    ]
    return Actor(
        label=_label(account, roles),
        account_id=account.pk,
        person_id=account.person_id,
        grants=tuple(_grant(role) for role in roles),
        on=on,
        address=address,
    )


def _roles_in_force(account: Account, on: date) -> list[Role]:
    if not account.is_active:
        return []
    in_force = account.roles.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)
    return list(with_places(in_force).order_by("pk"))


def needs_second_factor(account: Account, on: date) -> bool:
    """True if this account proves itself twice: it has an authenticator, or holds a role that asks for one."""
    return account.totp_confirmed_at is not None or actor_of(account, on).has(*TWO_FACTOR_ROLES)


def with_places(roles: QuerySet[Role]) -> QuerySet[Role]:
    """The roles with the unit and with `high` and `place_name` of their place, null where it is on no list.

    A role outlives a reform of the divisions: the newest edition of its place counts, in force or not.
    """
    place = Division.objects.filter(code=OuterRef("division_code")).order_by("-valid_from")
    return roles.annotate(
        high=Subquery(place.values("high")[:1]), place_name=Subquery(place.values("short_name")[:1])
    ).select_related("unit")


def reach_of(role: Role) -> tuple[str, int, int]:
    """The kind and the range [low, high) of a role of `with_places`; a unit's is its community's."""
    if role.unit is not None:
        return role.kind, role.unit.division_code, role.unit.division_code + 1
    low = role.division_code or 0
    return role.kind, low, role.high or low  # type: ignore[attr-defined]  # annotated above


def _grant(role: Role) -> Grant:
    high = role.high or 0  # type: ignore[attr-defined]  # annotated above
    return Grant(
        kind=role.kind,
        low=role.division_code or 0 if high else 0,
        high=high,
        organization_id=role.unit_id,
        department=role.department,
    )


def _label(account: Account, roles: list[Role]) -> str:
    """Who it was, as the trail and the people concerned will read it: by name and office, or for a volunteer by code."""
    person = account.person
    if not roles:
        return person.code
    first = roles[0]
    place = first.unit.name if first.unit else first.place_name or ""  # type: ignore[attr-defined]  # annotated
    # The trail is one text for all readers, so it is written in the language of the copy.
    with translation.override(settings.LANGUAGE_CODE):
        office = str(RoleKind(first.kind).label)
    return f"{person.name}（{place} {office}）"
