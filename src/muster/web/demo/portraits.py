"""Invented people: name, age, sex, what they can and want. Nobody real is meant, and the numbers show it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from operator import mul
from typing import NamedTuple

from muster.people.enums import ForceClass, HealthLimit, Sex, Willingness
from muster.territory.actions.editions import data_folder
from muster.web.demo.census import EMERGENCY_PERCENT, Bands, bands_of
from muster.web.demo.draws import Draws, Urn

# Ages are counted on this day, so that a seed gives the same people next year.
BORN_BEFORE = date(2026, 1, 1)
PARTY_PERCENT = 9
ID_PREFIX = "510000"  # a province's code: it is given to no person
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
PHONE_PREFIX = "+86154"  # no operator sells this block to people
TIBETAN, YI = (5132, 5133), (5134,)

ALWAYS = (1 << 28) - 1
# 7 days of 4 quarters, Monday first, night the lowest bit of a day.
_DAY = {"night": 1, "morning": 2, "afternoon": 4, "evening": 8}


def _week(workday: int, weekend: int) -> int:
    return sum((workday if day < 5 else weekend) << (4 * day) for day in range(7))


WEEKS = Urn(
    {
        ALWAYS: 45,
        _week(_DAY["evening"], 15): 20,
        _week(_DAY["morning"] | _DAY["evening"], 15): 15,
        _week(14, 14): 20,
    }
)
SKILLS = Urn(
    {
        "computers": 14,
        "driving": 12,
        "cooking": 9,
        "first_aid": 9,
        "elder_care": 7,
        "nursing": 6,
        "child_care": 5,
        "organizing": 5,
        "electrics": 4,
        "psychology": 3,
        "photography": 3,
        "english": 3,
        "medicine": 2,
        "disinfection": 2,
        "broadcasting": 2,
        "sign_language": 1,
    }
)


class Portrait(NamedTuple):
    """One invented person, ready to be written. `key` names them: the same key gives the same person."""

    key: str
    division_code: int
    name: str
    sex: str
    birth_on: date
    force_class: str
    is_party_member: bool
    has_smartphone: bool
    address: str
    lon: float | None
    lat: float | None
    unit_id: int | None
    volunteer: Offers | None


class Offers(NamedTuple):
    """What a person offers as a volunteer."""

    skills: tuple[str, ...]
    health_limits: tuple[str, ...]
    availability: int
    emergency_willing: str
    is_backbone: bool
    insured_until: date | None
    registered_days_ago: int
    guardian_name: str


def volunteer(
    key: str, division_code: int, *, address: str, lon: float | None, lat: float | None
) -> Portrait:
    """A volunteer of the place, with age and sex as the census of the county has them."""
    draws, known = Draws(key), bands_of(division_code)
    male = draws.below(1000) < known.male_permille
    age = _volunteer_age(draws, known)
    return Portrait(
        key=key,
        division_code=division_code,
        name=name_of(draws, division_code, male=male),
        sex=Sex.MALE if male else Sex.FEMALE,
        birth_on=_born(draws, age),
        force_class=ForceClass.VOLUNTEER,
        is_party_member=age >= 18 and draws.chance(PARTY_PERCENT),
        has_smartphone=draws.chance(97 if age < 60 else 72),
        address=address,
        lon=lon,
        lat=lat,
        unit_id=None,
        volunteer=_offers(draws, age, division_code),
    )


def staff(
    key: str,
    division_code: int,
    force_class: str,
    *,
    address: str,
    lon: float | None = None,
    lat: float | None = None,
    unit_id: int | None = None,
) -> Portrait:
    """Somebody of the regular force, of a unit or of a property company: of working age, always of age."""
    draws = Draws(key)
    male = draws.below(1000) < bands_of(division_code).male_permille
    age = draws.between(23, 58)
    is_reported = force_class == ForceClass.REPORTED_PERSON
    return Portrait(
        key=key,
        division_code=division_code,
        name=name_of(draws, division_code, male=male),
        sex=Sex.MALE if male else Sex.FEMALE,
        birth_on=_born(draws, age),
        force_class=force_class,
        is_party_member=draws.chance(
            40 if force_class == ForceClass.COMMITTEE_MEMBER or is_reported else PARTY_PERCENT
        ),
        has_smartphone=True,
        address=address,
        lon=lon,
        lat=lat,
        unit_id=unit_id,
        # Reported persons take part as volunteers (R2.7).
        volunteer=_offers(draws, age, division_code, is_ready=True) if is_reported else None,
    )


def _volunteer_age(draws: Draws, known: Bands) -> int:
    """Of a hundred volunteers one is a minor; the elderly volunteer half as often as the others, the very old not."""
    if draws.chance(1):
        return draws.between(14, 17)
    grown = draws.below(known.adults + known.old // 2)
    return draws.between(18, 59) if grown < known.adults else draws.between(60, 74)


def _born(draws: Draws, age: int) -> date:
    return BORN_BEFORE - timedelta(days=round(age * 365.25) + 1 + draws.below(364))


def _offers(draws: Draws, age: int, division_code: int, *, is_ready: bool = False) -> Offers:
    adult = 18 <= age < 60
    willing = is_ready or (adult and draws.chance(EMERGENCY_PERCENT))
    answer = Willingness.YES if willing else Willingness.NO if draws.chance(18) else Willingness.UNKNOWN
    skills = {SKILLS.draw(draws) for _ in range(draws.below(3))}
    if division_code // 10**8 in TIBETAN + YI and draws.chance(50):
        skills.add("yi" if division_code // 10**8 in YI else "tibetan")
    limits = {draws.pick(HealthLimit.values)} if draws.chance(8 if adult else 30) else set()
    return Offers(
        skills=tuple(sorted(skills)),
        health_limits=tuple(sorted(limits)),
        # Whoever is willing in an emergency is mostly free for it.
        availability=ALWAYS if willing and draws.chance(70) else WEEKS.draw(draws),
        emergency_willing=answer,
        is_backbone=willing and draws.chance(15),
        insured_until=BORN_BEFORE + timedelta(days=draws.between(200, 720)) if draws.chance(30) else None,
        registered_days_ago=draws.between(10, 900),
        guardian_name=name_of(draws, division_code, male=draws.chance(50)) if age < 18 else "",
    )


class _Names(NamedTuple):
    surnames: Urn[str]
    lists: dict[str, Sequence[str]]


@cache
def _names() -> _Names:
    lists = json.loads((data_folder() / "population" / "names.json").read_text(encoding="utf-8"))
    return _Names(Urn(lists.pop("surnames")), lists)


def name_of(draws: Draws, division_code: int, *, male: bool) -> str:
    """A name as people of the place have them."""
    names, sex = _names(), "male" if male else "female"
    city = division_code // 10**8
    if city in TIBETAN and draws.chance(60):
        return draws.pick(names.lists["tibetan_first"]) + draws.pick(names.lists[f"tibetan_{sex}"])
    if city in YI and draws.chance(50):
        return f"{draws.pick(names.lists['yi_first'])}·{draws.pick(names.lists[f'yi_{sex}'])}"
    surname = names.surnames.draw(draws)
    last = draws.pick(names.lists[sex])
    return surname + (
        draws.pick([*names.lists["both"], *names.lists[sex]]) + last if draws.chance(82) else last
    )


def id_number_of(portrait: Portrait, attempt: int) -> str:
    """An identity number that passes the check and belongs to nobody (GB 11643: odd for men, even for women)."""
    draws = Draws(portrait.key, "id", attempt)
    sequence = 2 * draws.below(499) + (1 if portrait.sex == Sex.MALE else 2)
    born = portrait.birth_on
    body = f"{ID_PREFIX}{born.year}{born.month:02d}{born.day:02d}{sequence:03d}"
    return body + ID_CHECKS[sum(map(mul, map(int, body), ID_WEIGHTS)) % 11]


def phone_of(portrait: Portrait, attempt: int) -> str:
    """A number of a block that nobody has."""
    return f"{PHONE_PREFIX}{Draws(portrait.key, 'phone', attempt).below(10**8):08d}"
