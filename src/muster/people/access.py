"""The doors of people. Nobody is let in unless a line here says so; what is missing and what is forbidden look the same."""

from collections.abc import Iterable
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from muster.organizations.models import ResidentUnit
from muster.people.enums import LOCAL_KINDS, OVERSEERS, RoleKind
from muster.people.models import Account, Person, Role
from muster.toolkit.actor import Actor


class Need(StrEnum):
    """What an actor wants to do with the object behind a door."""

    SEE = "see"  # read it, sensitive fields masked
    OPERATE = "operate"  # do the work of the day with it
    MANAGE = "manage"  # change what it is


# Who runs a community's affairs: its own worker, and in command mode the township above it.
RUNNERS = (RoleKind.COMMUNITY_WORKER, RoleKind.TOWNSHIP_OVERSEER)
SEERS = (RoleKind.COMMUNITY_WORKER, *OVERSEERS)
# Who entrusts others with roles: the administrator with all of them, who runs a community with the ones inside it.
GRANTERS = (RoleKind.SYSTEM_ADMINISTRATOR, *RUNNERS)


def require(actor: Actor, *kinds: str, division_code: int | None = None, unit_id: int | None = None) -> None:
    """Nothing happens if `actor` holds one of `kinds` (over that place or unit, where named); else 404."""
    if not actor.has(*kinds, division_code=division_code, organization_id=unit_id):
        raise Http404


def ranges_q(actor: Actor, *kinds: str, field: str = "division_code") -> Q:
    """The rows whose `field` lies in a place over which `actor` holds one of `kinds`; without any, no row."""
    wanted = Q(pk__in=[])
    for low, high in actor.ranges(*kinds):
        # A single community as an equality, so that an index on (place, …, id) gives its rows in order.
        one = high - low == 1
        wanted |= Q(**{field: low}) if one else Q(**{f"{field}__gte": low, f"{field}__lt": high})
    return wanted


def kinds_for(need: Need) -> tuple[RoleKind, ...]:
    """The roles that open a row of a community for `need`."""
    return SEERS if need == Need.SEE else RUNNERS


def people_visible_to(actor: Actor, need: Need = Need.SEE) -> QuerySet[Person]:
    """The people of the places of `actor`, without those who were erased."""
    return Person.objects.filter(ranges_q(actor, *kinds_for(need)), erased_at=None)


def get_person(actor: Actor, code: str, need: Need = Need.SEE) -> Person:
    """The person with this code, if the roles of `actor` reach it for `need`; else 404."""
    return _found(people_visible_to(actor, need).filter(code=code).select_related("unit", "volunteer"))


def get_myself(actor: Actor) -> Person:
    """The person who acts; 404 for the system and for a stranger."""
    if actor.person_id is None:
        raise Http404
    return _found(
        Person.objects.filter(pk=actor.person_id, erased_at=None).select_related("unit", "volunteer")
    )


def accounts_visible_to(actor: Actor) -> QuerySet[Account]:
    """The accounts of the people in the places of those who grant roles, and of whoever holds a role over something there."""
    reached = ranges_q(actor, *GRANTERS, field="person__division_code")
    for roles in roles_reached(actor):
        reached |= Q(Exists(roles.filter(account=OuterRef("pk"))))
    return Account.objects.filter(reached, person__erased_at=None).select_related("person")


def roles_reached(actor: Actor) -> tuple[QuerySet[Role], QuerySet[Role]]:
    """The roles, in force or to come, where `actor` grants roles: those over places, and those over units.

    Two, because one condition on both would read every role of the province.
    """
    today = actor.on or timezone.localdate()
    left = Role.objects.filter(Q(valid_to=None) | Q(valid_to__gt=today))
    units = ResidentUnit.objects.filter(ranges_q(actor, *GRANTERS))
    return left.filter(ranges_q(actor, *GRANTERS)), left.filter(unit__in=units)


def get_own_account(actor: Actor) -> Account:
    """The account that acts; 404 for the system, a stranger, and a person who answers through a link."""
    if actor.account_id is None:
        raise Http404
    return Account.objects.select_related("person").get(pk=actor.account_id)


def get_account(actor: Actor, code: str) -> Account:
    """The account with this code, for those who grant roles where it lives or reaches; else 404."""
    account = accounts_visible_to(actor).filter(code=code).first()
    if account is None:
        raise Http404
    return account


def may_entrust(actor: Actor, kind: str, low: int, high: int) -> bool:
    """True if `actor` may give or take a role of that kind over [low, high): the whole of it lies under one role of theirs."""
    kinds = GRANTERS if kind in LOCAL_KINDS else (RoleKind.SYSTEM_ADMINISTRATOR,)
    return any(own_low <= low < high <= own_high for own_low, own_high in actor.ranges(*kinds))


def may_keep(actor: Actor, account: Account, reach: Iterable[tuple[str, int, int]], *kinds: str) -> bool:
    """True if `actor` holds one of `kinds` where the account's person lives, and could have given all of its roles.

    `reach` are kind, low and high of each role, in force or to come: who reaches further than oneself is not one's to keep.
    """
    return actor.has(*kinds, division_code=account.person.division_code) and all(
        may_entrust(actor, kind, low, high) for kind, low, high in reach
    )


def _found(people: QuerySet[Person]) -> Person:
    person = people.first()
    if person is None:
        raise Http404
    return person
