"""Whole lists of people at once: a unit names five thousand, and each becomes a person with a volunteer identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from muster.audit.actions import trail
from muster.organizations.models import ResidentUnit
from muster.people.enums import ForceClass, Sex
from muster.people.models import Person, ReportIn, VolunteerProfile
from muster.people.rules import IdNumber, Phone, id_number_index, name_keys, phone_index
from muster.toolkit import bulk
from muster.toolkit.actor import Actor


@dataclass(frozen=True)
class Entry:
    """One person of a list, each part checked by `people.rules`."""

    name: str
    phone: Phone
    id_number: IdNumber | None = None


def known_by(entries: Sequence[Entry]) -> list[Person | None]:
    """For each entry the person on file with its phone, else with its identity number, else None; one query."""
    phones = [phone_index(entry.phone.e164) for entry in entries]
    numbers = [id_number_index(entry.id_number.value) if entry.id_number else None for entry in entries]
    wanted = Q(phone_index__in=phones) | Q(id_number_index__in=[number for number in numbers if number])
    by_phone, by_number = {}, {}
    for person in Person.objects.filter(wanted, erased_at=None).select_related("volunteer"):
        by_phone[person.phone_index] = person
        by_number[person.id_number_index] = person
    return [
        by_phone.get(phone) or (by_number.get(number) if number else None)
        for phone, number in zip(phones, numbers, strict=True)
    ]


def is_made_up(actor: Actor) -> bool:
    """True if a demo or drill person acts: whom such a one names is made up as well, and gets no real message."""
    return (
        actor.person_id is not None and Person.objects.filter(pk=actor.person_id, is_synthetic=True).exists()
    )


def enroll_all(
    entries: Sequence[Entry],
    *,
    division_code: int,
    force_class: ForceClass,
    is_synthetic: bool,
    unit: ResidentUnit | None = None,
    is_drill: bool = False,
    actor: Actor,
    at: datetime,
) -> list[Person]:
    """Every entry as a person with a volunteer profile (R2.7), in the order given; who is on file stays as on file.

    The actor vouches for the age of whoever has no date of birth. Entries have different phones; two callers with the same
    new person at the same moment make one person. For a caller inside a transaction.
    """
    known = known_by(entries)
    fresh = [
        _person(entry, unit, division_code, force_class, is_synthetic=is_synthetic)
        for entry, person in zip(entries, known, strict=True)
        if person is None
    ]
    # The race for a new phone ends at its unique index; whoever lost finds the winner's row below.
    bulk.insert_all(Person, fresh, ignore_conflicts=True)
    everybody = (
        [person for person in known_by(entries) if person is not None] if fresh else [*filter(None, known)]
    )
    _make_volunteers(everybody, vouched_by=actor.label[:120], at=at)
    made = {person.code for person in fresh}
    trail.record_many(
        trail.Deed(
            verb="people.person.registered",
            actor=actor,
            obj_kind="person",
            obj_code=person.code,
            division_code=division_code,
            at=at,
            detail={"force_class": force_class},
            is_drill=is_drill,
        )
        for person in everybody
        if person.code in made
    )
    return everybody


def report_in_all(
    entries: Sequence[Entry],
    *,
    unit: ResidentUnit,
    division_code: int,
    valid_to: date,
    is_synthetic: bool,
    is_drill: bool = False,
    actor: Actor,
    at: datetime,
) -> list[Person]:
    """Every entry as a volunteer who has reported in from `unit` until `valid_to` (R2.4), as `enroll_all` does.

    Said twice on one day it is one report-in with the later end, as `report_ins.report_in` has it.
    """
    people = enroll_all(
        entries,
        division_code=division_code,
        force_class=ForceClass.REPORTED_PERSON,
        is_synthetic=is_synthetic,
        unit=unit,
        is_drill=is_drill,
        actor=actor,
        at=at,
    )
    Person.objects.filter(pk__in=[person.pk for person in people], unit=None).update(unit=unit)
    on = timezone.localdate(at)
    end = max(on, valid_to)
    today = ReportIn.objects.filter(person__in=people, unit=unit, reported_on=on)
    ends = dict(today.values_list("person_id", "valid_to"))
    bulk.insert_all(
        ReportIn,
        (
            ReportIn(person=person, unit=unit, division_code=division_code, reported_on=on, valid_to=end)
            for person in people
        ),
        ignore_conflicts=True,
    )
    today.filter(valid_to__lt=end).update(valid_to=end)
    trail.record_many(
        trail.Deed(
            verb="people.report_in.recorded",
            actor=actor,
            obj_kind="person",
            obj_code=person.code,
            division_code=division_code,
            at=at,
            detail={"unit": unit.code, "on": on.isoformat(), "to": end.isoformat()},
            is_drill=is_drill,
        )
        for person in people
        if person.pk not in ends or ends[person.pk] < end
    )
    return people


def _person(
    entry: Entry,
    unit: ResidentUnit | None,
    division_code: int,
    force_class: ForceClass,
    *,
    is_synthetic: bool,
) -> Person:
    number = entry.id_number
    return Person(
        division_code=division_code,
        name=entry.name,
        search_keys=name_keys(entry.name),
        sex=number.sex if number else Sex.UNKNOWN,
        birth_on=number.birth_on if number else None,
        id_number=number.value if number else "",
        id_number_index=id_number_index(number.value) if number else None,
        phone=entry.phone.e164,
        phone_index=phone_index(entry.phone.e164),
        force_class=force_class,
        unit=unit,
        is_synthetic=is_synthetic,
    )


def _make_volunteers(people: Sequence[Person], *, vouched_by: str, at: datetime) -> None:
    """A profile for everybody who has none. Willingness is not invented: each yes to a call is said by the person."""
    fresh = [person for person in people if not hasattr(person, "volunteer")]
    bulk.insert_all(
        VolunteerProfile,
        (
            VolunteerProfile(
                person=person,
                division_code=person.division_code,
                registered_at=at,
                adult_vouched_by_label="" if person.birth_on else vouched_by,
            )
            for person in fresh
        ),
        ignore_conflicts=True,
    )
    unvouched = [
        person.volunteer.pk
        for person in people
        if hasattr(person, "volunteer")
        and not person.birth_on
        and not person.volunteer.adult_vouched_by_label
    ]
    VolunteerProfile.objects.filter(pk__in=unvouched).update(adult_vouched_by_label=vouched_by)
