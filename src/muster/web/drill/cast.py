"""The director's list: who plays in a division, with their phones and the doors they come in by.

It only reads, but for the sign-in links, which are those of `muster sign-in-link`. What the people do goes over HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from muster.organizations.models import ResidentUnit
from muster.people.actions import accounts
from muster.people.actions.sign_in import make_link
from muster.people.enums import RoleKind
from muster.people.models import Account, Person, ReserveTeamMember, Role
from muster.people.rules import phone_index
from muster.territory.models import Division
from muster.territory.queries import communities_in, division
from muster.toolkit.actor import SYSTEM
from muster.toolkit.refusal import Refused
from muster.web.drill.settle import patient


@dataclass(frozen=True)
class Community:
    """One community of the drill; `township` tells which of them ask each other's people."""

    code: int
    name: str
    township: int


@dataclass(frozen=True)
class Member:
    """Somebody of a unit's reserve team, as its liaison has them in a list."""

    name: str
    phone: str


def is_empty(division_code: int) -> bool:
    """True if a community of the division has nobody to play in it, and no real people live anywhere near."""
    place = _place(division_code)
    everywhere = communities_in(place.code, place.high).filter(household_count__gt=0)
    _refuse_real_people({one.parent_code or one.code for one in everywhere})
    return bool(set(everywhere.values_list("code", flat=True)) - _with_workers(place))


def communities_of(division_code: int) -> list[Community]:
    """The communities of the division that have a worker, in the order of their codes.

    Refuses `no_such_division`, `nobody_here`, and `real_people`: the drill answers for everybody it asks.
    """
    place = _place(division_code)
    workers = _with_workers(place)
    found = [
        Community(one.code, one.short_name, one.parent_code or one.code)
        for one in communities_in(place.code, place.high)
        if one.code in workers
    ]
    if not found:
        raise Refused("nobody_here", _("Nobody plays in this division yet. Build its demo first."))
    _refuse_real_people({one.township for one in found})
    return found


def _place(division_code: int) -> Division:
    try:
        return division(division_code)
    except Division.DoesNotExist as missing:
        raise Refused("no_such_division", _("There is no such division. Look at its code.")) from missing


def _with_workers(place: Division) -> set[int]:
    roles = Role.objects.filter(
        kind=RoleKind.COMMUNITY_WORKER,
        division_code__gte=place.code,
        division_code__lt=place.high,
        account__is_active=True,
    )
    return {code for code in roles.values_list("division_code", flat=True) if code}


def _refuse_real_people(townships: Iterable[int]) -> None:
    for township in townships:
        place = division(township)
        real = Person.objects.filter(
            division_code__gte=place.code, division_code__lt=place.high, is_synthetic=False, erased_at=None
        )
        if real.exists():
            raise Refused(
                "real_people",
                _(
                    "Real people are on file in this division. The drill answers for everybody, so it plays elsewhere."
                ),
            )


@patient
def worker_door(community: Community) -> str:
    """The sign-in address of the worker of the community."""
    role = (
        Role.objects.filter(
            kind=RoleKind.COMMUNITY_WORKER, division_code=community.code, account__is_active=True
        )
        .select_related("account__person")
        .order_by("pk")[0]
    )
    return _door(role.account)


@patient
def door_of_phone(phone: str) -> str:
    """The sign-in address of whoever has this phone."""
    return _door(accounts.create(Person.objects.get(phone_index=phone_index(phone)), actor=SYSTEM))


@patient
def door_of_person(code: str) -> str:
    """The sign-in address of the person with this code."""
    return _door(accounts.create(Person.objects.get(code=code), actor=SYSTEM))


@patient
def team_of(liaison_phone: str, unit_call_code: str) -> list[Member]:
    """The reserve team of the unit that was called, without its liaison, in the order of their phones."""
    unit = ResidentUnit.objects.get(unit_calls__code=unit_call_code)
    members = ReserveTeamMember.objects.filter(team__unit=unit).select_related("person")
    team = [Member(row.person.name, row.person.phone) for row in members]
    return sorted((one for one in team if one.phone != liaison_phone), key=lambda one: one.phone)


@patient
def names_of(phones: Iterable[str]) -> Mapping[str, str]:
    """Phone -> name."""
    wanted = {phone_index(phone): phone for phone in phones}
    people = Person.objects.filter(phone_index__in=list(wanted)).values_list("phone_index", "name")
    return {wanted[index]: name for index, name in people if index}


def _door(account: Account) -> str:
    return reverse("people:sign-in-link", args=[make_link(account, actor=SYSTEM)])
