"""The wall board of a place: what is needed and what is missing below it, now."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from muster.audit.models import Entry
from muster.callups.models import Post
from muster.callups.queries.funnel import Funnel
from muster.callups.queries.log import WORDS, line_of
from muster.norms.queries import mode_of
from muster.oversight.queries.counts import (
    PlaceLine,
    UnitAnswers,
    Window,
    in_motion,
    next_windows,
    place_lines,
    total,
    unit_answers,
)
from muster.oversight.queries.steps import Step, steps_of
from muster.oversight.rules.schematic import NARROW, WIDE, Frame, Node, Spot, plan
from muster.people.enums import REGULAR_FORCE, VolunteerState, Willingness
from muster.people.models import Person, ReserveTeamMember, VolunteerProfile
from muster.territory.actions.sources import read_outlines
from muster.territory.enums import Level
from muster.territory.models import Division
from muster.territory.queries import names_of

SHORTAGES = 6
LOG_LINES = 8
HOT_GAP = 4  # beyond so many missing the circle is filled


@dataclass(frozen=True)
class Reserves:
    """Who could still be called below the place: counts of the registers."""

    emergency: int
    reserve_teams: int
    regular: int


@dataclass(frozen=True)
class Mark:
    """A place on the plan: where its circle stands, and how it looks."""

    code: int
    name: str
    x: float
    y: float
    radius: float
    label_y: float
    missing: int
    needed: int
    look: str


@dataclass(frozen=True)
class Drawing:
    """The plan in one frame."""

    width: float
    height: float
    outline: str
    marks: list[Mark]


@dataclass(frozen=True)
class LogLine:
    """One line of the live log with the place it is about."""

    at: datetime
    place: str
    text: str
    hot: bool


@dataclass(frozen=True)
class Board:
    """All that the wall shows at one moment."""

    place: Division
    level: int
    funnel: Funnel
    posts: int
    call_ups: int
    lines: list[PlaceLine]
    windows: list[Window]
    units: UnitAnswers
    reserves: Reserves
    log: list[LogLine]
    wide: Drawing
    narrow: Drawing

    @property
    def shortages(self) -> list[PlaceLine]:
        """The places that miss somebody, the largest gap first."""
        short = [line for line in self.lines if line.funnel.missing]
        return sorted(short, key=lambda line: (-line.funnel.missing, line.code))[:SHORTAGES]

    @property
    def steps(self) -> list[Step]:
        """The funnel as lines."""
        busy = sum(1 for line in self.lines if line.call_ups)
        return steps_of(self.funnel, posts=self.posts, places=busy, units=self.units.pledged)

    def version(self) -> str:
        """Changes with whatever the wall shows."""
        facts = (self.level, self.posts, self.lines, self.windows, self.units, self.reserves, self.log)
        return hashlib.blake2b(repr(facts).encode(), digest_size=12).hexdigest()


def board_of(place: Division, at: datetime) -> Board:
    """The board of the place, in a number of queries that does not depend on how much is going on."""
    call_ups = in_motion(place, at)
    lines = place_lines(place, call_ups)
    return Board(
        place=place,
        level=mode_of(place.code, at).level,
        funnel=total(line.funnel for line in lines),
        posts=Post.objects.filter(call_up__in=call_ups.order_by().values("pk")).count(),
        call_ups=sum(line.call_ups for line in lines),
        lines=lines,
        windows=next_windows(call_ups, at),
        units=unit_answers(call_ups),
        reserves=_reserves(place),
        log=_log(place),
        wide=_drawing(place, lines, WIDE),
        narrow=_drawing(place, lines, NARROW),
    )


def _reserves(place: Division) -> Reserves:
    inside = {"division_code__gte": place.code, "division_code__lt": place.high}
    return Reserves(
        emergency=VolunteerProfile.objects.filter(
            **inside, state=VolunteerState.ACTIVE, emergency_willing=Willingness.YES
        ).count(),
        reserve_teams=ReserveTeamMember.objects.filter(
            team__division_code__gte=place.code, team__division_code__lt=place.high
        ).count(),
        regular=Person.objects.filter(**inside, force_class__in=REGULAR_FORCE, erased_at=None).count(),
    )


def _log(place: Division) -> list[LogLine]:
    """The newest deeds below the place that have words; drills are left out."""
    entries = Entry.objects.filter(
        division_code__gte=place.code, division_code__lt=place.high, verb__in=WORDS, is_drill=False
    ).order_by("-id")[:LOG_LINES]
    names = names_of([entry.division_code for entry in entries if entry.division_code])
    found = []
    for entry in entries:
        line = line_of(entry)
        found.append(LogLine(line.at, names.get(entry.division_code or 0, ""), line.text, line.hot))
    return found


def _drawing(place: Division, lines: list[PlaceLine], frame: Frame) -> Drawing:
    """The places on a plan, with the outline of the county or city behind them; below it no outline is known."""
    outline = read_outlines().get(place.code) if place.level in (Level.CITY, Level.COUNTY) else None
    drawn = plan(
        tuple(Node(line.code, spoken(line.name), line.lon, line.lat, line.funnel.needed) for line in lines),
        frame,
        outline.rings if outline else (),
    )
    return Drawing(
        frame.width, frame.height, drawn.outline, [_mark(line, drawn.spots[line.code]) for line in lines]
    )


def _mark(line: PlaceLine, spot: Spot) -> Mark:
    missing = line.funnel.missing
    if not line.funnel.needed:
        look = "idle"
    elif not missing:
        look = "full"
    else:
        look = "hot" if missing > HOT_GAP else "gap"
    return Mark(
        line.code,
        spoken(line.name),
        spot.x,
        spot.y,
        spot.radius,
        spot.label_y,
        missing,
        line.funnel.needed,
        look,
    )


def spoken(name: str) -> str:
    """The name without the word for its level, as it stands beside its fellows: 浆洗街街道 is 浆洗街."""
    for ending in ("街道", "社区"):
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name
