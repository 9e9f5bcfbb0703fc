"""Every list of the desk, for a community worker, in a province of ten thousand volunteers and in one of a million."""

from __future__ import annotations

import time
from typing import Any

from django.db import connection
from rich.console import Console

from bench import cast, pages
from bench.figures import Figure
from bench.stage import Stage
from muster.people.models import VolunteerProfile

TITLE = "Lists for a community worker, at 10,000 and at 1,000,000 volunteers"
OWN = 2_000
SMALL, LARGE = 10_000, 1_000_000
VISITS = 40

# In the database, because a million rows through Python would take longer than all the measuring.
_OF_A_PERSON = {
    "code": "'z' || lpad(to_hex(number), 7, '0')",
    "division_code": "elsewhere.code",
    "phone_index": "NULL",
    "id_number_index": "NULL",
    "name": "'志愿者' || number",
}
_OF_A_PROFILE = {"person_id": "fresh.id", "division_code": "fresh.division_code"}
_PLACES = """
CREATE TEMP TABLE elsewhere (rank bigint PRIMARY KEY, code bigint);
INSERT INTO elsewhere
SELECT row_number() OVER (ORDER BY code) - 1, code FROM territory_division WHERE level = 12 AND valid_to IS NULL;
ANALYZE elsewhere;
CREATE TEMP TABLE fresh (id bigint, division_code bigint);
"""
_COPY_PEOPLE = """
WITH made AS (
    INSERT INTO people_person ({names})
    SELECT {values}
    FROM generate_series(%s, %s) number
    JOIN elsewhere ON elsewhere.rank = number %% (SELECT count(*) FROM elsewhere)
    JOIN people_person template ON template.id = %s
    RETURNING id, division_code
)
INSERT INTO fresh SELECT id, division_code FROM made
"""
_COPY_PROFILES = """
INSERT INTO people_volunteerprofile ({names})
SELECT {values} FROM people_volunteerprofile template CROSS JOIN fresh WHERE template.person_id = %s
"""


def measure(console: Console, stage: Stage) -> list[Figure]:
    """The ratio is the small province's time over the large one's; it should stay near one."""
    people = cast.volunteers(OWN, first=60_000_000)
    figures: list[Figure] = []
    found = pages.list_pages(cast.worker())
    _grow(console, SMALL, people[0].pk)
    small = {path: pages.visit(stage, cast.worker(), path, VISITS).percentile(95) for path in found}
    _grow(console, LARGE, people[0].pk)
    assert VolunteerProfile.objects.count() == LARGE
    for path in found:
        large = pages.visit(stage, cast.worker(), path, VISITS).percentile(95)
        figures += [
            Figure(f"{path} p95 at {LARGE:,}", large, "ms", small[path], 150),
            Figure(f"{path} slower by", large / small[path], "times", goal=1.3),
            Figure(f"{path} queries", pages.queries_of(cast.worker(), path), "queries"),
        ]
    return figures


def _grow(console: Console, volunteers: int, template: int) -> None:
    """Copies of one volunteer all over the other communities of the province, until there are so many."""
    missing = volunteers - VolunteerProfile.objects.count()
    if missing <= 0:
        return
    console.print(f"  making {missing:,} volunteers elsewhere ...", style="dim")
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(_PLACES)
        people = _values(cursor, "people_person", _OF_A_PERSON)
        cursor.execute(
            _COPY_PEOPLE.format(names=", ".join(people), values=", ".join(people.values())),
            [volunteers - missing, volunteers - 1, template],
        )
        profiles = _values(cursor, "people_volunteerprofile", _OF_A_PROFILE)
        cursor.execute(
            _COPY_PROFILES.format(names=", ".join(profiles), values=", ".join(profiles.values())), [template]
        )
        cursor.execute("DROP TABLE fresh, elsewhere; ANALYZE people_person; ANALYZE people_volunteerprofile")
    console.print(f"  ... {missing / (time.perf_counter() - started):,.0f} a second", style="dim")


def _values(cursor: Any, table: str, changed: dict[str, str]) -> dict[str, str]:
    """Column -> expression of its value: the template's own, but for what must differ."""
    names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    return {name: changed.get(name, f"template.{name}") for name in names if name != "id"}
