"""How things stand in a community, for the units stationed there (R2.11): its mode, and what it has called for lately."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from muster.callups.models import CallUp
from muster.callups.queries.desk import CallUpLine, lines_of
from muster.norms.queries import ModeNow, mode_of
from muster.territory import queries as territory

LATEST = 3


@dataclass(frozen=True)
class Situation:
    """One community as it is now. `latest` are its newest call-ups, without drills and without anybody's name."""

    community: str
    now: ModeNow
    latest: Sequence[CallUpLine]


def situations_of(communities: Iterable[int], at: datetime) -> list[Situation]:
    """The situation in each of these communities, by code."""
    codes = sorted(set(communities))
    names = territory.names_of(codes)
    return [
        Situation(
            community=names.get(code, ""),
            now=mode_of(code),
            latest=lines_of(
                list(CallUp.objects.filter(division_code=code, is_drill=False).order_by("-id")[:LATEST]),
                at=at,
            ),
        )
        for code in codes
    ]
