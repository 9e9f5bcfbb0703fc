"""The files under data/ from which the divisions of the province are made."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings

from muster.territory.enums import Level
from muster.territory.rules import ancestors_of, counts, names, positions

LEVELS = {
    "province": Level.PROVINCE,
    "city": Level.CITY,
    "county": Level.COUNTY,
    "town": Level.TOWNSHIP,
    "community": Level.COMMUNITY,
}
# Zones that the census counts apart and that are no division: counted with the county that holds them (data.md §3).
ZONES = {511071000000: 511002000000, 511771000000: 511703000000, 511971000000: 511902000000}
COUNTY_STEP = 1_000_000


@dataclass(frozen=True)
class Edition:
    """One published list of divisions: the folder that holds it, and the day from which it counts."""

    began_on: date
    folder: Path

    @classmethod
    def shipped(cls) -> Edition:
        """The edition that comes with Muster."""
        folder = data_folder() / "divisions"
        return cls(date.fromisoformat(json.loads((folder / "edition.json").read_text())["began_on"]), folder)


@dataclass(frozen=True)
class Entry:
    """One division: the facts of the edition, and what Muster derives from them."""

    code: int
    level: int
    name: str
    kind: str = ""
    population: int | None = None
    household_count: int | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Ended:
    """A code that was abolished, and the one that took its place."""

    code: int
    name: str
    level: int
    began_on: date
    ended_on: date
    replaced_by: int | None


def data_folder() -> Path:
    """Where the tree keeps what it was given: data/."""
    return Path(settings.BASE_DIR) / "data"


def read_entries(edition: Edition) -> list[Entry]:
    """All divisions of the edition with kinds, head counts and positions, in the order of their codes."""
    rows = sorted(
        (_entry(row) for row in _rows(edition.folder / "sichuan_divisions.csv")), key=lambda e: e.code
    )
    return _placed(_counted(rows))


def read_ended(edition: Edition) -> list[Ended]:
    """The codes that ended, with what replaced them."""
    return [
        Ended(
            code=int(row["code"]),
            name=row["name"],
            level=LEVELS[row["level"]],
            began_on=date.fromisoformat(row["began_on"]),
            ended_on=date.fromisoformat(row["ended_on"]),
            replaced_by=int(row["replaced_by"]) if row["replaced_by"] else None,
        )
        for row in _rows(edition.folder / "replaced_codes.csv")
    ]


@cache
def read_census() -> dict[int, counts.Census]:
    """The census of 2020 by county code, the zones added to the county that holds them."""
    census: dict[int, counts.Census] = {}
    for row in _rows(data_folder() / "population" / "sichuan_population.csv"):
        if row["level"] in ("county", "zone"):
            code = ZONES.get(int(row["code"]), int(row["code"]))
            found = counts.Census(
                int(row["population"]),
                int(row["family_households"]),
                int(row["urban_pop"]),
                int(row["rural_pop"]),
            )
            census[code] = census[code] + found if code in census else found
    return census


@cache
def read_outlines() -> dict[int, positions.Outline]:
    """The outlines of the cities and the counties by code."""
    outlines = {}
    for name in ("sichuan_prefectures.geojson", "sichuan_counties.geojson"):
        for feature in json.loads((data_folder() / "shapes" / name).read_text())["features"]:
            outlines[int(feature["properties"]["adcode"]) * COUNTY_STEP] = positions.outline_of(feature)
    return outlines


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _entry(row: dict[str, str]) -> Entry:
    code, level = int(row["code"]), LEVELS[row["level"]]
    kind = names.kind_of(row["name"], code) if level == Level.COMMUNITY else ""
    return Entry(code, level, row["name"], kind)


def _county(code: int) -> int:
    return code // COUNTY_STEP * COUNTY_STEP


def _counted(entries: list[Entry]) -> list[Entry]:
    """Head counts: the census shared out below each county, and summed above it."""
    census = read_census()
    places: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.level == Level.COMMUNITY:
            places[_county(entry.code)].append(entry)
    people: Counter[int] = Counter()
    households: Counter[int] = Counter()
    for county, below in places.items():
        if county not in census:
            continue
        weights = counts.weights_of([(entry.code, entry.kind) for entry in below], census[county])
        for total, column in ((census[county].population, people), (census[county].households, households)):
            for entry, share in zip(below, counts.shares(total, weights), strict=True):
                for place in (entry.code, *ancestors_of(entry.code, entry.level)):
                    column[place] += share
    return [
        replace(entry, population=people.get(entry.code), household_count=households.get(entry.code))
        for entry in entries
    ]


def _placed(entries: list[Entry]) -> list[Entry]:
    """Positions: the label points of cities and counties as they are, everything below placed inside its county."""
    outlines = read_outlines()
    towns = {entry.code: entry.name for entry in entries if entry.level == Level.TOWNSHIP}
    points: dict[int, positions.Point] = {}
    for entry in entries:
        if entry.level in (Level.CITY, Level.COUNTY) and entry.code in outlines:
            points[entry.code] = outlines[entry.code].center
        elif entry.level > Level.COUNTY and _county(entry.code) in outlines:
            points[entry.code] = _inside(entry, outlines[_county(entry.code)], towns, points)
    return [
        replace(entry, lon=points[entry.code][0], lat=points[entry.code][1])
        if entry.code in points
        else entry
        for entry in entries
    ]


def _inside(
    entry: Entry, county: positions.Outline, towns: dict[int, str], points: dict[int, positions.Point]
) -> positions.Point:
    if entry.level == Level.TOWNSHIP:
        return positions.place(entry.code, county.center, county.reach, county)
    town = ancestors_of(entry.code, entry.level)[0]
    return positions.place(entry.code, points[town], positions.community_reach(towns[town]), county)
