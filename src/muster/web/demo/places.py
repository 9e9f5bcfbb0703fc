"""Invented compounds of a community: as many households as the census shares out to it, in buildings behind gates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count

from muster.territory.actions.compounds import BuildingDraft, GateDraft, create_compound
from muster.territory.enums import CompoundKind, DivisionKind, PropertyStatus
from muster.territory.models import Compound, Division
from muster.territory.rules.counts import shares
from muster.territory.rules.positions import offset
from muster.toolkit.actor import SYSTEM
from muster.web.demo.draws import Draws, Urn

HOUSEHOLDS_PER_COMPOUND = 600  # 300 to 900 in a city, our assumption
HOUSEHOLDS_PER_GROUP = 55  # 30 to 80 in a village
HOUSEHOLDS_PER_GATE = 500
HOUSEHOLDS_PER_LIFT_BUILDING = 100
HOUSEHOLDS_PER_WALK_UP = 48
MOST_GATES = 4
SPREAD_KM = 0.35
GATES = ("北门", "南门", "东门", "西门")
ENDINGS = (
    "西苑",
    "东苑",
    "花园",
    "小区",
    "家园",
    "雅居",
    "公寓",
    "新苑",
    "南苑",
    "北苑",
    "锦庭",
    "大院",
    "名苑",
    "里",
)
STATUSES = Urn({PropertyStatus.MANAGED: 72, PropertyStatus.PARTLY: 12, PropertyStatus.NONE: 16})
NUMERALS = "一二三四五六七八九十"


class Home(NamedTuple):
    """A compound that people of the demo live in."""

    name: str
    lon: float | None
    lat: float | None
    buildings: int


def build_compounds(community: Division, seed: int, *, at: datetime) -> int:
    """The compounds of the community, once: none where it has one already. Returns how many were made."""
    if Compound.objects.filter(division_code=community.code).exists():
        return 0
    made = 0
    for number, households in enumerate(_split(community)):
        _build(community, number, households, Draws(seed, community.code, "compound", number), at)
        made += 1
    return made


def homes_of(community: Division) -> list[Home]:
    """Where people of the community live."""
    found = (
        Compound.objects.filter(division_code=community.code).annotate(size=Count("buildings")).order_by("pk")
    )
    return [Home(compound.name, compound.lon, compound.lat, max(1, compound.size)) for compound in found]


def _is_village(community: Division) -> bool:
    return community.kind == DivisionKind.VILLAGE


def _split(community: Division) -> Iterator[int]:
    """The households of each compound; they add up to those of the community."""
    households = community.household_count or 0
    size = HOUSEHOLDS_PER_GROUP if _is_village(community) else HOUSEHOLDS_PER_COMPOUND
    count = max(1, round(households / size))
    weights = [0.5 + Draws(community.code, "size", number).below(1000) / 1000 for number in range(count)]
    yield from shares(households, weights)


def _build(community: Division, number: int, households: int, draws: Draws, at: datetime) -> None:
    is_village = _is_village(community)
    status = PropertyStatus.NONE if is_village else STATUSES.draw(draws)
    lon, lat = _position(community, number)
    create_compound(
        community,
        name=group_name(number) if is_village else compound_name(community.short_name, number),
        kind=CompoundKind.COURTYARD if status == PropertyStatus.NONE else CompoundKind.COMPOUND,
        property_status=status,
        address=f"{community.short_name} {draws.between(1, 200)} 号",
        household_count=households,
        lon=lon,
        lat=lat,
        gates=_village_gates(number) if is_village else _gates(households),
        buildings=_buildings(households, draws, is_village=is_village),
        actor=SYSTEM,
        at=at,
    )


def _position(community: Division, number: int) -> tuple[float | None, float | None]:
    if community.lon is None or community.lat is None:
        return None, None
    return offset((community.lon, community.lat), SPREAD_KM, f"v1|compound|{community.code}|{number}")


def compound_name(community: str, number: int) -> str:
    """锦里西苑, 锦里东苑, and after the last ending 锦里西苑 2 期."""
    stem = community.removesuffix("社区").removesuffix("居委会")
    again, ending = divmod(number, len(ENDINGS))
    return f"{stem}{ENDINGS[ending]}" + (f" {again + 1} 期" if again else "")


def group_name(number: int) -> str:
    """The villagers' groups: 一组, 二组, …, 十一组."""
    tens, ones = divmod(number + 1, 10)
    text = (
        ("" if tens < 2 else NUMERALS[tens - 1])
        + ("十" if tens else "")
        + (NUMERALS[ones - 1] if ones else "")
    )
    return f"{text}组"


def _gates(households: int) -> list[GateDraft]:
    count = min(MOST_GATES, max(1, round(households / HOUSEHOLDS_PER_GATE)))
    return [GateDraft(name, admits_vehicles=position == 0) for position, name in enumerate(GATES[:count])]


def _village_gates(number: int) -> list[GateDraft]:
    """A village has one way in, at its first group."""
    return [GateDraft("村口", admits_vehicles=True)] if number == 0 else []


def _buildings(households: int, draws: Draws, *, is_village: bool) -> list[BuildingDraft]:
    if is_village:
        return []
    has_lift = draws.chance(55)
    size = HOUSEHOLDS_PER_LIFT_BUILDING if has_lift else HOUSEHOLDS_PER_WALK_UP
    count = max(1, round(households / size))
    return [
        BuildingDraft(
            f"{number} 栋",
            entrance_count=draws.between(1, 3) if has_lift else draws.between(2, 5),
            floor_count=draws.between(11, 33) if has_lift else draws.between(5, 7),
        )
        for number in range(1, count + 1)
    ]
