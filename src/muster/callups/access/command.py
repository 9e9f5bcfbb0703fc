"""Who may dispatch people of a place: its committees and its township, and whoever is above in command mode (R2.8)."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet
from django.http import Http404

from muster.callups.models import DispatchRun
from muster.norms import queries as norms
from muster.norms.enums import Mode
from muster.people.access import RUNNERS, SEERS
from muster.people.enums import OVERSEERS
from muster.territory.models import Division
from muster.territory.queries import communities_in, in_force
from muster.toolkit.actor import Actor

SHOWN = ("call_up", "adjusts", "created_by__person", "confirmed_by__person")


def commands(actor: Actor, division_code: int) -> bool:
    """True if `actor` dispatches the people of this place: by the office, or above it while the place is in an emergency."""
    return bool(commanded(actor, [division_code]))


def commanded(actor: Actor, division_codes: Collection[int]) -> set[int]:
    """Those of the places whose people `actor` dispatches; at most one query."""
    own = {code for code in division_codes if actor.has(*RUNNERS, division_code=code)}
    above = {code for code in division_codes if actor.has(*OVERSEERS, division_code=code)} - own
    modes = norms.modes_of(above) if above else {}
    return own | {code for code, mode in modes.items() if mode == Mode.EMERGENCY}


def communities_commanded(actor: Actor, place: Division) -> list[int]:
    """The communities of `place` whose people `actor` dispatches, in the order of their codes."""
    codes = list(communities_in(place.code, place.high).values_list("code", flat=True))
    return sorted(commanded(actor, codes))


def get_dispatch_place(actor: Actor, code: str) -> Division:
    """The place with this code, if one role of `actor` sees all of it; with "" the widest of his own; else 404."""
    ranges = actor.ranges(*SEERS)
    if not code and ranges:
        code = str(max(ranges, key=lambda found: found[1] - found[0])[0])
    place = in_force().filter(code=int(code) if code.isdecimal() else 0).first()
    if place is None or not any(low <= place.code and place.high <= high for low, high in ranges):
        raise Http404
    return place


def runs_over(place: Division, *, is_drill: bool) -> QuerySet[DispatchRun]:
    """The plans over all of a place; whoever lists them for an actor asks `commands` first, for a plan names people."""
    return DispatchRun.objects.filter(division_code=place.code, call_up=None, is_drill=is_drill)


def get_run(actor: Actor, code: str) -> DispatchRun:
    """One plan of the dispatch, for those who may carry it out; else 404."""
    run = DispatchRun.objects.filter(code=code).select_related(*SHOWN).first()
    if run is None or not commands(actor, run.division_code):
        raise Http404
    return run
