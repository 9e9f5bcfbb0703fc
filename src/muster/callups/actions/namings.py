"""Names for a pledge: a pasted list becomes people who are asked, each through his own link (R2.4, R2.7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.callups.actions import letters, pledges
from muster.callups.enums import OfferState, UnitCallState
from muster.callups.models import Offer, Pledge, UnitCall
from muster.callups.queries import naming
from muster.callups.rules import rosters
from muster.callups.rules.seating import Chair, seat_near
from muster.norms import queries as norms
from muster.people.actions import rosters as people_rosters
from muster.people.models import Person
from muster.people.rules import parse_id_number, parse_name, parse_phone
from muster.toolkit import bulk, server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused

# Named late, a person still gets this long to answer; never beyond the start of the work.
LEAST_TIME_TO_ANSWER = timedelta(minutes=30)


class RowState(StrEnum):
    """What became of one line of the list."""

    NAMED = "named"  # asked now
    KNOWN = "known"  # on the list of this call-up before
    REPEATED = "repeated"  # the same person further up
    ELSEWHERE = "elsewhere"  # on duty somewhere else at that time
    REFUSED = "refused"  # has said that he cannot come
    BAD = "bad"  # to be mended


@dataclass(frozen=True)
class Row:
    """One line of the list with its outcome. `reason` is a sentence for the liaison."""

    number: int
    text: str
    name: str
    state: RowState
    reason: str = ""
    entry: people_rosters.Entry | None = None


@dataclass(frozen=True)
class NamingResult:
    """Every line with its outcome, in the order of the list."""

    rows: tuple[Row, ...]
    ledger: pledges.Ledger

    @property
    def good(self) -> int:
        """People of this list who are on the call-up's list now."""
        return sum(row.state in (RowState.NAMED, RowState.KNOWN) for row in self.rows)

    @property
    def named(self) -> int:
        """People who were asked just now."""
        return sum(row.state == RowState.NAMED for row in self.rows)

    @property
    def bad(self) -> tuple[tuple[int, str, str], ...]:
        """Line number, line and reason of each line that put nobody on the list."""
        good = (RowState.NAMED, RowState.KNOWN)
        return tuple((row.number, row.text, row.reason) for row in self.rows if row.state not in good)


def name_people(unit_call: UnitCall, *, lines: str, actor: Actor, at: datetime | None = None) -> NamingResult:
    """Asks everybody on the list. The good lines count, whatever the others are; the same list again changes nothing.

    More names than pledged raise the pledge. The unit vouches that whoever has no date of birth on file is of age.
    Refuses `list_empty`, `list_too_long`, `naming_closed` and a call-up that is over.
    """
    at = at or server_clock.now()
    rows = _read(lines)
    with transaction.atomic():
        locked = pledges.lock_open(unit_call, at)
        rows = _checked_against_file(rows, locked)
        fresh = [row for row in rows if row.state == RowState.NAMED]
        ledger, freed = _raise_pledge(locked, len(fresh), at)
        if fresh:
            people = _report_in(locked, fresh, actor, at)
            asked = _ask(locked, people, at)
            letters.ask(locked.call_up, asked, at=at)
            pledges.record(
                "callups.unit_call.named", locked, actor=actor, at=at, detail={"people": len(asked)}
            )
    pledges.give_on(locked, freed, at)
    return NamingResult(tuple(rows), ledger)


def _read(text: str) -> list[Row]:
    """The lines as far as they can be judged by themselves."""
    found = rosters.read_lines(text)
    if not found:
        raise Refused(
            "list_empty", _("The list is empty. Paste one person on each line: name and phone number.")
        )
    if len(found) > rosters.MOST_LINES:
        raise Refused(
            "list_too_long",
            _("The list has %(count)s lines; %(most)s fit at once. Paste it in parts.")
            % {"count": len(found), "most": rosters.MOST_LINES},
        )
    first_line: dict[str, int] = {}
    return [_row(line, first_line) for line in found]


def _row(line: rosters.Line, first_line: dict[str, int]) -> Row:
    row = Row(line.number, line.text, line.name, RowState.BAD, line.problem)
    if line.problem:
        return row
    try:
        entry = people_rosters.Entry(
            parse_name(line.name),
            parse_phone(line.phone),
            parse_id_number(line.id_number) if line.id_number else None,
        )
    except Refused as refused:
        return replace(row, reason=refused.message)
    # Either the phone or the identity number tells that it is the same person.
    keys = [entry.phone.e164, *([entry.id_number.value] if entry.id_number else [])]
    before = next((first_line[key] for key in keys if key in first_line), None)
    if before is not None:
        words = _("The same person as on line %(number)s; left out here.") % {"number": before}
        return replace(row, state=RowState.REPEATED, reason=words)
    first_line.update(dict.fromkeys(keys, line.number))
    return replace(row, name=entry.name, state=RowState.NAMED, entry=entry)


def _checked_against_file(rows: Sequence[Row], locked: UnitCall) -> list[Row]:
    """The rows again, with what is on file about these people: asked already, on duty elsewhere, another name, too old."""
    entries = [row.entry for row in rows if row.entry and row.state == RowState.NAMED]
    standing = naming.standing_of(people_rosters.known_by(entries), locked.call_up)
    checked = []
    ages = naming.ages_of(locked.call_up)
    known = iter(standing)
    for row in rows:
        entry = row.entry if row.state == RowState.NAMED else None
        checked.append(_judged(row, entry, next(known), ages) if entry else row)
    return checked


def _judged(row: Row, entry: people_rosters.Entry, found: naming.Standing, ages: naming.Ages) -> Row:
    if found.person is not None and found.person.name != entry.name:
        words = _("This number is on file with another name. Compare both with the person.")
        return replace(row, state=RowState.BAD, reason=words)
    if found.offer_state in (OfferState.ASKED, OfferState.ACCEPTED, OfferState.WAITING):
        return replace(row, state=RowState.KNOWN, reason=_("On the list already."))
    if found.offer_state:
        return replace(
            row, state=RowState.REFUSED, reason=_("Was asked already and does not come. Name somebody else.")
        )
    if found.is_on_duty:
        return replace(
            row, state=RowState.ELSEWHERE, reason=_("Is on duty elsewhere at this time. Name somebody else.")
        )
    birth_on = (
        entry.id_number.birth_on if entry.id_number else (found.person.birth_on if found.person else None)
    )
    problem = naming.age_problem(birth_on, ages)
    if problem:
        return replace(row, state=RowState.BAD, reason=problem)
    return row


def _raise_pledge(locked: UnitCall, fresh: int, at: datetime) -> tuple[pledges.Ledger, dict[int, int]]:
    """Keeps seats for everybody who was named, also beyond the number that was pledged."""
    named = locked.offers.filter(state__in=pledges.LIVE).count() + fresh
    headcount = max(locked.pledged_headcount, named)
    ledger, freed = pledges.keep_seats(locked, headcount)
    if fresh:
        UnitCall.objects.filter(pk=locked.pk).update(
            state=UnitCallState.NAMED if named >= headcount else UnitCallState.PLEDGED,
            pledged_headcount=headcount,
            answered_at=locked.answered_at or at,
            decline_reason="",
        )
    return ledger, freed


def _report_in(locked: UnitCall, rows: Iterable[Row], actor: Actor, at: datetime) -> list[Person]:
    call_up = locked.call_up
    days = int(norms.number("report_in.valid_days", call_up.division_code))
    return people_rosters.report_in_all(
        [row.entry for row in rows if row.entry],
        unit=locked.unit,
        division_code=call_up.division_code,
        valid_to=timezone.localdate(call_up.ends_at) + timedelta(days=days),
        is_synthetic=people_rosters.is_made_up(actor),
        is_drill=call_up.is_drill,
        actor=actor,
        at=at,
    )


def _ask(locked: UnitCall, people: Sequence[Person], at: datetime) -> list[Offer]:
    """An offer of wave 0 for each: the seats that the pledge keeps first, nearest first where homes are known."""
    call_up = locked.call_up
    kept = naming.kept_seats(locked)
    fallback = naming.least_filled_slot(call_up)
    chairs = [Chair(row.pk, free, row.slot.shift.post.lon, row.slot.shift.post.lat) for row, free in kept]
    places = seat_near([(person.lon, person.lat) for person in people], chairs)
    by_pk = {row.pk: row for row, _free in kept}
    reply_by = max(call_up.reply_by, min(at + LEAST_TIME_TO_ANSWER, call_up.starts_at))
    taken: list[Pledge | None] = [by_pk[place] if place else None for place in places]
    offers = [
        Offer(
            call_up=call_up,
            person=person,
            slot=pledge.slot if pledge else fallback,
            unit_call=locked,
            pledge=pledge,
            wave=0,
            asked_at=at,
            reply_by=reply_by,
            why={"by": "unit", "unit": locked.unit.code},
        )
        for person, pledge in zip(people, taken, strict=True)
    ]
    bulk.insert_all(Offer, offers)
    return offers
