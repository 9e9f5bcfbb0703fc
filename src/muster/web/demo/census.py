"""What the census says of the people of a county, as the demo draws from it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from muster.territory.actions.editions import data_folder
from muster.territory.actions.sources import COUNTY_STEP

# Of a hundred people who may volunteer, how many do (our assumption), and of those in an emergency.
VOLUNTEERS_PERCENT = 12
EMERGENCY_PERCENT = 20
# 15 to 17 are not yet of age: three years of the fifty from 15 to 64.
ADULTS_OF_WORKING_AGE = 47 / 50


@dataclass(frozen=True)
class Bands:
    """One county: men of a thousand people, and how many are of which age."""

    male_permille: int
    population: int
    children: int
    adults: int
    old: int
    very_old: int
    working_age: int

    def volunteers_among(self, population: int) -> int:
        """How many registered volunteers a place of this county with so many people has."""
        return round(
            population * self.working_age * ADULTS_OF_WORKING_AGE / self.population * VOLUNTEERS_PERCENT / 100
        )


@cache
def bands() -> dict[int, Bands]:
    """The counties by code."""
    with (data_folder() / "population" / "sichuan_population.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["level"] == "county"]
    return {int(row["code"]): _bands({key: int(row[key]) for key in _COLUMNS}) for row in rows}


_COLUMNS = ("population", "male", "age_0_14", "age_60_plus", "age_65_plus", "age_80_plus")


def _bands(row: dict[str, int]) -> Bands:
    return Bands(
        male_permille=round(1000 * row["male"] / row["population"]),
        population=row["population"],
        children=row["age_0_14"],
        adults=row["population"] - row["age_0_14"] - row["age_60_plus"],
        old=row["age_60_plus"] - row["age_80_plus"],
        very_old=row["age_80_plus"],
        working_age=row["population"] - row["age_0_14"] - row["age_65_plus"],
    )


def bands_of(division_code: int) -> Bands:
    """The bands of the county in which a place lies."""
    return bands()[division_code // COUNTY_STEP * COUNTY_STEP]
