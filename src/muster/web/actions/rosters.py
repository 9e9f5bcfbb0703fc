"""People whom the desk names for a unit, put on file and into office in one deed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from muster.callups.rules.rosters import read_lines
from muster.norms import queries as norms
from muster.organizations.models import ResidentUnit
from muster.people.actions import units
from muster.people.actions.rosters import Entry, is_made_up, known_by, report_in_all
from muster.people.enums import LiaisonSide
from muster.people.models import Liaison, Person, ReserveTeam
from muster.people.rules import parse_name, parse_phone
from muster.toolkit import server_clock
from muster.toolkit.actor import Actor
from muster.toolkit.refusal import Refused


def appoint_liaison(
    unit: ResidentUnit, *, name: str, phone: str, actor: Actor, at: datetime | None = None
) -> Liaison:
    """This person speaks for the unit from now on and can sign in for it (R2.10).

    Refuses a name or number that is none, `phone_of_another` and `not_of_unit`.
    """
    at = at or server_clock.now()
    entry = Entry(parse_name(name), parse_phone(phone))
    with transaction.atomic():
        (person,) = _report_in(unit, [entry], actor, at)
        return units.appoint_liaison(unit, person, LiaisonSide.UNIT, actor=actor, at=at)


def form_team(
    unit: ResidentUnit, *, name: str, people: str, actor: Actor, at: datetime | None = None
) -> ReserveTeam:
    """The reserve team of the unit, the leader on the first line (R2.12); all lines are good or nothing is changed.

    Refuses `list_empty`, `line_to_mend` with the number of the line, `phone_of_another` and `not_of_unit`.
    """
    at = at or server_clock.now()
    entries = [_entry(line.number, line.problem, line.name, line.phone) for line in read_lines(people)]
    if not entries:
        raise Refused(
            "list_empty", _("The list is empty. Paste one person on each line: name and phone number.")
        )
    unique = list({entry.phone.e164: entry for entry in entries}.values())
    with transaction.atomic():
        leader, *members = _report_in(unit, unique, actor, at)
        return units.form_reserve_team(unit, name=name, leader=leader, members=members, actor=actor, at=at)


def _report_in(unit: ResidentUnit, entries: list[Entry], actor: Actor, at: datetime) -> list[Person]:
    for entry, person in zip(entries, known_by(entries), strict=True):
        if person is not None and person.name != entry.name:
            raise Refused(
                "phone_of_another",
                _("The number of %(name)s is on file with another name. Compare both with the person.")
                % {"name": entry.name},
            )
    days = int(norms.number("report_in.valid_days", unit.division_code))
    people = report_in_all(
        entries,
        unit=unit,
        division_code=unit.division_code,
        valid_to=timezone.localdate(at) + timedelta(days=days),
        is_synthetic=is_made_up(actor),
        actor=actor,
        at=at,
    )
    # Fresh from the database: whoever was on file without a unit has one now.
    by_pk = Person.objects.in_bulk([person.pk for person in people])
    return [by_pk[person.pk] for person in people]


def _entry(number: int, problem: str, name: str, phone: str) -> Entry:
    words = problem
    if not words:
        try:
            return Entry(parse_name(name), parse_phone(phone))
        except Refused as refused:
            words = refused.message
    raise Refused("line_to_mend", _("Line %(number)s: %(problem)s") % {"number": number, "problem": words})
