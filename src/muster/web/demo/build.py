"""Building the demo of a division, from the first compound to the accounts. A second run changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.utils import timezone

from muster.callups.actions.templates import load_templates
from muster.jobs.progress import Progress
from muster.norms.actions.settings import load_defaults
from muster.people.actions.consents import load_texts
from muster.people.actions.skills import load_skills
from muster.territory.actions.load import load_divisions
from muster.territory.models import Division
from muster.territory.queries import communities_in, division, in_force
from muster.web.demo.cast import VOLUNTEER, build_cast, stage_of, volunteer_account
from muster.web.demo.census import bands_of
from muster.web.demo.motion import set_in_motion
from muster.web.demo.people import make_people
from muster.web.demo.places import build_compounds
from muster.web.demo.staff import build_staff
from muster.web.demo.units import build_units

LOCK = 51_000_002  # two builds at once wait for each other


@dataclass(frozen=True)
class DemoSummary:
    """What the demo has now, and what this run added to it."""

    division_code: int
    name: str
    stage_code: int
    stage_name: str
    communities: int
    compounds: int
    units: int
    staff: int
    volunteers: int
    call_ups: int
    accounts: dict[str, str] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """False where everything was there already."""
        return bool(self.compounds or self.units or self.staff or self.volunteers or self.call_ups)


def build(
    division_code: int,
    seed: int = 7,
    scale: float = 1.0,
    *,
    in_motion: bool = True,
    progress: Progress | None = None,
    at: datetime | None = None,
) -> DemoSummary:
    """The demo of a division of any level: compounds, units, people and accounts of all its communities.

    With `in_motion` a few call-ups are under way too. `scale` 1 has as many volunteers as the census lets expect. The
    same seed gives the same people. What is there already stays; the counts of the summary are what this run added.
    Raises Division.DoesNotExist.
    """
    at = at or timezone.now()
    _prepare()
    place = division(division_code)
    communities = list(communities_in(place.code, place.high).filter(household_count__gt=0))
    with _alone():
        return _build(place, communities, seed, scale, in_motion=in_motion, progress=progress, at=at)


def refresh(division_code: int, seed: int = 7, *, at: datetime | None = None) -> int:
    """Call-ups under way for a demo whose own are over; quick where they are not. Returns how many were raised."""
    at = at or timezone.now()
    place = division(division_code)
    communities = list(communities_in(place.code, place.high).filter(household_count__gt=0))
    with _alone():
        return set_in_motion(communities, stage_of(communities), seed, at=at)


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else builds meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _prepare() -> None:
    """The catalogs that everything stands on."""
    if not in_force().exists():
        load_divisions()
    load_defaults()
    load_texts()
    load_skills()
    load_templates()


def _build(
    place: Division,
    communities: list[Division],
    seed: int,
    scale: float,
    *,
    in_motion: bool,
    progress: Progress | None,
    at: datetime,
) -> DemoSummary:
    if progress:
        progress.expect(len(communities))
    compounds = units = staff = volunteers = 0
    for community in communities:
        compounds += build_compounds(community, seed, at=at)
        staff += build_staff(community, seed, scale, at=at)
        units += build_units(community, seed, scale, at=at)
        wanted = round(bands_of(community.code).volunteers_among(community.population or 0) * scale)
        volunteers += make_people(community.code, max(1, wanted), seed, at=at)
        if progress:
            progress.advance(1, community.short_name)
    accounts = build_cast(communities, seed, at=at)
    stage = stage_of(communities)
    call_ups = set_in_motion(communities, stage, seed, at=at) if in_motion else 0
    accounts[VOLUNTEER] = volunteer_account(stage, at=at)
    return DemoSummary(
        division_code=place.code,
        name=place.short_name,
        stage_code=stage.code,
        stage_name=stage.short_name,
        communities=len(communities),
        compounds=compounds,
        units=units,
        staff=staff,
        volunteers=volunteers,
        call_ups=call_ups,
        accounts={role: account.code for role, account in accounts.items()},
    )
