"""Writing invented people in bulk, each with identity, volunteer profile and consents, and never twice."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from muster.jobs.progress import Progress
from muster.people.enums import ConsentPurpose, ForceClass, LegalBasis, VolunteerState
from muster.people.models import Consent, Person, VolunteerProfile
from muster.people.rules import id_number_index, name_keys, phone_index
from muster.territory import queries as places
from muster.territory.models import Division
from muster.toolkit import crypto
from muster.toolkit.codes import ALPHABET, LENGTH
from muster.web.demo.copying import Copier, reserve_ids
from muster.web.demo.draws import Draws
from muster.web.demo.places import Home, homes_of
from muster.web.demo.portraits import Portrait, id_number_of, phone_of, volunteer

BATCH = 5_000
CONSENT_VERSION, SHARING_VERSION = 1, 2
PHONE, ID_NUMBER, ADDRESS = (f"{Person._meta.db_table}.{name}" for name in ("phone", "id_number", "address"))


class Written(NamedTuple):
    """A person as written."""

    pk: int
    code: str
    portrait: Portrait


class _Identity(NamedTuple):
    clear: str
    fingerprint: str


def write_people(portraits: Sequence[Portrait], *, at: datetime) -> list[Written]:
    """These people with their profiles and consents, in one transaction; returns them in the same order.

    Codes, phones and identity numbers that somebody has already are drawn again, so that no two people share one.
    """
    codes = _unlike(portraits, _code_of, "code")
    phones = _unlike(portraits, _phone, "phone_index")
    id_numbers = _unlike(portraits, _id_number, "id_number_index")
    with transaction.atomic():
        keys = reserve_ids(Person, len(portraits))
        written = [
            Written(key, code.clear, portrait)
            for key, code, portrait in zip(keys, codes, portraits, strict=True)
        ]
        _people(at).write(map(_person_row, written, phones, id_numbers))
        volunteers = [person for person in written if person.portrait.volunteer]
        _profiles().write(_profile_row(person, at) for person in volunteers)
        _consents().write(_consent_rows(volunteers, at))
    return written


def make_people(
    division_code: int,
    count: int,
    seed: int,
    *,
    at: datetime | None = None,
    progress: Progress | None = None,
) -> int:
    """Volunteers of a place, spread over its communities by population, until it has `count` invented ones.

    The same seed gives the same people. Returns how many were new: none where they are there already.
    """
    at = at or timezone.now()
    place = places.division(division_code)
    homes: dict[int, list[Home]] = {}
    communities = list(places.communities_in(place.code, place.high).exclude(population__in=(None, 0)))
    bounds = list(accumulate(community.population or 0 for community in communities))
    there = Person.objects.filter(
        division_code__gte=place.code,
        division_code__lt=place.high,
        is_synthetic=True,
        force_class=ForceClass.VOLUNTEER,
    ).count()
    if progress:
        progress.expect(max(0, count - there))
    for start in range(there, count, BATCH):
        portraits = []
        for number in range(start, min(start + BATCH, count)):
            key = f"{seed}|{division_code}|volunteer|{number}"
            community = communities[bisect_right(bounds, Draws(key, "home").below(bounds[-1]))]
            if community.code not in homes:
                homes[community.code] = homes_of(community)
            portraits.append(neighbor(key, community, homes[community.code]))
        write_people(portraits, at=at)
        if progress:
            progress.advance(len(portraits))
    return max(0, count - there)


def neighbor(key: str, community: Division, homes: Sequence[Home] = ()) -> Portrait:
    """A volunteer who lives in one of the homes, or somewhere in the community where none is known."""
    draws = Draws(key, "address")
    home = draws.pick(homes) if homes else Home(community.short_name, community.lon, community.lat, 60)
    address = f"{home.name} {draws.between(1, home.buildings)} 栋 {draws.between(1, 4)} 单元 {_door(draws)}"
    return volunteer(key, community.code, address=address, lon=home.lon, lat=home.lat)


def _door(draws: Draws) -> str:
    return f"{draws.between(1, 18)}{draws.between(1, 4):02d} 号"


def _unlike(
    portraits: Sequence[Portrait], make: Callable[[Portrait, int], _Identity], field: str
) -> list[_Identity]:
    """One identity for each, unlike each other and unlike all that the database has."""
    found: dict[int, _Identity] = {}
    seen: set[str] = set()
    attempt = 0
    while len(found) < len(portraits):
        drawn = {
            number: make(portrait, attempt)
            for number, portrait in enumerate(portraits)
            if number not in found
        }
        seen |= _known(field, [identity.fingerprint for identity in drawn.values()])
        for number, identity in drawn.items():
            if identity.fingerprint not in seen:
                seen.add(identity.fingerprint)
                found[number] = identity
        attempt += 1
    return [found[number] for number in range(len(portraits))]


def _known(field: str, wanted: list[str]) -> set[str]:
    """Those of the wanted values that somebody has. One array parameter: 5,000 of them are slow to bind one by one."""
    with connection.cursor() as cursor:
        kind = "varchar" if field == "code" else "uuid"
        cursor.execute(
            f"SELECT {field}::text FROM people_person WHERE {field} = ANY(%s::{kind}[])",  # noqa: S608 - our own names
            ["{" + ",".join(wanted) + "}"],
        )
        return {row[0] for row in cursor.fetchall()}


def _code_of(portrait: Portrait, attempt: int) -> _Identity:
    number = Draws(portrait.key, "code", attempt).wide(len(ALPHABET) ** LENGTH)
    letters = []
    for _ in range(LENGTH):
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    code = "".join(letters)
    return _Identity(code, code)


def _phone(portrait: Portrait, attempt: int) -> _Identity:
    phone = phone_of(portrait, attempt)
    return _Identity(phone, str(phone_index(phone)))


def _id_number(portrait: Portrait, attempt: int) -> _Identity:
    number = id_number_of(portrait, attempt)
    return _Identity(number, str(id_number_index(number)))


@lru_cache(maxsize=200_000)
def _keys_of_part(part: str) -> tuple[int, ...]:
    return tuple(name_keys(part))


def _search_keys(name: str) -> list[int]:
    """What `name_keys` gives for the name, put together from its pairs, which repeat from person to person."""
    letters = [letter for letter in name if letter.isalnum()]
    pairs = ["".join(letters[start : start + 2]) for start in range(max(1, len(letters) - 1))]
    return sorted({key for pair in pairs for key in _keys_of_part(pair)})


def _people(at: datetime) -> Copier:
    return Copier(
        Person,
        (
            "id",
            "code",
            "division_code",
            "name",
            "search_keys",
            "sex",
            "birth_on",
            "id_number",
            "id_number_index",
            "phone",
            "phone_index",
            "address",
            "lon",
            "lat",
            "force_class",
            "unit_id",
            "is_party_member",
            "has_smartphone",
        ),
        is_synthetic=True,
        created_at=at,
    )


def _person_row(person: Written, phone: _Identity, id_number: _Identity) -> tuple[object, ...]:
    portrait = person.portrait
    return (
        person.pk,
        person.code,
        portrait.division_code,
        portrait.name,
        _search_keys(portrait.name),
        portrait.sex,
        portrait.birth_on,
        crypto.encrypt(id_number.clear, place=ID_NUMBER),
        id_number.fingerprint,
        crypto.encrypt(phone.clear, place=PHONE),
        phone.fingerprint,
        crypto.encrypt(portrait.address, place=ADDRESS) if portrait.address else "",
        portrait.lon,
        portrait.lat,
        portrait.force_class,
        portrait.unit_id,
        portrait.is_party_member,
        portrait.has_smartphone,
    )


def _profiles() -> Copier:
    return Copier(
        VolunteerProfile,
        (
            "person_id",
            "division_code",
            "skills",
            "health_limits",
            "availability",
            "emergency_willing",
            "willingness_at",
            "is_backbone",
            "insured_until",
            "guardian_name",
            "guardian_consented_at",
            "registered_at",
        ),
        state=VolunteerState.ACTIVE,
    )


def _profile_row(person: Written, at: datetime) -> tuple[object, ...]:
    offers = person.portrait.volunteer
    if offers is None:
        raise ValueError("Only volunteers have a profile.")
    registered_at = at - timedelta(days=offers.registered_days_ago)
    return (
        person.pk,
        person.portrait.division_code,
        offers.skills,
        offers.health_limits,
        offers.availability,
        offers.emergency_willing,
        max(registered_at, at - timedelta(days=300)),
        offers.is_backbone,
        offers.insured_until,
        offers.guardian_name,
        registered_at if offers.guardian_name else None,
        registered_at,
    )


def _consents() -> Copier:
    return Copier(
        Consent,
        ("person_id", "purpose", "given_at", "version"),
        legal_basis=LegalBasis.CONSENT,
        given_through="page",
    )


def _consent_rows(volunteers: Sequence[Written], at: datetime) -> Iterator[tuple[object, ...]]:
    for person in volunteers:
        offers = person.portrait.volunteer
        if offers is None:
            continue
        given_at = at - timedelta(days=offers.registered_days_ago)
        yield person.pk, ConsentPurpose.VOLUNTEER_SERVICE, given_at, CONSENT_VERSION
        if offers.health_limits:
            yield person.pk, ConsentPurpose.HEALTH_LIMITS, given_at, CONSENT_VERSION
        # Three of four let their unit know that they came; of the others it sees the number alone.
        if person.portrait.force_class == ForceClass.REPORTED_PERSON and person.pk % 4:
            yield person.pk, ConsentPurpose.UNIT_SHARING, given_at, SHARING_VERSION
