"""Accounts and what they are entrusted with, for those who grant roles: enough to know whose it is, and no number."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import pgettext

from muster.people.access import GRANTERS, RUNNERS, may_entrust, may_keep, ranges_q, roles_reached
from muster.people.enums import LOCAL_KINDS, Department, RoleKind
from muster.people.models import Account, Person, Role
from muster.people.queries.actors import reach_of, with_places
from muster.people.queries.register import KEY, matching
from muster.people.rules import masked_name, masked_phone
from muster.territory.queries import names_of
from muster.toolkit.actor import Actor
from muster.toolkit.codes import spaced
from muster.toolkit.paging import Page, page_after

# Beside the kinds of roles: everybody of one's places who has an account, with or without a role.
EVERYBODY = "everybody"
PAST_SHOWN = 20
FEW = 2000


@dataclass(frozen=True)
class Row:
    """One account as the list shows it."""

    code: str
    name: str
    phone: str
    place: str
    roles: str
    is_open: bool
    signed_in_at: datetime | None


@dataclass(frozen=True)
class Held:
    """One role of an account. `key` names it in a form: a role has no code."""

    key: str
    kind: str
    over: str
    department: str
    first_on: date
    last_on: date | None
    granted_by: str
    may_end: bool


@dataclass(frozen=True)
class Card:
    """One account as its page shows it: who it is in masks, its ways in, its roles now, later and before."""

    code: str
    spelled: str
    login: str
    name: str
    phone: str
    place: str
    is_open: bool
    is_own: bool
    created_at: datetime
    signed_in_at: datetime | None
    second_factor_at: datetime | None
    now: list[Held]
    later: list[Held]
    before: list[Held]
    may_keep: bool
    may_lock: bool


def search_accounts(actor: Actor, *, text: str = "", role: str = "", after: str = "") -> Page[Person]:
    """One page of the people with accounts, in the order of their places.

    Without anything it is whoever holds a role that `actor` could give; `role` narrows it to one kind, or widens it to
    "everybody" of the places. `text` is looked for among all of them: a whole phone or identity number, a part of the
    name, a login name, the code of the account or of the person.
    """
    text = text.strip()
    if role == EVERYBODY and not text:
        wanted = ranges_q(actor, *GRANTERS)
    else:
        wanted = _holders(actor, [role] if role in RoleKind.values else RoleKind.values)
        if role not in RoleKind.values and text:
            wanted |= ranges_q(actor, *GRANTERS)
    people = Person.objects.filter(wanted, account__isnull=False, erased_at=None)
    if text:
        people = people.filter(_named(text))
    return page_after(people.select_related("account"), key=KEY, after=after)


def rows_of(people: Sequence[Person], actor: Actor) -> list[Row]:
    """The people as lines of the list, with their roles in force: three queries, however many there are."""
    today = timezone.localdate()
    held: dict[int, list[str]] = defaultdict(list)
    in_force = Role.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=today),
        account_id__in=[person.account.pk for person in people],
        valid_from__lte=today,
    )
    for role in with_places(in_force).order_by("pk"):
        held[role.account_id].append(f"{RoleKind(role.kind).label} · {_over(role)}")
    places = names_of([person.division_code for person in people])
    comma = pgettext("between the items of a list", ", ")
    return [
        Row(
            code=person.account.code,
            name=_name(person, actor),
            phone=masked_phone(person.phone),
            place=places.get(person.division_code, ""),
            roles=comma.join(held[person.account.pk]),
            is_open=person.account.is_active,
            signed_in_at=person.account.last_login,
        )
        for person in people
    ]


def card_of(account: Account, actor: Actor) -> Card:
    """The account for its page."""
    today, person = timezone.localdate(), account.person
    roles = list(with_places(account.roles.all()).order_by("-valid_from", "-pk"))
    left = [role for role in roles if role.valid_to is None or role.valid_to > today]
    reach = [reach_of(role) for role in left]
    is_own = actor.account_id == account.pk
    return Card(
        code=account.code,
        spelled=spaced(account.code),
        login=account.login,
        name=_name(person, actor),
        phone=masked_phone(person.phone),
        place=names_of([person.division_code]).get(person.division_code, ""),
        is_open=account.is_active,
        is_own=is_own,
        created_at=account.created_at,
        signed_in_at=account.last_login,
        second_factor_at=account.totp_confirmed_at,
        now=[_held(role, actor) for role in left if role.valid_from <= today],
        later=[_held(role, actor) for role in left if role.valid_from > today],
        before=[_held(role, actor) for role in roles if role not in left][:PAST_SHOWN],
        may_keep=not is_own and may_keep(actor, account, reach, *GRANTERS),
        may_lock=not is_own and may_keep(actor, account, reach, RoleKind.SYSTEM_ADMINISTRATOR),
    )


def role_of(account: Account, key: str) -> Role | None:
    """The role that `key` of a card names; None where the account has it no more."""
    return next((role for role in account.roles.select_related("unit", "account") if _key(role) == key), None)


def grantable(actor: Actor) -> list[RoleKind]:
    """The kinds of roles that `actor` gives somewhere."""
    if actor.has(RoleKind.SYSTEM_ADMINISTRATOR):
        return list(RoleKind)
    return list(LOCAL_KINDS) if actor.has(*RUNNERS) else []


def people_findable(actor: Actor, text: str) -> list[Person]:
    """At most two people of the places of `actor` whom a whole number or code names, with or without an account."""
    people = Person.objects.filter(ranges_q(actor, *GRANTERS), erased_at=None)
    return list(people.filter(matching(text.strip(), in_one_community=False)).order_by(*KEY)[:2])


def _holders(actor: Actor, kinds: Sequence[str]) -> Q:
    """Whoever holds a role of these kinds where `actor` grants.

    Few are looked up one by one. Many are met soon on a walk along the register, where their list would be read whole.
    """
    reached = [roles.filter(kind__in=kinds) for roles in roles_reached(actor)]
    ids = [list(roles.values_list("account__person_id", flat=True)[: FEW + 1]) for roles in reached]
    if all(len(some) <= FEW for some in ids):
        return Q(pk__in={one for some in ids for one in some})
    over_place, over_unit = (Exists(roles.filter(account=OuterRef("account__pk"))) for roles in reached)
    return Q(over_place) | Q(over_unit)


def _named(text: str) -> Q:
    """By login name or code of an account, and as the register finds people."""
    code = text.replace("-", "").replace(" ", "").upper()
    found = Account.objects.filter(Q(login=text.lower()) | Q(code=code)).values_list("person_id", flat=True)
    ids = list(found[:2])
    owners = Q(pk__in=ids)
    # Whoever types a login name or a code means its owner; to look for the letters in names as well is dear.
    return owners if ids and text.isascii() else owners | matching(text, in_one_community=False)


def _name(person: Person, actor: Actor) -> str:
    runs = actor.has(*RUNNERS, division_code=person.division_code)
    return person.name if runs else masked_name(person.name)


def _over(role: Role) -> str:
    name = role.unit.name if role.unit else role.place_name  # type: ignore[attr-defined]  # of with_places()
    return name or str(role.division_code)


def _held(role: Role, actor: Actor) -> Held:
    return Held(
        key=_key(role),
        kind=str(RoleKind(role.kind).label),
        over=_over(role),
        department=str(Department(role.department).label) if role.department else "",
        first_on=role.valid_from,
        last_on=role.valid_to - timedelta(days=1) if role.valid_to else None,
        granted_by=role.granted_by_label,
        may_end=actor.account_id != role.account_id and may_entrust(actor, *reach_of(role)),
    )


def _key(role: Role) -> str:
    over = role.unit.code if role.unit else role.division_code
    return f"{role.kind}.{over}.{role.department}.{role.valid_from}.{role.valid_to or ''}"
