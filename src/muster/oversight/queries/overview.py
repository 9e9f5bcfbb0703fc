"""What an overseer reads at the desk: the places below, and every call-up with its drill flag."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from muster.callups.models import CallUp
from muster.callups.queries.desk import CallUpLine, lines_of
from muster.callups.queries.funnel import Funnel
from muster.oversight.queries.counts import PlaceLine, in_motion, place_lines, total
from muster.people.queries.party import CadreCount, cadre_report_ins
from muster.territory.models import Division
from muster.territory.queries import ancestors, names_of
from muster.toolkit.paging import Page, page_after

SIZE = 20


@dataclass(frozen=True)
class Overview:
    """A place with the places below it, from raw counts. Drills are left out."""

    place: Division
    lines: list[PlaceLine]
    funnel: Funnel
    call_ups: int
    cadres: CadreCount

    @property
    def short(self) -> int:
        """How many places miss somebody."""
        return sum(1 for line in self.lines if line.funnel.missing)


@dataclass(frozen=True)
class CallUpRow:
    """One call-up in the list with the community that raised it."""

    line: CallUpLine
    community: str


@dataclass(frozen=True)
class CallUpPage:
    """One page of call-ups, and the places above theirs for the crumbs."""

    page: Page[CallUp]
    lines: list[CallUpRow]
    path: list[Division]


def overview(place: Division, at: datetime) -> Overview:
    """The places below, with what is in motion there."""
    lines = place_lines(place, in_motion(place, at))
    return Overview(
        place=place,
        lines=lines,
        funnel=total(line.funnel for line in lines),
        call_ups=sum(line.call_ups for line in lines),
        cadres=cadre_report_ins(place.code, place.high, timezone.localdate(at)),
    )


def call_up_lines(place: Division, *, after: str, at: datetime) -> CallUpPage:
    """The call-ups of the place, drills among them and marked, the newest first."""
    found = page_after(
        CallUp.objects.filter(division_code__gte=place.code, division_code__lt=place.high),
        key=("-id",),
        after=after,
        size=SIZE,
    )
    names = names_of([call_up.division_code for call_up in found.rows])
    rows = [
        CallUpRow(line, names.get(line.call_up.division_code, "")) for line in lines_of(found.rows, at=at)
    ]
    return CallUpPage(found, rows, ancestors(place.code))
