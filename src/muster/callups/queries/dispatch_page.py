"""A plan of the dispatch in words: who to which seat and why, and why a seat stays empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_lazy, ngettext

from muster.callups.models import DispatchRun, Slot
from muster.callups.queries import words
from muster.callups.queries.dispatchable import Way
from muster.people.models import Person

WAY_WORDS = {
    Way.SEAT: gettext_lazy("from the waiting list, gets the seat"),
    Way.ORDER: gettext_lazy("regular force, is ordered"),
    Way.ASK: gettext_lazy("reported in, is asked"),
}


@dataclass(frozen=True)
class ProposedLine:
    """One person and the seat that is proposed."""

    name: str
    post: str
    way: str
    km: str


@dataclass(frozen=True)
class EmptyLine:
    """Seats that stay empty at one post, and why."""

    post: str
    seats: int
    why: str


def dispatch_context(run: DispatchRun) -> dict[str, Any]:
    """What the page of a plan shows, in two queries."""
    plan = run.plan
    people = dict(
        Person.objects.filter(code__in=[line["person"] for line in plan["assignments"]]).values_list(
            "code", "name"
        )
    )
    posts = dict(Slot.objects.filter(call_up=run.call_up_id).values_list("pk", "shift__post__name"))
    proposed = [
        ProposedLine(
            name=people.get(line["person"], ""),
            post=posts[line["slot"]],
            way=str(WAY_WORDS[Way(line["way"])]),
            km=f"{line['km']:.1f}",
        )
        for line in plan["assignments"]
    ]
    return {
        "run": run,
        "call_up": run.call_up,
        "sentence": _sentence(len(proposed), run.seat_count),
        "proposed": proposed,
        "empty": [
            EmptyLine(posts[line["slot"]], line["seats"], words.why_empty(line)) for line in plan["empties"]
        ],
        "may_confirm": bool(proposed) and run.confirmed_at is None,
    }


def _sentence(proposed: int, seats: int) -> str:
    if not seats:
        return gettext("No seat is open: there is nothing to dispatch")
    return ngettext(
        "%(proposed)s of %(seats)s open seat can be filled now",
        "%(proposed)s of %(seats)s open seats can be filled now",
        seats,
    ) % {"proposed": proposed, "seats": seats}
