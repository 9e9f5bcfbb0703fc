"""Printing the rolls of a call-up: names leave the screen, so who took them along stays on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import ngettext

from muster.audit.actions.disclosures import disclose_many
from muster.callups.actions.notes import note
from muster.callups.models import Shift
from muster.callups.queries.rolls import Roll, rolls_of
from muster.norms import queries as norms
from muster.people.enums import PRINTED_NAME, ReadingPurpose
from muster.toolkit import server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused


def print_rolls(shifts: Sequence[Shift], *, actor: Actor, at: datetime | None = None) -> list[Roll]:
    """The rolls of these shifts of one call-up; everybody on them can read who printed their name, and when.

    Refuses `roll_too_long` beyond the number of rows that nobody exports alone.
    """
    at = at or server_clock.now()
    call_up = shifts[0].call_up
    most = int(norms.number("export.second_person_rows", call_up.division_code))
    with transaction.atomic():
        rolls = rolls_of(shifts)
        if sum(len(roll.lines) for roll in rolls) > most:
            words = ngettext(
                "Nobody prints more than %(count)s name alone. Open a post and print its list.",
                "Nobody prints more than %(count)s names alone. Open a post and print its list.",
                most,
            )
            raise Refused("roll_too_long", words % {"count": most})
        people = sorted({line.person_id for roll in rolls for line in roll.lines} - {actor.person_id})
        shown = [(person_id, PRINTED_NAME) for person_id in people]
        disclose_many(shown, actor=actor, purpose=ReadingPurpose.ROLL, at=at)
        detail = {"people": len(people), "shifts": len(rolls)}
        note("callups.roll.printed", call_up, actor=actor, at=at, detail=detail)
    return rolls
