"""The register of the forces of a place: one list over regular and auxiliary force, with its filters (R1.1, R1.2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import pgettext

from muster.people.access import RUNNERS, SEERS, people_visible_to
from muster.people.enums import AUXILIARY_FORCE, REGULAR_FORCE, ForceClass, VolunteerState, Willingness
from muster.people.models import Person, VolunteerProfile
from muster.people.queries.limits import age_limits
from muster.people.rules import (
    id_number_index,
    masked_name,
    masked_phone,
    name_keys,
    parse_id_number,
    parse_phone,
    phone_index,
)
from muster.territory.models import Division
from muster.territory.queries import names_of
from muster.toolkit.actor import Actor
from muster.toolkit.codes import ALPHABET, LENGTH
from muster.toolkit.paging import Page, page_after
from muster.toolkit.refusal import Refused

REGULAR, AUXILIARY, CALLABLE = "regular", "auxiliary", "callable"
FORCES = {REGULAR: REGULAR_FORCE, AUXILIARY: AUXILIARY_FORCE}
PERSON_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
# The keys of a page: rows of one place lie together, and inside it in the order of registration.
KEY = ("division_code", "id")


@dataclass(frozen=True)
class Coverage:
    """Which named classes of a force have nobody on file in a community."""

    missing_regular: tuple[ForceClass, ...]
    missing_auxiliary: tuple[ForceClass, ...]

    @property
    def regular_words(self) -> str:
        """The missing classes of the regular force, as one says them."""
        return _spoken(self.missing_regular)

    @property
    def auxiliary_words(self) -> str:
        """The missing classes of the auxiliary force, as one says them."""
        return _spoken(self.missing_auxiliary)


@dataclass(frozen=True)
class Row:
    """One person as the list shows them: by name to those who run the community, masked to those who look on."""

    code: str
    name: str
    phone: str
    force: str
    unit: str
    place: str
    state: str
    is_willing: bool
    served_at: datetime | None


def search_people(actor: Actor, *, text: str = "", force: str = "", after: str = "") -> Page[Person]:
    """One page of the people in the places of `actor`.

    `text` is a phone or identity number (whole), a person's code, or a part of a name. `force` is a class, "regular",
    "auxiliary", or "callable" for the volunteers who may be called in an emergency (R4.8).
    """
    found = matching(text.strip(), in_one_community=single_community(actor) is not None)
    people = people_visible_to(actor).filter(found, _of_force(actor, force))
    return page_after(people.select_related("unit", "volunteer"), key=KEY, after=after)


def rows_of(people: Sequence[Person], actor: Actor) -> list[Row]:
    """The people as lines of the list, with the name of their community where the actor sees several."""
    places = {} if single_community(actor) else names_of([person.division_code for person in people])
    return [_row(person, actor, places.get(person.division_code, "")) for person in people]


def coverage(division_code: int) -> Coverage:
    """The gaps in the register of one community: in one query, a look-up by index for each class, whatever its size."""
    looked_up = {
        one.value: Exists(
            Person.objects.filter(division_code=OuterRef("code"), force_class=one.value, erased_at=None)
        )
        for one in ForceClass
    }
    found = Division.objects.filter(code=division_code, valid_to=None).values(**looked_up).first() or {}
    there = {force_class for force_class, is_there in found.items() if is_there}

    def missing(force: tuple[ForceClass, ...]) -> tuple[ForceClass, ...]:
        named = [one for one in force if one not in (ForceClass.OTHER_REGULAR, ForceClass.OTHER_AUXILIARY)]
        return tuple(one for one in named if one not in there)

    return Coverage(missing(REGULAR_FORCE), missing(AUXILIARY_FORCE))


def single_community(actor: Actor) -> int | None:
    """The community, if the actor sees exactly one."""
    ranges = actor.ranges(*SEERS)
    return ranges[0][0] if len(ranges) == 1 and ranges[0][1] - ranges[0][0] == 1 else None


def callable_in_emergency(division_code: int, on: date) -> Q:
    """Active volunteers who said yes, old enough and not too old for emergency posts, or with an exception (R4.8)."""
    limits = age_limits(division_code, on)
    said_yes = Q(volunteer__state=VolunteerState.ACTIVE, volunteer__emergency_willing=Willingness.YES)
    not_too_old = Q(birth_on__gt=on - relativedelta(years=limits.emergency_maximum + 1))
    excepted = ~Q(volunteer__age_exception_reason="")
    return said_yes & Q(birth_on__lte=on - relativedelta(years=limits.adult)) & (not_too_old | excepted)


def _spoken(classes: Sequence[ForceClass]) -> str:
    return pgettext("between the items of a list", ", ").join(str(one.label) for one in classes)


def _row(person: Person, actor: Actor, place: str) -> Row:
    runs = actor.has(*RUNNERS, division_code=person.division_code)
    profile: VolunteerProfile | None = getattr(person, "volunteer", None)
    return Row(
        code=person.code,
        name=person.name if runs else masked_name(person.name),
        phone=masked_phone(person.phone),
        force=str(ForceClass(person.force_class).label),
        unit=person.unit.name if person.unit else "",
        place=place,
        state=profile.state if profile else "",
        is_willing=bool(profile and profile.emergency_willing == Willingness.YES),
        served_at=profile.last_served_at if profile else None,
    )


def matching(text: str, *, in_one_community: bool) -> Q:
    """Whose number, code or name it is; a number that cannot be one finds nobody."""
    if not text:
        return Q()
    digits = re.sub(r"[\s\-]", "", text)
    if re.fullmatch(r"(\+|00)?[0-9]{11,15}", digits):
        return _by_phone(digits)
    if re.fullmatch(r"[0-9]{17}[0-9Xx]", digits):
        return _by_id_number(digits)
    code = digits.upper()
    if PERSON_CODE.fullmatch(code):
        return Q(code=code)
    if len(text) == 1 and in_one_community:
        # A family name alone: a few thousand names are read faster than the key of a name that half the province bears.
        return Q(name__contains=text)
    keys = name_keys(text)
    return Q(search_keys__contains=keys) if keys else Q(pk__in=[])


def _by_phone(digits: str) -> Q:
    try:
        return Q(phone_index=phone_index(parse_phone(digits).e164))
    except Refused:
        return Q(pk__in=[])


def _by_id_number(digits: str) -> Q:
    try:
        return Q(id_number_index=id_number_index(parse_id_number(digits).value))
    except Refused:
        return Q(pk__in=[])


def _of_force(actor: Actor, force: str) -> Q:
    if force == CALLABLE:
        low, _high = actor.ranges(*SEERS)[0]
        return callable_in_emergency(low, timezone.localdate())
    if force in FORCES:
        return Q(force_class__in=FORCES[force])
    return Q(force_class=force) if force in ForceClass.values else Q()
