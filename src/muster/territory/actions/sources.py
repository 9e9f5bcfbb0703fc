"""An edition of the divisions with what other files under data/ say of them: head counts and positions."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from muster.territory.actions.editions import Edition, Entry, data_folder, read_listed
from muster.territory.enums import Level
from muster.territory.rules import ancestors_of, counts, positions

# Zones that the census counts apart and that are no division: counted with the county that holds them (data/SOURCES.md).
ZONES = {511071000000: 511002000000, 511771000000: 511703000000, 511971000000: 511902000000}
COUNTY_STEP = 1_000_000
NOWHERE = (None, None)


def read_entries(edition: Edition) -> list[Entry]:
    """All divisions of the edition with kinds, head counts and positions, in the order of their codes."""
    rows = read_listed(edition)
    people, households = _counted(rows)
    points = _placed(rows)
    # Once for all that is derived: a copy of each of the 37,728 rows has its price.
    return [
        replace(
            entry,
            population=people.get(entry.code),
            household_count=households.get(entry.code),
            lon=point[0],
            lat=point[1],
        )
        for entry, point in ((entry, points.get(entry.code, NOWHERE)) for entry in rows)
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


def _counted(entries: list[Entry]) -> tuple[Counter[int], Counter[int]]:
    """People and households by code: the census shared out below each county, and summed above it."""
    census = read_census()
    people: Counter[int] = Counter()
    households: Counter[int] = Counter()
    for county, below in _by_county(entries, Level.COMMUNITY).items():
        if county not in census:
            continue
        weights = counts.weights_of([(entry.code, entry.kind) for entry in below], census[county])
        for total, column in ((census[county].population, people), (census[county].households, households)):
            for entry, share in zip(below, counts.shares(total, weights), strict=True):
                for place in (entry.code, *ancestors_of(entry.code, entry.level)):
                    column[place] += share
    return people, households


def _placed(entries: list[Entry]) -> dict[int, positions.Point]:
    """Positions by code: the label points of cities and counties as they are, all below placed inside its county."""
    outlines = read_outlines()
    points = {
        entry.code: outlines[entry.code].center
        for entry in entries
        if entry.level in (Level.CITY, Level.COUNTY) and entry.code in outlines
    }
    communities = _by_county(entries, Level.COMMUNITY)
    for county, towns in _by_county(entries, Level.TOWNSHIP).items():
        if county not in outlines:
            continue
        outline = outlines[county]
        reach = {town.code: positions.community_reach(town.name) for town in towns}
        wanted = [(town.code, outline.center, outline.reach) for town in towns]
        points |= zip(reach, positions.places_inside(wanted, outline), strict=True)
        below = [(entry.code, ancestors_of(entry.code, entry.level)[0]) for entry in communities[county]]
        found = positions.places_inside([(code, points[town], reach[town]) for code, town in below], outline)
        points |= {code: point for (code, _), point in zip(below, found, strict=True)}
    return points


def _by_county(entries: list[Entry], level: int) -> dict[int, list[Entry]]:
    """The divisions of that level by the code of the county that holds them."""
    found: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.level == level:
            found[entry.code // COUNTY_STEP * COUNTY_STEP].append(entry)
    return found
