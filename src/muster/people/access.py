"""The doors of people. Nobody is let in unless a line here says so; what is missing and what is forbidden look the same."""

from enum import StrEnum

from django.db.models import Q, QuerySet
from django.http import Http404

from muster.people.enums import OVERSEERS, RoleKind
from muster.people.models import Account, Person
from muster.toolkit.actor import Actor


class Need(StrEnum):
    """What an actor wants to do with the object behind a door."""

    SEE = "see"  # read it, sensitive fields masked
    OPERATE = "operate"  # do the work of the day with it
    MANAGE = "manage"  # change what it is


# Who runs a community's affairs: its own worker, and in command mode the township above it.
RUNNERS = (RoleKind.COMMUNITY_WORKER, RoleKind.TOWNSHIP_OVERSEER)
SEERS = (RoleKind.COMMUNITY_WORKER, *OVERSEERS)


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


def get_account(actor: Actor, code: str) -> Account:
    """The account with this code: for system administrators over its person's place, and for nobody else."""
    reached = ranges_q(actor, RoleKind.SYSTEM_ADMINISTRATOR, field="person__division_code")
    account = Account.objects.filter(reached, code=code).select_related("person").first()
    if account is None:
        raise Http404
    return account


def _found(people: QuerySet[Person]) -> Person:
    person = people.first()
    if person is None:
        raise Http404
    return person
